"""The published networks, to the last parameter and output shape."""

import numpy as np
import pytest

from course_lib import gan, recipes


def trainable(model):
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


@pytest.mark.parametrize(
    ("name", "generator", "generator_trainable", "discriminator"),
    [  # as the tutorials print them; where they print none, worked out by hand from their layers
        ("letters-mlp-gan", 283_920, 283_920, 267_009),
        ("kaggle-mlp-gan", 1_493_520, 1_489_936, 533_505),
        ("mnist-dcgan", 1_164_289, 1_164_289, 40_705),
        ("letters-dcgan", 2_394_241, 2_368_705, 4_311_553),
    ],
)
def test_published_parameter_counts(name, generator, generator_trainable, discriminator):
    recipe = recipes.load(name)
    g, d = recipe.build_generator(), recipe.build_discriminator()
    assert g.count_params() == generator
    assert trainable(g) == generator_trainable
    assert d.count_params() == trainable(d) == discriminator
    assert g.input_shape == (None, recipe.latent_dim)
    assert g.output_shape == d.input_shape == (None, 28, 28, 1)
    assert d.output_shape == (None, 1)


@pytest.mark.parametrize(
    ("name", "total"), [("kaggle-mlp-gan", 2_027_025), ("letters-dcgan", 6_705_794)]
)
def test_published_combined_counts(name, total):
    loop = recipes.load(name).build_combined()
    assert loop.combined.count_params() == total


def shapes(model, kinds):
    return [
        tuple(layer.output.shape[1:]) for layer in model.layers if type(layer).__name__ in kinds
    ]


def test_letters_dcgan_layer_by_layer():
    recipe = recipes.load("letters-dcgan")
    kinds = {"Dense", "Reshape", "Dropout", "UpSampling2D", "Conv2DTranspose", "Conv2D", "Flatten"}
    assert shapes(recipe.build_generator(), kinds) == [
        (12544,), (7, 7, 256), (7, 7, 256),
        (14, 14, 256), (14, 14, 128),
        (28, 28, 128), (28, 28, 64),
        (28, 28, 32), (28, 28, 1),
    ]  # fmt: skip
    assert shapes(recipe.build_discriminator(), kinds) == [
        (14, 14, 64), (14, 14, 64), (7, 7, 128), (7, 7, 128),
        (4, 4, 256), (4, 4, 256), (4, 4, 512), (4, 4, 512), (8192,), (1,),
    ]  # fmt: skip


def test_letters_dcgan_parameters_layer_by_layer():
    recipe = recipes.load("letters-dcgan")

    def counts(model):
        return [layer.count_params() for layer in model.layers if layer.count_params()]

    assert counts(recipe.build_generator()) == [
        1_266_944, 50_176, 819_328, 512, 204_864, 256, 51_232, 128, 801
    ]  # fmt: skip
    assert counts(recipe.build_discriminator()) == [1_664, 204_928, 819_456, 3_277_312, 8_193]


def test_published_numbers():
    kaggle = recipes.load("kaggle-mlp-gan")
    assert (kaggle.latent_dim, kaggle.batch_size, kaggle.steps) == (100, 32, 15_000)
    assert kaggle.batch_size * kaggle.fakes_per_real == 64
    assert (kaggle.d_learning_rate, kaggle.g_learning_rate, kaggle.beta_1) == (2e-4, 2e-4, 0.5)
    letters = recipes.load("letters-mlp-gan")
    assert (letters.latent_dim, letters.batch_size) == (64, 64)
    assert isinstance(recipes.load("letters-dcgan").build_gan(), gan.AlternatingGAN)


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_starts_with_pixels_in_range_and_a_finite_logit(name):
    recipe = recipes.load(name)
    g, d = recipe.build_generator(), recipe.build_discriminator()
    fake_images = np.array(g(gan.fixed_z(4, recipe.latent_dim) * 100, training=False))
    assert np.abs(fake_images).max() <= 1.0
    assert d.layers[-1].activation.__name__ == "linear"
    assert np.isfinite(np.array(d(fake_images))).all()


def test_same_seed_same_network():
    a, b = (recipes.load("workshop-mlp").build_gan(seed=3) for _ in range(2))
    z = gan.fixed_z(2, 64)
    assert np.array_equal(a.sample(z), b.sample(z))
    assert not np.array_equal(a.sample(z), recipes.load("workshop-mlp").build_gan(4).sample(z))


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="kaggle-mlp-gan.*workshop-dcgan"):
        recipes.load("stylegan")
