"""Read an array from a .npy file."""

import numpy as np

from course_lib.data.errors import fault
from course_lib.data.formats.files import check_file
from course_lib.data.formats.signatures import read_start, refuse_content


def read_npy(path) -> np.ndarray:
    """Read the array in a .npy file.

    Args:
        path: a `Path`.

    Raises:
        DatasetError: if the file is missing or damaged, or holds Python objects.
    """
    check_file(path)
    start = read_start(path)
    if not start.startswith(b"\x93NUMPY"):
        raise refuse_content(path, start, "a .npy file", "its first bytes aren't those of one")
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        found = f"a file that NumPy cannot read ({error})"
        fix = "Save a plain array with numpy.save, or download the file again."
        raise fault(path, found, "one array of numbers", fix) from error
