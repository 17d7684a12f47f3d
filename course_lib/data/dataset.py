"""What a dataset is: uint8 images, integer labels, and what the labels stand for."""

import string
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from course_lib.data.errors import fault

DIGITS, LETTERS = string.digits, string.ascii_uppercase
BOTH_CASES = string.ascii_uppercase + string.ascii_lowercase
ALPHANUMERIC = string.digits + string.ascii_uppercase + string.ascii_lowercase
BATCHES_PER_BLOCK = 16  # passed to TensorFlow at once: each call into Python costs 0.5 ms


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images of characters, with a label for each.

    Attributes:
        images: uint8 [N, 28, 28, 1], white ink (255) on black (0).
        labels: int64 [N], indices into `class_names`.
        class_names: the character that each label stands for, all different.
        source: one line that says where the images came from.

    Raises:
        DatasetError: if the arrays and the names don't fit together.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    source: str

    def __post_init__(self):
        object.__setattr__(self, "class_names", tuple(self.class_names))
        _check_arrays(self.images, self.labels)
        if len(set(self.class_names)) != len(self.class_names):
            found, expected = f"class names {self.class_names}", "a different name for each class"
            raise fault("Dataset", found, expected, "Rename the repeated classes.")
        check_labels(self.labels, len(self.class_names), lambda index: f"Dataset, item {index}")

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        names = " ".join(self.class_names)
        return f"Dataset({len(self):,} images of {names}; {self.source})"

    def batches(self, batch_size, seed=0, labels=False) -> Iterable:
        """Return endless batches of images, in a new order on each pass over the dataset.

        The images are not copied: a TensorFlow tensor of them would need the same memory again.

        Args:
            batch_size: images in a batch, 1 to the number of images. Images that don't fill a
                batch at the end of a pass are left out of that pass.
            seed: the same seed gives the same batches.
            labels: whether each batch comes with its labels.

        Returns:
            A `tf.data.Dataset` of uint8 [batch_size, 28, 28, 1], or with `labels` of pairs of
            these and int64 [batch_size].

        Raises:
            DatasetError: if `batch_size` is not a whole number in its range.
        """
        if not isinstance(batch_size, (int, np.integer)) or not 1 <= batch_size <= len(self):
            expected = f"a whole number from 1 to {len(self):,}, the number of images"
            fix = "Choose a batch size in this range, or add images."
            raise fault(self.source, f"batch_size {batch_size!r}", expected, fix)
        import tensorflow as tf  # only here, so that looking at data doesn't wait for it

        spec = tf.TensorSpec([None, batch_size, 28, 28, 1], tf.uint8)
        if labels:
            spec = spec, tf.TensorSpec([None, batch_size], tf.int64)
        blocks = tf.data.Dataset.from_generator(
            lambda: self._blocks(batch_size, seed, labels), output_signature=spec
        )
        options = tf.data.Options()
        options.autotune.enabled = False  # `fit` would wait up to a second for its thread to end
        return blocks.unbatch().prefetch(2).with_options(options)

    def _blocks(self, batch_size, seed, labels):
        """Yield up to 16 batches at once, [B, batch_size, 28, 28, 1], pass after pass."""
        rng = np.random.default_rng(seed)
        while True:
            order = rng.permutation(len(self))
            order = order[: len(self) // batch_size * batch_size].reshape(-1, batch_size)
            for start in range(0, len(order), BATCHES_PER_BLOCK):
                rows = order[start : start + BATCHES_PER_BLOCK]
                yield (self.images[rows], self.labels[rows]) if labels else self.images[rows]


def _check_arrays(images, labels):
    if not all(isinstance(array, np.ndarray) for array in (images, labels)):
        found = f"images of type {type(images).__name__}, labels of type {type(labels).__name__}"
        raise fault("Dataset", found, "two NumPy arrays", "Convert them with numpy.asarray.")
    found = f"images {images.dtype} {list(images.shape)}"
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28, 1):
        fix = "Reshape the images, or undo their scaling."
        raise fault("Dataset", found, "uint8 [N, 28, 28, 1]", fix)
    if len(images) == 0 or labels.shape != (len(images),):
        found += f" and labels {list(labels.shape)}"
        expected = "1 or more images and one label for each"
        raise fault("Dataset", found, expected, "Give as many labels as images.")
    if labels.dtype != np.int64:
        fix = "Convert them with labels.astype('int64')."
        raise fault("Dataset", f"labels {labels.dtype}", "int64", fix)


def check_labels(labels, class_count, where, first_label=0, fix="Correct the label.") -> None:
    """Raise `DatasetError` for the first label that is out of range.

    Args:
        labels: integers [N].
        class_count: how many classes there are.
        where: a function that turns the index of a label into the place that the message names.
        first_label: the lowest label that is allowed.
        fix: the end of the message.
    """
    last_label = first_label + class_count - 1
    wrong = np.flatnonzero((labels < first_label) | (labels > last_label))
    if wrong.size:
        index = int(wrong[0])
        expected = f"a label from {first_label} to {last_label}"
        raise fault(where(index), f"the label {labels[index]}", expected, fix)


def check_per_class(where, per_class) -> None:
    """Raise `DatasetError` unless `per_class` is a whole number of 1 or more."""
    if isinstance(per_class, bool) or not isinstance(per_class, (int, np.integer)) or per_class < 1:
        expected = "a whole number of 1 or more"
        raise fault(where, f"per_class {per_class!r}", expected, "Choose another number.")


def sample_rows(labels, class_count, per_class, seed) -> np.ndarray:
    """Return row indices in random order, at most `per_class` of each class, or all if None.

    Args:
        labels: integers [N] from 0 to `class_count` - 1.
        class_count: how many classes there are.
        per_class: how many rows of each class to choose at random; None for all.
        seed: the same seed gives the same rows.
    """
    rng = np.random.default_rng(seed)
    rows = [rng.permutation(np.flatnonzero(labels == k))[:per_class] for k in range(class_count)]
    return rng.permutation(np.concatenate(rows))


def join(datasets, per_class=None, seed=0) -> Dataset:
    """Join several datasets into one, in random order; classes of the same name become one class.

    Args:
        datasets: one or more `Dataset`s. Their images are copied.
        per_class: the most images of a class, chosen at random; None for all.
        seed: the same seed gives the same order.

    Raises:
        DatasetError: if there is no dataset, or `per_class` is not a whole number of 1 or more.
    """
    datasets = list(datasets)
    if not datasets:
        raise fault("join", "no dataset", "one or more", "Pass a list of datasets.")
    if per_class is not None:
        check_per_class("join", per_class)
    names = list(dict.fromkeys(name for part in datasets for name in part.class_names))
    labels = [
        np.array([names.index(name) for name in part.class_names])[part.labels] for part in datasets
    ]
    images, labels = np.concatenate([part.images for part in datasets]), np.concatenate(labels)
    chosen = sample_rows(labels, len(names), per_class, seed)
    source = "; ".join(part.source for part in datasets)
    if per_class is not None:
        source += f"; {len(chosen):,} together, at most {per_class:,} of each class"
    return Dataset(images[chosen], labels[chosen].astype(np.int64), names, source)
