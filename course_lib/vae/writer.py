"""What a trained style VAE can do: read characters and their style, and write in a style.

`vae.VAE` adds the training.
"""

from typing import NamedTuple

import numpy as np
from keras import ops

from course_lib.data.pixels import scale_pixels
from course_lib.networks.latent import as_numbers, fixed_z
from course_lib.training.entrance import as_images, check_labels
from course_lib.training.model import StepModel
from course_lib.training.settings import check_number, check_whole


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


class Writer(StepModel):
    """Encoder and decoder in use; a subclass sets the attributes and trains the networks.

    Attributes:
        class_names: the characters, in the order of the labels.
        encoder, decoder: the two networks.
        latent_dim: width of z.
        class_means: [classes, latent_dim], the part of z that depends on the character.
        drafts: how many times `write` writes each character; it shows only the last draft.
    """

    @property
    def n_classes(self) -> int:
        """The number of characters it knows."""
        return len(self.class_names)

    @property
    def input_shape(self) -> tuple:
        """The shape of what `call` takes: (None, 28, 28, 1)."""
        return self.encoder.input_shape

    def call(self, images, training=False):
        """Redraw images: each as the character that the encoder reads, in the style it reads.

        Args:
            images: [B, 28, 28, 1], uint8 or float32 in [-1, 1].

        Returns:
            [B, 28, 28, 1] in [-1, 1]. `vae(images)` and `vae.predict(images)` give this.
        """
        if hasattr(images, "numpy"):  # in a compiled call its values aren't known
            as_images(images)
        posterior = self.encoder(scale_pixels(images), training=training)
        labels = ops.argmax(posterior["logits"], axis=1)
        classes = ops.one_hot(labels, self.n_classes)
        z = posterior["z_mean"] - ops.matmul(classes, self.class_means)
        return 2 * ops.sigmoid(self.decoder([classes, z], training=training)) - 1

    def predict(self, x, *args, **options) -> np.ndarray:
        """Redraw images as `call` does, in batches; other arguments go to `keras.Model.predict`.

        Raises:
            ValueError: for an array of images of another shape or range.
        """
        if hasattr(x, "__array__"):
            as_images(x)
        return super().predict(x, *args, **options)

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
        if images is not None and np.shape(images)[:1] == (0,):
            nothing = np.zeros(self.latent_dim, "float32")
            return StylePosterior(nothing, nothing, np.zeros(0, "int64"), np.zeros(0, "float32"))
        each = self.read_styles(images, labels)
        # A posterior wider than the prior must not reduce the prior's own precision, which is 1.
        precisions = np.maximum(np.exp(-each.z_log_var), 1)
        precision = 1 + (precisions - 1).sum(axis=0)
        z_mean = (precisions * each.z_mean).sum(axis=0) / precision
        return each._replace(z_mean=z_mean, z_log_var=-np.log(precision))

    def read_styles(self, images, labels=None) -> StylePosterior:
        """Read each drawing on its own: its character, and the posterior of its style.

        Args:
            images: [N, 28, 28, 1], uint8 or float32 in [-1, 1], at least one.
            labels: integers [N], what the images show; the encoder reads them unless given.

        Returns:
            A `StylePosterior` with a row for each drawing: z_mean and z_log_var are
            [N, latent_dim].

        Raises:
            ValueError: as `infer_style`.
        """
        images = as_images(images)
        found = {k: np.asarray(v) for k, v in self.encoder(scale_pixels(images)).items()}
        scores = np.asarray(ops.softmax(found["logits"]))
        if labels is None:
            labels = scores.argmax(axis=1)
        labels = check_labels(labels, self.n_classes, len(images))
        means = found["z_mean"] - np.asarray(self.class_means)[labels]
        confidences = scores[np.arange(len(labels)), labels]
        return StylePosterior(means, found["z_log_var"], labels, confidences)

    def sample_style(self, style=None, n=1, seed=0, randomness=1.0) -> np.ndarray:
        """Draw z at random from a style, or from the prior.

        Args:
            style: a `StylePosterior`; the prior unless given.
            n: how many z to draw.
            seed: the same seed draws the same z.
            randomness: scales the standard deviation of every z: 0 always gives the mean, 1 draws
                from the style itself, and more strays further from it.

        Returns:
            float32 [n, latent_dim].

        Raises:
            ValueError: for another `style`, and for `n` or `randomness` below 0.
        """
        check_whole("n", n, least=0)
        check_number("randomness", randomness)
        one_style = isinstance(style, StylePosterior) and np.shape(style.z_mean) in (
            (self.latent_dim,),
            (n, self.latent_dim),
        )
        if style is not None and not one_style:
            raise ValueError(
                f"style is a {type(style).__name__} that isn't one style: expected what "
                "infer_style(images) returns, or None for the prior"
            )
        noise = np.float32(randomness) * fixed_z(n, self.latent_dim, seed)
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
        images = as_images(images)
        labels = check_labels(labels, self.n_classes, len(images))
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
        labels = np.asarray(labels)
        labels = check_labels(
            labels, self.n_classes, labels.size if labels.ndim < 2 else len(labels)
        )
        z = self.as_z(z, len(labels))
        z = np.broadcast_to(z, (len(labels), self.latent_dim))
        classes = np.eye(len(self.class_names), dtype="float32")[labels]
        return 2 * ops.convert_to_numpy(ops.sigmoid(self.decoder([classes, z], training=False))) - 1

    def redraft(self, labels, z) -> np.ndarray:
        """Return z after as many drafts as `drafts` asks for: with 1, z itself.

        People write a letter in different shapes, and a style may stand between two of them; the
        decoder then blurs both together. The encoder reads such a draft as the style nearby that
        draws one clear shape, and the next draft is written in that style.

        Args:
            labels: integers [N].
            z: as `decode` takes it.

        Returns:
            z as it was, or float32 [N, latent_dim].
        """
        for _ in range(self.drafts - 1):
            z = self.read_styles(self.decode(labels, z), labels).z_mean
        return z

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
            ValueError: for a text that is no string, and for z of another shape.
        """
        if not isinstance(text, (str, list, tuple)) or not all(isinstance(c, str) for c in text):
            raise ValueError(f"text is {text!r}: expected a string of the characters to write")
        unknown = sorted(set(text) - set(self.class_names) - {" "})
        if unknown:
            known = "".join(self.class_names)
            print(f"left out: {' '.join(unknown)}, because this model knows only {known}")
        z = self.as_z(np.zeros(self.latent_dim) if z is None else z, len(text))
        kept = [i for i, character in enumerate(text) if character not in unknown]
        text = [text[i] for i in kept]
        images = np.full((len(text), 28, 28, 1), -1.0, "float32")
        inked = np.array([character != " " for character in text], bool)
        if inked.any():
            labels = [self.class_names.index(character) for character in text if character != " "]
            z = z if z.ndim == 1 else z[kept][inked]
            images[inked] = self.decode(labels, self.redraft(labels, z))
        return images

    def as_z(self, z, n) -> np.ndarray:
        """Return z as float32 [latent_dim], one style for all, or [n, latent_dim].

        Raises:
            ValueError: for z of another shape, or with nan in it, and for a `StylePosterior`.
        """
        if isinstance(z, StylePosterior):
            raise ValueError(
                "z is a StylePosterior: expected numbers. Give its z_mean, or draw z from it with "
                "sample_style(style)"
            )
        z = as_numbers(z)
        if z.shape not in ((self.latent_dim,), (n, self.latent_dim)):
            expected = f"[{self.latent_dim}], or [{n}, {self.latent_dim}] for a style each"
            raise ValueError(f"z has shape {list(z.shape)}: expected {expected}")
        return z
