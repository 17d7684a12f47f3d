"""Plot images: grids, D's scores above them, a film strip, a map of errors."""

import warnings
from numbers import Integral

import matplotlib.pyplot as plt
import numpy as np

from course_lib.data.pixels import describe_unit_range, to_ink
from course_lib.plots.figures import GREEN, RED, open_axes


def _as_array(images):
    array = np.asarray(images)
    if array.ndim == 0:
        hint = " Of a Dataset, give its .images" * hasattr(images, "images")
        raise ValueError(
            f"got a {type(images).__name__} where images belong: expected an array, "
            f"[N, 28, 28, 1], such as gan.sample(16) returns.{hint}"
        )
    return array


def _drawable(images):
    """Return images with nan and inf replaced, so that samples of a diverged run can be drawn."""
    return np.nan_to_num(images, nan=0.0, posinf=1.0, neginf=-1.0)


def _check_equal(n, values, name, parts="images"):
    if values is not None and len(values) != n:
        raise ValueError(
            f"there are {n} {parts}, but {len(values)} in {name}: expected one for each"
        )


def tile(images, columns, gap=2, headroom=0, ink="white") -> np.ndarray:
    """Arrange images in one picture, row by row.

    Args:
        images: [N, 28, 28, 1].
        columns: how many images there are in a row.
        gap: white pixels around each image.
        headroom: additional white pixels above each row, for captions.
        ink: "white" on black paper, as the networks see it, or "black" on white, as on paper.

    Returns:
        float32 [height, width], from 0 (black) to 1 (white). A warning says so if the images look
        like pixels in [0, 1], whose paper comes out grey.

    Raises:
        ValueError: for images of another shape or range, for another ink, and for columns below 1.
    """
    if ink not in ("white", "black"):
        raise ValueError(f"ink is {ink!r}: expected 'white' or 'black'")
    if not isinstance(columns, Integral) or columns < 1:
        raise ValueError(f"columns is {columns!r}: expected a whole number, 1 or more")
    images = _as_array(images)
    if words := describe_unit_range(images):
        warnings.warn(f"{words}. They are drawn as they are, on grey", stacklevel=3)
    grey = to_ink(_drawable(images))
    grey = grey if ink == "white" else 1 - grey
    n, height, width = grey.shape
    rows = -(-n // columns)
    page = np.ones((rows * (height + gap + headroom) + gap, columns * (width + gap) + gap))
    for i, image in enumerate(grey):
        top = (i // columns) * (height + gap + headroom) + gap + headroom
        left = (i % columns) * (width + gap) + gap
        page[top : top + height, left : left + width] = image
    return page.astype("float32")


def plot_images(
    images, captions=None, colours=None, columns=10, title=None, ax=None, ink="white"
) -> plt.Figure:
    """Plot a grid of images.

    Args:
        images: [N, 28, 28, 1].
        captions: N strings to write above the images.
        colours: N colours, for the captions.
        columns: the largest number of images in a row.
        title: the title of the plot.
        ax: the axes to draw into.
        ink: "white" on black, or "black" on white.

    Raises:
        ValueError: for images of another shape or range, another ink or number of captions.
    """
    images = _as_array(images)
    _check_equal(len(images), captions, "captions")
    _check_equal(len(images), colours, "colours")
    columns = min(columns, max(len(images), 1))
    page = tile(images, columns, headroom=9 if captions is not None else 0, ink=ink)
    inches = min(0.03, 9 / page.shape[1])  # for each pixel; at most nine inches in all
    figure, ax = open_axes(ax, figsize=(page.shape[1] * inches, page.shape[0] * inches + 0.3))
    ax.imshow(page, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.axis("off")
    for i, caption in enumerate(captions if captions is not None else []):
        x = (i % columns) * 30 + 16
        y = (i // columns) * 39 + 9
        colour = colours[i] if colours is not None else "black"
        ax.text(x, y, caption, ha="center", va="bottom", fontsize=8, color=colour)
    if title:
        ax.set_title(title, fontsize=10)
    return figure


def plot_score_grid(
    images, scores, is_real, columns=8, title=None, ax=None, ink="white"
) -> plt.Figure:
    """Plot images, each with D's score and whether it is real, as in the tutorial letters-dcgan.

    Args:
        images: [N, 28, 28, 1].
        scores: N numbers from 0 to 1, the probability that D gives to an image of being real.
        is_real: N booleans: a green caption says "real", a red one "fake".
        columns, title, ax, ink: as `plot_images` takes them.

    Raises:
        ValueError: for images of another shape or range, and for another number of scores.
    """
    images, scores, is_real = _as_array(images), np.ravel(scores), np.ravel(is_real)
    _check_equal(len(images), scores, "scores")
    _check_equal(len(images), is_real, "is_real")
    captions = [
        f"{'real' if real else 'fake'} {score:.2f}"
        for real, score in zip(is_real, scores, strict=True)
    ]
    colours = [GREEN if real else RED for real in is_real]
    return plot_images(images, captions, colours, columns, title, ax, ink)


def plot_film_strip(frames, steps, title=None, ax=None, ink="white") -> plt.Figure:
    """Plot how samples of the same z changed in training: one row of images for each frame.

    Args:
        frames: a list of arrays [N, 28, 28, 1].
        steps: what to write beside each row: a step's number, or a string.
        title: the title of the plot.
        ax: the axes to draw into.
        ink: "white" on black, or "black" on white.

    Raises:
        ValueError: for images of another shape or range, for another ink, and unless each frame has
            a step.
    """
    _check_equal(len(frames), steps, "steps", "frames")
    if not len(frames):
        raise ValueError("there are no frames: expected 1 or more, such as a Film takes in fit")
    words = [step if isinstance(step, str) else f"step {step}" for step in steps]
    columns = len(frames[0])
    figure, ax = open_axes(ax, figsize=(columns * 0.58 + 0.8, len(frames) * 0.58))
    ax.imshow(tile(np.concatenate(frames), columns, ink=ink), cmap="gray", vmin=0, vmax=1)
    ax.set_yticks([i * 30 + 16 for i in range(len(frames))], words)
    ax.set_xticks([])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.set_title(title or "")
    return figure


def plot_error_map(images, redrawn, title=None, ax=None) -> plt.Figure:
    """Plot where redrawn images differ from the originals: the mean squared error of each pixel.

    Ink counts from 0 to 1, so an error of 1 is a pixel that is always ink where there should be
    paper, or the other way round. Above the map stands the mean over all pixels, unless a title is
    given.

    Args:
        images, redrawn: [N, 28, 28, 1], the n-th of the one redrawn as the n-th of the other.
        title: the title of the plot.
        ax: the axes to draw into.

    Raises:
        ValueError: for images of another shape or range, such as pixels in [0, 1], and for
            different numbers of them.
    """
    images, redrawn = _as_array(images), _as_array(redrawn)
    if len(images) != len(redrawn):
        raise ValueError(
            f"there are {len(images)} images and {len(redrawn)} redrawn: expected one of each "
            "in every pair"
        )
    for given in (images, redrawn):
        if words := describe_unit_range(given):
            raise ValueError(words)
    errors = np.square(to_ink(_drawable(redrawn)) - to_ink(images)).mean(axis=0)
    figure, ax = open_axes(ax, figsize=(4.5, 3.6))
    picture = ax.imshow(errors, cmap="gray_r", vmin=0)
    figure.colorbar(picture, ax=ax, label="mean squared error")
    ax.set(xticks=[], yticks=[])
    ax.set_title(title or f"mean over all pixels: {errors.mean():.4f}", fontsize=10)
    return figure
