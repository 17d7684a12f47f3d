"""Handwriting drawn by a simulated pen: offline, quick, and the truth about each style is known.

A letter shape from `glyphs` becomes 96 points; the hand bends, stretches, leans and turns them;
the pen leaves ink around each point. All characters of a chunk go through each step together.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from course_lib.pen import glyphs
from course_lib.pen.glyphs import CHARACTERS

POINTS = 96  # on the way of the pen, pauses left out
HEIGHT = 20.0  # pixels of a capital or a digit, as MNIST fits them into a 20×20 box
WIDEST = 22.0  # pixels; a little more than that box, or hardly a width or slant would survive it
SMALL, SMALL_HEIGHT = "acemnorsuvwxz", 16.0  # letters without a stem, and their height
CHUNK = 400  # characters drawn together; what one chunk needs stays below 50 MB


class Style(NamedTuple):
    """How a person writes.

    `slant`: degrees from the upright, positive leans right, -60 to 60. `width`: horizontal
    stretch, 0.4 to 1.7, 1 is natural. `weight`: breadth of the stroke in pixels of the 28-pixel
    image, 0.8 to 6. `wobble`: how far the hand strays from the letter's own shape, 0 (not at all)
    to 3; 1 is a person's.
    """

    slant: float = 0.0
    width: float = 1.0
    weight: float = 2.4
    wobble: float = 1.0


LIMITS = Style((-60, 60), (0.4, 1.7), (0.8, 6), (0, 3))


def sample_style(rng):
    """One writer's `Style` at random; the spread is that of people (`rng`: a NumPy Generator)."""
    return Style(*_sample_styles(1, rng)[0].tolist())


def _sample_styles(n, rng):
    return np.column_stack(
        [
            np.clip(rng.normal(9, 16, n), -35, 50),
            rng.uniform(0.75, 1.4, n),
            np.clip(rng.lognormal(np.log(2.4), 0.25, n), 1.3, 3.9),
            rng.uniform(0.5, 1.5, n),
        ]
    )


def draw(characters, style=None, rng=None):
    """Draw characters: uint8 [N, 28, 28, 1], white ink on black, centred by mass as MNIST's.

    `characters`: a string or sequence of N of the 62 `CHARACTERS`. `style`: None for a new one
    each, one `Style` for all, or a sequence of N. `rng`: a NumPy Generator or a seed, 0 if None;
    the same seed gives the same bytes. At wobble 0 only the choice among a character's shapes
    is left to chance. Raises ValueError for an unknown character or an impossible style.
    """
    characters = list(characters)
    for position, character in enumerate(characters):
        if not isinstance(character, str) or len(character) != 1 or character not in CHARACTERS:
            raise ValueError(
                f"the pen does not know {character!r} (position {position}); it knows {CHARACTERS}"
            )
    if not isinstance(rng, np.random.Generator):
        rng = np.random.default_rng(0 if rng is None else rng)
    n = len(characters)
    styles = _check_styles(style, n) if style is not None else _sample_styles(n, rng)
    # All chance is drawn here, before the chunks: their size changes nothing.
    chance = rng.random(n)
    small = np.array([character in SMALL for character in characters])
    hand = rng.uniform(-1, 1, (n, 34)) * styles[:, 3:]
    images = np.empty((n, 28, 28, 1), np.uint8)
    for start in range(0, n, CHUNK):
        part = slice(start, start + CHUNK)
        paths, strokes = _choose_shapes(characters[part], chance[part])
        points, ink = _write(paths, strokes, hand[part], styles[part], small[part])
        images[part, ..., 0] = _ink(points, ink, styles[part, 2])
    return images


def _check_styles(style, n):
    styles = [style] * n if isinstance(style, Style) else list(style)
    for position, one in enumerate(styles):
        if not isinstance(one, Style):
            raise ValueError(
                f"style {position} is {one!r}: expected a pen.Style(slant, width, ...)"
            )
    if len(styles) != n:
        raise ValueError(f"{len(styles)} styles for {n} characters: give one, or one each")
    for position, one in enumerate(styles):
        for name, value, (low, high) in zip(Style._fields, one, LIMITS, strict=True):
            if not low <= value <= high:
                raise ValueError(f"style {position}: {name} is {value}, expected {low} to {high}")
    return np.array(styles, "float64").reshape(n, 4)


# --- Shapes as paths of points -----------------------------------------------------------------


@cache
def _paths(character):
    """Every shape of a character: points [shapes, 96, 2], stroke numbers [shapes, 96]."""
    resampled = [_resample(shape) for shape in glyphs.shapes(character)]
    return np.stack([path for path, _ in resampled]), np.stack([number for _, number in resampled])


def _resample(shape):
    """Spread 96 points evenly over the strokes of one shape."""
    lengths = np.array([np.hypot(*np.diff(stroke, axis=0).T).sum() for stroke in shape])
    counts = np.maximum(3, np.floor(POINTS * lengths / lengths.sum())).astype(int)
    counts[np.argmax(counts)] += POINTS - counts.sum()
    path = []
    for stroke, count in zip(shape, counts, strict=True):
        way = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
        at = np.linspace(0, way[-1], count)
        path.append(np.column_stack([np.interp(at, way, stroke[:, axis]) for axis in (0, 1)]))
    return np.concatenate(path), np.repeat(np.arange(len(shape)), counts)


def _choose_shapes(characters, chance):
    """One shape each, by `chance` in [0, 1): points [n, 96, 2], stroke numbers [n, 96]."""
    paths = np.empty((len(characters), POINTS, 2))
    strokes = np.empty((len(characters), POINTS), int)
    names = np.array(characters)
    for character in set(characters):
        rows = np.flatnonzero(names == character)
        all_paths, all_strokes = _paths(character)
        choice = (chance[rows] * len(all_paths)).astype(int)
        paths[rows], strokes[rows] = all_paths[choice], all_strokes[choice]
    return paths, strokes


# --- The hand ----------------------------------------------------------------------------------


def _write(paths, strokes, hand, styles, small):
    """Where the pen goes, in pixels [n, 96, 2], and how much ink it leaves there [n, 96]."""
    slant, width, weight, _ = styles.T[..., None]
    h = iter(np.moveaxis(hand, 1, 0)[..., None])  # one number in ±wobble for each habit, [n, 1]
    low, high = paths.min(axis=1, keepdims=True), paths.max(axis=1, keepdims=True)
    size = np.maximum(high - low, 1e-9)[..., 1]  # [n, 1]
    x, y = np.moveaxis((paths - (low + high) / 2) / size[..., None], 2, 0)  # y from -0.5 to 0.5

    for number in range(4):  # no stroke meets the other quite where it should
        mine = strokes == number
        x = x + mine * 0.06 * next(h)
        y = y + mine * 0.06 * next(h)
    x, y = x * (1 + 0.5 * next(h) * y), y + 0.4 * next(h) * (0.25 - y * y)  # loops grow or shrink
    x = x + 0.25 * next(h) * (0.25 - y * y)  # stems bow
    for frequency in (2.5, 4.5, 7.0):  # low-frequency warp, radians over the letter's height
        angle, phase = 3.14 * next(h), 3.14 * next(h)
        wave = np.sin(frequency * (x * np.cos(angle) + y * np.sin(angle)) + phase)
        x, y = x + 0.28 / frequency * next(h) * wave, y + 0.28 / frequency * next(h) * wave

    turn = 0.15 * next(h)
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    # The height is fitted to a box, as MNIST's; small letters keep a part of their smallness.
    top, bottom = y.min(axis=1, keepdims=True), y.max(axis=1, keepdims=True)
    fit = np.where(small, SMALL_HEIGHT, HEIGHT)[:, None] * (1 + 0.04 * next(h))
    tall = (fit - weight) / (bottom - top)
    x, y = x * tall * width, (y - top) * tall
    x = x - y * np.tan(np.radians(slant))
    # What is too broad shrinks in both directions: squeezed in one, it would lose its slant.
    shrink = np.minimum(1.0, (WIDEST - weight) / (np.ptp(x, axis=1)[:, None] + 1e-9))
    x, y = x * shrink, y * shrink

    step = np.hypot(np.diff(x), np.diff(y)) * (np.diff(strokes) == 0)  # pixels; 0 in the air
    ink = (np.pad(step, ((0, 0), (1, 0))) + np.pad(step, ((0, 0), (0, 1)))) / 2
    way = np.linspace(0, 1, POINTS)[None]
    ink = ink * (1 + 0.15 * next(h) * np.sin(6 * way + 3 * next(h)))  # pressure
    mass = ink.sum(axis=1, keepdims=True)
    x = x - (x * ink).sum(axis=1, keepdims=True) / mass + 13.5  # centred by mass
    y = y - (y * ink).sum(axis=1, keepdims=True) / mass + 13.5
    return np.stack([x, y], axis=-1), ink


def _ink(points, ink, weight):
    """Grey levels uint8 [n, 28, 28]: a bell of ink around each point, cut off where it is full.

    Across a stroke the bells add up to exp(-d²/2σ²); it falls to one half at d = weight / 2.
    """
    sigma = weight[:, None, None] / 2.355
    grid = np.arange(28.0)
    bells = np.exp(-0.5 * ((grid - points[..., None]) / sigma[..., None]) ** 2)  # [n, 96, 2, 28]
    bells_x, bells_y = bells[:, :, 0], bells[:, :, 1] * (ink[..., None] / sigma / 2.507)
    density = np.swapaxes(bells_y, 1, 2) @ bells_x  # [n, 28, 28]
    edge = np.maximum(sigma / 0.5887, 1.0)  # a ramp one pixel wide
    return (np.clip((density - 0.5) * edge + 0.5, 0, 1) * 255).round().astype(np.uint8)
