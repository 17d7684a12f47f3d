"""Where handwriting may be on this machine: the folders that are searched, and the files' names.

Nothing is read here; the loaders in `datasets` do that with what is found.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from course_lib.data.errors import fault
from course_lib.data.formats.files import is_zip_without

PROJECT_DATA = Path(__file__).resolve().parents[2] / "data"
KAGGLE_INPUT = Path("/kaggle/input")
SEARCH_DEPTH = 4  # folders deep: Kaggle mounts datasets/<owner>/<name>/ below its input
PREFIXES = {"train": "train", "test": "t10k"}  # of MNIST's file names
OWNERS = {  # datasets that use MNIST's file names, and what their folders are called
    "kmnist": r"(?<![a-z])k-?mnist|kuzushiji",
    "fashion": r"fashion",
    "mnist": r"mnist",
}


def keras_home() -> Path:
    """Return the folder where Keras keeps what it downloads: $KERAS_HOME, else ~/.keras."""
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()


def folders() -> list[Path]:
    """Return the folders that are searched for data, in order; those that don't exist are left out.

    They are $COURSE_DATA, the project's `data/`, the current folder's `data/`, Kaggle's input and
    Keras's cache.

    Raises:
        DatasetError: if COURSE_DATA is set but there is no such folder.
    """
    found = [PROJECT_DATA, Path("data").resolve(), KAGGLE_INPUT, keras_home() / "datasets"]
    if course_data := os.environ.get("COURSE_DATA"):
        found.insert(0, Path(course_data).expanduser())
        if not found[0].is_dir():
            fix = "Correct this environment variable, or unset it."
            raise fault(f"COURSE_DATA={course_data}", "no such folder", "a folder", fix)
    return [folder for folder in dict.fromkeys(found) if folder.is_dir()]


def folders_text() -> str:
    """Return where a user may put a file, for a message: "one of these folders: ..."."""
    if found := folders():
        return f"one of these folders: {', '.join(map(str, found))}"
    return "a new folder named data in the current folder"


def find(*patterns) -> Iterator[Path]:
    """Yield the files in `folders()` that match one of the glob patterns.

    The folders are searched in order; within each one, files in shallower subfolders come first.
    """
    for folder in folders():
        for depth in range(SEARCH_DEPTH + 1):
            for pattern in patterns:
                for path in sorted(folder.glob("*/" * depth + pattern)):
                    if path.is_file():
                        yield path


def find_mnist(split) -> tuple | None:
    """Find MNIST on this machine.

    Args:
        split: "train", "test", or None for the first of the two that is found.

    Returns:
        (paths, split) of the first files found, or None. The paths are (images, labels) for idx
        files, (npz,) for Keras's.
    """
    for wanted in (split,) if split else ("train", "test"):
        for path in find(f"{PREFIXES[wanted]}-images?idx3-ubyte*", "mnist.npz"):
            if _owner(path) == "mnist":
                return (path,) if path.suffix == ".npz" else _with_labels(path), wanted
    return None


def find_kmnist(split) -> tuple | None:
    """Find KMNIST on this machine: its npz files, or idx files in a folder named after it.

    Args:
        split: "train", "test", or None for the first of the two that is found.

    Returns:
        ((images, labels), split) of the first files found, or None.
    """
    for wanted in (split,) if split else ("train", "test"):
        for path in find(f"kmnist-{wanted}-imgs.npz", f"{PREFIXES[wanted]}-images?idx3-ubyte*"):
            if path.suffix == ".npz" or _owner(path) == "kmnist":
                return _with_labels(path), wanted
    return None


def find_usps(split) -> tuple | None:
    """Find USPS on this machine: `usps.h5` with both splits, or LIBSVM's file of one split.

    LIBSVM's files may be compressed, as they are published, or unpacked.

    Args:
        split: "train", "test", or None for the first of the two that is found.

    Returns:
        (path, split) of the first file found, or None.
    """
    for wanted in (split,) if split else ("train", "test"):
        name = {"train": "usps", "test": "usps.t"}[wanted]
        for path in find("usps.h5", f"{name}.bz2", name):
            return path, wanted
    return None


def _owner(path):
    """Return which dataset a file with one of MNIST's names belongs to, one of `OWNERS`.

    The nearest folder that is named after one of them decides, up to the folder that was searched.
    """
    searched = next(folder for folder in folders() if path.is_relative_to(folder))
    for name in reversed(path.parent.relative_to(searched.parent).parts):
        for owner, pattern in OWNERS.items():
            if re.search(pattern, name.lower()):
                return owner
    return "mnist"


def _with_labels(images_path):
    name = images_path.name.replace("images", "labels").replace("idx3", "idx1")
    return images_path, images_path.with_name(name.replace("imgs", "labels"))


def find_emnist(kind, split) -> tuple | None:
    """Find EMNIST on this machine.

    Args:
        kind: "letters", "balanced" or "byclass".
        split: "train" or "test".

    Returns:
        ((images, labels), members) of the first files found, or None. The members are the names of
        the two files inside NIST's zip, or (None, None) if they are not zipped.
    """
    images_name = f"emnist-{kind}-{split}-images-idx3-ubyte"
    for path in find(images_name + "*"):
        return _with_labels(path), (None, None)
    for path in find("gzip.zip", "emnist*.zip"):
        if not is_zip_without(path, "-images-idx3-ubyte.gz"):  # some hold CSVs
            return in_zip(path, kind, split)
    return None


def in_zip(path, kind, split) -> tuple:
    """Return the same as `find_emnist` for NIST's zip at `path`."""
    name = f"emnist-{kind}-{split}"
    return (path, path), (f"{name}-images-idx3-ubyte.gz", f"{name}-labels-idx1-ubyte.gz")
