"""Broken runs whose samples lack variety, or are copies of training images."""

import dataclasses

import keras
import numpy as np
from keras import layers
from planting import planter
from runs import Run, build, digits, finish, sample, train, yardstick

from course_lib import gan
from course_lib.data.pixels import scale_pixels

SICK = {}
plant = planter(SICK)


# --- Mode collapse -------------------------------------------------------------------------------


@plant("mode-collapse", "G does not listen to z: one character for all")
def ignores_z(recipe, seed):
    def deaf(latent_dim):
        z = keras.Input((latent_dim,))
        same = layers.Rescaling(0.0, 0.5)(z)
        return keras.Model(z, recipe.generator(latent_dim)(same), name="generator")

    model = build(recipe, seed, generator=deaf, fakes_per_real=1)
    return finish(model, digits(), steps=1200, seed=seed, load=digits)


def taught_some(recipe, seed, n_classes):
    """Make a run whose generator saw only some classes, but is measured against all of them."""
    whole = digits()
    kept = np.isin(whole.labels, np.random.default_rng(seed).permutation(10)[:n_classes])
    model = build(recipe, seed)
    history = train(model, whole.images[kept], 1500, seed=seed)
    return Run(model, history, whole, sample(model), yardstick(digits))


@plant("mode-collapse", "G learned 3 of 10 classes")
def three_classes(recipe, seed):
    return taught_some(recipe, seed, 3)


@plant("mode-collapse", "G learned 7 of 10 classes")
def seven_classes(recipe, seed):
    return taught_some(recipe, seed, 7)


# --- Copying -------------------------------------------------------------------------------------


def remembering_gan(recipe, seed, images):
    """Build a GAN whose generator stores `images`, and for each z returns the one z points at."""
    rng = np.random.default_rng(seed)
    z = keras.Input((recipe.latent_dim,))
    keys = rng.standard_normal((recipe.latent_dim, len(images))).astype("float32")
    look_up = layers.Dense(len(images), use_bias=False, activation="softmax")
    show = layers.Dense(784, use_bias=False)
    pictures = layers.Reshape((28, 28, 1))(show(look_up(z)))
    generator = keras.Model(z, pictures, name="generator")
    look_up.set_weights([3 * keys])
    show.set_weights([scale_pixels(images).reshape(len(images), 784)])
    keras.utils.set_random_seed(seed)
    model = gan.GAN(generator, recipe.build_discriminator(), seed=seed)
    slow = dataclasses.replace(recipe, g_learning_rate=1e-4)
    model.compile(*slow.build_optimizers(), recipe.loss)
    return model


@plant("copying", "the samples are training images with a little noise")
def noisy_copies(recipe, seed):
    run = finish(build(recipe, seed), digits(), seed=seed, load=digits)
    rng = np.random.default_rng(seed)
    copies = scale_pixels(digits().images[rng.integers(0, len(digits()), 1000)])
    run.samples = np.clip(copies + rng.normal(0, 0.1, copies.shape), -1, 1).astype("float32")
    run.gan = remembering_gan(recipe, seed, digits().images[:500])
    return run


@plant("copying", "a generator that remembers 500 training images")
def remembers(recipe, seed):
    model = remembering_gan(recipe, seed, digits().images[:500])
    return finish(model, digits(), seed=seed, load=digits)
