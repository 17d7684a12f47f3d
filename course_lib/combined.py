"""The classic GAN lesson, done right: one frozen discriminator, two `train_on_batch` calls.

The popular form sets `discriminator.trainable = False` once, before it compiles the combined
model. On Keras 3 that also freezes D's own training, silently: Keras looks at `trainable` when a
step is first traced, and traces again whenever the batch has a new size. So the flag has to be
right before *every* step: True for D, False for the combined model.
"""

from contextlib import contextmanager

import keras
import numpy as np
from keras import ops

from course_lib.networks import check_images, scale_pixels


class FrozenDiscriminatorError(RuntimeError):
    """A discriminator step moved no weight: the Keras 3 trap, or a learning rate of zero."""


@contextmanager
def frozen(model):
    """Freeze `model` inside the block and give back its old `trainable` after it.

    with frozen(discriminator):
        combined.train_on_batch(z, ones)

    Keras hands the flag down: a layer inside that was frozen by hand thaws with the rest.
    """
    before = model.trainable
    model.trainable = False
    try:
        yield model
    finally:
        model.trainable = before


@contextmanager
def untouched(model):
    """Borrow `model` and hand it back with its batch-norm statistics as they were.

    A call with training=True moves the running means and variances of BatchNormalization; here
    they are restored to the bit. Works eagerly and inside a compiled step.
    """
    before = [ops.copy(weight) for weight in model.non_trainable_weights]
    try:
        yield model
    finally:
        for weight, value in zip(model.non_trainable_weights, before, strict=True):
            weight.assign(value)


def largest_change(weights, step):
    """Run `step()` and return how far it moved the weight that it moved furthest.

    `weights`: a list of Keras variables, such as `model.weights`. A float >= 0; exactly 0.0 means
    that nothing moved, nan that a weight is no longer a number. Raises ValueError if there are no
    weights, as in a model that has not seen its input's shape yet.
    """
    if not weights:
        raise ValueError(
            "no weights to watch: give the model an Input, or call it on a batch first"
        )
    before = [np.array(weight) for weight in weights]
    step()
    changes = [np.abs(np.array(w) - b).max() for w, b in zip(weights, before, strict=True)]
    return float(np.max(changes))  # unlike max(), it does not pass over nan


def build_combined(generator, discriminator):
    """The combined model z -> D(G(z)): [B, latent_dim] -> logits [B, 1].

    It shares both networks' weights. Train it only inside `with frozen(discriminator)`.
    """
    z = keras.Input(generator.input_shape[1:], name="z")
    return keras.Model(z, discriminator(generator(z)), name="combined")


class CombinedGAN:
    """The tutorials' training loop on `train_on_batch`, right at every batch size on Keras 3.

    `generator`, `discriminator`: models as `networks` builds them (D ends in a logit).
    `d_optimizer`, `g_optimizer`: two separate Keras optimizers; Adam(2e-4, 0.5) unless given.
    `d_update`: "stacked" trains D once on real and fake images in one batch (mnist-dcgan),
    "apart" trains it twice, first on real, then on fake (kaggle-mlp-gan).
    `fakes_per_real`: fakes that G learns from for each real image (2 in both tutorials).
    `seed`: of the z that the loop draws. Raises ValueError for another `d_update`.

    The tutorials draw the fakes for D with `predict`; here they are drawn as in G's own step, with
    the batch's statistics, so that D meets what G will be judged by.
    """

    def __init__(
        self,
        generator,
        discriminator,
        d_optimizer=None,
        g_optimizer=None,
        d_update="stacked",
        fakes_per_real=1,
        seed=0,
    ):
        if d_update not in ("stacked", "apart"):
            raise ValueError(f"d_update={d_update!r}: expected 'stacked' or 'apart'")
        self.generator, self.discriminator = generator, discriminator
        self.combined = build_combined(generator, discriminator)
        self.d_update, self.fakes_per_real = d_update, fakes_per_real
        self.rng = np.random.default_rng(seed)
        self._proven_sizes = set()
        for model, optimizer in (
            (discriminator, d_optimizer or keras.optimizers.Adam(2e-4, beta_1=0.5)),
            (self.combined, g_optimizer or keras.optimizers.Adam(2e-4, beta_1=0.5)),
        ):
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
            model.compile(optimizer, loss, jit_compile=False)  # XLA slows convolutions on a CPU

    def draw_z(self, batch_size):
        """Latent batch, float32 [batch_size, latent_dim], standard normal."""
        size = (batch_size, self.generator.input_shape[-1])
        return self.rng.standard_normal(size, dtype="float32")

    def d_step(self, images, z):
        """Train D on real `images` and on the fakes of `z`; G stays as it was. Returns d_loss.

        `images`: [B, 28, 28, 1] as `scale_pixels` takes them; `z`: [B, latent_dim].
        Raises FrozenDiscriminatorError if no weight of D moved; looked at on the first step of
        each batch size, because that is when Keras traces the step anew.
        """
        real_images = ops.convert_to_numpy(scale_pixels(images))
        with untouched(self.generator):
            fake_images = ops.convert_to_numpy(self.generator(z, training=True))
        self.discriminator.trainable = True  # before every D step: this line is the lesson
        if (len(real_images), len(fake_images)) in self._proven_sizes:
            return self._fit_discriminator(real_images, fake_images)
        losses = []
        moved = largest_change(
            self.discriminator.trainable_weights,
            lambda: losses.append(self._fit_discriminator(real_images, fake_images)),
        )
        if moved == 0.0:
            raise FrozenDiscriminatorError(
                "the discriminator step changed no weight (largest change 0.0). On Keras 3 a "
                "model that was frozen when its step was traced stays frozen: set "
                "discriminator.trainable = True before each D step and False before each "
                "combined step, as course_lib.combined does. Another cause: a learning rate of 0."
            )
        self._proven_sizes.add((len(real_images), len(fake_images)))
        return losses[0]

    def _fit_discriminator(self, real_images, fake_images):
        real_labels = np.ones((len(real_images), 1), "float32")
        fake_labels = np.zeros((len(fake_images), 1), "float32")
        if self.d_update == "apart":
            real_loss = train_on_batch(self.discriminator, real_images, real_labels)
            fake_loss = train_on_batch(self.discriminator, fake_images, fake_labels)
            return (real_loss + fake_loss) / 2
        both = np.concatenate([real_images, fake_images])
        labels = np.concatenate([real_labels, fake_labels])
        return train_on_batch(self.discriminator, both, labels)

    def g_step(self, z):
        """Train G to have D call the fakes of `z` [B, latent_dim] real; D stays as it was.

        Returns g_loss.
        """
        with frozen(self.discriminator):
            return train_on_batch(self.combined, z, np.ones((len(z), 1), "float32"))

    def train_on_batch(self, images, d_z=None, g_z=None):
        """One D step and one G step on real `images` [B, 28, 28, 1].

        `d_z`, `g_z`: latent batches for either step; drawn if not given, [B, latent_dim] for D
        and [B · fakes_per_real, latent_dim] for G.
        Returns {"d_loss": ..., "g_loss": ...} of this very step.
        """
        check_images(images)
        d_loss = self.d_step(images, self.draw_z(len(images)) if d_z is None else d_z)
        n_g = len(images) * self.fakes_per_real
        g_loss = self.g_step(self.draw_z(n_g) if g_z is None else g_z)
        return {"d_loss": d_loss, "g_loss": g_loss}


def train_on_batch(model, x, y):
    """`model.train_on_batch(x, y)` with the loss of this batch alone.

    Keras 3 returns a running mean over all batches since the metrics were last reset; most
    tutorials print that mean as if it were the current loss.
    """
    model.reset_metrics()
    return float(model.train_on_batch(x, y, return_dict=True)["loss"])
