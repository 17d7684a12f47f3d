"""The search behind workshop-conditional: what makes the pen's digits real enough to be named.

`python benchmarks/search_labels.py` trains each candidate for 40 seconds of *processor* time and
prints the measures of 2,000 samples. All candidates get the same time, not the same number of
steps. SEARCH.md holds what we found.
"""

import argparse
import dataclasses
import time
from functools import partial

from course_lib.networks import startup  # noqa: F401 - first: it loads TensorFlow quietly

# isort: split
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from course_lib import datasets, gan, metrics, networks, recipes
from course_lib.data.pixels import scale_pixels
from course_lib.gan import conditional
from search import augmented_discriminator

PLAIN, LABELS = recipes.load("workshop-dcgan"), recipes.load("workshop-conditional")
plain, labels = partial(dataclasses.replace, PLAIN), partial(dataclasses.replace, LABELS)


# --- Networks ------------------------------------------------------------------------------------


def build_generator(latent_dim, n_classes=0, hidden=0, residual=False, batch_norm=True):
    """Build the workshop generator with one more layer, or without batch normalisation.

    Args:
        latent_dim, n_classes: as `networks.build_shuffle_generator` takes them.
        hidden: units of a Dense layer between z and the 7×7 map; 0 for none.
        residual: whether a residual 3×3 convolution works on the 7×7 map (He et al. 2015,
            arXiv:1512.03385).
        batch_norm: whether batch normalisation comes before each ReLU.
    """

    def activate(x):
        return layers.ReLU()(layers.BatchNormalization()(x) if batch_norm else x)

    z = x = keras.Input((latent_dim,))
    if n_classes:
        x = networks.builders.class_and_style(z, n_classes)
    if hidden:
        x = layers.ReLU()(layers.Dense(hidden)(x))
    x = activate(layers.Reshape((7, 7, 64))(layers.Dense(7 * 7 * 64)(x)))
    if residual:
        x = layers.Add()([x, activate(layers.Conv2D(64, 3, padding="same")(x))])
    x = activate(networks.upsample(x, 32, 3, "shuffle"))
    x = networks.upsample(x, 1, 5, "shuffle")
    return keras.Model(z, layers.Activation("tanh", dtype="float32")(x), name="generator")


def build_deep_discriminator(n_classes=0):
    """Build the workshop discriminator with a 3×3 convolution at 14×14 before the others."""
    images = keras.Input((28, 28, 1))
    x = networks.pixels_to_channels(images)
    x = layers.LeakyReLU(0.2)(layers.Conv2D(32, 3, padding="same")(x))
    for width in (32, 64):
        x = layers.LeakyReLU(0.2)(layers.Conv2D(width, 5, strides=2, padding="same")(x))
    logits = layers.Dense(n_classes or 1, dtype="float32")(layers.Flatten()(x))
    return keras.Model(images, logits, name="discriminator")


# --- Training steps ------------------------------------------------------------------------------


class AuxiliaryGAN(gan.ConditionalGAN):
    """D has one logit for real or fake, and ten that name the class; G wants the right name.

    Odena et al. 2017, arXiv:1610.09585.
    """

    def train_step(self, data):
        """Update D once, then G once."""
        images, classes = data
        real_images = scale_pixels(images)
        n = ops.shape(images)[0]
        z = self.draw_z(n)
        chosen = gan.chosen_classes(z, 10)
        with tf.GradientTape() as tape:
            fake_images = self.generator(z, training=True)
            with tape.stop_recording():
                d_loss = self.update_with_names(real_images, classes, fake_images)
            logits = self.discriminator(fake_images, training=True)
            g_loss = self.g_loss(logits[:, :1]) + naming_loss(chosen, logits)
        self.apply_g_gradients(tape, g_loss)
        return {"d_loss": d_loss, "g_loss": g_loss}

    def update_with_names(self, real_images, classes, fake_images):
        """Update D alone; only real images teach it the names. Return d_loss."""
        n = ops.shape(classes)[0]
        with tf.GradientTape() as tape:
            logits = self.discriminator(ops.concatenate([real_images, fake_images]), training=True)
            d_loss = self.d_loss(logits[:n, :1], logits[n:, :1])
            d_loss = d_loss + naming_loss(classes, logits[:n])
        variables = self.discriminator.trainable_variables
        self.d_optimizer.apply(tape.gradient(d_loss, variables), variables)
        return d_loss


def naming_loss(classes, logits):
    """Return the mean cross-entropy of the class logits, all but the first."""
    losses = keras.losses.sparse_categorical_crossentropy(classes, logits[:, 1:], from_logits=True)
    return ops.mean(losses)


class PenalisedGAN(gan.ConditionalGAN):
    """Every 16th step, D pays for the slope of its logits at real images (R1, weight 0.1).

    Mescheder et al. 2018, arXiv:1801.04406; not at every step: Karras et al. 2019,
    arXiv:1912.04958.
    """

    def update_discriminator(self, real, fake):
        """Update D alone. Return its logs."""
        with tf.GradientTape() as tape:
            d_loss = self.d_loss(*self.judge(real, fake))
            is_due = self.d_optimizer.iterations % 16 == 0
            loss = d_loss + tf.cond(is_due, lambda: 16 * 0.05 * self.slope(*real), lambda: 0.0)
        variables = self.discriminator.trainable_variables
        self.d_optimizer.apply(tape.gradient(loss, variables), variables)
        return {"d_loss": d_loss}

    def slope(self, real_images, classes):
        """Return the mean squared length of the gradient of D's logits by the pixels."""
        with tf.GradientTape() as tape:
            tape.watch(real_images)
            logits = conditional.logits_of(self.discriminator(real_images, training=True), classes)
        gradient = tape.gradient(logits, real_images)
        return ops.mean(ops.sum(ops.square(gradient), axis=(1, 2, 3)))


# --- Candidates ----------------------------------------------------------------------------------


class Candidate:
    """A recipe, and what else to change.

    Args:
        recipe: a `GANRecipe`.
        kind: a subclass of GAN to train in place of the recipe's own; None for that one.
        decay: whether both learning rates fall to 0, in a straight line.
        per_class: how many images of each digit the pen draws.
    """

    def __init__(self, recipe, kind=None, decay=False, per_class=600):
        self.recipe, self.kind, self.decay, self.per_class = recipe, kind, decay, per_class

    def build(self, seed):
        """Build the compiled model."""
        model, recipe = self.recipe.build_gan(seed), self.recipe
        if self.kind:
            networks_ = (model.generator, model.discriminator)
            model = self.kind(*networks_, ema_momentum=recipe.ema_momentum, seed=seed)
            optimizers, steps = recipe.build_optimizers(), recipe.steps_per_execution
            model.compile(*optimizers, loss=recipe.loss, steps_per_execution=steps)
        return model


AVERAGE = {"ema_momentum": 0.998}
CANDIDATES = {
    "no labels": Candidate(PLAIN),
    "no labels, decay, average 0.998": Candidate(plain(**AVERAGE), decay=True),
    "no labels, decay, average 0.998, G hidden 128": Candidate(
        plain(generator=partial(build_generator, hidden=128), **AVERAGE), decay=True
    ),
    "no labels, decay, average 0.998, z chooses": Candidate(
        plain(generator=partial(build_generator, n_classes=10), **AVERAGE), decay=True
    ),
    "no labels, D 64, 128": Candidate(
        plain(discriminator=partial(networks.build_shuffle_discriminator, (64, 128)))
    ),
    "no labels, augmented": Candidate(plain(discriminator=augmented_discriminator)),
    "labels": Candidate(LABELS),
    "labels, decay, average 0.998": Candidate(labels(**AVERAGE), decay=True),
    "labels, decay, average 0.998, 3,000 a class": Candidate(
        labels(**AVERAGE), decay=True, per_class=3_000
    ),
    "labels, decay, average 0.998, G hidden 128": Candidate(
        labels(generator=partial(build_generator, hidden=128), **AVERAGE), decay=True
    ),
    "class head, decay, average 0.998": Candidate(
        labels(
            discriminator=lambda n_classes: networks.build_shuffle_discriminator(
                (32, 64), n_classes=n_classes + 1
            ),
            **AVERAGE,
        ),
        kind=AuxiliaryGAN,
        decay=True,
    ),
    "labels, average 0.998": Candidate(labels(**AVERAGE)),
    "labels, batch 32": Candidate(labels(batch_size=32)),
    "labels, rates x 0.7": Candidate(labels(d_learning_rate=5e-4, g_learning_rate=1.05e-3)),
    "labels, cross-entropy": Candidate(labels(loss="bce")),
    "labels, 3,000 a class": Candidate(LABELS, per_class=3_000),
    "labels, R1": Candidate(LABELS, kind=PenalisedGAN),
    "labels, D deeper": Candidate(labels(discriminator=build_deep_discriminator)),
    "labels, G residual": Candidate(labels(generator=partial(build_generator, residual=True))),
    "labels, G without batch norm": Candidate(
        labels(generator=partial(build_generator, batch_norm=False))
    ),
}


# --- Runs ----------------------------------------------------------------------------------------


class Clock(keras.callbacks.Callback):
    """Stop after some seconds of processor time; until then, let the learning rates fall to 0.

    The clock starts after the first call of `fit`, which compiles.

    Args:
        seconds: of processor time.
        decay: whether the learning rates fall, in a straight line.
    """

    def __init__(self, seconds, decay):
        super().__init__()
        self.seconds, self.decay, self.start, self.step = seconds, decay, None, 0

    def on_train_begin(self, logs=None):
        self.optimizers = (self.model.d_optimizer, self.model.g_optimizer)
        self.rates = [float(optimizer.learning_rate) for optimizer in self.optimizers]

    def on_train_batch_end(self, batch, logs=None):
        self.step += self.model.steps_per_execution
        if self.start is None:
            self.start = time.process_time()
        used = min(1.0, (time.process_time() - self.start) / self.seconds)
        if self.decay:
            for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
                optimizer.learning_rate.assign(rate * (1 - used))
        self.model.stop_training = used == 1


def train_and_measure(candidate, seed, seconds, yardstick):
    """Return how many steps were taken, and the report of 2,000 samples."""
    digits = datasets.load_handwriting("digits", candidate.per_class)
    model, recipe = candidate.build(seed), candidate.recipe
    batches = digits.batches(recipe.batch_size, seed, labels=recipe.n_classes > 0)
    clock = Clock(seconds, candidate.decay)
    model.fit(batches, steps_per_epoch=16 * 10**6, verbose=0, callbacks=[clock])
    z = gan.fixed_z(2_000, recipe.latent_dim, seed + 2)  # as a run of the command line takes them
    samples = np.concatenate([model.sample(part) for part in np.split(z, 8)])
    return clock.step, yardstick.report(samples)


def summarise(name, seed, steps, report):
    """Return one line."""
    found = len(report.class_counts) - len(report.missing())
    return (
        f"{name:46} seed {seed}  {steps:5,} steps  precision {report.precision:.3f}  "
        f"recall {report.recall:.3f}  coverage {report.coverage:.3f}  {found:2} classes  "
        f"entropy {report.entropy:.2f}  Fréchet {report.frechet:.1f}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    only = f"the candidates to train; all of them unless given: {'; '.join(CANDIDATES)}"
    parser.add_argument(
        "--only", nargs="+", choices=CANDIDATES, default=CANDIDATES, metavar="NAME", help=only
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="default: 0")
    seconds = "of processor time for each run; default: 40"
    parser.add_argument("--seconds", type=float, default=40.0, help=seconds)
    options = parser.parse_args()
    yardstick = metrics.Yardstick(datasets.load_handwriting("digits"))
    for name in options.only:
        for seed in options.seeds:
            run = train_and_measure(CANDIDATES[name], seed, options.seconds, yardstick)
            print(summarise(name, seed, *run), flush=True)


if __name__ == "__main__":
    main()
