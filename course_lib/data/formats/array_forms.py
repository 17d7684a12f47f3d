"""Bring arrays from other programs into the usual form, or explain why there are no images.

MATLAB and Julia put the images side by side along the last axis; `mnist_all.mat` has an array for
each digit and no labels.
"""

import re
from math import isqrt

import numpy as np

PIXELS = 28 * 28
SAVEZ = "numpy.savez(file, images=images, labels=labels)"
OF_CLASS = re.compile(r"(train|test)_?(\d)")  # train0 to test9 in mnist_all.mat
LEAST_SIDE = 8  # pixels of an image


def bring_into_form(arrays) -> dict[str, np.ndarray]:
    """Return arrays by name, with one image in each item of the first axis.

    Args:
        arrays: arrays by name. Images may be [784, N] or [28, 28, N], labels may be [1, N], and
            there may be one array of images for each of ten classes, without labels.
    """
    lengths = {n for a in arrays.values() if a.ndim > 1 and len(a) > 1 for n in a.shape}
    rows = {
        name: array[0] if _is_row(array) and array.size in lengths - {PIXELS} else array
        for name, array in arrays.items()
    }
    counts = {len(array) for array in rows.values() if array.ndim >= 1 and array.size == len(array)}
    turned = {
        name: np.moveaxis(array, -1, 0) if _is_image_last(array, counts) else array
        for name, array in rows.items()
    }
    return _join_classes(turned) or turned


def _is_row(array):
    return array.ndim == 2 and len(array) == 1


def _is_image_last(array, counts):
    """Return whether the last axis counts the images, as many as there are labels."""
    *image, count = array.shape or (0,)
    return image in ([28, 28], [PIXELS]) and array[0].size != PIXELS and count in counts


def _join_classes(arrays):
    """Return images and labels of each split, from arrays such as train0 to train9, or None."""
    classes = {match.groups(): name for name in arrays if (match := OF_CLASS.fullmatch(name))}
    joined = {}
    for split in sorted({split for split, _ in classes}):
        parts = [arrays[classes[split, k]] for k in "0123456789" if (split, k) in classes]
        if len(parts) != 10 or any(part.shape[1:] != (PIXELS,) for part in parts):
            return None
        joined[f"{split}_images"] = np.concatenate(parts)
        joined[f"{split}_labels"] = np.repeat(np.arange(10), [len(part) for part in parts])
    return joined


def explain_no_images(arrays) -> str:
    """Return what to do about a file whose arrays hold no images of 28 by 28 pixels.

    Args:
        arrays: arrays by name.
    """
    if "indptr" in arrays:
        return (
            "It is a sparse matrix: make it a plain array with scipy.sparse.load_npz(path)."
            f"toarray(), and save this with its labels: {SAVEZ}."
        )
    if {"train/data", "train/target"} <= set(arrays):
        return "If it is USPS, name it usps.h5, and load it with load_usps()."
    for name, array in arrays.items():
        if array.ndim and array.size == 0:
            return f"{name} is empty: save the images again, or download the file again."
        if array.ndim == 2 and array.shape[1] == PIXELS + 1:
            split = f"images={name}[:, 1:], labels={name}[:, 0]"
            fix = f"numpy.savez(file, {split})"
            return f"If {name} is a table with the label first, save it as two arrays: {fix}."
        if array.ndim == 4 and 3 in array.shape:
            return (
                "The images seem to be in colour: save one grey value for each pixel, and scale "
                "them to 28 by 28 pixels if they have another size."
            )
        side = isqrt(array[0].size) if array.ndim > 1 else 0
        if side >= LEAST_SIDE and side**2 == array[0].size:
            return (
                f"The images seem to be {side} by {side} pixels. Scale images of another size to "
                "28 by 28 pixels and to values from 0 to 255, and save them again."
            )
    return f"Save the images as an array [N, 28, 28] and the labels as an array [N]: {SAVEZ}."
