"""A class in the form of the second edition of Foster's book: metrics, noisy labels, and `fit`."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, losses, metrics, optimizers
from runs import Run

Z_DIM, BATCH_SIZE = 100, 32


def preprocess(img):
    """Normalize the images to [-1, 1]."""
    return (tf.cast(img, "float32") - 127.5) / 127.5


def make_discriminator(last="sigmoid", dropout=0.15):
    discriminator_input = layers.Input(shape=(28, 28, 1))
    x = layers.Conv2D(20, 4, strides=2, padding="same", use_bias=False)(discriminator_input)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Conv2D(40, 4, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Conv2D(64, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Conv2D(1, 4, padding="valid", use_bias=False, activation=last)(x)
    return keras.Model(discriminator_input, layers.Flatten()(x), name="discriminator")


def make_generator(momentum=0.9):
    generator_input = layers.Input(shape=(Z_DIM,))
    x = layers.Reshape((1, 1, Z_DIM))(generator_input)
    for filters, size, strides, padding in ((64, 7, 1, "valid"), (40, 4, 2, "same")):
        x = layers.Conv2DTranspose(filters, size, strides, padding, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=momentum)(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Conv2DTranspose(20, 4, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=momentum)(x)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Conv2DTranspose(1, 3, padding="same", activation="tanh")(x)
    return keras.Model(generator_input, x, name="generator")


class DCGAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim, noise_param):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.latent_dim = latent_dim
        self.noise_param = noise_param

    def compile(self, d_optimizer, g_optimizer):
        super().compile()
        self.loss_fn = losses.BinaryCrossentropy()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.d_loss_metric = metrics.Mean(name="d_loss")
        self.d_real_acc_metric = metrics.BinaryAccuracy(name="d_real_acc")
        self.d_fake_acc_metric = metrics.BinaryAccuracy(name="d_fake_acc")
        self.g_loss_metric = metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [
            self.d_loss_metric,
            self.d_real_acc_metric,
            self.d_fake_acc_metric,
            self.g_loss_metric,
        ]

    def noisy(self, labels, sign):
        return labels + sign * self.noise_param * tf.random.uniform(tf.shape(labels))

    def train_step(self, real_images):
        batch_size = tf.shape(real_images)[0]
        z = tf.random.normal(shape=(batch_size, self.latent_dim))
        with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
            generated_images = self.generator(z, training=True)
            real_predictions = self.discriminator(real_images, training=True)
            fake_predictions = self.discriminator(generated_images, training=True)
            real_labels = tf.ones_like(real_predictions)
            fake_labels = tf.zeros_like(fake_predictions)
            d_real_loss = self.loss_fn(self.noisy(real_labels, -1.0), real_predictions)
            d_fake_loss = self.loss_fn(self.noisy(fake_labels, 1.0), fake_predictions)
            d_loss = (d_real_loss + d_fake_loss) / 2.0
            g_loss = self.loss_fn(real_labels, fake_predictions)

        weights = self.discriminator.trainable_variables
        self.d_optimizer.apply_gradients(zip(disc_tape.gradient(d_loss, weights), weights))
        weights = self.generator.trainable_variables
        self.g_optimizer.apply_gradients(zip(gen_tape.gradient(g_loss, weights), weights))

        self.d_loss_metric.update_state(d_loss)
        self.d_real_acc_metric.update_state(real_labels, real_predictions)
        self.d_fake_acc_metric.update_state(fake_labels, fake_predictions)
        self.g_loss_metric.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


def train_book_class(
    data,
    seed,
    rates=(5e-4, 8e-4),  # of D and of G
    noise_param=0.1,
    last="sigmoid",
    momentum=0.9,
    epochs=20,
    steps=100,
    finish=None,
):
    """Fit for `epochs` of `steps` batches and draw 200 samples.

    finish: a function that turns the trained G into the model that is saved and handed over.
    """
    keras.utils.set_random_seed(seed)
    train = tf.data.Dataset.from_tensor_slices(data.images).map(preprocess)
    batches = train.shuffle(10000, seed=seed).repeat().batch(BATCH_SIZE).prefetch(1)
    dcgan = DCGAN(make_discriminator(last), make_generator(momentum), Z_DIM, noise_param)
    dcgan.compile(
        d_optimizer=optimizers.Adam(rates[0], beta_1=0.5, beta_2=0.999),
        g_optimizer=optimizers.Adam(rates[1], beta_1=0.5, beta_2=0.999),
    )
    history = dcgan.fit(batches, epochs=epochs, steps_per_epoch=steps, verbose=0)
    generator = finish(dcgan.generator) if finish else dcgan.generator
    z = np.random.normal(size=(200, Z_DIM)).astype("float32")
    samples = generator.predict(z, batch_size=50, verbose=0)
    images = preprocess(data.images).numpy()
    return Run((generator, dcgan.discriminator) if finish else dcgan, history, images, samples)


def load_trained_weights(generator):
    """Return a fresh generator with the weights that training changed."""
    saved = make_generator()
    for new, old in zip(saved.trainable_variables, generator.trainable_variables):
        new.assign(old)
    return saved
