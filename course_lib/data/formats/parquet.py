"""Read images and labels from parquet files: Hugging Face's pictures, or columns of pixels."""

import io
import json
import re
from pathlib import Path

import numpy as np

from course_lib.data.errors import fault
from course_lib.data.formats.csv_header import COLUMNS, PIXELS, read_header
from course_lib.data.formats.files import check_file
from course_lib.data.formats.npz_pairs import to_bytes, to_classes
from course_lib.data.formats.pictures import read_picture
from course_lib.data.formats.signatures import read_start, refuse_content

LABEL_NAMES = ("label", "labels", "class", "target", "digit", "letter")
SHARD = re.compile(r"(.*)-(\d{5})-of-(\d{5})(.*)")  # train-00000-of-00002.parquet


def read_parquet(path: Path) -> tuple[np.ndarray, np.ndarray, list[str] | None, str]:
    """Read a parquet file, or all shards of a set: pictures or 784 columns of pixels, and labels.

    A picture is a PNG or JPEG as bytes, or a struct with such `bytes`, as Hugging Face stores it.
    Columns of pixels have the names that a CSV may have.

    Args:
        path: the file, or one of several shards such as train-00000-of-00002.parquet.

    Returns:
        uint8 [N, 28, 28], white paper as it is; int64 [N]; the classes' names if Hugging Face wrote
        them into the file, else None; a note about the shards that are read, "" for a single file.

    Raises:
        DatasetError: if a file is damaged or has other columns, or pyarrow isn't installed.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        fix = "Install it: python -m pip install pyarrow"
        raise fault(path, "a parquet file", "the package pyarrow to read it", fix) from error
    paths, note = _find_shards(path)
    tables = [_read_table(shard) for shard in paths]
    if not any(map(len, tables)):
        raise fault(path, "no rows", "an image in each row", "Download it again.")
    pairs = zip(tables, paths, strict=True)
    parts = [_read_rows(table, shard) for table, shard in pairs if len(table)]
    images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return images, labels, _class_names(tables[0].schema), note


def _find_shards(path):
    """Return the paths of all shards of a file's set that are here, and a note about them."""
    match = SHARD.fullmatch(path.stem)
    if not match:
        return [path], ""
    start, _, count, end = match.groups()
    names = [f"{start}-{i:05d}-of-{count}{end}.parquet" for i in range(int(count))]
    found = [path.with_name(name) for name in names if path.with_name(name).is_file()]
    if len(names) == 1 or not found:
        return [path], ""
    return found, f"; {len(found)} of its {len(names)} shards are here and were read"


def _read_table(path):
    import pyarrow
    from pyarrow import parquet

    check_file(path)
    try:
        return parquet.read_table(path)
    except (OSError, pyarrow.ArrowException) as error:
        start = read_start(path)
        if start.startswith(b"PAR1"):
            found = f"a damaged file ({error})"
            raise fault(path, found, "a complete parquet file", "Download it again.") from error
        raise refuse_content(path, start, "a parquet file", error) from error


def _read_rows(table, path):
    """Return images, uint8 [N, 28, 28], and labels, int64 [N], of one file."""
    names = table.column_names
    labels = [name for name in names if name.lower() in LABEL_NAMES]
    types = {name: table.schema.field(name).type for name in names}
    pictures = [name for name in names if _holds_bytes(types[name])]
    lists = [name for name in names if "list<" in str(types[name])]
    if not pictures and len(lists) == len(labels) == 1:
        return _read_lists(table[lists[0]], path), _to_labels(table[labels[0]], path)
    if not pictures and len(names) in (COLUMNS, COLUMNS + 1):
        return _read_pixels(table, path)
    if len(labels) != 1 or len(pictures) != 1:
        shown = ", ".join(f"{name} ({types[name]})" for name in names[:6])
        found = f"{len(names)} columns: {shown}{', ...' if len(names) > 6 else ''}"
        expected = "one column of pictures as bytes, or 784 columns of pixels, and one named label"
        fix = "Rename the label's column, or drop the others."
        if not pictures and "string" in map(str, types.values()):
            fix = "If a column holds the paths of pictures, put the pictures of each class into a "
            fix += "subfolder with the name of the class, and give the path of the folder."
        raise fault(path, found, expected, fix)
    images = np.empty((len(table), 28, 28), np.uint8)
    for row, cell in enumerate(table[pictures[0]].to_pylist()):
        content = cell["bytes"] if isinstance(cell, dict) else cell
        where = f"{path}, row {row + 1}"
        if not content:
            fix = "Save the pictures themselves in the file, not their paths."
            raise fault(where, "no bytes of a picture", "a PNG or a JPEG", fix)
        images[row] = read_picture(io.BytesIO(content), where)
    return images, _to_labels(table[labels[0]], path)


def _read_lists(column, path):
    """Return images, uint8 [N, 28, 28], of a column of lists of pixels, nested or not."""
    try:
        pixels = np.array(column.to_pylist())
    except ValueError as error:
        fix = "Save lists of 784 pixels each."
        raise fault(path, "lists of different lengths", "28 by 28 pixels", fix) from error
    if pixels[0].size != PIXELS:
        found = f"images of the shape {list(pixels.shape[1:])}"
        raise fault(path, found, "28 by 28 pixels", "Scale the images, and save them again.")
    return to_bytes(pixels, f"{path}, pixels")


def _read_pixels(table, path):
    """Return the same as `_read_rows` of a table with a label and 784 pixels, as in a CSV."""
    names = [name for name in table.column_names if name != "__index_level_0__"]  # pandas's
    layout = read_header(path, ",".join(names))
    if layout is None:
        fix = "Leave out every column but the label and the pixels, and save the file again."
        raise fault(path, f"{len(names)} columns", f"{COLUMNS} (a label and 784 pixels)", fix)
    names = names[layout.has_index :]
    label = names.pop(layout.label)
    pixels = np.stack([table[name].to_numpy() for name in names], axis=1)
    return to_bytes(pixels, f"{path}, pixels"), _to_labels(table[label], path)


def _to_labels(column, path):
    labels = column.to_numpy()
    labels = labels.astype(str) if labels.dtype == object else labels
    return to_classes(labels, f"{path}, label")


def _class_names(schema):
    """Return what Hugging Face wrote into a file about its labels, or None."""
    try:
        features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
        return next(kind["names"] for kind in features.values() if "names" in kind)
    except (TypeError, KeyError, ValueError, StopIteration, AttributeError):
        return None


def _holds_bytes(kind):
    """Return whether a column's type is bytes, or a struct with bytes in it."""
    import pyarrow

    if pyarrow.types.is_struct(kind):
        return any(kind.field(i).name == "bytes" for i in range(kind.num_fields))
    return pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind)
