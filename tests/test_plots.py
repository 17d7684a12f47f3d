"""Plots: what is drawn where, read back from the figure."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib import plots
from course_lib.data import pixels

HISTORY = {
    "step": [1, 2, 3],
    "d_loss": [0.7, 0.6, 0.5],
    "g_loss": [0.7, 0.9, 1.1],
    "real_score": [0.5, 0.6, 0.7],
    "fake_score": [0.5, 0.4, 0.3],
}
CALLS = {
    "plot_images": lambda ax: plots.plot_images(np.zeros((3, 28, 28, 1), "uint8"), ax=ax),
    "plot_score_grid": lambda ax: plots.plot_score_grid(
        np.zeros((2, 28, 28, 1), "float32"), [0.9, 0.1], [True, False], ax=ax
    ),
    "plot_film_strip": lambda ax: plots.plot_film_strip(
        [np.zeros((4, 28, 28, 1), "float32")] * 2, [0, 10], ax=ax
    ),
    "plot_losses": lambda ax: plots.plot_losses(HISTORY, ax=ax),
    "plot_scores": lambda ax: plots.plot_scores(HISTORY, ax=ax),
    "plot_seesaw": lambda ax: plots.plot_seesaw(HISTORY, ax=ax and [ax, ax]),
    "plot_class_counts": lambda ax: plots.plot_class_counts([0, 1, 1], "ab", ax=ax),
}


@pytest.mark.parametrize("name", CALLS)
def test_returns_its_figure_and_draws_where_it_is_told(name):
    assert isinstance(CALLS[name](None), plt.Figure)
    figure, ax = plt.subplots()
    assert CALLS[name](ax) is figure
    assert ax.has_data() or ax.images
    plt.close("all")


def test_uint8_and_floats_look_the_same():
    bytes_ = np.array([0, 128, 255], "uint8").reshape(3, 1, 1, 1) * np.ones((1, 28, 28, 1), "uint8")
    floats = bytes_.astype("float32") / 127.5 - 1
    assert np.allclose(pixels.to_ink(bytes_), pixels.to_ink(floats), atol=1e-6)
    assert pixels.to_ink(bytes_)[:, 0, 0] == pytest.approx([0, 128 / 255, 1])


def test_tile_puts_each_image_in_its_place():
    images = np.stack([np.full((28, 28, 1), value, "uint8") for value in (0, 50, 100, 150, 200)])
    page = plots.tile(images, columns=3, gap=2)
    assert page.shape == (2 * 30 + 2, 3 * 30 + 2)
    assert page[2 + 14, 2 + 30 + 14] == pytest.approx(50 / 255)  # first row, second column
    assert page[2 + 30 + 14, 2 + 14] == pytest.approx(150 / 255)  # second row, first column
    assert page[2 + 30 + 14, 2 + 60 + 14] == 1.0  # nothing there: paper


def test_score_grid_says_in_words_what_the_colours_say():
    figure = plots.plot_score_grid(np.zeros((2, 28, 28, 1), "uint8"), [0.934, 0.12], [True, False])
    words = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert words == {"real 0.93": plots.GREEN, "generated 0.12": plots.RED}


def test_class_counts_are_counted():
    figure = plots.plot_class_counts(np.array([0, 2, 2, 2]), ["a", "b", "c"])
    assert [bar.get_height() for bar in figure.axes[0].patches] == [1, 0, 3]


def test_smooth_curve_is_the_running_mean():
    history = {"step": list(range(80)), "d_loss": list(range(80)), "g_loss": [1.0] * 80}
    lines = plots.plot_losses(history).axes[0].lines
    d_smooth = next(line for line in lines if line.get_label() == "discriminator")
    assert d_smooth.get_ydata()[0] == pytest.approx(0.5)  # the mean of steps 0 and 1


@pytest.mark.parametrize(
    "images", [np.full((1, 28, 28, 1), 200.0), np.zeros((1, 28, 28, 1), "int64")]
)
def test_a_range_that_would_draw_a_wrong_picture_is_refused(images):
    with pytest.raises(ValueError, match=r"expected uint8 in 0–255"):
        plots.plot_images(images)


def test_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"\(28, 28, 1\)"):
        pixels.to_ink(np.zeros((28, 28, 1), "uint8"))  # one image without its batch
    with pytest.raises(ValueError, match=r"\(28, 28\).*\[N, 28, 28, 1\]"):
        pixels.to_ink(np.zeros((28, 28)))


def test_vae_losses_leave_out_what_is_not_there():
    history = {
        "step": [1, 2, 3],
        "kl_loss": [1.0, 2.0, 3.0],
        "reconstruction_loss": [9.0, 8.0, 7.0],
    }
    figure = plots.plot_vae_losses(history)
    assert [ax.get_title() for ax in figure.axes] == ["reconstruction loss", "kl loss"]
    assert list(figure.axes[1].lines[0].get_ydata()) == [1, 2, 3]
