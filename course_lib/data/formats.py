"""File formats: a CSV, idx or npz file in, arrays out, or the exact place where it is wrong.

Nothing here knows where files lie or what the labels mean; that is `datasets`. Rows and columns
are counted from 1, as a spreadsheet shows them, with a header as row 1.
"""

import gzip
import io
import os
import warnings
import zipfile
import zlib
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import NamedTuple

import numpy as np

from course_lib.data.progress import ProgressBar

COLUMNS = 1 + 28 * 28
HEADERS = (  # digit-recognizer's, and the one of "MNIST in CSV"; both run row by row
    ["label"] + [f"pixel{i}" for i in range(784)],
    ["label"] + [f"{row}x{column}" for row in range(1, 29) for column in range(1, 29)],
)
CHUNK_ROWS = 64  # 120 kB of text: what is made of it stays in cache, and malloc keeps its pages
LONG_FILE = 20_000  # rows from which a progress bar is shown
CACHE_VERSION = 1


class DatasetError(ValueError):
    """Data that cannot be used: says where, what was found, what was expected, what to do."""


def fault(where, found, expected, cure):
    """A `DatasetError` with its four parts in one order; the caller raises it."""
    return DatasetError(f"{where}: found {found}, expected {expected}. {cure}")


class Table(NamedTuple):
    """What a CSV holds: `images` uint8 [N, 28, 28, 1], `labels` int64 [N], 0 to 255 both."""

    images: np.ndarray
    labels: np.ndarray
    has_header: bool

    def row(self, index):
        """The row of the file, counted from 1, that image `index` stands in."""
        return index + 1 + self.has_header


# --- Opening files -----------------------------------------------------------------------------


def check_file(path):
    """Raise `DatasetError` unless `path` is a file with something in it."""
    if path.is_dir():
        inside = ", ".join(sorted(p.name for p in path.glob("*.csv"))[:3]) or "no CSV"
        raise fault(path, f"a folder (in it: {inside})", "a file", "Give the path of the file.")
    if not path.exists():
        cure = "Check the spelling; data/README.md says where to get the file."
        raise fault(path, "no such file", "a file", cure)
    if path.stat().st_size == 0:
        raise fault(path, "an empty file", "data", "Download it again.")


@contextmanager
def open_bytes(path, member=None):
    """Open `path` for reading, through gzip and zip, told by the first bytes, not by the name.

    `member`: how the name of the one wanted file inside a zip ends. Raises `DatasetError` for
    whatever turns out to be damaged while the stream is being read.
    """
    check_file(path)
    try:
        with ExitStack() as stack:
            stream = stack.enter_context(open(path, "rb"))
            if stream.peek(2)[:2] == b"PK":
                archive = stack.enter_context(zipfile.ZipFile(stream))
                stream = stack.enter_context(_open_member(path, archive, member))
            if stream.peek(2)[:2] == b"\x1f\x8b":
                stream = stack.enter_context(gzip.GzipFile(fileobj=stream))
            yield stream
    except PermissionError as error:
        raise fault(path, "a file you may not read", "one you may", "Change its rights.") from error
    except (EOFError, zlib.error, zipfile.BadZipFile, OSError) as error:
        reason = f"a file that cannot be read to its end ({error})"
        raise fault(path, reason, "a complete file", "Download it again.") from error


def is_zip_without(path, member):
    """Whether `path` is a sound zip that holds no file whose name ends in `member`."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return not any(name.lower().endswith(member) for name in archive.namelist())


def _open_member(path, archive, member):
    """The one file in a zip whose name ends in `member`."""
    names = [n for n in archive.namelist() if n.lower().endswith(member.lower())]
    names = [n for n in names if not n.startswith("__MACOSX/")]  # macOS adds a shadow of each
    if len(names) != 1:
        found = f"{len(names)} such files ({', '.join(names)})" if names else "none"
        raise fault(
            f"{path} (zip)", found, f"one {member} file", "Unzip it and give the file you mean."
        )
    try:
        return archive.open(names[0])
    except RuntimeError as error:  # a password, or a compression Python does not know
        raise fault(
            f"{path} (zip)", str(error), "a plain zip", "Unzip it with another tool."
        ) from error


@contextmanager
def _open_text(path):
    """The lines of a CSV: UTF-8 with or without BOM, any line ends."""
    with open_bytes(path, member=".csv") as stream:
        try:
            yield io.TextIOWrapper(stream, encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            found = f"a byte 0x{error.object[error.start]:02x} that is not UTF-8 text"
            cure = "Is it really a CSV? If a spreadsheet wrote it, save it as CSV UTF-8."
            raise fault(path, found, "a CSV of whole numbers", cure) from error


# --- CSV ---------------------------------------------------------------------------------------


def first_line(path):
    """The first line of a CSV (plain, .gz or .zip), without its line end."""
    with _open_text(path) as lines:
        return next(iter(lines), "").rstrip("\n")


def read_csv(path):
    """Read a CSV of a label and 784 pixels a row into a `Table`.

    The images are held once, as uint8: rows are counted first, then parsed 64 at a time into
    their place. Blank lines at the end are ignored. Raises `DatasetError` with row and column.
    """
    header, last_row = _survey(path)
    skipped = 1 if header else 0
    count = last_row - skipped
    if count < 1:
        raise fault(path, "no rows of data", "a label and 784 pixels a row", "Download it again.")
    pixels, labels = np.empty((count, 784), np.uint8), np.empty(count, np.int64)
    bar = ProgressBar(count, path.name, unit=" rows", disable=count < LONG_FILE)
    with _open_text(path) as lines, bar:
        next(islice(lines, skipped, skipped), None)  # steps over the header
        for start in range(0, count, CHUNK_ROWS):
            stop = min(start + CHUNK_ROWS, count)
            chunk = list(islice(lines, stop - start))
            block = _parse(path, chunk, start + skipped + 1, last_row)
            labels[start:stop], pixels[start:stop] = block[:, 0], block[:, 1:]
            bar.update(stop - start)
    return Table(pixels.reshape(-1, 28, 28, 1), labels, bool(skipped))


def _survey(path):
    """(has a header, number of the last row that is not blank); the header is checked."""
    first, last_row, line_ends = first_line(path), 0, 0
    with open_bytes(path, member=".csv") as stream:
        while block := stream.read(2**20):
            if block.endswith(b"\r"):  # do not part it from its \n
                block += stream.read(1)
            if written := block.rstrip():
                line_ends += _count_line_ends(written)
                last_row = line_ends + 1
            line_ends += _count_line_ends(block[len(written) :])
    if not any(character.isalpha() for character in first.split(",")[0]):
        return False, last_row
    names = [name.strip().lower() for name in first.split(",")]
    if len(names) != COLUMNS:
        raise _width_fault(path, 1, first, last_row)
    if names not in HEADERS:
        pairs = zip(names, HEADERS[0], strict=True)
        column, (found, expected) = next((c, p) for c, p in enumerate(pairs, 1) if p[0] != p[1])
        cure = "Put the columns back into Kaggle's order: label,pixel0,...,pixel783, no quotes."
        raise fault(
            f"{path}, row 1, column {column}", f"the header {found!r}", repr(expected), cure
        )
    return True, last_row


def _count_line_ends(block):
    """How many lines end in these bytes, by \\n, \\r\\n or \\r, as Python counts them."""
    line_ends = np.count_nonzero(np.frombuffer(block, np.uint8) == ord("\n"))  # bytes.count is slow
    if b"\r" in block:
        line_ends += block.count(b"\r") - block.count(b"\r\n")
    return line_ends


def _parse(path, lines, first_row, last_row):
    """The rows `lines` as uint8 [len(lines), 785]: plain ones, then odd ones, then what is wrong."""
    if (block := _parse_plain("".join(lines).encode())) is not None:
        return block
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # old NumPy only warned when it cut 12.5 to 12
            block = np.loadtxt(lines, dtype=np.uint8, delimiter=",", comments=None, ndmin=2)
        if block.shape == (len(lines), COLUMNS):
            return block
        reason = f"{block.shape[0]} rows of {block.shape[1]} columns"
    except (ValueError, Warning) as error:
        reason = str(error)
    for row, line in enumerate(lines, first_row):
        _check_row(path, row, line, last_row)
    raise fault(f"{path}, row {first_row} or later", reason, "whole numbers", "Download it again.")


def _parse_plain(text):
    """Lines of 785 numbers, digits, commas and line ends alone, as uint8 [rows, 785]; else None.

    Quicker than loadtxt: every digit becomes the number that ends with it, and those before a
    comma or line end are picked out.
    """
    text = np.frombuffer(text, np.uint8)
    digits = text - np.uint8(ord("0"))
    is_digit = digits <= 9
    ends = np.flatnonzero(~is_digit)
    line_ends = ends[COLUMNS - 1 :: COLUMNS]
    if len(ends) == 0 or len(ends) % COLUMNS or line_ends[-1] != len(text) - 1:
        return None
    commas = np.count_nonzero(text == ord(","))
    if commas + len(line_ends) != len(ends) or (text[line_ends] != ord("\n")).any():
        return None
    if not is_digit[ends - 1].all():  # an empty cell
        return None
    four_in_a_row = is_digit[:-3] & is_digit[1:-2] & is_digit[2:-1] & is_digit[3:]
    if four_in_a_row.any():
        return None
    digits *= is_digit
    numbers = digits.astype(np.uint16)
    numbers[1:] += digits[:-1] * np.uint8(10)
    numbers[2:] += (digits[:-2] * is_digit[1:-1]) * np.uint16(100)
    numbers = numbers[ends - 1]
    return numbers.astype(np.uint8).reshape(-1, COLUMNS) if numbers.max() <= 255 else None


def _check_row(path, row, line, last_row):
    """Raise `DatasetError` for the first thing wrong in one line of text, if there is any."""
    if line.isspace():
        raise fault(f"{path}, row {row}", "a blank line", f"{COLUMNS} numbers", "Delete the line.")
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) != COLUMNS:
        raise _width_fault(path, row, line, last_row)
    if [cell.lower() for cell in cells] in HEADERS:
        cure = "Delete the line: were two files joined?"
        raise fault(f"{path}, row {row}, column 1", "a second header 'label'", "numbers", cure)
    for column, cell in enumerate(cells, 1):
        if not (cell.isascii() and cell.isdigit() and len(cell) < 10 and int(cell) <= 255):
            where = f"{path}, row {row}, column {column} ({HEADERS[0][column - 1]})"
            found, expected, cure = _describe(cell)
            raise fault(where, found, expected, cure if column > 1 else "Correct the label.")


def _describe(cell):
    """(found, expected, cure) for a cell that is not a whole number from 0 to 255."""
    expected = "a whole number from 0 to 255"
    if cell.lower() in ("", "nan", "na", "n/a", "null", "none"):
        return f"a missing value {cell!r}", expected, "Fill it in or delete the row."
    if '"' in cell or "'" in cell:
        return f"a quoted cell {cell[:20]!r}", expected, "Save the CSV without quotes."
    try:
        number = float(cell)
    except ValueError:
        return f"the text {cell[:20]!r}", expected, "Correct the cell or delete the row."
    if 0 <= number <= 255:
        cure = "Save whole numbers (in pandas: .round().astype('uint8'))."
        return f"the decimal {cell[:20]!r}", expected, cure
    cure = "Pixels are 0 (paper) to 255 (ink): undo any scaling, or correct the cell."
    return f"the value {cell[:20]!r}", expected, cure


def _width_fault(path, row, line, last_row):
    """The error for a row of the wrong width, with the likeliest reason as its cure."""
    width = line.count(",") + 1
    if line.lstrip().startswith("<"):
        cure = "This is a web page, not data: log in to Kaggle and download the file again."
    elif width == 1 and (";" in line or "\t" in line):
        mark = "semicolons" if ";" in line else "tabs"
        cure = f"Cells are separated by {mark}: save the file again with commas."
    elif width == 784:
        cure = "One is missing: Kaggle's test.csv has no labels; use train.csv."
    elif width == 786:
        cure = "One is too many: was it saved by pandas with its index? Use index=False."
    elif row == last_row:
        cure = "It is the last row, so the file was probably cut short: download it again."
    else:
        cure = "Correct or delete the row."
    expected = f"{COLUMNS} (a label and 784 pixels)"
    return fault(f"{path}, row {row}", f"{width} columns", expected, cure)


# --- The cache of a CSV ------------------------------------------------------------------------


def file_stamp(path):
    """What tells one state of a file from the next: its size in bytes, its mtime in ns."""
    check_file(path)
    return path.stat().st_size, path.stat().st_mtime_ns


def cache_path(path):
    """Where the cache of a CSV lies: beside it, `train.csv.cache.npy` for `train.csv`."""
    return path.with_name(path.name + ".cache.npy")


def read_cache(path, stamp):
    """The `Table` cached for the CSV `path`, or None; a stale or damaged cache is deleted."""
    try:
        with open(cache_path(path), "rb") as file:  # one .npy file, three arrays in a row
            version, size, mtime, has_header, checksum = np.load(file).tolist()
            labels, images = np.load(file), np.load(file)
        table = Table(images, labels, bool(has_header))
        if (version, size, mtime, checksum) == (CACHE_VERSION, *stamp, _checksum(table)):
            return table
    except Exception:  # damage comes in every kind, and the source is at hand
        pass
    with suppress(OSError):
        cache_path(path).unlink(missing_ok=True)
    return None


def write_cache(path, stamp, table):
    """Keep `table` beside the CSV `path`, whole or not at all; say so where that cannot be."""
    cache = cache_path(path)
    temporary = cache.with_name(f"{cache.name}.{os.getpid()}.tmp")
    head = np.array([CACHE_VERSION, *stamp, table.has_header, _checksum(table)], np.int64)
    try:
        with open(temporary, "wb") as file:
            for array in (head, table.labels, table.images):
                np.save(file, array)
        os.replace(temporary, cache)
    except OSError as error:
        print(f"No cache could be kept beside {path} ({error}): it is read anew each time.")
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _checksum(table):
    return zlib.crc32(table.images, zlib.crc32(table.labels))


# --- idx and npz -------------------------------------------------------------------------------


def read_idx(path, item_shape=(), member=None):
    """Read MNIST's idx format, plain, gzipped or inside a zip, into a uint8 array.

    `item_shape`: (28, 28) for images, () for labels; returns uint8 [N, *item_shape]. `member`:
    the file's name inside a zip. Raises `DatasetError`. Format: LeCun, Cortes, Burges.
    """
    where = f"{path} ({member})" if member else path
    cure = "Download it again, and check that images and labels are not swapped."
    dimensions = 1 + len(item_shape)
    with open_bytes(path, member) as stream:
        head = stream.read(4 + 4 * dimensions)
        if head[:4] != bytes([0, 0, 8, dimensions]):
            expected = f"the magic number 0x{0x800 + dimensions:08x}"
            raise fault(where, f"0x{head[:4].hex()} at the start", expected, cure)
        shape = tuple(int.from_bytes(head[i : i + 4], "big") for i in range(4, len(head), 4))
        if shape[1:] != item_shape or not 0 < shape[0] < 10_000_000:
            raise fault(where, f"the shape {shape}", f"(N, *{item_shape})", cure)
        array = np.empty(shape, np.uint8)
        flat, filled = array.reshape(-1), 0
        while filled < flat.size and (read := stream.readinto(flat[filled:])):
            filled += read
        if filled < flat.size or stream.read(1):
            found = f"{filled:,} bytes of data" if filled < flat.size else "bytes left over"
            raise fault(where, found, f"{flat.size:,} bytes, as its header says", cure)
    return array


def read_npz(path, names):
    """The arrays `names` of an npz file, as a list. Raises `DatasetError`."""
    check_file(path)
    if not zipfile.is_zipfile(path):
        raise fault(path, "something else or half a file", "an npz archive", "Download it again.")
    try:
        with np.load(path) as archive:
            if missing := [name for name in names if name not in archive.files]:
                cure = "Is it another data set's file? Move it away."
                raise fault(path, f"the arrays {archive.files}", f"{', '.join(missing)} too", cure)
            return [archive[name] for name in names]
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        if isinstance(error, DatasetError):
            raise
        raise fault(
            path, f"damage ({error})", "a complete npz archive", "Download it again."
        ) from error
