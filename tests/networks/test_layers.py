"""The rewritten layers against Keras's own with the same weights: results and gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from course_lib.gan import recipes
from course_lib.networks import layers as ours

CASES = {
    "7×7 to 1": (ours.NarrowConv2D, dict(filters=1, kernel_size=7, activation="tanh"), False),
    "4×4 to 1": (ours.NarrowConv2D, dict(filters=1, kernel_size=4), False),
    "nearest 5×5": (ours.NearestConv2DTranspose, dict(filters=3, kernel_size=5), True),
    "nearest 3×3": (ours.NearestConv2DTranspose, dict(filters=3, kernel_size=3), True),
    "nearest 7×7": (ours.NearestConv2DTranspose, dict(filters=3, kernel_size=7), True),
}


def models(case):
    """Keras's layer and ours, each in a model [B, 6, 8, 4] -> ..., with the same weights."""
    ours, options, after_upsampling = CASES[case]
    pair = []
    for kind in (ours.__bases__[0], ours):
        inputs = x = keras.Input((6, 8, 4))
        if after_upsampling:
            x = layers.UpSampling2D()(x)
        options = {**options, "padding": "same", "bias_initializer": "random_normal"}
        pair.append(keras.Model(inputs, kind(**options)(x)))
    pair[1].set_weights(pair[0].get_weights())
    return pair


@pytest.mark.parametrize("case", CASES)
def test_same_result_and_gradients_as_keras(case):
    images = tf.random.stateless_normal((3, 6, 8, 4), seed=(1, 2))
    results = []
    for model in models(case):
        with tf.GradientTape() as tape:
            tape.watch(images)
            out = model(images)
            loss = tf.reduce_sum(out * tf.random.stateless_normal(out.shape, seed=(3, 4)))
        gradients = tape.gradient(loss, [images, *model.trainable_variables])
        results.append([np.array(value) for value in (out, *gradients)])
    for expected, found in zip(*results, strict=True):
        assert expected.shape == found.shape
        assert np.allclose(expected, found, atol=2e-5)


@pytest.mark.parametrize("name", ["mnist-dcgan", "letters-dcgan"])
def test_plain_copy_draws_the_same_and_loads_without_the_kit(name, tmp_path):
    generator = recipes.load(name).build_generator()
    kinds = {type(layer).__module__ for layer in generator.layers}
    assert ours.__name__ in kinds
    copy = ours.plain(generator)
    assert not {type(layer).__module__ for layer in copy.layers} & {ours.__name__}
    z = np.random.default_rng(0).normal(size=(2, 100)).astype("float32")
    assert np.allclose(generator(z), copy(z), atol=1e-5)
