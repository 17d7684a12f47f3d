"""Prepare drawings for the networks, and set written characters in lines.

`fit` turns a drawing into an image like the training images, `measure` returns the slant, width
and weight of characters, and `typeset` sets characters side by side in lines of text.
"""

import numpy as np
from PIL import Image

from course_lib.data.pixels import to_ink
from course_lib.pen.hand import HEIGHT, WIDEST

BASELINE = 24  # the row, of 28, that characters stand on
FAINT = 0.25  # fainter ink shows the network's uncertainty, and isn't part of a stroke
SPACE = 9  # pixels between two words
NOISE = 25  # of 255; darker pixels in a drawing are not ink


def fit(drawing) -> np.ndarray:
    """Scale a drawing to the size of a training image, and centre it by its mass.

    MNIST's digits were centred in the same way (LeCun et al. 1998).

    Args:
        drawing: uint8 [H, W], white ink on black, of any size.

    Returns:
        uint8 [28, 28, 1].

    Raises:
        ValueError: if the drawing has no ink on it, or has another dtype or shape.
    """
    drawing = np.asarray(drawing)
    if drawing.ndim != 2 or drawing.dtype != np.uint8:
        raise ValueError(
            f"the drawing is {drawing.dtype} with shape {drawing.shape}: expected uint8 [H, W]"
        )
    inked = drawing > max(drawing.max(initial=0) / 2, NOISE)
    if not inked.any():
        raise ValueError("the drawing has no ink on it: draw a character first")
    rows, columns = _inked_lines(inked)
    tall, broad = np.ptp(rows) + 1, np.ptp(columns) + 1
    side = 28 * max(tall / HEIGHT, broad / WIDEST)  # of the square that becomes 28×28
    margin = int(np.ceil(side))  # keeps the square inside the page
    y, x = _centre_of_mass(drawing) + margin
    page = Image.fromarray(np.pad(drawing, margin))
    square = (x - side / 2, y - side / 2, x + side / 2, y + side / 2)
    return np.asarray(page.resize((28, 28), Image.Resampling.BOX, square))[..., None]


def _inked_lines(inked):
    """Return the numbers of the rows and of the columns that contain ink."""
    return [np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0)]


def _centre_of_mass(drawing):
    """Return the (row, column) of the centre of mass, in pixels from the upper left corner."""
    y = drawing.sum(axis=1) @ (np.arange(drawing.shape[0]) + 0.5)
    x = drawing.sum(axis=0) @ (np.arange(drawing.shape[1]) + 0.5)
    return np.array([y, x]) / drawing.sum(dtype=float)


def measure(images) -> dict[str, np.ndarray]:
    """Measure the slant, width and weight of characters by their moments.

    Args:
        images: [N, 28, 28, 1], uint8 in 0–255 or floats in [-1, 1].

    Returns:
        Three float64 arrays [N]: "slant" in degrees, positive if a character leans right; "width"
        as the horizontal spread divided by the vertical one, after the slant is removed; "weight"
        as the amount of ink in pixels.

    Raises:
        ValueError: for images of another shape or range.
    """
    ink = to_ink(images).astype("float64")
    ink = np.where(ink > FAINT, ink, 0)
    y, x = np.mgrid[:28, :28]
    mass = ink.sum(axis=(1, 2)) + 1e-9

    def mean(a):
        return (ink * a).sum(axis=(1, 2)) / mass

    dx, dy = x - mean(x)[:, None, None], y - mean(y)[:, None, None]
    xx, yy, xy = mean(dx * dx), mean(dy * dy) + 1e-9, mean(dx * dy)
    upright = np.maximum(xx - xy**2 / yy, 0)  # horizontal variance without the slant
    return {
        "slant": np.degrees(np.arctan(-xy / yy)),
        "width": np.sqrt(upright / yy),
        "weight": mass,
    }


def typeset(images, columns=330, gap=3, zoom=3) -> np.ndarray:
    """Set characters in lines of text, black on white.

    Every character stands with its lowest row on the baseline, as capitals and digits do.

    Args:
        images: [N, 28, 28, 1], uint8 in 0–255 or floats in [-1, 1], as `VAE.write` returns them. A
            blank image is a space.
        columns: the greatest length of a line, in pixels before the enlargement.
        gap: pixels between two characters, before the enlargement.
        zoom: how many times to enlarge the result.

    Returns:
        uint8 [height, width].

    Raises:
        ValueError: for images of another shape or range.
    """
    inks = to_ink(images) if len(images) else ()
    lines = _split_lines(_split_words(inks, columns, gap), columns)
    rows = [np.concatenate(line, axis=1) for line in lines if line] or [np.zeros((28, 20))]
    widest = max(row.shape[1] for row in rows)
    page = np.concatenate([np.pad(row, ((2, 2), (4, widest - row.shape[1]))) for row in rows])
    picture = Image.fromarray((255 - 255 * page).round().astype("uint8"))
    size = page.shape[1] * zoom, page.shape[0] * zoom
    return np.asarray(picture.resize(size, Image.Resampling.LANCZOS))


def _split_words(inks, columns, gap):
    """Return the words, each [28, w]; a word that is longer than a line is split."""
    words = [[]]
    for ink in inks:
        if ink.max() <= FAINT:
            words.append([])
            continue
        character = _trim(ink, gap)
        if sum(part.shape[1] for part in words[-1]) + character.shape[1] > columns:
            words.append([])
        words[-1].append(character)
    return [np.concatenate(word, axis=1) for word in words if word]


def _split_lines(words, columns):
    """Return the lines, each a list of words followed by a space."""
    lines = [[]]
    for word in words:
        used = sum(part.shape[1] for part in lines[-1])
        if lines[-1] and used + word.shape[1] > columns:
            lines.append([])
        lines[-1].append(np.pad(word, ((0, 0), (0, SPACE))))
    return lines


def _trim(ink, gap):
    """Return a character on the baseline, without blank columns, but with a gap after: [28, w]."""
    rows, columns = _inked_lines(ink > FAINT)
    character = ink[: rows[-1] + 1, columns[0] : columns[-1] + 1]
    above = np.pad(character, ((BASELINE + 1, 0), (0, gap)))[-BASELINE - 1 :]
    return np.pad(above, ((0, 27 - BASELINE), (0, 0)))
