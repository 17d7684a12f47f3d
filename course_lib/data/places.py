"""Where handwriting may lie on this machine: the folders searched, and files by their names.

Nothing is read here; `datasets` does that with what is found.
"""

import os
from pathlib import Path

from course_lib.data import formats
from course_lib.data.formats import fault

PROJECT_DATA = Path(__file__).resolve().parent.parent / "data"
KAGGLE_INPUT = Path("/kaggle/input")
SEARCH_DEPTH = 4  # folders deep: Kaggle mounts datasets/<owner>/<name>/ below its input


def keras_home():
    """Where Keras keeps what it downloads: $KERAS_HOME, else ~/.keras."""
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()


def folders():
    """The folders searched for data, first to last; those that exist.

    $COURSE_DATA, the project's `data/`, the current folder's `data/`, Kaggle's input, Keras's
    cache. Raises `DatasetError` if COURSE_DATA names no folder.
    """
    found = [PROJECT_DATA, Path("data").resolve(), KAGGLE_INPUT, keras_home() / "datasets"]
    if course_data := os.environ.get("COURSE_DATA"):
        found.insert(0, Path(course_data).expanduser())
        if not found[0].is_dir():
            cure = "Correct the environment variable, or unset it."
            raise fault(f"COURSE_DATA={course_data}", "no such folder", "a folder", cure)
    return [folder for folder in dict.fromkeys(found) if folder.is_dir()]


def folders_text():
    """`folders()` for a message."""
    return ", ".join(str(folder) for folder in folders())


def find(*patterns):
    """Files in `folders()` that match one of the glob patterns, the shallowest first."""
    for folder in folders():
        for depth in range(SEARCH_DEPTH + 1):
            for pattern in patterns:
                for path in sorted(folder.glob("*/" * depth + pattern)):
                    if path.is_file():
                        yield path


def find_mnist(split):
    """((images, labels) or (npz,), split) of the first MNIST files found, or None."""
    for wanted in (split,) if split else ("train", "test"):
        prefix = {"train": "train", "test": "t10k"}[wanted]
        for path in find(f"{prefix}-images?idx3-ubyte*", "mnist.npz"):
            if any(other in str(path).lower() for other in ("fashion", "kmnist", "kuzushiji")):
                continue  # these took over MNIST's file names
            return (path,) if path.suffix == ".npz" else _with_labels(path), wanted
    return None


def _with_labels(images_path):
    name = images_path.name.replace("images", "labels").replace("idx3", "idx1")
    return images_path, images_path.with_name(name)


def find_emnist(kind, split):
    """((images, labels), their names inside a zip or (None, None)), or None."""
    images_name = f"emnist-{kind}-{split}-images-idx3-ubyte"
    for path in find(images_name + "*"):
        return _with_labels(path), (None, None)
    for path in find("gzip.zip", "emnist*.zip"):
        if not formats.is_zip_without(path, "-images-idx3-ubyte.gz"):  # some hold CSVs
            return in_zip(path, kind, split)
    return None


def in_zip(path, kind, split):
    """((zip, zip), (name of the images in it, name of the labels in it)) for NIST's zip."""
    name = f"emnist-{kind}-{split}"
    return (path, path), (f"{name}-images-idx3-ubyte.gz", f"{name}-labels-idx1-ubyte.gz")
