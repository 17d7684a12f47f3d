"""The doctor's small measures, and the fair comparison of few samples with as few real images."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from scipy import ndimage

from course_lib import networks, pen
from course_lib.data import datasets
from course_lib.judging import metrics
from course_lib.judging.doctor.history import last_loss, read_history
from course_lib.judging.doctor.measures import distance_to_nearest, show_one_picture
from course_lib.judging.doctor.reach import calls_logarithm
from course_lib.judging.doctor.results import ModeCollapse
from course_lib.judging.doctor.strokes import place_among


def test_few_samples_are_compared_with_as_few_real_images(digits):
    """100 balls of the real images can't be covered by 20 images, be they ever so good."""
    untrained = networks.build_classifier(11)
    yardstick = metrics.Yardstick(digits, untrained)
    few = yardstick.report(digits.images[:20])
    assert few.real.images == 20 and few.real.real is None
    assert few.real.coverage < 0.7 * yardstick.real.coverage
    assert yardstick.report(digits.images).real.images == yardstick.real.images == 300
    assert yardstick.report(digits.images[5:25]).real is few.real  # measured once


@pytest.fixture(scope="module")
def ragged_fives():
    """One and the same 5, slightly different each time, as a collapsed generator writes it."""
    five = pen.draw("5", rng=9).reshape(1, 28, 28, 1) / 127.5 - 1
    return five + np.random.default_rng(0).normal(0, 0.05, (200, 28, 28, 1))


def test_one_picture_with_ragged_edges(digits, ragged_fives):
    real = digits.images / 127.5 - 1
    assert show_one_picture(ragged_fives, real)
    assert not show_one_picture(0.2 * ragged_fives + 0.15 * real[:200] - 0.65, real)  # grey stains
    assert not show_one_picture(real[digits.labels == 5], real)


def test_the_nearest_other_image_by_brute_force(digits):
    some = digits.images[:12] / 127.5 - 1
    maps = tf.nn.avg_pool2d(some, 4, 4, "VALID").numpy().reshape(12, -1)
    gaps = [[np.linalg.norm(a - b) for b in np.delete(maps, i, 0)] for i, a in enumerate(maps)]
    assert distance_to_nearest(some) == pytest.approx(np.median(np.min(gaps, axis=1)))


def test_few_pictures_repeated_without_labels(digits, ragged_fives):
    """Three characters in turn: pixels vary as usual, and an array has no classes to count."""
    other = digits.images[[0, 60, 120]] / 127.5 - 1
    ragged = np.resize(other, (300, 28, 28, 1)) + np.random.default_rng(1).normal(
        0, 0.05, (300, 28, 28, 1)
    )
    real = digits.images / 127.5 - 1
    for samples, is_collapsed in ((ragged, True), (real[::2], False), (0.3 * ragged - 0.7, False)):
        among = SimpleNamespace(precision=0.5, coverage=0.5), 0.9
        case = SimpleNamespace(samples=samples, real=real, report=None, among_real=among)
        case.covers_little, case.is_before = False, lambda step: False
        assert bool(ModeCollapse().look(case)) == is_collapsed


def test_a_plain_loss_by_its_usual_names():
    row = {"D Loss": [9.0] * 30 + [0.5] * 20, "gen_loss": [2.0], "g_accuracy": [7.0]}
    logs = read_history(row)
    assert last_loss(logs, "d_loss") == 0.5 and last_loss(logs, "g_loss") == 2.0
    assert last_loss(read_history([{"Loss_D": 3.0, "D(x)": 0.5}]), "d_loss") == 3.0
    assert last_loss(read_history({"kl_loss": [1.0], "d1": [3.0]}), "d_loss") is None


def inner(x):
    def safe(p):
        return tf.math.log(tf.clip_by_value(p, 1e-7, 1.0))

    return -tf.reduce_mean(safe(x))


def test_a_logarithm_is_told_from_a_method_called_log():
    assert all(map(calls_logarithm, (inner, lambda p: ops.log(p), lambda p: -math.log(p))))
    assert all(map(calls_logarithm, (lambda p: np.mean(np.log(p)),)))
    assert not any(map(calls_logarithm, (lambda self: self.log("d_loss", 1.0), lambda log: log(2))))


@pytest.mark.slow
def test_strokes_are_told_from_stains_without_labels():
    """New characters lie among the real ones, clouds of the same contrast don't."""
    letters = datasets.load_handwriting("letters", per_class=40, seed=1).images / 127.5 - 1
    real, new, others = np.split(np.random.default_rng(0).permutation(letters)[:900], 3)
    noise = np.random.default_rng(1).normal(0, 1, (300, 28, 28))
    stains = np.clip(8 * ndimage.gaussian_filter(noise, (0, 2, 2)) - 0.5, -1, 1)[..., None]
    samples, usual = place_among(real, new, others)
    assert samples.precision > 0.8 and samples.coverage > 0.8 * usual
    samples, usual = place_among(real, stains, others)
    assert samples.precision < 0.1 and samples.coverage < 0.1 * usual
