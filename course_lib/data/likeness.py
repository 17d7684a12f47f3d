"""Do the images look like the characters that their labels name, and are they upright?

The mean picture of each class is compared with the mean of drawn characters (`shapes`), in each of
the eight ways in which a square can be turned and mirrored. What all classes have in common is
taken away first, so only what tells them apart counts. A correlation of 1 is a perfect fit.
"""

import numpy as np

from course_lib.data.shapes import INK, SIDE, average_shape

UPRIGHT = "upright"
TURNS = {  # what images [N, 28, 28, ...] look like: the turn that sets them upright
    UPRIGHT: lambda x: x,
    "upside down": lambda x: x[:, ::-1, ::-1],
    "mirrored": lambda x: x[:, :, ::-1],
    "mirrored top to bottom": lambda x: x[:, ::-1],
    "transposed": lambda x: x.swapaxes(1, 2),
    "turned 90 degrees clockwise": lambda x: np.rot90(x, 1, (1, 2)),
    "turned 90 degrees counterclockwise": lambda x: np.rot90(x, 3, (1, 2)),
    "transposed and upside down": lambda x: np.rot90(x, 2, (1, 2)).swapaxes(1, 2),
}
LEAST_IMAGES, LEAST_CLASSES = 100, 5  # with fewer, nothing is said
PER_CLASS = 200  # images, at most, in the mean picture of a class
BLOCK = 10_000  # images turned at once
# Measured: random hundreds of MNIST fit at 0.71 to 0.84 as they are, at 0.51 at most in another
# way; Omniglot's letters at 0.5. Fashion-MNIST and MNIST with shuffled labels are below 0.1.
ALIKE = 0.3
MARGIN = 0.2  # by which another way must fit better before the images are turned
CLEAR = 0.05  # by which it must fit better than each of the others


def compare_turns(images, labels, class_names) -> dict[str, float] | None:
    """Return how well the images fit the characters, for each of `TURNS`.

    Args:
        images: uint8 [N, 28, 28, 1].
        labels: integers [N], indices into `class_names`.
        class_names: the character that each label stands for. Only 0-9, A-Z and a-z count.

    Returns:
        Correlations from -1 to 1, or None where there is too little to judge by: fewer than 100
        images, or fewer than five characters.
    """
    classes = [k for k, name in enumerate(class_names) if name in INK and (labels == k).any()]
    if len(images) < LEAST_IMAGES or len(classes) < LEAST_CLASSES:
        return None
    expected = _differences(np.stack([average_shape(class_names[k]) for k in classes]))
    rows = [np.flatnonzero(labels == k)[:PER_CLASS] for k in classes]
    pictures = _centre(np.stack([images[some].mean(axis=0) for some in rows]))
    fits = {}
    for turn, set_upright in TURNS.items():
        found = set_upright(pictures).reshape(len(classes), SIDE, 4, SIDE, 4).mean(axis=(2, 4))
        fits[turn] = float((_differences(found) * expected).sum(axis=1).mean())
    return fits


def find_turn(fits) -> str:
    """Return which of `TURNS` the images show, from `compare_turns`; upright where in doubt."""
    if fits is None:
        return UPRIGHT
    best, second = sorted(fits, key=fits.get, reverse=True)[:2]
    sure = fits[best] >= fits[UPRIGHT] + MARGIN and fits[best] >= fits[second] + CLEAR
    return best if sure and fits[best] >= ALIKE else UPRIGHT


def set_upright(images, fits) -> str:
    """Turn images upright in place, and return a note about it for their `source`, "" if none.

    Args:
        images: uint8 [N, 28, 28, 1]. They are changed only if another way fits clearly better.
        fits: from `compare_turns`.
    """
    turn = find_turn(fits)
    if turn == UPRIGHT:
        return ""
    for start in range(0, len(images), BLOCK):
        block = images[start : start + BLOCK]
        block[:] = TURNS[turn](block).copy()
    return (
        f"; the images were {turn} (they fit drawn characters at {fits[turn]:.2f} that way, as "
        f"they were at {fits[UPRIGHT]:.2f}) and were set upright"
    )


def _differences(pictures):
    """Return pictures [K, 7, 7] as vectors [K, 49] of length 1, without what they share."""
    vectors = _unit(pictures.reshape(len(pictures), -1))
    return _unit(vectors - vectors.mean(axis=0))


def _unit(vectors):
    vectors = vectors - vectors.mean(axis=1, keepdims=True)
    return vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)


def _centre(pictures):
    """Move all pictures [K, 28, 28, 1] alike, so that their mass is in the middle, as in MNIST."""
    mass = pictures.mean(axis=0)[..., 0]
    places = np.arange(len(mass))
    moments = np.array([mass.sum(axis=1) @ places, mass.sum(axis=0) @ places])
    shift = np.round((len(mass) - 1) / 2 - moments / (mass.sum() + 1e-9)).astype(int)
    return np.roll(pictures, shift, axis=(1, 2))
