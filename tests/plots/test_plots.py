"""What holds for every plot: it draws into the axes it is given, or into a new Figure."""

import keras
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
IMAGES = np.zeros((4, 28, 28, 1), "uint8")
NETWORK = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
CALLS = {
    "plot_images": lambda ax: plots.plot_images(IMAGES, "abcd", ax=ax),
    "plot_score_grid": lambda ax: plots.plot_score_grid(
        IMAGES[:2], [0.9, 0.1], [True, False], ax=ax
    ),
    "plot_film_strip": lambda ax: plots.plot_film_strip([IMAGES] * 2, [0, 10], ax=ax),
    "plot_error_map": lambda ax: plots.plot_error_map(IMAGES, 255 - IMAGES, ax=ax),
    "plot_losses": lambda ax: plots.plot_losses(HISTORY, ax=ax),
    "plot_scores": lambda ax: plots.plot_scores(HISTORY, ax=ax),
    "plot_seesaw": lambda ax: plots.plot_seesaw(HISTORY, ax=ax and [ax, ax]),
    "plot_class_counts": lambda ax: plots.plot_class_counts([0, 1, 1], "ab", ax=ax),
    "plot_class_accuracy": lambda ax: plots.plot_class_accuracy([0.5, 0.9], "ab", ax=ax),
    "plot_gan_steps": lambda ax: plots.plot_gan_steps(ax and [ax, ax]),
    "plot_layers": lambda ax: plots.plot_layers(NETWORK, ax=ax),
    "plot_convolution": lambda ax: plots.plot_convolution(5, 3, ax=ax),
}


@pytest.mark.parametrize("name", CALLS)
def test_draws_into_the_axes_it_is_given_and_no_others(name):
    figure, (other, given) = plt.subplots(1, 2)
    assert CALLS[name](given) is figure
    assert given.has_data() and not other.has_data()
    assert plt.get_fignums() == [figure.number], "no second figure was opened"


@pytest.mark.parametrize("name", CALLS)
def test_fits_a_notebook_and_can_be_read_there(name):
    """A notebook shows about nine inches, and scales wider figures down with their text."""
    figure = CALLS[name](None)
    assert figure.get_figwidth() <= 9
    figure.canvas.draw()
    texts = figure.findobj(lambda artist: isinstance(artist, plt.Text) and artist.get_text())
    assert texts and min(text.get_fontsize() for text in texts) >= 8


def test_every_plot_is_held_to_these_rules():
    shown = {name for name in plots.__all__ if name.startswith("plot_")}
    assert shown == {*CALLS, "plot_vae_losses"}
