"""A supervised variational autoencoder: it reads characters and writes others in the same style.

The encoder looks at an image and outputs which character it shows and, in z, how it is written. The
decoder takes a character and a z and draws the image. Two things leave only the style to z: the
decoder is given the character, and the mean z of each class is subtracted. Without the subtraction,
traces of the drawn characters would appear in the written ones.

Kingma and Welling 2013, arXiv:1312.6114; Kingma et al. 2014, arXiv:1406.5298 (M2); the tutorial
*Hand Writing Generation*.
"""

import keras
import tensorflow as tf
from keras import ops

from course_lib.data.pixels import scale_pixels
from course_lib.networks import build_vae_decoder, build_vae_encoder
from course_lib.training import engine
from course_lib.training.distortion import distort
from course_lib.vae import losses
from course_lib.vae.pairing import (
    check_compile_options,
    check_names,
    check_optimizer,
    check_options,
    check_parts,
    check_settings,
)
from course_lib.vae.writer import Writer


@keras.saving.register_keras_serializable("course_lib")
class VAE(Writer):
    """Encoder and decoder, trained together by one compiled `train_step`.

    Args:
        class_names: the characters, in the order of the labels.
        encoder, decoder: as `networks.build_vae_encoder` and `build_vae_decoder` build them; built
            here unless given.
        kl_weight: weight of the KL divergence of z from a standard normal (1 in the paper).
        class_weight: weight of the cross-entropy of the class head.
        writing_weight: weight of the writing loss, the cross-entropy with which the encoder reads
            what the decoder writes; only the decoder learns from it. 0 leaves it out.
        distort_one_in: one training image in this many is distorted a little; 0 for none.
        drafts: how many times `write` writes each character, as `redraft` explains.
        seed: of every z drawn in training.

    Raises:
        ValueError: for names, networks and settings that don't fit, as `pairing` says.
    """

    NETWORKS = ("encoder", "decoder")
    SETTINGS = (
        "class_names",
        "kl_weight",
        "class_weight",
        "writing_weight",
        "distort_one_in",
        "drafts",
        "seed",
    )
    memory = 0.02  # one image pulls the mean of its class by this fraction of their distance

    def __init__(
        self,
        class_names,
        encoder=None,
        decoder=None,
        *,
        kl_weight=1.0,
        class_weight=20.0,
        writing_weight=0.0,
        distort_one_in=0,
        drafts=1,
        seed=0,
        **kwargs,
    ):
        check_options(kwargs)
        super().__init__(**kwargs)
        self.class_names = check_names(class_names)
        weights = kl_weight, class_weight, writing_weight
        check_settings(*weights, distort_one_in=distort_one_in, drafts=drafts, seed=seed)
        self.encoder = encoder or build_vae_encoder(len(self.class_names))
        self.decoder = decoder or build_vae_decoder(len(self.class_names))
        check_parts(self.class_names, self.encoder, self.decoder)
        self.latent_dim = self.encoder.output["z_mean"].shape[-1]
        self.kl_weight, self.class_weight, self.seed = kl_weight, class_weight, seed
        self.writing_weight, self.distort_one_in = writing_weight, distort_one_in
        self.drafts = drafts
        self.seed_generator = keras.random.SeedGenerator(seed)
        # The running mean of z_mean over each class: the part of z that depends on the character.
        shape = len(self.class_names), self.latent_dim
        self.class_means = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name="class_means"
        )
        self.built = True

    def compile(self, optimizer="rmsprop", loss=None, **options) -> None:
        """Make the model ready to train.

        Args:
            optimizer: a Keras optimizer, or its name.
            loss: None, because the loss is part of the step.
            options: as `StepModel.compile` takes them.

        Raises:
            ValueError: for a loss or metrics, and for an optimizer that has trained another model.
        """
        check_compile_options({"loss": loss, "optimizer": optimizer, **options})
        optimizer = check_optimizer(optimizer)
        if engine.multiplies_in_float16(*self.networks()):  # small gradients would become 0
            optimizer = engine.scale_losses(optimizer)
        super().compile(optimizer, **options)
        engine.build_optimizer(self.optimizer, self.trainable_variables)

    def check_ready(self) -> None:
        """Raise ValueError unless a step can train a network."""
        super().check_ready()
        if not self.trainable_variables:
            raise ValueError(
                "the whole VAE is frozen (trainable = False), so it would learn nothing. Set "
                "vae.trainable = True, and compile again with a new optimizer"
            )

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
            `class_loss` before they are weighted, `class_accuracy` (0 to 1) and, if it has a
            weight, `writing_loss`.
        """
        images, labels, _ = keras.utils.unpack_x_y_sample_weight(data)  # Keras may add None
        real_images = self.distort_some(scale_pixels(images))
        one_hot = ops.one_hot(labels, len(self.class_names))
        with tf.GradientTape() as tape:
            posterior = self.encoder(real_images, training=True)
            z_mean = posterior["z_mean"] - ops.matmul(one_hot, self.class_means)
            z = self.draw_z(z_mean, posterior["z_log_var"])
            classes = self.choose_classes(one_hot, posterior["logits"])
            pixel_logits = self.decoder([classes, z], training=True)
            logs = {
                "reconstruction_loss": losses.reconstruction_loss(real_images, pixel_logits),
                "kl_loss": losses.kl_loss(z_mean, posterior["z_log_var"]),
                "class_loss": losses.class_loss(labels, posterior["logits"]),
            }
            loss = self.weigh(**logs)
            scaled_loss = self.optimizer.scale_loss(loss)  # larger in float16, else the same
        parts = [self.encoder.trainable_variables, self.decoder.trainable_variables]
        for_encoder, for_decoder = tape.gradient(scaled_loss, parts)
        if self.writing_weight:
            logs["writing_loss"], more = self.check_writing(one_hot, z)
            for_decoder = [one + other for one, other in zip(for_decoder, more)]
        self.optimizer.apply([*for_encoder, *for_decoder], [*parts[0], *parts[1]])
        self.class_means.assign_add(self.memory * ops.matmul(ops.transpose(one_hot), z_mean))
        right = ops.equal(ops.argmax(posterior["logits"], axis=1), ops.cast(labels, "int32"))
        accuracy = ops.mean(ops.cast(right, "float32"))
        return {"loss": loss, **logs, "class_accuracy": accuracy}

    def distort_some(self, real_images) -> tf.Tensor:
        """Return the batch [B, 28, 28, 1] with its first images distorted, if so asked.

        Real characters stand, lean and stretch more freely than the pen's.
        """
        if not self.distort_one_in:
            return real_images
        n = ops.shape(real_images)[0] // self.distort_one_in
        seed = ops.cast(self.seed_generator.next(), "int32")
        return ops.concatenate([distort(real_images[:n], seed), real_images[n:]])

    def check_writing(self, one_hot, z) -> tuple:
        """Let the encoder read what the decoder writes in the style of another character.

        A quarter of the z each meet the class of a neighbour. Reconstruction never shows the
        decoder such a pair, though it is there to write them. Only the decoder learns from it:
        together, the two could agree on marks that nobody else can read.

        Args:
            one_hot: the classes of the batch, [B, classes].
            z: a z for each, [B, latent_dim].

        Returns:
            The writing loss, a scalar in nats per image before it is weighted, and the gradients of
            its weighted value for the decoder's trainable variables.
        """
        n = -(-ops.shape(z)[0] // 4)  # rounded up
        asked = ops.roll(one_hot, 1, axis=0)[:n]
        with tf.GradientTape() as tape:
            pixel_logits = self.decoder([asked, z[:n]], training=True)
            read = self.encoder(2 * ops.sigmoid(pixel_logits) - 1, training=True)
            loss = losses.class_loss(ops.argmax(asked, axis=1), read["logits"])
            scaled_loss = self.optimizer.scale_loss(self.writing_weight * loss)
        return loss, tape.gradient(scaled_loss, self.decoder.trainable_variables)

    def choose_classes(self, one_hot, logits) -> tf.Tensor:
        """Return the classes that the decoder is given in training: here the true ones.

        Args:
            one_hot: the true classes, [B, classes].
            logits: what the encoder reads, [B, classes].
        """
        return one_hot

    def weigh(self, reconstruction_loss, kl_loss, class_loss) -> tf.Tensor:
        """Return the loss of the step: the weighted sum of its three parts, a scalar."""
        return reconstruction_loss + self.kl_weight * kl_loss + self.class_weight * class_loss

    def state_variables(self) -> dict:
        """Return the random state, and the running means of the classes."""
        return {**super().state_variables(), "class_means": self.class_means}
