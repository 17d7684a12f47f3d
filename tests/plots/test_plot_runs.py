"""Plots of runs: what is drawn where, read back from the figure."""

import keras
import pytest

from course_lib import plots

HISTORY = {
    "step": [1, 2, 3],
    "d_loss": [0.7, 0.6, 0.5],
    "g_loss": [0.7, 0.9, 1.1],
    "real_score": [0.5, 0.6, 0.7],
    "fake_score": [0.5, 0.4, 0.3],
}


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


def test_smooth_curve_is_the_running_mean():
    history = {"step": list(range(80)), "d_loss": list(range(80)), "g_loss": [1.0] * 80}
    lines = plots.plot_losses(history).axes[0].lines
    d_smooth = next(line for line in lines if line.get_label() == "discriminator")
    assert d_smooth.get_ydata()[0] == pytest.approx(0.5)  # the mean of steps 0 and 1


def test_vae_losses_leave_out_what_is_not_there():
    history = {
        "step": [1, 2, 3],
        "kl_loss": [1.0, 2.0, 3.0],
        "reconstruction_loss": [9.0, 8.0, 7.0],
    }
    figure = plots.plot_vae_losses(history)
    assert [ax.get_title() for ax in figure.axes] == ["reconstruction loss", "kl loss"]
    assert list(figure.axes[1].lines[0].get_ydata()) == [1, 2, 3]


def test_what_keras_returns_is_drawn_by_epoch():
    returned = keras.callbacks.History()
    returned.history = {
        "d_loss": [0.5, 0.6, 0.7],
        "g_loss": [0.9, 0.8, 0.7],
        "real_score": [0.5] * 3,
    }
    axes = plots.plot_losses(returned).axes[0]
    assert axes.get_xlabel() == "epoch"
    assert list(axes.lines[0].get_xdata()) == [1, 2, 3]
    assert list(axes.lines[0].get_ydata()) == [0.9, 0.8, 0.7]
    assert plots.plot_losses(returned.history).axes[0].get_xlabel() == "epoch"


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ({}, "no g_loss; it has nothing yet"),
        ({"step": [], "d_loss": [], "g_loss": []}, "no g_loss; it has nothing yet"),
        (None, "no g_loss; it has nothing yet"),
        ({"loss": [0.1]}, r"no g_loss; it has loss.*callbacks=\[history\]"),
        ({"step": [1], "d_loss": [1.0], "g_loss": [1.0, 2.0]}, "1 steps, but 2 numbers for g_loss"),
    ],
)
def test_a_history_that_cannot_be_drawn(history, words):
    with pytest.raises(ValueError, match=words):
        plots.plot_losses(history)


def test_a_vae_s_history_without_losses():
    with pytest.raises(ValueError, match="no reconstruction_loss; it has d_loss"):
        plots.plot_vae_losses({"step": [1], "d_loss": [1.0]})
