"""CSVs in the shapes of Kaggle's: the images and labels that were written come back."""

import gzip
import re
import zipfile
from functools import partial

import numpy as np
import pytest
from made_files import assert_same, make_images, rewrite, write_csv

from course_lib.data import datasets
from course_lib.data.datasets import DatasetError
from course_lib.data.formats import csv_cache, csv_table


def test_digit_recognizer_equals_what_was_written(digits, capsys):
    path, images, labels = digits
    dataset = datasets.load_kaggle_csv(path)
    assert_same(dataset, images, labels)
    assert dataset.class_names == tuple("0123456789")
    assert capsys.readouterr().out.strip() == dataset.source
    assert str(path) in dataset.source and "40 digits" in dataset.source


def test_a_to_z_equals_what_was_written(letters):
    path, images, labels = letters
    dataset = datasets.load_kaggle_csv(str(path))
    assert_same(dataset, images, labels)
    assert dataset.class_names == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def zipped(path):
    target = path.with_name(path.name + ".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, "some folder/" + path.name)
        archive.writestr("__MACOSX/._" + path.name, "shadow")
    return target


def gzipped(path):
    target = path.with_name(path.name + ".gz")
    target.write_bytes(gzip.compress(path.read_bytes()))
    return target


@pytest.mark.parametrize(
    "form",
    [
        zipped,
        gzipped,
        partial(rewrite, change=lambda raw: b"\xef\xbb\xbf" + raw),
        partial(rewrite, change=lambda raw: raw.replace(b"\n", b"\r\n")),
        partial(rewrite, change=lambda raw: raw.replace(b"\n", b"\r")),
        partial(rewrite, change=lambda raw: raw + b"\n\r\n  \n"),
        partial(rewrite, change=lambda raw: raw.rstrip(b"\n")),
        partial(rewrite, change=lambda raw: raw.replace(b",", b", ")),
    ],
    ids=[
        "zip",
        "gz",
        "BOM",
        "Windows",
        "old Mac",
        "blank lines at the end",
        "no last line end",
        "spaces",
    ],
)
@pytest.mark.parametrize("shape", ["digits", "letters"])
def test_every_accepted_form(request, shape, form):
    path, images, labels = request.getfixturevalue(shape)
    assert_same(datasets.load_kaggle_csv(form(path)), images, labels)


def test_files_longer_than_a_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_table, "CHUNK_ROWS", 7)
    images, labels = make_images(50), np.arange(50) % 10
    path = write_csv(tmp_path / "train.csv", images, labels)
    assert_same(datasets.load_kaggle_csv(path), images, labels)
    lines = path.read_text().splitlines()
    lines[37] = lines[37].replace(",", ",x", 1)
    path.write_text("\n".join(lines))
    with pytest.raises(DatasetError, match="row 38, column 2"):
        datasets.load_kaggle_csv(path)


def test_the_quick_reader_reads_plain_rows_and_nothing_else():
    """Two rows with one byte changed or put in: read as Python reads them, or declined."""
    rng = np.random.default_rng(0)
    seen = {"read": 0, "declined": 0}
    for _ in range(400):
        cells = rng.integers(0, 256, (2, 785)).astype(str)
        text = "".join(",".join(row) + "\n" for row in cells)
        at, byte = rng.integers(len(text)), rng.choice(list("0123456789,\n\r .+-x;/:\0"))
        text = text[:at] + byte + text[at + rng.integers(0, 2) :]
        rows = [line.split(",") for line in text.split("\n")]
        plain = rows.pop() == [""] and all(
            len(row) == 785 and all(re.fullmatch("[0-9]{1,3}", c) and int(c) < 256 for c in row)
            for row in rows
        )
        found = csv_table._parse_plain(text.encode())
        seen["read" if plain else "declined"] += 1
        if plain:
            assert np.array_equal(found, np.array(rows, int)), (at, byte)
        else:
            assert found is None, (at, byte)
    assert min(seen.values()) > 50, seen


def test_per_class_is_a_seeded_mixed_sample(letters):
    path, images, labels = letters
    dataset = datasets.load_kaggle_csv(path, per_class=2, seed=3)
    assert np.bincount(dataset.labels).tolist() == [2] * 26
    assert (np.diff(dataset.labels) < 0).any()  # the file is in class order, the sample is not
    pool = {(label, image.tobytes()) for label, image in zip(labels, images, strict=True)}
    for label, image in zip(dataset.labels, dataset.images, strict=True):
        assert (label, image.tobytes()) in pool
    again = datasets.load_kaggle_csv(path, per_class=2, seed=3)
    assert_same(again, dataset.images[..., 0], dataset.labels)
    other = datasets.load_kaggle_csv(path, per_class=2, seed=4)
    assert not np.array_equal(other.images, dataset.images)


def test_per_class_with_scarce_classes(letters):
    path, _, _ = letters
    with pytest.raises(DatasetError) as error:
        datasets.load_kaggle_csv(path, per_class=3)
    assert all(word in str(error.value) for word in ("A 2", "D 2", "per_class=2", "allow_fewer"))
    assert "B" not in str(error.value).split("fewer rows in")[1].split("expected")[0]
    assert not csv_cache.cache_path(path).exists()
    dataset = datasets.load_kaggle_csv(path, per_class=3, allow_fewer=True)
    assert dataset.source.endswith("at most 3 of each class")
    assert np.bincount(dataset.labels).tolist() == [min(k % 3 + 2, 3) for k in range(26)]
    for wrong in (0, -1, 2.0, True):
        with pytest.raises(DatasetError, match="per_class"):
            datasets.load_kaggle_csv(path, per_class=wrong)


def test_without_header_ten_classes_need_a_name(tmp_path):
    images, labels = make_images(20), np.arange(20) % 10
    path = write_csv(tmp_path / "x.csv", images, labels, header=False)
    with pytest.raises(DatasetError) as error:
        datasets.load_kaggle_csv(path)
    assert all(word in str(error.value) for word in ("x.csv", "row 1", "no header", "class_names="))
    assert_same(datasets.load_kaggle_csv(path, class_names="0123456789"), images, labels)
    assert datasets.load_kaggle_csv(path, class_names="ABCDEFGHIJ").class_names[0] == "A"
