"""The search behind workshop-dcgan: one change at a time, and how good it is after some seconds.

`python benchmarks/search.py` prints the Fréchet distance of each candidate after some seconds of
*processor* time, which another busy program on the machine changes less than time on the wall. On
two cores it is about twice the time on the wall. SEARCH.md holds what we found.
"""

import argparse
import dataclasses
import time
from functools import partial
from statistics import median

from course_lib.networks import startup  # noqa: F401 - first: it loads TensorFlow quietly

# isort: split
import keras
from keras import layers

from course_lib import datasets, networks, recipes
from frechet import Judge
from quality import train_and_judge

# Where the search began. The recipe as it is now is what the search found.
BASE = dataclasses.replace(recipes.load("workshop-dcgan"), batch_size=32, beta_1=0.5)


def augmented_discriminator():
    """Build a D that sees every image, real or fake, shifted by up to two pixels.

    Zhao et al. 2020, arXiv:2006.10738.
    """
    images = keras.Input((28, 28, 1))
    shift = layers.RandomTranslation(
        2 / 28, 2 / 28, fill_mode="constant", fill_value=-1.0, interpolation="nearest"
    )
    logits = networks.build_shuffle_discriminator((32, 64))(shift(images))
    return keras.Model(images, logits, name="discriminator")


def spectral_discriminator(filters=(32, 64)):
    """Build the workshop discriminator with spectral normalisation.

    Miyato et al. 2018, arXiv:1802.05957.
    """
    images = keras.Input((28, 28, 1))
    x = networks.pixels_to_channels(images)
    for width in filters:
        x = layers.SpectralNormalization(layers.Conv2D(width, 5, strides=2, padding="same"))(x)
        x = layers.LeakyReLU(0.2)(x)
    logits = layers.SpectralNormalization(layers.Dense(1, dtype="float32"))(layers.Flatten()(x))
    return keras.Model(images, logits, name="discriminator")


def small_kernel_discriminator(filters=(32, 64), kernel=4):
    """Build the workshop discriminator with smaller kernels."""
    images = keras.Input((28, 28, 1))
    x = networks.pixels_to_channels(images)
    for width in filters:
        x = layers.LeakyReLU(0.2)(layers.Conv2D(width, kernel, strides=2, padding="same")(x))
    logits = layers.Dense(1, dtype="float32")(layers.Flatten()(x))
    return keras.Model(images, logits, name="discriminator")


def build_generator(latent_dim, base=64, filters=32, last=5):
    """Build the workshop generator with other numbers of filters, or another last kernel."""
    z = keras.Input((latent_dim,))
    x = layers.Dense(7 * 7 * base)(z)
    x = layers.Reshape((7, 7, base))(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = networks.upsample(x, filters, 3, "shuffle")
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
        generator=partial(build_generator, last=3),
    ),
    "beta_1 0, average 0.99": change(beta_1=0.0, ema_momentum=0.99),
    "beta_1 0, G 48, 24": change(
        beta_1=0.0, generator=partial(build_generator, base=48, filters=24)
    ),
    "spectral norm": change(discriminator=spectral_discriminator),
    "spectral norm, D x 3": change(discriminator=spectral_discriminator, d_learning_rate=2e-3),
    "augmented": change(discriminator=augmented_discriminator),
    "D 4x4": change(discriminator=small_kernel_discriminator),
    "D 3x3": change(discriminator=partial(small_kernel_discriminator, kernel=3)),
    "D 24, 48": change(discriminator=partial(shuffle_d, (24, 48))),
    "D 32, 128": change(discriminator=partial(shuffle_d, (32, 128))),
    "G 48, 24": change(generator=partial(build_generator, base=48, filters=24)),
    "G 64, 24": change(generator=partial(build_generator, filters=24)),
    "G 64, 16": change(generator=partial(build_generator, filters=16)),
    "G last 3x3": change(generator=partial(build_generator, last=3)),
    "z of 32": change(latent_dim=32),
    "average 0.99": change(ema_momentum=0.99),
    "average 0.998": change(ema_momentum=0.998),
}


def summarise(name, runs):
    """Return one line: the median and worst distance at each mark, the steps and the classes."""
    columns = []
    for marks in zip(*runs, strict=True):
        values = [mark["frechet"] for mark in marks]
        columns.append(f"{median(values):6.1f} (worst {max(values):6.1f})")
    steps = median(run[-1]["step"] for run in runs)
    classes = min(run[-1]["classes"] for run in runs)
    return f"{name:24} {'   '.join(columns)}   {steps:.0f} steps, {classes} classes"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    only = f"the candidates to train; all of them unless given: {', '.join(CANDIDATES)}"
    parser.add_argument(
        "--only", nargs="+", choices=CANDIDATES, default=CANDIDATES, metavar="NAME", help=only
    )
    parser.add_argument("--seeds", type=int, default=3, help="runs of each candidate; default: 3")
    seconds = "when to judge, in seconds of processor time; default: 20 40 80"
    parser.add_argument("--seconds", type=float, nargs="+", default=(20, 40, 80), help=seconds)
    options = parser.parse_args()
    real = datasets.load_digits()
    judge = Judge(real.images, real.labels)
    for name in options.only:
        recipe, runs = CANDIDATES[name], []
        for seed in range(options.seeds):
            batches = real.batches(recipe.batch_size, seed)
            model = recipe.build_gan(seed)
            run, _ = train_and_judge(model, batches, judge, options.seconds, time.process_time)
            runs.append(run)
        print(summarise(name, runs), flush=True)


if __name__ == "__main__":
    main()
