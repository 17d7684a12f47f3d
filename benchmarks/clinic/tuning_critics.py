"""Two more styles of the tuning runs: WGAN-GP, and labels as second inputs."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import Run
from tuning_styles import (
    BATCH_SIZE,
    LATENT_DIM,
    N_CLASSES,
    adam,
    build_discriminator,
    build_generator,
    draw,
)


class PenaltyGAN(keras.Model):
    """A Wasserstein GAN with a gradient penalty, three critic steps for one of G."""

    def __init__(self, critic, generator, gp_weight=10.0, critic_steps=3):
        super().__init__()
        self.critic, self.generator = critic, generator
        self.gp_weight, self.critic_steps = gp_weight, critic_steps

    def compile(self, c_optimizer, g_optimizer):
        super().compile()
        self.c_optimizer, self.g_optimizer = c_optimizer, g_optimizer

    def gradient_penalty(self, real, fake):
        between = real + tf.random.uniform((tf.shape(real)[0], 1, 1, 1)) * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(between)
            answers = self.critic(between, training=True)
        squares = tf.reduce_sum(tape.gradient(answers, between) ** 2, [1, 2, 3])
        return tf.reduce_mean((tf.sqrt(squares + 1e-12) - 1) ** 2)

    def train_step(self, real):
        n = tf.shape(real)[0]
        for _ in range(self.critic_steps):
            with tf.GradientTape() as tape:
                fake = self.generator(tf.random.normal((n, LATENT_DIM)), training=True)
                c_loss = tf.reduce_mean(self.critic(fake, training=True))
                c_loss -= tf.reduce_mean(self.critic(real, training=True))
                c_loss += self.gp_weight * self.gradient_penalty(real, fake)
            variables = self.critic.trainable_weights
            self.c_optimizer.apply(tape.gradient(c_loss, variables), variables)
        with tf.GradientTape() as tape:
            fake = self.generator(tf.random.normal((n, LATENT_DIM)), training=True)
            g_loss = -tf.reduce_mean(self.critic(fake, training=True))
        variables = self.generator.trainable_weights
        self.g_optimizer.apply(tape.gradient(g_loss, variables), variables)
        return {"c_loss": c_loss, "g_loss": g_loss}


def wgan_gp(images, seed, z_scale=1.0, rate=2e-4, steps=300, **critic):
    """Trained by `fit` on an array. z_scale: of the z that the samples are drawn with."""
    keras.utils.set_random_seed(seed)
    images = images.astype("float32") / 127.5 - 1
    gan = PenaltyGAN(build_discriminator(**critic), build_generator())
    gan.compile(adam(rate), adam(rate))
    some = images[np.random.default_rng(seed).integers(0, len(images), steps * BATCH_SIZE)]
    history = gan.fit(some, batch_size=BATCH_SIZE, verbose=0)
    return Run(gan, history, images, draw(gan.generator, seed, z_scale))


def joined(width, other):
    """Return an input for labels and the product of their embedding with another tensor."""
    label = keras.Input((1,), dtype="int32", name="label")
    embedded = layers.Flatten()(layers.Embedding(N_CLASSES, width, "he_normal")(label))
    return label, layers.multiply([other, embedded])


class ConditionalLoop:
    """Labels are embedded and multiplied with z and with the flat image."""

    def __init__(self, rates):
        z, image = keras.Input((LATENT_DIM,)), keras.Input((28, 28, 1))
        label, x = joined(LATENT_DIM, z)
        self.generator = keras.Model([z, label], build_generator()(x))
        label, x = joined(784, layers.Flatten()(image))
        answer = build_discriminator("sigmoid", shape=(784,))(x)
        self.discriminator = keras.Model([image, label], answer)
        self.loss = keras.losses.BinaryCrossentropy()
        self.d_optimizer, self.g_optimizer = map(adam, rates)

    def train_on_batch(self, images, labels):
        n, images, labels = len(images), tf.constant(images), tf.reshape(labels, (-1, 1))
        z = tf.random.normal((n, LATENT_DIM))
        with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
            fakes = self.generator([z, labels], training=True)
            real = self.discriminator([images, labels], training=True)
            fake = self.discriminator([fakes, labels], training=True)
            d_loss = self.loss(tf.ones_like(real), real) + self.loss(tf.zeros_like(fake), fake)
            g_loss = self.loss(tf.ones_like(fake), fake)
        for tape, loss, network, optimizer in (
            (d_tape, d_loss, self.discriminator, self.d_optimizer),
            (g_tape, g_loss, self.generator, self.g_optimizer),
        ):
            variables = network.trainable_weights
            optimizer.apply(tape.gradient(loss, variables), variables)
        return [float(d_loss), float(g_loss)]


def conditional(images, seed, labels, rates=(2e-4, 2e-4), steps=200):
    """Trained in a loop on pairs of images and labels; no samples are handed over."""
    keras.utils.set_random_seed(seed)
    images, rng = images.astype("float32") / 127.5 - 1, np.random.default_rng(seed)
    gan, losses = ConditionalLoop(rates), []
    for _ in range(steps):
        rows = rng.integers(0, len(images), BATCH_SIZE)
        losses.append(gan.train_on_batch(images[rows], labels[rows]))
    return Run(gan, losses, (images, labels), None)
