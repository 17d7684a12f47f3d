"""Pictures of a run: image grids, scores, loss curves, class counts.

Images are uint8 in 0–255 or float32 in [-1, 1], told apart by dtype. Every function returns its
Figure and draws into `ax` if one is given. Line styles and words repeat what colours say, so that
the plots read in grey and for the colour-blind (colours of Okabe and Ito 2008).
"""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.data.pixels import to_ink

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#00785A", "#C23B00", "#888888"


def tile(images, columns, gap=2, headroom=0):
    """One picture of all images, in rows of `columns`: float32 [height, width] in 0 to 1.

    `gap`: white pixels between images; `headroom`: more of them above each row, for words.
    """
    grey = to_ink(images)
    n, height, width = grey.shape
    rows = -(-n // columns)
    page = np.ones((rows * (height + gap + headroom) + gap, columns * (width + gap) + gap))
    for i, image in enumerate(grey):
        top = (i // columns) * (height + gap + headroom) + gap + headroom
        left = (i % columns) * (width + gap) + gap
        page[top : top + height, left : left + width] = image
    return page.astype("float32")


def plot_images(images, captions=None, colours=None, columns=10, title=None, ax=None):
    """A grid of images, white ink on black.

    `images`: [N, 28, 28, 1]; `captions`: N strings written above them; `colours`: their colours.
    """
    columns = min(columns, len(images))
    page = tile(images, columns, headroom=9 if captions is not None else 0)
    inches = min(0.03, 9 / page.shape[1])  # a pixel; at most nine inches wide
    figure, ax = _axes(ax, figsize=(page.shape[1] * inches, page.shape[0] * inches + 0.3))
    ax.imshow(page, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.axis("off")
    for i, caption in enumerate(captions if captions is not None else []):
        x = (i % columns) * 30 + 16
        y = (i // columns) * 39 + 9
        colour = colours[i] if colours is not None else "black"
        ax.text(x, y, caption, ha="center", va="bottom", fontsize=7, color=colour)
    if title:
        ax.set_title(title, fontsize=10)
    return figure


def plot_score_grid(images, scores, is_real, columns=8, title=None, ax=None):
    """The letters tutorial's grid: D's score above each image, and whether it is real.

    `images`: [N, 28, 28, 1]; `scores`: N numbers in 0 to 1, the probability of being real as D
    sees it; `is_real`: N booleans. Green titles say real, red ones generated.
    """
    scores, is_real = np.ravel(scores), np.ravel(is_real)
    captions = [
        f"{'real' if real else 'generated'} {score:.2f}"
        for real, score in zip(is_real, scores, strict=True)
    ]
    colours = [GREEN if real else RED for real in is_real]
    return plot_images(images, captions, colours, columns, title, ax)


def plot_film_strip(frames, steps, title=None, ax=None):
    """How the same z looked over time: one row of images a frame, its step written beside it.

    `frames`: list of [N, 28, 28, 1]; `steps`: as many numbers, or texts to stand as they are.
    """
    words = [step if isinstance(step, str) else f"step {step}" for step in steps]
    columns = len(frames[0])
    figure, ax = _axes(ax, figsize=(columns * 0.58 + 0.8, len(frames) * 0.58))
    ax.imshow(tile(np.concatenate(frames), columns), cmap="gray", vmin=0, vmax=1)
    ax.set_yticks([i * 30 + 16 for i in range(len(frames))], words)
    ax.set_xticks([])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.set_title(title or "")
    return figure


def plot_losses(history, ax=None):
    """The loss see-saw: `d_loss` and `g_loss` by step, smoothed, the raw values behind.

    `history`: a dict of lists, "step", "d_loss" and "g_loss" among them.
    """
    figure, ax = _axes(ax, figsize=(8, 3))
    _curve(ax, history, "g_loss", ORANGE, "--", "generator")
    _curve(ax, history, "d_loss", BLUE, "-", "discriminator")
    ax.set(xlabel="step", ylabel="loss")
    ax.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return figure


def plot_scores(history, ax=None):
    """D's mean score on real and on fake images by step: 1 is "surely real", 0.5 a guess.

    `history`: a dict of lists, "step", "real_score" and "fake_score" among them.
    """
    figure, ax = _axes(ax, figsize=(8, 3))
    _curve(ax, history, "real_score", GREEN, "-", "on real images")
    _curve(ax, history, "fake_score", RED, "--", "on fake images")
    ax.axhline(0.5, color=GREY, linewidth=0.8, linestyle=":")
    ax.set(xlabel="step", ylabel="D's mean score", ylim=(0, 1))
    ax.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return figure


def plot_seesaw(history, ax=None):
    """Losses above, D's scores below, by step. `history` as in `plot_losses` and `plot_scores`.

    `ax`: a pair of axes, upper and lower.
    """
    if ax is None:
        figure, ax = plt.subplots(2, 1, figsize=(8, 5), sharex=True, layout="constrained")
        _show_once(figure)
    upper, lower = ax
    plot_losses(history, ax=upper)
    plot_scores(history, ax=lower)
    upper.set_xlabel("")
    return upper.figure


def plot_vae_losses(history, ax=None):
    """A VAE's three losses by step, each in a panel of its own, for their sizes differ.

    `history`: a dict of lists, "step", "reconstruction_loss", "kl_loss" and "class_loss" among
    them; what is missing is left out. `ax`: as many axes.
    """
    parts = [part for part in ("reconstruction", "kl", "class") if f"{part}_loss" in history]
    if ax is None:
        figure, ax = plt.subplots(1, len(parts), figsize=(9, 2.4), layout="constrained")
        _show_once(figure)
    axes = np.ravel(ax)
    for part, one in zip(parts, axes):
        _curve(one, history, f"{part}_loss", BLUE, "-", part)
        one.set(xlabel="step", title=f"{part} loss")
    return axes[0].figure


def plot_class_counts(labels, class_names, title=None, ax=None):
    """How many images each class has: one bar a class.

    `labels`: integers; `class_names`: what they stand for, in order.
    """
    counts = np.bincount(labels, minlength=len(class_names))
    figure, ax = _axes(ax, figsize=(min(0.28 * len(class_names) + 2, 12), 2.4))
    ax.bar(range(len(class_names)), counts, color=BLUE)
    ax.set_xticks(range(len(class_names)), class_names)
    ax.set(ylabel="images", title=title or "")
    ax.spines[["top", "right"]].set_visible(False)
    return figure


def _axes(ax, **figure_options):
    if ax is None:
        figure, ax = plt.subplots(layout="constrained", **figure_options)
        _show_once(figure)
    return ax.figure, ax


def _show_once(figure):
    """A notebook shows the Figure that a cell returns; without this it would come twice."""
    if "inline" in plt.get_backend():
        plt.close(figure)


def _curve(ax, history, name, colour, style, label):
    steps, values = np.asarray(history["step"]), np.asarray(history[name], "float64")
    ax.plot(steps, values, color=colour, alpha=0.2, linewidth=0.7)
    width = max(1, len(values) // 40)
    smooth = np.convolve(values, np.ones(width) / width, mode="valid")
    ax.plot(steps[width - 1 :], smooth, color=colour, linestyle=style, linewidth=1.8, label=label)
    ax.spines[["top", "right"]].set_visible(False)
