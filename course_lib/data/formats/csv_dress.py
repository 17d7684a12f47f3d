"""Undress the rows of a table of text: whatever separates the cells, they come out with commas.

Spreadsheets in much of Europe separate cells by semicolons and write 7,0 for 7.0. Other programs
use tabs, bars or spaces, end each row with a separator, or put all pixels into one cell. In ARFF
files, as OpenML and Weka write them, the columns' names come line by line, then `@DATA`, then the
rows.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice

from course_lib.data.errors import fault
from course_lib.data.formats.csv_header import (
    COLUMNS,
    INDEX_NAMES,
    LABEL_NAMES,
    PIXELS,
    split_cells,
)
from course_lib.data.formats.files import open_text

FEWEST_IN_A_CELL = 64  # numbers: 8 by 8 pixels
ATTRIBUTE = re.compile(r"@attribute\s+('[^']*'|\"[^\"]*\"|\S+)", re.IGNORECASE)


@contextmanager
def open_rows(path) -> Iterator[Iterator[str]]:
    """Open a CSV, TSV or ARFF file as lines of cells with commas between them, header first.

    In an ARFF file, the names of its attributes are the header; it stands for the line `@DATA`.

    Args:
        path: a `Path`, plain, gzipped or zipped.

    Raises:
        DatasetError: as `files.open_text`, and for an ARFF file with sparse rows.
    """
    with open_text(path) as text:
        lines = _arff_lines(path, text) if is_arff(path) else iter(text)
        start = list(islice(lines, 2))
        undress = _find_dress(*start) if len(start) == 2 else None
        lines = chain(start, lines)
        yield map(undress, lines) if undress else lines


def is_arff(path) -> bool:
    """Return whether a file is ARFF by its name."""
    return ".arff" in path.name.lower()


def _arff_lines(path, text):
    """Yield the names of the attributes as one line, then the rows, without comments."""
    names = []
    for line in text:
        if line[:5].lower() == "@data":
            break
        if match := ATTRIBUTE.match(line):
            names.append(match[1].strip("'\""))
    yield ",".join(names) + "\n"
    for row, line in enumerate(text, 2):
        if line.startswith("{"):
            fix = "In Weka, apply the filter SparseToNonSparse, and save it as a CSV."
            raise fault(f"{path}, row {row} from @DATA", "a sparse row", "every pixel", fix)
        if not line.startswith("%") and not line.isspace():
            yield line


def _find_dress(first, second):
    """Return a function that turns a line into one with commas; None if they have them already."""
    if header := _expand_header(first, second):
        return lambda line: header if line == first else _open_cell(line)
    separate = _separator_of(first.rstrip("\n"))
    first, second = (separate(line).rstrip("\n") if separate else line.rstrip("\n")
                     for line in (first, second))  # fmt: skip
    too_many = second.count(",") > first.count(",") or first.endswith(",")
    if second.endswith(",") and second.count(",") >= COLUMNS and too_many:
        return lambda line: _drop_last_comma(separate(line) if separate else line)
    return separate


def _separator_of(line):
    """Return a function that puts commas in the place of other separators, or None."""
    for mark in ";\t|":
        if line.count(mark) >= PIXELS - 1:
            commas = {ord(mark): ",", ord(","): "."}
            return lambda text: text.translate(commas)  # noqa: B023 - the loop ends here
    if len(line.split()) >= PIXELS and "," not in line:
        return lambda text: ",".join(text.split()) + "\n"
    return None


def _drop_last_comma(line):
    cells = line.rstrip("\n")
    return cells[:-1] + "\n" if cells.endswith(",") else line


def _expand_header(first, second):
    """Return a header of 785 columns if one cell of the second line holds all pixels, else None."""
    names = split_cells(first)
    pixels = [name for name in names if name.lower() not in LABEL_NAMES | INDEX_NAMES]
    if len(pixels) != 1 or len(names) not in (2, 3) or len(second.split()) < FEWEST_IN_A_CELL:
        return None
    columns = ",".join(f"pixel{i}" for i in range(PIXELS))
    return ",".join(columns if name == pixels[0] else name for name in names) + "\n"


def _open_cell(line):
    """Return a line with the numbers of its cell of pixels as cells of their own."""
    plain = line.translate({ord(mark): None for mark in "\"'[]"}).rstrip("\n")
    return re.sub(r"[ ,]+", ",", plain) + "\n"
