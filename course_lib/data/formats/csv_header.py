"""Read the first row of a CSV: where the label and the pixels are, whatever the columns' names."""

import re
from typing import NamedTuple

from course_lib.data.errors import fault

PIXELS = 28 * 28
COLUMNS = 1 + PIXELS
LABEL_NAMES = {
    *("label", "labels", "class", "classes", "target", "targets", "y", "output", "category"),
    *("digit", "letter", "character", "char", "number"),
}
INDEX_NAMES = {"", "unnamed: 0", "index", "id", "rownames", "row.names"}
# pandas writes the second 0 of a header as 0.1, the third as 0.2.
MANGLED = re.compile(r"(\d+(?:\.0)?)(?:\.([1-9]\d*))?")


class Layout(NamedTuple):
    """Where things are in each row of a CSV.

    Attributes:
        names: the name of each column, for messages.
        has_header: whether row 1 is a header.
        label: the index of the label's column, from 0, not counting a column of row numbers.
        is_named: whether the header names the label; otherwise it is taken to be first.
        has_index: whether a column of row numbers comes first, which is ignored.
    """

    names: tuple[str, ...]
    has_header: bool = False
    label: int = 0
    is_named: bool = False
    has_index: bool = False

    @property
    def place(self) -> int:
        """The number of the label's column in the file, from 1."""
        return self.label + 1 + self.has_index


KAGGLE = Layout(("label", *(f"pixel{i}" for i in range(PIXELS))))


def split_cells(line) -> list[str]:
    """Return the cells of one line of text without spaces and quotes around them."""
    return [cell.strip().strip("\"'").strip() for cell in line.split(",")]


def read_header(path, line) -> Layout | None:
    """Return what the first line says about the columns; None if it is a header of another width.

    Args:
        path: the file, for messages.
        line: its first line of text.

    Raises:
        DatasetError: if it is a header that doesn't name one label and 784 pixels in order, or one
            that pandas made from the first image.
    """
    cells = split_cells(line)
    _refuse_lost_image(path, cells)
    if cells[0].startswith("#"):  # numpy.savetxt marks a header so
        cells[0] = cells[0].lstrip("# ")
    names = [cell.lower() for cell in cells]
    if (layout := _find_text_label(names)) or not _is_header(names):
        return layout or KAGGLE
    has_index = len(names) == COLUMNS + 1 and names[0] in INDEX_NAMES
    names = names[has_index:]
    if len(names) != COLUMNS:
        return None
    labels = [column for column, name in enumerate(names) if name in LABEL_NAMES]
    if not labels and _are_in_order(names):  # numbered through: 0 to 784, or R's V1 to V785
        return Layout(tuple(names), True, 0, False, has_index)
    if len(labels) != 1:
        found = f"{len(labels)} of them" if labels else f"no such name, but {names[0]!r} first"
        fix = "Name the label's column label, and the pixels pixel0 to pixel783."
        raise fault(f"{path}, row 1", found, "one column with the name label or class", fix)
    _check_pixel_names(path, names, labels[0], has_index)
    return Layout(tuple(names), True, labels[0], True, has_index)


def _is_header(names):
    """Return whether a row is names rather than numbers: no row of pixels has 785 different."""
    if names == [str(i) for i in range(COLUMNS)]:
        return True
    all_differ = len(set(names)) == len(names)
    return any(map(_is_word, names if all_differ else (names[0], names[-1])))


def _find_text_label(names):
    """Return the layout of a first row that is an image with a text as its label, or None.

    The label is first or last. The names of pixels would all differ, but pixels don't.
    """
    words = [place for place in (0, len(names) - 1) if _is_word(names[place])]
    if len(names) != COLUMNS or len(words) != 1:
        return None
    pixels = [name for place, name in enumerate(names) if place != words[0]]
    if len(set(pixels)) == PIXELS or not all(map(str.isdecimal, pixels)):
        return None
    columns = list(KAGGLE.names[1:])
    columns.insert(words[0], "label")
    return Layout(tuple(columns), label=words[0], is_named=True)


def _is_word(name):
    try:
        float(name)  # also 1e+02 and nan
        return False
    except ValueError:
        return any(character.isalpha() for character in name)


def _refuse_lost_image(path, cells):
    """Raise `DatasetError` if pandas took the first image for a header and saved it as one."""
    words = next((i for i, cell in enumerate(cells[:3]) if MANGLED.fullmatch(cell)), 0)
    numbers = [MANGLED.fullmatch(cell) for cell in cells[words:]]  # the label may be renamed
    if len(numbers) < PIXELS or not all(numbers):
        return
    repeats = {}
    for number in numbers:
        repeats.setdefault(number[1], []).append(int(number[2] or 0))
    starts = [found[0] for found in repeats.values()]
    counted = all(found == [*range(found[0], found[0] + len(found))] for found in repeats.values())
    if not counted or max(map(len, repeats.values())) == 1 or sum(starts) > 1:
        return
    fix = "delete row 1."
    if words > 0 and not cells[0]:  # a column of row numbers without a name
        fix = "read this file with pandas.read_csv(path, index_col=0, header=None, skiprows=1), "
        fix += "and save it with header=False, index=False."
    fix = (
        "Read the original file again with header=None, or download it again. If you can do "
        f"without that image, {fix}"
    )
    found = f"a header that pandas made from the first image ({', '.join(cells[:4])}, ...)"
    raise fault(f"{path}, row 1", found, "the image itself: one image is lost", fix)


def _check_pixel_names(path, names, label, has_index):
    pixels = names[:label] + names[label + 1 :]
    if _are_in_order(pixels):
        return
    expected = _likely_names(pixels)
    wrong = next(i for i, pair in enumerate(zip(pixels, expected, strict=True)) if len({*pair}) > 1)
    column = wrong + (wrong >= label) + 1 + has_index
    fix = "Restore Kaggle's order: label,pixel0,...,pixel783, row by row."
    found = f"the header {pixels[wrong]!r}"
    raise fault(f"{path}, row 1, column {column}", found, repr(expected[wrong]), fix)


def _are_in_order(names):
    return names == _likely_names(names)


def _likely_names(names):
    """Return the names that go on as the first one starts: by number, or by row and column."""
    if match := re.fullmatch(r"(.*?)([01])x([01])", names[0]):
        prefix, start = match[1], int(match[2])
        rows = range(start, start + 28)
        return [f"{prefix}{row}x{column}" for row in rows for column in rows][: len(names)]
    match = re.fullmatch(r"(.*?)(0*[01])", names[0])
    if not match:
        return [f"pixel{i}" for i in range(len(names))]
    prefix, number = match.groups()
    if f"{prefix}0" in names:  # further on: the order is wrong
        number = "0"
    return [f"{prefix}{i + int(number):0{len(number)}d}" for i in range(len(names))]
