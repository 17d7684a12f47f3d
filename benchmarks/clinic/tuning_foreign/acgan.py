"""An AC-GAN in the form of Keras-GAN: D has two outputs, the validity and the class.

These runs are in the tuning ward: they helped to choose the doctor's limits.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import Run

NUM_CLASSES, LATENT_DIM, BATCH_SIZE = 10, 40, 32


def build_generator():
    """Build G([noise, label]), which multiplies the noise by an embedding of the label."""
    noise = keras.Input(shape=(LATENT_DIM,))
    label = keras.Input(shape=(1,), dtype="int32")
    embedding = layers.Flatten()(layers.Embedding(NUM_CLASSES, LATENT_DIM, "glorot_normal")(label))
    x = layers.multiply([noise, embedding])
    x = layers.Dense(7 * 7 * 32, activation="relu")(x)
    x = layers.Reshape((7, 7, 32))(x)
    for filters in (32, 16):
        x = layers.Conv2DTranspose(filters, 4, strides=2, padding="same")(x)
        x = layers.BatchNormalization(momentum=0.8)(x)
        x = layers.Activation("relu")(x)
    img = layers.Conv2D(1, kernel_size=3, padding="same", activation="tanh")(x)
    return keras.Model([noise, label], img)


def build_discriminator():
    """Build D(img), which returns the validity and the probabilities of the classes."""
    img = x = keras.Input(shape=(28, 28, 1))
    for filters in (16, 32):
        x = layers.Conv2D(filters, kernel_size=3, strides=2, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
        x = layers.Dropout(0.25)(x)
    features = layers.Flatten()(x)
    validity = layers.Dense(1, activation="sigmoid")(features)
    label = layers.Dense(NUM_CLASSES, activation="softmax")(features)
    return keras.Model(img, [validity, label])


class ACGAN:
    """Both networks, their losses, and a step that takes images and labels."""

    def __init__(self, lr):
        self.generator = build_generator()
        self.discriminator = build_discriminator()
        self.g_optimizer = keras.optimizers.Adam(lr, beta_1=0.5)
        self.d_optimizer = keras.optimizers.Adam(lr, beta_1=0.5)
        self.validity_loss = keras.losses.BinaryCrossentropy()
        self.label_loss = keras.losses.SparseCategoricalCrossentropy()

    def loss(self, answers, validity, labels):
        return self.validity_loss(validity, answers[0]) + self.label_loss(labels, answers[1])

    @tf.function
    def train_step(self, imgs, img_labels):
        valid, fake = tf.ones((BATCH_SIZE, 1)), tf.zeros((BATCH_SIZE, 1))
        noise = tf.random.normal((BATCH_SIZE, LATENT_DIM))
        sampled_labels = tf.random.uniform((BATCH_SIZE, 1), 0, NUM_CLASSES, tf.int32)
        gen_imgs = self.generator([noise, sampled_labels], training=True)
        with tf.GradientTape() as tape:
            d_loss_real = self.loss(self.discriminator(imgs, training=True), valid, img_labels)
            d_loss_fake = self.loss(
                self.discriminator(gen_imgs, training=True), fake, sampled_labels
            )
            d_loss = 0.5 * (d_loss_real + d_loss_fake)
        weights = self.discriminator.trainable_weights
        self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights))
        with tf.GradientTape() as tape:
            gen_imgs = self.generator([noise, sampled_labels], training=True)
            answers = self.discriminator(gen_imgs, training=True)
            g_loss = self.loss(answers, valid, sampled_labels)
        weights = self.generator.trainable_weights
        self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights))
        return d_loss, g_loss


def acgan(images, seed, labels, lr=5e-4, steps=1000):
    """Train the AC-GAN, and draw 1,000 samples of all classes."""
    keras.utils.set_random_seed(seed)
    X_train = (images.astype("float32") - 127.5) / 127.5
    y_train = labels.reshape(-1, 1).astype("int32")
    model, history = ACGAN(lr), []
    for _ in range(steps):
        idx = np.random.randint(0, len(X_train), BATCH_SIZE)
        d_loss, g_loss = model.train_step(tf.constant(X_train[idx]), tf.constant(y_train[idx]))
        history.append({"d_loss": float(d_loss), "g_loss": float(g_loss)})
    noise = np.random.normal(0, 1, (1000, LATENT_DIM)).astype("float32")
    sampled_labels = (np.arange(1000, dtype="int32") % NUM_CLASSES)[:, None]
    samples = model.generator.predict([noise, sampled_labels], verbose=0)
    return Run(model, history, (X_train, labels), samples)
