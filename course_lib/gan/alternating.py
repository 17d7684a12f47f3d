"""The schedule of the letters tutorial: one network at a time trains until it is good enough."""

import keras
import tensorflow as tf
from keras import ops

from course_lib.data.pixels import scale_pixels
from course_lib.gan.gan import GAN, judge_logs
from course_lib.training import settings
from course_lib.training.weights import untouched


@keras.saving.register_keras_serializable("course_lib")
class AlternatingGAN(GAN):
    """A GAN whose networks take turns.

    A step first judges both networks on a fresh batch, then trains the one whose turn it is. G's
    turn ends once it fools D with the fraction `g_target` of its fakes. D's turn ends once it is
    right about the fraction `d_target` of real and fake images together. Either turn takes at least
    one step and at most `max_turn` steps.

    Args:
        g_target, d_target: fractions from 0 to 1; 0.2 and 0.5 in the tutorial *Generating Letters
            Using Generative Adversarial Networks*.
        max_turn: the largest number of steps in a turn; the tutorial has no such limit.
        args, kwargs: as `GAN` takes them.

    Raises:
        ValueError: for settings outside these ranges, and as `GAN`.
    """

    SETTINGS = (*GAN.SETTINGS, "g_target", "d_target", "max_turn")

    def __init__(self, *args, g_target=0.2, d_target=0.5, max_turn=10, **kwargs):
        super().__init__(*args, **kwargs)
        settings.check_number("g_target", g_target)
        settings.check_number("d_target", d_target)
        settings.check_whole("max_turn", max_turn)
        self.g_target, self.d_target, self.max_turn = g_target, d_target, max_turn
        self.g_turn = keras.Variable(1, dtype="int32", trainable=False, name="g_turn")
        self.turn_steps = keras.Variable(0, dtype="int32", trainable=False, name="turn_steps")

    def train_step(self, data):
        """Judge both networks, then update one. Data and logs are as in `GAN.train_step`.

        The logs come from the judging (in inference mode, on a fresh batch). There are three more:
        `g_accuracy` and `d_accuracy`, the fractions that end a turn, and `g_turn`, which is 1 if G
        was trained.
        """
        images, *_ = keras.utils.unpack_x_y_sample_weight(data)
        real_images = scale_pixels(images)
        batch_size = ops.shape(real_images)[0]
        z = self.draw_z(batch_size * self.fakes_per_real)
        fake_images = self.generator(z, training=False)
        real_logits = self.discriminator(real_images, training=False)
        fake_logits = self.discriminator(fake_images, training=False)
        judged = judge_logs(real_logits, fake_logits)
        g_accuracy = 1.0 - judged["fake_accuracy"]
        d_accuracy = (judged["real_accuracy"] + judged["fake_accuracy"]) / 2

        self.pass_turn(g_accuracy, d_accuracy)
        tf.cond(
            self.g_turn > 0,
            lambda: self.update_generator(z),
            lambda: self.update_discriminator(real_images, fake_images[:batch_size])["d_loss"],
        )
        return {
            "d_loss": self.d_loss(real_logits, fake_logits),
            "g_loss": self.g_loss(fake_logits),
            **judged,
            "d_accuracy": d_accuracy,
            "g_accuracy": g_accuracy,
            "g_turn": self.g_turn.value,
        }

    def pass_turn(self, g_accuracy, d_accuracy) -> None:
        """Hand the turn to the other network if the one that has it is good enough or overdue."""
        good = ops.where(self.g_turn > 0, g_accuracy >= self.g_target, d_accuracy >= self.d_target)
        over = (self.turn_steps > 0) & (good | (self.turn_steps >= self.max_turn))
        self.g_turn.assign(ops.where(over, 1 - self.g_turn, self.g_turn))
        self.turn_steps.assign(ops.where(over, 0, self.turn_steps) + 1)

    def update_generator(self, z) -> tf.Tensor:
        """Update G alone, by one step. Return g_loss."""
        with tf.GradientTape() as tape:
            fake_images = self.generator(z, training=True)
            with untouched(self.discriminator):
                g_loss = self.g_loss(self.discriminator(fake_images, training=True))
            scaled_loss = self.g_optimizer.scale_loss(g_loss)
        self.apply_g_gradients(tape, scaled_loss)
        return g_loss

    def state_variables(self) -> dict:
        """Return the random state, and whose turn it is."""
        return {
            **super().state_variables(), "g_turn": self.g_turn, "turn_steps": self.turn_steps
        }  # fmt: skip
