"""Two forms whose networks are compiled and trained by `train_on_batch`.

`combined_class` is written like the classes of the Keras-GAN repository, `two_phases` like the loop
in Géron's book.

These runs are in the tuning ward: they helped to choose the doctor's limits.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import Run


class DCGAN:
    """Keras-GAN's class: D is compiled, then frozen inside the model `combined`."""

    def __init__(self, loss, ends, lr, freeze_generator):
        self.img_shape = (28, 28, 1)
        self.latent_dim = 100
        self.discriminator = self.build_discriminator(ends)
        self.discriminator.compile(
            loss=loss, optimizer=keras.optimizers.Adam(lr, 0.5), metrics=["accuracy"]
        )
        self.generator = self.build_generator()
        self.generator.trainable = not freeze_generator
        z = keras.Input(shape=(self.latent_dim,))
        img = self.generator(z)
        self.discriminator.trainable = False
        valid = self.discriminator(img)
        self.combined = keras.Model(z, valid)
        self.combined.compile(loss=loss, optimizer=keras.optimizers.Adam(lr, 0.5))

    def build_generator(self):
        model = keras.Sequential()
        model.add(keras.Input((self.latent_dim,)))
        model.add(layers.Dense(32 * 7 * 7, activation="relu"))
        model.add(layers.Reshape((7, 7, 32)))
        for filters in (32, 16):
            model.add(layers.UpSampling2D())
            model.add(layers.Conv2D(filters, kernel_size=3, padding="same"))
            model.add(layers.BatchNormalization(momentum=0.8))
            model.add(layers.Activation("relu"))
        model.add(layers.Conv2D(1, kernel_size=3, padding="same"))
        model.add(layers.Activation("tanh"))
        noise = keras.Input(shape=(self.latent_dim,))
        return keras.Model(noise, model(noise))

    def build_discriminator(self, ends):
        model = keras.Sequential()
        model.add(keras.Input(self.img_shape))
        for filters in (16, 32):
            model.add(layers.Conv2D(filters, kernel_size=3, strides=2, padding="same"))
            model.add(layers.LeakyReLU(negative_slope=0.2))
            model.add(layers.Dropout(0.25))
        model.add(layers.Flatten())
        model.add(layers.Dense(1, activation=ends))
        img = keras.Input(shape=self.img_shape)
        return keras.Model(img, model(img))

    def train(self, X_train, epochs, batch_size, unfreeze=True, labels=(1.0, 0.0)):
        """Train for `epochs` batches, as the repository counts, and return a row for each."""
        valid = np.full((batch_size, 1), labels[0])
        fake = np.full((batch_size, 1), labels[1])
        history = []
        for _ in range(epochs):
            imgs = X_train[np.random.randint(0, X_train.shape[0], batch_size)]
            noise = np.random.normal(0, 1, (batch_size, self.latent_dim)).astype("float32")
            gen_imgs = self.generator.predict_on_batch(noise)
            if unfreeze:
                self.discriminator.trainable = True
            d_loss_real = self.discriminator.train_on_batch(imgs, valid)
            d_loss_fake = self.discriminator.train_on_batch(gen_imgs, fake)
            d_loss = 0.5 * np.add(d_loss_real, d_loss_fake)
            if unfreeze:
                self.discriminator.trainable = False
            g_loss = self.combined.train_on_batch(noise, np.ones((batch_size, 1)))
            history.append([d_loss[0], 100 * d_loss[1], g_loss])
        return history


def combined_class(
    images,
    seed,
    loss="binary_crossentropy",
    ends="sigmoid",
    lr=5e-4,
    freeze_generator=False,
    scaled=True,
    epochs=700,
    **train,
):
    """Train the class. ends: D's last activation. scaled: pixels in [-1, 1] instead of 0 to 255."""
    keras.utils.set_random_seed(seed)
    X_train = images.astype("float32") / 127.5 - 1.0 if scaled else images.astype("float32")
    gan = DCGAN(loss, ends, lr, freeze_generator)
    history = gan.train(X_train, epochs, batch_size=32, **train)
    noise = np.random.normal(0, 1, (1000, gan.latent_dim)).astype("float32")
    return Run(gan, history, X_train, gan.generator.predict(noise, verbose=0))


CODINGS_SIZE = 30


def build_gan(kernels):
    """Build the book's stacked model of SELU layers. kernels: the initializer of G's kernels."""
    options = {"kernel_initializer": kernels}
    generator = keras.Sequential(
        [
            keras.Input([CODINGS_SIZE]),
            layers.Dense(100, activation="selu", **options),
            layers.Dense(150, activation="selu", **options),
            layers.Dense(28 * 28, activation="sigmoid", **options),
            layers.Reshape([28, 28]),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input([28, 28]),
            layers.Flatten(),
            layers.Dense(150, activation="selu", kernel_initializer="lecun_normal"),
            layers.Dense(100, activation="selu", kernel_initializer="lecun_normal"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    return keras.Sequential([generator, discriminator])


def two_phases(
    images,
    seed,
    optimizer=keras.optimizers.RMSprop,
    rates=(1e-3, 1e-3),
    kernels="lecun_normal",
    draw=tf.random.normal,
    phases_1=1,
    steps=1200,
):
    """Train the stacked model in two phases a batch on images [N, 28, 28]; it keeps no history.

    rates: of D and of G. draw: the function that the samples' codings come from. phases_1: how
    often a batch goes through the first phase.
    """
    keras.utils.set_random_seed(seed)
    X_train, batch_size = images[..., 0].astype("float32") / 255.0, 32
    gan = build_gan(kernels)
    generator, discriminator = gan.layers
    discriminator.compile(loss="binary_crossentropy", optimizer=optimizer(rates[0]))
    discriminator.trainable = False
    gan.compile(loss="binary_crossentropy", optimizer=optimizer(rates[1]))

    def train_batch(X_batch):
        # phase 1 - training the discriminator
        discriminator.trainable = True
        for _ in range(phases_1):
            noise = tf.random.normal(shape=[batch_size, CODINGS_SIZE])
            X_fake_and_real = tf.concat([generator(noise), X_batch], axis=0)
            y1 = tf.constant([[0.0]] * batch_size + [[1.0]] * batch_size)
            discriminator.train_on_batch(X_fake_and_real, y1)
        # phase 2 - training the generator
        noise = tf.random.normal(shape=[batch_size, CODINGS_SIZE])
        discriminator.trainable = False
        gan.train_on_batch(noise, tf.constant([[1.0]] * batch_size))

    dataset = tf.data.Dataset.from_tensor_slices(X_train).shuffle(10000, seed=seed).repeat()
    for X_batch in dataset.batch(batch_size).take(steps):
        train_batch(X_batch)
    samples = generator(draw([1000, CODINGS_SIZE])).numpy()
    return Run((generator, discriminator), None, X_train, samples, step=train_batch)
