"""Files made here, so that every right answer is known before the loaders see them.

Real digits come from $COURSE_DATA/mnist where it is present, drawn boxes stand in elsewhere. The
oracles are the arrays the files were written from, hand-written idx bytes, and counts.
"""

import gzip
import hashlib
import os
import re
import struct
import subprocess
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from course_lib.data import datasets, formats, places
from course_lib.data.datasets import Dataset, DatasetError

HEADER = "label," + ",".join(f"pixel{i}" for i in range(784))
COURSE_DATA = os.environ.get("COURSE_DATA", "")


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """A machine without data: every place the loaders search lies in tmp_path and is empty."""
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(places, "PROJECT_DATA", tmp_path / "project")
    monkeypatch.setattr(places, "KAGGLE_INPUT", tmp_path / "kaggle")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_images(count):
    """uint8 [count, 28, 28]: real digits where they are present, else boxes, all asymmetric."""
    real = Path(COURSE_DATA) / "mnist" / "t10k-images-idx3-ubyte.gz"
    if COURSE_DATA and real.exists():
        raw = gzip.decompress(real.read_bytes())
        return np.frombuffer(raw, np.uint8, count * 784, offset=16).reshape(count, 28, 28).copy()
    images = np.zeros((count, 28, 28), np.uint8)
    for i in range(count):
        images[i, 2 : 6 + i % 11, 3 : 20 + i % 7] = 1 + (i * 37) % 255
    return images


def lines_of(images, labels):
    rows = np.column_stack([labels, images.reshape(len(images), 784)])
    return [",".join(map(str, row)) for row in rows.tolist()]


def write_csv(path, images, labels, header=True):
    head = [HEADER] if header else []
    path.write_text("\n".join(head + lines_of(images, labels)) + "\n")
    return path


@pytest.fixture
def digits(tmp_path):
    """(path of a digit-recognizer CSV of 40 rows, its images, its labels)."""
    images, labels = make_images(40), np.arange(40) * 7 % 10
    return write_csv(tmp_path / "train.csv", images, labels), images, labels


@pytest.fixture
def letters(tmp_path):
    """(path of an A-Z CSV in class order, unbalanced: k % 3 + 2 rows of class k; its arrays)."""
    labels = np.repeat(np.arange(26), np.arange(26) % 3 + 2)
    images = make_images(len(labels))
    return write_csv(tmp_path / "A_Z.csv", images, labels, header=False), images, labels


def idx(array):
    head = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.astype(np.uint8).tobytes())


def write_mnist(folder, images, labels, prefix="train"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{prefix}-images-idx3-ubyte.gz").write_bytes(idx(images))
    (folder / f"{prefix}-labels-idx1-ubyte.gz").write_bytes(idx(labels))


def assert_same(dataset, images, labels):
    assert dataset.images.dtype == np.uint8 and dataset.labels.dtype == np.int64
    np.testing.assert_array_equal(dataset.images[..., 0], images)
    np.testing.assert_array_equal(dataset.labels, labels)


# --- Dataset -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, words",
    [
        ({"images": np.zeros((3, 28, 28), np.uint8)}, "[3, 28, 28]"),
        ({"images": np.zeros((3, 28, 28, 1), np.float32)}, "float32"),
        ({"images": np.zeros((0, 28, 28, 1), np.uint8)}, "1 or more images"),
        ({"images": [[0]]}, "list"),
        ({"labels": np.zeros(2, np.int64)}, "labels [2]"),
        ({"labels": np.zeros(3, np.int32)}, "astype('int64')"),
        ({"labels": np.array([0, 2, 1])}, "the label 2"),
        ({"class_names": "AA"}, "no doubles"),
    ],
)
def test_dataset_refuses_what_does_not_fit(change, words):
    good = {"images": np.zeros((3, 28, 28, 1), np.uint8), "labels": np.array([0, 1, 1])}
    good |= {"class_names": "AB", "source": "made here"}
    assert repr(Dataset(**good)) == "Dataset(3 images of A B; made here)"
    with pytest.raises(DatasetError) as error:
        Dataset(**(good | change))
    assert words in str(error.value)


def test_batches_hold_every_image_once_a_pass_in_a_new_order():
    images = np.arange(12, dtype=np.uint8)[:, None, None, None] * np.ones((1, 28, 28, 1), np.uint8)
    dataset = Dataset(images, np.zeros(12, np.int64), "A", "made here")
    batches = [batch.numpy() for batch in dataset.batches(4, seed=1).take(6)]
    assert {batch.shape for batch in batches} == {(4, 28, 28, 1)}
    seen = [int(number) for batch in batches for number in batch[:, 0, 0, 0]]
    assert sorted(seen[:12]) == sorted(seen[12:]) == list(range(12))
    assert seen[:12] != seen[12:]
    again = [int(n) for batch in dataset.batches(4, seed=1).take(6) for n in batch[:, 0, 0, 0]]
    assert again == seen
    odd = [int(n) for batch in dataset.batches(5).take(2) for n in batch[:, 0, 0, 0]]
    assert len(set(odd)) == 10  # the two left over wait for another pass
    for batch_size in (0, 13, None, "4", 2.5):
        with pytest.raises(DatasetError, match="1 to 12"):
            dataset.batches(batch_size)


def test_import_is_light():
    code = (
        "import sys, course_lib.datasets; print({'tensorflow','keras','pandas'} & {*sys.modules})"
    )
    project = Path(datasets.__file__).parent.parent
    run = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True)
    assert run.stdout.strip() == "set()", run.stderr


# --- Kaggle's CSVs -----------------------------------------------------------------------------


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


def rewritten(path, change):
    path.write_bytes(change(path.read_bytes()))
    return path


@pytest.mark.parametrize(
    "dress",
    [
        zipped,
        gzipped,
        partial(rewritten, change=lambda raw: b"\xef\xbb\xbf" + raw),
        partial(rewritten, change=lambda raw: raw.replace(b"\n", b"\r\n")),
        partial(rewritten, change=lambda raw: raw.replace(b"\n", b"\r")),
        partial(rewritten, change=lambda raw: raw + b"\n\r\n  \n"),
        partial(rewritten, change=lambda raw: raw.rstrip(b"\n")),
        partial(rewritten, change=lambda raw: raw.replace(b",", b", ")),
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
def test_accepted_dress(request, shape, dress):
    path, images, labels = request.getfixturevalue(shape)
    assert_same(datasets.load_kaggle_csv(dress(path)), images, labels)


def test_files_longer_than_a_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "CHUNK_ROWS", 7)
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
        found = formats._parse_plain(text.encode())
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
    drawn = [(label, image.tobytes()) for label, image in zip(*dataset_pair(dataset), strict=True)]
    assert set(drawn) <= pool
    again = datasets.load_kaggle_csv(path, per_class=2, seed=3)
    assert_same(again, dataset.images[..., 0], dataset.labels)
    other = datasets.load_kaggle_csv(path, per_class=2, seed=4)
    assert not np.array_equal(other.images, dataset.images)


def dataset_pair(dataset):
    return dataset.labels, dataset.images[..., 0]


def test_per_class_with_scarce_classes(letters):
    path, _, _ = letters
    with pytest.raises(DatasetError) as error:
        datasets.load_kaggle_csv(path, per_class=3)
    assert all(word in str(error.value) for word in ("A 2", "D 2", "per_class=2", "allow_fewer"))
    assert "B" not in str(error.value).split("fewer rows in")[1].split("expected")[0]
    assert not formats.cache_path(path).exists()
    dataset = datasets.load_kaggle_csv(path, per_class=3, allow_fewer=True)
    assert dataset.source.endswith("3 of each class at most")
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


# Each case: what is done to the lines of a good file, and words the message must hold. Row 3,
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
    "whole float": (cell("12.0"), ["row 3, column 5", "decimal '12.0'", "astype"]),
    "quoted": (cell('"12"'), ["row 3, column 5", "quoted", "without quotes"]),
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
    "quoted header": (line(0, lambda x: x.replace("label", '"label"')), ["row 1", "no quotes"]),
    "Kaggle's test.csv": (
        lambda x: x.__setitem__(slice(None), [row.split(",", 1)[1] for row in x]),
        ["row 1", "784 columns", "use train.csv"],
    ),
    "semicolons": (
        lambda x: x.__setitem__(slice(None), [row.replace(",", ";") for row in x]),
        ["row 1", "1 columns", "semicolons", "commas"],
    ),
    "semicolons below": (line(2, lambda x: x.replace(",", ";")), ["row 3", "semicolons"]),
    "web page": (lambda x: x.insert(0, "<!DOCTYPE html>"), ["row 1", "web page", "log in"]),
}


def refused(path, words):
    """The loader refuses `path` with these words and leaves neither cache nor half a cache."""
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
    refused(path, ["row 78, column 1 (label)", "label 26", "0 to 25", "load_emnist"])


BAD_FILES = {
    "empty": (lambda raw: b"", ["empty"]),
    "junk": (lambda raw: bytes(range(256)) * 50, ["UTF-8"]),
    "UTF-16": (lambda raw: raw.decode().encode("utf-16"), ["0xff", "UTF-8"]),
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
    refused(rewritten(path, change), words)


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
    refused(path, ["one .csv file", "Unzip", *words])


# --- The cache ---------------------------------------------------------------------------------


@pytest.fixture
def count_reads(monkeypatch):
    """A list that grows by one each time a CSV's text is read."""
    reads, real = [], formats.read_csv
    monkeypatch.setattr(formats, "read_csv", lambda path: reads.append(path) or real(path))
    return reads


def test_cached_load_equals_the_first_and_reads_no_text(letters, count_reads):
    path, images, labels = letters
    first, second = datasets.load_kaggle_csv(path), datasets.load_kaggle_csv(path)
    assert_same(second, images, labels)
    assert (second.source, second.class_names) == (first.source, first.class_names)
    assert len(count_reads) == 1
    assert formats.cache_path(path).exists()
    assert [p.name for p in path.parent.glob("*.tmp")] == []
    sample = datasets.load_kaggle_csv(path, per_class=2)
    formats.cache_path(path).unlink()
    assert_same(datasets.load_kaggle_csv(path, per_class=2), *reversed(dataset_pair(sample)))


def test_cache_is_renewed_when_the_file_changes(digits, count_reads):
    path, images, labels = digits
    datasets.load_kaggle_csv(path)
    write_csv(path, images[::-1], labels[::-1])  # the same size
    os.utime(path, ns=(1, 1))
    assert_same(datasets.load_kaggle_csv(path), images[::-1], labels[::-1])
    assert len(count_reads) == 2


def test_stale_cache_does_not_outlive_a_bad_file(digits):
    path, _, _ = digits
    datasets.load_kaggle_csv(path)
    path.write_text(path.read_text().replace(",0", ",?", 1))
    with pytest.raises(DatasetError):
        datasets.load_kaggle_csv(path)
    assert not formats.cache_path(path).exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: b"",
        lambda raw: b"\x80\x04" + raw,
        lambda raw: raw[:-400] + bytes([raw[-400] ^ 1]) + raw[-399:],
        lambda raw: raw.replace(b"'fortran_order': False", b"'fortran_order': True "),
    ],
    ids=["half", "empty", "pickle", "one bit", "order"],
)
def test_damaged_cache_is_rebuilt(digits, count_reads, damage):
    path, images, labels = digits
    datasets.load_kaggle_csv(path)
    good = formats.cache_path(path).read_bytes()
    rewritten(formats.cache_path(path), damage)
    assert_same(datasets.load_kaggle_csv(path), images, labels)
    assert len(count_reads) == 2
    assert formats.cache_path(path).read_bytes() == good


def test_goes_on_without_a_cache_and_says_so(digits, capsys):
    path, images, labels = digits
    formats.cache_path(path).mkdir()  # in the way, as a folder without write permission would be
    assert_same(datasets.load_kaggle_csv(path), images, labels)
    assert "No cache could be kept beside" in capsys.readouterr().out
    assert list(path.parent.glob("*.tmp")) == []


# --- MNIST -------------------------------------------------------------------------------------


def test_mnist_idx_takes_the_split_that_is_there(tmp_path):
    images, labels = make_images(15), np.arange(15) % 10
    folder = tmp_path / "data" / "deep" / "mnist"
    write_mnist(folder, images, labels, "t10k")
    dataset = datasets.load_mnist()
    assert_same(dataset, images, labels)
    assert "test split" in dataset.source and "no training split" in dataset.source
    write_mnist(folder, images[:9], labels[:9], "train")
    assert_same(datasets.load_mnist(), images[:9], labels[:9])
    assert "training split" in datasets.load_mnist("train").source
    assert_same(datasets.load_mnist("test"), images, labels)


def test_mnist_npz_of_keras(tmp_path):
    images, labels = make_images(15), (np.arange(15) % 10).astype(np.uint8)
    folder = tmp_path / "keras" / "datasets"
    folder.mkdir(parents=True)
    parts = {"x_train": images[:9], "y_train": labels[:9], "x_test": images[9:]}
    np.savez(folder / "mnist.npz", **parts, y_test=labels[9:])
    assert_same(datasets.load_mnist(), images[:9], labels[:9])
    assert_same(datasets.load_mnist("test"), images[9:], labels[9:])
    np.savez(folder / "mnist.npz", **parts, y_test=labels[9:] / 2)
    with pytest.raises(DatasetError, match="float64"):
        datasets.load_mnist("test")
    np.savez(folder / "mnist.npz", **parts)
    with pytest.raises(DatasetError, match="y_test too"):
        datasets.load_mnist("test")
    rewritten(folder / "mnist.npz", lambda raw: raw[: len(raw) // 2])
    with pytest.raises(DatasetError, match="half a file"):
        datasets.load_mnist()


def test_fashion_mnist_is_not_taken_for_digits(tmp_path):
    write_mnist(tmp_path / "data" / "fashionmnist", make_images(5), np.arange(5))
    assert datasets.find_sources() == []


BAD_IDX = {
    "magic": ("images", lambda raw: b"\0\0\x08\x01" + raw[4:], ["0x00000801", "0x00000803"]),
    "swapped": ("labels", lambda raw: idx_bytes(make_images(5)), ["0x00000803", "swapped"]),
    "cut short": ("images", lambda raw: raw[:-10], ["3,910 bytes", "3,920 bytes"]),
    "too long": ("images", lambda raw: raw + b"\0", ["left over"]),
    "huge": ("images", lambda raw: raw[:4] + b"\xff" * 4 + raw[8:], ["4294967295"]),
    "32 pixels": ("images", lambda raw: raw[:8] + b"\0\0\0\x20" + raw[12:], ["(5, 32, 28)"]),
    "counts": ("labels", lambda raw: idx_bytes(np.arange(4)), ["5 images and 4 labels"]),
    "label 10": ("labels", lambda raw: raw[:-1] + b"\x0a", ["item 4", "label 10", "0 to 9"]),
}


def idx_bytes(array):
    return gzip.decompress(idx(array))


@pytest.mark.parametrize("part, change, words", BAD_IDX.values(), ids=BAD_IDX.keys())
def test_bad_idx_is_named(tmp_path, part, change, words):
    write_mnist(tmp_path / "data", make_images(5), np.arange(5))
    (path,) = (tmp_path / "data").glob(f"train-{part}*")
    rewritten(path, lambda raw: gzip.compress(change(gzip.decompress(raw))))
    with pytest.raises(DatasetError) as error:
        datasets.load_mnist()
    for word in [path.name, "found", "expected", *words]:
        assert word in str(error.value)


def test_idx_gzip_cut_short_and_missing_labels(tmp_path):
    write_mnist(tmp_path / "data", make_images(5), np.arange(5))
    rewritten(tmp_path / "data" / "train-images-idx3-ubyte.gz", lambda raw: raw[:-20])
    with pytest.raises(DatasetError, match="train-images.*Download it again"):
        datasets.load_mnist()
    (tmp_path / "data" / "train-labels-idx1-ubyte.gz").unlink()
    write_mnist(tmp_path / "data", make_images(5), np.arange(5))
    (tmp_path / "data" / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DatasetError, match="train-labels.*no such file"):
        datasets.load_mnist()


def test_mnist_by_keras_and_without_network(monkeypatch):
    keras = pytest.importorskip("keras")
    images, labels = make_images(6), np.arange(6).astype(np.uint8)
    pair = (images, labels), (images[:2], labels[:2])
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: pair)
    assert_same(datasets.load_mnist(), images, labels)
    assert_same(datasets.load_mnist("test"), images[:2], labels[:2])

    def offline():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", offline)
    with pytest.raises(DatasetError, match="URL fetch failure.*Connect to the network"):
        datasets.load_mnist()
    with pytest.raises(DatasetError, match="'train', 'test' or None"):
        datasets.load_mnist("valid")


# --- EMNIST ------------------------------------------------------------------------------------

FLAG = np.zeros((28, 28), np.uint8)  # an upright F: a stem at the left, bars at the top, middle
FLAG[4:24, 8:10] = FLAG[4:6, 8:20] = FLAG[13:15, 8:16] = 255


def emnist_parts(kind="letters", count=3, first_label=1, split="train"):
    """{name: bytes} in EMNIST's way: every image transposed, letters labelled from 1."""
    images = np.stack([FLAG.T] * count)
    labels = np.arange(count) + first_label
    name = f"emnist-{kind}-{split}"
    images_part = {f"{name}-images-idx3-ubyte.gz": idx(images)}
    return images_part | {f"{name}-labels-idx1-ubyte.gz": idx(labels)}


@pytest.fixture
def nist(tmp_path):
    """(address, md5) of a small gzip.zip on a loopback server."""
    folder = tmp_path / "nist"
    folder.mkdir()
    parts = emnist_parts() | emnist_parts("balanced", 47, 0) | emnist_parts("byclass", 62, 0)
    with zipfile.ZipFile(folder / "gzip.zip", "w") as archive:
        for name, raw in parts.items():
            archive.writestr("gzip/" + name, raw)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    md5 = hashlib.md5((folder / "gzip.zip").read_bytes()).hexdigest()
    yield f"http://127.0.0.1:{server.server_port}/gzip.zip", md5
    server.shutdown()
    server.server_close()


def test_emnist_is_fetched_upright_and_labelled_from_0(nist, tmp_path):
    pytest.importorskip("keras")
    url, md5 = nist
    dataset = datasets.load_emnist("letters", url=url, file_hash=md5)
    assert_same(dataset, np.stack([FLAG] * 3), [0, 1, 2])
    assert dataset.class_names[:3] == ("A", "B", "C") and len(dataset.class_names) == 26
    fetched = tmp_path / "keras" / "datasets" / "emnist-gzip.zip"
    assert fetched.exists()
    nothing = "http://127.0.0.1:9/none"  # from here on the file in the cache must do
    balanced = datasets.load_emnist("balanced", url=nothing)
    assert "".join(balanced.class_names[36:]) == "abdefghnqrt"
    assert "".join(datasets.load_emnist("byclass", url=nothing).class_names) == (
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    )
    with pytest.raises(DatasetError, match="emnist-letters-test"):
        datasets.load_emnist("letters", split="test")


def test_emnist_refuses_a_wrong_hash_and_keeps_nothing(nist, tmp_path):
    pytest.importorskip("keras")
    with pytest.raises(DatasetError, match="put gzip.zip into"):
        datasets.load_emnist(url=nist[0], file_hash="0" * 32)
    with pytest.raises(DatasetError, match="put gzip.zip into"):
        datasets.load_emnist(url=nist[0] + "x", file_hash=nist[1])
    assert list((tmp_path / "keras" / "datasets").iterdir()) == []
    with pytest.raises(DatasetError, match="byclass"):
        datasets.load_emnist("digits")


def test_a_zip_of_csvs_is_not_taken_for_emnist(tmp_path):
    with zipfile.ZipFile(tmp_path / "data" / "emnist.zip", "w") as archive:
        archive.writestr("emnist-letters-train.csv", "1,2")
    assert datasets.find_sources() == []
    assert "drawn" in datasets.load_letters().source


def test_emnist_files_on_disk(tmp_path):
    for name, raw in emnist_parts("letters", 26).items():
        (tmp_path / "data" / name).write_bytes(raw)
    assert datasets.load_emnist().labels.tolist() == list(range(26))
    for name, raw in emnist_parts("letters", 2, first_label=0).items():
        (tmp_path / "data" / name).write_bytes(raw)
    with pytest.raises(DatasetError, match="item 0: found the label 0, expected a label from 1"):
        datasets.load_emnist()


# --- Real before drawn -------------------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch):
    """In place of the pen: blank images, so that these tests are about the choice alone."""

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
    rewritten(tmp_path / "data" / "mnist" / "t10k-images-idx3-ubyte.gz", lambda raw: raw[:50])
    with pytest.raises(DatasetError):  # a damaged source is not passed over in silence
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


def test_course_data_must_exist(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "typo"))
    with pytest.raises(DatasetError, match="COURSE_DATA=.*typo.*no such folder"):
        datasets.load_digits()


# --- The pen -----------------------------------------------------------------------------------


def test_handwriting_is_mixed_counted_and_seeded():
    pytest.importorskip("course_lib.pen")
    dataset = datasets.load_handwriting("AB7", per_class=5, seed=1)
    assert dataset.class_names == ("A", "B", "7")
    assert np.bincount(dataset.labels).tolist() == [5, 5, 5]
    assert (np.diff(dataset.labels) < 0).any()
    assert dataset.images.any(axis=(1, 2, 3)).all()
    assert_same(datasets.load_handwriting("AB7", 5, 1), dataset.images[..., 0], dataset.labels)
    for classes, count in (("digits", 10), ("letters", 26), ("alphanumeric", 62)):
        assert len(datasets.load_handwriting(classes, per_class=1)) == count
    for wrong in ("AA", "A?", ""):
        with pytest.raises(DatasetError, match="Name each character once"):
            datasets.load_handwriting(wrong, per_class=1)


def test_joined_sources_keep_each_character(tmp_path):
    """Shared classes are merged by name; each image keeps its character; no class above the limit."""
    a = datasets.load_handwriting("AB", per_class=30, seed=1)
    b = datasets.load_handwriting("B0", per_class=9, seed=2)
    whole = datasets.join([a, b])
    assert whole.class_names == ("A", "B", "0")
    assert np.bincount(whole.labels).tolist() == [30, 39, 9]
    name_of = {}
    for part in (a, b):
        for image, label in zip(part.images, part.labels):
            name_of[image.tobytes()] = part.class_names[label]
    for image, label in zip(whole.images, whole.labels):
        assert name_of[image.tobytes()] == whole.class_names[label]
    few = datasets.join([a, b], per_class=12)
    assert np.bincount(few.labels).tolist() == [12, 12, 9]
    assert "at most 12 of a class" in few.source
    with pytest.raises(formats.DatasetError, match="per_class 0"):
        datasets.join([a, b], per_class=0)
    with pytest.raises(formats.DatasetError, match="no dataset"):
        datasets.join([])
