"""The measures on images: nearest images, copies, and reports on sets of known quality."""

import math

import numpy as np
import pytest

from course_lib import networks
from course_lib.data import datasets
from course_lib.judging import classifier, copies, metrics


def test_nearest_images_by_brute_force(monkeypatch):
    monkeypatch.setattr(copies, "BLOCK", 20)  # so that 50 images are three blocks
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
    repeats = drawn[:100] / 127.5 - 1 + rng.normal(0, 0.05, (100, 28, 28, 1))
    assert metrics.find_copies(drawn, repeats.astype("float32")).mean() > 0.95
    assert metrics.find_copies(drawn, others).mean() < 0.05
    assert metrics.find_copies(drawn, drawn[:100], skip=1).mean() < 0.05


@pytest.fixture(scope="module")
def digits():
    return datasets.load_handwriting("digits", per_class=300)


@pytest.fixture(scope="module")
def yardstick(digits):
    return metrics.Yardstick(digits, classifier.train_classifier(digits, steps=300))


@pytest.mark.slow
def test_a_real_set_is_near_and_noise_is_far(yardstick, digits):
    """More noise, more distance, by every measure."""
    rng = np.random.default_rng(7)
    new = datasets.load_handwriting("digits", per_class=60, seed=9).images
    noise = rng.integers(0, 256, new.shape, "uint8")
    mixed = [np.where(rng.random(new.shape) < part, noise, new) for part in (0, 0.1, 0.3, 1)]
    reports = [yardstick.report(images) for images in mixed]
    assert reports[0].frechet < 3 * yardstick.real.frechet
    assert abs(reports[0].kernel) < 4 * reports[0].kernel_error
    for better, worse in zip(reports, reports[1:]):
        assert better.frechet < worse.frechet
        assert better.kernel < worse.kernel
        assert better.precision >= worse.precision
        assert better.coverage >= worse.coverage
    assert reports[0].precision > 0.8 and reports[-1].precision < 0.02


@pytest.mark.slow
def test_what_is_no_character_counts_for_no_class(yardstick, digits):
    """The trap of a classifier's confidence: it is sure of a class even for noise."""
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


@pytest.mark.slow
def test_a_report_of_three_classes(yardstick):
    new = datasets.load_handwriting("147", per_class=100, seed=9).images
    report = yardstick.report(new)
    assert report.missing() == list("0235689")
    assert report.entropy == pytest.approx(math.log2(3), abs=0.15)
    assert report.real.entropy == pytest.approx(math.log2(10), abs=0.05)
    assert report.coverage < 0.5 * report.real.coverage
    assert report.copied < 0.05
    *table, last = str(report).splitlines()
    assert last == "missing or rare: 0 2 3 5 6 8 9"
    assert "generated" in table[0] and "real" in table[0]
    assert len({len(line) for line in table}) == 1 and len(table[0]) <= 100
    assert set(report.numbers()) == set(report._fields) - {"images", "class_counts", "real"}


def test_too_few_images_are_refused(digits):
    untrained = networks.build_classifier(11)
    with pytest.raises(ValueError, match="3 images are too few"):
        metrics.Yardstick(digits, untrained).report(digits.images[:3])
    few = datasets.Dataset(digits.images[:30], digits.labels[:30], tuple("0123456789"), "few")
    with pytest.raises(ValueError, match="30 images are too few"):
        metrics.Yardstick(few, untrained)
