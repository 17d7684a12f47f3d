"""Shared by the doctor's tests: a few drawn digits, and a tiny run with nothing wrong."""

import pytest
import tiny_runs

from course_lib.data import datasets
from course_lib.judging import doctor


@pytest.fixture(scope="session")
def digits():
    """A `Dataset` of 600 drawn digits."""
    return datasets.load_handwriting("digits", per_class=60, seed=3)


@pytest.fixture
def run(digits):
    """A tiny GAN and its history: the healthy run that every fault is planted in."""
    model = tiny_runs.build_gan()
    return model, tiny_runs.train(model, digits.images)


@pytest.fixture
def first():
    """A function that examines a run and returns the first finding, with a good report of it.

    `report`: what a yardstick measures otherwise.
    """

    def examine(model, history, images, samples=None, **report):
        yardstick = tiny_runs.Yardstick(**report)
        return doctor.examine(model, history, images, samples, yardstick)[0]

    return examine
