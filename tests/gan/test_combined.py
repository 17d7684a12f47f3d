"""The classic loop: which network moves in which step, at every batch size; and the trap itself."""

import keras
import numpy as np
import pytest

from course_lib import networks
from course_lib.gan import combined, recipes
from course_lib.training.weights import largest_change

KERAS = tuple(int(part) for part in keras.__version__.split(".")[:2])


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
    """The claim that this kit rests on, tested on the Keras that is installed."""
    loop = tiny()
    discriminator = loop.discriminator
    discriminator.trainable = False
    z = keras.Input((8,))
    popular = keras.Model(z, discriminator(loop.generator(z)))
    popular.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    labels = np.ones((64, 1), "float32")
    scaled = networks.scale_pixels(images[:64])
    moved = largest_change(
        discriminator.weights, lambda: discriminator.train_on_batch(scaled, labels)
    )
    assert moved == 0.0


def test_a_step_that_moves_nothing_says_why(images):
    loop = tiny()
    loop.discriminator.optimizer.learning_rate = 0.0
    with pytest.raises(combined.FrozenDiscriminatorError, match="Keras 3.*trainable = True"):
        loop.d_step(images[:16], loop.draw_z(16))


def two_losses(train, images):
    """The losses of two very different batches: by hand, and as `train(model, x, y)` returns them.

    By hand: binary cross-entropy of the logits that the weights give *before* the step.
    """
    keras.utils.set_random_seed(0)
    model = networks.build_mlp_discriminator((16,))
    model.compile(keras.optimizers.Adam(1e-2), keras.losses.BinaryCrossentropy(from_logits=True))
    by_hand, returned = [], []
    for x, label in ((images[:32], 1.0), (255 - images[:32], 0.0)):
        x, y = networks.scale_pixels(x), np.full((32, 1), label, "float32")
        score = 1 / (1 + np.exp(-np.asarray(model(x), "float64")))
        by_hand.append(-np.log(score if label else 1 - score).mean())
        returned.append(float(train(model, x, y)))
    assert abs(by_hand[0] - by_hand[1]) > 0.1, "their mean must differ from the second"
    return by_hand, returned


def test_batch_loss_is_of_this_batch_alone(images):
    by_hand, returned = two_losses(combined.batch_loss, images)
    assert returned == pytest.approx(by_hand, rel=1e-4)


def keras_own(model, x, y):
    return model.train_on_batch(x, y, return_dict=True)["loss"]


@pytest.mark.skipif(KERAS < (3, 15), reason="Keras before 3.15 returns a running mean")
def test_keras_itself_returns_the_loss_of_this_batch(images):
    by_hand, returned = two_losses(keras_own, images)
    assert returned == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.skipif(KERAS >= (3, 15), reason="Keras from 3.15 on returns the batch's own loss")
def test_older_keras_returns_a_running_mean(images):
    (first, second), returned = two_losses(keras_own, images)
    assert returned == pytest.approx([first, (first + second) / 2], rel=1e-4)


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
