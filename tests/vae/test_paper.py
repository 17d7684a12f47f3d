"""Drawings scaled to the pen's size, traits by their moments, lines of text."""

import numpy as np
import pytest
from PIL import Image

from course_lib import pen
from course_lib.vae import paper

STYLE = pen.Style(slant=10.0, width=1.0, weight=2.4, wobble=0.0)


def enlarged(image, times, above, left):
    """Return what the pen drew, enlarged, somewhere on a sheet of paper."""
    sheet = Image.fromarray(image[..., 0]).resize(
        (28 * times, 28 * times), Image.Resampling.BICUBIC
    )
    return np.pad(np.asarray(sheet), ((above, 60), (left, 90)))


@pytest.mark.parametrize("character", "ABKM05")
def test_size_and_place_on_the_sheet_do_not_matter(character):
    """An enlarged drawing comes back as the pen drew it, but for the pale ends of strokes."""
    drawn = pen.draw(character, STYLE)[0]
    for times, above, left in ((4, 0, 0), (9, 50, 7), (15, 3, 200)):
        found = paper.fit(enlarged(drawn, times, above, left))
        assert found.shape == (28, 28, 1) and found.dtype == np.uint8
        assert np.corrcoef(found.ravel(), drawn.ravel())[0, 1] > 0.92
    shifted = np.roll(drawn, 1, axis=1)  # the comparison notices a single pixel
    assert np.corrcoef(shifted.ravel(), drawn.ravel())[0, 1] < 0.85


def test_box_and_centre_by_hand():
    """A bar of 200×40 becomes 20 pixels tall, with its middle in the middle of the image."""
    sheet = np.zeros((300, 500), "uint8")
    sheet[60:260, 400:440] = 255
    image = paper.fit(sheet)[..., 0]
    rows, columns = (np.flatnonzero((image > 127).any(axis=axis)) for axis in (1, 0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (4, 23, 12, 15)
    wide = paper.fit(sheet.T.copy())[..., 0]  # at most 22 wide
    assert np.ptp(np.flatnonzero((wide > 127).any(axis=0))) + 1 == 22


@pytest.mark.parametrize(
    ("drawing", "message"),
    [
        (np.zeros((50, 50), "uint8"), "no ink"),
        (np.zeros((50, 50)), r"float64 with shape \(50, 50\): expected uint8"),
        (np.zeros((50, 50, 3), "uint8"), r"\(50, 50, 3\)"),
    ],
)
def test_anything_but_a_drawing_is_refused(drawing, message):
    with pytest.raises(ValueError, match=message):
        paper.fit(drawing)


def test_traits_of_bars_by_hand():
    """A bar that shifts by one column in each row has a slant of 45°; its ink is its area."""
    images = np.full((2, 28, 28, 1), -1.0)
    for row in range(4, 24):
        images[0, row, 27 - row : 30 - row] = 1
        images[1, row, 10:16] = 1
    found = paper.measure(images)
    assert found["slant"] == pytest.approx([45, 0])
    assert found["weight"] == pytest.approx([60, 120])
    # A block of w×h has standard deviations of √((w² - 1) / 12) and √((h² - 1) / 12).
    assert found["width"] == pytest.approx([np.sqrt(8 / 399), np.sqrt(35 / 399)])


def test_a_trait_grows_with_the_pens_setting():
    for trait, levels in (
        ("slant", (-20, 0, 20)),
        ("width", (0.7, 1, 1.3)),
        ("weight", (1.5, 2.4, 3.5)),
    ):
        means = []
        for level in levels:
            drawn = pen.draw("AHKRX4", STYLE._replace(**{trait: level}))
            means.append(paper.measure(drawn)[trait].mean())
        assert means == sorted(means), trait


def test_bytes_and_scaled_floats_are_the_same_images():
    drawn = pen.draw("AK4", STYLE)
    scaled = (drawn / 127.5 - 1).astype("float32")
    for trait, values in paper.measure(drawn).items():
        assert values == pytest.approx(paper.measure(scaled)[trait]), trait
    assert np.array_equal(paper.typeset(drawn), paper.typeset(scaled))


def test_a_line_of_bars():
    """Bars three wide with gaps of three, and a space before the third bar."""
    bar = np.full((1, 28, 28, 1), -1.0)
    bar[:, 2:20, 5:8] = 1
    space = np.full((1, 28, 28, 1), -1.0)
    page = paper.typeset(np.concatenate([bar, bar, space, bar]), zoom=1)
    dark = np.flatnonzero((page < 128).any(axis=0)) - 4
    assert dark.tolist() == [0, 1, 2, 6, 7, 8, *(12 + paper.SPACE + np.arange(3))]
    rows = np.flatnonzero((page < 128).any(axis=1)) - 2
    assert rows[-1] == paper.BASELINE


def test_long_texts_are_broken_between_words():
    bar = np.full((1, 28, 28, 1), -1.0)
    bar[:, 4:24, 2:22] = 1
    space = np.full((1, 28, 28, 1), -1.0)
    text = np.concatenate([bar, bar, space] * 6)
    page = paper.typeset(text, columns=120, zoom=1)
    assert page.shape[0] == 32 * 3 and page.shape[1] <= 4 + 120 + paper.SPACE
    unbroken = np.concatenate([bar] * 12)
    assert (
        paper.typeset(unbroken, columns=120, zoom=1).shape[0] == 32 * 3
    )  # five bars of 23 in a line
    for blank in (space, space[:0]):
        assert (paper.typeset(blank) == 255).all()


def test_a_low_character_keeps_its_top():
    low = np.full((1, 28, 28, 1), -1.0)
    low[:, 8:10, 2:22] = 1  # a bar on top of a stem down to the last row
    low[:, 8:28, 11:13] = 1
    dark = paper.typeset(low, zoom=1) < 128
    rows = np.flatnonzero(dark.any(axis=1)) - 2
    assert (rows[0], rows[-1]) == (5, paper.BASELINE) and dark[7].sum() == 20


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 28, 27, 1)),
        np.zeros((2, 28, 28, 1), "int64"),
        np.full((1, 28, 28, 1), 255.0),
        np.full((1, 28, 28, 1), np.nan),
    ],
)
def test_anything_but_images_is_refused(images):
    for function in (paper.measure, paper.typeset):
        with pytest.raises(ValueError, match="expected"):
            function(images)
