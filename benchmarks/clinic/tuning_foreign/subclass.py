"""A `keras.Model` with `train_step(self, data)` that `fit` trains: a DCGAN and a conditional GAN.

The conditional one embeds the label: G gets it behind z, D as a plane beside the image.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from runs import Run

CODINGS, BATCH = 48, 40


def upsampling_layers(x, momentum):
    """Paint from a map of 7×7 to an image in [-1, 1], by nearest neighbours and convolutions."""
    for filters in (32, 16):
        x = layers.BatchNormalization(momentum=momentum)(x)
        x = layers.UpSampling2D()(layers.ReLU()(x))
        x = layers.Conv2D(filters, 3, padding="same")(x)
    x = layers.LeakyReLU(0.1)(x)
    return layers.Conv2D(1, 3, padding="same", activation="tanh")(x)


def get_generator(momentum=0.8, conditional=False):
    z = keras.Input((CODINGS,))
    if conditional:
        label = keras.Input((1,), dtype="int32")
        embedded = layers.Flatten()(layers.Embedding(10, 16)(label))
        x = layers.Concatenate()([z, embedded])
    else:
        x = z
    x = layers.Reshape((7, 7, 40))(layers.Dense(7 * 7 * 40, use_bias=False)(x))
    inputs = [z, label] if conditional else z
    return keras.Model(inputs, upsampling_layers(x, momentum), name="g")


def get_discriminator(ends=None, conditional=False):
    image = x = keras.Input((28, 28, 1))
    inputs = image
    if conditional:
        label = keras.Input((1,), dtype="int32")
        plane = layers.Dense(28 * 28)(layers.Flatten()(layers.Embedding(10, 20)(label)))
        x = layers.Concatenate()([image, layers.Reshape((28, 28, 1))(plane)])
        inputs = [image, label]
    for filters in (20, 40, 60):
        x = layers.Conv2D(filters, 3, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Dropout(0.4)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(1, activation=ends)(x), name="d")


class DeepGAN(keras.Model):
    """D's losses of real and of fake images are separate; with labels, both networks get them."""

    def __init__(self, g, d, target=0.9, d_takes_all=False, minimax=False):
        super().__init__()
        self.g, self.d = g, d
        self.target, self.d_takes_all, self.minimax = target, d_takes_all, minimax

    def compile(self, g_opt, d_opt, bce):
        super().compile()
        self.g_opt, self.d_opt, self.bce = g_opt, d_opt, bce

    def paint(self, n, labels):
        z = tf.random.normal((n, CODINGS))
        return self.g([z] + labels if labels else z, training=True)

    def judge(self, images, labels):
        return self.d([images] + labels if labels else images, training=True)

    def train_step(self, data):
        images, *labels = data if isinstance(data, tuple) else (data,)
        n = ops.shape(images)[0]
        ones, zeros = ops.ones((n, 1)), ops.zeros((n, 1))
        with tf.GradientTape() as tape:
            real = self.judge(images, labels)
            fake = self.judge(self.paint(n, labels), labels)
            d_loss = (self.bce(self.target * ones, real) + self.bce(zeros, fake)) / 2
        variables = (self if self.d_takes_all else self.d).trainable_variables
        self.d_opt.apply(tape.gradient(d_loss, variables), variables)
        with tf.GradientTape() as tape:
            fake = self.judge(self.paint(n, labels), labels)
            g_loss = -self.bce(zeros, fake) if self.minimax else self.bce(ones, fake)
        variables = self.g.trainable_variables
        self.g_opt.apply(tape.gradient(g_loss, variables), variables)
        return {"d_loss": d_loss, "g_loss": g_loss}


def adam(rate):
    return keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.99)


def fit_in_epochs(gan, arrays, seed, steps, shuffle=True):
    """Fit for epochs of at most 50 steps, and return the history."""
    dataset = tf.data.Dataset.from_tensor_slices(arrays)
    if shuffle:
        dataset = dataset.shuffle(10000, seed=seed)
    dataset = dataset.batch(BATCH, drop_remainder=True).repeat().prefetch(2)
    per_epoch = min(steps, 50)
    return gan.fit(dataset, epochs=steps // per_epoch, steps_per_epoch=per_epoch, verbose=0)


def deep_gan(
    data,
    seed,
    g_opt=adam,
    d_opt=adam,
    rates=(5e-4, 3e-4),  # of G and of D
    ends=None,
    momentum=0.8,
    scale=lambda x: x.astype("float32") / 127.5 - 1.0,
    shuffle=True,
    steps=700,
    **settings,
):
    """Train the GAN without labels, and draw 300 samples."""
    keras.utils.set_random_seed(seed)
    images = scale(data.images)
    gan = DeepGAN(get_generator(momentum), get_discriminator(ends), **settings)
    gan.compile(
        g_opt=g_opt(rates[0]),
        d_opt=d_opt(rates[1]),
        bce=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    history = fit_in_epochs(gan, images, seed, steps, shuffle)
    z = np.random.default_rng(seed).normal(size=(300, CODINGS)).astype("float32")
    return Run(gan, history, images, gan.g.predict(z, verbose=0))


def conditional_gan(data, seed, rates=(5e-4, 3e-4), z_mean=0.0, steps=700, **settings):
    """Train the conditional GAN, and draw 30 samples of each class.

    z_mean: the mean of the z that the samples are drawn from.
    """
    keras.utils.set_random_seed(seed)
    images = data.images.astype("float32") / 127.5 - 1.0
    labels = data.labels.astype("int32")[:, None]
    gan = DeepGAN(get_generator(conditional=True), get_discriminator(conditional=True), **settings)
    gan.compile(adam(rates[0]), adam(rates[1]), keras.losses.BinaryCrossentropy(from_logits=True))
    history = fit_in_epochs(gan, (images, labels), seed, steps)
    z = np.random.default_rng(seed).normal(z_mean, 1.0, size=(300, CODINGS)).astype("float32")
    classes = np.tile(np.arange(10, dtype="int32"), 30)[:, None]
    samples = gan.g.predict([z, classes], verbose=0)
    return Run(gan, history, (images, data.labels), samples)
