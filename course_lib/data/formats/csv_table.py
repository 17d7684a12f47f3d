"""Read a CSV with a label and 784 pixels in each row, quickly and with one copy of each image."""

import warnings
from itertools import islice
from typing import NamedTuple

import numpy as np

from course_lib.data.errors import fault
from course_lib.data.formats.csv_rows import COLUMNS, check_header, check_row
from course_lib.data.formats.files import first_line, open_bytes, open_text
from course_lib.data.progress_bar import ProgressBar

CHUNK_ROWS = 64  # 120 kB of text: its arrays stay in the CPU cache, and malloc reuses their memory
LONG_FILE = 20_000  # rows from which a progress bar is shown


class Table(NamedTuple):
    """What a CSV holds.

    Attributes:
        images: uint8 [N, 28, 28, 1].
        labels: int64 [N], 0 to 255.
        has_header: whether its first row is a header.
    """

    images: np.ndarray
    labels: np.ndarray
    has_header: bool

    def row(self, index) -> int:
        """Return the row of the file, counted from 1, that holds image `index`."""
        return index + 1 + self.has_header


def read_csv(path) -> Table:
    """Read a CSV with a label and 784 pixels in each row; blank lines at the end are ignored.

    There is only one copy of the images, as uint8: the rows are counted first, then parsed 64 at a
    time into one array.

    Args:
        path: a `Path`, plain, gzipped or zipped.

    Raises:
        DatasetError: with the row and column of the first cell that is wrong.
    """
    first, last_row = first_line(path), _last_row(path)
    skipped = int(check_header(path, first, last_row))
    count = last_row - skipped
    if count < 1:
        raise fault(path, "no rows of data", "a label and 784 pixels a row", "Download it again.")
    pixels, labels = np.empty((count, 784), np.uint8), np.empty(count, np.int64)
    bar = ProgressBar(count, path.name, unit=" rows", disable=count < LONG_FILE)
    with open_text(path) as lines, bar:
        next(islice(lines, skipped, skipped), None)  # steps over the header
        for start in range(0, count, CHUNK_ROWS):
            stop = min(start + CHUNK_ROWS, count)
            chunk = list(islice(lines, stop - start))
            block = _parse(path, chunk, start + skipped + 1, last_row)
            labels[start:stop], pixels[start:stop] = block[:, 0], block[:, 1:]
            bar.update(stop - start)
    return Table(pixels.reshape(-1, 28, 28, 1), labels, bool(skipped))


def _last_row(path):
    """Return the number of the last row that is not blank."""
    last_row = line_ends = 0
    with open_bytes(path, member=".csv") as stream:
        while block := stream.read(2**20):
            if block.endswith(b"\r"):  # don't separate it from its \n
                block += stream.read(1)
            if written := block.rstrip():
                line_ends += _count_line_ends(written)
                last_row = line_ends + 1
            line_ends += _count_line_ends(block[len(written) :])
    return last_row


def _count_line_ends(block):
    """Return how many lines end in these bytes, by \\n, \\r\\n or \\r, as Python counts them."""
    line_ends = np.count_nonzero(np.frombuffer(block, np.uint8) == ord("\n"))  # bytes.count is slow
    if b"\r" in block:
        line_ends += block.count(b"\r") - block.count(b"\r\n")
    return line_ends


def _parse(path, lines, first_row, last_row):
    """Return lines of text as uint8 [len(lines), 785], by the quick parser or a tolerant one."""
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
        check_row(path, row, line, last_row)
    raise fault(f"{path}, row {first_row} or later", reason, "whole numbers", "Download it again.")


def _parse_plain(text):
    """Return lines of 785 numbers as uint8 [rows, 785], or None if there is anything else in them.

    Only digits, commas and line ends are accepted. This is quicker than loadtxt: it works out the
    number that ends at each digit, and picks those before a comma or line end.
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
