"""Exercises of lesson 04: generator and discriminator together."""

import numpy as np

from course_lib.teaching.exercise import Exercise, Wrong, tie
from course_lib.teaching.judges import array_in, call_on_copies
from course_lib.teaching.kinds import ChoiceExercise, NumberExercise
from course_lib.teaching.network_kinds import StepExercise
from course_lib.teaching.wording import describe


class LargestChangeOfD(ChoiceExercise):
    """1 · Predict: the popular way."""

    variable = "largest_change_of_d"
    right = "a"
    mistakes = {
        "b": "nothing slows D's optimizer down. Its list of weights is empty.",
        "c": "G moves, and its images change with it; but whose weights did we watch?",
    }
    shows = "0.0 at every step: Keras 3 looks at the flag when a step is first traced."
    clue = "Look at the cell that prints the largest change."


class TrainBoth(StepExercise):
    """2 · Complete: both steps, right whatever D's `trainable` flag was before."""

    variable = "train_both"
    asked = "a D step, then a G step"
    moves = {"discriminator": "discriminator", "combined": "generator"}
    starts = (False, True)
    shows = "Each step moves exactly one network, whatever the flag was before."
    clue = "Set discriminator.trainable before each of the two calls."

    def build(self, start) -> tuple:
        """Return a small D and G with one batch; D's `trainable` flag is `start`."""
        import keras
        from keras import layers

        from course_lib.gan.combined import build_combined

        keras.utils.set_random_seed(4)
        generator = keras.Sequential(
            [keras.Input((8,)), layers.Dense(784), layers.Reshape((28, 28, 1))], name="generator"
        )
        discriminator = keras.Sequential(
            [keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(1)], name="discriminator"
        )
        pair = build_combined(generator, discriminator)
        for model in (discriminator, pair):
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
            model.compile(keras.optimizers.Adam(1e-3), loss, jit_compile=False)
        discriminator.trainable = start
        rng = np.random.default_rng(4)
        images = rng.uniform(-1, 1, (6, 28, 28, 1)).astype("float32")
        z = rng.standard_normal((5, 8)).astype("float32")
        labels = np.repeat(np.array([1, 0], "float32"), 3)[:, None]
        ones = np.ones((5, 1), "float32")
        return (discriminator, pair, images, labels, z, ones), (discriminator, generator)


class TimesSteeper(NumberExercise):
    """3 · Predict: two losses for G."""

    variable = "times_steeper"
    asked = "the slope of -log D divided by that of log(1 - D), at a logit of -8"
    right = np.exp(8)
    tolerance = 0.01
    mistakes = {
        np.exp(-8): "It is the other way round: which of the two is nearly flat there?",
        8: "That is the logit itself; its exponential comes in through the sigmoid.",
        np.exp(8) / (1 + np.exp(8)): "That is one slope: divide it by the other.",
    }
    shows = "About 3,000 times: with the first paper's loss, a clumsy G gets almost no gradient."
    clue = "With s = sigmoid(-8), the slopes are s - 1 and -s."


class Diagnosis(ChoiceExercise):
    """4 · Diagnose: a quiet run."""

    variable = "diagnosis"
    right = "c"
    mistakes = {
        "a": "time does not help here: G's gradient is next to nothing.",
        "b": "then its answer would be about 0.5 for both. Look at the scores.",
    }
    shows = "D is saturated. Slow it down, or give G a loss with a slope."
    clue = "real_score is 1.000 and fake_score is 0.000: what is left for G to learn from?"


class DrawImages(Exercise):
    """5 · Complete: new images.

    The G of this exercise shows each number of z as one pixel, tanh(z), so the z that the learner
    drew can be read from the images.
    """

    variable = "draw_images"
    asked = "new images, floats [n, 28, 28, 1] from 0 to 1"
    n = 12
    shows = "G alone is used again: normal z in, images out, and [-1, 1] becomes [0, 1]."
    clue = (
        "z is standard normal [n, latent_dim]; `generator(z, training=False)` is in [-1, 1]; half "
        "of it plus 0.5 is in [0, 1]."
    )

    def judge(self, answer) -> None:
        if not callable(answer):
            raise Wrong(f"Found {describe(answer)}, expected a function that returns {self.asked}.")
        arguments = (*self.build(), self.n, 784)
        first, second = (self.images_in(call_on_copies(answer, arguments)) for _ in range(2))
        z = np.arctanh(np.clip(2 * first - 1, -0.99999, 0.99999)).reshape(self.n, 784)
        if np.ptp(z, axis=0).max() < 1e-3:
            raise Wrong("All images are the same: each one needs a row of its own in z.")
        if abs(z.mean()) > 0.1 or abs(z.std() - 1) > 0.1:
            raise Wrong(
                f"Your z has a mean of {z.mean():.2f} and a standard deviation of {z.std():.2f}, "
                "expected 0 and 1: G was trained on the standard normal distribution."
            )
        if np.allclose(first, second):
            raise Wrong("A second call gives the same images again: is the seed fixed?")

    def build(self) -> tuple:
        """Return a generator, a discriminator, and the combined model of both."""
        import keras
        from keras import layers

        from course_lib.gan.combined import build_combined

        generator = keras.Sequential(
            [keras.Input((784,)), layers.Activation("tanh"), layers.Reshape((28, 28, 1))]
        )
        discriminator = keras.Sequential(
            [keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(1)]
        )
        return generator, discriminator, build_combined(generator, discriminator)

    def images_in(self, returned) -> np.ndarray:
        """Return the images, float64 [n, 28, 28, 1]; raise `Wrong` for another shape or range."""
        images = array_in(returned, self.asked).astype("float64")
        if images.shape == (self.n, 1):
            raise Wrong(f"Found shape {images.shape}: those are D's verdicts, not images.")
        if images.shape != (self.n, 28, 28, 1):
            raise Wrong(f"Found shape {images.shape}, expected {(self.n, 28, 28, 1)}.")
        if not (0 <= images.min() and images.max() <= 1):
            cause = " They are still in [-1, 1]." if -1 <= images.min() < -0.9 else ""
            raise Wrong(f"Found {describe(images)}, expected numbers from 0 to 1.{cause}")
        return images


EXERCISES = (LargestChangeOfD, TrainBoth, TimesSteeper, Diagnosis, DrawImages)


def exercises(variables) -> list[Exercise]:
    """Return the lesson's exercises in order, tied to a notebook's `globals()`."""
    return tie("04", EXERCISES, variables)
