"""MNIST, KMNIST and EMNIST as a `Dataset`: from idx and npz files, or downloaded by Keras."""

from pathlib import Path

import numpy as np

from course_lib.data import places
from course_lib.data.checked import build_dataset
from course_lib.data.dataset import BOTH_CASES, DIGITS, Dataset, sample_rows
from course_lib.data.errors import fault
from course_lib.data.formats.files import check_file
from course_lib.data.formats.idx_npz import read_idx
from course_lib.data.formats.npz_pairs import read_npz_pair
from course_lib.data.likeness import ALIKE, MARGIN, UPRIGHT, compare_turns
from course_lib.data.meaning import EMNIST_CLASSES

EMNIST_URL = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
EMNIST_MD5 = "58c8d27c78d21e728a6bc7b3cc06412e"  # as torchvision.datasets.EMNIST lists it
SPLITS = {"train": "training", "test": "test"}
COUNTS = {  # MNIST's images of each class
    "train": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    "test": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
}
EVEN = {"train": 6_000, "test": 1_000}  # images of every class in KMNIST and in Fashion-MNIST
MEAN_PIXELS = {"Fashion-MNIST": 73, "KMNIST": 48}  # as published, in both splits to about 1
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


def read_mnist(files, split, note="") -> Dataset:
    """Read one split of MNIST from the files that `places.find_mnist` found.

    Args:
        files: a `places.Files`.
        split: "train" or "test".
        note: the end of the dataset's `source`.

    Raises:
        DatasetError: if a file is missing or damaged, or holds another dataset.
    """
    images, labels = read_pair(files, split)
    if name := _name_other(images, labels, split):
        found = f"{name} by the size of its classes and by its pixels"
        fix = f"Move {name} to a folder named {name.split('-')[0].lower()}."
        raise fault(files.labels, found, "MNIST", fix)
    kind = f"real digits of MNIST's {SPLITS[split]} split"
    if np.bincount(labels, minlength=10).tolist() != COUNTS[split]:
        kind = f"digits from a file named like MNIST's {SPLITS[split]} split, but not all of it"
    source = f"{len(images):,} {kind}, {_place(files)}{note}"
    return build_dataset(images, labels, DIGITS, source, files[:2])


def read_kmnist(files, split, note="") -> Dataset:
    """Read one split of KMNIST from the files that `places.find_kmnist` found.

    Args:
        files: a `places.Files`.
        split: "train" or "test".
        note: the end of the dataset's `source`.

    Raises:
        DatasetError: if a file is missing or damaged, or holds another dataset.
    """
    images, labels = read_pair(files, split)
    counts = np.bincount(labels, minlength=10).tolist()
    fits = compare_turns(images[..., None], labels, DIGITS) if max(labels) < 10 else None
    if counts == COUNTS[split] or (fits and max(fits.values()) >= ALIKE):
        fix = "If this is MNIST, move it to a folder named mnist."
        raise fault(files.labels, "the digits 0 to 9", "KMNIST's hiragana", fix)
    if _name_other(images, labels, split) == "Fashion-MNIST":
        fix = "Move Fashion-MNIST to a folder named fashion."
        raise fault(files.labels, "Fashion-MNIST by its pixels", "KMNIST", fix)
    kind = f"real hiragana of KMNIST's {SPLITS[split]} split"
    if counts != [EVEN[split]] * 10:
        kind = f"hiragana from a file named like KMNIST's {SPLITS[split]} split, but not all of it"
    source = f"{len(images):,} {kind}, {_place(files)}{note}"
    return build_dataset(images, labels, KMNIST_SOUNDS, source, files[:2])


def read_pair(files, split) -> tuple[np.ndarray, np.ndarray]:
    """Read images, uint8 [N, 28, 28], and labels, integers [N], from idx or npz files.

    Args:
        files: a `places.Files`.
        split: "train" or "test".

    Raises:
        DatasetError: if a file is missing or damaged.
    """
    check_file(files.images)
    if not files.labels.exists():
        fix = "Download the labels as well, and put them beside the images."
        raise fault(files.labels, "no such file", f"the labels of {files.images.name}", fix)
    if files.images.suffix.lower() == ".npz":
        return read_npz_pair(files.images, files.labels, split)
    return (
        read_idx(files.images, (28, 28), files.members[0]),
        read_idx(files.labels, (), files.members[1]),
    )


def _name_other(images, labels, split):
    """Return the dataset, if not MNIST, that has a split of this size with even classes."""
    if np.bincount(labels, minlength=10).tolist() != [EVEN[split]] * 10:
        return None
    mean = images.mean()
    near = [name for name, usual in MEAN_PIXELS.items() if abs(mean - usual) < 4]
    return near[0] if near else None


def _place(files):
    return f"{files.images} ({files.members[0]})" if files.members[0] else files.images


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
    return build_dataset(*halves[split], DIGITS, source, "Keras's MNIST")


def read_emnist(kind, split, files) -> Dataset:
    """Read one split of EMNIST from the files that `places.find_emnist` found.

    Args:
        kind: one of `EMNIST_CLASSES`.
        split: "train" or "test".
        files: a `places.Files`.

    Raises:
        DatasetError: if a file is missing or damaged.
    """
    images, labels = read_pair(files, split)
    names, first_label = EMNIST_CLASSES[kind], int(kind == "letters")
    note = turn_emnist(images, labels.astype(int) - first_label, names)
    source = f"{len(images):,} real characters of EMNIST {kind}, {split} split, {_place(files)}"
    return build_dataset(images, labels, names, source + note, files[:2], first_label)


def turn_emnist(images, labels, class_names) -> str:
    """Set images upright that are stored as EMNIST's are, transposed; return a note if they aren't.

    Args:
        images: uint8 [N, 28, 28], changed in place unless they look upright already.
        labels: integers [N], indices into `class_names`.
        class_names: what the labels stand for.
    """
    same_count = len(images) == len(labels)  # otherwise the next check says so
    fits = compare_turns(images[..., None], labels, class_names) if same_count else None
    if fits and fits[UPRIGHT] > fits["transposed"] + MARGIN:
        return "; they are upright in this file, unlike in EMNIST's own"
    for start in range(0, len(images), 10_000):  # columns are stored as rows; no second copy
        block = images[start : start + 10_000]
        block[:] = block.transpose(0, 2, 1).copy()
    return ""


def read_emnist_both_cases(files, per_class) -> Dataset:
    """Read A-Z and a-z, 52 classes, from the training split of EMNIST's "byclass".

    Args:
        files: as `read_emnist`.
        per_class: the most images of each letter, chosen at random.

    Raises:
        DatasetError: if a file is missing or damaged.
    """
    everything = read_emnist("byclass", "train", files)
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
