"""A supervised variational autoencoder: it reads characters, and writes others in their style.

The encoder says of an image which character it is, and, in z, how it is written; the decoder takes
a character and a z and writes it. It is told the character, and the mean of each class is taken off
z, so that z is left with the style: without that, a prompt's characters shine through whatever is
written in its style.
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

MEMORY = 0.02  # how far one image pulls the mean of its class


class StylePosterior(NamedTuple):
    """What drawings say about a hand: a normal distribution over z, and what was read in them.

    `z_mean`, `z_log_var`: float32 [latent_dim]. `labels`: int64 [N], what each drawing shows, and
    `confidences`: [N], how sure the encoder is of that, 0 to 1.
    """

    z_mean: np.ndarray
    z_log_var: np.ndarray
    labels: np.ndarray
    confidences: np.ndarray


@keras.saving.register_keras_serializable("course_lib")
class VAE(StepModel):
    """Encoder and decoder in one, with one compiled `train_step`.

    Args:
        class_names: the characters, in the order of the labels.
        encoder, decoder: as `networks.build_vae_encoder` and `build_vae_decoder` build them, which
            is done here if they are not given.
        kl_weight: of the divergence of z from a standard normal (1 in the paper).
        class_weight: of the cross-entropy of the class head.
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
        # The running mean of each class's z_mean: what the character itself puts there.
        shape = len(self.class_names), self.latent_dim
        self.class_means = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name="class_means"
        )
        self.built = True

    def draw_z(self, z_mean, z_log_var):
        """Draw one z from each posterior, by the reparameterisation trick: [B, latent_dim]."""
        noise = keras.random.normal(ops.shape(z_mean), seed=self.seed_generator)
        return z_mean + ops.exp(z_log_var / 2) * noise

    def train_step(self, data):
        """Take one step on `data`, (images [B, 28, 28, 1], labels [B]). Return the logs."""
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

    def infer_style(self, images, labels=None):
        """The `Style` behind some drawings: one is enough, none gives the prior.

        `images`: uint8 or float32 in [-1, 1], [N, 28, 28, 1]; `labels`: what they show, read if None.
        The posteriors are combined by their precision, the prior counted once: p(z | all) is
        proportional to p(z) times the product of q(z | image) / p(z). Raises ValueError for images
        or labels of another kind.
        """
        if not len(images):
            nothing = np.zeros(self.latent_dim, "float32")
            return StylePosterior(nothing, nothing, np.zeros(0, "int64"), np.zeros(0, "float32"))
        check_images(images)
        found = {k: np.asarray(v) for k, v in self.encoder(scale_pixels(images)).items()}
        scores = np.asarray(ops.softmax(found["logits"]))
        labels = scores.argmax(axis=1) if labels is None else self.check_labels(labels, len(images))
        # A posterior wider than the prior must not take away from the prior's own precision, 1.
        precisions = np.maximum(np.exp(-found["z_log_var"]), 1)
        precision = 1 + (precisions - 1).sum(axis=0)
        means = found["z_mean"] - np.asarray(self.class_means)[labels]
        z_mean = (precisions * means).sum(axis=0) / precision
        confidences = scores[np.arange(len(labels)), labels]
        return StylePosterior(z_mean, -np.log(precision), labels, confidences)

    def sample_style(self, style=None, n=1, seed=0):
        """n z at random, float32 [n, latent_dim]: from a `Style`, from the prior if None."""
        noise = fixed_z(n, self.latent_dim, seed)
        return noise if style is None else style.z_mean + np.exp(style.z_log_var / 2) * noise

    def find_directions(self, images, labels, n=3):
        """The n directions in which hands differ most, float32 [n, latent_dim], one standard deviation long.

        The principal axes of z_mean, class means off, over `images` [N, 28, 28, 1] and `labels` [N].
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

    def decode(self, labels, z):
        """Images of these classes in these styles, float32 [N, 28, 28, 1] in [-1, 1].

        `labels`: integers [N]; `z`: [N, latent_dim], or [latent_dim] for one style for all. Raises
        ValueError for others.
        """
        labels, z = self.check_labels(labels, len(labels)), np.asarray(z, "float32")
        self.check_z(z, len(labels))
        z = np.broadcast_to(z, (len(labels), self.latent_dim))
        told = np.eye(len(self.class_names), dtype="float32")[labels]
        return 2 * ops.convert_to_numpy(ops.sigmoid(self.decoder([told, z], training=False))) - 1

    def write(self, text, z=None):
        """The text as images, float32 [N, 28, 28, 1] in [-1, 1], a blank one for a space.

        `z`: [latent_dim], or one row for each character of the text; None for the plainest style,
        z = 0. Characters that the model does not know are left out, and named in a message.
        """
        unknown = sorted(set(text) - set(self.class_names) - {" "})
        if unknown:
            print(f"not written: {' '.join(unknown)}; this model knows {''.join(self.class_names)}")
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

    def check_z(self, z, n):
        """Raise ValueError unless z is one style for n characters, or a style for each."""
        if z.shape not in ((self.latent_dim,), (n, self.latent_dim)):
            expected = f"[{self.latent_dim}], or [{n}, {self.latent_dim}] for a style each"
            raise ValueError(f"z has shape {list(z.shape)}: expected {expected}")

    def check_labels(self, labels, n):
        """`labels` as int64 [n]; raises ValueError if they are not n numbers of known classes."""
        labels = np.asarray(labels)
        known = len(self.class_names)
        if labels.shape != (n,) or labels.dtype.kind not in "iu":
            raise ValueError(
                f"labels are {labels.dtype} {list(labels.shape)}: expected integers [{n}]"
            )
        if n and not 0 <= labels.min() <= labels.max() < known:
            raise ValueError(
                f"labels go from {labels.min()} to {labels.max()}: expected 0 to {known - 1}"
            )
        return labels.astype("int64")

    def state_variables(self) -> dict:
        """Return the random state, and the running means of the classes."""
        return {**super().state_variables(), "class_means": self.class_means}
