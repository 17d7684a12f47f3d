"""Tiny GANs that aren't the course's, each in the style of a popular tutorial or book.

Every function takes images, trains a few steps and returns what a user then has: the arguments
(gan, history, images) of `doctor.examine`, and perhaps a step.
"""

from types import SimpleNamespace

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

LATENT_DIM = 8
BATCH_SIZE = 32


def generator(activation="tanh", inputs=LATENT_DIM, flat=False, momentum=None):
    """A dense Sequential generator. momentum: of a batch normalisation, which is else left out."""
    parts = [keras.Input((inputs,)), layers.Dense(64), layers.LeakyReLU(0.2)]
    parts += [layers.BatchNormalization(momentum=momentum)] if momentum else []
    parts.append(layers.Dense(784, activation=activation))
    return keras.Sequential(parts if flat else [*parts, layers.Reshape((28, 28, 1))])


def discriminator(activation=None, shape=(28, 28, 1), norm=False, reshaped=False):
    """A dense Sequential discriminator, with batch normalisation or a last Reshape on request."""
    parts = [keras.Input(shape), layers.Flatten(), layers.Dense(32)]
    parts += [layers.BatchNormalization()] if norm else []
    parts += [layers.LeakyReLU(0.2), layers.Dense(1, activation=activation)]
    return keras.Sequential([*parts, layers.Reshape((1,))] if reshaped else parts)


def adam(rate=1e-3):
    return keras.optimizers.Adam(rate, beta_1=0.5)


# --- A subclass trained by fit, with fakes labelled 1 --------------------------------------------


class FitGAN(keras.Model):
    """Data arrives as the bare tensor that `fit` takes from a tf.data.Dataset."""

    def __init__(self, discriminator, generator, latent_dim):
        super().__init__()
        self.discriminator, self.generator = discriminator, generator
        self.latent_dim = latent_dim
        self.seed_generator = keras.random.SeedGenerator(1337)

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn
        self.d_loss_metric = keras.metrics.Mean(name="d_loss")
        self.g_loss_metric = keras.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.d_loss_metric, self.g_loss_metric]

    def draw(self, n):
        return keras.random.normal((n, self.latent_dim), seed=self.seed_generator)

    def train_step(self, real_images):
        n = ops.shape(real_images)[0]
        both = ops.concatenate([self.generator(self.draw(n)), real_images], axis=0)
        labels = ops.concatenate([ops.ones((n, 1)), ops.zeros((n, 1))], axis=0)
        labels += 0.05 * tf.random.uniform(tf.shape(labels))
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(both))
        variables = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(
            zip(tape.gradient(d_loss, variables), variables, strict=True)
        )
        with tf.GradientTape() as tape:
            answers = self.discriminator(self.generator(self.draw(n)))
            g_loss = self.loss_fn(ops.zeros((n, 1)), answers)
        variables = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(
            zip(tape.gradient(g_loss, variables), variables, strict=True)
        )
        self.d_loss_metric.update_state(d_loss)
        self.g_loss_metric.update_state(g_loss)
        return {"d_loss": self.d_loss_metric.result(), "g_loss": self.g_loss_metric.result()}


def fit_subclass(images, d_ends=None, from_logits=True, epochs=1, **options):
    """Pixels in [0, 1], G ends in a sigmoid; the history is Keras's own."""
    keras.utils.set_random_seed(0)
    images = images.astype("float32") / 255
    gan = FitGAN(discriminator(d_ends, **options), generator("sigmoid"), LATENT_DIM)
    loss = keras.losses.BinaryCrossentropy(from_logits=from_logits)
    gan.compile(d_optimizer=adam(), g_optimizer=adam(), loss_fn=loss)
    batches = tf.data.Dataset.from_tensor_slices(images).shuffle(1024).batch(BATCH_SIZE)
    history = gan.fit(batches, epochs=epochs, verbose=0)
    return gan, history, images


# --- Two tapes in a function, everything else a variable of the notebook -------------------------


def clipped_log(truth, answers):
    """A cross-entropy of probabilities that somebody wrote himself, with a floor against nan."""
    p = tf.clip_by_value(answers, 1e-7, 1 - 1e-7)
    return -tf.reduce_mean(truth * tf.math.log(p) + (1 - truth) * tf.math.log(1 - p))


def two_tapes(
    images,
    compiled=True,
    d_ends=None,
    from_logits=True,
    leak=None,
    shared=False,
    loss=None,
    steps=30,
):
    """A `tf.function` for the step; optimizers and loss are nobody's attributes.

    leak: "g" lets G's step move D, "d" lets D's step move G. shared: one optimizer for both.
    """
    keras.utils.set_random_seed(0)
    images = images.astype("float32") / 127.5 - 1
    G, D = generator(), discriminator(d_ends)
    cross_entropy = loss or keras.losses.BinaryCrossentropy(from_logits=from_logits)
    g_optimizer = adam()
    d_optimizer = g_optimizer if shared else adam()
    if shared:
        g_optimizer.build(D.trainable_variables + G.trainable_variables)
    d_variables = D.trainable_variables + (G.trainable_variables if leak == "d" else [])
    g_variables = G.trainable_variables + (D.trainable_variables if leak == "g" else [])

    def train_step(batch):
        z = tf.random.normal([BATCH_SIZE, LATENT_DIM])
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fakes = G(z, training=True)
            real_output, fake_output = D(batch, training=True), D(fakes, training=True)
            g_loss = cross_entropy(tf.ones_like(fake_output), fake_output)
            d_loss = cross_entropy(tf.ones_like(real_output), real_output)
            d_loss += cross_entropy(tf.zeros_like(fake_output), fake_output)  # a sum
        g_gradients = g_tape.gradient(g_loss, g_variables)
        d_gradients = d_tape.gradient(d_loss, d_variables)
        g_optimizer.apply_gradients(zip(g_gradients, g_variables, strict=True))
        d_optimizer.apply_gradients(zip(d_gradients, d_variables, strict=True))
        return d_loss, g_loss

    step = tf.function(train_step) if compiled else train_step
    losses = take_steps(step, images, steps)
    gan = SimpleNamespace(generator=G, discriminator=D)
    return gan, losses, images, step, (d_optimizer, g_optimizer)


def take_steps(step, images, steps):
    """Step on random batches. Return the losses, a row for each step."""
    rng = np.random.default_rng(0)
    batches = (images[rng.integers(0, len(images), BATCH_SIZE)] for _ in range(steps))
    return [tuple(map(float, step(batch))) for batch in batches]


# --- The classic class with a combined model -----------------------------------------------------


class ClassicGAN:
    """Compiled D with accuracy, a frozen D in the combined model, a method for one batch.

    freeze: set D's flag before each step; frozen_for_good: only once, before the first.
    """

    def __init__(self, ends="sigmoid", freeze=True, shared=False, frozen_for_good=False):
        keras.utils.set_random_seed(0)
        optimizer = adam()
        self.discriminator, self.generator = discriminator(ends), generator()
        loss = "binary_crossentropy"
        self.discriminator.compile(loss=loss, optimizer=optimizer, metrics=["accuracy"])
        self.freeze, self.frozen_for_good, self.history = freeze, frozen_for_good, []
        z = keras.Input((LATENT_DIM,))
        self.set_trainable(False)
        self.combined = keras.Model(z, self.discriminator(self.generator(z)))
        self.combined.compile(loss=loss, optimizer=optimizer if shared else adam())

    def set_trainable(self, flag):
        if self.freeze and not (flag and self.frozen_for_good):
            self.discriminator.trainable = flag

    def train_step(self, images):
        n = len(images)
        fakes = self.generator.predict(np.random.normal(0, 1, (n, LATENT_DIM)), verbose=0)
        self.set_trainable(True)
        real = self.discriminator.train_on_batch(images, np.ones((n, 1)))
        fake = self.discriminator.train_on_batch(fakes, np.zeros((n, 1)))
        d_loss = 0.5 * np.add(real, fake)  # [loss, accuracy]
        self.set_trainable(False)
        z = np.random.normal(0, 1, (n, LATENT_DIM))
        g_loss = self.combined.train_on_batch(z, np.ones((n, 1)))
        self.history.append({"d_loss": d_loss, "g_loss": g_loss})


def classic(images, steps=15, **options):
    """The history is a list of dicts, with [loss, accuracy] for D."""
    images = images.astype("float32") / 127.5 - 1
    gan, rng = ClassicGAN(**options), np.random.default_rng(0)
    for _ in range(steps):
        gan.train_step(images[rng.integers(0, len(images), BATCH_SIZE)])
    return gan, gan.history, images


class ClosedLoop:
    """As Keras-GAN has it: `train` holds the whole loop, and D is frozen once, before it."""

    def __init__(self):
        keras.utils.set_random_seed(0)
        self.discriminator, self.generator = discriminator("sigmoid"), generator()
        self.discriminator.compile(loss="binary_crossentropy", optimizer=adam())
        self.discriminator.trainable = False
        self.combined = keras.Sequential([self.generator, self.discriminator])
        self.combined.compile(loss="binary_crossentropy", optimizer=adam())

    def train(self, images, steps):
        ones, history = np.ones((BATCH_SIZE, 1)), []
        for start in range(steps):
            noise = np.random.normal(0, 1, (BATCH_SIZE, LATENT_DIM))
            fakes = self.generator.predict(noise, verbose=0)
            self.thaw(True)
            real_loss = self.discriminator.train_on_batch(images[start:][:BATCH_SIZE], ones)
            fake_loss = self.discriminator.train_on_batch(fakes, 0 * ones)
            self.thaw(False)
            g_loss = self.combined.train_on_batch(noise, ones)
            history.append([(real_loss + fake_loss) / 2, g_loss])
        return history

    def thaw(self, flag):
        pass


class ThawingLoop(ClosedLoop):
    """The same, with D's flag set before each step."""

    def thaw(self, flag):
        self.discriminator.trainable = flag


# --- Phases over a Sequential of two models ------------------------------------------------------


def phases(images):
    """Flat images in [0, 1]; the run is a Sequential of the two networks, and a function steps."""
    keras.utils.set_random_seed(0)
    images = images.reshape(len(images), 784).astype("float32") / 255
    G, D = generator("sigmoid", flat=True), discriminator("sigmoid", (784,))
    gan = keras.Sequential([G, D])
    D.compile(loss="binary_crossentropy", optimizer=adam())
    D.trainable = False
    gan.compile(loss="binary_crossentropy", optimizer=adam())

    def step(batch):
        n = len(batch)
        fakes = G(tf.random.normal((n, LATENT_DIM)))
        both = tf.concat([fakes, batch], axis=0)
        D.trainable = True
        D.train_on_batch(both, tf.constant([[0.0]] * n + [[1.0]] * n))
        D.trainable = False
        gan.train_on_batch(tf.random.normal((n, LATENT_DIM)), tf.constant([[1.0]] * n))

    for start in range(0, 480, BATCH_SIZE):
        step(images[start : start + BATCH_SIZE])
    return gan, None, images, step


# --- WGAN-GP -------------------------------------------------------------------------------------


class WGANGP(keras.Model):
    """Several critic steps for one of G; `train_step` unpacks a tuple, if there is one."""

    def __init__(self, discriminator, generator, latent_dim, critic_steps=2, gp_weight=10.0):
        super().__init__()
        self.discriminator, self.generator = discriminator, generator
        self.latent_dim, self.d_steps, self.gp_weight = latent_dim, critic_steps, gp_weight

    def compile(self, d_optimizer, g_optimizer):
        super().compile()
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer

    def gradient_penalty(self, n, real, fake):
        alpha = tf.random.uniform([n, 1, 1, 1])
        between = real + alpha * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(between)
            answers = self.discriminator(between, training=True)
        slopes = tape.gradient(answers, [between])[0]
        return tf.reduce_mean((tf.sqrt(tf.reduce_sum(slopes**2, [1, 2, 3]) + 1e-12) - 1) ** 2)

    def train_step(self, real_images):
        if isinstance(real_images, tuple):
            real_images = real_images[0]
        n = tf.shape(real_images)[0]
        for _ in range(self.d_steps):
            z = tf.random.normal((n, self.latent_dim))
            with tf.GradientTape() as tape:
                fakes = self.generator(z, training=True)
                fake = self.discriminator(fakes, training=True)
                real = self.discriminator(real_images, training=True)
                d_loss = tf.reduce_mean(fake) - tf.reduce_mean(real)
                d_loss += self.gp_weight * self.gradient_penalty(n, real_images, fakes)
            variables = self.discriminator.trainable_variables
            self.d_optimizer.apply_gradients(
                zip(tape.gradient(d_loss, variables), variables, strict=True)
            )
        with tf.GradientTape() as tape:
            fakes = self.generator(tf.random.normal((n, self.latent_dim)), training=True)
            g_loss = -tf.reduce_mean(self.discriminator(fakes, training=True))
        variables = self.generator.trainable_variables
        self.g_optimizer.apply_gradients(
            zip(tape.gradient(g_loss, variables), variables, strict=True)
        )
        return {"d_loss": d_loss, "g_loss": g_loss}


def wgan_gp(images, steps=20, momentum=None, **critic):
    """Pixels in [-1, 1], trained by fit on an array."""
    keras.utils.set_random_seed(0)
    images = images.astype("float32") / 127.5 - 1
    gan = WGANGP(discriminator(**critic), generator(momentum=momentum), LATENT_DIM)
    gan.compile(adam(), adam())
    history = gan.fit(images[: steps * BATCH_SIZE], batch_size=BATCH_SIZE, verbose=0)
    return gan, history, images
