"""Which files the loaders choose: the first source of digits or letters on this machine."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from course_lib.data import mnist, places, usps
from course_lib.data.dataset import DIGITS, LETTERS, Dataset
from course_lib.data.errors import DatasetError
from course_lib.data.formats.csv_table import read_first_rows
from course_lib.data.formats.files import names_in_zip
from course_lib.data.ink import check_ink
from course_lib.data.kaggle import read_kaggle_csv
from course_lib.data.likeness import ALIKE, UPRIGHT, compare_turns
from course_lib.data.unread import kind_of

LETTERS_PER_CLASS = 4182  # the letters tutorial takes "up to" this number
FIRST_ROWS = 500  # of a CSV, to judge it by
MOST_LINES = 8  # of a report
CSVS = ("*.csv", "*.csv.gz", "*.csv.bz2", "*.csv.xz", "*.csv.zip", "*.tsv", "*.arff", "*.zip")
UNREAD = (  # kinds of files that may hold digits, but are loaded by their path only
    *("*.npz", "*.npy", "*.mat", "*.h5", "*.hdf5", "*.parquet", "*.zip", "*.tgz", "*.tar.gz"),
    *("*.pkl", "*.pkl.gz", "*.pickle", "*.pt", "*.json", "*.json.gz", "*.jsonl", "*.tfrecord*"),
    *("*.txt", "*.tab", "*.xlsx", "*.RData", "*images*idx3*"),
)
UNFINISHED = ("*.crdownload", "*.part", "*.partial", "*.download")  # by a browser
OTHERS = "|".join(  # names of files without digits, and of those that other loaders look for
    (r"a_z|emnist|k-?mnist|k49|usps", r"labels|idx1|dataset_info|features|state\.json|\.cache\.npy")
)


class Found(NamedTuple):
    """A source on this machine: one line about it, and a function that returns its `Dataset`."""

    text: str
    read: Callable


def find_digits(passed_over=None) -> Found | None:
    """Find the first real digits: MNIST, else a CSV of digits, whatever its name.

    Args:
        passed_over: a list that gets a (path, reason) for each file that was looked at, but not
            chosen.
    """
    passed_over = [] if passed_over is None else passed_over
    if found := places.find_mnist(None, passed_over):
        read = partial(read_split, mnist.read_mnist, *found, asked=None)
        return Found(f"MNIST {found[0].images}", read)
    for path in sorted(places.find(*CSVS), key=lambda path: "test" in path.name.lower()):
        if path.suffix.lower() == ".zip" and not _names_csvs(path):
            continue
        reason, has_names = _judge_csv(path)
        if not reason:
            names = None if has_names else DIGITS
            return Found(f"Kaggle digits {path}", partial(read_kaggle_csv, path, class_names=names))
        passed_over.append((path, reason))
    return _find_misplaced_mnist(passed_over)


def _names_csvs(path):
    """Return whether there are CSVs in a zip."""
    return any(name.lower().endswith(".csv") for name in names_in_zip(path))


def _find_misplaced_mnist(passed_over):
    """Find MNIST in a folder with another dataset's name, by its images; it leaves passed_over."""
    for files, split, owner in places.named_like_mnist(None):
        if owner == "MNIST" or not _are_digits(files, split):
            continue
        passed_over[:] = [(path, reason) for path, reason in passed_over if path != files.images]
        note = f"; its folder is named as for {owner}, but its images are digits"
        read = partial(mnist.read_mnist, files, split, note)
        return Found(f"MNIST {files.images}", read)
    return None


def _are_digits(files, split):
    """Return whether the images look like the digits of their labels, upright."""
    try:
        images, labels = mnist.read_pair(files, split)
    except DatasetError:
        return False
    if len(images) != len(labels) or labels.max() > 9:
        return False
    fits = compare_turns(images[..., None], labels, DIGITS)
    return bool(fits) and fits[UPRIGHT] >= ALIKE


def name_unread(passed_over) -> None:
    """Add to `passed_over` the files that `load_digits` doesn't look into, but may hold digits."""
    named = {path for path, _ in passed_over}
    for path in places.find(*UNREAD):
        if path not in named and not re.search(OTHERS, path.name.lower()):
            reason = f"load_digits doesn't look into such files. Try load_file({str(path)!r})"
            if kind := kind_of(path):
                reason = f"{kind[0]} isn't read here. load_file({str(path)!r}) says what to do"
            passed_over.append((path, reason))
    for path in places.find(*UNFINISHED):
        passed_over.append((path, "a download that isn't finished. Download the file again"))
    for path in places.find("*.png", "*.jpg", "*.jpeg", "*.bmp"):
        folder = path.parent.parent  # of the classes, if there are any
        reason = "load_digits doesn't look into folders of pictures. Give load_file the folder "
        passed_over.append((folder, reason + "whose subfolders are the classes"))
        break


def _judge_csv(path):
    """Return (why a CSV doesn't hold digits, "" if it does; whether its header names the label)."""
    try:
        table = read_first_rows(path, FIRST_ROWS)
        if table and table.labels.max() <= 9:
            check_ink(table.images, path)
    except DatasetError as error:
        return re.sub(r"^(\(zip\))?[:,] ", "", str(error).removeprefix(str(path)).strip()), False
    if table is None:
        return "its rows don't have a label and 784 pixels", False
    if not set(table.names) <= set(DIGITS):
        return f"its labels are {', '.join(table.names[:8])}, and not digits", False
    if table.labels.max() > 9:
        return f"it has the label {table.labels.max()}, and digits go from 0 to 9", False
    fits = compare_turns(table.images, table.labels, DIGITS)
    if fits and max(fits.values()) < ALIKE:
        likeness = f"{max(fits.values()):.2f}, at least {ALIKE} expected"
        return f"its images don't look like digits (likeness {likeness})", False
    if not fits and not table.is_named:
        counts = np.unique(table.labels).size
        return f"no header, and too few rows or classes ({counts}) to judge by", False
    return "", table.is_named or bool(table.names)


def report(passed_over) -> None:
    """Print which files were passed over and why; nothing if there are none."""
    for path, reason in passed_over[:MOST_LINES]:
        print(f"Passed over {path}: {reason}")
    if len(passed_over) > MOST_LINES:
        print(f"Passed over {len(passed_over) - MOST_LINES:,} more files")


def find_letters() -> Found | None:
    """Find the first real letters A-Z: Kaggle's A-Z CSV, else EMNIST's idx files or CSV."""
    options = {"class_names": LETTERS, "allow_fewer": True}
    read = partial(read_kaggle_csv, per_class=LETTERS_PER_CLASS, **options)
    names = "A_Z*.csv", "A_Z*.csv.gz", "A_Z*.zip", "handwritten_data_785.csv"  # its older name
    for path in places.find(*names, "archive*.zip"):
        if not path.name.lower().startswith("archive") or _holds_a_to_z(path):
            return Found(f"Kaggle letters {path}", partial(read, path))
    if found := places.find_emnist("letters", "train"):
        text = f"EMNIST letters {found.images}"
        return Found(text, partial(mnist.read_emnist, "letters", "train", found))
    for path in places.find("emnist-letters-train.csv*"):
        return Found(f"EMNIST letters {path}", partial(read, path))
    return None


def _holds_a_to_z(path):
    """Return whether a zip, which Kaggle calls archive.zip, holds the CSV of letters."""
    return any(PurePosixPath(name).name.startswith("A_Z") for name in names_in_zip(path))


def find_both_cases() -> Found | None:
    """Find real letters of both cases, from EMNIST's "byclass"."""
    if found := places.find_emnist("byclass", "train"):
        read = partial(mnist.read_emnist_both_cases, found, LETTERS_PER_CLASS)
        return Found(f"EMNIST byclass {found.images}", read)
    return None


def find_usps() -> Found | None:
    """Find USPS, the training split if it is there."""
    if found := places.find_usps(None):
        return Found(f"USPS {found[0]}", partial(read_split, usps.read_usps, *found, asked=None))
    return None


def find_kmnist() -> Found | None:
    """Find KMNIST, the training split if it is there."""
    if found := places.find_kmnist(None):
        read = partial(read_split, mnist.read_kmnist, *found, asked=None)
        return Found(f"KMNIST {found[0].images}", read)
    return None


def read_split(reader, files, split, asked) -> Dataset:
    """Return what a reader makes of the files; its source says if only the test split is there."""
    only_test = asked is None and split == "test"
    return reader(files, split, "; no training split found" if only_test else "")
