"""The style VAE as its tutorial trains it, and its dashboard's way to write in a style.

It differs from ours in its step: the decoder is fed the class probabilities that the encoder
predicts, so the reconstruction trains the class head too; the weight of the KL divergence grows
with each epoch; and the mean z of each class stays in z. It has its own networks
(`networks.build_published_vae_decoder`) and a constant learning rate.

*Hand Writing Generation*: the text, and the code in its public repository
`alxhslm/hand-writing-generation`. The weights of the networks start as Keras draws them (Glorot,
biases of 0), where the tutorial's start as PyTorch draws them.
"""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from course_lib.data.pixels import IMAGE_SHAPE
from course_lib.networks import build_published_vae_decoder, build_vae_encoder
from course_lib.networks.latent import fixed_z
from course_lib.vae.style import STYLE_VAE, VAERecipe, count_drawn
from course_lib.vae.vae import VAE

EPOCHS = 10
PIXELS = int(np.prod(IMAGE_SHAPE))


@keras.saving.register_keras_serializable("course_lib")
class PublishedVAE(VAE):
    """A `VAE` with the tutorial's networks, loss and step.

    Args:
        class_names, encoder, decoder, seed: as `VAE` takes them.
        steps_per_epoch: after how many steps the weight of the KL divergence grows.
    """

    SETTINGS = ("class_names", "steps_per_epoch", "seed")
    memory = 0.0  # the means of the classes stay at 0: nothing is subtracted from z

    def __init__(
        self, class_names, encoder=None, decoder=None, *, steps_per_epoch, seed=0, **kwargs
    ):
        encoder = encoder or build_vae_encoder(len(class_names), kernel=4, unit_range=True)
        decoder = decoder or build_published_vae_decoder(len(class_names))
        super().__init__(
            class_names, encoder, decoder, kl_weight=0.001, class_weight=0.1, seed=seed, **kwargs
        )
        self.steps_per_epoch = steps_per_epoch

    def choose_classes(self, one_hot, logits) -> tf.Tensor:
        """Return the class probabilities that the encoder predicts, [B, classes]."""
        return ops.softmax(logits)

    def weigh(self, reconstruction_loss, kl_loss, class_loss) -> tf.Tensor:
        """Return the tutorial's loss: the mean over pixels + 0.1 · class + 0.001 · epoch · KL.

        Epochs count from 1.
        """
        epoch = 1 + self.optimizer.iterations // self.steps_per_epoch
        kl_weight = self.kl_weight * ops.cast(epoch, "float32")
        return reconstruction_loss / PIXELS + kl_weight * kl_loss + self.class_weight * class_loss


@dataclass(frozen=True, kw_only=True)
class PublishedVAERecipe(VAERecipe):
    """The tutorial's settings: ten epochs, whatever their length, at a constant learning rate."""

    def build_vae(self, class_names, steps=None, seed=0) -> PublishedVAE:
        """Build a compiled `PublishedVAE` with new networks.

        Args:
            class_names: the characters, in the order of the labels.
            steps: an epoch is a tenth of them; the recipe's own number unless given.
            seed: of the weights and of every z.
        """
        keras.utils.set_random_seed(seed)
        steps_per_epoch = max(1, (steps or self.steps) // EPOCHS)
        model = PublishedVAE(class_names, steps_per_epoch=steps_per_epoch, seed=seed)
        optimizer = keras.optimizers.Adam(self.learning_rate, epsilon=1e-8)  # PyTorch's default
        model.compile(optimizer=optimizer, jit_compile=False)
        return model


PUBLISHED_VAE = PublishedVAERecipe(
    name="style-vae-published",
    # Ten epochs of the kit's drawings; of the tutorial's 357,960 images they'd be 55,930 steps.
    origin="Hand Writing Generation; 10 epochs, here of the pen's characters",
    data="alphanumeric",
    latent_dim=64,
    batch_size=64,
    steps=EPOCHS * (count_drawn(STYLE_VAE.per_class) // 64),
    learning_rate=1e-3,
    per_class=STYLE_VAE.per_class,
)


def write_averaged(model, text, images, average="images", seed=0, randomness=1.0) -> np.ndarray:
    """Write a text in the style of some drawings, as the tutorial's dashboard does.

    Each drawing has a posterior of its own. For each character of the text, one z is drawn from
    each posterior and decoded, and the images are averaged.

    Args:
        model: a `PublishedVAE`, or a `VAE`.
        text: a string, as `VAE.write` takes it.
        images: the drawings, [N, 28, 28, 1], uint8 or float32 in [-1, 1].
        average: "images" as above; "z" to average the means and the log-variances of the
            posteriors instead, and decode one z for each character.
        seed: the same seed draws the same z.
        randomness: scales the standard deviation of every z; 0 decodes the means.

    Returns:
        float32 [M, 28, 28, 1] in [-1, 1], one image for each character that the model knows.

    Raises:
        ValueError: for another `average`, and as `VAE.read_styles`.
    """
    if average not in ("images", "z"):
        raise ValueError(f"average is {average!r}: expected 'images' or 'z'")
    style = model.read_styles(images)
    means, deviations = style.z_mean, np.exp(style.z_log_var / 2)  # [N, latent_dim] each
    if average == "z":
        means = means.mean(axis=0, keepdims=True)
        deviations = np.exp(style.z_log_var.mean(axis=0, keepdims=True) / 2)
    n = len(means)
    # One row for each character of each drawing's text: [N · len(text), latent_dim].
    means, deviations = (np.repeat(rows, len(text), axis=0) for rows in (means, deviations))
    z = means + randomness * deviations * fixed_z(len(means), model.latent_dim, seed)
    written = model.write(text * n, z)
    return written.reshape(n, len(written) // n, *IMAGE_SHAPE).mean(axis=0)
