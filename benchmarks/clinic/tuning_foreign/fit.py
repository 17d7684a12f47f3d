"""keras.io's form of a GAN: a `keras.Model` with its own `train_step`, trained by `fit`.

`subclass_with_fit` is written like its DCGAN example, `one_hot_channels` like its conditional one.

These runs are in the tuning ward: they helped to choose the doctor's limits.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from runs import Run

LATENT_DIM, BATCH_SIZE, NUM_CLASSES = 64, 32, 10


def make_generator(num_inputs=LATENT_DIM, ends="sigmoid"):
    """Build a generator of transposed convolutions without normalisation."""
    return keras.Sequential(
        [
            keras.Input((num_inputs,)),
            layers.Dense(7 * 7 * 32),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Reshape((7, 7, 32)),
            layers.Conv2DTranspose(24, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2DTranspose(16, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(1, 5, padding="same", activation=ends),
        ],
        name="generator",
    )


def make_discriminator(channels=1, ends=None, norm=False):
    """Build a discriminator of convolutions that keeps each channel's largest answer.

    norm: whether batch normalisation follows the second convolution.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, channels)),
            layers.Conv2D(16, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(32, 4, strides=2, padding="same"),
            *([layers.BatchNormalization()] if norm else []),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(64, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.GlobalMaxPooling2D(),
            layers.Dense(1, activation=ends),
        ],
        name="discriminator",
    )


class TrackedGAN(keras.Model):
    """What both classes share: two networks, two optimizers, two loss trackers."""

    def __init__(self, discriminator, generator):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.seed_generator = keras.random.SeedGenerator(42)
        self.d_loss_tracker = keras.metrics.Mean(name="d_loss")
        self.g_loss_tracker = keras.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.d_loss_tracker, self.g_loss_tracker]

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    def track(self, d_loss, g_loss):
        self.d_loss_tracker.update_state(d_loss)
        self.g_loss_tracker.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


class GAN(TrackedGAN):
    """The DCGAN: fakes are labelled 1, and the labels carry a little noise."""

    def __init__(self, *networks, noise=0.05, misleading=0.0, whole=False):
        super().__init__(*networks)
        self.noise, self.misleading, self.whole = noise, misleading, whole

    def train_step(self, real_images):
        batch_size = ops.shape(real_images)[0]
        shape = (batch_size, LATENT_DIM)
        random_latent_vectors = keras.random.normal(shape, seed=self.seed_generator)
        generated_images = self.generator(random_latent_vectors, training=True)
        combined_images = ops.concatenate([generated_images, real_images], axis=0)
        labels = ops.concatenate([ops.ones((batch_size, 1)), ops.zeros((batch_size, 1))], axis=0)
        labels += self.noise * keras.random.uniform(ops.shape(labels), seed=self.seed_generator)
        with tf.GradientTape() as tape:
            predictions = self.discriminator(combined_images, training=True)
            d_loss = self.loss_fn(labels, predictions)
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        random_latent_vectors = keras.random.normal(shape, seed=self.seed_generator)
        misleading_labels = self.misleading * ops.ones((batch_size, 1))
        with tf.GradientTape() as tape:
            fake_images = self.generator(random_latent_vectors, training=True)
            predictions = self.discriminator(fake_images, training=True)
            g_loss = self.loss_fn(misleading_labels, predictions)
        weights = (self if self.whole else self.generator).trainable_weights
        grads = tape.gradient(g_loss, weights)
        self.g_optimizer.apply_gradients(zip(grads, weights))
        return self.track(d_loss, g_loss)


def subclass_with_fit(
    images,
    seed,
    ends=None,
    norm=False,
    g_ends="sigmoid",
    from_logits=True,
    divide=255.0,
    steps=1500,
    **gan,
):
    """Train the DCGAN for epochs of at most 100 steps. No samples are handed over.

    ends, g_ends: the last activation of D and of G. norm: whether D has batch normalisation.
    divide: the pixels are divided by this.
    """
    keras.utils.set_random_seed(seed)
    images = images.astype("float32") / divide
    gan = GAN(make_discriminator(ends=ends, norm=norm), make_generator(ends=g_ends), **gan)
    gan.compile(
        d_optimizer=keras.optimizers.Adam(learning_rate=4e-4, beta_1=0.5),
        g_optimizer=keras.optimizers.Adam(learning_rate=4e-4, beta_1=0.5),
        loss_fn=keras.losses.BinaryCrossentropy(from_logits=from_logits),
    )
    dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images), seed=seed).repeat()
    dataset = dataset.batch(BATCH_SIZE).prefetch(1)
    per_epoch = min(steps, 100)
    epochs = steps // per_epoch
    history = gan.fit(dataset, epochs=epochs, steps_per_epoch=per_epoch, verbose=0)
    return Run(gan, history, images, None)


class ConditionalGAN(TrackedGAN):
    """Labels are one-hot: appended to z for G, and as ten constant channels to D's images."""

    def train_step(self, data):
        real_images, one_hot_labels = data
        batch_size = ops.shape(real_images)[0]
        planes = ops.broadcast_to(
            one_hot_labels[:, None, None, :], (batch_size, 28, 28, NUM_CLASSES)
        )
        shape = (batch_size, LATENT_DIM)
        z = keras.random.normal(shape, seed=self.seed_generator)
        generated_images = self.generator(ops.concatenate([z, one_hot_labels], axis=1))
        fake_image_and_labels = ops.concatenate([generated_images, planes], axis=-1)
        real_image_and_labels = ops.concatenate([real_images, planes], axis=-1)
        combined_images = ops.concatenate([fake_image_and_labels, real_image_and_labels], axis=0)
        labels = ops.concatenate([ops.ones((batch_size, 1)), ops.zeros((batch_size, 1))], axis=0)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(combined_images, training=True))
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))

        z = keras.random.normal(shape, seed=self.seed_generator)
        with tf.GradientTape() as tape:
            fake_images = self.generator(ops.concatenate([z, one_hot_labels], axis=1))
            predictions = self.discriminator(ops.concatenate([fake_images, planes], axis=-1))
            g_loss = self.loss_fn(ops.zeros((batch_size, 1)), predictions)
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
        return self.track(d_loss, g_loss)


def one_hot_channels(images, seed, labels, rates=(4e-4, 4e-4), steps=1500):
    """Train the conditional GAN on pairs of images and one-hot labels, and draw every class."""
    keras.utils.set_random_seed(seed)
    images = images.astype("float32") / 255.0
    one_hot = keras.utils.to_categorical(labels, NUM_CLASSES).astype("float32")
    gan = ConditionalGAN(
        make_discriminator(1 + NUM_CLASSES), make_generator(LATENT_DIM + NUM_CLASSES)
    )
    gan.compile(
        *(keras.optimizers.Adam(learning_rate=rate, beta_1=0.5) for rate in rates),
        loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    dataset = tf.data.Dataset.from_tensor_slices((images, one_hot)).shuffle(1024, seed=seed)
    dataset = dataset.repeat().batch(BATCH_SIZE, drop_remainder=True)
    per_epoch = min(steps, 100)
    history = gan.fit(dataset, epochs=steps // per_epoch, steps_per_epoch=per_epoch, verbose=0)
    z = np.random.normal(size=(1000, LATENT_DIM))
    inputs = np.concatenate([z, np.eye(NUM_CLASSES)[np.arange(1000) % NUM_CLASSES]], axis=1)
    samples = gan.generator.predict(inputs.astype("float32"), verbose=0)
    return Run(gan, history, (images, one_hot), samples)
