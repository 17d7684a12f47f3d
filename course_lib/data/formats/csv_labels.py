"""Labels that are text in a CSV, such as A or seven, become numbers and their names."""

from course_lib.data.characters import characters_of, in_usual_order
from course_lib.data.dataset import DIGITS
from course_lib.data.errors import fault
from course_lib.data.formats.csv_header import LABEL_NAMES

MOST = 256  # classes
HEADERS = {name for name in LABEL_NAMES if len(name) > 1}  # Y is a letter
MISSING = {"", "nan", "na", "n/a", "null", "none", "?"}


def is_text_label(cell) -> bool:
    """Return whether the label in a cell is a text such as A or seven, and no number."""
    if cell.lower() in MISSING | HEADERS:  # the latter: a second header
        return False
    try:
        float(cell)
        return False
    except ValueError:
        return True


class TextLabels:
    """The different labels of a file, numbered as they come, from 0.

    Attributes:
        names: the labels, in the order in which they were met.
    """

    def __init__(self):
        self.names = []

    def number(self, path, line, layout) -> str:
        """Return a line with the number of its label in the label's place.

        Args:
            path: the file, for messages.
            line: a row of the file, without a column of row numbers.
            layout: the file's `csv_header.Layout`.

        Raises:
            DatasetError: if there are more labels than classes can be.
        """
        cells = line.rstrip("\n").split(",")
        if layout.label >= len(cells):
            return line
        name = cells[layout.label].strip().strip("\"'").strip()
        if name.lower() in MISSING | HEADERS:
            return line  # `csv_rows` says what is wrong
        if name not in self.names:
            self.names.append(name)
        if len(self.names) > MOST:
            found = f"more than {MOST} different labels, such as {name[:20]!r}"
            fix = "Name the column of the classes label, and no other."
            raise fault(f"{path}, column {layout.place}", found, "a class in each row", fix)
        cells[layout.label] = str(self.names.index(name))
        return ",".join(cells) + "\n"

    def in_order(self) -> tuple[tuple[str, ...], list[int]]:
        """Return the names in their usual order, and the place there of each number given out."""
        names = characters_of(self.names)
        if set(names) <= set(DIGITS):  # all ten classes, also if one is missing
            return tuple(DIGITS), [int(name) for name in names]
        ordered = in_usual_order(names)
        return tuple(ordered), [ordered.index(name) for name in names]
