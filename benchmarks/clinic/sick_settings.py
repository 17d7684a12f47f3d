"""Broken runs with wrong settings: learning rates, batch normalisation, z, and too few steps."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from planting import planter
from runs import build, digits, finish, sample

from course_lib import gan

SICK = {}
plant = planter(SICK)


# --- Learning rates ------------------------------------------------------------------------------


@plant("learning-rate-too-high", "both rates 0.05")
def both_high(recipe, seed):
    model = build(recipe, seed, d_learning_rate=0.05, g_learning_rate=0.05)
    return finish(model, digits(), seed=seed)


@plant("learning-rate-too-high", "D's rate 0.1")
def d_high(recipe, seed):
    return finish(build(recipe, seed, d_learning_rate=0.1), digits(), seed=seed)


@plant("learning-rate-too-high", "G's rate 0.05")
def g_high(recipe, seed):
    return finish(build(recipe, seed, g_learning_rate=0.05), digits(), seed=seed)


@plant("learning-rate-too-low", "both rates 1e-7")
def both_low(recipe, seed):
    model = build(recipe, seed, d_learning_rate=1e-7, g_learning_rate=1e-7)
    return finish(model, digits(), seed=seed)


@plant("learning-rate-too-low", "plain gradient descent with a rate of 1e-5")
def plain_descent(recipe, seed):
    model = build(recipe, seed)
    model.compile(keras.optimizers.SGD(1e-5), keras.optimizers.SGD(1e-5), recipe.loss)
    return finish(model, digits(), seed=seed)


# --- Batch normalisation over real and fake images together --------------------------------------


def norm_discriminator(filters=(32, 64)):
    """Build a convolutional D with batch normalisation."""
    images = x = keras.Input((28, 28, 1))
    for width in filters:
        x = layers.Conv2D(width, 5, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))
    return keras.Model(images, layers.Dense(1)(layers.Flatten()(x)), name="discriminator")


@plant("batch-norm-mixing", "batch normalisation in D, real and fake images stacked")
def stacked_norm(recipe, seed):
    recipe = dataclasses.replace(recipe, discriminator=norm_discriminator, d_update="stacked")
    return finish(recipe.build_combined(seed), digits(), seed=seed)


class Stacks(gan.GAN):
    """Shows D real and fake images in one batch, whatever layers D has."""

    def judge(self, real_images, fake_images):
        logits = self.discriminator(ops.concatenate([fake_images, real_images]), training=True)
        return tuple(reversed(ops.split(logits, 2)))


@plant("batch-norm-mixing", "the same in a train_step of its own")
def stacked_in_step(recipe, seed):
    model = build(recipe, seed, Stacks, discriminator=norm_discriminator)
    return finish(model, digits(), seed=seed)


# --- z drawn differently in training and for samples ---------------------------------------------


class SameZ(gan.GAN):
    """Draws the same z at every step."""

    def draw_z(self, batch_size):
        shape = (batch_size, self.latent_dim)
        return tf.random.stateless_normal(shape, (self.seed, 1), alg="philox")


@plant("latent-mismatch", "the same z at every step")
def same_z(recipe, seed):
    return finish(build(recipe, seed, SameZ), digits(), steps=600, seed=seed)


class UniformZ(gan.GAN):
    """Draws z uniformly from 0 to 1."""

    def draw_z(self, batch_size):
        shape = (batch_size, self.latent_dim)
        return tf.random.stateless_uniform(shape, self.seed_generator.next(), alg="philox")


@plant("latent-mismatch", "trained on z from 0 to 1")
def uniform_z(recipe, seed):
    return finish(build(recipe, seed, UniformZ), digits(), steps=600, seed=seed)


@plant("latent-mismatch", "sampled with z of deviation 4")
def wide_samples(recipe, seed):
    run = finish(build(recipe, seed), digits(), steps=1000, seed=seed, load=digits)
    run.samples = sample(run.gan, scale=4.0)
    return run


@plant("latent-mismatch", "sampled with z that has zeros in three quarters of its places")
def half_samples(recipe, seed):
    run = finish(build(recipe, seed), digits(), steps=1000, seed=seed, load=digits)
    z = np.random.default_rng(seed).standard_normal((1000, recipe.latent_dim)).astype("float32")
    z[:, recipe.latent_dim // 4 :] = 0
    run.samples = np.concatenate([run.gan.sample(part) for part in np.split(z, 4)])
    return run


# --- Too few steps -------------------------------------------------------------------------------


@plant("undertrained", "stopped after 100 steps")
def stopped(recipe, seed):
    return finish(build(recipe, seed), digits(), steps=100, seed=seed, load=digits)


@plant("undertrained", "the classic loop, stopped after 150 steps")
def stopped_loop(recipe, seed):
    model = dataclasses.replace(recipe, loss="bce").build_combined(seed)
    return finish(model, digits(), steps=150, seed=seed, load=digits)
