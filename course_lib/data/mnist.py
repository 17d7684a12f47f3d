"""MNIST, KMNIST and EMNIST as a `Dataset`: from idx and npz files, or downloaded by Keras."""

from pathlib import Path

import numpy as np

from course_lib.data import places
from course_lib.data.dataset import (
    ALPHANUMERIC,
    BOTH_CASES,
    DIGITS,
    LETTERS,
    Dataset,
    check_labels,
    sample_rows,
)
from course_lib.data.errors import fault
from course_lib.data.formats.idx_npz import read_idx, read_npz

EMNIST_CLASSES = {
    "letters": LETTERS,  # both cases under one name
    "balanced": DIGITS + LETTERS + "abdefghnqrt",  # lower case only where it looks different
    "byclass": ALPHANUMERIC,
}
EMNIST_URL = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
EMNIST_MD5 = "58c8d27c78d21e728a6bc7b3cc06412e"  # as torchvision.datasets.EMNIST lists it
SPLITS = {"train": "training", "test": "test"}
EVEN = {"train": 6_000, "test": 1_000}  # images of every class in KMNIST and in Fashion-MNIST
KMNIST_SOUNDS = {  # how to say KMNIST's characters; not every font can draw them
    "お": "o",
    "き": "ki",
    "す": "su",
    "つ": "tsu",
    "な": "na",
    "は": "ha",
    "ま": "ma",
    "や": "ya",
    "れ": "re",
    "を": "wo",
}


def read_mnist(paths, split, note="") -> Dataset:
    """Read one split of MNIST from the files that `places.find_mnist` found.

    Args:
        paths: (images, labels) of idx files, or (npz,).
        split: "train" or "test".
        note: the end of the dataset's `source`.

    Raises:
        DatasetError: if a file is missing or damaged.
    """
    if len(paths) == 2:
        images, labels = read_idx(paths[0], (28, 28)), read_idx(paths[1])
    else:
        images, labels = read_npz(paths[0], [f"x_{split}", f"y_{split}"])
        _check_npz(images, labels, paths[0])
    source = f"{len(images):,} real digits of MNIST's {SPLITS[split]} split, {paths[0]}{note}"
    dataset = _pair(images, labels, DIGITS, source, paths)
    if _is_even(dataset, split):
        found = f"{EVEN[split]:,} images of each class, as in KMNIST and in Fashion-MNIST"
        fix = "Move KMNIST to a folder named kmnist, or Fashion-MNIST to a folder named fashion."
        raise fault(paths[-1], found, "MNIST, where the classes differ in size", fix)
    return dataset


def read_kmnist(paths, split, note="") -> Dataset:
    """Read one split of KMNIST from the files that `places.find_kmnist` found.

    Args:
        paths: (images, labels), both idx files or both npz files with one array, `arr_0`.
        split: "train" or "test".
        note: the end of the dataset's `source`.

    Raises:
        DatasetError: if a file is missing or damaged.
    """
    if paths[0].suffix == ".npz":
        (images,), (labels,) = (read_npz(path, ["arr_0"]) for path in paths)
        _check_npz(images, labels, " and ".join(map(str, paths)))
    else:
        images, labels = read_idx(paths[0], (28, 28)), read_idx(paths[1])
    source = f"{len(images):,} real hiragana of KMNIST's {SPLITS[split]} split, {paths[0]}{note}"
    dataset = _pair(images, labels, KMNIST_SOUNDS, source, paths)
    if len(dataset) == 10 * EVEN[split] and not _is_even(dataset, split):
        expected = f"KMNIST, which has {EVEN[split]:,} images of each class"
        fix = "If this is MNIST, move it to a folder named mnist."
        raise fault(paths[-1], "classes that differ in size", expected, fix)
    return dataset


def _is_even(dataset, split):
    return np.bincount(dataset.labels, minlength=10).tolist() == [EVEN[split]] * 10


def _check_npz(images, labels, where):
    whole = images.dtype == np.uint8 and labels.dtype.kind in "iu"
    if images.shape[1:] != (28, 28) or labels.ndim != 1 or not whole:
        found = f"{images.dtype} {list(images.shape)}, {labels.dtype} {list(labels.shape)}"
        expected = "uint8 [N, 28, 28] and integers [N]"
        raise fault(where, found, expected, "Download it again.")


def download_mnist(split) -> Dataset:
    """Download MNIST through Keras, which keeps it, and return its "train" or "test" split.

    Raises:
        DatasetError: if the download fails.
    """
    import keras

    print("No MNIST file on this machine: Keras downloads it")
    try:
        halves = dict(zip(("train", "test"), keras.datasets.mnist.load_data(), strict=True))
    except Exception as error:
        found = f"no file on this machine, and the download failed ({error})"
        expected = "a file or an internet connection"
        fix = f"Connect to the internet, or put MNIST's idx.gz files into {places.folders_text()}."
        raise fault("MNIST", found, expected, fix) from error
    source = f"{len(halves[split][0]):,} real digits of MNIST's {SPLITS[split]} split, from Keras"
    return _pair(*halves[split], DIGITS, source, ["Keras's MNIST"])


def read_emnist(kind, split, paths, members) -> Dataset:
    """Read one split of EMNIST from the files that `places.find_emnist` found.

    Args:
        kind: one of `EMNIST_CLASSES`.
        split: "train" or "test".
        paths: (images, labels), or the same zip twice.
        members: the names of the two files inside a zip, or (None, None).

    Raises:
        DatasetError: if a file is missing or damaged.
    """
    images = read_idx(paths[0], (28, 28), members[0])
    labels = read_idx(paths[1], (), members[1])
    for start in range(0, len(images), 10_000):  # EMNIST stores columns as rows; no second copy
        block = images[start : start + 10_000]
        block[:] = block.transpose(0, 2, 1).copy()
    source = f"{len(images):,} real characters of EMNIST {kind}, {split} split, {paths[0]}"
    first_label = 1 if kind == "letters" else 0
    return _pair(images, labels, EMNIST_CLASSES[kind], source, paths, first_label)


def read_emnist_both_cases(paths, members, per_class) -> Dataset:
    """Read A-Z and a-z, 52 classes, from the training split of EMNIST's "byclass".

    Args:
        paths, members: as `read_emnist`.
        per_class: the most images of each letter, chosen at random.

    Raises:
        DatasetError: if a file is missing or damaged.
    """
    everything = read_emnist("byclass", "train", paths, members)
    labels = everything.labels - len(DIGITS)  # the digits come first and aren't sampled
    rows = sample_rows(labels, len(BOTH_CASES), per_class, seed=0)
    source = f"{everything.source}; {len(rows):,} letters, at most {per_class:,} of each"
    return Dataset(everything.images[rows], labels[rows], BOTH_CASES, source)


def download_emnist(url, file_hash) -> Path:
    """Download NIST's zip into Keras's cache and return its path.

    A file with the wrong hash is deleted.

    Raises:
        DatasetError: if the download fails.
    """
    from keras.utils import get_file

    home = places.keras_home()
    target = home / "datasets" / "emnist-gzip.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    print(f"Downloading EMNIST (562 MB at NIST) from {url}")
    try:
        return Path(get_file(target.name, url, file_hash=file_hash, cache_dir=str(home)))
    except Exception as error:
        target.unlink(missing_ok=True)  # Keras keeps a file even if its hash is wrong
        fix = f"Download it in a browser and put gzip.zip into {places.folders_text()}."
        raise fault(f"EMNIST from {url}", str(error), "NIST's gzip.zip", fix) from error


def _pair(images, labels, names, source, paths, first_label=0):
    """Return a `Dataset` of images [N, 28, 28] and labels [N] that were read from `paths`."""
    if len(images) != len(labels):
        found = f"{len(images):,} images and {len(labels):,} labels"
        where = " and ".join(str(path) for path in paths)
        raise fault(where, found, "as many labels as images", "Download both again.")
    fix = "If the file belongs to another dataset, move it to another folder."

    def where(index):
        return f"{paths[-1]}, item {index}"

    check_labels(labels, len(names), where, first_label, fix)
    labels = labels.astype(np.int64) - first_label
    return Dataset(images.reshape(-1, 28, 28, 1), labels, names, source)
