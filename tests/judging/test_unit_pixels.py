"""Pixels in [0, 1] where [-1, 1] or uint8 is expected: measures refuse them, plots say so."""

import warnings

import numpy as np
import pytest
import tensorflow as tf
from small_models import small_gan

from course_lib import networks, plots, vae
from course_lib.data.dataset import Dataset
from course_lib.judging import metrics
from course_lib.training import callbacks


@pytest.fixture
def yardstick(images):
    dataset = Dataset(images, np.arange(256) % 3, tuple("ABC"), "made up")
    return metrics.Yardstick(dataset, networks.build_classifier(4))


def small_vae():
    return vae.VAE("ABC", networks.build_vae_encoder(3, 4), networks.build_vae_decoder(3, 4))


SPOILED = {
    "[0, 1]": (lambda images: images.astype("float32") / 255, r"mostly at 0: .*2 \* images - 1"),
    "[0, 1] tensor": (lambda images: tf.constant(images / 255, "float32"), "mostly at 0"),
    "bytes as floats": (lambda images: images.astype("float32"), "from 0.0 to 2"),
    "bytes in a tensor": (lambda images: tf.constant(images, "float32"), "from 0.0 to 2"),
    "nan": (lambda images: np.full_like(images, np.nan, "float32"), "from nan to nan"),
    "flat": (lambda images: images.reshape(-1, 784), r"784.*reshape\(-1, 28, 28, 1\)"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_measures_refuse_them(images, yardstick, case):
    spoil, words = SPOILED[case]
    given = spoil(images[:40])
    for measure in (
        yardstick.report,
        lambda fakes: metrics.nearest_images(images, fakes),
        lambda fakes: metrics.nearest_images(fakes, images[:3]),
        lambda fakes: metrics.find_copies(images, fakes),
        small_vae().read_styles,
        small_vae().infer_style,
    ):
        with pytest.raises(ValueError, match=words):
            measure(given)


def test_a_measure_of_arrays_asks_for_a_dataset(images):
    with pytest.raises(ValueError, match="got a ndarray of real images: expected a Dataset"):
        metrics.report(images, images)


def drawings(images):
    """By name, images in [-1, 1] that must pass without a word."""
    scaled = networks.scale_pixels(images[:40])
    return {
        "as loaded": images[:40],
        "scaled": scaled,
        "white all over": np.clip(np.abs(scaled), 0.6, 1.0),
        "grey": np.zeros_like(scaled),
        "a new generator": small_gan().sample(40),
        "mostly white": -scaled,
        "one white image": np.ones((40, 28, 28, 1), "float32"),
    }


def test_what_lies_in_the_range_passes_without_a_word(images, yardstick):
    for given in drawings(images).values():
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            plots.plot_images(given)
        yardstick.report(given)
        metrics.nearest_images(images, given)


def test_plots_say_so_and_draw_them_as_they_are(images):
    """In [-1, 1], 0 is a grey of 0.5."""
    unit = images[:5].astype("float32") / 255
    for draw in (
        lambda: plots.plot_images(unit),
        lambda: plots.plot_score_grid(unit, np.ones(5), np.ones(5, bool)),
        lambda: plots.plot_film_strip([unit], [1]),
    ):
        with pytest.warns(UserWarning, match=r"mostly at 0: .*2 \* images - 1.*on grey"):
            figure = draw()
        assert figure.axes[0].images[0].get_array()[-5, 4] == pytest.approx(0.5)
    with pytest.raises(ValueError, match="mostly at 0"):
        plots.plot_error_map(images[:5], unit)


def test_a_run_whose_samples_lie_in_the_unit_range_goes_on(images, yardstick):
    """Such a generator gets a warning when it is made; measuring it must not end the run."""
    model, history = small_gan(), callbacks.History()
    model.sample = lambda z: images[: len(z)].astype("float32") / 255
    measure = callbacks.Measure(yardstick, history, every=1, budget=1e9, n_samples=40)
    with pytest.warns(UserWarning, match="look like pixels in .0, 1.*End it in tanh"):
        model.fit(images[:16], batch_size=8, callbacks=[history, measure], verbose=0)
    assert len(history.history["step"]) == 2 and not history.reports
