"""Two Wasserstein GANs: keras.io's with a gradient penalty, and one whose weights are clipped.

These runs are in the tuning ward: they helped to choose the doctor's limits.
"""

from types import SimpleNamespace

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import Run

from tuning_foreign.fit import make_generator

NOISE_DIM, BATCH_SIZE = 64, 32


def make_critic(norm=None, ends=None):
    """Build a critic of convolutions. norm: a normalisation layer's class for its middle."""
    model = keras.Sequential([keras.Input((28, 28, 1))], name="discriminator")
    for filters in (16, 32, 48):
        model.add(layers.Conv2D(filters, 5, strides=2, padding="same"))
        if norm and filters > 16:
            model.add(norm())
        model.add(layers.LeakyReLU(negative_slope=0.2))
    model.add(layers.Flatten())
    model.add(layers.Dense(1, activation=ends))
    return model


class WGAN(keras.Model):
    """keras.io's class: `d_steps` critic steps for one of G, losses handed to `compile`."""

    def __init__(self, discriminator, generator, discriminator_extra_steps=3, gp_weight=10.0):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.d_steps = discriminator_extra_steps
        self.gp_weight = gp_weight

    def compile(self, d_optimizer, g_optimizer, d_loss_fn, g_loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.d_loss_fn = d_loss_fn
        self.g_loss_fn = g_loss_fn

    def gradient_penalty(self, batch_size, real_images, fake_images):
        alpha = tf.random.uniform([batch_size, 1, 1, 1], 0.0, 1.0)
        interpolated = real_images + alpha * (fake_images - real_images)
        with tf.GradientTape() as gp_tape:
            gp_tape.watch(interpolated)
            pred = self.discriminator(interpolated, training=True)
        grads = gp_tape.gradient(pred, [interpolated])[0]
        norm = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=[1, 2, 3]) + 1e-10)
        return tf.reduce_mean((norm - 1.0) ** 2)

    def train_step(self, real_images):
        batch_size = tf.shape(real_images)[0]
        for _ in range(self.d_steps):
            random_latent_vectors = tf.random.normal((batch_size, NOISE_DIM))
            with tf.GradientTape() as tape:
                fake_images = self.generator(random_latent_vectors, training=True)
                fake_logits = self.discriminator(fake_images, training=True)
                real_logits = self.discriminator(real_images, training=True)
                d_cost = self.d_loss_fn(real_img=real_logits, fake_img=fake_logits)
                gp = self.gradient_penalty(batch_size, real_images, fake_images)
                d_loss = d_cost + gp * self.gp_weight
            d_gradient = tape.gradient(d_loss, self.discriminator.trainable_variables)
            pairs = zip(d_gradient, self.discriminator.trainable_variables)
            self.d_optimizer.apply_gradients(pairs)
        random_latent_vectors = tf.random.normal((batch_size, NOISE_DIM))
        with tf.GradientTape() as tape:
            generated_images = self.generator(random_latent_vectors, training=True)
            g_loss = self.g_loss_fn(self.discriminator(generated_images, training=True))
        gen_gradient = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(gen_gradient, self.generator.trainable_variables))
        return {"d_loss": d_loss, "g_loss": g_loss}


def discriminator_loss(real_img, fake_img):
    """Return what the critic minimises."""
    return tf.reduce_mean(fake_img) - tf.reduce_mean(real_img)


def generator_loss(fake_img):
    """Return what the generator minimises."""
    return -tf.reduce_mean(fake_img)


def wgan_gp(images, seed, rate=5e-4, d_steps=3, z_scale=1.0, norm=None, ends=None, steps=400):
    """Train keras.io's WGAN-GP for epochs of at most 100 steps.

    z_scale: the samples are drawn with z of this standard deviation.
    """
    keras.utils.set_random_seed(seed)
    train_images = (images.astype("float32") - 127.5) / 127.5
    wgan = WGAN(make_critic(norm, ends), make_generator(ends="tanh"), d_steps)
    wgan.compile(
        d_optimizer=keras.optimizers.Adam(learning_rate=rate, beta_1=0.5, beta_2=0.9),
        g_optimizer=keras.optimizers.Adam(learning_rate=rate, beta_1=0.5, beta_2=0.9),
        d_loss_fn=discriminator_loss,
        g_loss_fn=generator_loss,
    )
    dataset = tf.data.Dataset.from_tensor_slices(train_images).shuffle(10000, seed=seed)
    dataset = dataset.repeat().batch(BATCH_SIZE)
    per_epoch = min(steps, 100)
    history = wgan.fit(dataset, epochs=steps // per_epoch, steps_per_epoch=per_epoch, verbose=0)
    z = np.random.normal(scale=z_scale, size=(1000, NOISE_DIM)).astype("float32")
    return Run(wgan, history.history, train_images, wgan.generator.predict(z, verbose=0))


def clipped_critic(images, seed, sign_of_g=1.0, rate=5e-4, clip_value=0.03, n_critic=3, steps=600):
    """Train a WGAN with clipped weights. sign_of_g: -1 makes G lower the critic's answers."""
    keras.utils.set_random_seed(seed)
    X_train = images.astype("float32") / 127.5 - 1.0
    critic, generator = make_critic(), make_generator(ends="tanh")
    c_optimizer = keras.optimizers.RMSprop(learning_rate=rate)
    g_optimizer = keras.optimizers.RMSprop(learning_rate=rate)

    @tf.function
    def train_step(imgs):
        for _ in range(n_critic):
            with tf.GradientTape() as tape:
                gen_imgs = generator(tf.random.normal([BATCH_SIZE, NOISE_DIM]))
                c_loss = tf.reduce_mean(critic(gen_imgs)) - tf.reduce_mean(critic(imgs))
            variables = critic.trainable_variables
            c_optimizer.apply_gradients(zip(tape.gradient(c_loss, variables), variables))
            for w in variables:
                w.assign(tf.clip_by_value(w, -clip_value, clip_value))
        with tf.GradientTape() as tape:
            gen_imgs = generator(tf.random.normal([BATCH_SIZE, NOISE_DIM]))
            g_loss = -sign_of_g * tf.reduce_mean(critic(gen_imgs))
        variables = generator.trainable_variables
        g_optimizer.apply_gradients(zip(tape.gradient(g_loss, variables), variables))
        return {"c_loss": c_loss, "g_loss": g_loss}

    history = []
    for _ in range(steps):
        imgs = X_train[np.random.randint(0, len(X_train), BATCH_SIZE)]
        history.append({name: float(loss) for name, loss in train_step(imgs).items()})
    noise = np.random.normal(0, 1, (1000, NOISE_DIM)).astype("float32")
    gan = SimpleNamespace(generator=generator, critic=critic)
    return Run(gan, history, X_train, generator.predict(noise, verbose=0), step=train_step)
