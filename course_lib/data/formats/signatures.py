"""What a file really is, by its first bytes, when its name says something else."""

import re

from course_lib.data.errors import DatasetError, fault

RENAME = "Rename the file so that its name ends in {}, and load it with load_file(path)."
AS_CSV = "Open it in the spreadsheet program, and save it as CSV UTF-8."
UNPACK = "Unpack it, and give the path of the file in it."
PICTURE = (
    "Put the pictures of each class into a subfolder with the name of the class, and give "
    "load_file the path of the folder."
)
PICKLE = (
    "A pickle can run any code when it is opened, so it isn't read here. If you trust its source, "
    "open it in Python yourself, and save the images and labels with "
    "numpy.savez(file, images=images, labels=labels)."
)
SIGNATURES = {  # how the content of a file begins: what the file is, and what to do
    rb"([\x20-\x7e]\x00){8}": ("UTF-16 text without a byte order mark", "Save it as CSV UTF-8."),
    rb"PAR1": ("a parquet file", RENAME.format(".parquet")),
    rb"\x93NUMPY": ("a NumPy array", RENAME.format(".npy")),
    rb"\x89HDF": ("an h5 file", RENAME.format(".h5")),
    rb"MATLAB [57]": ("a MATLAB file", RENAME.format(".mat")),
    rb"\x00\x00\x08\x03": ("an idx file of images", "Give it its own name, such as "
                           "train-images-idx3-ubyte, and its labels train-labels-idx1-ubyte."),
    rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\x00\x00\x00\x00": ("a picture", PICTURE),
    rb"\xd0\xcf\x11\xe0": ("an Excel workbook", AS_CSV),
    rb"PK\x03\x04": ("a zip archive", UNPACK),
    rb"\x1f\x8b|BZh|\xfd7zXZ": ("a compressed file", UNPACK),
    rb"\x28\xb5\x2f\xfd": ("a file compressed by Zstandard", UNPACK),
    rb"7z\xbc\xaf|Rar!|.{257}ustar": ("an archive", UNPACK),
    rb"SQLite format 3": ("an SQLite database", "Export its table as CSV."),
    rb"\x80[\x02-\x05]": ("a pickle", PICKLE),
    rb"ARROW1|FEA1": ("an Arrow or Feather file", "Read it with pandas.read_feather(path), and "
                      "save the table with to_csv('x.csv', index=False)."),
}  # fmt: skip
TEXT = re.compile(rb"(\xef\xbb\xbf)?[\t\n\r\x20-\x7e]{64,}")
FIRST_BYTES = 300  # enough for all of these


def refuse_content(path, start, expected, error=None) -> DatasetError | None:
    """Return the error for a file whose content is of another kind than its name says.

    Args:
        path: the file, for the message.
        start: its first `FIRST_BYTES` bytes, unpacked.
        expected: what the name says, such as "an npz archive".
        error: the reader's own words, for content that isn't known here.

    Returns:
        A `DatasetError`, or None if nothing is known about the content and there is no `error`.
    """
    for signature, (found, fix) in SIGNATURES.items():
        if re.match(signature, start, re.DOTALL):
            return fault(path, found, expected, fix)
    if error is None:
        return None
    if TEXT.match(start):
        fix = "If it is a table, rename it to .csv. Otherwise download the file again."
        return fault(path, f"text, which starts with {start[:40].decode()!r}", expected, fix)
    return fault(
        path, f"another format or a damaged file ({error})", expected, "Download it again."
    )


def read_start(path) -> bytes:
    """Return the first bytes of a file as they are on the disk, not unpacked."""
    with open(path, "rb") as stream:
        return stream.read(FIRST_BYTES)
