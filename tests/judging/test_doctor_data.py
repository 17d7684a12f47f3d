"""Faults in numbers, data and samples, planted from outside."""

import numpy as np
import pytest

from course_lib.data import datasets, places
from course_lib.judging.doctor.orientation import see_turned


def test_the_first_step_that_is_no_number(run, digits, first):
    model, history = run
    finding = first(model, {**history, "d_loss": [0.7] + [np.nan] * 19}, digits)
    assert finding.illness == "non-finite"
    assert "d_loss is nan from step 2 on" in finding.evidence


def test_the_weight_that_is_no_number(run, digits, first):
    model, history = run
    kernel = model.generator.trainable_weights[0]
    kernel.assign(np.full(kernel.shape, np.inf))
    finding = first(model, history, digits, samples=np.zeros((20, 28, 28, 1), "float32"))
    assert (finding.illness, kernel.path in finding.evidence) == ("non-finite", True)


def test_samples_that_are_no_numbers(run, digits, first):
    samples = np.full((200, 28, 28, 1), np.nan, "float32")
    finding = first(*run, digits, samples)
    assert (finding.illness, "samples" in finding.evidence) == ("non-finite", True)


def changed(dataset, images, labels=None):
    labels = dataset.labels if labels is None else labels
    return datasets.Dataset(np.ascontiguousarray(images), labels, dataset.class_names, "changed")


def half_blank(images):
    return images * (np.arange(len(images)) % 2)[:, None, None, None].astype("uint8")


def noise(shape):
    return np.random.default_rng(0).integers(0, 256, shape).astype("uint8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: changed(d, 255 - d.images), "the background is bright"),
        (lambda d: changed(d, d.images.transpose(0, 2, 1, 3)), "look transposed"),
        (
            lambda d: changed(d, d.images[d.labels == 3], d.labels[d.labels == 3]),
            "belong to one class, '3'",
        ),
        (
            lambda d: changed(d, d.images[(i := d.labels > 0)], d.labels[i]),
            "the class '0' has 0 images",
        ),
        (lambda d: changed(d, np.zeros_like(d.images)), "100% of the images are blank"),
        (lambda d: changed(d, half_blank(d.images)), "50% of the images are blank"),
        (lambda d: changed(d, d.images * (np.arange(28) < 14)[:, None].astype("uint8")), "right"),
        (lambda d: changed(d, d.images // 8), "they use 12.2% of the pixel range"),
        (lambda d: changed(d, d.images // 255), "they use 0.4% of the pixel range"),
        (lambda d: changed(d, noise(d.images.shape)), "100% of the images are noise"),
        (lambda d: changed(d, d.images, np.roll(d.labels, 1)), "the labels don't fit the images"),
    ],
)
def test_bad_datasets(run, digits, first, change, words):
    finding = first(*run, change(digits))
    assert finding.illness == "bad-dataset"
    assert words in finding.evidence


def turned(dataset):
    return see_turned(dataset.images, dataset.labels, dataset.class_names)


LAID = {  # the eight ways to lay a square: what images [N, 28, 28, 1] then look like
    "upright": lambda x: x,
    "turned 90 degrees counterclockwise": lambda x: np.rot90(x, 1, (1, 2)),
    "upside down": lambda x: np.rot90(x, 2, (1, 2)),
    "turned 90 degrees clockwise": lambda x: np.rot90(x, 3, (1, 2)),
    "mirrored": lambda x: np.flip(x, 2),
    "mirrored top to bottom": lambda x: np.flip(x, 1),
    "transposed": lambda x: np.flip(np.rot90(x, 1, (1, 2)), 1),
    "transposed and upside down": lambda x: np.flip(np.rot90(x, 1, (1, 2)), 2),
}


@pytest.mark.parametrize("axis", [1, 2])
@pytest.mark.parametrize("pixels", [-7, 7])
def test_a_shift_is_no_turn(digits, pixels, axis):
    assert turned(changed(digits, np.roll(digits.images, pixels, axis))) is None


def test_pictures_of_something_else_are_not_turned(digits):
    """Rings and stripes under the labels of digits: none of the eight ways fits."""
    rows = np.arange(28)
    waves = np.sin((rows[:, None] * np.arange(1, 11)[:, None, None] + rows) / 9)
    images = (127 * (waves + 1)).astype("uint8")[digits.labels][..., None]
    assert turned(changed(digits, images)) is None


SOURCES = {
    "drawn": lambda: datasets.load_handwriting("digits", per_class=60, seed=5),
    "real": lambda: datasets.load_mnist("test"),
}


@pytest.mark.parametrize("look", LAID)
@pytest.mark.parametrize("source", SOURCES)
def test_each_way_to_lay_digits_is_named(source, look):
    if source == "real" and not places.find_mnist("test"):
        pytest.skip("needs MNIST's test split")
    digits = SOURCES[source]()
    evidence = turned(changed(digits, LAID[look](digits.images)))
    if look == "upright":
        assert evidence is None
    else:
        assert f"look {look}:" in evidence


@pytest.mark.parametrize("classes", ["digits", "letters", "alphanumeric"])
def test_drawn_characters_are_upright(classes):
    assert turned(datasets.load_handwriting(classes, per_class=30, seed=8)) is None


def test_samples_that_are_training_images(run, digits, first):
    noise = np.random.default_rng(0).normal(0, 0.05, (200, 28, 28, 1))
    samples = np.clip(digits.images[:200] / 127.5 - 1 + noise, -1, 1).astype("float32")
    assert first(*run, digits, samples).illness == "copying"
