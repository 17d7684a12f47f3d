"""Plots: what is drawn where, read back from the figure."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib import plots

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


@pytest.fixture(autouse=True)
def close_figures():
    plt.close("all")
    yield
    plt.close("all")


@pytest.mark.parametrize("name", CALLS)
def test_draws_into_the_axes_it_is_given_and_no_others(name):
    figure, (other, given) = plt.subplots(1, 2)
    assert CALLS[name](given) is figure
    assert given.has_data() and not other.has_data()
    assert plt.get_fignums() == [figure.number], "no second figure was opened"


def drawn(ax):
    """What is drawn in axes: the y values of each line, by its label."""
    return {line.get_label(): list(line.get_ydata()) for line in ax.lines}


def test_losses_and_scores_are_drawn_under_their_names():
    upper, lower = plots.plot_seesaw(HISTORY).axes
    losses, scores = drawn(upper), drawn(lower)
    assert losses["discriminator"] == HISTORY["d_loss"]
    assert losses["generator"] == HISTORY["g_loss"]
    assert scores["on real images"] == HISTORY["real_score"]
    assert scores["on fake images"] == HISTORY["fake_score"]
    assert all(list(line.get_xdata()) == [1, 2, 3] for line in upper.lines)


def test_film_strip_has_a_row_for_each_frame():
    dark, bright = np.full((4, 28, 28, 1), 0, "uint8"), np.full((4, 28, 28, 1), 255, "uint8")
    ax = plots.plot_film_strip([dark, bright], [0, "the end"]).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["step 0", "the end"]
    picture, (first, second) = ax.images[0].get_array(), map(int, ax.get_yticks())
    assert picture[first, 16] == 0 and picture[second, 16] == 1


def test_tile_puts_each_image_in_its_place():
    images = np.stack([np.full((28, 28, 1), value, "uint8") for value in (0, 50, 100, 150, 200)])
    page = plots.tile(images, columns=3, gap=2)
    assert page.shape == (2 * 30 + 2, 3 * 30 + 2)
    assert page[2 + 14, 2 + 30 + 14] == pytest.approx(50 / 255)  # first row, second column
    assert page[2 + 30 + 14, 2 + 14] == pytest.approx(150 / 255)  # second row, first column
    assert page[2 + 30 + 14, 2 + 60 + 14] == 1.0  # no image there: white


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
    with pytest.raises(ValueError, match="expected floats in .*, or uint8 in 0–255"):
        plots.plot_images(images)


def test_vae_losses_leave_out_what_is_not_there():
    history = {
        "step": [1, 2, 3],
        "kl_loss": [1.0, 2.0, 3.0],
        "reconstruction_loss": [9.0, 8.0, 7.0],
    }
    figure = plots.plot_vae_losses(history)
    assert [ax.get_title() for ax in figure.axes] == ["reconstruction loss", "kl loss"]
    assert list(figure.axes[1].lines[0].get_ydata()) == [1, 2, 3]
