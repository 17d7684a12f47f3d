"""The classifier: that it reads, that it knows what is no character, that it is kept."""

import os
from pathlib import Path

import numpy as np
import pytest

from course_lib import networks
from course_lib.data import datasets, places
from course_lib.judging import classifier


@pytest.fixture(scope="module")
def digits():
    return datasets.load_handwriting("digits", per_class=20)


def test_the_classifier_is_kept_by_what_it_was_trained_on(tmp_path, monkeypatch, digits, capsys):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    trained = []

    def train(dataset):
        trained.append(dataset)
        return networks.build_classifier(len(dataset.class_names) + 1, seed=len(trained))

    monkeypatch.setattr(classifier, "train_classifier", train)
    first = classifier.load_classifier(digits)
    again = classifier.load_classifier(digits)
    assert len(trained) == 1
    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), again.get_weights()))
    other = datasets.Dataset(255 - digits.images, digits.labels, digits.class_names, "inverted")
    classifier.load_classifier(other)
    assert len(trained) == 2
    for path in Path(tmp_path, "course_lib").iterdir():
        path.write_bytes(b"damaged")
    classifier.load_classifier(digits)
    assert len(trained) == 3
    assert "cannot be read" in capsys.readouterr().out


def test_a_classifier_that_cannot_be_kept_is_said_to_be_so(tmp_path, monkeypatch, digits, capsys):
    (tmp_path / "course_lib").write_text("a file in the way")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(classifier, "train_classifier", lambda d: networks.build_classifier(11))
    classifier.load_classifier(digits)
    assert "could not be kept" in capsys.readouterr().out
    assert os.listdir(tmp_path) == ["course_lib"]


@pytest.mark.skipif(not places.find_mnist("test"), reason="needs MNIST's test split")
def test_the_classifier_reads_real_digits():
    """Trained on half of the 10,000 real digits it reads at least 98.5% of the other half."""
    real = datasets.load_mnist("test")
    order = np.random.default_rng(0).permutation(len(real))
    half, rest = order[:5000], order[5000:]
    one = datasets.Dataset(real.images[half], real.labels[half], real.class_names, "half")
    model = classifier.train_classifier(one)
    _, probabilities = classifier.read(model, real.images[rest])
    assert (probabilities.argmax(axis=1) == real.labels[rest]).mean() >= 0.985
