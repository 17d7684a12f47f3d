"""Which source the loaders choose, and the handwriting they draw if there is none."""

import string
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from made_files import assert_same, emnist_parts, idx, rewrite, write_mnist

from course_lib import pen
from course_lib.data import choices, datasets, places
from course_lib.data.datasets import Dataset, DatasetError

PROJECT_DATA = places.PROJECT_DATA  # as it is before the tests change it


def test_import_is_light():
    heavy = {"tensorflow", "keras", "pandas"}
    code = f"import sys, course_lib.data.sources; print({heavy} & {{*sys.modules}})"
    project = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True)
    assert run.stdout.strip() == "set()", run.stderr


@pytest.fixture
def drawn(monkeypatch):
    """Blank images in place of drawn ones, so that these tests are about the choice alone."""

    def draw(classes, per_class=600, seed=0, note=""):
        blank = np.zeros((2, 28, 28, 1), np.uint8)
        return Dataset(blank, np.array([0, 1]), "AB", f"drawn {classes}{note}")

    monkeypatch.setattr(datasets, "_draw", draw)


def test_load_digits_takes_mnist_then_kaggle_then_the_pen(drawn, digits, tmp_path, capsys):
    path, images, labels = digits
    dataset = datasets.load_digits()
    assert dataset.source == "drawn digits; no real digits found, see data/README.md"
    (tmp_path / "kaggle" / "titanic").mkdir(parents=True)
    (tmp_path / "kaggle" / "titanic" / "train.csv").write_text("PassengerId,Survived\n1,0\n")
    assert datasets.load_digits().source.startswith("drawn")
    (tmp_path / "kaggle" / "x" / "y").mkdir(parents=True)
    path = path.rename(tmp_path / "kaggle" / "x" / "y" / "train.csv")
    assert_same(datasets.load_digits(), images, labels)
    assert datasets.find_sources() == [f"Kaggle digits {path}"]
    write_mnist(tmp_path / "data" / "mnist", images[:5], labels[:5], "t10k")
    capsys.readouterr()
    assert_same(datasets.load_digits(), images[:5], labels[:5])
    assert "MNIST's test split" in capsys.readouterr().out
    rewrite(tmp_path / "data" / "mnist" / "t10k-images-idx3-ubyte.gz", lambda raw: raw[:50])
    with pytest.raises(DatasetError):  # a damaged source is not skipped silently
        datasets.load_digits()


def test_load_letters_takes_kaggle_then_emnist_then_the_pen(drawn, letters, tmp_path):
    path, images, labels = letters
    assert datasets.load_letters().source.startswith("drawn letters")
    for name, raw in emnist_parts("letters", 26).items():
        (tmp_path / "data" / name).write_bytes(raw)
    assert "EMNIST letters" in datasets.load_letters().source
    path.rename(tmp_path / "data" / "A_Z Handwritten Data.csv")
    dataset = datasets.load_letters()
    assert "A_Z Handwritten Data.csv" in dataset.source and "4,182" in dataset.source
    assert np.bincount(dataset.labels).tolist() == np.bincount(labels).tolist()


def test_both_cases_come_from_byclass_then_the_pen(drawn, letters, tmp_path, monkeypatch):
    letters[0].rename(tmp_path / "data" / "A_Z Handwritten Data.csv")  # capitals only
    assert datasets.load_letters(both_cases=True).source.startswith("drawn both-cases; no real")
    characters = string.digits + string.ascii_uppercase + string.ascii_lowercase
    images, labels = pen.draw(characters * 3, rng=1)[..., 0], np.arange(186) % 62
    start = tmp_path / "data" / "emnist-byclass-train"
    Path(f"{start}-images-idx3-ubyte.gz").write_bytes(idx(images.transpose(0, 2, 1)))
    Path(f"{start}-labels-idx1-ubyte.gz").write_bytes(idx(labels))
    dataset = datasets.load_letters(both_cases=True)
    assert dataset.class_names == tuple(string.ascii_uppercase + string.ascii_lowercase)
    assert np.bincount(dataset.labels).tolist() == [3] * 52 and "byclass" in dataset.source
    for image, label in zip(dataset.images[..., 0], dataset.labels, strict=True):
        character = dataset.class_names[label]
        code = ord(character) - (55 if character.isupper() else 61)  # A is 10, a is 36
        assert (images[labels == code] == image).all(axis=(1, 2)).any()
    monkeypatch.setattr(choices, "LETTERS_PER_CLASS", 2)
    few = datasets.load_letters(both_cases=True)
    assert np.bincount(few.labels).tolist() == [2] * 52 and "at most 2 of each" in few.source


def test_course_data_must_exist(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "typo"))
    with pytest.raises(DatasetError, match="COURSE_DATA=.*typo.*no such folder"):
        datasets.load_digits()


def test_handwriting_is_mixed_counted_and_seeded():
    pytest.importorskip("course_lib.pen")
    dataset = datasets.load_handwriting("AB7", per_class=5, seed=1)
    assert dataset.class_names == ("A", "B", "7")
    assert np.bincount(dataset.labels).tolist() == [5, 5, 5]
    assert (np.diff(dataset.labels) < 0).any()
    assert dataset.images.any(axis=(1, 2, 3)).all()
    assert_same(datasets.load_handwriting("AB7", 5, 1), dataset.images[..., 0], dataset.labels)
    for classes, count in (
        ("digits", 10),
        ("letters", 26),
        ("both-cases", 52),
        ("alphanumeric", 62),
    ):
        assert len(datasets.load_handwriting(classes, per_class=1)) == count
    for wrong in ("AA", "A?", ""):
        with pytest.raises(DatasetError, match="Name each character once"):
            datasets.load_handwriting(wrong, per_class=1)


def test_the_project_folder_is_searched():
    assert PROJECT_DATA == Path(__file__).parents[2] / "data"
    assert (PROJECT_DATA / "README.md").is_file()
