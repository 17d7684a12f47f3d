"""Exercises of lesson 01: images, bytes and one bad line."""

from pathlib import Path

import numpy as np

from course_lib.teaching.exercise import Exercise, tie
from course_lib.teaching.kinds import (
    ArrayExercise,
    ChoiceExercise,
    FunctionExercise,
    NumberExercise,
    unchanged,
)

BAD_LINE = 777  # of the puzzle
BYTES = np.arange(256, dtype="uint8").reshape(1, 16, 16, 1)
SCALED = BYTES.astype("float32") / 127.5 - 1


class MeanOfZeros(ChoiceExercise):
    """1 · Predict: the mean of all zeros."""

    variable = "mean_of_zeros"
    right = "b"
    mistakes = {
        "a": "a mean is crisp only where all pictures agree. Do all writers draw their 0 in the "
        "same place?",
        "c": "grey all over would need ink everywhere, and nobody writes in the corners.",
    }
    shows = (
        "Bright where the writers agree, soft where they don't: the mean shows the variety that a "
        "generator has to learn."
    )
    clue = "Imagine two hundred transparent sheets in one stack, with a 0 on each."


class Means(ArrayExercise):
    """2 · Complete: ten means."""

    variable = "means"
    asked = "the mean picture of each class, [10, 28, 28]"
    tolerance = 0.51
    shows = "Ten soft pictures, each the average of its class."
    clue = "digits.images[digits.labels == k].mean(axis=0)[..., 0] for each k, then np.stack."

    def right(self) -> np.ndarray:
        """Return the sum of each class's images, divided by their number."""
        digits = self.variables["digits"]
        sums = np.zeros((10, 28, 28))
        for image, label in zip(digits.images, digits.labels, strict=True):
            sums[label] += image[:, :, 0]
        return sums / np.bincount(digits.labels, minlength=10)[:, None, None]

    def likely_cause(self, found, right) -> str:
        """Return the likely cause, judged by the shape and the range."""
        if found.shape == (10, 28, 28, 1):
            return "The channel is still there: [..., 0] removes it."
        if found.shape == (28, 28):
            return "That is one mean picture: is it the mean of all classes together?"
        if np.isnan(found).any():
            return "nan is the mean of no images: k goes through range(10)."
        if found.shape == right.shape and np.abs(found[0] - right[1]).max() < 1:
            return "Picture 0 is the mean of the 1s: begin with class 0."
        if found.shape == (10,):
            return "That is one number for each class: axis=0 averages over the images only."
        if found.shape == right.shape and 0 < found.max() <= 1:
            return "Those are no longer bytes: leave out the scaling."
        return ""


def _without_rounding(x):
    return ((x + 1) * 127.5).astype("uint8")


def _without_adding_one(x):
    return (x * 127.5).round().astype("uint8")


def _from_zero_to_one(x):
    return (x + 1) / 2


class Unscale(FunctionExercise):
    """3 · Complete: back to bytes."""

    variable = "unscale"
    asked = "the bytes that the pictures were made from"
    cases = [(SCALED,)]
    tolerance = 0
    dtype = "uint8"
    mistakes = {
        _without_rounding: "`astype` drops the decimals, so 6.9999 becomes 6: round first.",
        _without_adding_one: "Undo the last step first: add 1, then multiply.",
        unchanged: "It returns its input unchanged.",
        _from_zero_to_one: "From 0 to 1 is only half of the way: bytes go up to 255.",
    }
    shows = "All 256 bytes come back as they were."
    clue = "Reverse the scaling line, and think of what astype does to 6.9999."

    def right(self, x) -> np.ndarray:
        """Return the nearest bytes."""
        return np.round((x + 1) * 127.5).astype("uint8")


class BadLine(NumberExercise):
    """4 · Diagnose: one bad line."""

    variable = "bad_line"
    asked = "the line of the file, counted from 1 with the header"
    right = BAD_LINE
    mistakes = {
        BAD_LINE - 2: "pandas counts rows from 0 and leaves out the header.",
        BAD_LINE - 1: "You are off by one: did you count the header?",
        BAD_LINE + 1: "You are off by one: the header is line 1.",
        501: "That is the column.",
    }
    shows = (
        "The loader's message names the line, the column and the value; in a table you would have "
        "to find it among 1.5 million numbers."
    )
    clue = "Let datasets.load_kaggle_csv read the file, and read its message."


def write_puzzle(csv_path, puzzle_path) -> Path:
    """Copy a CSV, put a number that can't be a pixel into line `BAD_LINE`, return `puzzle_path`."""
    lines = Path(csv_path).read_text(encoding="utf-8").splitlines()
    cells = lines[BAD_LINE - 1].split(",")
    cells[500] = "999"
    lines[BAD_LINE - 1] = ",".join(cells)
    Path(puzzle_path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return puzzle_path


EXERCISES = (MeanOfZeros, Means, Unscale, BadLine)


def exercises(variables) -> list[Exercise]:
    """Return the lesson's exercises in order, tied to a notebook's `globals()`."""
    return tie("01", EXERCISES, variables)
