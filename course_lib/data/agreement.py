"""Do the labels have anything to do with the images? Shuffled or shifted labels don't.

The measure is the fraction of the differences between images that goes with the classes (the
omega squared of an analysis of variance). It says nothing about what the classes stand for.
"""

import numpy as np

from course_lib.data.errors import fault

LEAST_IMAGES, LEAST_CLASSES = 200, 5  # with fewer, nothing is said
QUARTERS = 800  # images from which each quarter of a file is looked at
MOST_IMAGES = 1000  # of a quarter
SHUFFLES = 20
# Measured on MNIST's digits: 0.29 to 0.38 for 200 of them; with shuffled labels, or labels that are
# off by one row, -0.02 to 0.02. Half-size digits anywhere in the image have 0.01.
MARGIN = 2  # times the highest value of 20 shuffles


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
        step = -(-(stop - start) // MOST_IMAGES)
        rows = slice(start, stop, step)
        found = _measure(images[rows], labels[rows])
        if found is None or found[0] > MARGIN * found[1]:
            continue
        said = f"labels of the images {start + 1:,} to {stop:,} that say no more about them than "
        said += f"shuffled labels would (they explain {max(found[0], 0):.1%} of the differences)"
        if must_fit is None:
            return f"; {said}"
        fix = (
            "The labels are in another order than the images: join the two again by the images' "
            "names or numbers, or download both again. If they belong together all the same, name "
            "the classes with class_names=[...]."
        )
        raise fault(where, said, "labels in the order of the images", fix)
    return ""


def _measure(images, labels):
    """Return (omega squared, its highest value for shuffled labels); None if there's too little."""
    classes = np.unique(labels)
    if len(images) < LEAST_IMAGES or len(classes) < LEAST_CLASSES:
        return None
    blocks = images.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(len(images), -1)
    blocks -= blocks.mean(axis=0)
    total = (blocks**2).sum()
    if total == 0:
        return None
    rng = np.random.default_rng(0)
    shuffles = [_omega(blocks, total, rng.permutation(labels), classes) for _ in range(SHUFFLES)]
    return _omega(blocks, total, labels, classes), max(0.0, *shuffles)


def _omega(blocks, total, labels, classes):
    is_class = (labels == classes[:, None]).astype(float)  # [K, N]
    counts = is_class.sum(axis=1)
    between = ((is_class @ blocks) ** 2).sum(axis=1) / counts
    by_chance = (len(classes) - 1) / (len(labels) - 1)
    return float((between.sum() / total - by_chance) / (1 - by_chance))
