"""A GAN as one keras.Model with one compiled `train_step`: lists of variables, nothing frozen.

Each optimizer is handed the variables of its own network, so no `trainable` flag is ever touched.
A variant overrides one thing: `AlternatingGAN` below overrides the step.
"""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from course_lib import engine, losses
from course_lib.combined import untouched
from course_lib.networks import check_images, scale_pixels


@keras.saving.register_keras_serializable("course_lib")
class GAN(keras.Model):
    """Generator and discriminator trained against each other, one update each a step.

    `generator`: z [B, latent_dim] -> images [B, 28, 28, 1] in [-1, 1].
    `discriminator`: images -> logits [B, 1].
    `fakes_per_real`: fakes drawn for each real image; D sees as many as there are real ones, G
    learns from all of them (2 in the tutorials that train D on "half batches").
    `ema_momentum`: above 0 a moving average of G's weights is kept and used for samples
    (Yazıcı et al. 2018, arXiv:1806.04498); its memory grows from short to this number.
    `seed`: of every z drawn in training. Goodfellow et al. 2014, arXiv:1406.2661.
    """

    def __init__(
        self, generator, discriminator, *, fakes_per_real=1, ema_momentum=0.0, seed=0, **kwargs
    ):
        super().__init__(**kwargs)
        if fakes_per_real < 1 or not 0 <= ema_momentum < 1:
            raise ValueError(
                f"fakes_per_real={fakes_per_real}, ema_momentum={ema_momentum}: expected 1 or more, "
                "and a number from 0 to below 1"
            )
        self.generator, self.discriminator = generator, discriminator
        self.latent_dim = generator.input_shape[-1]
        self.fakes_per_real, self.ema_momentum, self.seed = fakes_per_real, ema_momentum, seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.sampler = generator  # the network that samples are drawn with
        if ema_momentum:
            self.sampler = keras.models.clone_model(generator)
            self.sampler.set_weights(generator.get_weights())
        self.built = True

    def compile(
        self,
        d_optimizer=None,
        g_optimizer=None,
        loss="bce",
        jit_compile="auto",
        steps_per_execution=1,
        **kwargs,
    ):
        """Make the model ready to train.

        `d_optimizer`, `g_optimizer`: Keras optimizers, Adam(2e-4, beta_1=0.5) unless given
        (Radford et al. 2015). `loss`: a name in `losses.LOSSES`. `jit_compile`: True, False or
        "auto", which takes XLA on a CPU only for networks of Dense layers without Dropout (it
        slows the others down) and leaves the choice to Keras on a GPU. `steps_per_execution`: how
        many steps `fit` takes in one call at the most. `engine` says what was chosen.
        """
        if jit_compile == "auto" and not engine.on_gpu():
            jit_compile = engine.gains_from_xla(self.generator, self.discriminator)
        # No optimizer for Keras: we keep two of our own.
        super().compile(
            optimizer=None,
            jit_compile=jit_compile,
            steps_per_execution=steps_per_execution,
            **kwargs,
        )
        self.loss_name = loss
        self.d_loss, self.g_loss = losses.load(loss)
        self.d_optimizer = d_optimizer or keras.optimizers.Adam(2e-4, beta_1=0.5)
        self.g_optimizer = g_optimizer or keras.optimizers.Adam(2e-4, beta_1=0.5)
        if keras.config.dtype_policy().name == "mixed_float16":  # small gradients would become 0
            self.d_optimizer = engine.scale_losses(self.d_optimizer)
            self.g_optimizer = engine.scale_losses(self.g_optimizer)
        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.g_optimizer.build(self.generator.trainable_variables)
        self.one_step = tf.function(self.train_step, jit_compile=self.jit_compile, autograph=False)
        self.train_functions = {}  # by their number of steps
        self.step_logs = None  # of the last call of `fit`: lists of one number a step

    @property
    def engine(self):
        """One line: the device, the precision, whether XLA compiles the step, steps a call."""
        return engine.describe(self.jit_compile, self.steps_per_execution)

    def draw_z(self, batch_size):
        """The next latent batch, float32 [batch_size, latent_dim], standard normal."""
        shape, seed = (batch_size, self.latent_dim), self.seed_generator.next()
        return tf.random.stateless_normal(shape, seed, alg="philox")

    def train_step(self, data):
        """One update of D on real images and fakes, then one of G. Returns this step's logs.

        `data`: images [B, 28, 28, 1], uint8 as loaded or float32 in [-1, 1]. The fakes of one pass
        through G serve both updates, G's after D's. Logs: `d_loss`, `g_loss` and D's mean scores
        (0 to 1) `real_score`, `fake_score`, as D gave them before its update.
        """
        images, *_ = keras.utils.unpack_x_y_sample_weight(data)  # Keras may wrap a batch
        real_images = scale_pixels(images)
        batch_size = ops.shape(real_images)[0]
        z = self.draw_z(batch_size * self.fakes_per_real)
        with tf.GradientTape() as tape:
            fake_images = self.generator(z, training=True)
            with tape.stop_recording():
                logs = self.update_discriminator(real_images, fake_images[:batch_size])
            with untouched(self.discriminator):
                fake_logits = self.discriminator(fake_images, training=True)
            g_loss = self.g_loss(fake_logits)
            scaled_loss = self.g_optimizer.scale_loss(g_loss)
        self.apply_g_gradients(tape, scaled_loss)
        return {**logs, "g_loss": g_loss}

    def update_discriminator(self, real_images, fake_images):
        """Move D alone, by one step: real_images up, fake_images down. Returns its logs."""
        with tf.GradientTape() as tape:
            real_logits, fake_logits = self.judge(real_images, fake_images)
            d_loss = self.d_loss(real_logits, fake_logits)
            scaled_loss = self.d_optimizer.scale_loss(d_loss)  # the same, but for float16
        variables = self.discriminator.trainable_variables
        self.d_optimizer.apply(tape.gradient(scaled_loss, variables), variables)
        return {
            "d_loss": d_loss,
            "real_score": ops.mean(ops.sigmoid(real_logits)),
            "fake_score": ops.mean(ops.sigmoid(fake_logits)),
        }

    def judge(self, real_images, fake_images):
        """D's logits of both, in one pass where that is the same: without batch normalisation."""
        if self.discriminator.non_trainable_weights:  # statistics: of real or of fake, never mixed
            return (
                self.discriminator(real_images, training=True),
                self.discriminator(fake_images, training=True),
            )
        both = ops.concatenate([real_images, fake_images])
        logits = self.discriminator(both, training=True)
        n = ops.shape(real_images)[0]
        return logits[:n], logits[n:]

    def apply_g_gradients(self, tape, scaled_loss):
        """Move G alone by the gradients of its (scaled) loss, and its moving average after it."""
        variables = self.generator.trainable_variables
        self.g_optimizer.apply(tape.gradient(scaled_loss, variables), variables)
        if self.ema_momentum:
            step = ops.cast(self.g_optimizer.iterations, "float32")
            momentum = ops.minimum(self.ema_momentum, step / (step + 10.0))
            for average, weight in zip(self.sampler.weights, self.generator.weights, strict=True):
                average.assign(momentum * average + (1.0 - momentum) * weight)

    def fit(self, x, *, steps_per_epoch=None, shuffle=None, **options):
        """`keras.Model.fit`: arrays are shuffled, a tf.data.Dataset keeps its own order.

        With `steps_per_execution` above 1, a tf.data.Dataset of equal batches and
        `steps_per_epoch`, a call takes the largest number of steps up to that which divides the
        epoch. As everywhere in Keras, callbacks then hear of it once a call, and of its last step;
        `step_logs` has every step of it.
        """
        if shuffle is None:
            shuffle = not isinstance(x, tf.data.Dataset)  # else Keras warns that it cannot
        most = self.steps_per_execution
        several = isinstance(x, tf.data.Dataset) and steps_per_epoch
        self.steps_per_execution = math.gcd(most, steps_per_epoch) if several else 1
        try:
            return super().fit(x, steps_per_epoch=steps_per_epoch, shuffle=shuffle, **options)
        finally:
            self.steps_per_execution = most

    def make_train_function(self, force=False):
        """What Keras's `fit` calls with its iterator: several steps as one loop in the graph.

        Keras has `steps_per_execution` as well, but hands XLA each step by itself.
        """
        if self.run_eagerly or self.distribute_strategy.num_replicas_in_sync > 1:
            return super().make_train_function(force)
        steps = self.steps_per_execution
        if force or steps not in self.train_functions:
            self.train_functions[steps] = build_train_function(self, steps)
        self.train_function = self.train_functions[steps]

    def train_on_batch(self, images):
        """One step on `images` as `train_step` takes them. Returns its logs as a dict of floats.

        Raises ValueError for an array of another shape, range or without images.
        """
        check_images(images)
        if not self.compiled:
            raise ValueError("this GAN has no optimizers yet: call compile() before training")
        if self.run_eagerly or self.distribute_strategy.num_replicas_in_sync > 1:
            return super().train_on_batch(images, return_dict=True)
        logs = self.one_step(tf.convert_to_tensor(images))
        return {name: float(value) for name, value in logs.items()}

    def sample(self, z):
        """Draw images: z [N, latent_dim], or N itself -> float32 [N, 28, 28, 1] in [-1, 1].

        An N draws z from NumPy with the GAN's seed, so that it shows the same characters each
        time and leaves the training's own random numbers alone. Calls the model in inference
        mode: for a handful of images `predict` takes several times as long, and keeps memory.
        """
        if isinstance(z, (int, np.integer)):
            if z < 1:
                raise ValueError(f"{z} samples asked for: expected 1 or more")
            z = fixed_z(z, self.latent_dim, self.seed)
        return ops.convert_to_numpy(self.sampler(z, training=False))

    def get_config(self):
        """The two networks and the settings, for `save` and `keras.models.load_model`."""
        return {
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "fakes_per_real": self.fakes_per_real,
            "ema_momentum": self.ema_momentum,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        """The inverse of `get_config`."""
        for network in ("generator", "discriminator"):
            config[network] = keras.saving.deserialize_keras_object(config[network])
        return cls(**config)

    def get_compile_config(self):
        """What `compile` was given, so that a loaded GAN goes on where it stopped."""
        return {
            "d_optimizer": keras.saving.serialize_keras_object(self.d_optimizer),
            "g_optimizer": keras.saving.serialize_keras_object(self.g_optimizer),
            "loss": self.loss_name,
            "jit_compile": self.jit_compile,
            "steps_per_execution": self.steps_per_execution,
        }

    def compile_from_config(self, config):
        """The inverse of `get_compile_config`."""
        for side in ("d_optimizer", "g_optimizer"):
            config[side] = keras.saving.deserialize_keras_object(config[side])
        self.compile(**config)

    def state_variables(self):
        """What a resumed run needs beside the networks and optimizers, by name."""
        states = {"seed_state": self.seed_generator.state}
        for network in (self.generator, self.discriminator):
            for layer in network.layers:
                if isinstance(layer, keras.layers.Dropout):
                    states[f"{network.name}_{layer.name}"] = layer.seed_generator.state
        return states

    def save_own_variables(self, store):
        """Store `state_variables`; Keras itself stores the networks and the optimizers."""
        for name, variable in self.state_variables().items():
            store[name] = ops.convert_to_numpy(variable)

    def load_own_variables(self, store):
        """The inverse of `save_own_variables`."""
        for name, variable in self.state_variables().items():
            variable.assign(store[name])


def build_train_function(gan, steps):
    """A function iterator -> logs that takes `steps` steps, for `GAN.make_train_function`.

    The batches are fetched first and handed over as one array [steps, B, 28, 28, 1]: XLA compiles
    the whole loop, and the weights stay where they are from one step to the next.
    """

    def loop(batches):
        one = tf.nest.map_structure(lambda x: tf.TensorSpec(x.shape[1:], x.dtype), batches)
        step = tf.function(gan.train_step, autograph=False).get_concrete_function(one)
        logs = tf.nest.map_structure(
            lambda x: tf.TensorSpec(x.shape, x.dtype), step.structured_outputs
        )
        return tf.map_fn(step, batches, fn_output_signature=logs, parallel_iterations=1)

    loop = tf.function(loop, jit_compile=gan.jit_compile, autograph=False)

    @tf.function(autograph=False, reduce_retracing=True)
    def call(iterator):
        if steps == 1:
            return gan.one_step(iterator.get_next())
        batches = [iterator.get_next() for _ in range(steps)]
        return loop(tf.nest.map_structure(lambda *parts: tf.stack(parts), *batches))

    def train_function(iterator):
        logs = call(iterator)
        gan.step_logs = {name: np.atleast_1d(values) for name, values in logs.items()}
        return {name: values[-1] for name, values in gan.step_logs.items()}

    return train_function


@keras.saving.register_keras_serializable("course_lib")
class AlternatingGAN(GAN):
    """The schedule of letters-dcgan: one network at a time trains until it is good enough.

    A step first judges both networks on a fresh batch, then trains the one whose turn it is. G's
    turn ends once it fools D with `g_target` of the fakes, D's once it is right about `d_target`
    of real and fake images together, and either after `max_turn` steps; a turn has at least one
    step. The tutorial's targets are 0.2 and 0.5; the bound is ours.
    """

    def __init__(self, *args, g_target=0.2, d_target=0.5, max_turn=10, **kwargs):
        super().__init__(*args, **kwargs)
        self.g_target, self.d_target, self.max_turn = g_target, d_target, max_turn
        self.g_turn = keras.Variable(1, dtype="int32", trainable=False, name="g_turn")
        self.turn_steps = keras.Variable(0, dtype="int32", trainable=False, name="turn_steps")

    def train_step(self, data):
        """Judge both networks, then move one. Data and logs as in `GAN.train_step`.

        The logs are of the judging (inference mode, fresh batch); two more are the shares that
        end a turn, `g_accuracy` and `d_accuracy`, and `g_turn` is 1 if G was trained.
        """
        images, *_ = keras.utils.unpack_x_y_sample_weight(data)
        real_images = scale_pixels(images)
        batch_size = ops.shape(real_images)[0]
        z = self.draw_z(batch_size * self.fakes_per_real)
        fake_images = self.generator(z, training=False)
        real_logits = self.discriminator(real_images, training=False)
        fake_logits = self.discriminator(fake_images, training=False)
        g_accuracy = ops.mean(ops.cast(fake_logits > 0, "float32"))
        d_accuracy = (ops.mean(ops.cast(real_logits > 0, "float32")) + 1.0 - g_accuracy) / 2

        good = ops.where(self.g_turn > 0, g_accuracy >= self.g_target, d_accuracy >= self.d_target)
        over = (self.turn_steps > 0) & (good | (self.turn_steps >= self.max_turn))
        self.g_turn.assign(ops.where(over, 1 - self.g_turn, self.g_turn))
        self.turn_steps.assign(ops.where(over, 0, self.turn_steps) + 1)
        tf.cond(
            self.g_turn > 0,
            lambda: self.update_generator(z),
            lambda: self.update_discriminator(real_images, fake_images[:batch_size])["d_loss"],
        )
        return {
            "d_loss": self.d_loss(real_logits, fake_logits),
            "g_loss": self.g_loss(fake_logits),
            "real_score": ops.mean(ops.sigmoid(real_logits)),
            "fake_score": ops.mean(ops.sigmoid(fake_logits)),
            "d_accuracy": d_accuracy,
            "g_accuracy": g_accuracy,
            "g_turn": self.g_turn.value,
        }

    def update_generator(self, z):
        """Move G alone, by one step. Returns g_loss."""
        with tf.GradientTape() as tape:
            fake_images = self.generator(z, training=True)
            with untouched(self.discriminator):
                g_loss = self.g_loss(self.discriminator(fake_images, training=True))
            scaled_loss = self.g_optimizer.scale_loss(g_loss)
        self.apply_g_gradients(tape, scaled_loss)
        return g_loss

    def state_variables(self):
        """The random numbers and whose turn it is."""
        turn = {"g_turn": self.g_turn, "turn_steps": self.turn_steps}
        return {**super().state_variables(), **turn}

    def get_config(self):
        """The settings of `GAN` and the schedule's."""
        targets = {"g_target": self.g_target, "d_target": self.d_target}
        return {**super().get_config(), **targets, "max_turn": self.max_turn}


def fixed_z(n, latent_dim, seed=0):
    """Latent vectors to watch a run by, the same for the same seed: float32 [n, latent_dim]."""
    return np.random.default_rng(seed).standard_normal((n, latent_dim), dtype="float32")
