"""Exercises of lesson 05: up-sampling."""

import numpy as np

from course_lib.teaching.exercise import Exercise, tie
from course_lib.teaching.kinds import ChoiceExercise, FunctionExercise, NumberExercise, unchanged

rng = np.random.default_rng(5)
MAPS = rng.normal(size=(2, 3, 4, 2)).astype("float32")
CHANNELS = rng.normal(size=(2, 3, 4, 8)).astype("float32")


class Checkerboard(ChoiceExercise):
    """1 · Predict: kernel 6, stride 3."""

    variable = "checkerboard"
    right = "b"
    mistakes = {
        "a": "count how many stamps reach each pixel: 6 / 3 on each axis.",
        "c": "the weights come into it later. Even equal weights make a checkerboard where the "
        "overlap is uneven.",
    }
    shows = "Two stamps on each axis, everywhere: the kernel size is a multiple of the stride."
    clue = "Change the overlap cell to kernel 6 and stride 3."


def _nearest(x):
    return x.repeat(2, axis=1).repeat(2, axis=2)


def _tiled(x):
    return np.tile(x, (1, 2, 2, 1))


def _axes_off_by_one(x):
    return x.repeat(2, axis=0).repeat(2, axis=1)


def _only_rows(x):
    return x.repeat(2, axis=1)


class Nearest(FunctionExercise):
    """2 · Complete: nearest."""

    variable = "nearest"
    asked = "each pixel as a block of 2 × 2, [B, 2H, 2W, C]"
    cases = [(MAPS,), (MAPS[:1, :2, :2, :1],)]
    right = staticmethod(_nearest)
    mistakes = {
        _tiled: "`tile` sets whole maps side by side; each pixel must stand beside itself, as "
        "`repeat` does it.",
        _axes_off_by_one: "The axes are off by one: axis 0 is the batch.",
        _only_rows: "Only the rows are doubled.",
        unchanged: "It returns its input unchanged.",
    }
    shows = "That is what UpSampling2D does: four times the pixels, and not one new number."
    clue = "np.repeat, once along axis 1 and once along axis 2."


def _shuffle(x):
    b, h, w, c = x.shape
    out = np.zeros((b, 2 * h, 2 * w, c // 4), x.dtype)
    for row in (0, 1):
        for column in (0, 1):
            first = (2 * row + column) * (c // 4)
            out[:, row::2, column::2] = x[..., first : first + c // 4]
    return out


def _plain_reshape(x):
    b, h, w, c = x.shape
    return x.reshape(b, 2 * h, 2 * w, c // 4)


def _transposed(x):
    return _shuffle(x).transpose(0, 2, 1, 3)


def _first_channels_repeated(x):
    return _nearest(x)[..., : x.shape[-1] // 4]


class Shuffle(FunctionExercise):
    """3 · Complete: shuffle."""

    variable = "shuffle"
    asked = "channels turned into blocks of 2 × 2 pixels, [B, 2H, 2W, C]"
    cases = [(CHANNELS,), (CHANNELS[:1, :1, :1, :4],)]
    right = staticmethod(_shuffle)
    mistakes = {
        _plain_reshape: "A plain reshape gives the right shape, but it puts the channels into the "
        "wrong pixels: split, transpose, then join.",
        _transposed: "Rows and columns are exchanged.",
        unchanged: "It returns its input unchanged.",
        _first_channels_repeated: "That repeats the first quarter of the channels four times; the "
        "other three are lost.",
    }
    shows = "A convolution on the small map has made a large one, at a quarter of the cost."
    clue = (
        "Reshape to [B, H, W, 2, 2, C], then transpose so that H stands beside the first 2 and W "
        "beside the second."
    )


class TimesCheaper(NumberExercise):
    """4 · Predict: where a layer works."""

    variable = "times_cheaper"
    asked = "the multiplications at 28 × 28 divided by those at 7 × 7"
    right = 16
    mistakes = {
        4: "That is the ratio of the sides; a map has two.",
        1 / 16: "It is the other way round: the larger map needs more.",
        5: "The kernel is the same on both maps, so it cancels out.",
    }
    shows = (
        "The same layer for a sixteenth of the work: this is why workshop-dcgan lives on small "
        "maps."
    )
    clue = "A convolution does the same work at each place of its map."


EXERCISES = (Checkerboard, Nearest, Shuffle, TimesCheaper)


def exercises(variables) -> list[Exercise]:
    """Return the lesson's exercises in order, tied to a notebook's `globals()`."""
    return tie("05", EXERCISES, variables)
