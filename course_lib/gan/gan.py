"""A GAN as one keras.Model with one compiled `train_step`, in which nothing is frozen.

Each optimizer gets the variables of its own network only, so no `trainable` flag is ever touched.
A variant overrides one method: `alternating.AlternatingGAN` overrides the step.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from course_lib.data.pixels import scale_pixels
from course_lib.gan import losses
from course_lib.gan.pairing import (
    check_compile_options,
    check_moving,
    check_optimizers,
    check_pair,
    check_settings,
)
from course_lib.networks.latent import as_numbers, check_z, fixed_z
from course_lib.training import engine, settings
from course_lib.training.model import StepModel
from course_lib.training.weights import untouched


@keras.saving.register_keras_serializable("course_lib")
class GAN(StepModel):
    """Generator and discriminator trained against each other, with one update of each per step.

    Args:
        generator: z [B, latent_dim] -> images [B, 28, 28, 1] in [-1, 1].
        discriminator: images -> logits [B, 1].
        fakes_per_real: fakes drawn for each real image, 1 or more. D sees as many as there are
            real images, and G learns from all of them (2 in the tutorials that train D on "half
            batches").
        ema_momentum: at least 0 and below 1. Above 0, a moving average of G's weights is kept and
            used for samples (Yazıcı et al. 2018, arXiv:1806.04498). Its momentum rises to this
            number over the first steps.
        seed: of every z drawn in training.

    Raises:
        ValueError: for `fakes_per_real`, `ema_momentum` or `seed` outside these ranges, and for
            networks that don't fit each other, as `pairing.check_pair` says.

    Goodfellow et al. 2014, arXiv:1406.2661.
    """

    NETWORKS = ("generator", "discriminator")
    SETTINGS = ("fakes_per_real", "ema_momentum", "seed")
    one_logit = True  # False for a D with a logit for each class

    def __init__(
        self, generator, discriminator, *, fakes_per_real=1, ema_momentum=0.0, seed=0, **kwargs
    ):
        check_settings(kwargs, (*self.SETTINGS, "name"))
        super().__init__(**kwargs)
        settings.check_whole("fakes_per_real", fakes_per_real)
        settings.check_number("ema_momentum", ema_momentum, below=1)
        settings.check_seed(seed)
        check_pair(generator, discriminator, one_logit=self.one_logit)
        self.generator, self.discriminator = generator, discriminator
        self.latent_dim = generator.input_shape[-1]
        self.fakes_per_real, self.ema_momentum, self.seed = fakes_per_real, ema_momentum, seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.sampler = generator  # the network that samples are drawn with
        if ema_momentum:
            self.sampler = keras.models.clone_model(generator)
            self.sampler.set_weights(generator.get_weights())
        self.built = True

    def compile(self, d_optimizer=None, g_optimizer=None, loss="bce", **options) -> None:
        """Make the model ready to train.

        Args:
            d_optimizer, g_optimizer: two Keras optimizers, or their names; Adam(2e-4, beta_1=0.5)
                unless given (Radford et al. 2015, arXiv:1511.06434).
            loss: a name in `losses.LOSSES`.
            options: `jit_compile` and `steps_per_execution`, as `StepModel.compile` takes them.

        Raises:
            ValueError: for one optimizer in both places or one that has trained another network,
                an unknown loss, and Keras's arguments for a model with one optimizer.
        """
        check_compile_options(options)
        d_optimizer, g_optimizer = check_optimizers(d_optimizer, g_optimizer)
        super().compile(optimizer=None, **options)  # none for Keras: we keep two of our own
        self.loss_name = loss
        self.d_loss, self.g_loss = losses.load(loss)
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer
        if engine.multiplies_in_float16(*self.networks()):  # small gradients would become 0
            self.d_optimizer = engine.scale_losses(self.d_optimizer)
            self.g_optimizer = engine.scale_losses(self.g_optimizer)
        engine.build_optimizer(self.d_optimizer, self.discriminator.trainable_variables)
        engine.build_optimizer(self.g_optimizer, self.generator.trainable_variables)

    def train_step(self, data):
        """Update D once on real images and fakes, then G once. Return this step's logs.

        Args:
            data: images [B, 28, 28, 1], uint8 as loaded or float32 in [-1, 1].

        Returns:
            A dict of scalars: `d_loss` and the scores of `judge_logs`, both from before D's update,
            and `g_loss`.
        """
        images, *_ = keras.utils.unpack_x_y_sample_weight(data)  # Keras may wrap a batch
        real_images = scale_pixels(images)
        batch_size = ops.shape(real_images)[0]
        z = self.draw_z(batch_size * self.fakes_per_real)
        with tf.GradientTape() as tape:
            fake_images = self.generator(z, training=True)
            # D is updated here, inside G's tape: the fakes of this one pass through G serve both
            # updates, and G must be judged by the D that has just been updated. `stop_recording`
            # keeps D's own update out of G's gradients.
            with tape.stop_recording():
                logs = self.update_discriminator(real_images, fake_images[:batch_size])
            with untouched(self.discriminator):
                fake_logits = self.discriminator(fake_images, training=True)
            g_loss = self.g_loss(fake_logits)
            scaled_loss = self.g_optimizer.scale_loss(g_loss)  # larger in float16, else the same
        self.apply_g_gradients(tape, scaled_loss)
        return {**logs, "g_loss": g_loss}

    def update_discriminator(self, real_images, fake_images) -> dict:
        """Update D alone, to raise its logits of real images and lower those of fakes.

        Return its logs.
        """
        with tf.GradientTape() as tape:
            real_logits, fake_logits = self.judge(real_images, fake_images)
            d_loss = self.d_loss(real_logits, fake_logits)
            scaled_loss = self.d_optimizer.scale_loss(d_loss)
        variables = self.discriminator.trainable_variables
        self.d_optimizer.apply(tape.gradient(scaled_loss, variables), variables)
        return {"d_loss": d_loss, **judge_logs(real_logits, fake_logits)}

    def judge(self, real_images, fake_images) -> tuple:
        """Return D's logits of both, in one pass if D has no batch normalisation."""
        if self.discriminator.non_trainable_weights:  # never mix real and fake in its statistics
            return (
                self.discriminator(real_images, training=True),
                self.discriminator(fake_images, training=True),
            )
        both = ops.concatenate([real_images, fake_images])
        logits = self.discriminator(both, training=True)
        n = ops.shape(real_images)[0]
        return logits[:n], logits[n:]

    def apply_g_gradients(self, tape, scaled_loss) -> None:
        """Update G alone by the gradients of its (scaled) loss, and then its moving average."""
        variables = self.generator.trainable_variables
        self.g_optimizer.apply(tape.gradient(scaled_loss, variables), variables)
        if self.ema_momentum:
            step = ops.cast(self.g_optimizer.iterations, "float32")
            momentum = ops.minimum(self.ema_momentum, step / (step + 10.0))
            for average, weight in zip(self.sampler.weights, self.generator.weights, strict=True):
                average.assign(momentum * average + (1.0 - momentum) * weight)

    def draw_z(self, batch_size) -> tf.Tensor:
        """Return the next latent batch of the training, standard normal [batch_size, latent_dim].

        Unlike `fixed_z` it is drawn inside the compiled step, and its state is saved.
        """
        shape, seed = (batch_size, self.latent_dim), self.seed_generator.next()
        return tf.random.stateless_normal(shape, seed, alg="philox")

    def call(self, z, training=False):
        """Return the images of z: `gan(z)` and `gan.predict(z)` give what `sample` gives."""
        check_z(z, self.latent_dim)
        return self.sampler(z, training=training)

    def sample(self, z) -> np.ndarray:
        """Draw images from z, in inference mode.

        Args:
            z: [N, latent_dim], or N itself for the `fixed_z` of this GAN's seed, which shows the
                same characters each time and leaves the training's own random numbers alone.

        Returns:
            float32 [N, 28, 28, 1] in [-1, 1]. For a handful of images this takes a fraction of
            the time of `predict`, which also holds on to memory.

        Raises:
            ValueError: for N below 1, and for z of another shape or with nan in it.
        """
        if isinstance(z, (int, float, str, np.generic)):
            hint = "It is how many samples to draw; z itself, [N, latent_dim], fits as well"
            settings.check_whole("sample was given z", z, instead=hint)
            z = fixed_z(z, self.latent_dim, self.seed)
        z = as_numbers(z)
        check_z(z, self.latent_dim)
        return ops.convert_to_numpy(self.sampler(z, training=False))

    @property
    def input_shape(self) -> tuple:
        """The shape of what `call` takes: (None, latent_dim)."""
        return self.generator.input_shape

    def check_ready(self) -> None:
        """Raise ValueError unless both networks can be trained."""
        super().check_ready()
        check_moving(self.generator, self.discriminator)

    def get_compile_config(self) -> dict:
        """Return what `compile` was given, so that a loaded GAN goes on where it stopped."""
        if not self.compiled:
            return {}
        return {
            "d_optimizer": keras.saving.serialize_keras_object(self.d_optimizer),
            "g_optimizer": keras.saving.serialize_keras_object(self.g_optimizer),
            "loss": self.loss_name,
            "jit_compile": self.jit_compile,
            "steps_per_execution": self.steps_per_execution,
            "run_eagerly": self.run_eagerly,
        }

    def compile_from_config(self, config) -> None:
        """Compile a loaded GAN with the dict that `get_compile_config` returned."""
        load = keras.saving.deserialize_keras_object
        sides = {side: load(config[side]) for side in ("d_optimizer", "g_optimizer")}
        self.compile(**{**config, **sides})


def judge_logs(real_logits, fake_logits) -> dict:
    """Return how D judges a batch, four scalars from 0 to 1.

    Args:
        real_logits, fake_logits: [B, 1], any range.

    Returns:
        The mean scores `real_score` and `fake_score`, and `real_accuracy` and `fake_accuracy`, the
        fractions of real and of fake images that D is right about.
    """
    return {
        "real_score": ops.mean(ops.sigmoid(real_logits)),
        "fake_score": ops.mean(ops.sigmoid(fake_logits)),
        "real_accuracy": ops.mean(ops.cast(real_logits > 0, "float32")),
        "fake_accuracy": ops.mean(ops.cast(fake_logits <= 0, "float32")),
    }
