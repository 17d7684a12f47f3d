"""Exercises that answer back in the notebook, offline: `q1.check()`, `q1.hint()`, `q1.solution()`.

An `Exercise` looks its variable up in the notebook and judges it. Nothing is sent anywhere; the
learner's progress is kept in one file, progress.json beside the notebook.
"""

import re
from abc import ABC, abstractmethod
from pathlib import Path

from course_lib.teaching import progress
from course_lib.teaching.wording import describe_error

SOURCE = Path(__file__).resolve().parents[2] / "notebooks" / "source"


class Wrong(Exception):
    """A wrong answer; the message says what was found, what was expected, and the likely cause."""


class NotAttempted(Exception):
    """The exercise still holds its `...`."""


class Exercise(ABC):
    """One exercise of a lesson; a subclass sets the class attributes and judges the answer.

    Attributes:
        variable: name of the variable that the learner sets; it holds `...` until then.
        shows: the sentence that a right answer earns.
        clue: what `hint()` prints.
        state: "not attempted", "wrong" or "right", as of the last `check()`.

    Args:
        lesson: the number of the lesson, such as "01".
        number: the number of the exercise in its lesson, from 1.
        variables: the notebook's `globals()`.
    """

    variable = ""
    shows = ""
    clue = ""

    def __init__(self, lesson, number, variables):
        self.lesson, self.number, self.variables = lesson, number, variables
        self.state = "not attempted"

    @abstractmethod
    def judge(self, answer) -> str | None:
        """Accept a right answer: return None, or a word to print instead of "Right.".

        Raises:
            Wrong: if the answer is wrong.
            NotAttempted: if a function or a step still holds its `...`.
        """

    def check(self) -> None:
        """Judge the variable as it is now, print the verdict and keep it."""
        self.state, message = self._verdict()
        progress.keep(self.lesson, self.number, self.state)
        print(message)

    def hint(self) -> None:
        """Print a hint."""
        print(f"Hint: {self.clue}")

    def solution(self) -> None:
        """Print the course's solution, or say whom to ask if this copy has none."""
        found = solutions(self.lesson)
        print(found[self.number - 1] if found else "This copy has no solutions: ask your teacher.")

    def _verdict(self):
        """Return (state, message) of the variable as it is now."""
        name = self.variable
        if name not in self.variables:
            return "not attempted", f"Not attempted yet: run the cell that sets `{name}` first."
        try:
            if self.variables[name] is ...:
                raise NotAttempted
            word = self.judge(self.variables[name]) or "Right."
        except NotAttempted:
            return "not attempted", f"Not attempted yet: replace the ... in `{name}`."
        except Wrong as wrong:
            return "wrong", f"Not yet. {wrong}"
        except Exception as error:  # a learner gets a message, never a traceback of ours
            return "wrong", f"Not yet. `{name}` could not be judged: {describe_error(error)}"
        return "right", f"{word} {self.shows}"


def tie(lesson, kinds, variables) -> list[Exercise]:
    """Return one exercise of each class in `kinds`, tied to the notebook's `variables`."""
    return [kind(lesson, number, variables) for number, kind in enumerate(kinds, 1)]


def solutions(lesson) -> list[str]:
    """Return the code of a lesson's solutions in order; none where notebooks/source is missing."""
    paths = sorted(SOURCE.glob(f"{lesson}_*.py"))
    cells = re.split(r"^# %%", paths[0].read_text(encoding="utf-8"), flags=re.M) if paths else []
    parts = (cell.partition("\n") for cell in cells)
    return [code.strip() for header, _, code in parts if '"solution"' in header]
