"""Which names the search accepts, and what `load_digits` says about files that it can't use."""

import gzip
import zipfile

import numpy as np
import pytest
from made_files import assert_same, idx, lines_of, write_csv, write_mnist

from course_lib import pen
from course_lib.data import datasets

LABELS = np.arange(200) // 20
IMAGES = pen.draw("".join(str(label) for label in LABELS), rng=8)[..., 0]


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def write_zip(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.csv", text)


def test_upper_and_lower_case_are_the_same(data):
    write_csv(data / "TRAIN.CSV", IMAGES, LABELS)
    assert_same(datasets.load_digits(), IMAGES, LABELS)
    write_mnist(data, IMAGES[::-1], LABELS[::-1])
    for path in data.glob("*.gz"):
        path.rename(path.with_name(path.name.upper()))
    assert_same(datasets.load_digits(), IMAGES[::-1], LABELS[::-1])
    path = data / "TRAIN-IMAGES-IDX3-UBYTE.GZ"
    assert_same(datasets.load_file(path), IMAGES[::-1], LABELS[::-1])
    np.savez(data / "x.npz", images=IMAGES, labels=LABELS)
    assert_same(datasets.load_file((data / "x.npz").rename(data / "X.NPZ")), IMAGES, LABELS)
    np.save(data / "X.npy", IMAGES)
    np.save(data / "Y.npy", LABELS)
    assert_same(datasets.load_file(data / "X.npy"), IMAGES, LABELS)


def test_labels_with_a_dot_where_the_images_have_a_dash(data):
    (data / "train-images.idx3-ubyte").write_bytes(gzip.decompress(idx(IMAGES)))
    (data / "train-labels-idx1-ubyte").write_bytes(gzip.decompress(idx(LABELS)))
    assert_same(datasets.load_digits(), IMAGES, LABELS)


def test_the_hidden_files_of_macos_are_left_alone(data, capsys):
    write_csv(data / "train.csv", IMAGES, LABELS)
    for name in ("._mnist.npz", "._train.csv", ".train.csv"):
        (data / name).write_bytes(b"\0\5\x16\7" * 900)
    assert_same(datasets.load_digits(), IMAGES, LABELS)
    assert "Passed over" not in capsys.readouterr().out


def test_a_zip_with_one_csv_is_read_and_one_with_several_is_named(data, capsys):
    text = "\n".join(lines_of(IMAGES, LABELS))
    write_zip(data / "archive.zip", train=text, test="1")
    assert "drawn by course_lib.pen" in datasets.load_digits().source
    said = capsys.readouterr().out
    assert "archive.zip: found 2 such files (train.csv, test.csv)" in said
    write_zip(data / "b.zip", train=text)
    assert_same(datasets.load_digits(), IMAGES, LABELS)


def spaces_at_the_end(path):
    path.write_text(path.read_text() + "   \n\n")


@pytest.mark.parametrize("count", [200, 600])
def test_blank_lines_at_the_end_are_ignored(data, count):
    images, labels = np.tile(IMAGES, (3, 1, 1))[:count], np.tile(LABELS, 3)[:count]
    spaces_at_the_end(write_csv(data / "train.csv", images, labels))
    assert_same(datasets.load_digits(), images, labels)
    assert_same(datasets.load_kaggle_csv(data / "train.csv"), images, labels)


REASONS = {
    "white paper": (lambda x: write(x, 255 - IMAGES), "a bright border, as of white paper"),
    "32 by 32": (lambda x: write(x, np.pad(IMAGES, [(0, 0), (2, 2), (2, 2)])), "32 by 32 pixels"),
    "cut short": (lambda x: write(x, IMAGES, 99_999), "the file was probably cut short"),
    "no labels": (lambda x: x.write_text(",".join("0" * 784) + "\n"), "use train.csv"),
    "sep=;": (lambda x: x.write_text("sep=;\nlabel;pixel0\n"), "Delete this row"),
}


def write(path, images, length=None):
    rows = np.column_stack([LABELS, images.reshape(len(images), -1)])
    head = ",".join(["label", *(f"pixel{i}" for i in range(images[0].size))])
    text = "\n".join([head, *(",".join(map(str, row)) for row in rows.tolist())])
    path.write_text(text[:length])


@pytest.mark.parametrize("make, words", REASONS.values(), ids=REASONS.keys())
def test_the_reason_is_the_one_that_load_file_gives(data, make, words, capsys):
    make(data / "train.csv")
    assert "drawn by course_lib.pen" in datasets.load_digits().source
    assert words in capsys.readouterr().out
    with pytest.raises(datasets.DatasetError, match=words):
        datasets.load_file(data / "train.csv")


def test_downloads_that_are_not_finished_and_copies_are_named(data, capsys):
    (data / "train.csv.crdownload").write_text("label,pix")
    write_mnist(data, IMAGES, LABELS)
    for path in data.glob("*.gz"):
        path.rename(path.with_name(f"{path.stem} (1).gz"))
    datasets.load_digits()
    said = capsys.readouterr().out
    copy = data / "train-images-idx3-ubyte (1).gz"
    assert "train.csv.crdownload: a download that isn't finished. Download the file again" in said
    assert f"{copy}: load_digits doesn't look into such files. Try load_file" in said
    assert_same(datasets.load_file(copy), IMAGES, LABELS)  # the fix
