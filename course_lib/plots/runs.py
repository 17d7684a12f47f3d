"""Plot a training run: losses and scores by step."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np

from course_lib.plots.figures import BLUE, GREEN, GREY, ORANGE, RED, open_axes


def plot_losses(history, ax=None) -> plt.Figure:
    """Plot both losses of a GAN by step: smoothed lines, with the raw values behind them.

    Args:
        history: a dict of lists with the keys "d_loss" and "g_loss" and, as `callbacks.History`
            writes it, "step"; or what Keras's `fit` returns, with one number an epoch.
        ax: the axes to draw into.

    Raises:
        ValueError: if one of the lists is missing, empty, or longer than another.
    """
    figure, ax = open_axes(ax, figsize=(8, 3))
    _curve(ax, history, "g_loss", ORANGE, "--", "generator")
    _curve(ax, history, "d_loss", BLUE, "-", "discriminator")
    ax.set(xlabel=name_of_x(history), ylabel="loss")
    ax.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return figure


def plot_scores(history, ax=None) -> plt.Figure:
    """Plot D's mean score on real and on fake images by step: 1 is certainly real, 0.5 is a guess.

    Args:
        history: as `plot_losses`, with the keys "real_score" and "fake_score".
        ax: the axes to draw into.

    Raises:
        ValueError: as `plot_losses`.
    """
    figure, ax = open_axes(ax, figsize=(8, 3))
    _curve(ax, history, "real_score", GREEN, "-", "on real images")
    _curve(ax, history, "fake_score", RED, "--", "on fake images")
    ax.axhline(0.5, color=GREY, linewidth=0.8, linestyle=":")
    ax.set(xlabel=name_of_x(history), ylabel="D's mean score", ylim=(0, 1))
    ax.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return figure


def plot_seesaw(history, ax=None) -> plt.Figure:
    """Plot the losses and, below them, D's scores by step.

    Args:
        history: a dict of lists with the keys of `plot_losses` and `plot_scores`.
        ax: a pair of axes to draw into, the upper and the lower.
    """
    figure, (upper, lower) = open_axes(ax, nrows=2, figsize=(8, 5), sharex=True)
    plot_losses(history, ax=upper)
    plot_scores(history, ax=lower)
    upper.set_xlabel("")
    return figure


def plot_vae_losses(history, ax=None) -> plt.Figure:
    """Plot the losses of a VAE by step, each in a panel of its own, because their sizes differ.

    Args:
        history: as `plot_losses`, with any of "reconstruction_loss", "kl_loss" and "class_loss".
        ax: as many axes to draw into as there are losses.

    Raises:
        ValueError: as `plot_losses`, and if there is none of the three.
    """
    logs = lists_of(history)
    parts = [part for part in ("reconstruction", "kl", "class") if f"{part}_loss" in logs]
    if not parts:
        raise ValueError(_without("reconstruction_loss", logs))
    figure, axes = open_axes(ax, ncols=len(parts), figsize=(9, 2.4))
    for part, one in zip(parts, np.ravel(axes)):
        _curve(one, history, f"{part}_loss", BLUE, "-", part)
        one.set(xlabel=name_of_x(history), title=f"{part} loss")
    return figure


def lists_of(history) -> dict:
    """Return the dict of lists in a history, whether it is one or an object that holds one.

    Raises:
        ValueError: for anything else.
    """
    logs = getattr(history, "history", history)
    if logs is None:
        return {}
    if not isinstance(logs, Mapping) and not hasattr(logs, "columns"):
        raise ValueError(
            f"got a {type(logs).__name__} for a history: expected what fit returns, a "
            "callbacks.History, or a dict of lists such as {'d_loss': [...], 'g_loss': [...]}"
        )
    return {name: np.atleast_1d(logs[name]) for name in logs}  # of a pandas table too


def name_of_x(history) -> str:
    """Return "step", or "epoch" for a history of Keras's own, which has a number an epoch."""
    return "step" if "step" in lists_of(history) else "epoch"


def _curve(ax, history, name, colour, style, label):
    steps, values = _read(lists_of(history), name)
    ax.plot(steps, values, color=colour, alpha=0.2, linewidth=0.7)
    width = max(1, len(values) // 40)
    smooth = np.convolve(values, np.ones(width) / width, mode="valid")
    ax.plot(steps[width - 1 :], smooth, color=colour, linestyle=style, linewidth=1.8, label=label)
    ax.spines[["top", "right"]].set_visible(False)


def _read(logs, name):
    """Return the steps, or epochs from 1, and the values of one list."""
    if len(logs.get(name, ())) == 0:
        raise ValueError(_without(name, logs))
    try:
        values = np.asarray(logs[name], "float64")
    except ValueError:
        values = None
    if values is None or values.ndim != 1:
        raise ValueError(f"{name} in the history is no list of numbers: expected one for each step")
    steps = np.asarray(logs.get("step", np.arange(1, len(values) + 1)))
    if len(steps) != len(values):
        raise ValueError(
            f"the history has {len(steps)} steps, but {len(values)} numbers for {name}: expected "
            "as many. Use a new callbacks.History for each run"
        )
    return steps, values


def _without(name, logs):
    found = ", ".join(key for key, values in logs.items() if key != "step" and len(values))
    return (
        f"the history has no {name}; it has {found or 'nothing yet'}. Train with "
        "fit(..., callbacks=[history]), where history is a callbacks.History()"
    )
