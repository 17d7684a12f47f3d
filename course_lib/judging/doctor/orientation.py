"""Which way up images are: some sources are turned or mirrored; EMNIST's files are transposed."""

import numpy as np

from course_lib import pen
from course_lib.data.datasets import Dataset

UPRIGHT = "upright"
TURNS = {  # what images [N, 28, 28] look like: the turn that sets them upright
    UPRIGHT: lambda x: x,
    "upside down": lambda x: x[:, ::-1, ::-1],
    "mirrored": lambda x: x[:, :, ::-1],
    "mirrored top to bottom": lambda x: x[:, ::-1],
    "transposed": lambda x: x.transpose(0, 2, 1),
    "turned 90 degrees clockwise": lambda x: np.rot90(x, 1, (1, 2)),
    "turned 90 degrees counterclockwise": lambda x: np.rot90(x, 3, (1, 2)),
    "transposed and upside down": lambda x: np.rot90(x, 2, (1, 2)).transpose(0, 2, 1),
}
LEAST_CLASSES = 5  # with fewer, a set such as 0, 1 and 8 looks the same upside down
PER_CLASS = 200  # images, at most, in the mean picture of a class
DRAWN_PER_CLASS = 40
MARGIN = 0.05  # in correlation: another turn must fit clearly better than upright


def see_turned(dataset: Dataset) -> str | None:
    """Return evidence that the images of a `Dataset` aren't upright, or None.

    The mean picture of each class is compared with that of drawn characters, in each of the eight
    ways in which a square can be turned and mirrored. Classes that the pen cannot draw don't
    count; with fewer than five other classes, nothing can be said, so None is returned.
    """
    names = [name for name in dataset.class_names if name in pen.CHARACTERS]
    if len(names) < LEAST_CLASSES:
        return None
    drawn = pen.draw("".join(name * DRAWN_PER_CLASS for name in names), rng=0)
    drawn = drawn.reshape(len(names), DRAWN_PER_CLASS, 28, 28)
    expected = np.stack([_mean_picture(images) for images in drawn])
    labels = [dataset.class_names.index(name) for name in names]
    groups = [dataset.images[dataset.labels == label][:PER_CLASS, ..., 0] for label in labels]
    fits = {}
    for turn, set_upright in TURNS.items():
        found = np.stack([_mean_picture(set_upright(group)) for group in groups])
        fits[turn] = float((found * expected).sum(axis=1).mean())
    best = max(fits, key=fits.get)
    if fits[best] < fits[UPRIGHT] + MARGIN:
        return None
    return (
        f"the images look {best}: after undoing that, they correlate with drawn characters at "
        f"{fits[best]:.2f}; as they are, at {fits[UPRIGHT]:.2f}"
    )


def _mean_picture(images):
    """Return the mean of images as a vector [784] with mean 0 and length 1."""
    mean = images.mean(axis=0).ravel()
    mean = mean - mean.mean()
    return mean / (np.linalg.norm(mean) + 1e-9)
