"""The measures against closed forms, brute force and sets whose quality is known beforehand."""

import math
from itertools import product

import numpy as np
import pytest

from course_lib.data import datasets

# --- Two sets of features ------------------------------------------------------------------------
from course_lib.judging import classifier, metrics

# --- Two sets of features ------------------------------------------------------------------------


def test_distance_of_one_dimensional_gaussians():
    """(m - n)² + (s - t)² for means m, n and deviations s, t."""
    found = metrics.gaussian_distance(np.array([1.0]), [[4.0]], np.array([4.0]), [[25.0]])
    assert found == pytest.approx(9 + 9)


def test_distance_does_not_depend_on_the_axes():
    """Independent axes add up, and turning both Gaussians by the same angle changes nothing."""
    rng = np.random.default_rng(0)
    means, deviations = rng.normal(size=(2, 5)), rng.uniform(0.5, 2, (2, 5))
    expected = ((means[0] - means[1]) ** 2 + (deviations[0] - deviations[1]) ** 2).sum()
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    a, b = (turn @ np.diag(d**2) @ turn.T for d in deviations)
    assert metrics.gaussian_distance(turn @ means[0], a, turn @ means[1], b) == pytest.approx(
        expected, rel=1e-6
    )


def test_a_singular_covariance_is_no_obstacle():
    """A feature that never varies adds only the square of its difference."""
    a, b = np.diag([4.0, 0.0]), np.diag([9.0, 0.0])
    found = metrics.gaussian_distance(np.zeros(2), a, np.array([0.0, 3.0]), b)
    assert found == pytest.approx(1 + 9, rel=1e-3)


def test_frechet_distance_of_samples():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (50_000, 3)), rng.normal(2, 3, (50_000, 3))
    assert metrics.frechet_distance(a, b) == pytest.approx(3 * (4 + 4), rel=0.02)
    assert metrics.frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


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
    assert metrics._discrepancy(a, b) == pytest.approx(expected)


def test_kernel_distance_is_unbiased_and_knows_its_error():
    rng = np.random.default_rng(2)
    draws = [
        metrics.kernel_distance(rng.normal(size=(300, 4)), rng.normal(size=(300, 4)))
        for _ in range(60)
    ]
    values, errors = np.array(draws).T
    assert abs(values.mean()) < 3 * values.std() / math.sqrt(60)
    assert errors.mean() == pytest.approx(values.std(), rel=0.35)
    assert metrics.kernel_distance(rng.normal(size=(300, 4)), rng.normal(1, 1, (300, 4)))[0] > 1


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
    found = metrics.compare_manifolds(real, fake, k)
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
    whole = metrics.compare_manifolds(clusters(200, range(5)), clusters(200, range(5)))
    part = metrics.compare_manifolds(clusters(200, range(5)), clusters(333, range(3)))
    assert part.precision == pytest.approx(whole.precision, abs=0.03)
    assert part.recall == pytest.approx(0.6 * whole.recall, abs=0.04)
    assert part.coverage == pytest.approx(0.6 * whole.coverage, abs=0.04)


def test_blur_costs_precision_alone(clusters):
    """Points spread three times as wide cover the real ones but do not lie among them."""
    real, fake = clusters(200, [0]), clusters(200, [0])
    whole = metrics.compare_manifolds(real, fake)
    blurred = metrics.compare_manifolds(real, 3 * fake)
    assert blurred.precision < 0.6 * whole.precision
    assert blurred.recall > whole.recall - 0.05


def test_diversity_and_entropy_by_hand():
    features = np.array([[0.0, 0.0], [3.0, 4.0], [1.0, 1.0], [1.0, 1.0], [9.0, 9.0]])
    classes = np.array([0, 0, 1, 1, 2])
    assert metrics.class_diversity(features, classes, 4) == pytest.approx((5 + 0) / 2)
    assert math.isnan(metrics.class_diversity(features[:1], classes[:1], 4))
    assert metrics.entropy([5, 5, 5, 5]) == pytest.approx(2)
    assert metrics.entropy([7, 0, 0]) == metrics.entropy([0, 0]) == 0


def test_wrong_features_are_refused():
    good = np.zeros((10, 3))
    with pytest.raises(ValueError, match=r"fake features have shape \(10,\)"):
        metrics.frechet_distance(good, np.zeros(10))
    with pytest.raises(ValueError, match="3 real features, 4 fake"):
        metrics.frechet_distance(good, np.zeros((10, 4)))
    with pytest.raises(ValueError, match="20 or more"):
        metrics.kernel_distance(good, good)


# --- Images --------------------------------------------------------------------------------------


def test_nearest_images_by_brute_force(monkeypatch):
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, (50, 28, 28, 1), "uint8")
    fake = rng.uniform(-1, 1, (7, 28, 28, 1)).astype("float32")
    distances = np.array([[np.linalg.norm(f - (i / 127.5 - 1)) for i in images] for f in fake])
    for k in (1, 4):
        indices, found = metrics.nearest_images(images, fake, k)
        assert np.array_equal(indices, distances.argsort(axis=1)[:, :k])
        assert found == pytest.approx(np.sort(distances, axis=1)[:, :k], rel=1e-4)


def test_copies_are_found_and_new_characters_are_not():
    drawn = datasets.load_handwriting("digits", per_class=200, seed=0).images
    others = datasets.load_handwriting("digits", per_class=20, seed=1).images
    rng = np.random.default_rng(6)
    copies = drawn[:100] / 127.5 - 1 + rng.normal(0, 0.05, (100, 28, 28, 1))
    assert metrics.find_copies(drawn, copies.astype("float32")).mean() > 0.95
    assert metrics.find_copies(drawn, others).mean() < 0.05
    assert metrics.find_copies(drawn, drawn[:100], skip=1).mean() < 0.05


@pytest.fixture(scope="module")
def digits():
    return datasets.load_handwriting("digits", per_class=300)


@pytest.fixture(scope="module")
def yardstick(digits):
    return metrics.Yardstick(digits, classifier.train_classifier(digits, steps=300))


def test_a_real_set_is_near_and_noise_is_far(yardstick, digits):
    """More noise, more distance, by every measure."""
    rng = np.random.default_rng(7)
    new = datasets.load_handwriting("digits", per_class=60, seed=9).images
    noise = rng.integers(0, 256, new.shape, "uint8")
    mixed = [np.where(rng.random(new.shape) < share, noise, new) for share in (0, 0.1, 0.3, 1)]
    reports = [yardstick.report(images) for images in mixed]
    assert reports[0].frechet < 3 * yardstick.real.frechet
    assert abs(reports[0].kernel) < 4 * reports[0].kernel_error
    for better, worse in zip(reports, reports[1:]):
        assert better.frechet < worse.frechet
        assert better.kernel < worse.kernel
        assert better.precision >= worse.precision
        assert better.coverage >= worse.coverage
    assert reports[0].precision > 0.8 and reports[-1].precision < 0.02


def test_what_is_no_character_counts_for_no_class(yardstick, digits):
    """The trap of a classifier's confidence: asked for a class, it is sure of one even for noise."""
    rng = np.random.default_rng(8)
    some = digits.images[rng.permutation(len(digits))[:200]]
    stripes = np.where(np.arange(28) // 2 % 2, 1.0, -1.0) * np.ones((200, 28, 28))
    shuffled = some.reshape(200, 784)[:, rng.permutation(784)]
    nothings = {
        "noise": rng.uniform(-1, 1, (200, 28, 28, 1)),
        "black and white": rng.choice([-1.0, 1.0], (200, 28, 28, 1)),
        "grey": rng.normal(0, 0.05, (200, 28, 28, 1)),
        "inverted": (255 - some) / 127.5 - 1,
        "shuffled": shuffled / 127.5 - 1,
        "stripes": stripes + rng.normal(0, 0.05, (200, 28, 28)),
    }
    for name, images in nothings.items():
        images = np.clip(images, -1, 1).reshape(-1, 28, 28, 1).astype("float32")
        counted = sum(yardstick.report(images).class_counts.values())
        assert counted <= 0.02 * len(images), name
        if name == "noise":
            _, probabilities = classifier.read(yardstick.classifier, images)
            assert np.median(probabilities.max(axis=1)) > 0.8


def test_a_report_of_three_classes(yardstick):
    new = datasets.load_handwriting("147", per_class=100, seed=9).images
    report = yardstick.report(new)
    assert report.missing() == "0235689"
    assert report.entropy == pytest.approx(math.log2(3), abs=0.15)
    assert report.real.entropy == pytest.approx(math.log2(10), abs=0.05)
    assert report.coverage < 0.5 * report.real.coverage
    assert report.copied < 0.05
    table = str(report)
    assert "missing or rare: 0 2 3 5 6 8 9" in table and "real" in table
    assert set(report.numbers()) == set(report._fields) - {"images", "class_counts", "real"}


def test_too_few_images_are_refused(yardstick, digits):
    with pytest.raises(ValueError, match="3 images are too few"):
        yardstick.report(digits.images[:3])
    few = datasets.Dataset(digits.images[:30], digits.labels[:30], tuple("0123456789"), "few")
    with pytest.raises(ValueError, match="30 images are too few"):
        metrics.Yardstick(few, yardstick.classifier)
