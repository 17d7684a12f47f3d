"""Read EMNIST's MATLAB files: images as rows of 784 in MATLAB's order, column by column."""

import zlib
from pathlib import Path

import numpy as np

from course_lib.data.errors import DatasetError, fault
from course_lib.data.formats.files import check_file
from course_lib.data.formats.npz_pairs import to_bytes, to_classes

AGAIN = "Download it again."


def read_mat(path: Path, split) -> tuple[np.ndarray, np.ndarray, list | None]:
    """Read one split of a .mat file in EMNIST's form.

    It has a struct `dataset` with `train` and `test`, each with `images`, [N, 784], and `labels`,
    [N, 1], and `mapping`, [K, 2], from each label to the code of its character.

    Args:
        path: the file.
        split: "train" or "test".

    Returns:
        uint8 [N, 28, 28] as they are stored, transposed; int64 [N]; the mapping as rows
        [label, code, ...], or None if the file has none.

    Raises:
        DatasetError: if the file is missing or damaged, or has another form.
    """
    from scipy.io import loadmat  # here, because it is slow to import and nothing else needs it

    check_file(path)
    if path.read_bytes()[:8] == b"\x89HDF\r\n\x1a\n":
        fix = "In MATLAB, save it again with save(file, 'dataset', '-v7')."
        raise fault(path, "MATLAB's version 7.3 format", "version 7 or older", fix)
    try:
        content = loadmat(path, simplify_cells=True)
        dataset = content["dataset"]
        part = dataset[split]
        images, labels = np.asarray(part["images"]), np.asarray(part["labels"])
    except (KeyError, TypeError, IndexError) as error:
        fix = "Use a file of EMNIST's matlab.zip, such as emnist-letters.mat."
        raise fault(path, f"no {error}", f"a struct dataset with {split}", fix) from error
    except DatasetError:
        raise
    except (OSError, ValueError, zlib.error, NotImplementedError) as error:
        raise fault(path, f"a damaged file ({error})", "a .mat file", AGAIN) from error
    if images.ndim != 2 or images.shape[1] != 784 or labels.size != len(images):
        found = f"images {list(images.shape)} and labels {list(labels.shape)}"
        raise fault(path, found, "[N, 784] and [N, 1]", AGAIN)
    mapping = dataset.get("mapping")
    rows = None if mapping is None else np.atleast_2d(mapping).astype(int).tolist()
    return to_bytes(images, f"{path}, images"), to_classes(labels.reshape(-1), path), rows
