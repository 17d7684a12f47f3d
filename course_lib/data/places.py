"""Where handwriting may be on this machine: the folders that are searched, and the files' names.

Nothing but the names inside zips is read here; the loaders in `datasets` read what is found.
"""

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from course_lib.data.errors import fault
from course_lib.data.formats.files import names_in_zip
from course_lib.data.formats.npz_pairs import split_of

PROJECT_DATA = Path(__file__).resolve().parents[2] / "data"
KAGGLE_INPUT = Path("/kaggle/input")
PREFIXES = {"train": "train", "test": "t10k"}  # of MNIST's file names
OTHER_SPLIT = {"train": "test", "test": "train"}
OWNERS = {  # datasets that use MNIST's file names, and what their folders are called
    "KMNIST": r"(?<![a-z])k-?mnist|kuzushiji",
    "Fashion-MNIST": r"fashion",
    "EMNIST": r"(?<![a-z])f?e-?mnist",
    "MNIST": r"mnist",
}


class Files(NamedTuple):
    """The two files of a dataset's split, or one that holds both.

    Attributes:
        images: the path of the images' file, or of a zip.
        labels: the path of the labels' file; the same as `images` for a zip and for an npz.
        members: the names of the two files inside a zip, or (None, None).
    """

    images: Path
    labels: Path
    members: tuple = (None, None)


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
    """Yield the files in `folders()` whose names match one of the patterns, at any depth.

    Upper and lower case are the same. Hidden files, such as macOS's ._train.csv, are left out.

    The folders are searched in order; within each one, files in shallower subfolders come first,
    and at the same depth those that match an earlier pattern.
    """
    seen = set()
    for folder in folders():
        found = []
        for path in _walk(folder):
            name = path.name.lower()
            ranks = [i for i, pattern in enumerate(patterns) if fnmatch(name, pattern.lower())]
            if ranks and path not in seen:
                found.append((len(path.parts), ranks[0], path))
        yield from (path for _, _, path in sorted(found))
        seen |= {path for _, _, path in found}


def _walk(folder):
    """Yield every file below a folder, also through links, but no folder twice."""
    visited = set()
    for parent, inner, names in os.walk(folder, followlinks=True):
        inner[:] = [name for name in inner if not name.startswith(".")]
        real = os.path.realpath(parent)
        if real in visited:
            inner.clear()
            continue
        visited.add(real)
        paths = (Path(parent, name) for name in names if not name.startswith("."))
        yield from (path for path in paths if path.is_file())


def find_mnist(split, passed_over=None) -> tuple | None:
    """Find MNIST on this machine: idx files, plain, gzipped or in a zip, or Keras's npz.

    Args:
        split: "train", "test", or None for the first of the two that is found.
        passed_over: a list that gets a (path, reason) for each file of another dataset.

    Returns:
        (`Files`, split) of the first files found, or None.
    """
    return _find_named_like_mnist("MNIST", split, "*mnist*.npz", passed_over)


def find_kmnist(split) -> tuple | None:
    """Find KMNIST on this machine: its npz files, or idx files in a folder named after it.

    Args:
        split: "train", "test", or None for the first of the two that is found.

    Returns:
        (`Files`, split) of the first files found, or None.
    """
    return _find_named_like_mnist("KMNIST", split, "kmnist-{split}-imgs.npz")


def _find_named_like_mnist(owner, split, npz, passed_over=None):
    for files, wanted, found in named_like_mnist(split, npz):
        if found == owner:
            return files, wanted
        if passed_over is not None:
            passed_over.append((files.images, f"by its name or its folder's name it is {found}"))
    return None


def named_like_mnist(split, npz="*mnist*.npz") -> Iterator[tuple]:
    """Yield (`Files`, split, owner) of all files with MNIST's names; `owner` is one of `OWNERS`.

    Args:
        split: "train", "test", or None for both, "train" first.
        npz: a pattern for the names of npz files.
    """
    for wanted in (split,) if split else ("train", "test"):
        stem = f"{PREFIXES[wanted]}-images?idx3-ubyte"
        for path in find(stem, stem + ".gz", npz.format(split=wanted), "*.zip"):
            files = _in_zip(path, stem) if path.suffix.lower() == ".zip" else _with_labels(path)
            if files is None or split_of(path.stem) == OTHER_SPLIT[wanted]:
                continue  # a zip of something else, or an npz of the other split
            yield files, wanted, _owner(*files)


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


def _owner(path, _, members):
    """Return which dataset a file with one of MNIST's names belongs to, one of `OWNERS`.

    The nearest name decides, of the file and the folders up to the one that was searched.
    """
    searched = next(folder for folder in folders() if path.is_relative_to(folder))
    inside = Path(members[0]).parts if members[0] else ()
    for name in reversed((*path.relative_to(searched.parent).parts, *inside)):
        for owner, pattern in OWNERS.items():
            if re.search(pattern, name.lower()):
                return owner
    return "MNIST"


def _labels_name(name):
    """Return the name of the labels that belong to a file of images, in small letters, no .gz."""
    name = name.lower().replace("images", "labels").replace("imgs", "labels")
    return name.replace("idx3", "idx1").removesuffix(".gz")


def _with_labels(path):
    """Return the `Files` of a file of images: its labels may be plain or gzipped.

    Some tools unpack each file into a folder of its name; the labels are then in the next one.
    """
    name = _labels_name(path.name)
    kind = path.suffix.lower()
    if kind == ".npz" and name == path.name.lower():
        return Files(path, path)
    endings = (".gz", "") if kind == ".gz" else ("", ".gz")
    names = [name + ending for ending in endings] if kind != ".npz" else [name]
    names += [name.replace("idx1", "idx3") for name in names]  # a common slip
    names += [re.sub("[.-]idx", mark, name) for mark in ("-idx", ".idx") for name in names]
    own = [path.parent.parent / folder / name for folder in names for name in names]
    others = path.parent.iterdir() if path.parent.is_dir() else ()
    beside = {other.name.lower(): other for other in others if other.is_file()}
    found = [beside[name] for name in names if name in beside]
    found += [labels for labels in own if labels.is_file()]
    return Files(path, found[0] if found else path.with_name(names[0]))


def _in_zip(path, stem):
    """Return the `Files` of a zip in which a file's name matches `stem`, or None."""
    members = names_in_zip(path)
    for name in members:
        if fnmatch(Path(name).name.lower().removesuffix(".gz"), stem):
            wanted = _labels_name(Path(name).name)
            labels = [m for m in members if Path(m).name.lower().removesuffix(".gz") == wanted]
            return Files(path, path, (name, (labels or [wanted])[0]))
    return None


def names_idx(path) -> bool:
    """Return whether a zip holds idx files."""
    return any("idx3" in name.lower() for name in names_in_zip(path))


def files_at(path, split) -> Files:
    """Return the `Files` that belong to a file of images in idx form, or to a zip of idx files.

    Args:
        path: the file of images, or the zip.
        split: which split to take from a zip, "train" or "test".
    """
    if path.suffix.lower() != ".zip":
        return _with_labels(path)
    stem = f"{PREFIXES[split]}-images?idx3-ubyte"
    files = _in_zip(path, stem) or _in_zip(path, f"*-{split}-images-idx3-ubyte")
    if files is None:
        found = ", ".join(names_in_zip(path)[:6])
        fix = "Unzip it, and give the path of the file of images."
        raise fault(path, f"a zip of {found}", f"a file {stem} in it", fix)
    return files


def find_emnist(kind, split) -> Files | None:
    """Find EMNIST's idx files on this machine, or NIST's zip of them.

    Args:
        kind: "letters", "balanced" or "byclass".
        split: "train" or "test".
    """
    stem = f"emnist-{kind}-{split}-images-idx3-ubyte"
    for path in find(stem, stem + ".gz"):
        return _with_labels(path)
    for path in find("gzip.zip", "*.zip"):
        if any("-images-idx3-ubyte" in name and "emnist-" in name for name in names_in_zip(path)):
            return in_zip(path, kind, split)
    return None


def in_zip(path, kind, split) -> Files:
    """Return the same as `find_emnist` for a zip at `path` that holds idx files of EMNIST."""
    stem = f"emnist-{kind}-{split}-images-idx3-ubyte"
    missing = f"{stem}.gz", _labels_name(stem) + ".gz"
    return _in_zip(path, stem) or Files(path, path, missing)
