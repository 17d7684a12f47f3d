"""Read arrays from h5 files (HDF5), the form in which Kaggle offers USPS."""

import numpy as np

from course_lib.data.errors import DatasetError, fault
from course_lib.data.formats.files import check_file
from course_lib.data.formats.signatures import read_start, refuse_content

AGAIN = "Download it again."


def read_h5(path, names=None) -> dict[str, np.ndarray]:
    """Read the arrays of these names from an h5 file.

    Args:
        path: a `Path`.
        names: a list of names, each with its groups in front: "train/data"; None for all arrays.

    Returns:
        The arrays by name.

    Raises:
        DatasetError: if the file is missing or damaged, or has no array of one of the names.
    """
    import h5py  # here, because few files need it; Keras brings it

    check_file(path)
    if not h5py.is_hdf5(path):
        start = read_start(path)
        raise refuse_content(path, start, "an h5 file", "its first bytes aren't those of one")
    try:
        with h5py.File(path, "r") as file:
            for name in names or []:
                if not isinstance(file.get(name), h5py.Dataset):
                    found = f"the arrays {_arrays(file)}"
                    fix = "If the file belongs to another dataset, move it to another folder."
                    raise fault(path, found, f"{name} too", fix)
            return {name: _read_array(file[name]) for name in names or _arrays(file)}
    except DatasetError:
        raise
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise fault(path, f"a damaged file ({error})", "a complete h5 file", AGAIN) from error


def _read_array(stored):
    """Return an array of an h5 file; text of any length becomes an array of strings."""
    import h5py

    is_text = h5py.check_string_dtype(stored.dtype)
    return np.asarray(stored.asstr()[()], str) if is_text else np.asarray(stored)


def _arrays(file):
    """Return the names of the arrays in an h5 file, with their groups in front."""
    names = []
    file.visit(names.append)
    return [name for name in names if hasattr(file[name], "shape")]
