"""CSVs as other programs write them: the same images come back, whatever the columns' names."""

import csv

import numpy as np
import pandas as pd
import pytest
from made_files import assert_same, make_images

from course_lib import pen
from course_lib.data import datasets
from course_lib.data.datasets import DatasetError

IMAGES, LABELS = make_images(40), np.arange(40) * 7 % 10
COUNTED = [f"pixel{i}" for i in range(1, 785)]


def table(names, label="label"):
    frame = pd.DataFrame(IMAGES.reshape(40, 784), columns=names)
    frame.insert(0, label, LABELS)
    return frame


def moved(frame, place):
    """Return the frame with its first column moved to another place."""
    first = frame.columns[0]
    frame = frame.copy()
    column = frame.pop(first)
    frame.insert(place, first, column)
    return frame


GRID = [f"{row}x{column}" for row in range(1, 29) for column in range(1, 29)]
COUNTED_FROM_0 = [f"pixel{i}" for i in range(784)]
FORMS = {
    "pixel1 to pixel784": (table(COUNTED), {}),
    "1x1 to 28x28": (table(GRID), {}),
    "0x0 to 27x27": (table([f"{i // 28}x{i % 28}" for i in range(784)]), {}),
    "0 to 783 beside label": (table([str(i) for i in range(784)]), {}),
    "pixel0000": (table([f"pixel{i:04d}" for i in range(784)]), {}),
    "capitals": (table([name.upper() for name in COUNTED], "Label"), {}),
    "label last": (moved(table(COUNTED_FROM_0), 784), {}),
    "label in the middle": (moved(table(COUNTED_FROM_0), 392), {}),
    "OpenML": (moved(table(COUNTED, "class"), 784), {"quoting": csv.QUOTE_ALL}),
    "OpenML, single quotes": (
        moved(table(COUNTED, "class"), 784),
        {"quoting": csv.QUOTE_ALL, "quotechar": "'"},
    ),
    "R": (
        table(COUNTED).set_axis([str(i) for i in range(1, 41)]),
        {"index": True, "quoting": csv.QUOTE_NONNUMERIC},
    ),
    "pandas with its index": (table(COUNTED_FROM_0), {"index": True}),
    "floats": (table(COUNTED_FROM_0).astype(float), {}),
    "scientific": (table(COUNTED_FROM_0).astype(float), {"float_format": "%.18e"}),
    "target": (table([f"x{i}" for i in range(784)], "target"), {}),
}


@pytest.mark.parametrize("frame, options", FORMS.values(), ids=FORMS.keys())
def test_a_label_and_784_pixels_are_read_whatever_their_names(tmp_path, frame, options):
    path = tmp_path / "digits.csv"
    frame.to_csv(path, **({"index": False} | options))
    for _ in range(2):  # from the text, then from the cache
        dataset = datasets.load_kaggle_csv(path)
        assert_same(dataset, IMAGES, LABELS)
        assert dataset.class_names == tuple("0123456789")


@pytest.mark.parametrize("names", [range(785), [f"V{i}" for i in range(1, 786)]])
def test_names_that_count_the_columns_name_no_label(tmp_path, names):
    """As pandas and R write them for a file that had no header; the first is the label."""
    path = tmp_path / "x.csv"
    frame = pd.DataFrame(np.column_stack([LABELS, IMAGES.reshape(40, 784)]), columns=list(names))
    frame.to_csv(path, index=False)
    with pytest.raises(DatasetError, match="no header with the name label.*class_names="):
        datasets.load_kaggle_csv(path)
    assert_same(datasets.load_kaggle_csv(path, class_names="0123456789"), IMAGES, LABELS)


def test_numpy_savetxt_without_a_header(tmp_path):
    np.savetxt(tmp_path / "x.csv", table(COUNTED).to_numpy(), delimiter=",")
    dataset = datasets.load_kaggle_csv(tmp_path / "x.csv", class_names="0123456789")
    assert_same(dataset, IMAGES, LABELS)


WRONG_HEADS = {
    "two labels": (["label", "class", *COUNTED[:-1]], "row 1: found 2 of them"),
    "no label": (["name", *COUNTED], "row 1: found no such name, but 'name' first"),
    "alphabetical": (["label", *sorted(COUNTED)], "row 1, column 3: found the header 'pixel10'"),
    "by column": (
        ["label", *[f"{i % 28}x{i // 28}" for i in range(784)]],
        "row 1, column 3: found the header '1x0', expected '0x1'",
    ),
    "one more": (["label", *COUNTED, "split"], "found 786 columns"),
}


@pytest.mark.parametrize("names, words", WRONG_HEADS.values(), ids=WRONG_HEADS.keys())
def test_a_header_that_leaves_doubt_is_refused(tmp_path, names, words):
    rows = np.zeros((3, len(names)), int)
    pd.DataFrame(rows, columns=names).to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(DatasetError, match=words):
        datasets.load_kaggle_csv(tmp_path / "x.csv")


@pytest.fixture(scope="module")
def drawn():
    """Every character drawn 12 times, uint8 [744, 28, 28], and its index in `pen.CHARACTERS`."""
    return pen.draw("".join(c * 12 for c in pen.CHARACTERS), rng=5)[..., 0], np.arange(744) // 12


def write(path, images, labels, first_label=0):
    rows = np.column_stack([labels + first_label, images.reshape(len(images), 784)])
    pd.DataFrame(rows).to_csv(path, index=False, header=False)
    return path


@pytest.mark.parametrize("name", ["emnist-letters-train.csv", "renamed.csv"])
def test_emnist_letters_of_kaggle_are_set_upright_and_counted_from_1(tmp_path, drawn, name):
    images, labels = drawn[0][120:], (drawn[1][120:] - 10) % 26
    path = write(tmp_path / name, images.transpose(0, 2, 1), labels, 1)
    for _ in range(2):  # from the text, then from the cache
        dataset = datasets.load_kaggle_csv(path)
        assert_same(dataset, images, labels)
        assert "".join(dataset.class_names) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        assert "1 to 26 stand for A to Z" in dataset.source
        assert "transposed" in dataset.source and "set upright" in dataset.source


def test_letters_counted_from_1_are_seen_even_without_a_z(tmp_path, drawn):
    images, labels = drawn[0][120:420], drawn[1][120:420] - 10
    dataset = datasets.load_kaggle_csv(write(tmp_path / "x.csv", images, labels, 1))
    assert_same(dataset, images, labels)
    assert "labels from 1 on" in dataset.source and "upright" not in dataset.source


def test_letters_under_a_header_are_letters_if_they_look_like_it(tmp_path, drawn):
    images, labels = drawn[0][120:432], drawn[1][120:432] - 10
    rows = np.column_stack([labels, images.reshape(len(images), 784)])
    for pixels, is_letters in ((rows[:, 1:], True), (np.roll(rows[:, 1:], 100, axis=0), False)):
        frame = pd.DataFrame(pixels, columns=COUNTED)
        frame.insert(0, "label", labels)
        frame.to_csv(tmp_path / "x.csv", index=False)
        if is_letters:
            assert_same(datasets.load_kaggle_csv(tmp_path / "x.csv"), images, labels)
        else:
            with pytest.raises(
                DatasetError, match="label 10.*neither like digits nor like letters"
            ):
                datasets.load_kaggle_csv(tmp_path / "x.csv")


def test_emnist_byclass_and_digits_are_known_by_name_or_by_their_labels(tmp_path, drawn):
    turned = drawn[0].transpose(0, 2, 1)
    for name in ("emnist-byclass-test.csv", "x.csv"):
        dataset = datasets.load_kaggle_csv(write(tmp_path / name, turned, drawn[1]))
        assert_same(dataset, *drawn)
        assert dataset.class_names == tuple(pen.CHARACTERS)
    digits = datasets.load_kaggle_csv(
        write(tmp_path / "emnist-digits-test.csv", turned[:120], drawn[1][:120])
    )
    assert_same(digits, drawn[0][:120], drawn[1][:120])


def test_rows_without_a_header_that_look_like_digits_are_digits(tmp_path, drawn):
    path = write(tmp_path / "mnist_train.csv", drawn[0][:120], drawn[1][:120])
    assert_same(datasets.load_kaggle_csv(path), drawn[0][:120], drawn[1][:120])
