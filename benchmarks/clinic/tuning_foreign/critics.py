"""Two Wasserstein GANs: functions with a gradient penalty, and a class that clips the weights."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import Run

Z_DIM, BATCH = 32, 32


def Generator():
    return keras.Sequential(
        [
            keras.Input((Z_DIM,)),
            layers.Dense(7 * 7 * 48, activation="relu"),
            layers.Reshape((7, 7, 48)),
            layers.Conv2DTranspose(32, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(16, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
        ]
    )


def Critic(norm=False, ends=None, last="glorot_uniform"):
    """norm: whether batch normalisation follows each convolution but the first."""
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for i, filters in enumerate((16, 32, 64)):
        model.add(layers.Conv2D(filters, 5, strides=2, padding="same"))
        if norm and i:
            model.add(layers.BatchNormalization())
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Flatten())
    model.add(layers.Dense(1, activation=ends, kernel_initializer=last))
    return model


def gradient_penalty(critic, real, fake):
    """Return the mean squared distance of the slope's length from 1."""
    eps = tf.random.uniform([tf.shape(real)[0], 1, 1, 1])
    x_hat = eps * real + (1.0 - eps) * fake
    with tf.GradientTape() as t:
        t.watch(x_hat)
        d_hat = critic(x_hat, training=True)
    slopes = t.gradient(d_hat, x_hat)
    length = tf.sqrt(tf.reduce_sum(slopes**2, axis=[1, 2, 3]))
    return tf.reduce_mean((length - 1.0) ** 2)


def wgan_functions(
    data, seed, critic_settings=None, lambda_=10.0, n_critic=2, rate=5e-4, scale=255.0, steps=400
):
    """Train the WGAN-GP in functions, for `steps` steps of G."""
    keras.utils.set_random_seed(seed)
    x_train = data.images.astype("float32") / scale
    G, D = Generator(), Critic(**(critic_settings or {}))
    G_optim = keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.9)
    D_optim = keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.9)

    @tf.function
    def train_D(real):
        z = tf.random.normal([tf.shape(real)[0], Z_DIM])
        with tf.GradientTape() as t:
            fake = G(z, training=True)
            cost = tf.reduce_mean(D(fake, training=True)) - tf.reduce_mean(D(real, training=True))
            d_loss = cost + lambda_ * gradient_penalty(D, real, fake)
        D_optim.apply(t.gradient(d_loss, D.trainable_variables), D.trainable_variables)
        return d_loss

    @tf.function
    def train_G(n):
        with tf.GradientTape() as t:
            fake_logit = D(G(tf.random.normal([n, Z_DIM]), training=True), training=True)
            g_loss = -tf.reduce_mean(fake_logit)
        G_optim.apply(t.gradient(g_loss, G.trainable_variables), G.trainable_variables)
        return g_loss

    def step(real):
        real = tf.convert_to_tensor(real)
        for _ in range(n_critic):
            d_loss = train_D(real)
        return d_loss, train_G(tf.shape(real)[0])

    rows = []
    for _ in range(steps):
        d_loss, g_loss = step(x_train[np.random.choice(len(x_train), BATCH)])
        rows.append({"D_loss": float(d_loss), "G_loss": float(g_loss)})
    return Run((G, D), rows, x_train, None, step=step)


class ClippedWGAN:
    """The first WGAN: RMSprop, and a critic whose weights stay in a small interval."""

    def __init__(self, rate, clip, ends):
        self.gen, self.critic = Generator(), Critic(ends=ends)
        self.gen_opt = keras.optimizers.RMSprop(rate)
        self.critic_opt = keras.optimizers.RMSprop(rate)
        self.clip = clip
        self.losses = {"critic": [], "gen": []}

    @tf.function
    def update(self, real):
        z = tf.random.normal([tf.shape(real)[0], Z_DIM])
        for _ in range(2):
            with tf.GradientTape() as tape:
                critic_loss = tf.reduce_mean(self.critic(self.gen(z)) - self.critic(real))
            weights = self.critic.trainable_weights
            self.critic_opt.apply(tape.gradient(critic_loss, weights), weights)
            for w in weights:
                w.assign(tf.clip_by_value(w, -self.clip, self.clip))
        with tf.GradientTape() as tape:
            gen_loss = -tf.reduce_mean(self.critic(self.gen(z)))
        weights = self.gen.trainable_weights
        self.gen_opt.apply(tape.gradient(gen_loss, weights), weights)
        return critic_loss, gen_loss

    def train_on_batch(self, real):
        critic_loss, gen_loss = self.update(tf.convert_to_tensor(real))
        self.losses["critic"].append(float(critic_loss))
        self.losses["gen"].append(float(gen_loss))
        return critic_loss, gen_loss


def clipped_class(data, seed, rate=3e-4, clip=0.03, ends=None, steps=900):
    """Train the WGAN with clipped weights, and draw 400 samples."""
    keras.utils.set_random_seed(seed)
    X = data.images.astype("float32") / 255.0
    wgan = ClippedWGAN(rate, clip, ends)
    for _ in range(steps):
        wgan.train_on_batch(X[np.random.randint(0, len(X), BATCH)])
    z = np.random.normal(size=(400, Z_DIM)).astype("float32")
    return Run(wgan, wgan.losses, X, wgan.gen.predict(z, verbose=0))
