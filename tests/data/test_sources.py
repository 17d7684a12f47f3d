"""What `--data` accepts: each name reaches its loader, and wrong ones are refused with a list."""

import numpy as np
import pytest

from course_lib.data import datasets, sources
from course_lib.data.datasets import Dataset, DatasetError


@pytest.fixture
def calls(monkeypatch):
    """The loaders called and their arguments, in place of loading anything."""
    calls = []

    def note(name):
        def load(*arguments, **options):
            calls.append((name, *arguments, *options.values()))
            return Dataset(np.zeros((2, 28, 28, 1), np.uint8), np.array([0, 1]), "AB", name)

        return load

    loaders = "digits letters handwriting mnist usps kmnist emnist kaggle_csv file"
    for name in loaders.split():
        monkeypatch.setattr(datasets, f"load_{name}", note(name))
    return calls


@pytest.mark.parametrize(
    ("names", "wanted", "expected"),
    [
        (None, "digits", ("digits",)),
        ([], "letters", ("letters",)),
        (None, "both-cases", ("letters", True)),
        (["pen"], "both-cases", ("handwriting", "both-cases")),
        (["usps"], "digits", ("usps",)),
        (["kmnist"], "letters", ("kmnist",)),
        (None, "alphanumeric", ("handwriting", "alphanumeric")),
        (["pen"], "digits", ("handwriting", "digits")),
        (["pen:ABC"], "digits", ("handwriting", "ABC")),
        (["mnist"], "letters", ("mnist",)),
        (["emnist-letters"], "digits", ("emnist", "letters")),
        (["a.csv"], "digits", ("kaggle_csv", "a.csv", None)),
        (["a.npz"], "digits", ("file", "a.npz", None)),
        (["."], "letters", ("file", ".", None)),
    ],
)
def test_each_name_reaches_its_loader(calls, nowhere, names, wanted, expected):
    (nowhere / "a.csv").touch()
    (nowhere / "a.npz").touch()
    sources.load(names, wanted)
    assert calls == [expected]


def test_class_names_reach_the_csv_and_nothing_else(calls, nowhere):
    (nowhere / "a.csv").touch()
    sources.load(["a.csv"], "digits", "xyz")
    assert calls == [("kaggle_csv", "a.csv", "xyz")]
    for names in (None, ["pen"], ["pen:A"], ["mnist"], ["emnist-letters"]):
        with pytest.raises(ValueError, match="--class-names is for a CSV"):
            sources.load(names, "digits", "xyz")
    with pytest.raises(ValueError, match="--class-names is for one CSV"):
        sources.load(["a.csv", "a.csv"], "digits", "xyz")
    assert len(calls) == 1


def test_several_are_joined_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(datasets, "LETTERS_PER_CLASS", 700)
    joined = sources.load(["pen:A", "pen:AB"], "digits")
    assert joined.class_names == ("A", "B")
    assert np.bincount(joined.labels).tolist() == [700, 600]


def test_every_name_is_in_the_help():
    for name in ("pen", "mnist", "usps", "kmnist", "emnist-letters", "emnist-byclass"):
        assert f"'{name}'" in sources.HELP


def test_other_names_are_refused_with_what_is_accepted(tmp_path):
    for name in ("nowhere.csv", "MNIST", str(tmp_path / "none")):
        with pytest.raises(DatasetError, match=f"--data '{name}'.*no such file.*'pen'.*'mnist'"):
            sources.load([name], "digits")
    with pytest.raises(DatasetError, match="kind 'digits'"):
        sources.load(["emnist-digits"], "digits")
