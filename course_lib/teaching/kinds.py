"""Kinds of exercises: a letter, a text, a number, an array, a function.

Each knows the right answer (`right`) and the typical wrong ones: `mistakes` lists them, or
`likely_cause` recognises them. Networks and training steps are in `network_kinds`.
"""

from abc import abstractmethod

import numpy as np

from course_lib.teaching.exercise import Exercise, Wrong
from course_lib.teaching.judges import (
    array_in,
    call_on_copies,
    check_array,
    is_close,
    is_like,
    number_in,
)
from course_lib.teaching.wording import describe, describe_all


class ChoiceExercise(Exercise):
    """One letter.

    Attributes:
        right: the right letter.
        mistakes: {wrong letter: why it is wrong}.
    """

    right = ""
    mistakes: dict[str, str] = {}

    def judge(self, answer) -> None:
        letters = sorted([self.right, *self.mistakes])
        letter = answer.strip(" ().").lower() if isinstance(answer, str) else None
        if letter not in letters:
            known = ", ".join(f'"{letter}"' for letter in letters)
            raise Wrong(
                f"Found {describe(answer)}, expected one of {known}, with the quotation marks."
            )
        if letter != self.right:
            raise Wrong(f'It isn\'t "{letter}": {self.mistakes[letter]}')


class TextExercise(Exercise):
    """An answer in the learner's own words; only its length is judged.

    Attributes:
        fewest_words: how many words it needs.
    """

    fewest_words = 10

    def judge(self, answer) -> str:
        n_words = len(answer.split()) if isinstance(answer, str) else 0
        if n_words < self.fewest_words:
            raise Wrong(
                f"Found {n_words} words, expected a sentence or two between quotation marks."
            )
        return "Noted."


class NumberExercise(Exercise):
    """One number.

    Attributes:
        asked: what was asked for, in words.
        right: the right number.
        mistakes: {wrong number: its likely cause}.
        tolerance: relative to numbers above 1, otherwise absolute.
    """

    asked = ""
    right = 0.0
    mistakes: dict[float, str] = {}
    tolerance = 1e-6

    def judge(self, answer) -> None:
        found = number_in(answer, self.asked)
        if is_close(found, self.right, self.tolerance):
            return
        for number, cause in self.mistakes.items():
            if is_close(found, number, self.tolerance):
                raise Wrong(f"Found {found:,g}, expected {self.asked}. {cause}")
        raise Wrong(f"Found {found:,g}, expected {self.asked}.")


class ArrayExercise(Exercise):
    """An array.

    Attributes:
        asked: what was asked for, in words.
        tolerance: the largest absolute difference allowed.
    """

    asked = ""
    tolerance = 1e-5

    @abstractmethod
    def right(self) -> np.ndarray:
        """Return the right array."""

    def likely_cause(self, found, right) -> str:
        """Return the likely cause of a wrong array, "" if it is not a typical one."""
        return ""

    def judge(self, answer) -> None:
        found, right = array_in(answer, self.asked), self.right()
        if is_like(found, right, self.tolerance):
            return
        if cause := self.likely_cause(found.astype("float64"), right):
            raise Wrong(f"Found {describe(found)}, expected {self.asked}. {cause}")
        check_array(found, right, self.asked, self.tolerance)


class FunctionExercise(Exercise):
    """A function, called on several cases and compared with the right one.

    Attributes:
        asked: what it is to return, in words.
        cases: tuples of arguments to call it on.
        mistakes: {function that makes a typical mistake: its likely cause}.
        tolerance: the largest absolute difference allowed.
        dtype: the exact type of the returned numbers, if it matters.
    """

    asked = ""
    cases: list[tuple] = []
    mistakes: dict = {}
    tolerance = 1e-4
    dtype = None

    @abstractmethod
    def right(self, *case) -> np.ndarray:
        """Return what the learner's function is to return."""

    def judge(self, answer) -> None:
        if not callable(answer):
            raise Wrong(f"Found {describe(answer)}, expected a function that returns {self.asked}.")
        for case in self.cases:
            self._judge_case(case, call_on_copies(answer, case))

    def _judge_case(self, case, returned):
        right = np.asarray(self.right(*case))
        found = array_in(returned, self.asked, "an array" if right.ndim else "one number")
        if is_like(found, right, self.tolerance) and self.dtype in (None, found.dtype):
            return
        for mistake, cause in self.mistakes.items():
            if is_like(found, mistake(*case), self.tolerance):
                raise Wrong(f"Found {describe(found)}, expected {self.asked}. {cause}")
        given = f", given {describe_all(case)}"
        if not np.isfinite(found.astype("float64")).all():
            raise Wrong(f"It returns nan or inf{given}: check every exp, log and root in it.")
        shapes = [np.shape(argument) for argument in case]
        if right.ndim and right.shape in shapes and found.shape not in (*shapes, ()):
            raise Wrong(
                f"Found shape {found.shape}{given}. Does it sum over an axis, or use a variable of "
                "the notebook instead of its own argument?"
            )
        check_array(found, right, self.asked, self.tolerance, self.dtype, given)


def unchanged(argument, *_) -> object:
    """Return the first argument: a typical mistake of functions that change an array."""
    return argument
