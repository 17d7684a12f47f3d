"""The pen: repeatable, true to its style, and good enough that a network learns to read from it."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from course_lib import pen
from course_lib.pen import glyphs, hand

REAL = Path(os.environ.get("COURSE_DATA") or "data") / "mnist"


def moments(image):
    """Return (horizontal spread, slant in degrees) of the ink, from second moments."""
    ink = image[..., 0].astype("float64")
    y, x = np.mgrid[:28, :28]
    total = ink.sum()
    dx, dy = x - (x * ink).sum() / total, y - (y * ink).sum() / total
    slant = -np.degrees(np.arctan((dx * dy * ink).sum() / (dy * dy * ink).sum()))
    return np.sqrt((dx * dx * ink).sum() / total), slant


def mean_of(measure, style):
    return np.mean([measure(image) for image in pen.draw("HINU0" * 20, style, rng=1)])


def test_same_seed_same_bytes_whatever_the_chunk(monkeypatch):
    first = pen.draw("Hello42" * 10, rng=5)
    monkeypatch.setattr(hand, "CHUNK", 7)
    assert np.array_equal(first, pen.draw("Hello42" * 10, rng=5))
    assert np.array_equal(first, pen.draw("Hello42" * 10, rng=np.random.default_rng(5)))
    assert not np.array_equal(first, pen.draw("Hello42" * 10, rng=6))


def test_every_character_leaves_ink_inside_the_image():
    images = pen.draw(pen.CHARACTERS * 20, rng=0)
    assert images.shape == (62 * 20, 28, 28, 1) and images.dtype == np.uint8
    ink = images.reshape(len(images), -1) / 255
    assert ink.sum(axis=1).min() > 15 and ink.mean(axis=1).max() < 0.5
    assert images.max(axis=(1, 2, 3)).min() > 200
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]])
    assert (border > 127).mean() < 0.005


def test_centred_by_mass():
    y, x = np.mgrid[:28, :28]
    ink = pen.draw(pen.CHARACTERS * 5, rng=2)[..., 0].astype("float64")
    total = ink.sum(axis=(1, 2))
    off_x = (ink * x).sum(axis=(1, 2)) / total - 13.5
    off_y = (ink * y).sum(axis=(1, 2)) / total - 13.5
    assert np.abs(off_x).mean() < 0.5 and np.abs(off_y).mean() < 0.5


def test_slant_can_be_measured():
    true = np.array([-40, -20, 0, 20, 40])
    slants = [mean_of(lambda image: moments(image)[1], pen.Style(slant=s)) for s in true]
    assert np.abs(slants - true).max() < 4  # degrees


def test_width_can_be_measured():
    widths = [mean_of(lambda image: moments(image)[0], pen.Style(width=w)) for w in (0.6, 0.9, 1.2)]
    assert (np.diff(widths) > 0.5).all()


def test_weight_can_be_measured_and_is_in_pixels():
    inks = [mean_of(lambda image: image.sum(), pen.Style(weight=w)) for w in (1.5, 2.5, 3.5, 4.5)]
    assert (np.diff(inks) > 0).all()
    bar = pen.draw("l" * 40, pen.Style(weight=3.0, wobble=0), rng=0)
    rows = bar[:, 12:16, :, 0].sum(axis=2) / 255  # ink across an upright stroke
    assert np.median(rows) == pytest.approx(3.0, abs=0.4)


def by_character(measure, **style):
    """Return the mean measure of each character [62], each drawn 12 times in one style."""
    images = pen.draw("".join(c * 12 for c in pen.CHARACTERS), pen.Style(**style), rng=5)
    return np.reshape([measure(image) for image in images], (62, 12)).mean(axis=1)


@pytest.mark.parametrize(
    ("field", "values", "measure"),
    [
        ("slant", (-60, -30, 0, 30, 60), lambda image: moments(image)[1]),
        ("width", (0.4, 0.7, 1.0, 1.4), lambda image: moments(image)[0]),
        ("weight", (0.8, 1.5, 3.0, 4.5, 6.0), np.sum),
    ],
)
def test_more_of_a_style_shows_more_in_every_character(field, values, measure):
    measured = [by_character(measure, **{field: value}) for value in values]
    assert (np.diff(measured, axis=0) > 0).all()


def test_without_wobble_only_the_choice_of_shape_is_left():
    still = pen.draw("4" * 100, pen.Style(wobble=0), rng=0)
    shapes = {image.tobytes() for image in still}
    assert len(shapes) == len(glyphs.shapes("4"))
    assert len({image.tobytes() for image in pen.draw("4" * 100, pen.Style(), rng=0)}) == 100


@pytest.mark.parametrize("character", "1479ag")
def test_people_write_it_in_several_ways(character):
    still = pen.draw(character * 60, pen.Style(wobble=0), rng=0)
    assert len({image.tobytes() for image in still}) >= 3


def test_sampled_styles_are_possible_and_differ():
    rng = np.random.default_rng(0)
    styles = [pen.sample_style(rng) for _ in range(200)]
    pen.draw("8" * 200, styles)
    assert len(set(styles)) == 200
    assert all(type(value) is float for value in styles[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ab?",), r"'\?' \(position 2\).*0123"),
        ((["ab"],), "'ab'.*position 0"),
        ((["a", 3],), r"3 \(position 1\)"),
        (("abc", [pen.Style()] * 2), "2 styles for 3 characters"),
        (("a", [(0, 1, 2.4)]), "style 0 is .*expected a pen.Style"),
        (("a", (0, 1, 2.4, 1)), "style 0 is 0, expected a pen.Style"),
        (("a", pen.Style(slant=80)), "slant is 80, expected -60 to 60"),
        (("a", pen.Style(weight=0)), "weight is 0, expected 0.8 to 6"),
        (("a", pen.Style(width=float("nan"))), "width is nan"),
    ],
)
def test_impossible_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        pen.draw(*arguments)


def test_named_styles_are_as_their_names_say():
    named = pen.NAMED_STYLES
    pen.draw("A" * len(named), list(named.values()))  # all of them are possible
    assert named["narrow"].width < pen.USUAL.width < named["wide"].width
    assert named["light"].weight < pen.USUAL.weight < named["bold"].weight
    assert named["backhand"].slant < 0 < pen.USUAL.slant < named["italic"].slant


def test_nothing_to_draw_is_an_empty_batch():
    assert pen.draw("").shape == (0, 28, 28, 1)


def read(name, offset):
    return np.frombuffer(gzip.open(REAL / name).read(), np.uint8, offset=offset)


@pytest.mark.skipif(
    not (REAL / "t10k-images-idx3-ubyte.gz").exists(),
    reason="no real MNIST digits in $COURSE_DATA/mnist to compare with",
)
def test_a_network_taught_by_the_pen_reads_real_digits():
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(64, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.4),
            layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"], jit_compile=False)
    drawn = pen.draw("0123456789" * 600, rng=0) / 255
    model.fit(drawn, np.tile(np.arange(10), 600), epochs=10, batch_size=64, verbose=0)

    images = read("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28, 1) / 255
    accuracy = model.evaluate(images, read("t10k-labels-idx1-ubyte.gz", 8), verbose=0)[1]
    print(f"taught by 6,000 drawn digits, it reads {accuracy:.1%} of 10,000 real ones")
    assert accuracy >= 0.80
