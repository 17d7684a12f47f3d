"""A GAN in the form of keras.io's DCGAN example: a model with its own `train_step`, for `fit`.

`apply_gradients(zip(...))`, one pass of G for each update and metrics as attributes are that
example's form, and are kept on purpose: this is what a reader of keras.io writes.
"""

import keras
import tensorflow as tf

from course_lib.networks.layers import plain


class KerasGAN(keras.Model):
    """The networks of a recipe, built from ordinary Keras layers and trained as keras.io does."""

    def __init__(self, recipe):
        super().__init__()
        self.recipe = recipe
        self.generator = plain(recipe.build_generator())
        self.discriminator = recipe.build_discriminator()
        self.seed_generator = keras.random.SeedGenerator(0)
        self.d_optimizer, self.g_optimizer = recipe.build_optimizers()
        self.d_metric = keras.metrics.Mean("d_loss")
        self.g_metric = keras.metrics.Mean("g_loss")
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, real_images):
        """Take one step of D and one of G, and return the mean losses so far."""
        n, latent_dim = self.recipe.batch_size, self.recipe.latent_dim
        n_g = n * self.recipe.fakes_per_real
        z = keras.random.normal((n, latent_dim), seed=self.seed_generator)
        both = tf.concat([self.generator(z), real_images], axis=0)
        labels = tf.concat([tf.zeros((n, 1)), tf.ones((n, 1))], axis=0)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(both))
        gradients = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(gradients, self.discriminator.trainable_weights))
        z = keras.random.normal((n_g, latent_dim), seed=self.seed_generator)
        with tf.GradientTape() as tape:
            g_loss = self.loss_fn(tf.ones((n_g, 1)), self.discriminator(self.generator(z)))
        gradients = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(gradients, self.generator.trainable_weights))
        self.d_metric.update_state(d_loss)
        self.g_metric.update_state(g_loss)
        return {"d_loss": self.d_metric.result(), "g_loss": self.g_metric.result()}
