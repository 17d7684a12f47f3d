"""Two loops around compiled models: the book's phases, and a semi-supervised GAN.

The book's networks are dense, with images of 28×28 without channels. The semi-supervised D has two
models that share all weights: `c_model` names the class, `d_model` tells real from fake.
"""

import keras
import numpy as np
from keras import layers, ops
from runs import Run

CODINGS, BATCH = 30, 32


def adam(rate):
    return keras.optimizers.Adam(rate, beta_1=0.5)


def book_networks(kernels, ends, squash):
    generator = keras.Sequential(
        [
            keras.Input((CODINGS,)),
            layers.Dense(128, activation="selu", kernel_initializer="lecun_normal"),
            layers.Dense(256, activation="selu", kernel_initializer=kernels),
            layers.Dense(28 * 28, activation="sigmoid"),
            layers.Reshape((28, 28)),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(256, activation=squash),
            layers.Dropout(0.3),
            layers.Dense(128, activation=squash),
            layers.Dropout(0.3),
            layers.Dense(1, activation=ends),
        ]
    )
    return generator, discriminator


def book_phases(
    data,
    seed,
    optimizers=(adam, adam),
    rates=(3e-4, 6e-4),  # of D and of G
    kernels="lecun_normal",
    ends="sigmoid",
    squash="leaky_relu",
    loss="binary_crossentropy",
    scale=lambda x: x / 255.0,
    phases_2=1,
    steps=1500,
):
    """Train by phases: D on fakes and reals in one batch, then G through `gan`."""
    keras.utils.set_random_seed(seed)
    X_train = scale(data.images[..., 0].astype("float32"))
    generator, discriminator = book_networks(kernels, ends, squash)
    discriminator.compile(loss=loss, optimizer=optimizers[0](rates[0]))
    gan = keras.Sequential([generator, discriminator])
    discriminator.trainable = False
    gan.compile(loss=loss, optimizer=optimizers[1](rates[1]))

    def train_phases(X_batch):
        n = len(X_batch)
        noise = keras.random.normal((n, CODINGS))  # phase 1: D
        X_fake_and_real = ops.concatenate([generator(noise), ops.reshape(X_batch, (n, 28, 28))])
        y1 = np.array([[0.0]] * n + [[1.0]] * n)
        discriminator.trainable = True
        d_loss = discriminator.train_on_batch(X_fake_and_real, y1)
        discriminator.trainable = False
        for _ in range(phases_2):
            noise = keras.random.normal((n, CODINGS))  # phase 2: G
            g_loss = gan.train_on_batch(noise, np.array([[1.0]] * n))
        return float(d_loss), float(g_loss)

    history = {"discriminator": [], "generator": []}
    for _ in range(steps):
        losses = train_phases(X_train[np.random.randint(0, len(X_train), BATCH)])
        for name, value in zip(history, losses):
            history[name].append(value)
    return Run((generator, discriminator), history, X_train, None, step=train_phases)


def custom_activation(logits):
    """Return the probability that an image is real, from the ten logits of the classes."""
    total = ops.sum(ops.exp(logits), axis=-1, keepdims=True)
    return total / (total + 1.0)


def semi_supervised_networks(rates):
    image = fe = keras.Input((28, 28, 1))
    for filters in (24, 48):
        fe = layers.Conv2D(filters, 3, strides=2, padding="same")(fe)
        fe = layers.LeakyReLU(0.2)(fe)
    fe = layers.Dense(10)(layers.Dropout(0.4)(layers.Flatten()(fe)))
    c_model = keras.Model(image, layers.Activation("softmax")(fe))
    c_model.compile(loss="sparse_categorical_crossentropy", optimizer=adam(rates[0]))
    d_model = keras.Model(image, layers.Lambda(custom_activation)(fe))
    d_model.compile(loss="binary_crossentropy", optimizer=adam(rates[0]))
    z = keras.Input((CODINGS,))
    gen = layers.Reshape((7, 7, 40))(layers.LeakyReLU(0.2)(layers.Dense(7 * 7 * 40)(z)))
    for filters in (32, 24):
        gen = layers.Conv2DTranspose(filters, 4, strides=2, padding="same")(gen)
        gen = layers.LeakyReLU(0.2)(gen)
    g_model = keras.Model(z, layers.Conv2D(1, 5, padding="same", activation="tanh")(gen))
    gan_model = keras.Model(z, d_model(g_model(z)))
    gan_model.compile(loss="binary_crossentropy", optimizer=adam(rates[1]))
    return c_model, d_model, g_model, gan_model


def semi_supervised(data, seed, rates=(3e-4, 6e-4), targets=(1.0, 0.0, 1.0), steps=900):
    """Train the semi-supervised GAN; its step takes images and their labels."""
    keras.utils.set_random_seed(seed)
    X, y = (data.images.astype("float32") - 127.5) / 127.5, data.labels
    c_model, d_model, g_model, gan_model = semi_supervised_networks(rates)

    def train_step(X_real, y_real):
        n = len(X_real)
        c_model.trainable = d_model.trainable = True
        c_loss = c_model.train_on_batch(X_real, y_real)
        d_loss1 = d_model.train_on_batch(X_real, np.full((n, 1), targets[0]))
        X_fake = g_model.predict_on_batch(np.random.normal(size=(n, CODINGS)))
        d_loss2 = d_model.train_on_batch(X_fake, np.full((n, 1), targets[1]))
        c_model.trainable = d_model.trainable = False
        z = np.random.normal(size=(2 * n, CODINGS))
        g_loss = gan_model.train_on_batch(z, np.full((2 * n, 1), targets[2]))
        return {"c": float(c_loss), "d1": float(d_loss1), "d2": float(d_loss2), "g": float(g_loss)}

    history = []
    for _ in range(steps):
        ix = np.random.randint(0, len(X), BATCH)
        history.append(train_step(X[ix], y[ix]))
    samples = g_model.predict(np.random.normal(size=(400, CODINGS)), verbose=0)
    return Run((g_model, d_model), history, (X, y), samples, step=train_step)
