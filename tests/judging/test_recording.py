"""What is recorded while a run steps, in runs that aren't the course's."""

import foreign_runs
import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_runs

from course_lib.judging import doctor
from course_lib.judging.doctor import recording
from course_lib.judging.doctor.run import Run

Z_KINDS = {
    "normal": tf.random.normal,
    "uniform": lambda shape: tf.random.uniform(shape, -1, 1),
}


def build_run(images, draw, compiled=True):
    """Return (networks, images, step) of a loop whose step draws its z with `draw`."""
    gan, _, images, step, _ = foreign_runs.two_tapes(images, compiled=compiled)
    generator, discriminator = gan.generator, gan.discriminator
    d_optimizer, g_optimizer = (foreign_runs.adam() for _ in range(2))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(batch):
        z = draw((len(batch), foreign_runs.LATENT_DIM))
        with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
            fake = discriminator(generator(z, training=True), training=True)
            real = discriminator(batch, training=True)
            d_loss = loss(tf.ones_like(real), real) + loss(tf.zeros_like(fake), fake)
            g_loss = loss(tf.ones_like(fake), fake)
        d_weights, g_weights = discriminator.trainable_weights, generator.trainable_weights
        d_optimizer.apply(d_tape.gradient(d_loss, d_weights), d_weights)
        g_optimizer.apply(g_tape.gradient(g_loss, g_weights), g_weights)

    step = tf.function(train_step) if compiled else train_step
    for start in range(10):
        step(images[start : start + 32])
    return gan, images, step


@pytest.mark.parametrize("compiled", [True, False])
def test_the_z_of_a_loop_is_seen(digits, compiled):
    """Z whose every number says where it comes from arrives as it was, compiled or not."""
    known = tf.reshape(tf.range(32.0 * foreign_runs.LATENT_DIM), (32, -1)) / 1000
    gan, images, step = build_run(digits.images, lambda shape: known, compiled)
    found = recording.z_of_training(Run(gan, images, step), steps=2)
    np.testing.assert_array_equal(found, [known, known])
    assert not tf.config.functions_run_eagerly()
    assert "call" not in vars(gan.generator)


@pytest.mark.parametrize("sampled", Z_KINDS)
@pytest.mark.parametrize("trained", Z_KINDS)
def test_z_of_the_training_and_of_the_samples(digits, trained, sampled):
    """They have to agree, whatever kind they are."""
    gan, images, step = build_run(digits.images, Z_KINDS[trained])
    tf.random.set_seed(1)
    samples = np.asarray(gan.generator(Z_KINDS[sampled]((600, foreign_runs.LATENT_DIM))))
    found = doctor.examine(gan, None, images, samples, tiny_runs.Yardstick(), step)
    names = ["latent-mismatch"] if trained != sampled else []
    assert [finding.illness for finding in found] == names


def test_the_same_z_at_every_step(digits):
    """A fixed seed inside the step draws the same numbers again and again."""
    fixed = tf.random.stateless_normal((32, foreign_runs.LATENT_DIM), (0, 1))
    gan, images, step = build_run(digits.images, lambda shape: fixed)
    found = doctor.examine(gan, None, images, None, tiny_runs.Yardstick(), step)
    assert found[0].illness == "latent-mismatch" and "does not vary" in found[0].evidence


@pytest.mark.parametrize(("norm", "fraction"), [("together", 0.5), ("apart", 1.0)])
def test_batch_statistics_inside_a_nested_model(digits, norm, fraction):
    """As in Keras-GAN, where D is a model around a Sequential one."""
    inner = tiny_runs.build_normalised_discriminator()
    image = keras.Input((28, 28, 1))
    discriminator = keras.Model(image, inner(image))
    discriminator.compile(foreign_runs.adam(), keras.losses.BinaryCrossentropy(from_logits=True))
    generator = foreign_runs.generator()

    def step(images):
        fakes = np.asarray(generator(np.random.normal(size=(32, foreign_runs.LATENT_DIM))))
        labels = np.repeat([[1.0], [0.0]], 32, axis=0)
        if norm == "together":
            discriminator.train_on_batch(np.concatenate([images, fakes]), labels)
        else:
            discriminator.train_on_batch(images, labels[:32])

    images = digits.images.astype("float32") / 127.5 - 1
    run = Run((generator, discriminator), images, step)
    assert recording.batch_norm_fraction(run) == pytest.approx(fraction, abs=0.1)
