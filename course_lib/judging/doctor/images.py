"""The real images of a run, in whatever form they were handed over."""

import numpy as np
import tensorflow as tf

from course_lib.data.dataset import Dataset
from course_lib.judging.doctor.illness import NotExaminedError
from course_lib.judging.metrics import LEAST

MOST_BATCHES = 400  # of a tf.data.Dataset
ENOUGH = 3000  # images of it


def images_and_labels(images) -> tuple:
    """Return images [N, ...] and labels [N] or None, from all forms that `examine` takes.

    Raises:
        NotExaminedError: if these aren't images.
    """
    if isinstance(images, Dataset):
        return images.images, images.labels
    if isinstance(images, tf.data.Dataset):
        images = _collect(images)
    pair = images if isinstance(images, (tuple, list)) and len(images) == 2 else (images, None)
    found, labels = np.asarray(pair[0]), pair[1]
    if found.ndim < 2 or found.dtype.kind not in "fiu":
        raise NotExaminedError(
            f"the run: the images are {found.dtype} of the shape {list(found.shape)}; hand over an "
            "array [N, 28, 28, 1] or a Dataset"
        )
    if len(found) < LEAST:
        raise NotExaminedError(
            f"the run: {len(found)} real images are too few to compare with; hand over all that "
            f"the run was trained on, {LEAST} or more"
        )
    found = found.astype("float32") if found.dtype != np.uint8 else found
    return found, None if labels is None else _as_numbers(labels, len(found))


def _as_numbers(labels, n):
    """Return `n` labels as integers, from numbers, one-hot rows or names."""
    labels = np.asarray(labels)
    labels = labels.argmax(axis=1) if labels.ndim == 2 and labels.shape[1] > 1 else labels.ravel()
    if len(labels) != n:
        raise NotExaminedError(
            f"the run: {n} images came with {len(labels)} labels; hand over one for each image"
        )
    if labels.dtype.kind in "USO":
        labels = np.unique(labels.astype(str), return_inverse=True)[1]
    numbers = labels.astype("int64")
    if (numbers != labels).any() or numbers.min() < 0:
        wrong = labels[np.argmax((numbers != labels) | (numbers < 0))]
        raise NotExaminedError(
            f"the run: one label is {wrong}; hand over whole numbers, 0 for the first class"
        )
    return numbers


def _collect(batches):
    """Return the first images of a tf.data.Dataset, and their labels if it has some."""
    parts = []
    for batch in batches.take(MOST_BATCHES):
        parts.append(batch if isinstance(batch, (tuple, list)) else (batch, None))
        if sum(len(part[0]) for part in parts) >= ENOUGH:
            break
    images, labels = (list(side) for side in zip(*[part[:2] for part in parts], strict=True))
    return np.concatenate(images), None if labels[0] is None else np.concatenate(labels)


def as_dataset(images, labels, class_names) -> Dataset:
    """Return images [N, 28, 28, 1] in [-1, 1] and their labels [N] as a `Dataset`."""
    pixels = np.clip(np.rint((images + 1) * 127.5), 0, 255).astype("uint8")
    return Dataset(pixels, labels, class_names, "the images handed over")
