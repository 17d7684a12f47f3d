"""The search behind workshop-dcgan: one change at a time, three seeds each, judged by time.

`python benchmarks/search.py [--only NAME ...] [--seeds 3] [--seconds 20 40 80]` prints, for each candidate, the Fréchet distance after
some seconds of *processor* time (on two cores about twice the seconds on the wall), which a busy
neighbour on the machine stretches less. SEARCH.md keeps what was found.
"""

import argparse
import dataclasses
import os
import time
from functools import partial
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from keras import layers

from course_lib import networks
from course_lib.data import datasets
from course_lib.gan import recipes
from frechet import Judge
from quality import train_and_judge

# Where the search began; what it found is the recipe as it is now.
BASE = dataclasses.replace(recipes.load("workshop-dcgan"), batch_size=32, beta_1=0.5)


def augmented_discriminator():
    """D sees every image, real or fake, moved by up to two pixels (Zhao et al. 2020, arXiv:2006.10738)."""
    images = keras.Input((28, 28, 1))
    move = layers.RandomTranslation(
        2 / 28, 2 / 28, fill_mode="constant", fill_value=-1.0, interpolation="nearest"
    )
    logits = networks.build_shuffle_discriminator((32, 64))(move(images))
    return keras.Model(images, logits, name="discriminator")


def spectral_discriminator(filters=(32, 64)):
    """The workshop discriminator with spectral normalisation (Miyato et al. 2018, arXiv:1802.05957)."""
    images = keras.Input((28, 28, 1))
    x = networks.pixels_to_channels(images)
    for width in filters:
        x = layers.SpectralNormalization(layers.Conv2D(width, 5, strides=2, padding="same"))(x)
        x = layers.LeakyReLU(0.2)(x)
    logits = layers.SpectralNormalization(layers.Dense(1, dtype="float32"))(layers.Flatten()(x))
    return keras.Model(images, logits, name="discriminator")


def small_kernel_discriminator(filters=(32, 64), kernel=4):
    images = keras.Input((28, 28, 1))
    x = networks.pixels_to_channels(images)
    for width in filters:
        x = layers.LeakyReLU(0.2)(layers.Conv2D(width, kernel, strides=2, padding="same")(x))
    logits = layers.Dense(1, dtype="float32")(layers.Flatten()(x))
    return keras.Model(images, logits, name="discriminator")


def generator(latent_dim, base=64, filters=32, first=3, last=5):
    z = keras.Input((latent_dim,))
    x = layers.Dense(7 * 7 * base)(z)
    x = layers.Reshape((7, 7, base))(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = networks.upsample(x, filters, first, "shuffle")
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = networks.upsample(x, 1, last, "shuffle")
    return keras.Model(z, layers.Activation("tanh", dtype="float32")(x), name="generator")


shuffle_d = networks.build_shuffle_discriminator
change = partial(dataclasses.replace, BASE)
CANDIDATES = {
    "where it began": BASE,
    "cross-entropy": change(loss="bce"),
    "batch 16": change(batch_size=16),
    "batch 64": change(batch_size=64),
    "batch 64, rates x 1.4": change(batch_size=64, d_learning_rate=1e-3, g_learning_rate=2.1e-3),
    "rates x 1.5": change(d_learning_rate=1.05e-3, g_learning_rate=2.25e-3),
    "rates x 2": change(d_learning_rate=1.4e-3, g_learning_rate=3e-3),
    "one rate 1e-3": change(d_learning_rate=1e-3, g_learning_rate=1e-3),
    "beta_1 0": change(beta_1=0.0),
    "beta_1 0.3": change(beta_1=0.3),
    "beta_1 0, rates x 1.5": change(beta_1=0.0, d_learning_rate=1.05e-3, g_learning_rate=2.25e-3),
    "beta_1 0.3, rates x 1.5": change(beta_1=0.3, d_learning_rate=1.05e-3, g_learning_rate=2.25e-3),
    "beta_1 0.3, cross-entropy": change(beta_1=0.3, loss="bce"),
    "beta_1 0.3, cross-entropy, rates x 2": change(
        beta_1=0.3, loss="bce", d_learning_rate=1.4e-3, g_learning_rate=3e-3
    ),
    "beta_1 0.3, augmented": change(beta_1=0.3, discriminator=augmented_discriminator),
    "beta_1 0, cross-entropy": change(beta_1=0.0, loss="bce"),
    "beta_1 0, batch 16": change(beta_1=0.0, batch_size=16),
    "beta_1 0, batch 8": change(beta_1=0.0, batch_size=8),
    "beta_1 0, batch 16, average 0.998": change(beta_1=0.0, batch_size=16, ema_momentum=0.998),
    "beta_1 0, batch 16, rates x 0.7": change(
        beta_1=0.0, batch_size=16, d_learning_rate=5e-4, g_learning_rate=1.05e-3
    ),
    "beta_1 0, rates x 0.7": change(beta_1=0.0, d_learning_rate=5e-4, g_learning_rate=1.05e-3),
    "beta_1 0, D's rate x 2": change(beta_1=0.0, d_learning_rate=1.4e-3),
    "beta_1 0, G's rate x 0.7": change(beta_1=0.0, g_learning_rate=1e-3),
    "beta_1 0, D 4x4": change(beta_1=0.0, discriminator=small_kernel_discriminator),
    "beta_1 0, D 4x4, G last 3x3": change(
        beta_1=0.0,
        discriminator=small_kernel_discriminator,
        generator=partial(generator, last=3),
    ),
    "beta_1 0, average 0.99": change(beta_1=0.0, ema_momentum=0.99),
    "beta_1 0, G 48, 24": change(beta_1=0.0, generator=partial(generator, base=48, filters=24)),
    "spectral norm": change(discriminator=spectral_discriminator),
    "spectral norm, D x 3": change(discriminator=spectral_discriminator, d_learning_rate=2e-3),
    "augmented": change(discriminator=augmented_discriminator),
    "D 4x4": change(discriminator=small_kernel_discriminator),
    "D 3x3": change(discriminator=partial(small_kernel_discriminator, kernel=3)),
    "D 24, 48": change(discriminator=partial(shuffle_d, (24, 48))),
    "D 32, 128": change(discriminator=partial(shuffle_d, (32, 128))),
    "G 48, 24": change(generator=partial(generator, base=48, filters=24)),
    "G 64, 24": change(generator=partial(generator, filters=24)),
    "G 64, 16": change(generator=partial(generator, filters=16)),
    "G last 3x3": change(generator=partial(generator, last=3)),
    "z of 32": change(latent_dim=32),
    "average 0.99": change(ema_momentum=0.99),
    "average 0.998": change(ema_momentum=0.998),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=CANDIDATES, default=list(CANDIDATES))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, nargs="+", default=(20, 40, 80))
    options = parser.parse_args()
    real = datasets.load_digits()
    judge = Judge(real.images, real.labels)
    for name, recipe in CANDIDATES.items():
        if name not in options.only:
            continue
        runs = []
        for seed in range(options.seeds):
            batches = real.batches(recipe.batch_size, seed)
            model = recipe.build_gan(seed)
            run, _ = train_and_judge(model, batches, judge, options.seconds, time.process_time)
            runs.append(run)
        columns = []
        for marks in zip(*runs, strict=True):
            values = [mark["frechet"] for mark in marks]
            columns.append(f"{median(values):6.1f} (worst {max(values):6.1f})")
        steps = median(run[-1]["step"] for run in runs)
        classes = min(run[-1]["classes"] for run in runs)
        print(f"{name:24} {'   '.join(columns)}   {steps:.0f} steps, {classes} classes", flush=True)


if __name__ == "__main__":
    main()
