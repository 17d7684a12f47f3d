"""Lesson 06, reading a run: its four learners, and its exercises."""

import numpy as np

from course_lib.data.dataset import Dataset
from course_lib.teaching.exercise import Exercise, tie
from course_lib.teaching.kinds import (
    ChoiceExercise,
    FunctionExercise,
    NumberExercise,
    TextExercise,
)

SEEN_BY_BEN = (0, 1, 4, 6, 7)
Z_SCALE_OF_DAN = 3


def load_data(digits) -> dict[str, Dataset]:
    """Return what each of the lesson's learners trains on. It gives away two of the answers.

    Args:
        digits: a `Dataset` of digits.

    Returns:
        {name: `Dataset`}. Ada and Dan have the digits as they are, Ben only five classes of them,
        Cleo all of them transposed.
    """
    few = np.isin(digits.labels, SEEN_BY_BEN)
    transposed = digits.images.transpose(0, 2, 1, 3).copy()
    names = digits.class_names
    return {
        "Ada": digits,
        "Ben": Dataset(digits.images[few], digits.labels[few], names, "Ben's digits"),
        "Cleo": Dataset(transposed, digits.labels, names, "Cleo's digits"),
        "Dan": digits,
    }


def draw_samples(name, model, z) -> np.ndarray:
    """Return samples [N, 28, 28, 1] of a model, as the learner of that name draws them from z."""
    return model.sample(Z_SCALE_OF_DAN * z if name == "Dan" else z)


rng = np.random.default_rng(6)
FEATURES = [  # real features, fake ones, k
    (rng.normal(size=(60, 2)), rng.normal(1, 1.5, (90, 2)), 2),
    (rng.normal(size=(25, 3)), rng.normal(1, 0.5, (50, 3)), 5),
]


class FallsFirst(ChoiceExercise):
    """1 · Predict: blur."""

    variable = "falls_first"
    right = "b"
    mistakes = {
        "a": "a soft digit still lies among the real ones, some of which are soft too. But do soft "
        "digits come near the sharp ones?",
        "c": "the classes can still be told apart: a little blur hides no digit.",
    }
    shows = (
        "Measured on drawn digits with sigma 1: precision 0.90, recall 0.28. All of them are soft, "
        "so no sample comes near the sharp ones."
    )
    clue = "Think of the two clouds of features: where does the blurred one lie, how wide is it?"


def _distances(a, b):
    return np.sqrt(((a[:, None] - b[None]) ** 2).sum(axis=-1))


def _within_reach(real, fake, place):
    """Return whether the ball around each real feature reaches each fake one, bool [N, M]."""
    radii = np.sort(_distances(real, real), axis=1)[:, place]
    return _distances(real, fake) <= radii[:, None]


def _precision(real, fake, k):
    return _within_reach(real, fake, k).any(axis=0).mean()


def _recall(real, fake, k):
    return _precision(fake, real, k)


def _place_off_by_one(real, fake, k):
    return _within_reach(real, fake, k - 1).any(axis=0).mean()


def _mean_over_all_pairs(real, fake, k):
    return _within_reach(real, fake, k).mean()


class Precision(FunctionExercise):
    """2 · Complete: precision."""

    variable = "precision"
    asked = "the fraction of fake features within reach of a real one"
    cases = FEATURES
    tolerance = 1e-6  # also for float32
    right = staticmethod(_precision)
    mistakes = {
        _recall: "That is recall: here the balls belong to the real features.",
        _place_off_by_one: "The nearest neighbour of a feature is itself, at distance 0: the k-th "
        "neighbour is at index k, not k - 1.",
        _mean_over_all_pairs: "One ball around a sample is enough: `any` over the real features, "
        "then the mean.",
    }
    shows = "A few lines, and the result is the same as the library's."
    clue = (
        "scipy.spatial.distance.cdist(real, real), sorted along each row: index k is the radius. "
        "Then cdist(real, fake)."
    )


class FrechetOnALine(NumberExercise):
    """3 · Predict: Fréchet on a line."""

    variable = "frechet_on_a_line"
    asked = (
        "the Fréchet distance between a normal with mean 0 and deviation 1 and one with mean 3 and "
        "deviation 2"
    )
    right = 10
    tolerance = 0.02  # a simulation is an answer, too
    mistakes = {
        18: "The second part of the formula is (1 - 2)², with the deviations; the variances give "
        "9.",
        np.sqrt(10): "Leave out the root: the Fréchet distance is used squared.",
        9: "The means are right, but the spreads differ too.",
        4: "Square the difference of the means.",
    }
    shows = "3² + (1 - 2)²: means and spreads both count."
    clue = (
        "In one dimension it is gap² + A + B - 2√(AB), with the gap between the means and the "
        "variances A = 1 and B = 4."
    )


class Explanation(TextExercise):
    """4 · Explain: in your own words."""

    variable = "explanation"
    shows = "Compare it with q4.solution()."
    clue = "What does G gain from writing a 5 if D never asks for one?"


EXERCISES = (FallsFirst, Precision, FrechetOnALine, Explanation)


def exercises(variables) -> list[Exercise]:
    """Return the lesson's exercises in order, tied to a notebook's `globals()`."""
    return tie("06", EXERCISES, variables)
