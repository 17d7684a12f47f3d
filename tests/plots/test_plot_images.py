"""Plots of images: which pixel, caption and error is drawn where, read back from the figure."""

import numpy as np
import pytest

from course_lib import plots


def test_tile_puts_each_image_in_its_place():
    images = np.stack([np.full((28, 28, 1), value, "uint8") for value in (0, 50, 100, 150, 200)])
    page = plots.tile(images, columns=3, gap=2)
    assert page.shape == (2 * 30 + 2, 3 * 30 + 2)
    assert page[2 + 14, 2 + 30 + 14] == pytest.approx(50 / 255)  # first row, second column
    assert page[2 + 30 + 14, 2 + 14] == pytest.approx(150 / 255)  # second row, first column
    assert page[2 + 30 + 14, 2 + 60 + 14] == 1.0  # no image there: white


@pytest.mark.parametrize(
    "draw",
    [
        lambda images, **ink: plots.plot_images(images, **ink),
        lambda images, **ink: plots.plot_score_grid(images, [0.1], [True], **ink),
        lambda images, **ink: plots.plot_film_strip([images], ["one"], **ink),
    ],
)
def test_ink_is_white_on_black_or_black_on_white(draw):
    images = np.zeros((1, 28, 28, 1), "uint8")
    images[0, :, :14] = 255  # ink on the left half
    for options, left, right in (({}, 1, 0), ({"ink": "black"}, 0, 1)):
        picture = draw(images, **options).axes[0].images[0].get_array()
        assert (picture[-16, 2 + 7], picture[-16, 2 + 21]) == (left, right)


def test_another_ink_is_refused():
    with pytest.raises(ValueError, match="ink is 'blue': expected 'white' or 'black'"):
        plots.plot_images(np.zeros((1, 28, 28, 1), "uint8"), ink="blue")


def test_captions_stand_above_their_images():
    figure = plots.plot_images(np.zeros((3, 28, 28, 1), "uint8"), ["5", "0", "4"], columns=2)
    found = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    assert found == {"5": (16, 9), "0": (46, 9), "4": (16, 48)}


def test_film_strip_has_a_row_for_each_frame():
    dark, bright = np.full((4, 28, 28, 1), 0, "uint8"), np.full((4, 28, 28, 1), 255, "uint8")
    ax = plots.plot_film_strip([dark, bright], [0, "the end"]).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["step 0", "the end"]
    picture, (first, second) = ax.images[0].get_array(), map(int, ax.get_yticks())
    assert picture[first, 16] == 0 and picture[second, 16] == 1


def test_score_grid_says_in_words_what_the_colours_say():
    figure = plots.plot_score_grid(np.zeros((2, 28, 28, 1), "uint8"), [0.934, 0.12], [True, False])
    words = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert words == {"real 0.93": plots.GREEN, "fake 0.12": plots.RED}


def test_captions_do_not_overlap():
    scores, is_real = np.full(16, 0.5), np.arange(16) % 2 == 0
    figure = plots.plot_score_grid(np.zeros((16, 28, 28, 1), "uint8"), scores, is_real)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize(
    "images", [np.full((1, 28, 28, 1), 200.0), np.zeros((1, 28, 28, 1), "int64")]
)
def test_a_range_that_would_draw_a_wrong_picture_is_refused(images):
    with pytest.raises(ValueError, match="expected floats in .*, or uint8 in 0–255"):
        plots.plot_images(images)


def test_error_map_has_the_mean_squared_error_of_each_pixel():
    images = np.zeros((4, 28, 28, 1), "uint8")
    redrawn = np.full((4, 28, 28, 1), -1.0, "float32")
    redrawn[0, 3, 5] = 1.0  # wrong by 1 in one of four images
    redrawn[:, 20, 20] = 0.0  # wrong by a half in all
    figure = plots.plot_error_map(images, redrawn)
    errors = figure.axes[0].images[0].get_array()
    assert errors[3, 5] == errors[20, 20] == 0.25
    assert errors.sum() == 0.5
    assert figure.axes[0].get_title() == f"mean over all pixels: {0.5 / 784:.4f}"
    with pytest.raises(ValueError, match="there are 3 images and 4 redrawn"):
        plots.plot_error_map(images[:3], redrawn)
