"""The classic loop: who moves in which step, at every batch size; and the trap itself."""

import keras
import numpy as np
import pytest

from course_lib import networks
from course_lib.gan import combined, recipes


def tiny(d_update="stacked"):
    """A small pair with batch normalisation on both sides, the hardest case to leave untouched."""
    keras.utils.set_random_seed(0)
    generator = networks.build_mlp_generator(8, (16,), batch_norm_momentum=0.8)
    images = keras.Input((28, 28, 1))
    x = keras.layers.Dense(16)(keras.layers.Flatten()(images))
    x = keras.layers.LeakyReLU(0.2)(keras.layers.BatchNormalization()(x))
    discriminator = keras.Model(images, keras.layers.Dense(1)(x))
    return combined.CombinedGAN(generator, discriminator, d_update=d_update)


@pytest.mark.parametrize("d_update", ["stacked", "apart"])
def test_each_step_moves_one_network_at_every_batch_size(images, snapshot, same, d_update):
    loop = tiny(d_update)
    for size in (64, 37, 21, 64):
        g, d = snapshot(loop.generator), snapshot(loop.discriminator)
        loop.d_step(images[:size], loop.draw_z(size))
        assert same(g, snapshot(loop.generator)), "a D step touched G"
        assert not same(d, snapshot(loop.discriminator)), "a D step did not move D"

        g, d = snapshot(loop.generator), snapshot(loop.discriminator)
        loop.g_step(loop.draw_z(size))
        assert not same(g, snapshot(loop.generator)), "a G step did not move G"
        assert same(d, snapshot(loop.discriminator)), "a G step touched D"


def test_the_popular_form_never_trains_its_discriminator(images):
    """The claim that this kit stands on, on the Keras that is installed."""
    loop = tiny()
    discriminator = loop.discriminator
    discriminator.trainable = False
    z = keras.Input((8,))
    popular = keras.Model(z, discriminator(loop.generator(z)))
    popular.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    labels = np.ones((64, 1), "float32")
    scaled = np.array(networks.scale_pixels(images[:64]))
    moved = combined.largest_change(
        discriminator.weights, lambda: discriminator.train_on_batch(scaled, labels)
    )
    assert moved == 0.0


def test_a_step_that_moves_nothing_says_why(images):
    loop = tiny()
    loop.discriminator.optimizer.learning_rate = 0.0
    with pytest.raises(combined.FrozenDiscriminatorError, match="Keras 3.*trainable = True"):
        loop.d_step(images[:16], loop.draw_z(16))


def test_largest_change_raises_no_false_alarm():
    with pytest.raises(ValueError, match="no weights to watch"):
        combined.largest_change([], lambda: None)
    weights = [keras.Variable(0.0), keras.Variable(0.0)]
    assert np.isnan(combined.largest_change(weights, lambda: weights[1].assign(np.nan)))


def test_frozen_gives_the_flag_back_even_after_an_error():
    loop = tiny()
    with pytest.raises(RuntimeError), combined.frozen(loop.discriminator):
        assert not loop.discriminator.trainable
        raise RuntimeError
    assert loop.discriminator.trainable


def test_losses_are_of_this_batch_alone(images):
    """Keras's own train_on_batch answers with a running mean; ours must not."""
    model = tiny().discriminator
    model.optimizer.learning_rate = 0.0
    dark, bright = networks.scale_pixels(images[:32]), networks.scale_pixels(255 - images[:32])
    ones = np.ones((32, 1), "float32")
    first = combined.train_on_batch(model, dark, ones)
    combined.train_on_batch(model, bright, ones)
    again = combined.train_on_batch(model, dark, ones)
    assert again == pytest.approx(first, abs=1e-6)


def test_generator_learns_from_as_many_fakes_as_published(images):
    loop = recipes.load("kaggle-mlp-gan").build_combined()
    drawn = []
    draw = loop.draw_z
    loop.draw_z = lambda n: drawn.append(n) or draw(n)
    loop.train_on_batch(images[:32])
    assert drawn == [32, 64]  # half_batch for D, batch_size for G


def test_d_loss_of_one_step_by_keras(images):
    recipe = recipes.load("letters-mlp-gan")
    loop = recipe.build_combined()
    z = loop.draw_z(32)
    both = np.concatenate([networks.scale_pixels(images[:32]), loop.generator(z)])
    labels = np.concatenate([np.ones((32, 1)), np.zeros((32, 1))])
    expected = keras.losses.BinaryCrossentropy(from_logits=True)(labels, loop.discriminator(both))
    assert loop.d_step(images[:32], z) == pytest.approx(float(expected), rel=1e-5)


def test_unknown_d_update_is_named():
    with pytest.raises(ValueError, match="twice.*stacked"):
        tiny("twice")
