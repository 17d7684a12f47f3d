"""Control and check what a training step changes: freeze, protect, copy and compare weights."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from keras import ops


@contextmanager
def frozen(model) -> Iterator:
    """Freeze `model` inside the block and restore its old `trainable` flag afterwards.

        with frozen(discriminator):
            combined.train_on_batch(z, ones)

    Keras sets the flag of every layer inside too, so a layer that was frozen on its own becomes
    trainable again with the rest.
    """
    before = model.trainable
    model.trainable = False
    try:
        yield model
    finally:
        model.trainable = before


@contextmanager
def untouched(model) -> Iterator:
    """Use `model` inside the block and restore its batch-norm statistics exactly afterwards.

    A call with training=True changes the running means and variances of BatchNormalization. This
    works eagerly and inside a compiled step.
    """
    before = [ops.copy(weight) for weight in model.non_trainable_weights]
    try:
        yield model
    finally:
        for weight, value in zip(model.non_trainable_weights, before, strict=True):
            weight.assign(value)


def snapshot(weights) -> list[np.ndarray]:
    """Return copies of a list of Keras variables, such as `model.weights`, as NumPy arrays."""
    return [np.array(ops.convert_to_numpy(weight)) for weight in weights]


def largest_difference(weights, before) -> float:
    """Return the largest absolute difference between any weight and its copy in `before`.

    Args:
        weights: a list of Keras variables, such as `model.weights`.
        before: the `snapshot` taken of them earlier.

    Returns:
        A number of 0.0 or more. Exactly 0.0 means that nothing changed; nan means that a weight has
        become nan.
    """
    pairs = zip(snapshot(weights), before, strict=True)
    return float(np.max([np.abs(after - old).max() for after, old in pairs]))  # keeps nan


def largest_change(weights, step: Callable) -> float:
    """Run `step()` and return the largest change that it made to any weight.

    Args:
        weights: a list of Keras variables, such as `model.weights`.
        step: a function without arguments, such as
            `lambda: discriminator.train_on_batch(images, labels)`.

    Returns:
        As `largest_difference`: 0.0 means that nothing changed.

    Raises:
        ValueError: if there are no weights, as in a model that has not seen its input's shape yet.
    """
    if not weights:
        raise ValueError(
            "no weights to watch: give the model an Input, or call it on a batch first"
        )
    before = snapshot(weights)
    step()
    return largest_difference(weights, before)
