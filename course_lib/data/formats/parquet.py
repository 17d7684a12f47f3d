"""Read images and labels from parquet files in the form of Hugging Face's datasets."""

import io
from pathlib import Path

import numpy as np

from course_lib.data.errors import fault
from course_lib.data.formats.files import check_file
from course_lib.data.formats.pictures import read_picture

LABEL_NAMES = ("label", "labels", "class", "target", "digit", "letter")


def read_parquet(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read a parquet file with a column of pictures and one of labels.

    A picture is a PNG or JPEG as bytes, or a struct with such `bytes`, as Hugging Face stores it.

    Args:
        path: the file.

    Returns:
        uint8 [N, 28, 28], white paper as it is; labels as they are in the file, [N].

    Raises:
        DatasetError: if the file is damaged or has other columns, or pyarrow isn't installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        fix = "Install it: python -m pip install pyarrow"
        raise fault(path, "a parquet file", "the package pyarrow to read it", fix) from error
    check_file(path)
    try:
        table = parquet.read_table(path)
    except (OSError, pyarrow.ArrowException) as error:
        found = f"a damaged file ({error})"
        raise fault(path, found, "a parquet file", "Download it again.") from error
    names = table.column_names
    labels = [name for name in names if name.lower() in LABEL_NAMES]
    types = {name: table.schema.field(name).type for name in names}
    pictures = [name for name in names if _holds_bytes(types[name], pyarrow)]
    if len(labels) != 1 or len(pictures) != 1:
        shown = ", ".join(f"{name} ({types[name]})" for name in names[:6])
        found = f"{len(names)} columns: {shown}{', ...' if len(names) > 6 else ''}"
        expected = "one column of pictures as bytes, and one named label"
        fix = "Rename the label's column, or drop the others. Save columns of pixels as a CSV."
        raise fault(path, found, expected, fix)
    images = np.empty((len(table), 28, 28), np.uint8)
    for row, cell in enumerate(table[pictures[0]].to_pylist()):
        content = cell["bytes"] if isinstance(cell, dict) else cell
        where = f"{path}, row {row + 1}"
        if not content:
            fix = "Save the pictures themselves in the file, not their paths."
            raise fault(where, "no bytes of a picture", "a PNG or a JPEG", fix)
        images[row] = read_picture(io.BytesIO(content), where)
    return images, table[labels[0]].to_numpy()


def _holds_bytes(kind, pyarrow):
    """Return whether a column's type is bytes, or a struct with bytes in it."""
    if pyarrow.types.is_struct(kind):
        return any(kind.field(i).name == "bytes" for i in range(kind.num_fields))
    return pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind)
