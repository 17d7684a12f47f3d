"""Exercise of lesson 00: how an exercise works."""

from course_lib.teaching.exercise import Exercise, tie
from course_lib.teaching.kinds import NumberExercise


class CountPixels(NumberExercise):
    """1 · Count: the pixels of an image."""

    variable = "n_pixels"
    asked = "the number of pixels"
    right = 784
    mistakes = {56: "You added the two sides."}
    shows = "A picture of 28 × 28 is 784 numbers, and now you know how exercises work."
    clue = "There are 28 rows of 28 pixels each."


EXERCISES = (CountPixels,)


def exercises(variables) -> list[Exercise]:
    """Return the lesson's exercises in order, tied to a notebook's `globals()`."""
    return tie("00", EXERCISES, variables)
