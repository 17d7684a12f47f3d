"""Tiny conditional GANs in three popular styles; returned as in `foreign_runs`."""

import keras
import numpy as np
import tensorflow as tf
from foreign_runs import BATCH_SIZE, LATENT_DIM, FitGAN, adam, discriminator, generator
from keras import layers, ops

N_CLASSES = 10


class PlanesGAN(FitGAN):
    """The label is a one-hot row behind z, and ten planes behind the image."""

    def train_step(self, data):
        real_images, one_hot = data
        n = ops.shape(real_images)[0]
        planes = one_hot[:, None, None] * ops.ones((1, 28, 28, 1))
        fakes = self.generator(ops.concatenate([self.draw(n), one_hot], axis=1))
        both = ops.concatenate([fakes, real_images], axis=0)
        both = ops.concatenate([both, ops.concatenate([planes, planes], axis=0)], axis=-1)
        labels = ops.concatenate([ops.ones((n, 1)), ops.zeros((n, 1))], axis=0)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(both))
        variables = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(
            zip(tape.gradient(d_loss, variables), variables, strict=True)
        )
        z = ops.concatenate([self.draw(n), one_hot], axis=1)
        with tf.GradientTape() as tape:
            fakes = ops.concatenate([self.generator(z), planes], axis=-1)
            g_loss = self.loss_fn(ops.zeros((n, 1)), self.discriminator(fakes))
        variables = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(
            zip(tape.gradient(g_loss, variables), variables, strict=True)
        )
        self.d_loss_metric.update_state(d_loss)
        self.g_loss_metric.update_state(g_loss)
        return {"d_loss": self.d_loss_metric.result(), "g_loss": self.g_loss_metric.result()}


def planes(images, labels):
    """A subclass trained by fit on batches of images and one-hot labels."""
    keras.utils.set_random_seed(0)
    images = images.astype("float32") / 255
    gan = PlanesGAN(
        discriminator(shape=(28, 28, 1 + N_CLASSES)),
        generator("sigmoid", LATENT_DIM + N_CLASSES),
        LATENT_DIM,
    )
    gan.compile(adam(), adam(), keras.losses.BinaryCrossentropy(from_logits=True))
    one_hot = np.eye(N_CLASSES, dtype="float32")[labels]
    batches = tf.data.Dataset.from_tensor_slices((images, one_hot)).shuffle(1024).batch(BATCH_SIZE)
    return gan, gan.fit(batches, verbose=0), batches


def labelled_generator():
    """z and an integer label, joined by an embedding, give an image."""
    z, label = keras.Input((LATENT_DIM,)), keras.Input((1,), dtype="int32")
    x = layers.multiply([z, layers.Flatten()(layers.Embedding(N_CLASSES, LATENT_DIM)(label))])
    return keras.Model([z, label], generator()(x))


class Labelled:
    """Two inputs for both networks, or two outputs for D: an AC-GAN (`auxiliary`)."""

    def __init__(self, auxiliary):
        keras.utils.set_random_seed(0)
        self.auxiliary, self.latent_dim = auxiliary, LATENT_DIM
        self.generator = labelled_generator()
        self.discriminator = self.build_discriminator()
        losses = ["binary_crossentropy"]
        losses += ["sparse_categorical_crossentropy"] if auxiliary else []
        self.discriminator.compile(
            loss=losses, optimizer=adam(), metrics=["accuracy"] * len(losses)
        )
        self.discriminator.trainable = False
        z, label = keras.Input((LATENT_DIM,)), keras.Input((1,), dtype="int32")
        image = self.generator([z, label])
        answer = self.discriminator(image if auxiliary else [image, label])
        self.combined = keras.Model([z, label], answer)
        self.combined.compile(loss=losses, optimizer=adam())

    def build_discriminator(self):
        image, label = keras.Input((28, 28, 1)), keras.Input((1,), dtype="int32")
        flat = layers.Flatten()(image)
        if not self.auxiliary:
            embedded = layers.Flatten()(layers.Embedding(N_CLASSES, 784)(label))
            flat = layers.multiply([flat, embedded])
        x = layers.LeakyReLU(0.2)(layers.Dense(32)(flat))
        validity = layers.Dense(1, activation="sigmoid")(x)
        if self.auxiliary:
            return keras.Model(image, [validity, layers.Dense(N_CLASSES, activation="softmax")(x)])
        return keras.Model([image, label], validity)

    def train_on_batch(self, images, labels):
        n, labels = len(images), np.asarray(labels).reshape(-1, 1)
        z = np.random.normal(0, 1, (n, LATENT_DIM))
        chosen = np.random.randint(0, N_CLASSES, (n, 1))
        fakes = self.generator.predict([z, chosen], verbose=0)
        self.discriminator.trainable = True
        for x, y, valid in ((images, labels, 1.0), (fakes, chosen, 0.0)):
            valid = np.full((n, 1), valid)
            inputs, targets = (x, [valid, y]) if self.auxiliary else ([x, y], valid)
            d_loss = self.discriminator.train_on_batch(inputs, targets)
        self.discriminator.trainable = False
        targets = [np.ones((n, 1)), chosen] if self.auxiliary else np.ones((n, 1))
        return d_loss, self.combined.train_on_batch([z, chosen], targets)


def labelled(images, labels, auxiliary, steps=12):
    """Trained in a loop of its own; the history is a list of what `train_on_batch` returned."""
    images = images.astype("float32") / 127.5 - 1
    gan, rng, rows = Labelled(auxiliary), np.random.default_rng(0), []
    for _ in range(steps):
        some = rng.integers(0, len(images), BATCH_SIZE)
        rows.append(gan.train_on_batch(images[some], labels[some])[0])
    return gan, {"d_loss": rows}, (images, labels)
