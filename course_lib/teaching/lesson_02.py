"""Exercises of lesson 02: the discriminator."""

import numpy as np

from course_lib.teaching.exercise import Exercise, tie
from course_lib.teaching.kinds import ChoiceExercise, FunctionExercise, NumberExercise
from course_lib.teaching.network_kinds import NetworkExercise

rng = np.random.default_rng(2)
LOGITS = [  # real and fake ones
    (rng.normal(2, 2, (6, 1)).astype("float32"), rng.normal(-1, 3, (4, 1)).astype("float32")),
    (np.array([[120.0], [-120.0]], "float32"), np.array([[90.0], [-150.0]], "float32")),
]
BOUNDS = np.log(1e-7), -np.log(1e-7)  # beyond these, an epsilon of 1e-7 makes all logits alike


class LossOfAReal(NumberExercise):
    """1 · Predict: what does 0.9 cost?"""

    variable = "loss_of_a_real"
    asked = "the loss for one real image with the score 0.9"
    right = -np.log(0.9)
    tolerance = 1e-3
    mistakes = {
        -np.log(0.1): "That is what D would pay if the image were a fake.",
        -np.log10(0.9): "That is log10; np.log is the natural logarithm.",
        -np.log2(0.9): "That is log2, in bits; np.log is the natural logarithm.",
        0.1: "Cross-entropy takes the logarithm, not the difference from 1.",
        np.log(0.9): "A loss is never below 0: check the sign.",
        0.9: "That is the score itself.",
    }
    shows = "0.105: nearly right costs little. For a fake, the same score would cost 2.303."
    clue = "-log of the probability that D gave to the truth; np.log is the natural logarithm."


class SmallDiscriminator(NetworkExercise):
    """2 · Complete: a smaller discriminator."""

    variable = "small_discriminator"
    asked = "two strided convolutions of 32 filters and one logit"
    input_shape = (28, 28, 1)
    layer_shapes = [(14, 14, 32), (7, 7, 32), (1,)]
    n_parameters = 320 + 9_248 + 1_569
    activations = ["leaky_relu", "leaky_relu", "linear"]
    shows = "320 + 9,248 + 1,569 = 11,137 parameters, about a quarter of the tutorial's."
    clue = (
        'Input, Conv2D(32, 3, strides=2, padding="same"), LeakyReLU, the last two once more, '
        "Flatten, Dense(1)."
    )

    def likely_cause(self, model) -> str:
        """Return the likely cause, judged by the last layer and the shapes."""
        if "sigmoid" in str(model.layers[-1].get_config()):
            return "It ends in a sigmoid, but in this course D returns logits."
        if model.output_shape[1:] == (7, 7, 1):
            return "It gives one answer for each place: a Flatten is missing before the Dense."
        shapes = [tuple(layer.output.shape[1:]) for layer in model.layers]
        if (28, 28, 32) in shapes:
            return 'A convolution keeps the side at 28: use strides=2 and padding="same".'
        if (13, 13) in [shape[:2] for shape in shapes]:
            return 'From 28 to 13 a border is lost: padding="same" keeps it.'
        return ""


def _d_loss(real, fake):
    return (np.logaddexp(0, -real).mean() + np.logaddexp(0, fake).mean()) / 2


def _exchanged(real, fake):
    return _d_loss(fake, real)


def _sum_of_both_means(real, fake):
    return 2 * _d_loss(real, fake)


def _only_real(real, fake):
    return np.logaddexp(0, -real).mean()


def _only_fake(real, fake):
    return np.logaddexp(0, fake).mean()


def _sum_over_the_batch(real, fake):
    return np.logaddexp(0, -real).sum() + np.logaddexp(0, fake).sum()


def _mean_over_all_images(real, fake):
    return np.logaddexp(0, np.concatenate([-real, fake])).mean()


def _with_an_epsilon(real, fake):
    return _d_loss(np.clip(real, *BOUNDS), np.clip(fake, *BOUNDS))


class DLoss(FunctionExercise):
    """3 · Complete: the loss, from logits."""

    variable = "d_loss"
    asked = "the average of the real half's mean loss and the fake half's mean loss"
    cases = LOGITS
    tolerance = 1e-3
    right = staticmethod(_d_loss)
    mistakes = {
        _exchanged: "Real and fake are exchanged, or the signs are: D pays for being right.",
        _sum_of_both_means: "That is the sum of the two means, so a shrug would cost 1.386: "
        "halve it.",
        _only_real: "Only the real half is there.",
        _only_fake: "Only the fake half is there.",
        _sum_over_the_batch: "That is the sum over the batch: take the mean of each half.",
        _mean_over_all_images: "That is the mean over all images. Take the mean of each half "
        "first: then both halves count the same, however many images each has.",
        _with_an_epsilon: "An epsilon or a clip hides how wrong an answer is: use softplus.",
    }
    shows = "softplus(-x) is -log(sigmoid(x)), and it stays finite for logits of any size."
    clue = (
        "keras.ops.softplus(-real_logits) is the loss of each real image; log(sigmoid(x)) would be "
        "-inf at a logit of -120."
    )


class WhatItLearned(ChoiceExercise):
    """4 · Diagnose: a quick victory."""

    variable = "what_it_learned"
    right = "c"
    mistakes = {
        "a": "two steps are too few to learn strokes. What is different even without a look at "
        "shapes?",
        "b": "it saw hundreds of real digits, and memory was not needed: one number for each "
        "picture was enough.",
    }
    shows = (
        "It learned the cheapest rule that wins. That is why both sides must share one range of "
        "pixels."
    )
    clue = "What is the largest pixel on each side?"


EXERCISES = (LossOfAReal, SmallDiscriminator, DLoss, WhatItLearned)


def exercises(variables) -> list[Exercise]:
    """Return the lesson's exercises in order, tied to a notebook's `globals()`."""
    return tie("02", EXERCISES, variables)
