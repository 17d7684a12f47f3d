"""USPS as a `Dataset`: digits from envelopes, brought from 16 by 16 pixels into MNIST's form."""

import numpy as np
from PIL import Image

from course_lib.data.dataset import DIGITS, Dataset, check_labels
from course_lib.data.errors import fault
from course_lib.data.formats.h5 import read_h5
from course_lib.data.formats.libsvm import ROUNDING, read_libsvm

SIDE = 16  # pixels, of USPS's images
BOX = 20  # pixels: the side of the box that holds a digit in MNIST
MIDDLE = 14  # row and column, counted from 0, of the centre of mass in MNIST (measured: 14.0)
AGAIN = "Download it again."


def read_usps(path, split, note="") -> Dataset:
    """Read one split of USPS from the file that `places.find_usps` found.

    USPS's digits fill their 16 by 16 pixels. As in MNIST, they are scaled to 20 by 20 pixels
    (bicubically) and moved by whole pixels, so that their centre of mass is in the middle of 28 by
    28 pixels, or as near to it as these 20 by 20 pixels fit in.

    Args:
        path: `usps.h5`, with values from 0 to 1, or one of LIBSVM's files, with values from -1 to 1
            and labels from 1 to 10. White ink on black in both.
        split: "train" or "test".
        note: the end of the dataset's `source`.

    Raises:
        DatasetError: if the file is missing or damaged.

    Hull 1994, A database for handwritten text recognition research; scaling and centring as in
    LeCun et al. 1998.
    """
    ink, labels = _read_h5(path, split) if path.suffix == ".h5" else _read_libsvm(path)
    kind = {"train": "training", "test": "test"}[split]
    source = f"{len(labels):,} real digits of USPS's {kind} split, {path}{note}"
    return Dataset(_fit(ink), labels, DIGITS, source)


def _read_libsvm(path):
    """Return ink from 0 to 1, [N, 256], and labels from 0 to 9, int64 [N]."""
    values, labels = read_libsvm(path, SIDE * SIDE, -1, 1)

    def where(index):
        return f"{path}, row {index + 1}, label"

    check_labels(labels, 10, where, first_label=1, fix=f"LIBSVM writes a 0 as label 1. {AGAIN}")
    return (values + 1) / 2, labels - 1


def _read_h5(path, split):
    """Return the same as `_read_libsvm`."""
    names = [f"{split}/data", f"{split}/target"]
    ink, labels = read_h5(path, names).values()
    if labels.ndim != 1 or len(labels) == 0 or ink.shape != (len(labels), SIDE * SIDE):
        found = f"{names[0]} {list(ink.shape)} and {names[1]} {list(labels.shape)}"
        raise fault(path, found, f"[N, {SIDE * SIDE}] and [N]", AGAIN)
    if ink.dtype.kind != "f" or labels.dtype.kind not in "iu":
        found = f"{names[0]} of {ink.dtype} and {names[1]} of {labels.dtype}"
        raise fault(path, found, "floats from 0 to 1 and integers", AGAIN)
    wrong = np.argwhere(~((ink >= -ROUNDING) & (ink <= 1 + ROUNDING)))  # nan is wrong as well
    if wrong.size:
        item, pixel = wrong[0]
        where = f"{path}, {names[0]}, item {item}, pixel {pixel}"
        raise fault(where, f"the value {ink[item, pixel]}", "a value from 0 to 1", AGAIN)
    check_labels(labels, 10, lambda index: f"{path}, {names[1]}, item {index}", fix=AGAIN)
    return ink.clip(0, 1), labels.astype(np.int64)


def _fit(ink):
    """Return uint8 [N, 28, 28, 1], made of ink from 0 to 1, [N, 256]."""
    squares = np.round(ink * 255).astype(np.uint8).reshape(-1, SIDE, SIDE)
    images = np.zeros((len(squares), 28, 28, 1), np.uint8)
    for image, square in zip(images, squares, strict=True):
        box = np.asarray(Image.fromarray(square).resize((BOX, BOX), Image.Resampling.BICUBIC))
        shift = np.round(MIDDLE - _centre_of_mass(box))
        top, left = shift.clip(0, 28 - BOX).astype(int)
        image[top : top + BOX, left : left + BOX, 0] = box
    return images


def _centre_of_mass(box):
    """Return the (row, column) of the centre of mass, counted from 0 at the upper left pixel."""
    places = np.arange(BOX)
    moments = box.sum(axis=1) @ places, box.sum(axis=0) @ places
    return np.array(moments) / max(box.sum(), 1)
