"""Find images and their labels among the arrays of a file, by their shapes and then their names."""

import re

import numpy as np

from course_lib.data.errors import fault
from course_lib.data.formats.array_forms import SAVEZ, bring_into_form, explain_no_images
from course_lib.data.formats.idx_npz import read_npz
from course_lib.data.formats.scaling import undo_scaling

SPLIT_NAMES = {  # how an array or a file says which split it belongs to
    "train": re.compile("train"),
    "test": re.compile("test|(?<![a-z])(val|valid|validation)(?![a-z])"),
}
LABELS = re.compile("label|target|(?<![a-z])(y|class|digit|letter)(?![a-z])")


def split_of(name) -> str | None:
    """Return the split that a name contains, "train" or "test", or None."""
    found = [split for split, words in SPLIT_NAMES.items() if words.search(name.lower())]
    return found[0] if found else None


def of_split(names, split) -> list[str]:
    """Return the names that belong to a split; a validation split counts as the test split
    only if there is no other.

    Args:
        names: of arrays, files or folders.
        split: "train" or "test".
    """
    found = [name for name in names if split_of(name) == split]
    return [name for name in found if split in name.lower()] or found


def read_npz_pair(images_path, labels_path, split) -> tuple[np.ndarray, np.ndarray]:
    """Read the images and the labels of one split from an npz file, or from one npz each.

    Args:
        images_path, labels_path: `Path`s, which may be the same.
        split: "train", "test", or None if there is only one.

    Returns:
        As `pick_pair`.

    Raises:
        DatasetError: if a file is damaged, or it isn't clear which arrays are meant.
    """
    if images_path == labels_path:
        return pick_split(_name_splits(read_npz(images_path)), split, images_path)
    arrays = {
        f"{path.name}: {name}": array
        for path in (images_path, labels_path)
        for name, array in read_npz(path).items()
    }
    return pick_pair(arrays, None, f"{images_path} and {labels_path}")


def pick_split(arrays, split, path) -> tuple[np.ndarray, np.ndarray]:
    """Choose one split's images and labels among the arrays of a file, as `pick_pair` does.

    Args:
        arrays: arrays by name.
        split: "train" or "test". If no array is named after a split, the file holds one alone:
            that of its own name, or the training split.
        path: the file.
    """
    if not any(map(split_of, arrays)) and split == (split_of(path.name) or "train"):
        split = None
    return pick_pair(arrays, split, path)


def pick_pair(arrays, split, where) -> tuple[np.ndarray, np.ndarray]:
    """Choose the images and the labels of one split among named arrays.

    Images have the shape [N, 28, 28], [N, 28, 28, 1], [N, 1, 28, 28] or [N, 784], or the N comes
    last; labels have the shape [N], [N, 1] or [1, N], or [N, K] with one 1 in each row. If several
    arrays could be the labels, their names decide.

    Args:
        arrays: arrays by name.
        split: "train" or "test", which must be part of the names, or None for any names.
        where: the file, for messages.

    Returns:
        uint8 [N, 28, 28], and integers [N].

    Raises:
        DatasetError: if there is not exactly one array of each kind, or its values don't fit.
    """
    arrays = bring_into_form(arrays)
    images = _choose({k: v for k, v in arrays.items() if _is_images(v)}, split)
    labels = _choose({k: v for k, v in arrays.items() if _is_labels(v)}, split)
    labels = labels or _choose({k: v for k, v in arrays.items() if _is_labels(v, "SU")}, split)
    labels = _likely_labels(labels, images)
    if len(images) != 1 or len(labels) != 1:
        found = ", ".join(f"{name} {list(array.shape)}" for name, array in arrays.items())
        expected = f"one array of images [N, 28, 28] (here {len(images)}) and one of labels [N] "
        expected += f"(here {len(labels)})" + (f" with {split!r} in their names" if split else "")
        fix = "Give the arrays such names as x_train, y_train, x_test and y_test."
        if not any(map(_is_images, arrays.values())):
            fix = explain_no_images(arrays)
        elif len(images) == 1 and not labels:
            fix = f"Save the labels as an array [N], one for each image, in the same file: {SAVEZ}."
        elif not images and split:
            other = {"train": "test", "test": "train"}[split]
            fix = f"If these are the images of the other split, load it with split={other!r}."
        raise fault(where, f"the arrays {found or 'none'}", expected, fix)
    (images_name, images), (labels_name, labels) = *images.items(), *labels.items()
    return (
        to_bytes(images, f"{where}, {images_name}"),
        to_classes(labels, f"{where}, {labels_name}"),
    )


def _name_splits(arrays):
    """Name arrays that numpy.savez numbered, if they come in Keras's order: training, then test."""
    numbered = [f"arr_{i}" for i in range(4)]
    if sorted(arrays) != numbered:
        return arrays
    kinds = [_is_images(arrays[name]) for name in numbered]
    sizes = [len(arrays[name]) for name in numbered]
    if kinds != [True, False] * 2 or sizes[0] != sizes[1] or sizes[2] != sizes[3]:
        return arrays
    names = ("x_train", "y_train", "x_test", "y_test")
    return dict(zip(names, (arrays[name] for name in numbered), strict=True))


def _is_images(array):
    return array.ndim >= 2 and len(array) > 0 and array[0].size == 784


def _is_labels(array, kinds="iufb"):
    one_hot = array.ndim == 2 and array.shape[1] < 64  # 64 values are an 8 by 8 image
    return array.dtype.kind in kinds and (array.ndim == 1 or one_hot)


def _choose(arrays, split):
    """Return the arrays whose names contain the split; all if it is None."""
    return {name: arrays[name] for name in (of_split(arrays, split) if split else arrays)}


def _likely_labels(labels, images):
    """Of several arrays that could be the labels, keep those of the right length and name."""
    if len(labels) < 2 or len(images) != 1:
        return labels
    (count,) = map(len, images.values())
    fitting = {name: array for name, array in labels.items() if len(array) == count}
    named = {name: array for name, array in fitting.items() if LABELS.search(name.lower())}
    return named if len(named) == 1 else fitting


def to_bytes(images, where) -> np.ndarray:
    """Return images as uint8 [N, 28, 28], if all their values are whole numbers from 0 to 255.

    Args:
        images: [N, ...] with 784 values each.
        where: the file and the array, for the message.

    Raises:
        DatasetError: if a value isn't a whole number from 0 to 255, with what to do about it.
    """
    images = images.reshape(len(images), 28, 28)
    if images.dtype == np.uint8:
        return images
    expected = "uint8 [N, 28, 28], or other whole numbers from 0 to 255"
    if images.dtype.kind not in "iufb" or not np.isfinite(images).all():
        found = f"{images.dtype} with values that aren't numbers"
        raise fault(where, found, expected, "Correct them, and save the images again.")
    low, high = float(images.min()), float(images.max())
    found = f"{images.dtype} from {low:g} to {high:g}"
    if 0 <= low and high <= 255 and (images == np.round(images)).all():
        return images.astype(np.uint8)
    fix = "Round the images before you save them: images.round().astype('uint8')."
    if undo := undo_scaling(images, "images"):
        fix = f"Undo the scaling: {undo}."
    elif low >= 0 and high > 255 and (images % 257 == 0).all():  # 8 bits spread over 16
        fix = "Save one byte for each pixel: (images // 257).astype('uint8')."
    elif images.dtype == np.int8:  # either wrapped around or shifted: the paper tells which
        is_shifted = np.mean(images == -128) > np.mean(images == 0)
        undo = (
            "(images.astype(int) + 128).astype('uint8')" if is_shifted else "images.view('uint8')"
        )
        fix = f"Make them unsigned bytes: {undo}."
    elif low < 0 or high > 255:
        fix = "Undo the scaling, or normalisation, of the images, and save them as uint8."
    raise fault(where, found, expected, fix)


def to_classes(labels, where) -> np.ndarray:
    """Return labels as int64 [N], from [N], [N, 1], or [N, K] with one 1 in each row.

    Args:
        labels: numbers.
        where: the file and the array, for the message.

    Raises:
        DatasetError: if a label isn't a whole number.
    """
    if labels.dtype.kind in "SU":  # '5' for 5, as scikit-learn's fetch_openml has it
        labels = _read_numbers(labels, where)
    if labels.ndim == 2 and labels.shape[1] > 1:
        ones = np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()
        if not ones:
            found, fix = f"{list(labels.shape)}", "Save one label for each image."
            raise fault(where, found, "labels [N], or one 1 in each row", fix)
        return labels.argmax(axis=1).astype(np.int64)
    labels = labels.reshape(-1)
    wrong = ~np.isfinite(labels) | (labels != np.round(labels)) | (labels < 0)
    if wrong.any():
        found = f"the label {labels[wrong][0]}, the first of {wrong.sum():,} wrong labels"
        place = f"{where}, item {int(wrong.argmax())}"
        fix = "Correct these labels, or leave out their images."
        raise fault(place, found, "whole numbers of 0 or more", fix)
    return labels.astype(np.int64)


def _read_numbers(labels, where):
    """Return labels that are whole numbers written as text, as int64."""
    try:
        return labels.astype(np.int64)
    except ValueError as error:
        found = f"labels that are text, such as {str(labels.reshape(-1)[0])!r}"
        fix = "Number the classes: names, labels = numpy.unique(labels, return_inverse=True). Save "
        fix += "these labels, and load the file with class_names=list(names)."
        raise fault(where, found, "integers [N]", fix) from error
