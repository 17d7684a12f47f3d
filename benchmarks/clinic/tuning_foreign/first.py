"""The first foreign ward for tuning: GANs in six styles that aren't the course's."""

from functools import partial

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import digits

from tuning_foreign.acgan import acgan
from tuning_foreign.fit import one_hot_channels, subclass_with_fit
from tuning_foreign.loops import combined_class, two_phases
from tuning_foreign.tapes import bare_log_losses, hinge_losses, tutorial_losses, two_tapes
from tuning_foreign.wasserstein import clipped_critic, wgan_gp

SEEDS = (60, 61)  # of the sick and of the healthy runs


def on_digits(style, seed, change=lambda images: images, **options):
    """Train a run of a style on the digits, whose pixels are changed first."""
    return style(change(digits().images), seed, **options)


def with_labels(style, seed, change=lambda images, labels: (images, labels), **options):
    """Train a run of a style on the digits and their labels, changed together."""
    images, labels = change(digits().images, digits().labels)
    return style(images, seed, labels=labels, **options)


def transpose(images):
    """Return the images with rows and columns exchanged."""
    return images.transpose(0, 2, 1, 3)


def invert(images):
    """Return black digits on white."""
    return 255 - images


def shift_labels(images, labels):
    """Return the images in another order than the labels."""
    return images[np.random.default_rng(1).permutation(len(images))], labels


def static(images, labels):
    """Return random pixels in place of the images."""
    return np.random.default_rng(1).integers(0, 256, images.shape).astype("uint8"), labels


kio = partial(on_digits, subclass_with_fit)
tapes = partial(on_digits, two_tapes)
dcgan = partial(on_digits, combined_class)
book = partial(on_digits, two_phases)
penalty = partial(on_digits, wgan_gp)
clipped = partial(on_digits, clipped_critic)
one_hot = partial(with_labels, one_hot_channels)
two_outputs = partial(with_labels, acgan)

# Runs whose fault shows early are shorter than the healthy ones.
kio_400 = partial(kio, steps=400)
tapes_400 = partial(tapes, steps=400)
dcgan_250 = partial(dcgan, epochs=250)
book_400 = partial(book, steps=400)
penalty_150 = partial(penalty, steps=150)
SICK = {  # name: (illness, function of seed -> Run)
    "keras.io: tanh on pixels in [0, 1]": (
        "pixel-range-mismatch",
        partial(kio_400, g_ends="tanh"),
    ),
    "keras.io: from_logits, yet a sigmoid": ("double-sigmoid", partial(kio_400, ends="sigmoid")),
    "keras.io: G's labels tell the truth": ("swapped-labels", partial(kio_400, misleading=1.0)),
    "keras.io: G's step takes all weights": ("leaking-step", partial(kio_400, whole=True)),
    "keras.io: 40 steps": ("undertrained", partial(kio, steps=40)),
    "keras.io: divided by 255 twice": ("bad-dataset", partial(kio_400, divide=255.0**2)),
    "keras.io: both halves through batch norm": (
        "batch-norm-mixing",
        partial(kio_400, norm=True, noise=0.0),
    ),
    "tutorial: one Adam": ("shared-optimizer", partial(tapes_400, shared=True)),
    "tutorial: momentum 0.9999": ("stale-batch-norm", partial(tapes, momentum=0.9999)),
    "tutorial: D isn't updated": ("frozen-discriminator", partial(tapes_400, apply_d=False)),
    "tutorial: log without epsilon": (
        "non-finite",
        partial(tapes_400, losses=bare_log_losses, ends="sigmoid", rates=(2e-4, 5e-3)),
    ),
    "tutorial: D's kernels are zero": ("blind-discriminator", partial(tapes_400, kernels="zeros")),
    "tutorial: G 50 times as fast as D": (
        "mode-collapse",
        partial(tapes_400, rates=(5e-3, 1e-4)),
    ),
    "tutorial: rows and columns exchanged": ("bad-dataset", partial(tapes, change=transpose)),
    "Keras-GAN: as in Keras 2": ("frozen-discriminator", partial(dcgan_250, unfreeze=False)),
    "Keras-GAN: G frozen, too": ("frozen-generator", partial(dcgan_250, freeze_generator=True)),
    "Keras-GAN: valid is 0, fake is 1": ("swapped-labels", partial(dcgan_250, labels=(0.0, 1.0))),
    "Keras-GAN: pixels from 0 to 255": ("pixel-range-mismatch", partial(dcgan_250, scaled=False)),
    "Keras-GAN: no sigmoid": ("logits-as-probabilities", partial(dcgan_250, ends=None)),
    "Keras-GAN: all black": ("bad-dataset", partial(dcgan_250, change=np.zeros_like)),
    "book: G's kernels are zero": ("constant-output", partial(book_400, kernels="zeros")),
    "book: uniform codings": ("latent-mismatch", partial(book, draw=tf.random.uniform)),
    "book: rates 0.1": ("learning-rate-too-high", partial(book_400, rates=(0.1, 0.1))),
    "book: rates 1e-9": ("learning-rate-too-low", partial(book_400, rates=(1e-9, 1e-9))),
    "book: twelve phases 1": ("saturated-discriminator", partial(book, phases_1=12, steps=300)),
    "book: black on white": ("bad-dataset", partial(book, change=invert)),
    "WGAN-GP: batch norm in the middle": (
        "unfit-critic",
        partial(penalty_150, norm=layers.BatchNormalization),
    ),
    "WGAN-GP: probabilities": ("unfit-critic", partial(penalty_150, ends="sigmoid")),
    "WGAN-GP: z of deviation 0.02": ("latent-mismatch", partial(penalty, z_scale=0.02)),
    "WGAN-GP: rate 50": ("non-finite", partial(penalty, rate=50.0, steps=50)),
    "clipped critic: G's sign": ("swapped-labels", partial(clipped, sign_of_g=-1.0, steps=250)),
    "one-hot: labels of others": ("bad-dataset", partial(one_hot, change=shift_labels)),
    "one-hot: G's rate 0": ("frozen-generator", partial(one_hot, rates=(4e-4, 0.0), steps=300)),
    "AC-GAN: 30 steps": ("undertrained", partial(two_outputs, steps=30)),
    "AC-GAN: static": ("bad-dataset", partial(two_outputs, change=static, steps=300)),
}
HEALTHY = {  # name: function of seed -> Run
    "keras.io": kio,
    "keras.io, no noise on the labels": partial(kio, noise=0.0),
    "keras.io, D ends in a sigmoid": partial(kio, ends="sigmoid", from_logits=False),
    "tutorial": tapes,
    "tutorial, labels of 0.9": partial(tapes, losses=partial(tutorial_losses, 0.9)),
    "tutorial, hinge loss": partial(tapes, losses=hinge_losses),
    "Keras-GAN": dcgan,
    "Keras-GAN, least squares": partial(dcgan, loss="mse", ends=None),
    "book": book,
    "book, Adam": partial(book, optimizer=partial(keras.optimizers.Adam, beta_1=0.5)),
    "WGAN-GP": penalty,
    "WGAN-GP, layer norm": partial(penalty, norm=layers.LayerNormalization),
    "clipped critic": clipped,
    "one-hot": one_hot,
    "one-hot, G faster": partial(one_hot, rates=(3e-4, 6e-4)),
    "AC-GAN": two_outputs,
}
