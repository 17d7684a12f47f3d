"""Two GANs with a second head on D: an InfoGAN, and an AC-GAN.

Both are notebooks' classes with `fit`-like loops of their own, and report once in 50 steps.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import Run

NOISE, CATEGORIES, BATCH = 54, 10, 32


def decoder(code):
    """Paint an image in [0, 1] from a code."""
    x = layers.Dense(7 * 7 * 40)(code)
    x = layers.LeakyReLU(0.1)(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.Reshape((7, 7, 40))(x)
    for filters in (32, 16):
        x = layers.Conv2DTranspose(filters, 5, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.1)(layers.BatchNormalization(momentum=0.9)(x))
    return layers.Conv2D(1, 5, padding="same", activation="sigmoid")(x)


def body(image, dropout=0.1):
    x = image
    for filters in (20, 40, 64):
        x = layers.Conv2D(filters, 3, strides=2, padding="same")(x)
        x = layers.Dropout(dropout)(layers.LeakyReLU(0.2)(x))
    return layers.Flatten()(x)


class InfoGAN:
    """The code is noise and a one-hot category, side by side; `q` guesses the category.

    all_of_q: G's optimizer gets all weights of `q`, instead of its last layer and G alone.
    """

    def __init__(self, lr=(1e-3, 1e-3), weight=0.5, all_of_q=False):
        code = keras.Input((NOISE + CATEGORIES,))
        self.g = keras.Model(code, decoder(code))
        image = keras.Input((28, 28, 1))
        features = body(image)
        self.d = keras.Model(image, layers.Dense(1, activation="sigmoid")(features))
        self.q = keras.Model(image, layers.Dense(CATEGORIES, activation="softmax")(features))
        self.opt_d, self.opt_g = (keras.optimizers.Adam(rate, beta_1=0.5) for rate in lr)
        self.bce = keras.losses.BinaryCrossentropy()
        self.cce = keras.losses.CategoricalCrossentropy()
        self.weight = weight
        trained = self.q if all_of_q else self.q.layers[-1]
        self.weights_g = self.g.trainable_variables + trained.trainable_variables

    def sample_code(self, n):
        category = tf.one_hot(tf.random.uniform((n,), 0, CATEGORIES, tf.int32), CATEGORIES)
        return tf.concat([tf.random.normal((n, NOISE)), category], 1), category

    @tf.function
    def step(self, real):
        n = tf.shape(real)[0]
        ones, zeros = tf.ones((n, 1)), tf.zeros((n, 1))
        code, _ = self.sample_code(n)
        with tf.GradientTape() as tape:
            d_loss = self.bce(ones, self.d(real, training=True))
            d_loss += self.bce(zeros, self.d(self.g(code, training=True), training=True))
        weights = self.d.trainable_variables
        self.opt_d.apply_gradients(zip(tape.gradient(d_loss, weights), weights))
        code, category = self.sample_code(n)
        with tf.GradientTape() as tape:
            fake = self.g(code, training=True)
            g_loss = self.bce(ones, self.d(fake, training=True))
            info = self.cce(category, self.q(fake, training=True))
            total = g_loss + self.weight * info
        gradients = tape.gradient(total, self.weights_g)
        self.opt_g.apply_gradients(zip(gradients, self.weights_g))
        return d_loss, g_loss, info


def infogan(data, seed, steps=1500, per_report=50, **options):
    """Train the InfoGAN and draw 300 samples; the history has a row for each report."""
    keras.utils.set_random_seed(seed)
    x = data.images.astype("float32") / 255.0
    model, history, since = InfoGAN(**options), [], []
    for i in range(1, steps + 1):
        losses = model.step(tf.constant(x[np.random.choice(len(x), BATCH)]))
        since.append([float(loss) for loss in losses])
        if i % per_report == 0:
            history.append(dict(zip(("d_loss", "g_loss", "info_loss"), np.mean(since, 0))))
            since = []
    code, _ = model.sample_code(300)
    samples = model.g.predict(code.numpy(), verbose=0)
    return Run(model, history, x, samples)


class AuxiliaryGAN:
    """Labels of 0 for real and 1 for fake; D's second head names the class.

    weight: of the class loss in G's step. add: G's code is the sum of noise and embedding.
    """

    def __init__(self, lr=(8e-4, 8e-4), dropout=0.1, weight=0.2, add=False):
        z, label = keras.Input((NOISE,)), keras.Input((1,), dtype="int32")
        embedding = layers.Embedding(10, NOISE, keras.initializers.RandomNormal(stddev=1.0))
        join = layers.Add if add else layers.Concatenate
        code = join()([z, layers.Flatten()(embedding(label))])
        self.generator = keras.Model([z, label], decoder(code))
        image = keras.Input((28, 28, 1))
        features = body(image, dropout)
        heads = [layers.Dense(1, activation="sigmoid")(features), layers.Dense(10)(features)]
        self.discriminator = keras.Model(image, heads)
        self.d_opt, self.g_opt = (keras.optimizers.Adam(rate, beta_1=0.5) for rate in lr)
        self.adversarial = keras.losses.BinaryCrossentropy()
        self.auxiliary = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.weight = weight

    @tf.function
    def train_step(self, images, labels):
        n = tf.shape(images)[0]
        labels = tf.reshape(tf.cast(labels, tf.int32), (n, 1))
        z, wanted = tf.random.normal((n, NOISE)), tf.random.uniform((n, 1), 0, 10, tf.int32)
        with tf.GradientTape() as tape:
            real_answer, real_class = self.discriminator(images, training=True)
            fakes = self.generator([z, wanted], training=True)
            fake_answer, _ = self.discriminator(fakes, training=True)
            loss_d = self.adversarial(tf.zeros((n, 1)), real_answer)
            loss_d += self.adversarial(tf.ones((n, 1)), fake_answer)
            loss_d += self.auxiliary(labels, real_class)
        weights = self.discriminator.trainable_variables
        self.d_opt.apply_gradients(zip(tape.gradient(loss_d, weights), weights))
        with tf.GradientTape() as tape:
            fakes = self.generator([z, wanted], training=True)
            fake_answer, fake_class = self.discriminator(fakes, training=True)
            loss_g = self.adversarial(tf.zeros((n, 1)), fake_answer)
            loss_g += self.weight * self.auxiliary(wanted, fake_class)
        weights = self.generator.trainable_variables
        self.g_opt.apply_gradients(zip(tape.gradient(loss_g, weights), weights))
        return {"d": loss_d, "g": loss_g}


def auxiliary_gan(data, seed, steps=1500, **options):
    """Train the AC-GAN on images and labels; its history is a dictionary of lists."""
    keras.utils.set_random_seed(seed)
    x, y = data.images.astype("float32") / 255.0, data.labels.astype("int32")
    model, history = AuxiliaryGAN(**options), {"d": [], "g": []}
    for _ in range(steps):
        rows = np.random.choice(len(x), BATCH)
        losses = model.train_step(tf.constant(x[rows]), tf.constant(y[rows]))
        for name, value in losses.items():
            history[name].append(float(value))
    z = np.random.standard_normal((300, NOISE)).astype("float32")
    labels = (np.arange(300) % 10)[:, None]
    samples = model.generator.predict([z, labels], verbose=0)
    return Run(model, history, (x, y), samples)
