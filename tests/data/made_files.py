"""Files in every format, made of arrays that the tests know.

Real digits come from $COURSE_DATA/mnist if they are there; otherwise boxes stand in for them.
"""

import gzip
import os
import struct
from pathlib import Path

import numpy as np

HEADER = "label," + ",".join(f"pixel{i}" for i in range(784))
COURSE_DATA = os.environ.get("COURSE_DATA", "")  # as it is before the tests change it


def make_images(count):
    """Return uint8 [count, 28, 28]: real digits if they are there, else boxes; all asymmetric."""
    real = Path(COURSE_DATA) / "mnist" / "t10k-images-idx3-ubyte.gz"
    if COURSE_DATA and real.exists():
        raw = gzip.decompress(real.read_bytes())
        return np.frombuffer(raw, np.uint8, count * 784, offset=16).reshape(count, 28, 28).copy()
    images = np.zeros((count, 28, 28), np.uint8)
    for i in range(count):
        images[i, 2 : 6 + i % 11, 3 : 20 + i % 7] = 255 - (i * 37) % 120
    return images


def lines_of(images, labels):
    rows = np.column_stack([labels, images.reshape(len(images), 784)])
    return [",".join(map(str, row)) for row in rows.tolist()]


def write_csv(path, images, labels, header=True):
    head = [HEADER] if header else []
    path.write_text("\n".join(head + lines_of(images, labels)) + "\n")
    return path


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


def rewrite(path, change):
    """Change the bytes of a file by a function, and return its path."""
    path.write_bytes(change(path.read_bytes()))
    return path


FLAG = np.zeros((28, 28), np.uint8)  # an upright F: a stem, and bars at the top and in the middle
FLAG[4:24, 8:10] = FLAG[4:6, 8:20] = FLAG[13:15, 8:16] = 255


def emnist_parts(kind="letters", count=3, first_label=1, split="train"):
    """Return {name: bytes} as EMNIST has them: images transposed, letters labelled from 1."""
    images = np.stack([FLAG.T] * count)
    labels = np.arange(count) + first_label
    name = f"emnist-{kind}-{split}"
    images_part = {f"{name}-images-idx3-ubyte.gz": idx(images)}
    return images_part | {f"{name}-labels-idx1-ubyte.gz": idx(labels)}
