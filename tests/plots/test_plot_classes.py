"""Plots of classes: counts and accuracies, read back from the figure."""

import numpy as np
import pytest

from course_lib import plots


def test_class_counts_are_counted():
    figure = plots.plot_class_counts(np.array([0, 2, 2, 2]), ["a", "b", "c"])
    assert [bar.get_height() for bar in figure.axes[0].patches] == [1, 0, 3]


def test_class_accuracy_shows_the_worst_first_and_names_their_numbers():
    (ax,) = plots.plot_class_accuracy([0.9, 0.5, 1.0, 0.6], list("abcd"), n_worst=2).axes
    assert [label.get_text() for label in ax.get_xticklabels()] == ["b", "d", "a", "c"]
    others, worst, mean = (list(line.get_ydata()) for line in ax.lines)
    assert (worst, others, mean) == ([0.5, 0.6], [0.9, 1.0], [0.75, 0.75])
    assert [text.get_text() for text in ax.texts] == ["50", "60"]
    assert ax.get_legend().get_texts()[0].get_text() == "mean 75.0%"


def test_class_accuracy_wants_a_number_for_each_class():
    with pytest.raises(ValueError, match=r"shape \(2,\): expected \(3,\), one for each class name"):
        plots.plot_class_accuracy([0.5, 0.6], "abc")
