"""The published networks, down to the last parameter and output shape."""

import keras
import numpy as np
import pytest

from course_lib import gan
from course_lib.gan import recipes

GANS = [name for name, r in recipes.RECIPES.items() if isinstance(r, recipes.GANRecipe)]


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
    """Output shapes of the layers of these kinds; a rewritten one counts as Keras's."""
    return [
        tuple(layer.output.shape[1:])
        for layer in model.layers
        if kinds & {kind.__name__ for kind in type(layer).__mro__}
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


@pytest.mark.parametrize(
    ("name", "numbers"),
    [  # z, real images a step, fakes for each, learning rate, Adam's beta_1, one D update or two
        ("letters-mlp-gan", (64, 64, 1, 2e-4, 0.9, "stacked")),  # PyTorch's Adam, lr=0.0002
        ("kaggle-mlp-gan", (100, 32, 2, 2e-4, 0.5, "apart")),  # half_batch 32 of batch_size 64
        ("mnist-dcgan", (100, 128, 2, 2e-4, 0.5, "stacked")),  # half_batch 128 of n_batch 256
        ("letters-dcgan", (100, 128, 1, 1e-3, 0.9, "stacked")),  # optimizer="adam"
    ],
)
def test_published_training(name, numbers):
    r = recipes.load(name)
    found = r.latent_dim, r.batch_size, r.fakes_per_real, r.g_learning_rate, r.beta_1, r.d_update
    assert found == numbers
    assert r.loss == "bce" and r.ema_momentum == 0.0 and r.d_learning_rate == r.g_learning_rate
    model = r.build_gan()
    assert isinstance(model, gan.AlternatingGAN) == (name == "letters-dcgan")
    for optimizer in (model.d_optimizer, model.g_optimizer):
        assert isinstance(optimizer, keras.optimizers.Adam)
        assert float(optimizer.learning_rate) == pytest.approx(numbers[3])
        assert optimizer.beta_1 == numbers[4]


def test_published_lengths():
    assert recipes.load("kaggle-mlp-gan").steps == 15_000
    assert recipes.load("mnist-dcgan").steps == 50 * 234  # 50 epochs of 60,000 // 256 batches
    assert recipes.load("letters-mlp-gan").steps == 450 * 1_698  # 26 · 4,182 // 64 batches


@pytest.mark.parametrize(
    ("name", "network", "slopes", "dropouts", "momenta"),
    [  # of the LeakyReLU (0.0: plain ReLU), Dropout and BatchNormalization layers, in order
        ("letters-mlp-gan", "generator", [0.0, 0.0], [], []),
        ("letters-mlp-gan", "discriminator", [0.2, 0.2], [], []),
        ("kaggle-mlp-gan", "generator", [0.2] * 3, [], [0.8] * 3),
        ("kaggle-mlp-gan", "discriminator", [0.2, 0.2], [], []),
        ("mnist-dcgan", "generator", [0.2] * 3, [], []),
        ("mnist-dcgan", "discriminator", [0.2, 0.2], [0.2, 0.2], []),
        ("letters-dcgan", "generator", [0.01] * 4, [0.4], [0.99] * 4),
        ("letters-dcgan", "discriminator", [0.01] * 4, [0.4] * 4, []),
    ],
)
def test_published_layers(name, network, slopes, dropouts, momenta):
    model = getattr(recipes.load(name), f"build_{network}")()
    kinds = {}
    for layer in model.layers:
        kinds.setdefault(type(layer).__name__, []).append(layer)
    leaky = [pytest.approx(layer.negative_slope) for layer in kinds.get("LeakyReLU", [])]
    assert leaky + [0.0] * len(kinds.get("ReLU", [])) == slopes
    assert [layer.rate for layer in kinds.get("Dropout", [])] == dropouts
    assert [layer.momentum for layer in kinds.get("BatchNormalization", [])] == momenta
    convolutions = kinds.get("Conv2D", []) + kinds.get("Conv2DTranspose", [])
    assert {layer.padding for layer in convolutions} <= {"same"}


def test_mnist_dcgan_layer_by_layer():
    recipe = recipes.load("mnist-dcgan")
    kinds = {"Dense", "Reshape", "Conv2DTranspose", "Conv2D", "Flatten"}
    assert shapes(recipe.build_generator(), kinds) == [
        (6272,), (7, 7, 128), (14, 14, 128), (28, 28, 128), (28, 28, 1)
    ]  # fmt: skip
    assert shapes(recipe.build_discriminator(), kinds) == [
        (14, 14, 64), (7, 7, 64), (3136,), (1,)
    ]  # fmt: skip


@pytest.mark.parametrize("name", GANS)
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
