"""A machine without data, and two CSVs in the shapes of Kaggle's."""

import numpy as np
import pytest
from made_files import make_images, write_csv

from course_lib.data import places


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """A machine without data: the loaders search folders in tmp_path only, and they are empty."""
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(places, "PROJECT_DATA", tmp_path / "project")
    monkeypatch.setattr(places, "KAGGLE_INPUT", tmp_path / "kaggle")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def digits(tmp_path):
    """The path of a Digit Recognizer CSV of 40 rows, its images and its labels."""
    images, labels = make_images(40), np.arange(40) * 7 % 10
    return write_csv(tmp_path / "train.csv", images, labels), images, labels


@pytest.fixture
def letters(tmp_path):
    """The path of an A-Z CSV, its images and labels: in class order, k % 3 + 2 rows of class k."""
    labels = np.repeat(np.arange(26), np.arange(26) % 3 + 2)
    images = make_images(len(labels))
    return write_csv(tmp_path / "A_Z.csv", images, labels, header=False), images, labels
