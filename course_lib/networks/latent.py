"""Latent vectors z: the random numbers that a generator or a decoder turns into an image."""

import numpy as np


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
