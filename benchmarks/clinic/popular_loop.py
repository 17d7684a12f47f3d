"""The training loop that most tutorials use, with switches for the mistakes made in it."""

import keras
import numpy as np

from course_lib import combined, pixels


class PopularLoop:
    """The tutorials' loop, where D is frozen once, before the combined model is compiled.

    Args:
        recipe: whose networks and optimizers to use.
        seed: of the weights and of every z.
        thaw: set D's flag before every step, which is the correct way.
        labels: the labels of real images and of fakes in D's step, and of fakes in G's step.
        primed: size of a batch that D trains on once before it is frozen; 0 for none.
        freeze_g: freeze G as well.
    """

    def __init__(self, recipe, seed, thaw=False, labels=(1, 0, 1), primed=0, freeze_g=False):
        keras.utils.set_random_seed(seed)
        self.generator, self.discriminator = recipe.build_generator(), recipe.build_discriminator()
        d_optimizer, g_optimizer = recipe.build_optimizers()
        self.thaw, self.labels = thaw, labels
        self.rng = np.random.default_rng(seed)
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        self.discriminator.compile(d_optimizer, loss, jit_compile=False)
        if primed:
            self.train_discriminator(np.zeros((primed, 28, 28, 1), "float32"))
        self.discriminator.trainable = False
        self.generator.trainable = not freeze_g
        self.combined = combined.build_combined(self.generator, self.discriminator)
        self.combined.compile(g_optimizer, loss, jit_compile=False)

    def draw_z(self, n):
        """Return n rows of standard normal z."""
        return self.rng.standard_normal((n, self.generator.input_shape[-1])).astype("float32")

    def train_discriminator(self, real_images):
        """Take one step of D on real images and as many fakes, and return its loss."""
        n = len(real_images)
        fake_images = np.asarray(self.generator(self.draw_z(n)))
        both = np.concatenate([real_images, fake_images])
        labels = np.repeat(np.array(self.labels[:2], "float32"), n)[:, None]
        return combined.batch_loss(self.discriminator, both, labels)

    def train_on_batch(self, images):
        """Take one step of D and one of G, and return the logs."""
        real_images = pixels.scale_pixels(images)
        if self.thaw:
            self.discriminator.trainable = True
        d_loss = self.train_discriminator(real_images)
        if self.thaw:
            self.discriminator.trainable = False
        z = self.draw_z(len(images))
        labels = np.full((len(z), 1), self.labels[2], "float32")
        return {"d_loss": d_loss, "g_loss": combined.batch_loss(self.combined, z, labels)}
