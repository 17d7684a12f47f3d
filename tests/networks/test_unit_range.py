"""mnist-dcgan works on pixels in [0, 1], as published, behind the kit's [-1, 1]."""

import keras
import numpy as np
import pytest
from keras import layers

from course_lib import gan
from course_lib.gan import recipes


@pytest.fixture(scope="module")
def recipe():
    keras.utils.set_random_seed(3)
    return recipes.load("mnist-dcgan")


def build_tutorials_discriminator():
    """The tutorial's D, typed from its text; its sigmoid is left out."""
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(64, 3, strides=2, padding="same"), layers.LeakyReLU(0.2), layers.Dropout(0.2),
        layers.Conv2D(64, 3, strides=2, padding="same"), layers.LeakyReLU(0.2), layers.Dropout(0.2),
        layers.Flatten(), layers.Dense(1),
    ])  # fmt: skip


def build_tutorials_generator():
    """The tutorial's G, typed from its text."""
    return keras.Sequential([
        keras.Input((100,)),
        layers.Dense(128 * 7 * 7), layers.LeakyReLU(0.2), layers.Reshape((7, 7, 128)),
        layers.Conv2DTranspose(128, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Conv2DTranspose(128, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Conv2D(1, 7, padding="same", activation="sigmoid"),
    ])  # fmt: skip


def test_d_sees_black_as_zero(recipe):
    ours, theirs = recipe.build_discriminator(), build_tutorials_discriminator()
    theirs.set_weights(ours.get_weights())
    ink = np.random.default_rng(0).random((4, 28, 28, 1), "float32")
    assert np.allclose(ours(2 * ink - 1), theirs(ink), atol=1e-5)
    black = np.full((1, 28, 28, 1), -1.0, "float32")
    bias_only = keras.Model(ours.input, ours.layers[2].output)(black)
    assert np.allclose(bias_only, 0.0, atol=1e-7), "black must reach the first layer as 0"


def test_g_writes_ink_as_the_tutorials_does(recipe):
    ours, theirs = recipe.build_generator(), build_tutorials_generator()
    theirs.set_weights(ours.get_weights())
    z = gan.fixed_z(4, 100) * 5
    assert np.allclose((np.array(ours(z)) + 1) / 2, theirs(z), atol=1e-5)
