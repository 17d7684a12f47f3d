"""Networks: the scaling line, sub-pixel layers against plain NumPy, a model that loads alone."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from course_lib import gan, networks
from course_lib.gan import recipes


def test_scale_pixels_by_hand_and_by_dtype():
    pixels = np.array([0, 51, 255], "uint8").reshape(1, 1, 3, 1)
    scaled = np.array(networks.scale_pixels(pixels)).ravel()
    assert scaled == pytest.approx([-1.0, -0.6, 1.0], abs=1e-6)
    floats = np.array([[-1.0, 0.25]], "float32")
    assert np.array_equal(np.array(networks.scale_pixels(floats)), floats)


def test_scale_pixels_refuses_other_integers():
    with pytest.raises(TypeError, match="int64.*uint8"):
        networks.scale_pixels(np.zeros((1, 28, 28, 1), "int64"))


def through(layer_function, x):
    inputs = keras.Input(x.shape[1:])
    return np.array(keras.Model(inputs, layer_function(inputs))(x))


def test_pixels_to_channels_by_index_and_back():
    x = np.random.default_rng(0).normal(size=(2, 6, 4, 3)).astype("float32")
    deep = through(networks.pixels_to_channels, x)
    assert deep.shape == (2, 3, 2, 12)
    for dy in range(2):
        for dx in range(2):
            block = deep[..., (2 * dy + dx) * 3 : (2 * dy + dx + 1) * 3]
            assert np.array_equal(block, x[:, dy::2, dx::2])
    assert np.array_equal(through(networks.channels_to_pixels, deep), x)


@pytest.mark.parametrize("how", ["transposed", "nearest", "shuffle"])
def test_every_way_up_doubles_the_side(how):
    x = np.zeros((2, 7, 7, 8), "float32")
    assert through(lambda y: networks.upsample(y, 5, 3, how), x).shape == (2, 14, 14, 5)


def test_unknown_way_up_is_named():
    with pytest.raises(ValueError, match="bilinear.*transposed"):
        networks.upsample(keras.Input((7, 7, 8)), 5, 3, "bilinear")


def test_saved_generator_loads_without_this_kit(tmp_path):
    recipe = recipes.load("workshop-dcgan")
    generator = recipe.build_generator()
    z = gan.fixed_z(3, recipe.latent_dim)
    generator.save(tmp_path / "g.keras")
    np.save(tmp_path / "z.npy", z)
    code = (
        "import keras, numpy as np, sys; g = keras.models.load_model('g.keras');"
        "np.save('images.npy', g(np.load('z.npy'), training=False));"
        "sys.exit('course_lib' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    expected = np.array(generator(z, training=False))
    assert np.allclose(np.load(tmp_path / "images.npy"), expected, atol=1e-6)
