"""From paper to the networks and back: drawings cut to their size, and characters set to lines.

`fit` makes of a drawing what the pen would have made of it, `measure` says how it is written,
`typeset` puts characters beside each other as a hand would.
"""

import numpy as np
from PIL import Image

from course_lib.data.pixels import to_ink
from course_lib.pen.hand import HEIGHT, WIDEST

BASELINE = 24  # the row of a line of 28 that characters stand on
FAINT = 0.25  # ink up to here is the network's doubt, not its stroke
SPACE = 9  # pixels between two words


def fit(drawing):
    """A drawing of any size, scaled and centred by its mass as the training images are.

    `drawing`: uint8 [H, W], white ink on black. Returns uint8 [28, 28, 1]. Raises ValueError if
    there is no ink on it, or it is something else. LeCun et al. 1998 centred MNIST like this.
    """
    drawing = np.asarray(drawing)
    if drawing.ndim != 2 or drawing.dtype != np.uint8:
        raise ValueError(f"a drawing of {drawing.dtype} {drawing.shape}: expected uint8 [H, W]")
    inked = drawing > max(drawing.max(initial=0) / 2, 25)
    if not inked.any():
        raise ValueError("there is no ink on the paper: draw a character first")
    rows, columns = (np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0))
    tall, broad = np.ptp(rows) + 1, np.ptp(columns) + 1
    side = 28 * max(tall / HEIGHT, broad / WIDEST)  # of the square that becomes 28×28
    mass = drawing.sum(dtype=float)
    y = drawing.sum(axis=1) @ (np.arange(drawing.shape[0]) + 0.5) / mass
    x = drawing.sum(axis=0) @ (np.arange(drawing.shape[1]) + 0.5) / mass
    room = int(np.ceil(side))  # so that the square lies within
    page = Image.fromarray(np.pad(drawing, room))
    left, top = x + room - side / 2, y + room - side / 2
    box = (left, top, left + side, top + side)
    return np.asarray(page.resize((28, 28), Image.Resampling.BOX, box))[..., None]


def measure(images):
    """How characters are written: {"slant", "width", "weight"}, each [N], by their moments.

    `images`: float [N, 28, 28, 1] in [-1, 1]. Slant in degrees, positive leans right; width over
    height, the slant undone; weight as the ink in pixels. Raises ValueError for other images.
    """
    ink = to_ink(images).astype("float64")
    ink = np.where(ink > FAINT, ink, 0)
    y, x = np.mgrid[:28, :28]
    mass = ink.sum(axis=(1, 2)) + 1e-9

    def mean(a):
        return (ink * a).sum(axis=(1, 2)) / mass

    dx, dy = x - mean(x)[:, None, None], y - mean(y)[:, None, None]
    xx, yy, xy = mean(dx * dx), mean(dy * dy) + 1e-9, mean(dx * dy)
    upright = np.maximum(xx - xy**2 / yy, 0)  # the spread to the sides once the slant is undone
    return {
        "slant": np.degrees(np.arctan(-xy / yy)),
        "width": np.sqrt(upright / yy),
        "weight": mass,
    }


def typeset(images, columns=330, gap=3, zoom=3):
    """Characters set to lines on one baseline, dark on white: uint8 [height, width].

    `images`: float [N, 28, 28, 1] in [-1, 1], a blank one for a space, as `VAE.write` gives them.
    `columns`: pixels of 28 a line may be long, before `zoom`; `gap`: between two characters. All
    stand on their lowest row, as capitals and digits do. Raises ValueError for other images.
    """
    words, lines = [[]], [[]]
    for image in to_ink(images):
        if image.max() <= FAINT:
            words.append([])
            continue
        character = _trim(image, gap)
        if sum(part.shape[1] for part in words[-1]) + character.shape[1] > columns:
            words.append([])  # a word longer than a line goes on in the next
        words[-1].append(character)
    for word in (np.concatenate(word, axis=1) for word in words if word):
        word = np.pad(word, ((0, 0), (0, SPACE)))
        used = sum(part.shape[1] for part in lines[-1])
        if lines[-1] and used + word.shape[1] - SPACE > columns:
            lines.append([])
        lines[-1].append(word)
    rows = [np.concatenate(line, axis=1) for line in lines if line] or [np.zeros((28, 20))]
    wide = max(row.shape[1] for row in rows)
    page = np.concatenate([np.pad(row, ((2, 2), (4, wide - row.shape[1]))) for row in rows])
    picture = Image.fromarray((255 - 255 * page).round().astype("uint8"))
    size = page.shape[1] * zoom, page.shape[0] * zoom
    return np.asarray(picture.resize(size, Image.Resampling.LANCZOS))


def _trim(image, gap):
    """A character between its outermost inked columns, standing on the baseline: [28, w + gap]."""
    rows, columns = (np.flatnonzero((image > FAINT).any(axis=axis)) for axis in (1, 0))
    character = image[: rows[-1] + 1, columns[0] : columns[-1] + 1]
    above = np.pad(character, ((BASELINE + 1, 0), (0, gap)))[-BASELINE - 1 :]
    return np.pad(above, ((0, 27 - BASELINE), (0, 0)))
