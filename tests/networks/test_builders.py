"""Builders: sub-pixel layers against NumPy, ways to upsample, a model that loads alone."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from course_lib import gan, networks
from course_lib.gan import recipes


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
def test_upsampling_doubles_the_side_and_keeps_the_place(how):
    """One bright pixel at row 2, column 4 lights a patch around rows 4–5, columns 8–9, no more."""
    x = np.zeros((1, 7, 7, 1), "float32")
    x[0, 2, 4] = 1.0
    y = through(lambda y: networks.upsample(y, 5, 3, how), x)
    assert y.shape == (1, 14, 14, 5)
    rows, columns = np.nonzero(np.abs(y[0]).max(axis=-1))
    assert {4, 5} <= set(rows) <= set(range(2, 8))
    assert {8, 9} <= set(columns) <= set(range(6, 12))


def test_nearest_repeats_pixels_before_it_convolves():
    """With a kernel that adds up its 3×3 neighbours, the sums are of the repeated pixels."""
    inputs = keras.Input((3, 3, 1))
    model = keras.Model(inputs, networks.upsample(inputs, 1, 3, "nearest"))
    model.set_weights([np.ones((3, 3, 1, 1)), np.zeros(1)])
    x = np.arange(9, dtype="float32").reshape(1, 3, 3, 1)
    big = np.pad(x[0, :, :, 0].repeat(2, axis=0).repeat(2, axis=1), 1)
    expected = sum(big[i : i + 6, j : j + 6] for i in range(3) for j in range(3))
    assert np.allclose(np.array(model(x))[0, :, :, 0], expected, atol=1e-4)


def test_fixed_z_is_fixed():
    z = gan.fixed_z(5000, 3, seed=1)
    assert z.shape == (5000, 3) and z.dtype == "float32"
    assert np.array_equal(z, gan.fixed_z(5000, 3, seed=1))
    assert not np.array_equal(z, gan.fixed_z(5000, 3, seed=2))
    assert z.mean() == pytest.approx(0, abs=0.05) and z.std() == pytest.approx(1, abs=0.05)
    rng = np.random.default_rng(1)
    in_two = np.concatenate([gan.fixed_z(2500, 3, rng), gan.fixed_z(2500, 3, rng)])
    assert np.array_equal(z, in_two), "a generator goes on where it stopped"


def test_unknown_way_to_upsample_is_named():
    with pytest.raises(ValueError, match="bilinear.*transposed"):
        networks.upsample(keras.Input((7, 7, 8)), 5, 3, "bilinear")


@pytest.mark.slow
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
