"""Files and folders that users bring, of any name, as a `Dataset`; the format decides how."""

from pathlib import Path

import numpy as np

from course_lib.data import places
from course_lib.data.characters import characters_of
from course_lib.data.checked import build_dataset, name_kind
from course_lib.data.dataset import DIGITS, LETTERS, Dataset
from course_lib.data.errors import fault
from course_lib.data.folders import find_data_file
from course_lib.data.formats.csv_header import COLUMNS
from course_lib.data.formats.h5 import read_h5
from course_lib.data.formats.mat import pick_arrays, pick_emnist, read_mat
from course_lib.data.formats.npy import read_npy
from course_lib.data.formats.npz_pairs import pick_pair, pick_split, read_npz_pair
from course_lib.data.formats.parquet import read_parquet
from course_lib.data.formats.pictures import read_folder
from course_lib.data.ink import is_white_paper
from course_lib.data.kaggle import read_kaggle_csv
from course_lib.data.meaning import first_label_of, guess_mixed, infer_class_names
from course_lib.data.mnist import read_pair, turn_emnist
from course_lib.data.unread import refuse_unknown, refuse_unread

TABLES = {".csv", ".tsv", ".tab", ".txt", ".arff"}
NPY_NAMES = (  # how a .npy file of images is called, and its labels beside it
    *(("images", "labels"), ("image", "label"), ("imgs", "labels"), ("data", "labels")),
    *(("x_", "y_"), ("X_", "y_"), ("X_", "Y_"), ("_x", "_y"), ("_X", "_y"), ("_X", "_Y")),
    *(("x", "y"), ("X", "y"), ("X", "Y")),
)


def read_file(path, split="train", class_names=None) -> Dataset:
    """Read a file or a folder as `datasets.load_file` does, but without printing the source."""
    path = Path(path).expanduser()
    if path.is_dir():
        path = find_data_file(path, split)
    if path.is_dir():
        return _read_pictures(path, split, class_names)
    refuse_unread(path)
    kind = path.suffix.lower()
    if is_table(path) or (kind == ".zip" and not places.names_idx(path)):
        return read_kaggle_csv(path, class_names=class_names)
    if kind == ".mat":
        return _read_mat(path, split, class_names)
    if kind == ".parquet":
        images, labels, names, shards = read_parquet(path)
        names = characters_of(names) if names else None
        images, note = _invert(images)
        return _finish(path, images, shards + note, labels, class_names, names)
    images, labels = _read_arrays(path, split)
    return _finish(path, images, "", labels, class_names)


def is_table(path) -> bool:
    """Return whether a file is a table of text by the end of its name, packed or not."""
    endings = [ending.lower() for ending in path.suffixes[-2:]]
    return any(ending in TABLES for ending in endings)


def _read_pictures(folder, split, class_names):
    images, labels, names = read_folder(folder, split)
    images, note = _invert(images)
    return _finish(folder, images, note, labels, class_names, names)


def _read_arrays(path, split):
    """Return images uint8 [N, 28, 28] and labels, integers [N], of npz, npy, h5 or idx files."""
    kind = path.suffix.lower()
    if kind == ".npz":
        return read_npz_pair(path, path, split)
    if kind in (".h5", ".hdf5"):
        return pick_split(read_h5(path), split, path)
    if kind == ".npy":
        images = read_npy(path)
        labels = _find_npy_labels(path, images)
        return pick_pair({"images": images, "labels": read_npy(labels)}, None, path)
    if "idx3" in path.name.lower() or kind == ".zip":
        return read_pair(places.files_at(path, split), split)
    refuse_unknown(path)


def _find_npy_labels(path, images):
    """Return the path of the labels that belong to a .npy file of images."""
    for own, others in NPY_NAMES:
        other = path.with_name(path.stem.replace(own, others) + path.suffix)
        if own in path.stem and other != path and other.is_file():
            return other
    if images.ndim == 2 and images.shape[1] == COLUMNS:
        fix = "If it is a table with the label first, save it as a CSV with "
        fix += "numpy.savetxt('x.csv', table, fmt='%d', delimiter=',')."
        raise fault(path, "one array of 785 columns", "two files, of images and of labels", fix)
    fix = "Name the two files images.npy and labels.npy, and give the path of images.npy."
    raise fault(path, "no .npy file of labels beside it", "one with a name such as labels.npy", fix)


def _read_mat(path, split, class_names):
    content = read_mat(path)
    if "dataset" not in content:
        images, labels = pick_arrays(content, split, path)
        return _finish(path, images, "", labels, class_names)
    images, labels, mapping = pick_emnist(content, split, path)
    names = class_names or infer_class_names(path.name, labels)
    if names is None and mapping:  # EMNIST's own table of characters
        names = [chr(row[1]) for row in mapping]
    if names is None:
        names = _guess(path, labels)
    first_label = first_label_of(labels, names)
    note = turn_emnist(images, labels - first_label, names)
    return _finish(path, images, note, labels, class_names, names)


def _invert(images):
    """Make ink white where the paper is; return (images, a note that says so)."""
    white = is_white_paper(images)
    images[white] = 255 - images[white]
    if not white.any():
        return images, ""
    return images, f"; {white.sum():,} of them, dark ink on white paper, were inverted"


def _finish(path, images, note, labels, class_names, found_names=None):
    """Return the `Dataset`; without class names from the user or the file, they are inferred."""
    names = class_names or found_names
    names = names or infer_class_names(path.name, labels) or guess_mixed(images, labels)
    names = names or _guess(path, labels)
    first_label = first_label_of(labels, names)
    source = f"{len(images):,} {name_kind(names)}, {path}{note}"
    must_fit = None if class_names else False
    return build_dataset(images, labels, names, source, path, first_label, must_fit)


def _guess(path, labels):
    """Return what labels from 0 stand for: up to 9 digits, up to 25 letters."""
    highest = int(np.max(labels))
    if np.unique(labels).tolist() == list(range(1, 11)):
        found, expected = "the labels 1 to 10", "labels that leave no doubt about the classes"
        fix = "If 10 stands for the digit 0, load the file with class_names='1234567890'. If these "
        fix += "are the letters A to J, use class_names='ABCDEFGHIJ'. If 1 stands for the digit 0, "
        fix += "subtract 1 from the labels, and save them again."
        raise fault(path, found, expected, fix)
    if highest > 25:
        fix = "Say what the labels stand for, in order: load_file(path, class_names=[...])."
        raise fault(path, f"labels up to {highest}", "labels up to 9 (digits) or 25 (A-Z)", fix)
    return DIGITS if highest <= 9 else LETTERS
