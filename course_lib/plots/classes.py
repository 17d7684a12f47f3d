"""Plot what differs from class to class: how many images there are, how many are read correctly."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import PercentFormatter

from course_lib.plots.figures import BLUE, GREY, RED, open_axes

BELOW = {  # where the number of a marker stands
    "xytext": (0, -7),
    "textcoords": "offset points",
    "ha": "center",
    "va": "top",
    "fontsize": 8,
}


def plot_class_counts(labels, class_names, title=None, ax=None) -> plt.Figure:
    """Plot how many images each class has, one bar for each class.

    Args:
        labels: integers [N].
        class_names: what they stand for, in order.
        title: the title of the plot.
        ax: the axes to draw into.

    Raises:
        ValueError: for labels that aren't positions in `class_names`.
    """
    labels = np.asarray(labels)
    n = len(class_names)
    is_class = labels.dtype.kind in "iu" and labels.ndim == 1
    if not is_class or (labels.size and not 0 <= labels.min() <= labels.max() < n):
        raise ValueError(
            f"labels are {labels.dtype} of shape {list(labels.shape)}: expected integers [N] from "
            f"0 to {n - 1}, one number for each class name"
        )
    counts = np.bincount(labels, minlength=n)
    figure, ax = open_axes(ax, figsize=(min(0.28 * len(class_names) + 2, 12), 2.4))
    ax.bar(range(len(class_names)), counts, color=BLUE)
    ax.set_xticks(range(len(class_names)), class_names)
    ax.set(ylabel="images", title=title or "")
    ax.spines[["top", "right"]].set_visible(False)
    return figure


def plot_class_accuracy(accuracies, class_names, n_worst=3, title=None, ax=None) -> plt.Figure:
    """Plot the fraction of each class that was read correctly, the worst class first.

    A dotted line marks the mean over the classes. The worst classes are diamonds, with their
    percentage.

    Args:
        accuracies: a number from 0 to 1 for each class.
        class_names: what the classes stand for, in order.
        n_worst: how many classes to mark as the worst.
        title: the title of the plot.
        ax: the axes to draw into.

    Raises:
        ValueError: if there isn't one accuracy for each class name, from 0 to 1.
    """
    accuracies = np.asarray(accuracies, "float64")
    if accuracies.shape != (len(class_names),):
        found = f"accuracies have shape {accuracies.shape}"
        raise ValueError(f"{found}: expected ({len(class_names)},), one for each class name")
    if accuracies.size and (accuracies.min() < 0 or accuracies.max() > 1):
        raise ValueError(
            f"accuracies range from {accuracies.min():g} to {accuracies.max():g}: expected "
            "fractions from 0 to 1. Divide percentages by 100"
        )
    order = np.argsort(accuracies, kind="stable")
    values, mean = accuracies[order], accuracies.mean()
    figure, ax = open_axes(ax, figsize=(min(0.22 * len(order) + 2, 9), 2.8))
    places = np.arange(len(order))
    ax.vlines(places, values, mean, color=GREY, linewidth=0.8)
    ax.plot(places[n_worst:], values[n_worst:], "o", color=BLUE, markersize=5)
    ax.plot(places[:n_worst], values[:n_worst], "D", color=RED, markersize=6)
    for place, value in zip(places[:n_worst], values):
        ax.annotate(f"{100 * value:.0f}", (place, value), **BELOW)
    ax.axhline(mean, color=GREY, linestyle=":", label=f"mean {mean:.1%}")
    ax.set_xticks(places, [class_names[i] for i in order])
    ax.set_xlim(-0.7, len(order) - 0.3)
    ax.margins(y=0.2)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set(ylabel="read correctly", title=title or "")
    ax.legend(frameon=False, loc="lower right")
    ax.spines[["top", "right"]].set_visible(False)
    return figure
