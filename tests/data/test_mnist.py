"""MNIST from idx files, from mnist.npz and by Keras's download, sound and damaged."""

import gzip

import numpy as np
import pytest
from made_files import assert_same, idx, make_images, rewrite, write_mnist

from course_lib.data import datasets
from course_lib.data.datasets import DatasetError


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
    with pytest.raises(DatasetError, match="y_test, item 0: found the label 4.5"):
        datasets.load_mnist("test")
    np.savez(folder / "mnist.npz", **parts)
    with pytest.raises(DatasetError, match=r"labels \[N\] \(here 0\) with 'test'"):
        datasets.load_mnist("test")
    rewrite(folder / "mnist.npz", lambda raw: raw[: len(raw) // 2])
    with pytest.raises(DatasetError, match="incomplete file"):
        datasets.load_mnist()


def test_fashion_mnist_is_not_taken_for_digits(tmp_path):
    write_mnist(tmp_path / "data" / "fashionmnist", make_images(5), np.arange(5))
    assert datasets.find_sources() == []


BAD_IDX = {
    "magic": ("images", lambda raw: b"\0\0\x08\x01" + raw[4:], ["0x00000801", "0x00000803"]),
    "swapped": ("labels", lambda raw: idx_bytes(make_images(5)), ["0x00000803", "swapped"]),
    "cut short": ("images", lambda raw: raw[:-10], ["3,910 bytes", "3,920 bytes"]),
    "too long": ("images", lambda raw: raw + b"\0", ["found more bytes"]),
    "huge": ("images", lambda raw: raw[:4] + b"\xff" * 4 + raw[8:], ["4294967295"]),
    "32 pixels": (
        "images",
        lambda raw: raw[:8] + b"\0\0\0\x20" + raw[12:],
        ["(5, 32, 28)", "(N, 28, 28)"],
    ),
    "counts": ("labels", lambda raw: idx_bytes(np.arange(4)), ["5 images and 4 labels"]),
    "label 10": ("labels", lambda raw: raw[:-1] + b"\x0a", ["item 4", "label 10", "0 to 9"]),
}


def idx_bytes(array):
    return gzip.decompress(idx(array))


@pytest.mark.parametrize("part, change, words", BAD_IDX.values(), ids=BAD_IDX.keys())
def test_bad_idx_is_named(tmp_path, part, change, words):
    write_mnist(tmp_path / "data", make_images(5), np.arange(5))
    (path,) = (tmp_path / "data").glob(f"train-{part}*")
    rewrite(path, lambda raw: gzip.compress(change(gzip.decompress(raw))))
    with pytest.raises(DatasetError) as error:
        datasets.load_mnist()
    for word in [path.name, "found", "expected", *words]:
        assert word in str(error.value)


def test_idx_gzip_cut_short_and_missing_labels(tmp_path):
    write_mnist(tmp_path / "data", make_images(5), np.arange(5))
    rewrite(tmp_path / "data" / "train-images-idx3-ubyte.gz", lambda raw: raw[:-20])
    with pytest.raises(DatasetError, match="train-images.*Download it again"):
        datasets.load_mnist()
    (tmp_path / "data" / "train-labels-idx1-ubyte.gz").unlink()
    write_mnist(tmp_path / "data", make_images(5), np.arange(5))
    (tmp_path / "data" / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DatasetError, match="train-labels.*no such file"):
        datasets.load_mnist()


def test_mnist_by_keras_and_without_an_internet_connection(monkeypatch):
    keras = pytest.importorskip("keras")
    images, labels = make_images(6), np.arange(6).astype(np.uint8)
    pair = (images, labels), (images[:2], labels[:2])
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: pair)
    assert_same(datasets.load_mnist(), images, labels)
    assert_same(datasets.load_mnist("test"), images[:2], labels[:2])

    def offline():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", offline)
    with pytest.raises(DatasetError, match="URL fetch failure.*Connect to the internet"):
        datasets.load_mnist()
    with pytest.raises(DatasetError, match="'train', 'test' or None"):
        datasets.load_mnist("valid")
