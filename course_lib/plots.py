"""Plots of a run: image grids, scores, loss curves, class counts.

Images are uint8 in 0–255 or float32 in [-1, 1]; the dtype tells which. Every function returns its
Figure; it draws into `ax` if given, and into a new Figure otherwise. Line styles and words repeat
what the colours say, so that the plots can be read in grey and by colour-blind readers (colours
after Okabe and Ito 2008).
"""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.data.pixels import to_ink

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#00785A", "#C23B00", "#888888"


def _drawable(images):
    """Return images with nan and inf replaced, so that samples of a diverged run can be drawn."""
    return np.nan_to_num(images, nan=0.0, posinf=1.0, neginf=-1.0)


def tile(images, columns, gap=2, headroom=0) -> np.ndarray:
    """Arrange images in one picture, row by row.

    Args:
        images: [N, 28, 28, 1].
        columns: how many images there are in a row.
        gap: white pixels around each image.
        headroom: additional white pixels above each row, for captions.

    Returns:
        float32 [height, width], from 0 (black) to 1 (white); ink is white.

    Raises:
        ValueError: for images of another shape or range.
    """
    grey = to_ink(_drawable(images))
    n, height, width = grey.shape
    rows = -(-n // columns)
    page = np.ones((rows * (height + gap + headroom) + gap, columns * (width + gap) + gap))
    for i, image in enumerate(grey):
        top = (i // columns) * (height + gap + headroom) + gap + headroom
        left = (i % columns) * (width + gap) + gap
        page[top : top + height, left : left + width] = image
    return page.astype("float32")


def plot_images(images, captions=None, colours=None, columns=10, title=None, ax=None) -> plt.Figure:
    """Plot a grid of images, white ink on black.

    Args:
        images: [N, 28, 28, 1].
        captions: N strings to write above the images.
        colours: N colours, for the captions.
        columns: the largest number of images in a row.
        title: the title of the plot.
        ax: the axes to draw into.

    Raises:
        ValueError: for images of another shape or range.
    """
    columns = min(columns, len(images))
    page = tile(images, columns, headroom=9 if captions is not None else 0)
    inches = min(0.03, 9 / page.shape[1])  # for each pixel; at most nine inches in all
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


def plot_score_grid(images, scores, is_real, columns=8, title=None, ax=None) -> plt.Figure:
    """Plot images, each with D's score and whether it is real, as in the tutorial letters-dcgan.

    Args:
        images: [N, 28, 28, 1].
        scores: N numbers from 0 to 1, the probability that D gives to an image of being real.
        is_real: N booleans: a green caption says "real", a red one "generated".
        columns, title, ax: as `plot_images` takes them.

    Raises:
        ValueError: for images of another shape or range.
    """
    scores, is_real = np.ravel(scores), np.ravel(is_real)
    captions = [
        f"{'real' if real else 'generated'} {score:.2f}"
        for real, score in zip(is_real, scores, strict=True)
    ]
    colours = [GREEN if real else RED for real in is_real]
    return plot_images(images, captions, colours, columns, title, ax)


def plot_film_strip(frames, steps, title=None, ax=None) -> plt.Figure:
    """Plot how samples of the same z changed in training: one row of images for each frame.

    Args:
        frames: a list of arrays [N, 28, 28, 1].
        steps: what to write beside each row: a step's number, or a string.
        title: the title of the plot.
        ax: the axes to draw into.

    Raises:
        ValueError: for images of another shape or range.
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


def plot_losses(history, ax=None) -> plt.Figure:
    """Plot both losses of a GAN by step: smoothed lines, with the raw values behind them.

    Args:
        history: a dict of lists with the keys "step", "d_loss" and "g_loss".
        ax: the axes to draw into.
    """
    figure, ax = _axes(ax, figsize=(8, 3))
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
    figure, ax = _axes(ax, figsize=(8, 3))
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
    if ax is None:
        figure, ax = plt.subplots(2, 1, figsize=(8, 5), sharex=True, layout="constrained")
        _show_once(figure)
    upper, lower = ax
    plot_losses(history, ax=upper)
    plot_scores(history, ax=lower)
    upper.set_xlabel("")
    return upper.figure


def plot_vae_losses(history, ax=None) -> plt.Figure:
    """Plot the losses of a VAE by step, each in a panel of its own, because their sizes differ.

    Args:
        history: a dict of lists with the key "step" and any of "reconstruction_loss", "kl_loss"
            and "class_loss".
        ax: as many axes to draw into as there are losses.
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


def plot_class_counts(labels, class_names, title=None, ax=None) -> plt.Figure:
    """Plot how many images each class has, one bar for each class.

    Args:
        labels: integers [N].
        class_names: what they stand for, in order.
        title: the title of the plot.
        ax: the axes to draw into.
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
    """Close the figure in a notebook, which shows what a cell returns and would show it twice."""
    if "inline" in plt.get_backend():
        plt.close(figure)


def _curve(ax, history, name, colour, style, label):
    steps, values = np.asarray(history["step"]), np.asarray(history[name], "float64")
    ax.plot(steps, values, color=colour, alpha=0.2, linewidth=0.7)
    width = max(1, len(values) // 40)
    smooth = np.convolve(values, np.ones(width) / width, mode="valid")
    ax.plot(steps[width - 1 :], smooth, color=colour, linestyle=style, linewidth=1.8, label=label)
    ax.spines[["top", "right"]].set_visible(False)
