"""A GAN that learns from labels: z chooses a class, and D judges each image as one of its class."""

import keras
import tensorflow as tf
from keras import ops

from course_lib.data.pixels import scale_pixels
from course_lib.gan.gan import GAN
from course_lib.networks.latent import chosen_classes
from course_lib.training.entrance import check_labels
from course_lib.training.weights import untouched


@keras.saving.register_keras_serializable("course_lib")
class ConditionalGAN(GAN):
    """A GAN whose discriminator has one logit for each class: is this a real 0, a real 1, ...?

    Only one of them counts for an image: for a real image the logit of its label, for a fake that
    of the class that its z has chosen. A stroke somewhere between a 3 and a 5 may fool a D that
    asks whether this is a digit; it doesn't fool a D that asks whether this is a 3.

    Args:
        args, kwargs: as `GAN` takes them, but D returns logits [B, n_classes], and G reads the
            class from z (`latent.chosen_classes`), as `build_shuffle_generator` does.

    Raises:
        ValueError: for fewer than 2 classes, or more than z has numbers, and as `GAN`.

    One logit for each class: Mescheder et al. 2018, arXiv:1801.04406. It computes the same as the
    projection discriminator of Miyato and Koyama 2018, arXiv:1802.05637. The idea of the
    condition: Mirza and Osindero 2014, arXiv:1411.1784.
    """

    one_logit = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.n_classes = self.discriminator.output_shape[-1]
        if not 2 <= self.n_classes <= self.latent_dim:
            raise ValueError(
                f"the discriminator returns logits of {self.n_classes} classes, and z has "
                f"{self.latent_dim} numbers: expected 2 classes or more, and as many numbers or "
                "more, because each class is chosen by a number of z. End the discriminator with "
                "keras.layers.Dense(n_classes), and give the generator a larger latent_dim"
            )

    def train_step(self, data):
        """Update D once, then G once, as in `GAN.train_step`. Return the same logs.

        Args:
            data: a pair of images [B, 28, 28, 1], uint8 as loaded or float32 in [-1, 1], and their
                labels [B], integers from 0 to n_classes - 1.

        Raises:
            ValueError: for images without labels, from a source that `fit` can't check.
        """
        images, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        if labels is None:
            check_labels(None, self.n_classes, 0)
        real_images = scale_pixels(images)
        n = ops.shape(real_images)[0]
        z = self.draw_z(n * self.fakes_per_real)
        chosen = chosen_classes(z, self.n_classes)
        with tf.GradientTape() as tape:
            fake_images = self.generator(z, training=True)
            with tape.stop_recording():
                real, fake = (real_images, labels), (fake_images[:n], chosen[:n])
                logs = self.update_discriminator(real, fake)
            with untouched(self.discriminator):
                logits = self.discriminator(fake_images, training=True)
            g_loss = self.g_loss(logits_of(logits, chosen))
            scaled_loss = self.g_optimizer.scale_loss(g_loss)
        self.apply_g_gradients(tape, scaled_loss)
        return {**logs, "g_loss": g_loss}

    def judge(self, real, fake) -> tuple:
        """Return D's logits [B, 1] of both, each a pair of images and classes."""
        real_logits, fake_logits = super().judge(real[0], fake[0])
        return logits_of(real_logits, real[1]), logits_of(fake_logits, fake[1])


def logits_of(logits, classes) -> tf.Tensor:
    """Return from each row of logits [B, n_classes] the one of its class [B], as [B, 1].

    Raises:
        tf.errors.InvalidArgumentError: on a CPU, for a class that D doesn't have.
    """
    classes = ops.cast(classes, "int32")  # labels may be uint8, as MNIST's are
    return tf.gather(logits, ops.expand_dims(classes, -1), batch_dims=1)
