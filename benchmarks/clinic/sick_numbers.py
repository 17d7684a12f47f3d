"""Broken runs with wrong numbers: nan, pixel ranges, labels and constant outputs."""

import keras
import numpy as np
from keras import layers, ops
from planting import planter
from popular_loop import PopularLoop
from runs import build, digits, finish

SICK = {}
plant = planter(SICK)


def generator_ending_in(activation):
    """Return a builder of a dense generator whose last layer has this activation."""

    def make(latent_dim):
        z = keras.Input((latent_dim,))
        x = layers.LeakyReLU(0.2)(layers.Dense(256)(z))
        x = layers.LeakyReLU(0.2)(layers.Dense(512)(x))
        x = layers.Dense(784, activation=activation)(x)
        return keras.Model(z, layers.Reshape((28, 28, 1))(x), name="generator")

    return make


# --- Numbers that are no longer finite -----------------------------------------------------------


@plant("non-finite", "plain gradient descent with a rate of 1e6")
def blows_up(recipe, seed):
    model = build(recipe, seed)
    model.compile(keras.optimizers.SGD(1e6), keras.optimizers.SGD(1e6), jit_compile=False)
    return finish(model, digits(), seed=seed)


@plant("non-finite", "a loss of its own: the logarithm of a sigmoid, without a floor")
def log_of_sigmoid(recipe, seed):
    model = build(recipe, seed, d_learning_rate=5e-3)
    model.d_loss = lambda real, fake: (
        -ops.mean(ops.log(ops.sigmoid(4 * real)) + ops.log(1 - ops.sigmoid(4 * fake)))
    )
    return finish(model, digits(), steps=600, seed=seed)


@plant("non-finite", "a weight becomes nan after the training")
def one_weight(recipe, seed):
    run = finish(build(recipe, seed), digits(), seed=seed)
    weight = run.gan.generator.trainable_weights[seed % 3]
    values = np.array(weight)
    values.flat[seed] = np.nan
    weight.assign(values)
    return run


# --- Pixel ranges that don't match ---------------------------------------------------------------


@plant("pixel-range-mismatch", "G ends in a sigmoid")
def ends_in_sigmoid(recipe, seed):
    model = build(recipe, seed, generator=generator_ending_in("sigmoid"))
    return finish(model, digits(), seed=seed)


@plant("pixel-range-mismatch", "real images scaled to [0, 1], in a loop that takes them")
def real_from_zero(recipe, seed):
    images = digits().images.astype("float32") / 255
    return finish(PopularLoop(recipe, seed, thaw=True), images, seed=seed)


@plant("pixel-range-mismatch", "samples scaled to [0, 1] for a plot")
def shown_from_zero(recipe, seed):
    run = finish(build(recipe, seed), digits(), seed=seed)
    run.samples = (run.samples + 1) / 2
    return run


# --- Labels the wrong way round ------------------------------------------------------------------


@plant("swapped-labels", "1 for fakes and 0 for real images in D's step")
def d_labels(recipe, seed):
    return finish(PopularLoop(recipe, seed, thaw=True, labels=(0, 1, 1)), digits(), seed=seed)


@plant("swapped-labels", "0 for fakes in G's step")
def g_labels(recipe, seed):
    return finish(PopularLoop(recipe, seed, thaw=True, labels=(1, 0, 0)), digits(), seed=seed)


@plant("swapped-labels", "the arguments of d_loss are swapped")
def d_loss_swapped(recipe, seed):
    model = build(recipe, seed)
    right = model.d_loss
    model.d_loss = lambda real, fake: right(fake, real)
    return finish(model, digits(), seed=seed)


# --- The same output for every z -----------------------------------------------------------------


@plant("constant-output", "the last bias of G is so large that tanh is flat")
def saturated_tanh(recipe, seed):
    model = build(recipe, seed, generator=generator_ending_in("tanh"))
    model.generator.layers[-2].bias.assign(np.full(784, -20 if seed % 2 else 20, "float32"))
    return finish(model, digits(), seed=seed)


@plant("constant-output", "a hidden ReLU of G is dead")
def dead_generator(recipe, seed):
    z = keras.Input((recipe.latent_dim,))
    x = layers.Dense(128, "relu", bias_initializer=keras.initializers.Constant(-50))(z)
    x = layers.Reshape((28, 28, 1))(layers.Dense(784, "tanh")(x))
    asleep = keras.Model(z, x, name="generator")
    return finish(build(recipe, seed, generator=lambda _: asleep), digits(), seed=seed)
