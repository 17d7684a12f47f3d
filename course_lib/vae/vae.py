"""A supervised variational autoencoder: it reads characters and writes others in the same style.

The encoder looks at an image and outputs which character it shows and, in z, how it is written. The
decoder takes a character and a z and draws the image. Two things leave only the style to z: the
decoder is given the character, and the mean z of each class is subtracted. Without the subtraction,
traces of the drawn characters would appear in the written ones.

Kingma and Welling 2013, arXiv:1312.6114; Kingma et al. 2014, arXiv:1406.5298 (M2); the tutorial
*Hand Writing Generation*.
"""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from course_lib.data.pixels import check_images, scale_pixels
from course_lib.networks import build_vae_decoder, build_vae_encoder
from course_lib.networks.latent import fixed_z
from course_lib.training.model import StepModel
from course_lib.vae import losses

MEMORY = 0.02  # one image pulls the mean of its class by this fraction of their distance


class StylePosterior(NamedTuple):
    """What some drawings say about their writer's style, and which characters they show.

    Args:
        z_mean, z_log_var: float32 [latent_dim], the mean and log-variance of a normal distribution.
        labels: int64 [N], the class of each drawing.
        confidences: float32 [N], the probability that the encoder gives to that class, 0 to 1.
    """

    z_mean: np.ndarray
    z_log_var: np.ndarray
    labels: np.ndarray
    confidences: np.ndarray


@keras.saving.register_keras_serializable("course_lib")
class VAE(StepModel):
    """Encoder and decoder, trained together by one compiled `train_step`.

    Args:
        class_names: the characters, in the order of the labels.
        encoder, decoder: as `networks.build_vae_encoder` and `build_vae_decoder` build them; built
            here unless given.
        kl_weight: weight of the KL divergence of z from a standard normal (1 in the paper).
        class_weight: weight of the cross-entropy of the class head.
        seed: of every z drawn in training.
    """

    NETWORKS = ("encoder", "decoder")
    SETTINGS = ("class_names", "kl_weight", "class_weight", "seed")

    def __init__(
        self,
        class_names,
        encoder=None,
        decoder=None,
        *,
        kl_weight=1.0,
        class_weight=20.0,
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.class_names = tuple(class_names)
        self.encoder = encoder or build_vae_encoder(len(self.class_names))
        self.decoder = decoder or build_vae_decoder(len(self.class_names))
        self.latent_dim = self.encoder.output["z_mean"].shape[-1]
        self.kl_weight, self.class_weight, self.seed = kl_weight, class_weight, seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        # The running mean of z_mean over each class: the part of z that depends on the character.
        shape = len(self.class_names), self.latent_dim
        self.class_means = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name="class_means"
        )
        self.built = True

    def draw_z(self, z_mean, z_log_var) -> tf.Tensor:
        """Draw one z from each posterior by the reparameterisation trick.

        Args:
            z_mean, z_log_var: [B, latent_dim].

        Returns:
            [B, latent_dim], through which gradients flow to both arguments.
        """
        noise = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
        return z_mean + ops.exp(z_log_var / 2) * noise

    def train_step(self, data):
        """Update encoder and decoder once, then the means of the classes. Return this step's logs.

        Args:
            data: (images [B, 28, 28, 1], uint8 as loaded or float32 in [-1, 1]; labels [B]).

        Returns:
            A dict of scalars: `loss`, its three parts `reconstruction_loss`, `kl_loss` and
            `class_loss` before they are weighted, and `class_accuracy` (0 to 1).
        """
        images, labels = data
        real_images = scale_pixels(images)
        one_hot = ops.one_hot(labels, len(self.class_names))
        with tf.GradientTape() as tape:
            posterior = self.encoder(real_images, training=True)
            z_mean = posterior["z_mean"] - ops.matmul(one_hot, self.class_means)
            z = self.draw_z(z_mean, posterior["z_log_var"])
            pixel_logits = self.decoder([one_hot, z], training=True)
            logs = {
                "reconstruction_loss": losses.reconstruction_loss(real_images, pixel_logits),
                "kl_loss": losses.kl_loss(z_mean, posterior["z_log_var"]),
                "class_loss": losses.class_loss(labels, posterior["logits"]),
            }
            loss = (
                logs["reconstruction_loss"]
                + self.kl_weight * logs["kl_loss"]
                + self.class_weight * logs["class_loss"]
            )
            scaled_loss = self.optimizer.scale_loss(loss)  # larger in float16, else the same
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(scaled_loss, variables), variables)
        self.class_means.assign_add(MEMORY * ops.matmul(ops.transpose(one_hot), z_mean))
        right = ops.equal(ops.argmax(posterior["logits"], axis=1), ops.cast(labels, "int32"))
        accuracy = ops.mean(ops.cast(right, "float32"))
        return {"loss": loss, **logs, "class_accuracy": accuracy}

    def infer_style(self, images, labels=None) -> StylePosterior:
        """Infer the style of some drawings by one writer.

        The posteriors are combined by their precision, and the prior counts once: p(z | all) is
        proportional to p(z) times the product of q(z | image) / p(z).

        Args:
            images: [N, 28, 28, 1], uint8 or float32 in [-1, 1]. One is enough; with none, the
                result is the prior.
            labels: integers [N], what the images show; the encoder reads them unless given.

        Raises:
            ValueError: for images of another shape or range, and for labels that don't fit.
        """
        if not len(images):
            nothing = np.zeros(self.latent_dim, "float32")
            return StylePosterior(nothing, nothing, np.zeros(0, "int64"), np.zeros(0, "float32"))
        check_images(images)
        found = {k: np.asarray(v) for k, v in self.encoder(scale_pixels(images)).items()}
        scores = np.asarray(ops.softmax(found["logits"]))
        labels = scores.argmax(axis=1) if labels is None else self.check_labels(labels, len(images))
        # A posterior wider than the prior must not reduce the prior's own precision, which is 1.
        precisions = np.maximum(np.exp(-found["z_log_var"]), 1)
        precision = 1 + (precisions - 1).sum(axis=0)
        means = found["z_mean"] - np.asarray(self.class_means)[labels]
        z_mean = (precisions * means).sum(axis=0) / precision
        confidences = scores[np.arange(len(labels)), labels]
        return StylePosterior(z_mean, -np.log(precision), labels, confidences)

    def sample_style(self, style=None, n=1, seed=0) -> np.ndarray:
        """Draw z at random from a style, or from the prior.

        Args:
            style: a `StylePosterior`; the prior unless given.
            n: how many z to draw.
            seed: the same seed draws the same z.

        Returns:
            float32 [n, latent_dim].
        """
        noise = fixed_z(n, self.latent_dim, seed)
        return noise if style is None else style.z_mean + np.exp(style.z_log_var / 2) * noise

    def find_directions(self, images, labels, n=3) -> np.ndarray:
        """Find the n directions of z in which handwriting differs most.

        They are the principal axes of z_mean, with the means of the classes subtracted.

        Args:
            images: [N, 28, 28, 1], uint8 or float32 in [-1, 1], by many writers.
            labels: integers [N], what they show.
            n: how many directions, up to latent_dim.

        Returns:
            float32 [n, latent_dim], the largest first; each is one standard deviation long.

        Raises:
            ValueError: as `infer_style`.
        """
        check_images(images)
        labels = self.check_labels(labels, len(images))
        parts = [
            self.encoder(scale_pixels(images[i : i + 500])) for i in range(0, len(images), 500)
        ]
        z_mean = np.concatenate([part["z_mean"] for part in parts])
        z_mean = z_mean - np.asarray(self.class_means)[labels]
        _, lengths, axes = np.linalg.svd(z_mean - z_mean.mean(axis=0), full_matrices=False)
        return (axes[:n] * lengths[:n, None] / np.sqrt(len(images))).astype("float32")

    def decode(self, labels, z) -> np.ndarray:
        """Draw one image of each label.

        Args:
            labels: integers [N].
            z: [N, latent_dim], or [latent_dim] for the same style everywhere.

        Returns:
            float32 [N, 28, 28, 1] in [-1, 1].

        Raises:
            ValueError: for labels that aren't known classes, and for z of another shape.
        """
        labels, z = self.check_labels(labels, len(labels)), np.asarray(z, "float32")
        self.check_z(z, len(labels))
        z = np.broadcast_to(z, (len(labels), self.latent_dim))
        classes = np.eye(len(self.class_names), dtype="float32")[labels]
        return 2 * ops.convert_to_numpy(ops.sigmoid(self.decoder([classes, z], training=False))) - 1

    def write(self, text, z=None) -> np.ndarray:
        """Write a text, one image for each character and a blank one for each space.

        A message lists the characters that this model doesn't know; they are left out.

        Args:
            text: a string.
            z: [latent_dim], or [len(text), latent_dim] for a different style in each character;
                z = 0, the average style, unless given.

        Returns:
            float32 [N, 28, 28, 1] in [-1, 1].

        Raises:
            ValueError: for z of another shape.
        """
        unknown = sorted(set(text) - set(self.class_names) - {" "})
        if unknown:
            known = "".join(self.class_names)
            print(f"left out: {' '.join(unknown)}, because this model knows only {known}")
        z = np.zeros(self.latent_dim, "float32") if z is None else np.asarray(z)
        self.check_z(z, len(text))
        kept = [i for i, character in enumerate(text) if character not in unknown]
        text = [text[i] for i in kept]
        images = np.full((len(text), 28, 28, 1), -1.0, "float32")
        inked = np.array([character != " " for character in text], bool)
        if inked.any():
            labels = [self.class_names.index(character) for character in text if character != " "]
            images[inked] = self.decode(labels, z if z.ndim == 1 else z[kept][inked])
        return images

    def check_z(self, z, n) -> None:
        """Raise ValueError unless z is [latent_dim], one style for all, or [n, latent_dim]."""
        if z.shape not in ((self.latent_dim,), (n, self.latent_dim)):
            expected = f"[{self.latent_dim}], or [{n}, {self.latent_dim}] for a style each"
            raise ValueError(f"z has shape {list(z.shape)}: expected {expected}")

    def check_labels(self, labels, n) -> np.ndarray:
        """Return `labels` as int64 [n], or raise ValueError unless they are n known classes."""
        labels = np.asarray(labels)
        last = len(self.class_names) - 1
        if labels.shape != (n,) or labels.dtype.kind not in "iu":
            found = f"labels are {labels.dtype} of shape {list(labels.shape)}"
            raise ValueError(f"{found}: expected integers of shape [{n}], one for each image")
        if n and not 0 <= labels.min() <= labels.max() <= last:
            found = f"labels range from {labels.min()} to {labels.max()}"
            raise ValueError(f"{found}: expected 0 to {last}, one number for each class name")
        return labels.astype("int64")

    def state_variables(self) -> dict:
        """Return the random state, and the running means of the classes."""
        return {**super().state_variables(), "class_means": self.class_means}
