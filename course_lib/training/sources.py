"""What `fit` may be given: arrays, tf.data, generators or PyDatasets, and the check inside each."""

import math

import keras
import numpy as np
import tensorflow as tf

from course_lib.training.entrance import (
    check_batch,
    check_dataset,
    check_form,
    has_equal_batches,
)

FORMS = (
    "expected images [N, 28, 28, 1] as one array, or batches of them from a tf.data.Dataset, a "
    "generator or a keras.utils.PyDataset"
)
HINTS = {
    "Dataset": " Use dataset.batches(64), with steps_per_epoch",
    "function": " Call the function, and pass on the generator that it returns",
    "DataLoader": " Use iter(loader), with steps_per_epoch",
}
DICT = (
    "the batches are dicts with {}: expected images, or (images, labels). Yield "
    "(batch['image'], batch['label']), with your own names"
)
NO_THIRD = (
    "the batches have {} parts: expected images, or (images, labels). Leave the sample weights "
    "out: every image counts the same here"
)


class WrongBatch(ValueError):
    """A batch that would spoil the weights; TensorFlow passes its name on with its words."""


def check_data(x, y=None, n_classes=None) -> tuple:
    """Check what `fit` was given, and return both; a source of batches gets a check inside.

    Args:
        x: images, an array or an eager tensor; or a tf.data.Dataset, a generator or other iterator,
            or a keras.utils.PyDataset, each of batches.
        y: labels, if `x` is an array.
        n_classes: as `entrance.check_batch`.

    Returns:
        x, or the same batches from a source that checks each of them; and y, which for a model
        that learns from labels is an array.

    Raises:
        ValueError: as `entrance.check_batch` and `check_dataset`, and for anything else.
    """
    if isinstance(x, tf.data.Dataset):
        return check_dataset(x, n_classes), y
    if isinstance(x, keras.utils.PyDataset):
        return CheckedDataset(x, n_classes), y
    if hasattr(x, "__next__"):
        return _check_each(x, n_classes), y
    if isinstance(x, tf.distribute.DistributedDataset):  # its parts lie on several devices
        return x, y
    if not isinstance(x, (list, tuple, dict)) and not hasattr(x, "__array__"):
        kind = type(x).__name__
        hint = HINTS.get(kind, "")
        raise ValueError(f"fit got {kind!r}: {FORMS}.{hint}")
    check_form(x, "fit")
    check_batch(x, y, n_classes)
    return x, y if n_classes is None else np.asarray(y)


def count_steps(x, most, steps_per_epoch) -> int:
    """Return how many steps each call of `fit` takes.

    Several steps need a tf.data.Dataset of equal batches, and a call must end where an epoch or the
    dataset ends. So it is the greatest common divisor of these numbers and `most`.

    Args:
        x: from `check_data`.
        most: the largest number of steps in a call.
        steps_per_epoch: as `fit` takes it.

    Raises:
        ValueError: for a dataset that never ends, without `steps_per_epoch`.
    """
    if not isinstance(x, tf.data.Dataset):
        return 1
    batches = int(x.cardinality())
    if batches == tf.data.INFINITE_CARDINALITY:
        if steps_per_epoch is None:
            raise ValueError(
                "these batches never end, so the epoch wouldn't either: expected steps_per_epoch, "
                "a whole number. Give fit(batches, steps_per_epoch=1000), or leave out .repeat()"
            )
        batches = 0  # any number divides it
    if batches < 0 or steps_per_epoch is None or not has_equal_batches(x):  # below 0: unknown
        return 1
    return math.gcd(most, steps_per_epoch, batches)


def _check_each(batches, n_classes):
    for batch in batches:
        yield check_parts(batch, n_classes)


def check_parts(batch, n_classes=None) -> tuple:
    """Return a batch as Keras wants it from Python code, (images,) or (images, labels).

    Args:
        batch: images [B, 28, 28, 1], or a tuple or list (images, labels).
        n_classes: as `entrance.check_batch`.

    Raises:
        WrongBatch: for a batch of another form, and as `entrance.check_batch`.
    """
    if isinstance(batch, dict):
        raise WrongBatch(DICT.format(", ".join(map(repr, batch))))
    parts = batch if isinstance(batch, (tuple, list)) else (batch,)
    parts = tuple(np.asarray(part) for part in parts if part is not None)
    if not parts:
        raise WrongBatch("a batch is None: expected images, or (images, labels)")
    if len(parts) > 2:
        raise WrongBatch(NO_THIRD.format(len(parts)))
    try:
        check_batch(*parts, n_classes=n_classes)
    except ValueError as error:
        raise WrongBatch(str(error)) from None
    return parts


class CheckedDataset(keras.utils.PyDataset):
    """The batches of another PyDataset, in the same order and by as many workers, each checked.

    Args:
        batches: a keras.utils.PyDataset.
        n_classes: as `entrance.check_batch`.
    """

    def __init__(self, batches, n_classes=None):
        super().__init__(batches.workers, batches.use_multiprocessing, batches.max_queue_size)
        self.batches, self.n_classes = batches, n_classes

    @property
    def num_batches(self) -> int | None:
        """The number of batches in an epoch; None if they never end."""
        return self.batches.num_batches

    def __getitem__(self, index):
        return check_parts(self.batches[index], self.n_classes)

    def on_epoch_begin(self) -> None:
        """Tell the other dataset that an epoch begins."""
        self.batches.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Tell the other dataset that an epoch is over."""
        self.batches.on_epoch_end()
