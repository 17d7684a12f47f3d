"""A lab's class for Wasserstein GANs: a configuration, a critic, and clipping or a penalty.

Losses multiply the scores by labels of -1 (real) and 1 (fake), as the first ports to Keras did.
"""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import Run


@dataclass
class Config:
    """What a user of the class sets. latent_scale: the deviation of the z of the samples."""

    latent_dim: int = 40
    batch_size: int = 32
    n_critic: int = 2
    clip_value: float = 0.0
    clip_everything: bool = False
    gp_weight: float = 10.0
    lr: float = 5e-4
    optimizer: type = keras.optimizers.Adam
    critic_norm: bool = False
    critic_last: str | None = None
    label_of_g: float = -1.0
    z_train: str = "normal"
    iterations: int = 1500


def wasserstein_loss(y_true, y_pred):
    return tf.reduce_mean(y_true * y_pred)


class WassersteinGAN:
    def __init__(self, config):
        self.cfg = config
        self.G, self.C = self.make_generator(), self.make_critic()
        options = {}
        if config.optimizer is keras.optimizers.Adam:
            options = {"beta_1": 0.0, "beta_2": 0.9}
        self.opt_g = config.optimizer(config.lr, **options)
        self.opt_c = config.optimizer(config.lr, **options)
        self.history = {"critic_loss": [], "generator_loss": [], "distance": []}

    def make_generator(self):
        z = keras.Input((self.cfg.latent_dim,))
        x = layers.Dense(7 * 7 * 32)(z)
        x = layers.Reshape((7, 7, 32))(layers.LeakyReLU(0.1)(x))
        for filters in (4 * 32, 4 * 16):  # pixel shuffle
            x = layers.Conv2D(filters, 3, padding="same")(x)
            x = layers.Lambda(tf.nn.depth_to_space, arguments={"block_size": 2})(x)
            x = layers.LeakyReLU(0.1)(x)
        return keras.Model(z, layers.Conv2D(1, 3, padding="same", activation="tanh")(x))

    def make_critic(self):
        image = keras.Input((28, 28, 1))
        x = layers.LeakyReLU(0.2)(layers.Conv2D(16, 5, strides=2, padding="same")(image))
        for filters in (32, 64):
            x = layers.Conv2D(filters, 3, strides=2, padding="same")(x)
            if self.cfg.critic_norm:
                x = layers.BatchNormalization()(x)
            x = layers.LeakyReLU(0.2)(x)
        x = layers.Dense(64, activation="leaky_relu")(layers.Flatten()(x))
        return keras.Model(image, layers.Dense(1, activation=self.cfg.critic_last)(x))

    def noise(self, n):
        shape = (n, self.cfg.latent_dim)
        return (
            tf.random.uniform(shape) if self.cfg.z_train == "uniform" else tf.random.normal(shape)
        )

    def penalty(self, real, fake):
        mix = tf.random.uniform((tf.shape(real)[0], 1, 1, 1))
        between = mix * real + (1.0 - mix) * fake
        with tf.GradientTape() as tape:
            tape.watch(between)
            score = self.C(between, training=True)
        slope = tf.reshape(tape.gradient(score, between), (-1, 784))
        return tf.reduce_mean((tf.sqrt(tf.reduce_sum(slope**2, 1) + 1e-8) - 1.0) ** 2)

    def clip(self):
        networks = (self.C, self.G) if self.cfg.clip_everything else (self.C,)
        for weight in [w for network in networks for w in network.trainable_variables]:
            weight.assign(tf.clip_by_value(weight, -self.cfg.clip_value, self.cfg.clip_value))

    @tf.function
    def critic_step(self, real):
        n = tf.shape(real)[0]
        fake = self.G(self.noise(n), training=True)
        with tf.GradientTape() as tape:
            score_real, score_fake = self.C(real, training=True), self.C(fake, training=True)
            distance = -wasserstein_loss(-tf.ones((n, 1)), score_real) - wasserstein_loss(
                tf.ones((n, 1)), score_fake
            )
            loss = -distance
            if not self.cfg.clip_value:
                loss += self.cfg.gp_weight * self.penalty(real, fake)
        weights = self.C.trainable_variables
        self.opt_c.apply_gradients(zip(tape.gradient(loss, weights), weights))
        if self.cfg.clip_value:
            self.clip()
        return loss, distance

    @tf.function
    def generator_step(self, n):
        with tf.GradientTape() as tape:
            score = self.C(self.G(self.noise(n), training=True), training=True)
            loss = wasserstein_loss(self.cfg.label_of_g * tf.ones((n, 1)), score)
        weights = self.G.trainable_variables
        self.opt_g.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return loss

    def train_on_batch(self, real):
        """Train the critic `n_critic` times on one batch, then G once."""
        real = tf.convert_to_tensor(real)
        for _ in range(self.cfg.n_critic):
            critic_loss, distance = self.critic_step(real)
        generator_loss = self.generator_step(tf.shape(real)[0])
        for name, value in zip(self.history, (critic_loss, generator_loss, distance)):
            self.history[name].append(float(value))
        return critic_loss, generator_loss


def lab_class(data, seed, z_scale=1.0, scale=lambda x: x / 127.5 - 1.0, n_samples=300, **changes):
    """Train the lab's class with the changes to its configuration."""
    keras.utils.set_random_seed(seed)
    config = Config(**changes)
    images = scale(data.images.astype("float32"))
    model = WassersteinGAN(config)
    for _ in range(config.iterations):
        model.train_on_batch(images[np.random.randint(len(images), size=config.batch_size)])
    z = (z_scale * np.random.standard_normal((n_samples, config.latent_dim))).astype("float32")
    samples = model.G.predict(z, verbose=0)
    return Run(model, model.history, images, samples)
