"""Latent vectors z: the random numbers that a generator or a decoder turns into an image."""

import numpy as np
import tensorflow as tf
from keras import ops


def fixed_z(n: int, latent_dim: int, seed: int | np.random.Generator = 0) -> np.ndarray:
    """Return latent vectors that are the same for the same seed.

    Args:
        n: how many.
        latent_dim: the width of each.
        seed: of NumPy's generator, or a `numpy.random.Generator` to go on from.

    Returns:
        Standard normal numbers, float32 [n, latent_dim].
    """
    return np.random.default_rng(seed).standard_normal((n, latent_dim), dtype="float32")


def check_z(z, latent_dim: int) -> None:
    """Raise ValueError unless z has the shape [N, latent_dim], as far as it is known."""
    if len(z.shape) != 2 or z.shape[1] not in (None, latent_dim):
        shape = ", ".join("N" if side is None else str(side) for side in z.shape)
        hint = ". For one image, give z[None]" * (tuple(z.shape) == (latent_dim,))
        raise ValueError(
            f"z has shape [{shape}]: expected [N, {latent_dim}]. gan.fixed_z(16, {latent_dim}) "
            f"draws z for 16 images{hint}"
        )


def as_numbers(z) -> np.ndarray:
    """Return z as a float32 array of any shape.

    Raises:
        ValueError: for anything but numbers, and for nan or infinite ones.
    """
    try:
        z = np.asarray("none" if z is None else z, "float32")  # NumPy reads None as nan
    except (TypeError, ValueError):
        raise ValueError(
            f"z is a {type(z).__name__}, not an array of numbers: expected [N, latent_dim], such "
            "as gan.fixed_z(16, latent_dim)"
        ) from None
    if not np.isfinite(z).all():
        n = z.size - int(np.isfinite(z).sum())
        raise ValueError(
            f"{n:,} of the {z.size:,} numbers of z are nan or infinite: expected finite numbers, "
            "standard normal as a rule"
        )
    return z


def chosen_classes(z, n_classes: int) -> tf.Tensor:
    """Return the class that each z chooses: which of its first `n_classes` numbers is the largest.

    These numbers are random and alike, so every class is chosen equally often. `conditional` GANs
    read z in this way.

    Args:
        z: [N, latent_dim].
        n_classes: how many classes there are, at most latent_dim.

    Returns:
        Integers [N] from 0 to n_classes - 1.
    """
    return ops.argmax(z[:, :n_classes], axis=-1)


def choose_classes(z, labels, n_classes: int) -> np.ndarray:
    """Return a copy of z in which each row chooses the class in `labels`.

    In each row, the largest of the first `n_classes` numbers swaps places with the number of the
    class, so the copy still looks like standard normal numbers.

    Args:
        z: [N, latent_dim].
        labels: integers [N] from 0 to n_classes - 1, or one for all rows.
        n_classes: how many classes there are, at most latent_dim.

    Raises:
        ValueError: for z or labels of another shape, and for a label outside this range.
    """
    z, labels = as_numbers(z).copy(), np.asarray(labels)
    if z.ndim != 2 or z.shape[1] < n_classes:
        raise ValueError(
            f"z has shape {list(z.shape)}: expected [N, latent_dim], with a latent_dim of at least "
            f"{n_classes}, the number of classes"
        )
    if labels.dtype.kind not in "iu" or labels.shape not in ((), (len(z),)):
        raise ValueError(
            f"labels are {labels.dtype} of shape {list(labels.shape)}: expected integers "
            f"[{len(z)}], one for each row of z"
        )
    rows = np.arange(len(z))
    if labels.size and (labels.min() < 0 or labels.max() >= n_classes):
        raise ValueError(
            f"labels run from {labels.min()} to {labels.max()}, expected 0 to {n_classes - 1}"
        )
    largest = z[:, :n_classes].argmax(axis=1)
    z[rows, labels], z[rows, largest] = z[rows, largest], z[rows, labels]
    return z
