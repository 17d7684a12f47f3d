"""The tutorials' script: functions that build Sequential models, and a loop over half batches.

D is compiled, then frozen inside `gan_model`. `make_trainable` thaws and freezes it at each step,
which Keras 3 needs.
"""

import keras
import numpy as np
from keras.layers import (
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    Input,
    LeakyReLU,
    Reshape,
)
from keras.models import Sequential
from keras.optimizers import Adam
from runs import Run

LATENT_DIM, N_BATCH = 50, 64


def build_discriminator(ends="sigmoid", loss="binary_crossentropy", rate=2e-4, norm=False):
    model = Sequential()
    model.add(Input((28, 28, 1)))
    model.add(Conv2D(24, (5, 5), strides=(2, 2), padding="same"))
    model.add(LeakyReLU(0.2))
    model.add(Dropout(0.3))
    model.add(Conv2D(48, (5, 5), strides=(2, 2), padding="same"))
    if norm:
        model.add(BatchNormalization())
    model.add(LeakyReLU(0.2))
    model.add(Dropout(0.3))
    model.add(Flatten())
    model.add(Dense(1, activation=ends))
    model.compile(loss=loss, optimizer=Adam(learning_rate=rate, beta_1=0.5), metrics=["accuracy"])
    return model


def build_generator(momentum=None):
    """momentum: of batch normalisation; None leaves it out."""
    model = Sequential()
    model.add(Input((LATENT_DIM,)))
    model.add(Dense(48 * 7 * 7))
    model.add(LeakyReLU(0.2))
    model.add(Reshape((7, 7, 48)))
    model.add(Conv2DTranspose(32, (4, 4), strides=(2, 2), padding="same"))
    if momentum is not None:
        model.add(BatchNormalization(momentum=momentum))
    model.add(LeakyReLU(0.2))
    model.add(Conv2DTranspose(16, (4, 4), strides=(2, 2), padding="same"))
    model.add(LeakyReLU(0.2))
    model.add(Conv2D(1, (5, 5), padding="same", activation="sigmoid"))
    return model


def make_trainable(net, val):
    net.trainable = val
    for layer in net.layers:
        layer.trainable = val


def build_gan(g_model, d_model, loss="binary_crossentropy", rate=4e-4, freeze=True):
    if freeze:
        make_trainable(d_model, False)
    model = Sequential([g_model, d_model])
    model.compile(loss=loss, optimizer=Adam(learning_rate=rate, beta_1=0.5))
    return model


def generate_latent_points(latent_dim, n):
    return np.random.randn(n, latent_dim).astype("float32")


def generate_unit_points(latent_dim, n):
    """Return points on the sphere of radius 1, as the networks for faces use them."""
    z = np.random.randn(n, latent_dim)
    return (z / np.linalg.norm(z, axis=1, keepdims=True)).astype("float32")


def scale_to_one(images):
    return images.astype("float32") / 255.0


def standardize(images):
    """Return the pixels with a mean of 0 and a deviation of 1."""
    images = images.astype("float32")
    return (images - images.mean()) / images.std()


def generate_real_samples(dataset, n, in_order=None):
    """Return n random images; in_order: the number of the step, to walk through them instead."""
    if in_order is None:
        return dataset[np.random.randint(0, dataset.shape[0], n)]
    return dataset[(np.arange(n) + in_order * n) % len(dataset)]


def make_train_step(d_model, g_model, gan_model, toggle, targets, points, stacked):
    """Return the body of the script's loop; the arguments are as in `tutorial_script`."""

    def train_d(X_real):
        half = len(X_real)
        if toggle:
            make_trainable(d_model, True)
        X_fake = g_model.predict_on_batch(points(LATENT_DIM, half))
        y_real, y_fake = np.full((half, 1), targets[0]), np.full((half, 1), targets[1])
        if stacked:
            X, y = np.vstack((X_real, X_fake)), np.vstack((y_real, y_fake))
            d_loss = d_model.train_on_batch(X, y)[0]
        else:
            d_loss_r = d_model.train_on_batch(X_real, y_real)[0]
            d_loss_f = d_model.train_on_batch(X_fake, y_fake)[0]
            d_loss = 0.5 * (d_loss_r + d_loss_f)
        if toggle:
            make_trainable(d_model, False)
        return float(d_loss)

    def train_step(X_real):
        d_loss = train_d(np.asarray(X_real))
        n = 2 * len(X_real)
        g_loss = gan_model.train_on_batch(points(LATENT_DIM, n), np.full((n, 1), targets[2]))
        return {"d_loss": d_loss, "g_loss": float(np.ravel(g_loss)[0])}

    return train_step


def tutorial_script(
    data,
    seed,
    d_settings=None,
    g_settings=None,
    gan_settings=None,
    toggle=True,
    targets=(1.0, 0.0, 1.0),  # of real images, of fakes, and of fakes in G's step
    points=generate_latent_points,
    scale=scale_to_one,
    stacked=False,
    in_order=False,
    steps=900,
    save="samples",
):
    """Train the script's GAN for a number of steps and return it with 500 samples.

    stacked: D takes both half batches in one.
    save: "samples", or "reals" to save the other variable of the loop.
    """
    keras.utils.set_random_seed(seed)
    dataset = scale(data.images)
    d_model = build_discriminator(**(d_settings or {}))
    g_model = build_generator(**(g_settings or {}))
    gan_model = build_gan(g_model, d_model, **(gan_settings or {}))

    train_step = make_train_step(d_model, g_model, gan_model, toggle, targets, points, stacked)
    hist = []
    for i in range(steps):
        X_real = generate_real_samples(dataset, N_BATCH // 2, i if in_order else None)
        hist.append(train_step(X_real))
    X = g_model.predict(generate_latent_points(LATENT_DIM, 500), verbose=0)
    if save == "reals":
        X = generate_real_samples(dataset, 500)
    return Run((g_model, d_model), hist, dataset, X, step=train_step)
