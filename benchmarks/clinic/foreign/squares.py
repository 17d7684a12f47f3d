"""A textbook's functions `update_D` and `update_G`, as in "Dive into Deep Learning".

Nothing is a class; the images come as a `tf.data` dataset of batches, and the epochs as rows.
"""

import keras
import tensorflow as tf
from keras import layers
from runs import Run

latent_dim, batch_size = 30, 40


def G_block(channels, norm):
    """Return the layers that double the size of a map."""
    block = [layers.Conv2DTranspose(channels, 4, strides=2, padding="same", use_bias=not norm)]
    if norm:
        block.append(layers.BatchNormalization(momentum=0.9))
    return [*block, layers.Activation("elu")]


def D_block(channels, dropout):
    """Return the layers that halve the size of a map."""
    conv = layers.Conv2D(channels, 3, strides=2, padding="same")
    return [conv, layers.LeakyReLU(0.2), layers.Dropout(dropout)]


def net_generator(norm=True):
    first = [keras.Input((latent_dim,)), layers.Dense(7 * 7 * 40), layers.Reshape((7, 7, 40))]
    if norm:
        first.append(layers.BatchNormalization(momentum=0.9))
    out = layers.Conv2D(1, 3, padding="same", activation="tanh")
    elu = layers.Activation("elu")
    return keras.Sequential([*first, elu, *G_block(32, norm), *G_block(20, norm), out])


def net_discriminator(dropout=0.1):
    blocks = [*D_block(20, dropout), *D_block(40, dropout), *D_block(60, dropout)]
    head = [layers.Flatten(), layers.Dense(1)]
    return keras.Sequential([keras.Input((28, 28, 1)), *blocks, *head])


def square_loss(Y, Y_hat):
    return tf.reduce_mean((Y_hat - Y) ** 2) / 2


def make_updates(net_D, net_G, loss, optimizer_D, optimizer_G, after_tape=False):
    """Return the functions `update_D(X, Z)` and `update_G(Z)`.

    after_tape: D's loss is computed after its tape has closed.
    """

    @tf.function
    def update_D(X, Z):
        fake_X = net_G(Z, training=True)
        with tf.GradientTape() as tape:
            real_Y, fake_Y = net_D(X, training=True), net_D(fake_X, training=True)
            if not after_tape:
                loss_D = loss(tf.ones_like(real_Y), real_Y) + loss(tf.zeros_like(fake_Y), fake_Y)
        if after_tape:
            loss_D = loss(tf.ones_like(real_Y), real_Y) + loss(tf.zeros_like(fake_Y), fake_Y)
        gradients = tape.gradient(loss_D, net_D.trainable_variables)
        pairs = zip(gradients, net_D.trainable_variables)
        pairs = [(gradient, variable) for gradient, variable in pairs if gradient is not None]
        if pairs:
            optimizer_D.apply_gradients(pairs)
        return loss_D

    @tf.function
    def update_G(Z):
        with tf.GradientTape() as tape:
            fake_Y = net_D(net_G(Z, training=True), training=True)
            loss_G = loss(tf.ones_like(fake_Y), fake_Y)
        gradients = tape.gradient(loss_G, net_G.trainable_variables)
        optimizer_G.apply_gradients(zip(gradients, net_G.trainable_variables))
        return loss_G

    return update_D, update_G


def to_minus_one(image):
    return tf.cast(image, tf.float32) / 127.5 - 1.0


def only_cast(image):
    return tf.cast(image, tf.float32)


def textbook(
    data,
    seed,
    loss=square_loss,
    lr=(6e-4, 8e-4),  # of D and of G
    norm=True,
    prepare=to_minus_one,
    after_tape=False,
    num_epochs=18,
    per_epoch=100,
):
    """Train for epochs of `per_epoch` batches; the history has a pair of means for each epoch."""
    keras.utils.set_random_seed(seed)
    net_D, net_G = net_discriminator(), net_generator(norm)
    images = tf.data.Dataset.from_tensor_slices(data.images).map(prepare)
    data_iter = images.shuffle(10000, seed=seed).batch(batch_size, drop_remainder=True)
    update_D, update_G = make_updates(
        net_D, net_G, loss, *(keras.optimizers.Adam(rate) for rate in lr), after_tape
    )

    def train_batch(X):
        Z = tf.random.normal((tf.shape(X)[0], latent_dim))
        return update_D(X, Z), update_G(Z)

    animator, batches = [], iter(data_iter.repeat())
    for _ in range(num_epochs):
        loss_D = loss_G = 0.0
        for _ in range(per_epoch):
            values = train_batch(next(batches))
            loss_D, loss_G = loss_D + float(values[0]), loss_G + float(values[1])
        animator.append((loss_D / per_epoch, loss_G / per_epoch))
    Z = tf.random.normal((200, latent_dim))
    return Run((net_G, net_D), animator, data_iter, net_G(Z).numpy(), step=train_batch)
