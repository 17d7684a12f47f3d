"""Four of the six styles of the foreign runs for tuning, with switches for the planted mistakes.

Every function trains a small GAN on uint8 images and returns a `Run`, as its author would hand it
over: his own object, his own history, his own pixels.
"""

from types import SimpleNamespace

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from runs import Run

LATENT_DIM, BATCH_SIZE, N_CLASSES = 32, 32, 10


def build_generator(ends="tanh", momentum=0.8, flat=False, inputs=LATENT_DIM):
    """Build a dense generator with batch normalisation."""
    parts = [keras.Input((inputs,))]
    for width in (128, 256):
        parts += [layers.Dense(width), layers.LeakyReLU(0.2)]
        parts.append(layers.BatchNormalization(momentum=momentum))
    parts.append(layers.Dense(784, activation=ends))
    return keras.Sequential(parts if flat else [*parts, layers.Reshape((28, 28, 1))])


def build_discriminator(ends=None, norm=False, shape=(28, 28, 1)):
    """Build a dense discriminator."""
    parts = [keras.Input(shape), layers.Flatten(), layers.Dense(128)]
    parts += [layers.BatchNormalization()] if norm else []
    parts += [layers.LeakyReLU(0.2), layers.Dropout(0.3), layers.Dense(1, activation=ends)]
    return keras.Sequential(parts)


def adam(rate):
    """Return the optimizer that nearly all of them use."""
    return keras.optimizers.Adam(rate, beta_1=0.5)


def batches_of(images, steps, seed):
    """Yield `steps` random batches."""
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        yield images[rng.integers(0, len(images), BATCH_SIZE)]


def draw(generator, seed, scale=1.0):
    """Draw 1,000 samples as a user does."""
    z = scale * np.random.default_rng(seed).standard_normal((1000, LATENT_DIM))
    return np.asarray(generator(z.astype("float32")))


class SubclassGAN(keras.Model):
    """One keras.Model whose `train_step` takes the bare images and labels fakes 1."""

    def __init__(self, discriminator, generator):
        super().__init__()
        self.discriminator, self.generator = discriminator, generator
        self.seed_generator = keras.random.SeedGenerator(1337)

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    def train_step(self, real_images):
        n = ops.shape(real_images)[0]
        z = keras.random.normal((n, LATENT_DIM), seed=self.seed_generator)
        both = ops.concatenate([self.generator(z, training=True), real_images])
        labels = ops.concatenate([ops.ones((n, 1)), ops.zeros((n, 1))])
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(both, training=True))
        variables = self.discriminator.trainable_weights
        self.d_optimizer.apply(tape.gradient(d_loss, variables), variables)
        z = keras.random.normal((n, LATENT_DIM), seed=self.seed_generator)
        with tf.GradientTape() as tape:
            answers = self.discriminator(self.generator(z, training=True), training=True)
            g_loss = self.loss_fn(ops.zeros((n, 1)), answers)
        variables = self.generator.trainable_weights
        self.g_optimizer.apply(tape.gradient(g_loss, variables), variables)
        return {"d_loss": d_loss, "g_loss": g_loss}


def subclass_with_fit(
    images, seed, ends=None, from_logits=True, rates=(2e-4, 2e-4), labels=None, steps=600
):
    """keras.io: trained by `fit`, pixels in [0, 1]. labels: handed over with the images."""
    keras.utils.set_random_seed(seed)
    images = images.astype("float32") / 255
    gan = SubclassGAN(build_discriminator(ends), build_generator("sigmoid"))
    gan.compile(*map(adam, rates), keras.losses.BinaryCrossentropy(from_logits=from_logits))
    data = tf.data.Dataset.from_generator(
        lambda: batches_of(images, steps, seed),
        output_signature=tf.TensorSpec((BATCH_SIZE, 28, 28, 1)),
    )
    history = gan.fit(data, verbose=0)
    return Run(gan, history, images if labels is None else (images, labels), None)


def two_tapes(
    images, seed, ones=(1.0, 0.0, 1.0), leak="", shared=False, momentum=0.8, unit=False, steps=500
):
    """TensorFlow's tutorial: a compiled function, everything else a variable around it.

    ones: labels of real images, of fakes in D's step, of fakes in G's. leak: "d" or "g", whose step
    moves the other, too. unit: pixels in [0, 1], although G ends in tanh.
    """
    keras.utils.set_random_seed(seed)
    images = images.astype("float32") / (255 if unit else 127.5) - (0 if unit else 1)
    generator, discriminator = build_generator(momentum=momentum), build_discriminator()
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    d_variables, g_variables = discriminator.trainable_weights, generator.trainable_weights
    d_optimizer = adam(2e-4)
    g_optimizer = d_optimizer if shared else adam(2e-4)
    if shared:
        d_optimizer.build(d_variables + g_variables)
    of_d = d_variables + (g_variables if leak == "d" else [])
    of_g = g_variables + (d_variables if leak == "g" else [])

    @tf.function
    def train_step(batch):
        with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
            fakes = generator(tf.random.normal((BATCH_SIZE, LATENT_DIM)), training=True)
            real, fake = discriminator(batch, training=True), discriminator(fakes, training=True)
            d_loss = loss(ones[0] * tf.ones_like(real), real)
            d_loss += loss(ones[1] * tf.ones_like(fake), fake)
            g_loss = loss(ones[2] * tf.ones_like(fake), fake)
        d_optimizer.apply_gradients(zip(d_tape.gradient(d_loss, of_d), of_d, strict=True))
        g_optimizer.apply_gradients(zip(g_tape.gradient(g_loss, of_g), of_g, strict=True))
        return d_loss, g_loss

    losses = [[float(x) for x in train_step(b)] for b in batches_of(images, steps, seed)]
    gan = SimpleNamespace(generator=generator, discriminator=discriminator)
    return Run(gan, losses, images, draw(generator, seed), step=train_step)


class CombinedLoop:
    """The class with `self.combined`, whose method trains on one batch."""

    def __init__(self, ends="sigmoid", toggle=True, freeze=True, shared=False, rates=(2e-4, 2e-4)):
        d_optimizer = adam(rates[0])
        g_optimizer = d_optimizer if shared else adam(rates[1])
        self.toggle = toggle
        self.discriminator, self.generator = build_discriminator(ends), build_generator()
        self.discriminator.compile(d_optimizer, "binary_crossentropy", metrics=["accuracy"])
        self.discriminator.trainable = not freeze
        self.combined = keras.Sequential([self.generator, self.discriminator])
        self.combined.compile(g_optimizer, "binary_crossentropy")

    def train_step(self, images):
        n = len(images)
        z = np.random.normal(size=(n, LATENT_DIM)).astype("float32")
        if self.toggle:
            self.discriminator.trainable = True
        d_real = self.discriminator.train_on_batch(images, np.ones((n, 1)))
        d_fake = self.discriminator.train_on_batch(np.asarray(self.generator(z)), np.zeros((n, 1)))
        if self.toggle:
            self.discriminator.trainable = False
        g_loss = self.combined.train_on_batch(z, np.ones((n, 1)))
        return {"d_loss": 0.5 * np.add(d_real, d_fake), "g_loss": g_loss}


def combined_class(images, seed, steps=300, **options):
    """Keras-GAN: a compiled D, a combined model, a list of dicts for the history."""
    keras.utils.set_random_seed(seed)
    images = images.astype("float32") / 127.5 - 1
    gan = CombinedLoop(**options)
    history = [gan.train_step(batch) for batch in batches_of(images, steps, seed)]
    return Run(gan, history, images, draw(gan.generator, seed))


def phases(images, seed, ends="sigmoid", rates=(2e-4, 2e-4), centred=False, steps=400):
    """A book's loop: flat images in [0, 1], two phases a batch, no history.

    centred: scale the images to [-1, 1], although G ends in a sigmoid.
    """
    keras.utils.set_random_seed(seed)
    images = images.reshape(len(images), 784).astype("float32") / 255
    images = 2 * images - 1 if centred else images
    generator = build_generator("sigmoid", flat=True)
    discriminator = build_discriminator(ends, shape=(784,))
    gan = keras.Sequential([generator, discriminator])
    discriminator.compile(adam(rates[0]), "binary_crossentropy")
    discriminator.trainable = False
    gan.compile(adam(rates[1]), "binary_crossentropy")
    labels = np.repeat([[0.0], [1.0]], BATCH_SIZE, axis=0)

    def train_both(batch):
        both = tf.concat([generator(tf.random.normal((len(batch), LATENT_DIM))), batch], 0)
        discriminator.trainable = True
        discriminator.train_on_batch(both, labels)
        discriminator.trainable = False
        z = tf.random.normal((len(batch), LATENT_DIM))
        gan.train_on_batch(z, np.ones((len(batch), 1)))

    for batch in batches_of(images, steps, seed):
        train_both(batch)
    return Run(gan, None, images, draw(generator, seed), step=train_both)
