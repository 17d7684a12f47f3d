"""The form of TensorFlow's DCGAN tutorial: two tapes in a compiled function, all else global.

These runs are in the tuning ward: they helped to choose the doctor's limits.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import Run

NOISE_DIM, BATCH_SIZE = 50, 32


def make_generator_model(momentum):
    """Build a generator of transposed convolutions, each with batch normalisation."""
    model = keras.Sequential([keras.Input((NOISE_DIM,))])
    model.add(layers.Dense(7 * 7 * 32, use_bias=False))
    model.add(layers.BatchNormalization(momentum=momentum))
    model.add(layers.LeakyReLU())
    model.add(layers.Reshape((7, 7, 32)))
    model.add(layers.Conv2DTranspose(24, 5, padding="same", use_bias=False))
    model.add(layers.BatchNormalization(momentum=momentum))
    model.add(layers.LeakyReLU())
    model.add(layers.Conv2DTranspose(16, 5, strides=2, padding="same", use_bias=False))
    model.add(layers.BatchNormalization(momentum=momentum))
    model.add(layers.LeakyReLU())
    model.add(
        layers.Conv2DTranspose(1, 5, strides=2, padding="same", use_bias=False, activation="tanh")
    )
    return model


def make_discriminator_model(kernels, ends):
    """Build a discriminator of convolutions. kernels: the initializer of all kernels."""
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (16, 32):
        conv = layers.Conv2D(filters, 5, strides=2, padding="same", kernel_initializer=kernels)
        model.add(conv)
        model.add(layers.LeakyReLU())
        model.add(layers.Dropout(0.3))
    model.add(layers.Flatten())
    model.add(layers.Dense(1, activation=ends, kernel_initializer=kernels))
    return model


cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)


def tutorial_losses(real_label=1.0):
    """Return the tutorial's loss of D and of G. real_label: 0.9 smooths the labels."""

    def discriminator_loss(real_output, fake_output):
        real_loss = cross_entropy(real_label * tf.ones_like(real_output), real_output)
        return real_loss + cross_entropy(tf.zeros_like(fake_output), fake_output)

    def generator_loss(fake_output):
        return cross_entropy(tf.ones_like(fake_output), fake_output)

    return discriminator_loss, generator_loss


def hinge_losses():
    """Return the hinge loss of D and the loss of G that goes with it."""

    def discriminator_loss(real_output, fake_output):
        real_loss = tf.reduce_mean(tf.nn.relu(1.0 - real_output))
        return real_loss + tf.reduce_mean(tf.nn.relu(1.0 + fake_output))

    return discriminator_loss, lambda fake_output: -tf.reduce_mean(fake_output)


def bare_log_losses():
    """Return the losses of the first GAN paper, for probabilities, with nothing inside the log."""

    def discriminator_loss(real_output, fake_output):
        return -tf.reduce_mean(tf.math.log(real_output) + tf.math.log(1.0 - fake_output))

    return discriminator_loss, lambda fake_output: -tf.reduce_mean(tf.math.log(fake_output))


def make_optimizers(rates, shared, networks):
    """Return Adam for G and for D. shared: both get the same object."""
    generator_optimizer, discriminator_optimizer = (
        keras.optimizers.Adam(rate, beta_1=0.5) for rate in rates
    )
    if shared:
        variables = [v for network in networks for v in network.trainable_variables]
        generator_optimizer.build(variables)
        discriminator_optimizer = generator_optimizer
    return generator_optimizer, discriminator_optimizer


def two_tapes(
    images,
    seed,
    losses=tutorial_losses,
    ends=None,
    momentum=0.9,
    kernels="glorot_uniform",
    rates=(3e-4, 3e-4),
    shared=False,
    apply_d=True,
    steps=1500,
):
    """Train with two tapes, and return the two lists of losses and 1,000 samples.

    losses: a function that returns the losses of D and of G. rates: of G and of D. apply_d: whether
    D's gradients are applied.
    """
    keras.utils.set_random_seed(seed)
    train_images = (images.astype("float32") - 127.5) / 127.5
    networks = make_generator_model(momentum), make_discriminator_model(kernels, ends)
    generator, discriminator = networks
    discriminator_loss, generator_loss = losses()
    generator_optimizer, discriminator_optimizer = make_optimizers(rates, shared, networks)

    @tf.function
    def train_step(images):
        noise = tf.random.normal([BATCH_SIZE, NOISE_DIM])
        with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
            generated_images = generator(noise, training=True)
            real_output = discriminator(images, training=True)
            fake_output = discriminator(generated_images, training=True)
            gen_loss = generator_loss(fake_output)
            disc_loss = discriminator_loss(real_output, fake_output)
        variables = generator.trainable_variables
        generator_optimizer.apply_gradients(zip(gen_tape.gradient(gen_loss, variables), variables))
        variables = discriminator.trainable_variables
        gradients = disc_tape.gradient(disc_loss, variables)
        if apply_d:
            discriminator_optimizer.apply_gradients(zip(gradients, variables))
        return gen_loss, disc_loss

    history = train(train_step, train_images, steps, seed)
    samples = generator(np.random.normal(size=(1000, NOISE_DIM)).astype("float32"), training=False)
    return Run(networks, history, train_images, samples.numpy(), step=train_step)


def train(train_step, train_images, steps, seed):
    """Call `train_step` on shuffled batches, and return both losses of each step."""
    train_dataset = tf.data.Dataset.from_tensor_slices(train_images)
    train_dataset = train_dataset.shuffle(10000, seed=seed).repeat().batch(BATCH_SIZE)
    history = {"gen_loss": [], "disc_loss": []}
    for image_batch in train_dataset.take(steps):
        for name, loss in zip(history, train_step(image_batch)):
            history[name].append(float(loss))
    return history
