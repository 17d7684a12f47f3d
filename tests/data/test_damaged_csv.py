"""Damaged CSVs are refused; the message names the row and column, and what to do."""

import gzip
import zipfile

import pandas as pd
import pytest
from made_files import HEADER, assert_same, lines_of, make_images, rewrite

from course_lib.data import datasets
from course_lib.data.datasets import DatasetError

# Each case: a change to the lines of a sound file, and words that the message must contain. Row 3,
# column 5 is line index 2, cell index 4: pixel3.


def cell(text):
    def change(lines):
        cells = lines[2].split(",")
        cells[4] = text
        lines[2] = ",".join(cells)

    return change


def line(index, change):
    def apply(lines):
        lines[index] = change(lines[index])

    return apply


BAD_LINES = {
    "text": (cell("abc"), ["row 3, column 5 (pixel3)", "'abc'", "0 to 255"]),
    "blank": (cell(""), ["row 3, column 5", "missing", "Fill it in"]),
    "nan": (cell("NaN"), ["row 3, column 5", "missing", "'NaN'"]),
    "wraps to 1": (cell("257"), ["row 3, column 5", "'257'", "0 to 255"]),
    "wraps to 0": (cell(str(2**32)), ["row 3, column 5", str(2**32)]),
    "negative": (cell("-1"), ["row 3, column 5", "'-1'", "0 to 255"]),
    "decimal": (cell("12.5"), ["row 3, column 5", "decimal '12.5'", "whole"]),
    "infinite": (cell("inf"), ["row 3, column 5", "'inf'"]),
    "not ASCII digits": (cell("١٢"), ["row 3, column 5", "'١٢'"]),
    "NUL": (cell("1\0"), ["row 3, column 5", "'1\\x00'"]),
    "label text": (line(4, lambda x: "A" + x[1:]), ["row 5, column 1 (label)", "'A'"]),
    "label range": (line(4, lambda x: "10" + x[1:]), ["row 5, column 1 (label)", "label 10", "9"]),
    "too few": (line(4, lambda x: x.rsplit(",", 2)[0]), ["row 5", "783 columns", "785", "Correct"]),
    "too many": (line(4, lambda x: x + ",0"), ["row 5", "786 columns", "785", "index=False"]),
    "blank line": (line(4, lambda x: ""), ["row 5", "blank line", "Delete"]),
    "cut short": (line(-1, lambda x: x[: len(x) // 2]), ["row 41", "785", "cut short"]),
    "two headers": (lambda x: x.insert(1, HEADER), ["row 2", "second header", "Delete"]),
    "joined files": (lambda x: x.extend(x[:3]), ["row 42", "second header", "joined"]),
    "no header": (lambda x: x.pop(0), ["row 1", "no header", "class_names="]),
    "header only": (lambda x: x.__delitem__(slice(1, None)), ["no rows of data"]),
    "blank only": (lambda x: x.__setitem__(slice(None), ["", ""]), ["no rows of data"]),
    "header order": (
        line(0, lambda x: x.replace("pixel0,pixel1", "pixel1,pixel0")),
        ["row 1, column 2", "'pixel1'", "'pixel0'"],
    ),
    "Kaggle's test.csv": (
        lambda x: x.__setitem__(slice(None), [row.split(",", 1)[1] for row in x]),
        ["row 1", "784 columns", "use train.csv"],
    ),
    "sep=;": (lambda x: x.insert(0, "sep=;"), ["row 1", "found 1 column,", "Delete this row"]),
    "one-hot": (
        lambda x: x.__setitem__(slice(None), [row + ",0" * 9 for row in x]),
        ["row 1", "found 794 columns", "write one number from 0 to 9"],
    ),
    "sample_submission.csv": (
        lambda x: x.__setitem__(slice(None), ["ImageId,Label", "1,0"]),
        ["row 1", "found 2 columns", "has no images: use train.csv"],
    ),
    "a list of pictures": (
        lambda x: x.__setitem__(slice(None), ["image,label", "Img/img001.png,0"]),
        ["row 1", "found 2 columns", "a folder with a subfolder for each label"],
    ),
    "48 by 48 in one cell": (
        lambda x: x.__setitem__(slice(None), ["label,pixels", '3,"' + "0 " * 2303 + '9"']),
        ["row 2", "found 2305 columns", "48 by 48 pixels"],
    ),
    "semicolons below": (line(2, lambda x: x.replace(",", ";")), ["row 3", "semicolons"]),
    "web page": (lambda x: x.insert(0, "<!DOCTYPE html>"), ["a web page", "Log in"]),
}


def refused(path, words):
    """Check that the loader refuses `path` with these words and leaves no cache, whole or half."""
    before = set(path.parent.iterdir())
    with pytest.raises(DatasetError) as error:
        datasets.load_kaggle_csv(path)
    for word in [path.name, "found", "expected", *words]:
        assert word in str(error.value), f"{word!r} not in: {error.value}"
    assert isinstance(error.value, ValueError)
    assert set(path.parent.iterdir()) == before


@pytest.mark.parametrize("change, words", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_bad_lines_are_named(digits, change, words):
    path, _, _ = digits
    lines = path.read_text().splitlines()
    change(lines)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    refused(path, words)


def test_letters_beyond_z_are_named(letters):
    path, _, _ = letters
    path.write_text(path.read_text() + lines_of(make_images(1), [26])[0] + "\n")
    refused(path, ["row 78, column 1 (label)", "label 26", "0 to 25", "class_names="])


BAD_FILES = {
    "empty": (lambda raw: b"", ["empty"]),
    "junk": (lambda raw: bytes(range(256)) * 50, ["UTF-8"]),
    "UTF-16 cut short": (lambda raw: raw.decode().encode("utf-16")[:-4001], ["0x", "UTF-16"]),
    "gz cut short": (lambda raw: gzip.compress(raw)[:-500], ["to its end", "Download it again"]),
    "gz without its sum": (lambda raw: gzip.compress(raw)[:-8], ["Download it again"]),
    "gz damaged": (
        lambda raw: (g := gzip.compress(raw))[:2000] + b"\xff" * 9 + g[2009:],
        ["Download it again"],
    ),
    "zip cut short": (lambda raw: b"PK\x03\x04" + raw[:99], ["Download it again"]),
}


@pytest.mark.parametrize("change, words", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_bad_files_are_named(digits, change, words):
    path, _, _ = digits
    refused(rewrite(path, change), words)


def test_missing_files_and_folders(digits, tmp_path):
    path, _, _ = digits
    refused(tmp_path / "none.csv", ["no such file", "data/README.md"])
    refused(path.parent, ["a folder", "train.csv", "path of the file"])


@pytest.mark.parametrize("names, words", [(["a.csv", "b.csv"], ["2", "a.csv, b.csv"]), ([], [])])
def test_zip_must_hold_one_csv(tmp_path, names, words):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in [*names, "readme.txt"]:
            archive.writestr(name, "0")
    refused(path, ["expected one .csv file", "Unzip", *words])


def test_row_numbers_in_front_of_a_file_without_a_header(letters, tmp_path):
    path, images, labels = letters
    frame = pd.read_csv(path, header=None)
    frame.to_csv(path, header=False)
    refused(path, ["row 1", "786 columns", "pandas.read_csv(path, header=None, index_col=0)"])
    pd.read_csv(path, header=None, index_col=0).to_csv(path, header=False, index=False)  # the fix
    assert_same(datasets.load_kaggle_csv(path), images, labels)
