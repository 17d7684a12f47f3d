"""What an illness of a run is, and the error for what can't be examined."""

from abc import ABC, abstractmethod
from typing import NamedTuple


class NotExaminedError(Exception):
    """Something that the doctor needs is missing or fails; the message says what to hand over."""


class Finding(NamedTuple):
    """What the doctor reports: the name of an illness and the evidence for it.

    `cause` says why it happens, `fix` what to try, and `lesson` is the number of the lesson that
    explains it.
    """

    illness: str
    evidence: str
    cause: str
    fix: str
    lesson: str

    def __str__(self):
        return (
            f"{self.illness}\n  seen:   {self.evidence}\n  why:    {self.cause}\n"
            f"  try:    {self.fix}\n  lesson: {self.lesson}"
        )


class Illness(ABC):
    """One thing that can go wrong in a GAN's training; each subclass defines one.

    A subclass sets `name`, `cause`, `fix` and `lesson`, names its thresholds, and overrides `look`.
    One that brings no other illnesses with it sets `ends_the_search` to False.
    """

    name: str
    cause: str
    fix: str
    lesson: str
    ends_the_search = True

    @abstractmethod
    def look(self, case) -> str | None:
        """Return the evidence for this illness in a `Case`, with the measured number, or None."""

    def find(self, case) -> Finding | None:
        """Return a `Finding` if a `Case` has this illness, else None."""
        evidence = self.look(case)
        return Finding(self.name, evidence, self.cause, self.fix, self.lesson) if evidence else None
