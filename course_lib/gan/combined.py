"""The classic GAN lesson, done right: one frozen discriminator, two `train_on_batch` calls.

The popular form sets `discriminator.trainable = False` once, before it compiles the combined
model. On Keras 3 that also silently stops D's own training: Keras looks at `trainable` when a step
is first traced, and traces again whenever the batch has a new size. So the flag has to be right
before *every* step: True for D, False for the combined model.
"""

import keras
import numpy as np
from keras import ops

from course_lib.data.pixels import scale_pixels
from course_lib.gan import packing
from course_lib.gan.pairing import check_optimizers, check_pair
from course_lib.networks.latent import as_numbers, check_z, fixed_z
from course_lib.training.entrance import check_batch, check_form
from course_lib.training.settings import check_seed, check_whole
from course_lib.training.weights import frozen, largest_change, untouched


class FrozenDiscriminatorError(RuntimeError):
    """A discriminator step changed no weight: the Keras 3 trap, or a learning rate of zero."""


def build_combined(generator, discriminator) -> keras.Model:
    """Build the combined model z -> D(G(z)): [B, latent_dim] -> logits [B, 1].

    It shares both networks' weights. Train it only while the discriminator is frozen.
    """
    z = keras.Input(generator.input_shape[1:], name="z")
    return keras.Model(z, discriminator(generator(z)), name="combined")


class CombinedGAN:
    """The tutorials' training loop with `train_on_batch`, correct at every batch size on Keras 3.

    The tutorials draw the fakes for D with `predict`. Here they are drawn as in G's own step, with
    the batch's statistics, so that D is trained on the same kind of fakes that it judges for G.
    `copy.deepcopy` and `pickle` keep the whole loop with its optimizers and random state, and the
    copy's two models share their weights as these do; files of the two models alone would not.

    Args:
        generator, discriminator: models as `networks` builds them; D ends in a logit.
        d_optimizer, g_optimizer: two separate Keras optimizers; Adam(2e-4, 0.5) unless given.
        d_update: "stacked" trains D once on real and fake images in one batch (mnist-dcgan),
            "apart" trains it twice, first on real, then on fake images (kaggle-mlp-gan).
        fakes_per_real: fakes that G learns from for each real image (2 in both tutorials).
        seed: of the z that the loop draws.

    Raises:
        ValueError: for another `d_update`, `fakes_per_real` or `seed`, for networks that don't fit
            each other, and for one optimizer in both places.
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
        check_whole("fakes_per_real", fakes_per_real)
        check_seed(seed)
        check_pair(generator, discriminator)
        self.generator, self.discriminator = generator, discriminator
        self.combined = build_combined(generator, discriminator)
        self.d_update, self.fakes_per_real = d_update, fakes_per_real
        self.rng = np.random.default_rng(seed)
        self._proven_sizes = set()
        optimizers = check_optimizers(d_optimizer, g_optimizer)
        for model, optimizer in zip((discriminator, self.combined), optimizers, strict=True):
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
            model.compile(optimizer, loss, jit_compile=False)  # XLA slows convolutions on a CPU

    def train_on_batch(self, images, d_z=None, g_z=None) -> dict[str, float]:
        """Take one D step and one G step.

        Args:
            images: real ones, [B, 28, 28, 1], uint8 as loaded or floats in [-1, 1].
            d_z, g_z: latent batches for either step, drawn if not given: [B, latent_dim] for D
                and [B · fakes_per_real, latent_dim] for G.

        Returns:
            {"d_loss": ..., "g_loss": ...} of this step alone.

        Raises:
            ValueError: for images of another shape or range, and for z of another shape.
            FrozenDiscriminatorError: as `d_step`.
        """
        check_form(images, "train_on_batch")
        d_loss = self.d_step(images, self.draw_z(len(images)) if d_z is None else d_z)
        n_g = len(images) * self.fakes_per_real
        g_loss = self.g_step(self.draw_z(n_g) if g_z is None else g_z)
        return {"d_loss": d_loss, "g_loss": g_loss}

    def d_step(self, images, z) -> float:
        """Train D on real `images` and on the fakes of `z`; G stays as it was. Return d_loss."""
        check_batch(images)
        z = self._check_z(z)
        real_images = np.asarray(scale_pixels(images))
        with untouched(self.generator):
            fake_images = ops.convert_to_numpy(self.generator(z, training=True))

        self.discriminator.trainable = True  # <-- before EVERY D step: this line is the lesson

        return self._prove_it_moves(real_images, fake_images)

    def g_step(self, z) -> float:
        """Train G so that D takes the fakes of `z` for real; D stays as it was. Return g_loss."""
        z = self._check_z(z)

        with frozen(self.discriminator):  # <-- before EVERY G step: trainable = False
            return batch_loss(self.combined, z, np.ones((len(z), 1), "float32"))

    def draw_z(self, batch_size) -> np.ndarray:
        """Return the next latent batch, standard normal float32 [batch_size, latent_dim]."""
        return fixed_z(batch_size, self.generator.input_shape[-1], self.rng)

    def _check_z(self, z):
        z = as_numbers(z)
        check_z(z, self.generator.input_shape[-1])
        return z

    def _prove_it_moves(self, real_images, fake_images):
        """Fit D, and on the first step of each batch size make sure that its weights changed.

        Keras traces a step again for each batch size, so that is when it can go wrong.
        """
        sizes = len(real_images), len(fake_images)
        if sizes in self._proven_sizes:
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
                "combined step, as course_lib.gan.combined does. Another cause is a learning "
                "rate of 0."
            )
        self._proven_sizes.add(sizes)
        return losses[0]

    def _fit_discriminator(self, real_images, fake_images):
        real_labels = np.ones((len(real_images), 1), "float32")
        fake_labels = np.zeros((len(fake_images), 1), "float32")
        if self.d_update == "apart":
            real_loss = batch_loss(self.discriminator, real_images, real_labels)
            fake_loss = batch_loss(self.discriminator, fake_images, fake_labels)
            return (real_loss + fake_loss) / 2
        both = np.concatenate([real_images, fake_images])
        labels = np.concatenate([real_labels, fake_labels])
        return batch_loss(self.discriminator, both, labels)

    def __getattr__(self, name):
        known = hasattr(keras.Model, name) or name == "sample"
        if known and not name.startswith("_"):
            raise AttributeError(
                f"CombinedGAN has no {name}: it is the tutorials' loop around two models. Call "
                "train_on_batch(images) for each batch, draw with loop.generator(z), and keep the "
                f"loop with pickle. gan.GAN(generator, discriminator) is a keras.Model with {name}"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __reduce__(self):
        return packing.unpack, (type(self), packing.pack(self))


def batch_loss(model, x, y) -> float:
    """Train on one batch by `model.train_on_batch(x, y)` and return the loss of this batch alone.

    From Keras 3.15 on `train_on_batch` returns that itself (keras-team/keras#22617); earlier
    versions of Keras 3 return a running mean over all batches since the metrics were last reset,
    which most tutorials print as if it were the current loss. Resetting first is correct for both.
    """
    model.reset_metrics()
    return float(model.train_on_batch(x, y, return_dict=True)["loss"])
