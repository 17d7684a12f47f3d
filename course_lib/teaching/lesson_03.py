"""Exercises of lesson 03: the generator."""

import numpy as np

from course_lib.teaching.exercise import Exercise, tie
from course_lib.teaching.kinds import ChoiceExercise, FunctionExercise, NumberExercise
from course_lib.teaching.network_kinds import NetworkExercise

Z1, Z2 = np.random.default_rng(3).standard_normal((2, 16)).astype("float32")


class CountParameters(NumberExercise):
    """1 · Predict: count."""

    variable = "n_parameters"
    asked = "the parameters of 64 → 256 → 256 → 784"
    right = 283_920
    mistakes = {
        282_624: "Those are the weights only: each unit has a bias too.",
        64 * 256 * 256 * 784: "Layers add up; they don't multiply.",
        16_640 + 201_488: "The middle layer, 256 → 256, is missing.",
    }
    shows = (
        "16,640 + 65,792 + 201,488: most of them are in the last layer, one weight for each pixel "
        "and unit."
    )
    clue = "A Dense layer from m to n has m · n weights and n biases."


def _circle(z1, z2, n):
    turn = (2 * np.pi * np.arange(n) / n)[:, None]
    return np.cos(turn) * z1 + np.sin(turn) * z2


def _closed_circle(z1, z2, n):
    turn = np.linspace(0, 2 * np.pi, n)[:, None]
    return np.cos(turn) * z1 + np.sin(turn) * z2


def _straight_line(z1, z2, n):
    t = np.linspace(0, 1, n)[:, None]
    return (1 - t) * z1 + t * z2


def _from_z2(z1, z2, n):
    return _circle(z2, z1, n)


def _standing_still(z1, z2, n):
    return np.repeat(z1[None], n, axis=0)


class Circle(FunctionExercise):
    """2 · Complete: a walk in a circle."""

    variable = "circle"
    asked = "n steps around the circle through z1 and z2, [n, latent_dim]"
    cases = [(Z1, Z2, 8), (Z2, Z1, 3)]
    right = staticmethod(_circle)
    mistakes = {
        _closed_circle: "The last step is the first one again: a circle of n steps ends one step "
        "before 2π.",
        _straight_line: "That is the straight line from z1 to z2.",
        _from_z2: "It begins at z2: the cosine belongs to z1.",
        _standing_still: "It stands still at z1.",
    }
    shows = (
        "cos² + sin² = 1: the walk keeps the length of a typical z, which a straight line doesn't."
    )
    clue = "An angle for each step, 2π · i / n, as a column; then cos · z1 + sin · z2."


class SmallGenerator(NetworkExercise):
    """3 · Change: a small convolutional generator."""

    variable = "small_generator"
    asked = "Dense to 7·7·16 and two transposed convolutions with 4×4 kernels"
    input_shape = (32,)
    layer_shapes = [(7 * 7 * 16,), (14, 14, 16), (28, 28, 1)]
    n_parameters = 25_872 + 4_112 + 257
    output_range = (-1, 1)
    shows = (
        "32 numbers become 784 pixels in [-1, 1], with a fiftieth of the dense network's "
        "parameters."
    )
    clue = (
        "Input, Dense(784), Reshape((7, 7, 16)), Conv2DTranspose(16, 4, strides=2, "
        'padding="same"), LeakyReLU, Conv2DTranspose(1, ..., activation="tanh").'
    )

    def likely_cause(self, model) -> str:
        """Return the likely cause, judged by the last layer."""
        side = model.output_shape[1:3]
        if "sigmoid" in str(model.layers[-1].get_config()):
            return "It ends in a sigmoid, from 0 to 1, but our pixels are in [-1, 1]."
        if side == (7, 7):
            return "It stays at 7 × 7: strides=2 doubles the side."
        if side == (30, 30):
            return 'The sides grow past 28: padding="same" makes them exactly twice as long.'
        return ""


class WhyTanh(ChoiceExercise):
    """4 · Explain: the two ends."""

    variable = "why_tanh"
    right = "a"
    mistakes = {
        "b": "tanh takes time like any other activation. Look at the ranges.",
        "c": "D's answer is squashed too, by a sigmoid, but only where it is shown or inside the "
        "loss. Which range must the pixels fit?",
    }
    shows = "Pixels have a lowest and a highest value; evidence has neither."
    clue = "Which range do the real images have when D sees them?"


EXERCISES = (CountParameters, Circle, SmallGenerator, WhyTanh)


def exercises(variables) -> list[Exercise]:
    """Return the lesson's exercises in order, tied to a notebook's `globals()`."""
    return tie("03", EXERCISES, variables)
