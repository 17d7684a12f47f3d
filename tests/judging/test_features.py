"""The measures on features against closed forms, brute force and sets of known quality."""

import math
from itertools import product

import numpy as np
import pytest

from course_lib.judging import features


def test_distance_of_one_dimensional_gaussians():
    """(m - n)² + (s - t)² for means m, n and deviations s, t."""
    found = features.gaussian_distance(np.array([1.0]), [[4.0]], np.array([4.0]), [[25.0]])
    assert found == pytest.approx(9 + 9)


def test_distance_does_not_depend_on_the_axes():
    """Independent axes add up, and turning both Gaussians by the same angle changes nothing."""
    rng = np.random.default_rng(0)
    means, deviations = rng.normal(size=(2, 5)), rng.uniform(0.5, 2, (2, 5))
    expected = ((means[0] - means[1]) ** 2 + (deviations[0] - deviations[1]) ** 2).sum()
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    a, b = (turn @ np.diag(d**2) @ turn.T for d in deviations)
    assert features.gaussian_distance(turn @ means[0], a, turn @ means[1], b) == pytest.approx(
        expected, rel=1e-6
    )


def test_a_singular_covariance_is_no_obstacle():
    """A feature that never varies adds only the square of its difference."""
    a, b = np.diag([4.0, 0.0]), np.diag([9.0, 0.0])
    found = features.gaussian_distance(np.zeros(2), a, np.array([0.0, 3.0]), b)
    assert found == pytest.approx(1 + 9, rel=1e-3)


def test_frechet_distance_of_samples():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (50_000, 3)), rng.normal(2, 3, (50_000, 3))
    assert features.frechet_distance(a, b) == pytest.approx(3 * (4 + 4), rel=0.02)
    assert features.frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


def test_kernel_distance_by_hand():
    """The sums written out, over pairs of different points."""
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(5, 3)), rng.normal(1, 1, (4, 3))

    def k(x, y):
        return (x @ y / 3 + 1) ** 3

    def pairs(side):
        return [k(x, y) for i, x in enumerate(side) for j, y in enumerate(side) if i != j]

    across = [k(x, y) for x, y in product(a, b)]
    expected = np.mean(pairs(a)) + np.mean(pairs(b)) - 2 * np.mean(across)
    assert features.squared_discrepancy(a, b) == pytest.approx(expected)


def test_kernel_distance_is_unbiased_and_knows_its_error():
    rng = np.random.default_rng(2)
    draws = [
        features.kernel_distance(rng.normal(size=(300, 4)), rng.normal(size=(300, 4)))
        for _ in range(60)
    ]
    values, errors = np.array(draws).T
    assert abs(values.mean()) < 3 * values.std() / math.sqrt(60)
    assert errors.mean() == pytest.approx(values.std(), rel=0.35)
    assert features.kernel_distance(rng.normal(size=(300, 4)), rng.normal(1, 1, (300, 4)))[0] > 1


def test_manifolds_by_brute_force():
    rng = np.random.default_rng(3)
    real, fake, k = rng.normal(size=(30, 2)), rng.normal(0.7, 1.5, (25, 2)), 3

    def radius(side, i):
        return sorted(math.dist(side[i], other) for other in side)[k]

    holds = np.array(  # holds[i, j]: fake j lies in the ball of real i
        [[math.dist(r, f) <= radius(real, i) for f in fake] for i, r in enumerate(real)]
    )
    held = np.array(
        [[math.dist(r, f) <= radius(fake, j) for j, f in enumerate(fake)] for r in real]
    )
    found = features.compare_manifolds(real, fake, k)
    assert found.precision == np.mean([any(holds[:, j]) for j in range(25)])
    assert found.recall == np.mean([any(held[i]) for i in range(30)])
    assert found.density == pytest.approx(holds.sum() / (k * 25))
    assert found.coverage == np.mean([any(holds[i]) for i in range(30)])
    assert found.is_inside.tolist() == [any(holds[:, j]) for j in range(25)]


@pytest.fixture
def clusters():
    """A function (n a cluster, clusters) -> features [n · clusters, 2] around far apart centres."""
    rng = np.random.default_rng(4)
    centres = 20 * np.array([[0, 0], [0, 1], [1, 0], [1, 1], [2, 0]])
    return lambda n, which: np.concatenate([rng.normal(centres[c], 1, (n, 2)) for c in which])


def test_a_dropped_mode_costs_recall_and_coverage_alone(clusters):
    whole = features.compare_manifolds(clusters(200, range(5)), clusters(200, range(5)))
    part = features.compare_manifolds(clusters(200, range(5)), clusters(333, range(3)))
    assert part.precision == pytest.approx(whole.precision, abs=0.03)
    assert part.recall == pytest.approx(0.6 * whole.recall, abs=0.04)
    assert part.coverage == pytest.approx(0.6 * whole.coverage, abs=0.04)


def test_blur_costs_precision_alone(clusters):
    """Points spread three times as wide cover the real ones but do not lie among them."""
    real, fake = clusters(200, [0]), clusters(200, [0])
    whole = features.compare_manifolds(real, fake)
    blurred = features.compare_manifolds(real, 3 * fake)
    assert blurred.precision < 0.6 * whole.precision
    assert blurred.recall > whole.recall - 0.05


def test_diversity_and_entropy_by_hand():
    points = np.array([[0.0, 0.0], [3.0, 4.0], [1.0, 1.0], [1.0, 1.0], [9.0, 9.0]])
    classes = np.array([0, 0, 1, 1, 2])
    assert features.class_diversity(points, classes, 4) == pytest.approx((5 + 0) / 2)
    assert math.isnan(features.class_diversity(points[:1], classes[:1], 4))
    assert features.entropy([5, 5, 5, 5]) == pytest.approx(2)
    assert features.entropy([7, 0, 0]) == features.entropy([0, 0]) == 0


def test_wrong_features_are_refused():
    good = np.zeros((10, 3))
    with pytest.raises(ValueError, match=r"the fake features have shape \(10,\)"):
        features.frechet_distance(good, np.zeros(10))
    with pytest.raises(ValueError, match="3 columns, the fake ones 4"):
        features.frechet_distance(good, np.zeros((10, 4)))
    with pytest.raises(ValueError, match="20 or more"):
        features.kernel_distance(good, good)
