"""Do the labels have anything to do with the images? Shuffled or shifted labels don't.

The measure is the fraction of the differences between images that goes with the classes (the
omega squared of an analysis of variance). It says nothing about what the classes stand for.
"""

import numpy as np

from course_lib.data.errors import fault

LEAST_IMAGES, LEAST_CLASSES = 200, 5  # with fewer, nothing is said
QUARTERS = 800  # images from which each quarter of a file is looked at
MOST_IMAGES = 1000  # of a quarter
# Measured with 200 images: MNIST's digits have 0.29 to 0.38 and Omniglot's letters 0.5; with
# shuffled labels, or labels that are off by one row, they have -0.02 to 0.02.
LEAST = 0.04


def check_agreement(images, labels, where, must_fit) -> str:
    """Refuse labels that tell the images apart no better than shuffled labels would.

    Args:
        images: uint8 [N, 28, 28, 1].
        labels: integers [N], in the order of the file.
        where: the file, for the message.
        must_fit: None if the user named the classes, so that this is only said.

    Returns:
        A note for the `source`, "" if all is well.

    Raises:
        DatasetError: if the labels of the file, or of a quarter of it, say nothing.
    """
    parts = 4 if len(images) >= QUARTERS else 1
    edges = [len(images) * part // parts for part in range(parts + 1)]
    for start, stop in zip(edges, edges[1:]):
        rows = slice(start, stop, -(-(stop - start) // MOST_IMAGES))
        explained = measure_agreement(images[rows], labels[rows])
        if explained is None or explained >= LEAST:
            continue
        said = f"labels of the images {start + 1:,} to {stop:,} that say as little about them as "
        said += f"shuffled labels would (they explain {max(explained, 0):.1%} of the differences)"
        if must_fit is None:
            return f"; {said}"
        fix = (
            "If the labels are in another order than the images, join the two again by the images' "
            "names or numbers, or download both again. If they belong together all the same, name "
            "the classes with class_names=[...]."
        )
        expected = f"labels in the order of the images, which explain {LEAST:.0%} or more"
        raise fault(where, said, expected, fix)
    return ""


def measure_agreement(images, labels) -> float | None:
    """Return the fraction of the differences between centred images that goes with their labels.

    Args:
        images: uint8 [N, 28, 28, 1].
        labels: integers [N].

    Returns:
        About 0 for shuffled labels, at most 1; None if there are too few images or classes, if one
        class has more than half of the images, or if these are all alike.
    """
    classes, counts = np.unique(labels, return_counts=True)
    if len(images) < LEAST_IMAGES or len(classes) < LEAST_CLASSES or 2 * max(counts) > len(labels):
        return None
    blocks = np.stack([_centre(image) for image in images[..., 0]]).astype(float)
    blocks = blocks.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(len(images), -1)
    blocks -= blocks.mean(axis=0)
    total = (blocks**2).sum()
    if total == 0:
        return None
    is_class = (labels == classes[:, None]).astype(float)  # [K, N]
    between = ((is_class @ blocks) ** 2).sum(axis=1) / counts
    by_chance = (len(classes) - 1) / (len(labels) - 1)
    return float((between.sum() / total - by_chance) / (1 - by_chance))


def _centre(image):
    """Return an image [28, 28] moved by whole pixels, so that its mass is in the middle."""
    mass = max(int(image.sum()), 1)
    places = np.arange(len(image))
    row, column = image.sum(axis=1) @ places / mass, image.sum(axis=0) @ places / mass
    middle = len(image) // 2
    return np.roll(image, (round(middle - row), round(middle - column)), axis=(0, 1))
