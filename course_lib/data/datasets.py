"""The loaders: every source of handwriting becomes one `Dataset`. Lesson 01.

`dataset` defines the class, `places` finds the files, and `kaggle`, `mnist` and `usps` read
them. Each loader prints the `source` of its dataset, one line that says what was loaded.
"""

import numpy as np

from course_lib.data import choices, mnist, own_files, places, usps
from course_lib.data.choices import LETTERS_PER_CLASS
from course_lib.data.dataset import (
    ALPHANUMERIC,
    BOTH_CASES,
    DIGITS,
    LETTERS,
    Dataset,
    check_per_class,
    join,
)
from course_lib.data.errors import DatasetError, fault
from course_lib.data.kaggle import read_kaggle_csv
from course_lib.data.mnist import KMNIST_SOUNDS

__all__ = [
    "ALPHANUMERIC",
    "BOTH_CASES",
    "DIGITS",
    "KMNIST_SOUNDS",
    "LETTERS",
    "LETTERS_PER_CLASS",
    "Dataset",
    "DatasetError",
    "find_named_sources",
    "find_sources",
    "join",
    "load_digits",
    "load_emnist",
    "load_file",
    "load_handwriting",
    "load_kaggle_csv",
    "load_kmnist",
    "load_letters",
    "load_mnist",
    "load_usps",
]

NAMED_CLASSES = {
    "digits": DIGITS,
    "letters": LETTERS,
    "both-cases": BOTH_CASES,
    "alphanumeric": ALPHANUMERIC,
}


def load_digits() -> Dataset:
    """Load the digits 0-9 from the first source found: MNIST, a CSV of digits, else the pen.

    Nothing is downloaded; data/README.md lists the files and folders that are searched. Files that
    were looked at and passed over are printed, with the reason.

    Returns:
        A `Dataset` of 10 classes.

    Raises:
        DatasetError: if a file that was found is damaged; no other source is tried then.
    """
    passed_over = []
    found = choices.find_digits(passed_over)
    if not found:
        choices.name_unread(passed_over)
    choices.report(passed_over)
    if found:
        return _announce(found.read())
    return _announce(_draw("digits", note="; no real digits found, see data/README.md"))


def load_letters(both_cases=False) -> Dataset:
    """Load the capitals A-Z from the first source found: Kaggle's A-Z CSV, EMNIST, else the pen.

    With `both_cases`, load A-Z and a-z as 52 classes: from EMNIST's "byclass", else the pen.

    Nothing is downloaded; data/README.md lists the files and folders that are searched.
    Collections of a few hundred letters, such as Omniglot's, are too small to train on, so they
    are not looked for.

    Args:
        both_cases: whether small letters are classes of their own.

    Returns:
        A `Dataset` of 26 or 52 classes. From the CSV and from "byclass" it takes at most 4,182
        images of each letter, as in the letters tutorial; the CSV has fewer of F and I.

    Raises:
        DatasetError: if a file that was found is damaged; no other source is tried then.
    """
    if found := choices.find_both_cases() if both_cases else choices.find_letters():
        return _announce(found.read())
    classes = "both-cases" if both_cases else "letters"
    return _announce(_draw(classes, note="; no real letters found, see data/README.md"))


def load_handwriting(classes="digits", per_class=600, seed=0) -> Dataset:
    """Draw handwriting with the simulated pen of `course_lib.pen`, in random order.

    Args:
        classes: "digits" (0-9), "letters" (A-Z), "both-cases" (A-Za-z), "alphanumeric"
            (0-9A-Za-z), or the characters themselves, such as "ABC".
        per_class: how many images of each character.
        seed: the same seed gives the same images.

    Raises:
        DatasetError: if the pen can't draw a character, or a character appears twice.
    """
    return _announce(_draw(classes, per_class, seed))


def load_mnist(split=None) -> Dataset:
    """Load MNIST's digits from idx or npz files on this machine, or download them with Keras.

    Args:
        split: "train" (60,000 images) or "test" (10,000). None takes the training split, or the
            test split if only that one is on this machine.

    Raises:
        DatasetError: if a file is damaged, or there is neither a file nor an internet connection.

    LeCun, Cortes and Burges, The MNIST database of handwritten digits.
    """
    _check_split("load_mnist", split)
    if found := places.find_mnist(split):
        return _announce(choices.read_split(mnist.read_mnist, *found, asked=split))
    return _announce(mnist.download_mnist(split or "train"))


def load_usps(split=None) -> Dataset:
    """Load USPS's digits, which were written on envelopes, from `usps.h5` or LIBSVM's bz2 files.

    The digits are scaled from 16 by 16 pixels and centred by their mass, as MNIST's are.

    Args:
        split: "train" (7,291 images) or "test" (2,007). None takes the training split, or the
            test split if only that one is on this machine.

    Raises:
        DatasetError: if a file is damaged, or there is none: nothing is downloaded.

    Hull 1994, A database for handwritten text recognition research.
    """
    _check_split("load_usps", split)
    found = places.find_usps(split) or _report_missing("USPS", "usps.h5, usps.bz2 or usps.t.bz2")
    return _announce(choices.read_split(usps.read_usps, *found, asked=split))


def load_kmnist(split=None) -> Dataset:
    """Load KMNIST, ten hiragana from old Japanese books, from npz files or from idx files.

    The idx files have the same names as MNIST's. They must be in a folder named kmnist.

    Args:
        split: as `load_mnist`; the splits have the same sizes.

    Returns:
        A `Dataset` of 10 classes with the names おきすつなはまやれを. Where a font can't draw them,
        `KMNIST_SOUNDS` has the names in Latin letters.

    Raises:
        DatasetError: if a file is damaged, or there is none: nothing is downloaded.

    Clanuwat et al. 2018, arXiv:1812.01718.
    """
    _check_split("load_kmnist", split)
    expected = "kmnist-train-imgs.npz and its like, or idx files in a folder named kmnist"
    found = places.find_kmnist(split) or _report_missing("KMNIST", expected)
    return _announce(choices.read_split(mnist.read_kmnist, *found, asked=split))


def load_emnist(
    kind="letters", split="train", url=mnist.EMNIST_URL, file_hash=mnist.EMNIST_MD5
) -> Dataset:
    """Load EMNIST from NIST's idx files on this machine, or download them (562 MB).

    In the files, the images are transposed and the letters are numbered from 1. Here they are
    upright, and the labels start at 0.

    Args:
        kind: "letters" (26 classes, both cases as A-Z), "balanced" (47) or "byclass" (62).
        split: "train" or "test".
        url: the address of NIST's gzip.zip.
        file_hash: its MD5.

    Raises:
        DatasetError: if a file is damaged, or the download fails.

    Cohen et al. 2017, arXiv:1702.05373.
    """
    if kind not in mnist.EMNIST_CLASSES or split not in ("train", "test"):
        kinds = " or ".join(map(repr, mnist.EMNIST_CLASSES))
        expected = f"kind {kinds}, and split 'train' or 'test'"
        found = f"kind {kind!r} and split {split!r}"
        raise fault("load_emnist", found, expected, "Choose from these.")
    found = places.find_emnist(kind, split) or places.in_zip(
        mnist.download_emnist(url, file_hash), kind, split
    )
    return _announce(mnist.read_emnist(kind, split, found))


def load_kaggle_csv(path, per_class=None, seed=0, class_names=None, allow_fewer=False) -> Dataset:
    """Load a CSV with a label and 784 pixels in each row: Kaggle's Digit Recognizer or A-Z letters.

    With a header that names a label, such as `label,pixel0,...`, the labels are digits. Without
    one, labels above 9 mean A-Z; labels from 0 to 9 are digits if the images look like digits,
    otherwise `class_names` must say what they are. Kaggle's CSVs of EMNIST are known by their name
    or labels, and images that are turned are set upright; the printed line says so. A cache beside
    the file, `<name>.cache.npy`, makes the next load quick.

    Args:
        path: the CSV: plain, .gz, or .zip with one CSV in it.
        per_class: how many rows of each class to choose at random, in random order; None for all
            rows in the order of the file.
        seed: the same seed gives the same rows.
        class_names: what the labels 0, 1, ... stand for, such as "0123456789"; None to infer it.
        allow_fewer: whether a class may have fewer rows than `per_class`, all of which are taken.

    Raises:
        DatasetError: if the file is damaged, with the row and column, or doesn't hold what it seems
            to hold: pixels from 0 to 1, white paper, another dataset.
    """
    return _announce(read_kaggle_csv(path, per_class, seed, class_names, allow_fewer))


def load_file(path, split="train", class_names=None) -> Dataset:
    """Load handwriting from a file or folder of yours; data/README.md lists the formats.

    Args:
        path: a CSV or another table of text, an npz, the images of an .npy pair or of a pair of
            idx files, a zip of idx files, EMNIST's .mat, an h5 or parquet file, a folder with one
            of these in it, or a folder with a subfolder of pictures for each class. Pictures may
            have any size and may be on white paper.
        split: "train" or "test", where there are both.
        class_names: what the labels stand for, in order. None takes the names of the subfolders
            or of labels that are text, or infers 0-9 for labels up to 9, A-Z for labels up to 25,
            and EMNIST's classes.

    Raises:
        DatasetError: if the file is damaged, or doesn't hold what it seems to hold.
    """
    if split not in ("train", "test"):
        raise fault("load_file", f"split {split!r}", "'train' or 'test'", "Choose one of these.")
    return _announce(own_files.read_file(path, split, class_names))


def find_sources() -> list[str]:
    """Return one line for each real source that `load_digits` and `load_letters` would load."""
    return [found.text for found in (choices.find_digits(), choices.find_letters()) if found]


def find_named_sources() -> list[str]:
    """Return one line for each real source that is loaded only by its name: USPS and KMNIST."""
    return [found.text for found in (choices.find_usps(), choices.find_kmnist()) if found]


def _check_split(where, split):
    if split not in (None, "train", "test"):
        fix = "Choose one of these."
        raise fault(where, f"split {split!r}", "'train', 'test' or None", fix)


def _report_missing(name, expected):
    fix = f"Get it as data/README.md says, and put it into {places.folders_text()}."
    raise fault(name, "no such file on this machine", expected, fix)


def _announce(dataset):
    print(dataset.source)
    return dataset


def _draw(classes, per_class=600, seed=0, note=""):
    from course_lib import pen  # here, because nothing else needs the package Hershey-Fonts

    if not isinstance(classes, str):
        fix = "Join the characters into one string."
        raise fault("load_handwriting", f"classes {classes!r}", "a string", fix)
    names = NAMED_CLASSES.get(classes, classes)
    unknown = sorted(set(names) - set(pen.CHARACTERS))
    repeated = sorted({name for name in names if names.count(name) > 1})
    if not names or unknown or repeated:
        found = f"classes {classes!r} (unknown: {unknown}, repeated: {repeated})"
        expected = f"{', '.join(map(repr, NAMED_CLASSES))} or some characters of {pen.CHARACTERS!r}"
        fix = "Name each character once, and only characters that the pen can draw."
        raise fault("load_handwriting", found, expected, fix)
    check_per_class("load_handwriting", per_class)
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(names), dtype=np.int64), per_class))
    images = pen.draw("".join(names[label] for label in labels), rng=rng)
    source = f"{len(labels):,} characters drawn by course_lib.pen, seed {seed}{note}"
    return Dataset(images, labels, names, source)
