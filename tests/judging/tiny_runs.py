"""Runs small enough to be trained in a second, and reports written by hand."""

import keras
import numpy as np
from keras import layers

from course_lib import gan
from course_lib.judging import metrics

LATENT_DIM = 8


def build_generator(activation="tanh", bias="zeros", change=lambda z: z):
    """A dense generator. `bias`: of its last layer; `change`: what happens to z on its way in."""
    z = keras.Input((LATENT_DIM,))
    x = layers.LeakyReLU(0.2)(layers.Dense(64, kernel_initializer="he_normal")(change(z)))
    x = layers.Dense(784, activation, bias_initializer=bias)(x)
    return keras.Model(z, layers.Reshape((28, 28, 1))(x), name="generator")


def build_discriminator(change=lambda images: images):
    """A dense discriminator. `change`: what happens to the images on their way in."""
    images = keras.Input((28, 28, 1))
    x = layers.LeakyReLU(0.2)(layers.Dense(32)(layers.Flatten()(change(images))))
    return keras.Model(images, layers.Dense(1)(x), name="discriminator")


def build_normalised_discriminator():
    """A convolutional discriminator with batch normalisation."""
    images = keras.Input((28, 28, 1))
    x = layers.BatchNormalization()(layers.Conv2D(16, 5, 2)(images))
    return keras.Model(images, layers.Dense(1)(layers.Flatten()(layers.ReLU()(x))))


def build_gan(
    kind=gan.GAN, generator=None, discriminator=None, d_rate=1e-3, g_rate=1e-3, seed=0, **options
):
    """A compiled GAN of these networks, or of the two above."""
    keras.utils.set_random_seed(seed)
    generator, discriminator = (
        generator or build_generator(),
        discriminator or build_discriminator(),
    )
    model = kind(generator, discriminator, seed=seed)
    adams = [keras.optimizers.Adam(rate, beta_1=0.5) for rate in (d_rate, g_rate)]
    model.compile(*adams, jit_compile=False, **options)
    return model


def train(model, images, steps=20):
    """Take some steps on random batches of images [N, 28, 28, 1]. Returns the history."""
    rng, history = np.random.default_rng(0), {"step": list(range(1, steps + 1))}
    for _ in range(steps):
        logs = model.train_on_batch(images[rng.integers(0, len(images), 32)])
        for name, value in logs.items():
            history.setdefault(name, []).append(float(value))
    return history


GOOD = metrics.Report(
    images=1000,
    frechet=5.0,
    kernel=0.01,
    kernel_error=0.01,
    precision=0.8,
    recall=0.9,
    density=0.8,
    coverage=0.9,
    class_counts=dict.fromkeys("0123456789", 90),
    entropy=3.32,
    diversity=15.0,
    copied=0.0,
)


class Yardstick:
    """A yardstick that reports what the test says, with `GOOD` for real images."""

    def __init__(self, **changes):
        self.told = GOOD._replace(real=GOOD, **changes)

    def report(self, samples):
        return self.told
