"""What users give to plots and measures by mistake: one sentence says what belongs there."""

import numpy as np
import pytest

from course_lib import plots
from course_lib.judging import features

IMAGES = np.zeros((4, 28, 28, 1), "uint8")
NAN = float("nan")


class Dataset:
    images = IMAGES


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plots.plot_images(None), "got a NoneType where images belong"),
        (lambda: plots.plot_images(Dataset()), "got a Dataset where.*give its .images"),
        (lambda: plots.plot_images(IMAGES, columns=0), "columns is 0: expected a whole number"),
        (lambda: plots.plot_images(IMAGES, columns=2.5), "columns is 2.5"),
        (lambda: plots.plot_images(IMAGES, ["a"]), "4 images, but 1 in captions: expected one"),
        (lambda: plots.plot_images(IMAGES, "abcd", ["red"]), "4 images, but 1 in colours"),
        (lambda: plots.plot_score_grid(IMAGES, [0.5], [1]), "4 images, but 1 in scores"),
        (lambda: plots.plot_score_grid(IMAGES, [0.5] * 4, [1]), "4 images, but 1 in is_real"),
        (lambda: plots.plot_film_strip([IMAGES] * 2, [1]), "2 frames, but 1 in steps"),
        (lambda: plots.plot_film_strip([], []), "there are no frames: expected 1 or more"),
        (lambda: plots.plot_losses({"d_loss": ["a"], "g_loss": ["b"]}), "is no list of numbers"),
        (lambda: plots.plot_losses({"g_loss": np.zeros((3, 2))}), "g_loss in the history is no"),
        (lambda: plots.plot_losses([1, 2]), "got a list for a history: expected what fit returns"),
        (lambda: plots.plot_losses(Dataset()), "got a Dataset for a history"),
        (lambda: plots.plot_class_counts([0, 2], "ab"), "labels are int64 of shape .*from 0 to 1"),
        (lambda: plots.plot_class_counts([-1, 0], "ab"), "expected integers .N. from 0 to 1"),
        (lambda: plots.plot_class_counts([0.0, 1.0], "ab"), "labels are float64"),
        (lambda: plots.plot_class_counts(np.eye(2, dtype=int), "ab"), r"shape \[2, 2\]"),
        (lambda: plots.plot_class_accuracy([98, 93], "ab"), "from 93 to 98.*Divide percentages"),
    ],
)
def test_what_no_plot_can_draw(call, words):
    with pytest.raises(ValueError, match=words):
        call()


class Table:
    """A history as pandas holds it: columns of equal length, and no truth value."""

    def __init__(self, columns):
        self.columns = columns

    def __iter__(self):
        return iter(self.columns)

    def __getitem__(self, name):
        return np.asarray(self.columns[name])

    def __bool__(self):
        raise ValueError("The truth value of a DataFrame is ambiguous")


@pytest.mark.parametrize(
    "history",
    [
        Table({"d_loss": [0.5, 0.25], "g_loss": [1.0, 2.0]}),
        {"d_loss": (0.5, 0.25), "g_loss": np.array([1.0, 2.0])},
    ],
)
def test_histories_in_other_forms(history):
    lines = plots.plot_losses(history).axes[0].lines
    drawn = [line.get_ydata().tolist() for line in lines]
    assert [1.0, 2.0] in drawn and [0.5, 0.25] in drawn
    one = plots.plot_losses({"d_loss": 0.5, "g_loss": 1.0}).axes[0].lines  # logs of one step
    assert [1.0] in [line.get_ydata().tolist() for line in one]


def test_measures_of_nan():
    good = np.random.default_rng(0).normal(size=(30, 4))
    spoilt = np.where(np.arange(30)[:, None] == 3, NAN, good)
    with pytest.raises(ValueError, match="the fake features have nan or infinite numbers"):
        features.frechet_distance(good, spoilt)
    with pytest.raises(ValueError, match="the real features have nan"):
        features.kernel_distance(spoilt, good)
