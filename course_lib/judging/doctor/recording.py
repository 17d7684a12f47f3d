"""What passes through a layer while a run takes a step: the z of the training, D's batches."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf

from course_lib.judging.doctor.run import Run
from course_lib.judging.doctor.shapes import Z
from course_lib.judging.doctor.trial import as_handed


@contextmanager
def recorded(layer) -> Iterator[list]:
    """Return a context in which everything that the layer is called with goes into a list.

    Functions compiled by TensorFlow run step by step inside the block, or nothing could be seen.
    """
    calls, call = [], layer.call
    was_eager = tf.config.functions_run_eagerly()

    def record(*args, **kwargs):
        calls.append(args[0] if args else next(iter(kwargs.values())))
        return call(*args, **kwargs)

    layer.call = record
    tf.config.run_functions_eagerly(True)
    try:
        yield calls
    finally:
        tf.config.run_functions_eagerly(was_eager)
        del layer.call


def z_of_training(run: Run, steps=8) -> list[np.ndarray]:
    """Return the z [B, latent_dim] that the generator is given first in each of a few steps.

    A step without a call of the generator is left out. Afterwards the run is as it was.

    Raises:
        NotExaminedError: if no step can be taken.
    """
    place = [port.role for port in run.z_ports].index(Z)
    run.way  # noqa: B018 - found before anything is put back
    found = []
    with run.put_back():
        for n in range(steps):
            size = run.way.batch_size
            with recorded(run.generator) as calls:
                run.way(*run.batch(np.arange(n * size, (n + 1) * size) % len(run.given)))
            if calls:
                z = np.asarray(tf.nest.flatten(calls[0])[place])
                found.append(z.reshape(len(z), -1)[:, : run.latent_dim])
    return found


def batch_norm_fraction(run: Run) -> float | None:
    """Return how much real images count in the mean that D's first batch normalisation learns.

    A step is taken on all-white images, which are unlike any fake, so the two can be told apart.

    Returns:
        About 1 if real images and fakes pass through it one after the other, 0.5 if they pass
        through together, None if D has no such layer, or if the step draws its own images.
    """
    kind = keras.layers.BatchNormalization
    layers = run.discriminator._flatten_layers()
    norm = next((layer for layer in layers if isinstance(layer, kind)), None)
    if norm is None or not run.way.takes_batch:
        return None
    n = run.way.batch_size
    probe = np.ones((n, *run.native_shape), "float32")
    labels, real_labels = run.some_labels(n), None if run.labels is None else run.labels[:n]
    with run.put_back():
        fakes = run.paint(run.draw_z(n, seed=0), labels, training=True)
        real_mean, fake_mean = (_mean_at(norm, run, x, labels) for x in (probe, fakes))
        norm.moving_mean.assign(np.zeros_like(real_mean))  # a training step doesn't use it
        run.way(as_handed(run, probe), real_labels)
        learned = np.asarray(norm.moving_mean) / (1 - norm.momentum)
    sides = np.stack([real_mean, fake_mean], axis=1)
    return float(np.linalg.lstsq(sides, learned, rcond=None)[0][0])


def _mean_at(norm, run, images, labels):
    """Return the mean of each channel that arrives at a layer of D for these images."""
    with recorded(norm) as calls:
        run.discriminator(run.d_inputs(images, labels), training=False)
    arrived = np.asarray(calls[0])
    return arrived.mean(axis=tuple(range(arrived.ndim - 1)))
