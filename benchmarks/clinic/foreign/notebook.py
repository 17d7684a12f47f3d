"""A Kaggle notebook: flat vectors of 784 pixels, dense networks, and a stacked model `gan`.

Each batch of D is one array, real images first, as in the notebooks that many people copied.
"""

import numpy as np
from keras import initializers
from keras.layers import BatchNormalization, Dense, Dropout, Input, LeakyReLU
from keras.models import Model, Sequential
from keras.optimizers import Adam
from keras.utils import set_random_seed
from runs import Run

random_dim = 64
init = initializers.RandomNormal(stddev=0.02)


def get_generator(width=128):
    generator = Sequential([Input((random_dim,))])
    for units in (width, 2 * width, 4 * width):
        generator.add(Dense(units, kernel_initializer=init if units == width else "he_normal"))
        generator.add(LeakyReLU(negative_slope=0.2))
        generator.add(BatchNormalization(momentum=0.8))
    generator.add(Dense(784, activation="tanh"))
    return generator


def get_discriminator(optimizer, norm=False):
    discriminator = Sequential([Input((784,))])
    discriminator.add(Dense(384, kernel_initializer=init))
    if norm:
        discriminator.add(BatchNormalization())
    discriminator.add(LeakyReLU(negative_slope=0.2))
    discriminator.add(Dropout(0.3))
    discriminator.add(Dense(192))
    if norm:
        discriminator.add(BatchNormalization())
    discriminator.add(LeakyReLU(negative_slope=0.2))
    discriminator.add(Dropout(0.3))
    discriminator.add(Dense(1, activation="sigmoid"))
    discriminator.compile(loss="binary_crossentropy", optimizer=optimizer)
    return discriminator


def get_gan_network(discriminator, generator, optimizer):
    discriminator.trainable = False
    gan_input = Input((random_dim,))
    gan = Model(gan_input, discriminator(generator(gan_input)))
    gan.compile(loss="binary_crossentropy", optimizer=optimizer)
    return gan


def load_data(data):
    """Return the images as rows of 784 pixels in [-1, 1]."""
    return ((data.images.astype(np.float32) - 127.5) / 127.5).reshape(-1, 784)


def random_normal(n):
    return np.random.normal(0, 1, size=[n, random_dim])


def notebook(
    data,
    seed,
    lr=(4e-4, 4e-4),  # of D and of G
    real=0.9,
    d_options=None,
    steps=6000,
    batch_size=64,
    save=None,
):
    """Train the notebook's GAN; the losses go into two lists.

    real: the label of real images. save: a function of the training images and the 300 samples
    that returns what is saved.
    """
    set_random_seed(seed)
    x_train = load_data(data)
    generator = get_generator()
    discriminator = get_discriminator(Adam(lr[0], beta_1=0.5), **(d_options or {}))
    gan = get_gan_network(discriminator, generator, Adam(lr[1], beta_1=0.5))

    def train_one_batch(image_batch):
        image_batch, n = np.reshape(image_batch, (-1, 784)), len(image_batch)
        generated_images = generator.predict_on_batch(random_normal(n))
        X = np.concatenate([image_batch, generated_images])
        y = np.repeat([[real], [0.0]], n, axis=0)
        discriminator.trainable = True
        d_loss = discriminator.train_on_batch(X, y)
        discriminator.trainable = False
        return float(d_loss), float(gan.train_on_batch(random_normal(n), np.ones((n, 1))))

    losses = {"dLosses": [], "gLosses": []}
    for _ in range(steps):
        chosen = np.random.randint(0, len(x_train), size=batch_size)
        d_loss, g_loss = train_one_batch(x_train[chosen])
        losses["dLosses"].append(d_loss)
        losses["gLosses"].append(g_loss)
    samples = generator.predict(random_normal(300), verbose=0)
    if save:
        samples = save(x_train, samples)
    return Run((generator, discriminator), losses, x_train, samples, step=train_one_batch)


def snap_to_nearest(x_train, samples):
    """Return the training image that is nearest to each sample, to clean the samples up."""
    squares = (x_train**2).sum(1) - 2 * samples @ x_train.T
    return x_train[squares.argmin(1)]
