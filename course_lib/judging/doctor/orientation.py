"""Which way up images are: some sources are turned or mirrored; EMNIST's files are transposed."""

import numpy as np

from course_lib import pen
from course_lib.data.likeness import TURNS, UPRIGHT

LEAST_CLASSES = 5  # with fewer, a set such as 0, 1 and 8 looks the same upside down
PER_CLASS = 200  # images, at most, in the mean picture of a class
DRAWN_PER_CLASS = 40
LEAST_FIT = 0.6  # correlation; pictures of something else stay below it in every turn
MARGIN = 0.05  # in correlation: another turn must fit clearly better than upright


def see_turned(images, labels, class_names) -> str | None:
    """Return evidence that images aren't upright, or None.

    The mean picture of each class is compared with that of drawn characters, in each of the eight
    ways in which a square can be turned and mirrored. Both are moved to the middle first, because
    a shift is no turn. Classes that the pen cannot draw don't count; with fewer than five other
    classes, or with pictures of something else, nothing can be said, so None is returned.

    Args:
        images: [N, 28, 28, 1], uint8 or floats, white on black.
        labels: integers [N], indices into `class_names`.
        class_names: the character that each label stands for.
    """
    known = np.unique(labels)
    names = [n for i, n in enumerate(class_names) if n in pen.CHARACTERS and i in known]
    if len(names) < LEAST_CLASSES:
        return None
    drawn = pen.draw("".join(name * DRAWN_PER_CLASS for name in names), rng=0)
    drawn = drawn.reshape(len(names), DRAWN_PER_CLASS, 28, 28)
    expected = np.stack([_mean_picture(pictures) for pictures in drawn])
    numbers = [class_names.index(name) for name in names]
    groups = [images[labels == number][:PER_CLASS, ..., 0] for number in numbers]
    fits = {}
    for turn, set_upright in TURNS.items():
        found = np.stack([_mean_picture(set_upright(group)) for group in groups])
        fits[turn] = float((found * expected).sum(axis=1).mean())
    best = max(fits, key=fits.get)
    if fits[best] < fits[UPRIGHT] + MARGIN or fits[best] < LEAST_FIT:
        return None
    return (
        f"the images look {best}: after undoing that, they correlate with drawn characters at "
        f"{fits[best]:.2f}; as they are, at {fits[UPRIGHT]:.2f}"
    )


def _mean_picture(images):
    """Return the mean of images as a vector [784] with mean 0 and length 1, in the middle."""
    mean = images.astype(float).mean(axis=0)
    ink = mean - mean.min()
    centre = [np.average(np.arange(28), weights=ink.sum(axis=axis) + 1e-9) for axis in (1, 0)]
    mean = np.roll(mean, [round(13.5 - place) for place in centre], (0, 1)).ravel()
    mean = mean - mean.mean()
    return mean / (np.linalg.norm(mean) + 1e-9)
