"""What `load_digits` takes, at any depth and by shape, and which files it says it passed over."""

import gzip

import numpy as np
import pytest
from made_files import assert_same, idx, write_csv, write_mnist

from course_lib import pen
from course_lib.cli import check
from course_lib.data import choices, datasets

LABELS = np.arange(200) // 20
IMAGES = pen.draw("".join(str(label) for label in LABELS), rng=8)[..., 0]
PLAIN = np.zeros((200, 28, 28), np.uint8)
PLAIN[:, 4:24, 9:19] = 255  # the same for every label: no digits


def put(folder, name, images=IMAGES, labels=LABELS, header=True):
    folder.mkdir(parents=True, exist_ok=True)
    return write_csv(folder / name, images, labels, header)


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("name", ["mnist_train.csv", "anything.csv", "train.csv"])
def test_a_csv_of_digits_is_found_by_its_shape_at_any_depth(tmp_path, name, header):
    deep = tmp_path / "data" / "a" / "b" / "c" / "d" / "e" / "f" / "g"
    path = put(deep, name, header=header)
    assert datasets.find_sources() == [f"Kaggle digits {path}"]
    assert_same(datasets.load_digits(), IMAGES, LABELS)


def test_the_training_split_comes_before_the_test_split(tmp_path):
    put(tmp_path / "data", "mnist_test.csv", IMAGES[:9], LABELS[:9])
    assert_same(datasets.load_digits(), IMAGES[:9], LABELS[:9])
    put(tmp_path / "data" / "deeper", "mnist_train.csv")
    assert_same(datasets.load_digits(), IMAGES, LABELS)


def test_every_file_that_was_passed_over_is_named_with_the_reason(tmp_path, capsys):
    data = tmp_path / "data"
    write_mnist(data / "kmnist", PLAIN, LABELS)
    write_mnist(data / "fashion", PLAIN, LABELS, "t10k")
    put(data, "fashion-mnist_train.csv", PLAIN)
    put(data, "letters.csv", IMAGES, LABELS + 10)
    put(data, "unnamed.csv", IMAGES[:20], LABELS[:20], header=False)
    (data / "titanic.csv").write_text("PassengerId,Survived\n1,0\n")
    (data / "train.csv").write_text("version https://git-lfs.github.com/spec/v1\n")
    path = put(data / "z", "mine.csv")
    assert_same(datasets.load_digits(), IMAGES, LABELS)
    lines = capsys.readouterr().out.splitlines()
    assert lines.pop() == f"200 digits of the CSV {path}"
    reasons = {
        "kmnist/train-images-idx3-ubyte.gz": "by its name or its folder's name it is KMNIST",
        "fashion/t10k-images-idx3-ubyte.gz": "it is Fashion-MNIST",
        "fashion-mnist_train.csv": "its images don't look like digits",
        "letters.csv": "it has the label 19, and digits go from 0 to 9",
        "unnamed.csv": "no header, and too few rows or classes (1) to judge by",
        "titanic.csv": "its rows don't have a label and 784 pixels",
        "train.csv": "found a Git LFS pointer",
    }
    assert len(lines) == len(reasons)
    for name, reason in reasons.items():
        (line,) = [line for line in lines if line.startswith(f"Passed over {data / name}: ")]
        assert reason in line


def test_a_long_report_is_cut(capsys):
    choices.report([(f"{number}.csv", "too short") for number in range(20)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == choices.MOST_LINES + 1
    assert lines[-1] == f"Passed over {20 - choices.MOST_LINES} more files"
    choices.report([])
    assert capsys.readouterr().out == ""


def test_nothing_is_said_when_the_first_file_is_right(tmp_path, capsys):
    put(tmp_path / "data", "train.csv")
    put(tmp_path / "data" / "deeper", "letters.csv", IMAGES, LABELS + 10)
    datasets.load_digits()
    assert "Passed over" not in capsys.readouterr().out


def test_links_are_followed_but_not_in_circles(tmp_path):
    put(tmp_path / "elsewhere" / "inside", "train.csv")
    (tmp_path / "data" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "inside" / "circle").symlink_to(tmp_path / "elsewhere")
    assert_same(datasets.load_digits(), IMAGES, LABELS)
    assert len(datasets.find_sources()) == 1


def test_letters_come_from_kaggles_csv_of_emnist_too(tmp_path):
    labels = np.arange(260) // 10
    images = pen.draw("".join(chr(65 + label) for label in labels), rng=9)[..., 0]
    turned = images.transpose(0, 2, 1)
    put(tmp_path / "data", "emnist-letters-train.csv", turned, labels + 1, header=False)
    dataset = datasets.load_letters()
    assert np.bincount(dataset.labels).tolist() == [10] * 26
    pool = {(label, image.tobytes()) for label, image in zip(labels, images, strict=True)}
    assert pool == {
        (label, image.tobytes())
        for label, image in zip(dataset.labels, dataset.images[..., 0], strict=True)
    }


def test_check_names_what_is_loaded_by_name(tmp_path):
    data = tmp_path / "data"
    assert "by name" not in check.find_data().text
    write_mnist(data / "kmnist", PLAIN, LABELS)
    (data / "usps.bz2").write_bytes(gzip.compress(b"1 1:1"))
    found = check.find_data()
    assert found.good and "drawn handwriting, built in" in found.text
    for words in (f"by name (--data): USPS {data / 'usps.bz2'}", f"KMNIST {data / 'kmnist'}"):
        assert words in found.text
    put(data, "train.csv")
    assert f"real data: Kaggle digits {data / 'train.csv'}; by name" in check.find_data().text


def test_an_npz_of_the_other_split_is_left_alone(tmp_path):
    np.savez(tmp_path / "data" / "mnist_test.npz", images=IMAGES[:9], labels=LABELS[:9])
    np.savez(tmp_path / "data" / "mnist_train.npz", images=IMAGES, labels=LABELS)
    assert_same(datasets.load_mnist(), IMAGES, LABELS)
    assert_same(datasets.load_mnist("test"), IMAGES[:9], LABELS[:9])


def test_a_zip_of_emnist_and_files_of_kmnist_are_not_taken_for_mnist(tmp_path):
    (tmp_path / "data" / "emnist").mkdir()
    (tmp_path / "data" / "emnist" / "train-images-idx3-ubyte.gz").write_bytes(idx(IMAGES))
    np.savez(tmp_path / "data" / "kmnist.npz", images=PLAIN, labels=LABELS)
    assert datasets.find_sources() == []
