"""Read MATLAB files: EMNIST's, and those with one array of images and one of labels."""

import zlib
from pathlib import Path

import numpy as np

from course_lib.data.errors import fault
from course_lib.data.formats.array_forms import bring_into_form
from course_lib.data.formats.files import check_file
from course_lib.data.formats.npz_pairs import pick_split, to_bytes, to_classes
from course_lib.data.formats.signatures import read_start, refuse_content

AGAIN = "Download it again."


def read_mat(path: Path) -> dict:
    """Read a .mat file: its arrays by their names, and its structs as dicts.

    Args:
        path: the file.

    Raises:
        DatasetError: if the file is missing or damaged, or in the newest format.
    """
    from scipy.io import loadmat  # here, because it is slow to import and nothing else needs it
    from scipy.io.matlab import MatReadError

    check_file(path)
    start = read_start(path)
    if start.startswith((b"\x89HDF", b"MATLAB 7.3")):
        fix = "In MATLAB, save it again: load('old.mat'); save('new.mat', '-v7')."
        raise fault(path, "MATLAB's version 7.3 format", "version 7 or older", fix)
    try:
        content = loadmat(path, simplify_cells=True)
    except (OSError, ValueError, zlib.error, NotImplementedError, MatReadError) as error:
        if start.startswith(b"MATLAB"):
            raise fault(path, f"a damaged file ({error})", "a .mat file", AGAIN) from error
        raise refuse_content(path, start, "a .mat file", error) from error
    return {name: part for name, part in content.items() if not name.startswith("__")}


def pick_emnist(content, split, path) -> tuple[np.ndarray, np.ndarray, list | None]:
    """Return one split of a file in EMNIST's form.

    It has a struct `dataset` with `train` and `test`, each with `images`, [N, 784], and `labels`,
    [N, 1], and `mapping`, [K, 2], from each label to the code of its character.

    Args:
        content: from `read_mat`, with `dataset` in it.
        split: "train" or "test".
        path: the file, for messages.

    Returns:
        uint8 [N, 28, 28] as they are stored, transposed; int64 [N]; the mapping as rows
        [label, code, ...], or None if the file has none.

    Raises:
        DatasetError: if the file has another form.
    """
    dataset = content["dataset"]
    try:
        images, labels = (np.asarray(dataset[split][name]) for name in ("images", "labels"))
    except (KeyError, TypeError, IndexError) as error:
        fix = "Use a file of EMNIST's matlab.zip, such as emnist-letters.mat."
        raise fault(path, f"no {error}", f"a struct dataset with {split}", fix) from error
    if images.ndim != 2 or images.shape[1] != 784 or labels.size != len(images):
        found = f"images {list(images.shape)} and labels {list(labels.shape)}"
        raise fault(path, found, "[N, 784] and [N, 1]", AGAIN)
    mapping = dataset.get("mapping")
    rows = None if mapping is None else np.atleast_2d(mapping).astype(int).tolist()
    return to_bytes(images, f"{path}, images"), to_classes(labels.reshape(-1), path), rows


def pick_arrays(content, split, path) -> tuple[np.ndarray, np.ndarray]:
    """Return the images and labels of a file with an array of each, such as mnist-original.mat.

    Args:
        content: from `read_mat`.
        split: as `npz_pairs.pick_split` takes it.
        path: the file, for messages.

    Returns:
        uint8 [N, 28, 28] and int64 [N].

    Raises:
        DatasetError: if there is not exactly one array of each kind.
    """
    arrays = dict(_flatten(content))
    return pick_split(bring_into_form(arrays), split, path)


def _flatten(content):
    """Yield the name and the array of each part, also of those in structs and in cells."""
    for name, part in content.items():
        if isinstance(part, dict):
            yield from ((f"{name}.{inner}", array) for inner, array in _flatten(part))
        elif isinstance(part, np.ndarray) and part.dtype == object and part.size:
            shapes = {np.shape(cell) for cell in part.flat}
            yield name, np.stack(list(part.flat)) if len(shapes) == 1 else part
        elif isinstance(part, np.ndarray):
            yield name, part
