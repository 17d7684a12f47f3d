"""Measures on two sets of features [N, d], one of real images and one of generated images.

A feature vector represents an image, and the distance between two of them measures how different
the two images look. `classifier.read` gives the features.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy import linalg
from scipy.spatial.distance import cdist, pdist

K = 5  # neighbours, as in Naeem et al.


def frechet_distance(real, fake) -> float:
    """Return the Fréchet distance between Gaussians fitted to two sets of features; 0 is best.

    With Inception's features this is the FID of Heusel et al. 2017, arXiv:1706.08500. Fewer images
    give a larger distance.

    Args:
        real, fake: features [N, d] and [M, d].

    Raises:
        ValueError: for fewer than two features on a side, or different widths d.
    """
    check_features(real, fake)
    real_cov, fake_cov = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    return gaussian_distance(real.mean(axis=0), real_cov, fake.mean(axis=0), fake_cov)


def gaussian_distance(mean_a, cov_a, mean_b, cov_b) -> float:
    """Return |mean_a - mean_b|² + trace(A + B - 2 (AB)^½), the distance between two Gaussians.

    A singular covariance comes from features that never vary. It gets a ridge: a millionth of the
    mean variance is added to both diagonals. Dowson and Landau 1982,
    doi:10.1016/0047-259X(82)90077-X.

    Args:
        mean_a, mean_b: means [d].
        cov_a, cov_b: covariances A and B, [d, d].
    """
    cov_a, cov_b = np.atleast_2d(cov_a), np.atleast_2d(cov_b)
    d = len(cov_a)
    if min(np.linalg.matrix_rank(cov_a), np.linalg.matrix_rank(cov_b)) < d:
        ridge = 1e-6 * np.trace(cov_a + cov_b) / (2 * d) * np.eye(d)
        cov_a, cov_b = cov_a + ridge, cov_b + ridge
    root = linalg.sqrtm(cov_a @ cov_b).real
    gap = mean_a - mean_b
    return max(0.0, float(gap @ gap + np.trace(cov_a + cov_b - 2 * root)))


def kernel_distance(real, fake, blocks=10, seed=0) -> tuple[float, float]:
    """Return the squared kernel distance of two sets of features and its standard error.

    This is the mean over `blocks` disjoint blocks of `squared_discrepancy`, in units of the real
    features' root mean square; the error comes from how much the blocks differ. The best value is
    0. The estimate has no bias, so it can fall below 0 and doesn't depend on the number of images.
    Bińkowski et al. 2018, arXiv:1801.01401.

    Args:
        real, fake: features [N, d] and [M, d].
        blocks: parts that each set is split into at random.
        seed: of the split.

    Raises:
        ValueError: for fewer than two features a block, or different widths d.
    """
    check_features(real, fake, least=2 * blocks)
    rng, unit = np.random.default_rng(seed), np.sqrt(np.square(real).mean())
    real, fake = (np.array_split(rng.permutation(x / unit), blocks) for x in (real, fake))
    values = [squared_discrepancy(a, b) for a, b in zip(real, fake, strict=True)]
    return float(np.mean(values)), float(np.std(values, ddof=1) / math.sqrt(blocks))


def squared_discrepancy(a, b) -> float:
    """Return the squared maximum mean discrepancy of features [N, d] and [M, d], without bias.

    The kernel is (x·y / d + 1)³. Gretton et al. 2012, JMLR 13:723-773.
    """

    def kernel(x, y):
        return (x @ y.T / x.shape[1] + 1) ** 3

    def mean_of_pairs(gram):  # without the diagonal: an image paired with itself adds a bias
        n = len(gram)
        return (gram.sum() - np.trace(gram)) / (n * (n - 1))

    return mean_of_pairs(kernel(a, a)) + mean_of_pairs(kernel(b, b)) - 2 * kernel(a, b).mean()


class Manifold(NamedTuple):
    """Where two sets of features lie relative to each other; see `compare_manifolds`."""

    precision: float
    recall: float
    density: float
    coverage: float
    is_inside: np.ndarray  # bool [M]: which generated images lie among the real ones


def compare_manifolds(real, fake, k=K) -> Manifold:
    """Measure where two sets of features lie relative to each other.

    Each point gets a ball that reaches to its `k`-th nearest neighbour in its own set.

    Args:
        real, fake: features [N, d] and [M, d].
        k: neighbours.

    Returns:
        A `Manifold`. `precision` is the fraction of `fake` inside a ball of `real`, `recall` the
        fraction of `real` inside a ball of `fake` (Kynkäänniemi et al. 2019, arXiv:1904.06991).
        `density` is the number of real balls around each of `fake`, over k, and `coverage` the
        fraction of real balls that contain one of `fake` (Naeem et al. 2020, arXiv:2002.09797);
        these two are less sensitive to outliers.

    Raises:
        ValueError: for k or fewer points on a side, or different widths d.
    """
    check_features(real, fake, least=k + 1)
    distances = cdist(real, fake)  # [N, M]
    real_radii, fake_radii = ball_radii(real, k), ball_radii(fake, k)
    in_real_ball = distances <= real_radii[:, None]
    return Manifold(
        precision=float(in_real_ball.any(axis=0).mean()),
        recall=float((distances <= fake_radii).any(axis=1).mean()),
        density=float(in_real_ball.sum(axis=0).mean() / k),
        coverage=float(in_real_ball.any(axis=1).mean()),
        is_inside=in_real_ball.any(axis=0),
    )


def ball_radii(features, k=K) -> np.ndarray:
    """Return the distance from each of features [N, d] to its k-th nearest neighbour: [N]."""
    return np.partition(cdist(features, features), k, axis=1)[:, k]  # the nearest is itself


def class_diversity(features, classes, n_classes, most=200) -> float:
    """Return the mean distance between two features of the same class, averaged over the classes.

    Args:
        features: [N, d].
        classes: integers [N], the class of each feature.
        n_classes: how many classes there are.
        most: the largest number of features of a class to compare; the first ones are taken.

    Returns:
        0 if all features of each class are equal. Classes with fewer than two features don't
        count; nan if no class has two.
    """
    groups = (features[classes == c][:most] for c in range(n_classes))
    means = [pdist(group).mean() for group in groups if len(group) > 1]
    return float(np.mean(means)) if means else math.nan


def entropy(counts) -> float:
    """Return the entropy of class counts [n] in bits: log2(n) if all are equal, 0 for one class."""
    fractions = np.asarray(counts, float)
    fractions = fractions[fractions > 0] / max(fractions.sum(), 1)
    return float(-(fractions * np.log2(fractions)).sum() + 0.0)


def check_features(real, fake, least=2) -> None:
    """Raise ValueError unless both sets of features are finite, as wide, and have `least` rows."""
    for name, features in (("real", real), ("fake", fake)):
        if np.ndim(features) != 2 or len(features) < least:
            shape = np.shape(features)
            raise ValueError(
                f"the {name} features have shape {shape}: expected [N, d] with N of {least} or more"
            )
        if not np.isfinite(features).all():
            raise ValueError(
                f"the {name} features have nan or infinite numbers in them: expected finite ones. "
                "Measure images without nan, with a classifier that has trained well"
            )
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            f"the real features have {real.shape[1]} columns, the fake ones {fake.shape[1]}: "
            "expected the same number; read both with the same classifier"
        )
