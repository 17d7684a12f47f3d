"""Read MNIST's own idx files, and npz archives such as Keras's."""

import zipfile
import zlib

import numpy as np

from course_lib.data.errors import DatasetError, fault
from course_lib.data.formats.files import check_file, open_bytes
from course_lib.data.formats.signatures import read_start, refuse_content


def read_idx(path, item_shape=(), member=None) -> np.ndarray:
    """Read an idx file, plain, gzipped or inside a zip.

    Args:
        path: a `Path`.
        item_shape: (28, 28) for images, () for labels.
        member: for a zip, the name of the file in it.

    Returns:
        uint8 [N, *item_shape].

    Raises:
        DatasetError: if the file is missing, damaged, or has another shape.

    The format is from LeCun, Cortes and Burges, The MNIST database of handwritten digits.
    """
    where = f"{path} ({member})" if member else path
    fix = "Download it again, and check that images and labels are not swapped."
    dimensions = 1 + len(item_shape)
    with open_bytes(path, member) as stream:
        head = stream.read(4 + 4 * dimensions)
        if head[:4] != bytes([0, 0, 8, dimensions]):
            expected = f"the magic number 0x{0x800 + dimensions:08x}"
            raise fault(where, f"0x{head[:4].hex()} at the start", expected, fix)
        shape = tuple(int.from_bytes(head[i : i + 4], "big") for i in range(4, len(head), 4))
        if shape[1:] != item_shape or not 0 < shape[0] < 10_000_000:
            expected = f"({', '.join(['N', *map(str, item_shape)])}) with N from 1 to 9,999,999"
            raise fault(where, f"the shape {shape}", expected, fix)
        array = np.empty(shape, np.uint8)
        flat, filled = array.reshape(-1), 0
        while filled < flat.size and (read := stream.readinto(flat[filled:])):
            filled += read
        if filled < flat.size or stream.read(1):
            found = f"{filled:,} bytes of data" if filled < flat.size else "more bytes"
            raise fault(where, found, f"{flat.size:,} bytes of data, as its header says", fix)
    return array


def read_npz(path) -> dict[str, np.ndarray]:
    """Read all arrays of an npz file, by their names.

    Args:
        path: a `Path`.

    Raises:
        DatasetError: if the file is missing or damaged.
    """
    check_file(path)
    again = "Download it again."
    if not zipfile.is_zipfile(path):
        start, expected = read_start(path), "an npz archive"
        if start.startswith(b"PK"):
            raise fault(path, "an incomplete file", expected, again)
        raise refuse_content(path, start, expected, "its first bytes aren't those of one")
    try:
        with np.load(path) as archive:
            others = [name for name in archive.zip.namelist() if not name.endswith(".npy")]
            if others:
                fix = "If it is a zip of a CSV or of idx files, rename it to .zip."
                raise fault(path, f"a zip with {others[0]} in it", "an npz archive", fix)
            return {name: archive[name] for name in archive.files}
    except DatasetError:
        raise
    except ValueError as error:
        fix = "Save plain arrays of numbers with numpy.savez(file, images=images, labels=labels). "
        fix += "Labels that are text, such as '5', become numbers with labels.astype(int)."
        raise fault(path, f"an array that isn't plain ({error})", "numbers", fix) from error
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise fault(path, f"a damaged file ({error})", "a complete npz archive", again) from error
