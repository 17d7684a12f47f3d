"""The one file of data in a folder that holds files rather than pictures, such as torchvision's."""

import re
from pathlib import Path

from course_lib.data.errors import fault
from course_lib.data.formats.npz_pairs import split_of
from course_lib.data.formats.pictures import ENDINGS, is_hidden
from course_lib.data.unread import kind_of

DATA = r"images.idx3-ubyte(\.gz)?|\.(npz|h5|hdf5|mat|parquet|csv|tsv|arff)"
NPY = re.compile(r"(?:.*[^a-z])?(?:images?|imgs|x)(?:[^a-z].*)?\.npy")  # the images of a pair
LATER_SHARD = re.compile(r"-(?!00000)\d{5}-of-\d{5}")
MOST_NAMES = 6  # in a message


def find_data_file(folder, split) -> Path:
    """Return the path of the file of one split's data in a folder, at any depth.

    Args:
        folder: a `Path`.
        split: "train" or "test"; it decides between files that have one of these in their names.

    Returns:
        The folder itself if there are pictures in it, or no file of data.

    Raises:
        DatasetError: if there are several such files.
    """
    paths = (path for path in folder.rglob("*") if not is_hidden(path, folder))
    files = []
    for path in paths:
        if path.suffix.lower() in ENDINGS:
            return folder
        if path.is_file() and not LATER_SHARD.search(path.name):
            files.append(path)
    files.sort()
    found = [path for path in files if re.search(f"({DATA})$", path.name.lower())]
    found += [path for path in files if NPY.fullmatch(path.name.lower())]
    unread = [path for path in files if kind_of(path) and ".json" not in path.name.lower()]
    found = found or [path for path in files if kind_of(path) and _split_of(path)] or unread[:1]
    found = [path for path in found if path.suffix != ".gz" or path.with_suffix("") not in found]
    chosen = [path for path in found if _split_of(path) == split]
    if split == "test" and len(chosen) > 1:  # leave out a validation split
        chosen = [path for path in chosen if re.search("test|t10k", path.name.lower())]
    chosen = chosen or [path for path in found if not _split_of(path)]
    if len(chosen) == 1:
        return chosen[0]
    if not found:
        return folder
    names = [str(path.relative_to(folder)) for path in chosen or found]
    shown = f"{', '.join(names[:MOST_NAMES])}{', ...' if len(names) > MOST_NAMES else ''}"
    expected = f"one file for the split {split!r}"
    raise fault(folder, f"the files {shown}", expected, "Give the path of the file itself.")


def _split_of(path):
    """Return the split that the name of a file says it holds, or None."""
    return "test" if path.name.startswith("t10k") else split_of(path.name)
