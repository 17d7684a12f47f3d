"""Read a CSV with a label and 784 pixels in each row, quickly and with one copy of each image."""

import warnings
from itertools import islice
from typing import NamedTuple

import numpy as np

from course_lib.data.errors import fault
from course_lib.data.formats.csv_dress import is_arff, open_rows
from course_lib.data.formats.csv_header import COLUMNS, PIXELS, read_header, split_cells
from course_lib.data.formats.csv_labels import TextLabels, is_text_label
from course_lib.data.formats.csv_rows import FEW, check_row, width_fault
from course_lib.data.formats.files import open_bytes, open_text
from course_lib.data.progress_bar import ProgressBar

CHUNK_ROWS = 64  # 120 kB of text: its arrays stay in the CPU cache, and malloc reuses their memory
LONG_FILE = 20_000  # rows from which a progress bar is shown


class Table(NamedTuple):
    """What a CSV holds.

    Attributes:
        images: uint8 [N, 28, 28, 1].
        labels: int64 [N], 0 to 255.
        has_header: whether its first row is a header.
        is_named: whether the header names the label.
        label_column: the number of the label's column, counted from 1.
        names: what the labels stand for if they are text in the file, in order; else empty.
    """

    images: np.ndarray
    labels: np.ndarray
    has_header: bool
    is_named: bool
    label_column: int = 1
    names: tuple[str, ...] = ()

    def place(self, index) -> str:
        """Return where the label of image `index` is in the file: "row 5, column 1 (label)"."""
        return f"row {index + 1 + self.has_header}, column {self.label_column} (label)"


def read_csv(path) -> Table:
    """Read a CSV with a label and 784 pixels in each row; blank lines at the end are ignored.

    There is only one copy of the images, as uint8: the rows are counted first, then parsed 64 at a
    time into one array.

    Args:
        path: a `Path`, plain, gzipped or zipped.

    Raises:
        DatasetError: with the row and column of the first cell that is wrong.
    """
    last_row = _last_row(path)
    layout, texts = _read_start(path, last_row)
    count = last_row - layout.has_header
    if count < 1:
        raise fault(path, "no rows of data", "a label and 784 pixels a row", "Download it again.")
    pixels, labels = np.empty((count, PIXELS), np.uint8), np.empty(count, np.int64)
    bar = ProgressBar(count, path.name, unit=" rows", disable=count < LONG_FILE)
    with open_rows(path) as lines, bar:
        next(islice(lines, layout.has_header, layout.has_header), None)  # steps over the header
        for start in range(0, count, CHUNK_ROWS):
            stop = min(start + CHUNK_ROWS, count)
            chunk = list(islice(lines, stop - start))
            block = _parse(path, chunk, start + layout.has_header + 1, last_row, layout, texts)
            labels[start:stop] = block[:, layout.label]
            pixels[start:stop, : layout.label] = block[:, : layout.label]
            pixels[start:stop, layout.label :] = block[:, layout.label + 1 :]
            bar.update(stop - start)
    return _build_table(pixels, labels, layout, texts)


def _read_start(path, last_row):
    """Return the layout of a file, and `TextLabels` if the label in its first row is a text."""
    with open_rows(path) as lines:
        rows = [*islice(lines, 3)] or [""]
    first = rows[0].rstrip("\n")
    layout = read_header(path, first)
    if layout is None:
        raise width_fault(path, 1, first, last_row)
    rows = [split_cells(row) for row in rows[layout.has_header :]]
    if layout.has_header and _have_names(rows):
        layout = layout._replace(has_index=True)
    cells = rows[0][layout.has_index :] if rows and layout.is_named else []
    is_text = len(cells) == COLUMNS and is_text_label(cells[layout.label])
    return layout, TextLabels() if is_text else None


def _have_names(rows):
    """Return whether rows are numbered in front, under a header without a name for that, as R's."""
    return [row[:1] for row in rows] == [["1"], ["2"]] and {*map(len, rows)} == {COLUMNS + 1}


def _build_table(pixels, labels, layout, texts):
    names = ()
    if texts:
        names, places = texts.in_order()
        labels = np.array(places)[labels]
    images = pixels.reshape(-1, 28, 28, 1)
    return Table(images, labels, layout.has_header, layout.is_named, layout.place, names)


def read_first_rows(path, count) -> Table | None:
    """Read the first rows of a CSV; return None if it is a table of few columns.

    Args:
        path: a `Path`, plain, gzipped or zipped.
        count: the most rows to read.

    Raises:
        DatasetError: with the row and column of the first cell that is wrong.
    """
    with open_rows(path) as lines:
        rows = list(islice(lines, count + 1))
    last_row = len(rows) if len(rows) <= count else 0  # 0: the file goes on
    while rows and rows[-1].isspace():
        rows.pop()
    first = rows[0] if rows else ""
    is_table = first.isspace() or first.lower().startswith(("sep=", "#"))  # to be deleted
    if first.count(",") < FEW and not is_table:
        return None
    layout, texts = _read_start(path, last_row)
    block = _parse(path, rows[layout.has_header :], layout.has_header + 1, last_row, layout, texts)
    pixels, labels = np.delete(block, layout.label, axis=1), block[:, layout.label]
    return _build_table(pixels, labels.astype(np.int64), layout, texts)


def _last_row(path):
    """Return the number of the last row that is not blank."""
    last_row = line_ends = 0
    if is_arff(path):  # some of its lines are no rows
        with open_rows(path) as lines:
            return sum(1 for _ in lines)
    with open_text(path) as lines:
        if lines.encoding == "utf-16":
            return max((row for row, line in enumerate(lines, 1) if line.strip()), default=0)
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


def _parse(path, lines, first_row, last_row, layout, texts):
    """Return lines of text as uint8 [len(lines), 785], by the quick parser or a tolerant one."""
    read = lines
    plain = [line.partition(",")[2] for line in lines] if layout.has_index else lines
    if texts:
        plain = [texts.number(path, line, layout) for line in plain]
        read = [f",{line}" for line in plain] if layout.has_index else plain
    if (block := _parse_plain("".join(plain).encode())) is not None:
        return block
    block, reason = _parse_dressed(plain)
    if block is not None:
        return block
    for row, line in enumerate(read, first_row):
        check_row(path, row, line, last_row, layout)
    raise fault(f"{path}, row {first_row} or later", reason, "whole numbers", "Download it again.")


def _parse_dressed(lines):
    """Return (uint8 [len(lines), 785], "") of rows with quotes or with 7.0 for 7.

    If anything else is in them, return (None, reason).
    """
    plain = [line.replace("'", "").replace('"', "") for line in lines]
    try:
        block = np.loadtxt(plain, delimiter=",", comments=None, ndmin=2)
    except ValueError as error:
        return None, str(error)
    if block.shape != (len(lines), COLUMNS):
        return None, f"{block.shape[0]} rows of {block.shape[1]} columns"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nan and inf become some byte, which isn't equal to them
        numbers = block.astype(np.uint8)
    return (numbers, "") if (numbers == block).all() else (None, "other numbers")


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
