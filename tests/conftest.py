"""Shared by the tests: quiet TensorFlow, pictures without a screen, a few images to train on."""

import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "agg")

import numpy as np
import pytest

FOLDER = tempfile.TemporaryDirectory()  # for what is kept, in place of the user's own folders
os.environ["KERAS_HOME"] = FOLDER.name
os.environ["COURSE_PROGRESS"] = os.path.join(FOLDER.name, "progress.json")


@pytest.fixture
def images():
    """256 uint8 images [256, 28, 28, 1]: a bright bar at a random place on black."""
    rng = np.random.default_rng(0)
    images = np.zeros((256, 28, 28, 1), "uint8")
    for image, row in zip(images, rng.integers(4, 20, 256)):
        image[row : row + 4, 6:22] = rng.integers(180, 256)
    return images


@pytest.fixture
def snapshot():
    """A function that copies all weights of a model, batch-norm statistics included."""
    return lambda model: [np.array(weight) for weight in model.weights]


@pytest.fixture
def same():
    """A function that tells whether two snapshots are equal to the bit."""
    return lambda a, b: all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
