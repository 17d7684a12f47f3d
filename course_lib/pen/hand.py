"""Handwriting drawn by a simulated pen: offline, fast, and with a known style.

A letter shape from `glyphs` becomes 96 points. The hand bends, turns, stretches and slants them,
and the pen leaves ink around them. All characters of a chunk go through each step together.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from course_lib.pen import glyphs
from course_lib.pen.glyphs import CHARACTERS

POINTS = 96  # along the path of the pen, without the moves between strokes
HEIGHT = 20.0  # pixels, of a capital or a digit: MNIST fits its digits into a box of 20×20
WIDEST = 22.0  # pixels; the box alone would leave little room for different widths and slants
SMALL, SMALL_HEIGHT = "acemnorsuvwxz", 16.0  # letters without a stem; pixels
CHUNK = 400  # characters drawn together; a chunk needs less than 50 MB of memory


class Style(NamedTuple):
    """How a person writes.

    Attributes:
        slant: degrees from the vertical, -60 to 60; positive values lean to the right.
        width: horizontal stretch, 0.4 to 1.7; 1 is natural.
        weight: stroke thickness, 0.8 to 6 pixels of the 28-pixel image.
        wobble: how far the hand strays from the exact letter shape, 0 (not at all) to 3; 1 is
            typical.
    """

    slant: float = 0.0
    width: float = 1.0
    weight: float = 2.4
    wobble: float = 1.0


LIMITS = Style((-60, 60), (0.4, 1.7), (0.8, 6), (0, 3))  # (lowest, highest) of each
USUAL = Style(slant=5.0, width=1.05, weight=2.4, wobble=0.8)  # an ordinary hand
NAMED_STYLES = {
    "narrow": USUAL._replace(width=0.6),
    "wide": USUAL._replace(width=1.6),
    "light": USUAL._replace(weight=1.4),
    "bold": USUAL._replace(weight=4.0),
    "italic": USUAL._replace(slant=35.0),
    "backhand": USUAL._replace(slant=-25.0),
}


def sample_style(rng) -> Style:
    """Return a random style, chosen as `draw` chooses when it is given none.

    Args:
        rng: a NumPy Generator.
    """
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


def draw(characters, style=None, rng=None) -> np.ndarray:
    """Draw characters, centred by their mass as in MNIST.

    Args:
        characters: a string or a sequence of N of the 62 `CHARACTERS`.
        style: one `Style` for all, a sequence of N, or None for a random one each.
        rng: a NumPy Generator, or a seed, 0 if None. The same seed gives the same images. With
            wobble 0, only the choice among the shapes of each character is random.

    Returns:
        uint8 [N, 28, 28, 1], white ink (255) on black (0).

    Raises:
        ValueError: for an unknown character or an impossible style.
    """
    characters = list(characters)
    _check_characters(characters)
    if not isinstance(rng, np.random.Generator):
        rng = np.random.default_rng(0 if rng is None else rng)
    n = len(characters)
    styles = _check_styles(style, n) if style is not None else _sample_styles(n, rng)
    # All random numbers are drawn here, so the size of the chunks makes no difference.
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


def _check_characters(characters):
    for position, character in enumerate(characters):
        if not isinstance(character, str) or len(character) != 1 or character not in CHARACTERS:
            raise ValueError(
                f"the pen cannot draw {character!r} (position {position}). "
                f"Choose from {CHARACTERS!r}."
            )


def _check_styles(style, n):
    """Return N styles as float64 [N, 4]."""
    styles = [style] * n if isinstance(style, Style) else list(style)
    for position, one in enumerate(styles):
        if not isinstance(one, Style):
            raise ValueError(
                f"style {position} is {one!r}, expected a pen.Style. "
                "Give one such as pen.Style(slant=10)."
            )
    if len(styles) != n:
        raise ValueError(
            f"found {len(styles)} styles for {n} characters. Give one style, or one for each."
        )
    for position, one in enumerate(styles):
        for name, value, (low, high) in zip(Style._fields, one, LIMITS, strict=True):
            if not low <= value <= high:
                raise ValueError(
                    f"style {position}: {name} is {value}, expected {low} to {high}. "
                    "Choose a value in this range."
                )
    return np.array(styles, "float64").reshape(n, 4)


# --- Shapes as paths of points -----------------------------------------------------------------


@cache
def _paths(character):
    """Return all shapes of a character: points [shapes, 96, 2], stroke numbers [shapes, 96]."""
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
    """Choose a shape each, by `chance` in [0, 1): points [n, 96, 2], stroke numbers [n, 96]."""
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
    """Return where the pen goes, in pixels [n, 96, 2], and how much ink it leaves [n, 96]."""
    habits = iter(np.moveaxis(hand, 1, 0)[..., None])  # 34 times a number in ±wobble, [n, 1]
    x, y = _bend(paths, strokes, habits)
    x, y = _fit(x, y, styles, small, habits)
    ink = _press(x, y, strokes, habits)
    mass = ink.sum(axis=1, keepdims=True)
    x = x - (x * ink).sum(axis=1, keepdims=True) / mass + 13.5  # centre of mass in the middle
    y = y - (y * ink).sum(axis=1, keepdims=True) / mass + 13.5
    return np.stack([x, y], axis=-1), ink


def _bend(paths, strokes, habits):
    """Return x and y [n, 96], y from about -0.5 to 0.5, bent and turned by a hand's habits."""
    low, high = paths.min(axis=1, keepdims=True), paths.max(axis=1, keepdims=True)
    size = np.maximum(high - low, 1e-9)[..., 1]  # [n, 1]
    x, y = np.moveaxis((paths - (low + high) / 2) / size[..., None], 2, 0)

    for number in range(4):  # strokes do not meet exactly where they should
        mine = strokes == number
        x = x + mine * 0.06 * next(habits)
        y = y + mine * 0.06 * next(habits)
    x = x * (1 + 0.5 * next(habits) * y)  # loops grow or shrink
    y = y + 0.4 * next(habits) * (0.25 - y * y)
    x = x + 0.25 * next(habits) * (0.25 - y * y)  # stems bow
    for frequency in (2.5, 4.5, 7.0):  # low-frequency warp, radians over the letter's height
        angle, phase = 3.14 * next(habits), 3.14 * next(habits)
        wave = np.sin(frequency * (x * np.cos(angle) + y * np.sin(angle)) + phase)
        x = x + 0.28 / frequency * next(habits) * wave
        y = y + 0.28 / frequency * next(habits) * wave

    turn = 0.15 * next(habits)
    return x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)


def _fit(x, y, styles, small, habits):
    """Return x and y in pixels [n, 96], in the size, width and slant of a style."""
    slant, width, weight, _ = styles.T[..., None]
    # As in MNIST, the height is fitted to a box; small letters stay somewhat smaller.
    top, bottom = y.min(axis=1, keepdims=True), y.max(axis=1, keepdims=True)
    height = np.where(small, SMALL_HEIGHT, HEIGHT)[:, None] * (1 + 0.04 * next(habits))
    tall = (height - weight) / (bottom - top)
    x, y = x * tall * width, (y - top) * tall
    x = x - y * np.tan(np.radians(slant))
    # Too wide a character shrinks in both directions: shrinking x alone would change its slant.
    shrink = np.minimum(1.0, (WIDEST - weight) / (np.ptp(x, axis=1)[:, None] + 1e-9))
    return x * shrink, y * shrink


def _press(x, y, strokes, habits):
    """Return the ink at each point [n, 96]: the length of path around it, by the pen's pressure."""
    step = np.hypot(np.diff(x), np.diff(y)) * (np.diff(strokes) == 0)  # pixels; 0 in the air
    ink = (np.pad(step, ((0, 0), (1, 0))) + np.pad(step, ((0, 0), (0, 1)))) / 2
    way = np.linspace(0, 1, POINTS)[None]
    return ink * (1 + 0.15 * next(habits) * np.sin(6 * way + 3 * next(habits)))


def _ink(points, ink, weight):
    """Return grey levels, uint8 [n, 28, 28]: a bell of ink around each point, added and clipped.

    At a distance d from the middle of a stroke, the bells add up to exp(-d²/2σ²). That is one half
    at d = weight / 2.
    """
    sigma = weight[:, None, None] / 2.355
    grid = np.arange(28.0)
    bells = np.exp(-0.5 * ((grid - points[..., None]) / sigma[..., None]) ** 2)  # [n, 96, 2, 28]
    bells_x, bells_y = bells[:, :, 0], bells[:, :, 1] * (ink[..., None] / sigma / 2.507)
    density = np.swapaxes(bells_y, 1, 2) @ bells_x  # [n, 28, 28]
    edge = np.maximum(sigma / 0.5887, 1.0)  # a ramp one pixel wide
    return (np.clip((density - 0.5) * edge + 0.5, 0, 1) * 255).round().astype(np.uint8)
