"""Upright images stay, turned ones are set upright, and other pictures aren't taken for characters.

The characters are drawn by the pen with other seeds than the stored shapes; real ones come from
$COURSE_DATA if they are there.
"""

from pathlib import Path

import numpy as np
import pytest
from made_files import COURSE_DATA, make_images

from course_lib import pen
from course_lib.data import likeness, shapes
from course_lib.data.formats.idx_npz import read_idx

DIGITS = "0123456789"
# What NumPy does to an upright image to make it look like this.
MADE = {
    "upside down": lambda x: np.rot90(x, 2),
    "mirrored": np.fliplr,
    "mirrored top to bottom": np.flipud,
    "transposed": np.transpose,
    "turned 90 degrees clockwise": lambda x: np.rot90(x, -1),
    "turned 90 degrees counterclockwise": lambda x: np.rot90(x, 1),
    "transposed and upside down": lambda x: np.rot90(np.transpose(x), 2),
}


def draw(characters, each=20, seed=11):
    images = pen.draw("".join(c * each for c in characters), rng=seed)
    return images, np.repeat(np.arange(len(characters)), each)


def turn_found(images, labels, names):
    return likeness.find_turn(likeness.compare_turns(images, labels, names))


def test_the_stored_shapes_are_those_of_the_pen():
    count = shapes.DRAWN_PER_CHARACTER
    drawn = pen.draw("".join(c * count for c in pen.CHARACTERS), rng=0)
    blocks = drawn.reshape(len(pen.CHARACTERS), count, 7, 4, 7, 4).mean(axis=(1, 3, 5))
    assert "".join(shapes.INK) == pen.CHARACTERS
    for character, expected in zip(pen.CHARACTERS, blocks, strict=True):
        found = shapes.average_shape(character)
        assert np.abs(found - expected / expected.max() * 15).max() <= 0.5 + 1e-6


@pytest.mark.parametrize("turn", MADE)
@pytest.mark.parametrize("names", [DIGITS, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", pen.CHARACTERS])
def test_every_turn_is_found_and_undone(names, turn):
    images, labels = draw(names)
    turned = np.stack([MADE[turn](image[..., 0]) for image in images])[..., None]
    fits = likeness.compare_turns(turned, labels, names)
    assert likeness.find_turn(fits) == turn
    assert f"were {turn}" in likeness.set_upright(turned, fits)
    np.testing.assert_array_equal(turned, images)


@pytest.mark.parametrize("seed", range(12))
def test_upright_images_are_never_turned(seed):
    """Random sets of characters, also such as H, I, O, X and N, which look the same turned."""
    rng = np.random.default_rng(seed)
    names = "HIOXNSZ" if seed == 0 else "".join(rng.permutation(list(pen.CHARACTERS))[: 5 + seed])
    images, labels = draw(names, 25, seed + 100)
    before = images.copy()
    fits = likeness.compare_turns(images, labels, names)
    assert likeness.set_upright(images, fits) == ""
    np.testing.assert_array_equal(images, before)


def test_a_shift_is_no_turn():
    images, labels = draw(DIGITS)
    small = np.zeros_like(images)
    small[:, 7:21, 7:21] = images[:, ::2, ::2]  # half the size, so that it can move freely
    for shift in ((7, 0), (-7, 0), (0, 7), (0, -7), (5, -6)):
        assert turn_found(np.roll(small, shift, (1, 2)), labels, DIGITS) == likeness.UPRIGHT


def test_other_pictures_and_other_labels_do_not_fit():
    images, labels = draw(DIGITS)
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, images.shape, dtype=np.uint8)
    for others in (noise, 255 - images, draw("KWXTYAMNVZ")[0]):
        fits = likeness.compare_turns(others, labels, DIGITS)
        assert max(fits.values()) < likeness.ALIKE
        assert likeness.find_turn(fits) == likeness.UPRIGHT
    for wrong in (rng.permutation(labels), (labels + 1) % 10):
        assert max(likeness.compare_turns(images, wrong, DIGITS).values()) < likeness.ALIKE


def test_with_little_to_judge_by_nothing_is_said():
    images, labels = draw("01234")
    assert likeness.compare_turns(images[:99], labels[:99], "01234") is None
    assert likeness.compare_turns(*draw("0123", 50), "0123") is None
    assert likeness.compare_turns(images, labels, "おきすつな") is None
    assert likeness.set_upright(images, None) == ""


@pytest.mark.skipif(not COURSE_DATA, reason="needs real digits")
def test_real_digits_fit_even_in_small_random_samples():
    folder = Path(COURSE_DATA) / "mnist"
    images = read_idx(folder / "t10k-images-idx3-ubyte.gz", (28, 28))[..., None]
    labels = read_idx(folder / "t10k-labels-idx1-ubyte.gz")
    np.testing.assert_array_equal(images[:5, ..., 0], make_images(5))
    for seed in range(40):
        rows = np.random.default_rng(seed).choice(len(images), 100, replace=False)
        fits = likeness.compare_turns(images[rows], labels[rows], DIGITS)
        assert fits.pop(likeness.UPRIGHT) > 0.65 and max(fits.values()) < 0.55
        turned = images[rows].transpose(0, 2, 1, 3)
        assert turn_found(turned, labels[rows], DIGITS) == "transposed"


@pytest.mark.skipif(not COURSE_DATA, reason="needs real letters")
@pytest.mark.parametrize("names", ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"])
def test_real_letters_fit_in_either_case(names):
    """As in EMNIST "letters", where both cases have the name of the capital."""
    with np.load(Path(COURSE_DATA) / "omniglot" / "latin-28x28.npz") as file:
        images, labels = file["images"][..., None], file["labels"]
    assert likeness.compare_turns(images, labels, names)[likeness.UPRIGHT] > 0.4
    assert turn_found(images, labels, names) == likeness.UPRIGHT
    assert turn_found(images.transpose(0, 2, 1, 3), labels, names) == "transposed"
