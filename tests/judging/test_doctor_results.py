"""Faults in what a run produces, planted from outside."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_runs
from keras import layers

from course_lib import gan, pen
from course_lib.judging.doctor.case import Case
from course_lib.judging.doctor.sampling import StaleBatchNorm


def test_a_generator_whose_last_layer_is_saturated(digits, first):
    """At 20, tanh is 1 in float32 whatever is added to it."""
    bias = keras.initializers.Constant(20)
    model = tiny_runs.build_gan(generator=tiny_runs.build_generator(bias=bias))
    assert first(model, tiny_runs.train(model, digits.images), digits).illness == "constant-output"


def test_a_discriminator_that_sees_nothing(digits, first):
    blind = tiny_runs.build_discriminator(change=layers.Rescaling(0.0))
    model = tiny_runs.build_gan(discriminator=blind)
    finding = first(model, tiny_runs.train(model, digits.images), digits)
    assert finding.illness == "blind-discriminator"
    assert "the same answer" in finding.evidence


def test_a_discriminator_whose_noise_drowns_the_images(digits, first):
    """Noise that is 100,000 times as large as the images: only in training does D see nothing."""
    noise = layers.GaussianNoise(1.0)
    noisy = tiny_runs.build_discriminator(lambda images: noise(layers.Rescaling(1e-5)(images)))
    model = tiny_runs.build_gan(discriminator=noisy)
    finding = first(model, tiny_runs.train(model, digits.images, 250), digits, precision=0.1)
    assert finding.illness == "blind-discriminator"


class SeesFakesTwice(gan.GAN):
    def update_discriminator(self, real_images, fake_images):
        return super().update_discriminator(fake_images, fake_images)


def test_a_discriminator_that_meets_no_real_images(digits, first):
    """A poor report beside it: with a good one D must have told G something."""
    model = tiny_runs.build_gan(SeesFakesTwice)
    history = tiny_runs.train(model, digits.images)
    finding = first(model, history, digits, precision=0.1)
    assert finding.illness == "blind-discriminator"
    assert "although the two clearly differ" in finding.evidence


class CutOff(gan.GAN):
    """G's gradients never arrive."""

    def apply_g_gradients(self, tape, scaled_loss):
        pass


@pytest.mark.parametrize("plant", [{"kind": CutOff}, {"g_rate": 0.0}])
def test_a_generator_that_stands_still(digits, first, plant):
    model = tiny_runs.build_gan(**plant)
    finding = first(model, tiny_runs.train(model, digits.images), digits)
    assert finding.illness == "frozen-generator"
    assert "no weight of G" in finding.evidence


class UniformZ(gan.GAN):
    def draw_z(self, batch_size):
        shape = (batch_size, self.latent_dim)
        return tf.random.stateless_uniform(shape, self.seed_generator.next(), alg="philox")


class SameZ(gan.GAN):
    def draw_z(self, batch_size):
        return tf.random.stateless_normal((batch_size, self.latent_dim), (0, 1), alg="philox")


@pytest.mark.parametrize(
    ("kind", "words"),
    [(UniformZ, "mean 0.5"), (SameZ, "does not vary")],
)
def test_other_z_in_training(digits, first, kind, words):
    model = tiny_runs.build_gan(kind)
    finding = first(model, tiny_runs.train(model, digits.images), digits)
    assert finding.illness == "latent-mismatch"
    assert words in finding.evidence


def test_the_same_uniform_z_in_training_and_for_the_samples(digits, first):
    """It is unusual, but the two agree; the doctor's own z would be the odd one out."""
    model = tiny_runs.build_gan(UniformZ)
    history = tiny_runs.train(model, digits.images)
    z = np.random.default_rng(1).uniform(0, 1, (500, tiny_runs.LATENT_DIM)).astype("float32")
    with pytest.raises(IndexError):  # no first finding
        first(model, history, digits, model.sample(z))


@pytest.mark.parametrize("scale", [0.3, 0.7, 1.5, 4.0])
def test_other_z_for_the_samples(run, digits, first, scale):
    model, history = run
    z = scale * np.random.default_rng(1).standard_normal((500, tiny_runs.LATENT_DIM))
    finding = first(model, history, digits, model.sample(z.astype("float32")))
    assert finding.illness == "latent-mismatch"


def test_one_character_for_every_z(digits, first):
    """A generator that ignores z and always writes the same new 5."""
    digit = np.ravel(pen.draw("5", rng=9)) / 127.5 - 1
    bias = keras.initializers.Constant(np.arctanh(0.9 * digit))
    constant = tiny_runs.build_generator(bias=bias, change=layers.Rescaling(0.0))
    model = tiny_runs.build_gan(generator=constant, g_rate=1e-4)
    finding = first(model, tiny_runs.train(model, digits.images), digits)
    assert finding.illness == "mode-collapse"
    assert "the same character" in finding.evidence


LATE = {"step": [1000], "d_loss": [0.7]}  # a history: what is missing now no longer comes
COUNTS = dict.fromkeys("0123456789", 100)


def test_classes_that_are_missing(run, digits, first):
    """730 readable samples of ten classes: up to 14.6, a fifth of an equal part, one is missing."""
    finding = first(run[0], LATE, digits, class_counts=COUNTS | {"3": 0, "8": 14, "9": 16})
    assert finding.illness == "mode-collapse"
    assert finding.evidence.startswith("8 of 10 classes")
    assert finding.evidence.endswith(": 3 8")


LEARNING = dict(zip("0123456789", (35, 8, 47, 105, 25, 42, 10, 1, 333, 59), strict=True))
THREE = dict(zip("0123456789", (0, 0, 2, 0, 4, 0, 0, 82, 229, 407), strict=True))
BLURS = dict(zip("0123456789", (0, 0, 0, 38, 0, 0, 0, 0, 479, 6), strict=True))


@pytest.mark.parametrize(
    ("steps", "counts", "coverage", "illness"),
    [
        (1500, LEARNING, 0.07, "undertrained"),
        (1500, THREE, 0.03, "mode-collapse"),
        (300, BLURS, 0.03, "undertrained"),
        (20_000, LEARNING, 0.07, "mode-collapse"),
    ],
)
def test_learning_is_not_collapse(run, digits, first, steps, counts, coverage, illness):
    """Counts of three runs on MNIST: a dense GAN, one that saw 3 of 10 classes, an early WGAN."""
    history = {"step": [steps], "d_loss": [0.7]}
    found = first(run[0], history, digits, class_counts=counts, coverage=coverage, precision=0.6)
    assert found.illness == illness


def test_an_early_run_whose_images_are_still_alike(digits, first):
    """Small first weights: the images vary little, but ten times the z gives ten times as much."""
    small = tiny_runs.build_generator(change=layers.Rescaling(0.01))
    model = tiny_runs.build_gan(generator=small, g_rate=1e-4)
    history = tiny_runs.train(model, digits.images)
    assert first(model, history, digits, coverage=0.0).illness == "undertrained"


def test_classes_whose_samples_are_alike(run, digits, first):
    finding = first(run[0], LATE, digits, diversity=5.0)
    assert finding.illness == "mode-collapse"
    assert "5.0 apart on average, two real images 15.0" in finding.evidence


def test_a_discriminator_that_is_too_sure(digits, first):
    """D learns fast, and G so slowly that it never catches up."""
    model = tiny_runs.build_gan(d_rate=5e-3, g_rate=2e-5, loss="bce")
    finding = first(model, tiny_runs.train(model, digits.images, 60), digits)
    assert finding.illness == "saturated-discriminator"


def test_a_run_stopped_too_early(run, digits, first):
    """From 0.045 of 0.9 in 100 steps to half of it, 0.45, takes ten times as many: 900 more."""
    model, history = run
    early = {**history, "step": [100]}
    finding = first(model, early, digits, coverage=0.045)
    assert finding.illness == "undertrained"
    assert finding.evidence.endswith("reaching half that coverage takes about 900 more steps")
    assert first(model, early, digits, coverage=0.089).illness == "undertrained"


def test_batch_norm_averages_that_were_never_loaded(digits):
    """As when only trainable weights were saved: the averages are 0 and 1, G's own are far off.

    G paints real digits where its batch normalisation sees the batch, and white noise where not.
    """
    z = keras.Input((tiny_runs.LATENT_DIM,))
    norm = layers.BatchNormalization(momentum=0.8)
    paint = layers.Dense(784, "tanh", kernel_initializer="zeros")
    x = norm(layers.Dense(50, kernel_initializer=keras.initializers.RandomNormal(0.0, 1000.0))(z))
    generator = keras.Model(z, layers.Reshape((28, 28, 1))(paint(x)))
    pixels = np.arctanh(0.95 * (digits.images[:50].reshape(50, 784) / 127.5 - 1))
    paint.kernel.assign((pixels - pixels.mean(axis=0)) / 7)
    paint.bias.assign(pixels.mean(axis=0))
    case = Case((generator, tiny_runs.build_discriminator()), LATE, digits)
    assert "the averages are still 0 and 1" in StaleBatchNorm().look(case)
    for _ in range(60):
        generator(case.run.draw_z(256, seed=0), training=True)  # the averages follow
    assert StaleBatchNorm().look(Case(case.run.gan, LATE, digits)) is None
