"""Exercises of lesson 07: the style VAE."""

import numpy as np

from course_lib.teaching.exercise import Exercise, tie
from course_lib.teaching.kinds import ChoiceExercise, FunctionExercise, NumberExercise

rng = np.random.default_rng(7)
CLOUDS = [  # z_means and z_log_vars, all variances below 1
    (rng.normal(size=shape), rng.uniform(-3, -0.1, shape)) for shape in ((3, 4), (1, 2), (5, 8))
]
DRAWS = [  # z_mean, z_log_var and noise
    tuple(rng.normal(size=(3, *shape)).astype("float32")) for shape in ((2, 3), (5, 8))
]
ONLY_THE_MEAN = (
    "The variance of 1 and the 1 that is subtracted cancel out: only the mean costs something."
)


class KLOfOne(NumberExercise):
    """1 · Predict: what a cloud pays."""

    variable = "kl_of_one"
    asked = "the KL divergence of a normal with mean 2 and variance 1 from the standard normal"
    right = 2
    mistakes = {
        4: "Take half of the sum.",
        1: "The mean is squared: 2² / 2.",
        2.5: ONLY_THE_MEAN,
        1.5: ONLY_THE_MEAN,
        (np.e + 2) / 2: "The variance is 1, so its logarithm, z_log_var, is 0.",
        0: "It is as wide as the prior, but its mean is 2 away, and that costs something.",
    }
    shows = (
        "Only the mean costs something. With a variance of 1/4, the log would add 0.69 and the "
        "variance would take off 0.375: narrow clouds pay too."
    )
    clue = "Put variance 1, mean 2 and log variance 0 into the line of `kl_loss`."


def _reparameterise(z_mean, z_log_var, noise):
    return z_mean + np.exp(z_log_var / 2) * noise


def _variance_for_deviation(z_mean, z_log_var, noise):
    return z_mean + np.exp(z_log_var) * noise


def _logarithm_for_deviation(z_mean, z_log_var, noise):
    return z_mean + z_log_var * noise


def _root_of_the_logarithm(z_mean, z_log_var, noise):
    with np.errstate(invalid="ignore"):
        return z_mean + np.sqrt(z_log_var) * noise


def _without_noise(z_mean, z_log_var, noise):
    return z_mean


class Reparameterise(FunctionExercise):
    """2 · Complete: the trick."""

    variable = "reparameterise"
    asked = "z, one for each row of noise"
    cases = DRAWS
    right = staticmethod(_reparameterise)
    mistakes = {
        _variance_for_deviation: "exp(z_log_var) is the variance; the noise is multiplied by the "
        "deviation, its root.",
        _logarithm_for_deviation: "z_log_var is a logarithm: undo it first.",
        _root_of_the_logarithm: "z_log_var is a logarithm: undo it with exp instead of taking its "
        "root.",
        _without_noise: "The noise is missing, so z is always the same.",
    }
    shows = (
        "A sum and a product: gradients reach the mean and the variance as if nothing were random."
    )
    clue = "The deviation is the root of the variance: exp(log_var) ** 0.5, or exp(log_var / 2)."


def _mean_of_product(z_means, z_log_vars, prior):
    """Return the mean of the product of the clouds and of the prior, counted `prior` times."""
    precisions = np.exp(-z_log_vars)
    return (precisions * z_means).sum(axis=0) / (precisions.sum(axis=0) + prior)


def _combine(z_means, z_log_vars):
    return _mean_of_product(z_means, z_log_vars, prior=1 - len(z_means))


def _plain_mean(z_means, z_log_vars):
    return z_means.mean(axis=0)


def _prior_in_each_cloud(z_means, z_log_vars):
    return _mean_of_product(z_means, z_log_vars, prior=0)


def _prior_once_more(z_means, z_log_vars):
    return _mean_of_product(z_means, z_log_vars, prior=1)


def _precision_is_the_variance(z_means, z_log_vars):
    return _combine(z_means, -z_log_vars)


def _without_prior(z_means, z_log_vars):
    return _mean_of_product(z_means, z_log_vars, prior=-len(z_means))


def _precision_of_the_deviation(z_means, z_log_vars):
    return _combine(z_means, z_log_vars / 2)


def _prior_off_the_numerator(z_means, z_log_vars):
    precisions = np.exp(-z_log_vars) - 1
    return (precisions * z_means).sum(axis=0) / (1 + precisions.sum(axis=0))


def _weighted_by_variance(z_means, z_log_vars):
    variances = np.exp(z_log_vars)
    return (variances * z_means).sum(axis=0) / variances.sum(axis=0)


class Combine(FunctionExercise):
    """3 · Complete: one hand from many drawings."""

    variable = "combine"
    asked = "the mean of the product"
    cases = CLOUDS
    right = staticmethod(_combine)
    mistakes = {
        _plain_mean: "That is the plain mean: a vague cloud counts as much as a sure one.",
        _prior_in_each_cloud: "Each cloud already contains the prior, so the prior is counted N "
        "times here.",
        _prior_once_more: "The prior is counted once too often for each drawing: add up precision "
        "- 1, not precision.",
        _precision_is_the_variance: "Precision is one over the variance: exp(-z_log_var).",
        _without_prior: "The prior is missing: the product has the precision 1 + sum(precision - "
        "1).",
        _precision_of_the_deviation: "exp(-z_log_var / 2) is one over the deviation; precision is "
        "one over the variance.",
        _prior_off_the_numerator: "In the numerator the precision stays whole: the prior's mean is "
        "0, so it is subtracted in the denominator only.",
        _weighted_by_variance: "Those weights are variances, so the vaguest cloud counts most. "
        "Precision is 1 / variance.",
    }
    shows = "A sure drawing counts more than a vague one; without any drawing, the prior is left."
    clue = "precision = exp(-z_log_var). The product has the precision 1 + sum(precision - 1)."


class TooMuchKL(ChoiceExercise):
    """4 · Predict: twenty times the KL."""

    variable = "too_much_kl"
    right = "b"
    mistakes = {
        "a": "what z keeps of an image costs KL, and the KL has become expensive.",
        "c": "the cheapest cloud is the prior itself, and it says nothing about the image.",
    }
    shows = (
        "Measured: the KL falls from 23 to less than 1, and every digit is redrawn as nearly the "
        "same grey blur. This is called posterior collapse."
    )
    clue = "What would an encoder do if every cloud that differs from the prior cost it a lot?"


EXERCISES = (KLOfOne, Reparameterise, Combine, TooMuchKL)


def exercises(variables) -> list[Exercise]:
    """Return the lesson's exercises in order, tied to a notebook's `globals()`."""
    return tie("07", EXERCISES, variables)
