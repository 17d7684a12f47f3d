"""Plot a training run: losses and scores by step."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.plots.figures import BLUE, GREEN, GREY, ORANGE, RED, open_axes


def plot_losses(history, ax=None) -> plt.Figure:
    """Plot both losses of a GAN by step: smoothed lines, with the raw values behind them.

    Args:
        history: a dict of lists with the keys "step", "d_loss" and "g_loss".
        ax: the axes to draw into.
    """
    figure, ax = open_axes(ax, figsize=(8, 3))
    _curve(ax, history, "g_loss", ORANGE, "--", "generator")
    _curve(ax, history, "d_loss", BLUE, "-", "discriminator")
    ax.set(xlabel="step", ylabel="loss")
    ax.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return figure


def plot_scores(history, ax=None) -> plt.Figure:
    """Plot D's mean score on real and on fake images by step: 1 is certainly real, 0.5 is a guess.

    Args:
        history: a dict of lists with the keys "step", "real_score" and "fake_score".
        ax: the axes to draw into.
    """
    figure, ax = open_axes(ax, figsize=(8, 3))
    _curve(ax, history, "real_score", GREEN, "-", "on real images")
    _curve(ax, history, "fake_score", RED, "--", "on fake images")
    ax.axhline(0.5, color=GREY, linewidth=0.8, linestyle=":")
    ax.set(xlabel="step", ylabel="D's mean score", ylim=(0, 1))
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
        history: a dict of lists with the key "step" and any of "reconstruction_loss", "kl_loss"
            and "class_loss".
        ax: as many axes to draw into as there are losses.
    """
    parts = [part for part in ("reconstruction", "kl", "class") if f"{part}_loss" in history]
    figure, axes = open_axes(ax, ncols=len(parts), figsize=(9, 2.4))
    for part, one in zip(parts, np.ravel(axes)):
        _curve(one, history, f"{part}_loss", BLUE, "-", part)
        one.set(xlabel="step", title=f"{part} loss")
    return figure


def _curve(ax, history, name, colour, style, label):
    steps, values = np.asarray(history["step"]), np.asarray(history[name], "float64")
    ax.plot(steps, values, color=colour, alpha=0.2, linewidth=0.7)
    width = max(1, len(values) // 40)
    smooth = np.convolve(values, np.ones(width) / width, mode="valid")
    ax.plot(steps[width - 1 :], smooth, color=colour, linestyle=style, linewidth=1.8, label=label)
    ax.spines[["top", "right"]].set_visible(False)
