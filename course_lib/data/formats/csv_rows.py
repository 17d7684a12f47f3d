"""Check the rows of a CSV, and explain what is wrong with a bad one."""

import re
from math import isqrt

from course_lib.data.errors import DatasetError, fault
from course_lib.data.formats.csv_header import COLUMNS, LABEL_NAMES, split_cells
from course_lib.data.formats.scaling import undo_scaling

FEW = 10  # columns


def check_row(path, row, line, last_row, layout) -> None:
    """Raise `DatasetError` for the first problem in one line of text, if there is one.

    Args:
        path: the file, for the message.
        row: the number of this row.
        line: its text.
        last_row: the number of the last row.
        layout: the file's `csv_header.Layout`.
    """
    if line.isspace():
        raise fault(f"{path}, row {row}", "a blank line", f"{COLUMNS} numbers", "Delete the line.")
    cells = split_cells(line)[layout.has_index :]
    if len(cells) != COLUMNS:
        raise width_fault(path, row, line, last_row)
    if not any(cells):
        raise fault(f"{path}, row {row}", "empty cells only", "an image", "Delete the row.")
    label = cells[layout.label].lower()
    if label in LABEL_NAMES and cells[layout.label - 1].lower() == layout.names[layout.label - 1]:
        fix = "Delete the line. Two files were probably joined here."
        where = f"{path}, row {row}, column {layout.label + 1 + layout.has_index}"
        raise fault(where, f"a second header {label!r}", "numbers", fix)
    for column, cell in enumerate(cells):
        if not is_byte(cell):
            place = f"column {column + 1 + layout.has_index} ({layout.names[column]})"
            found, fix = _describe(cell, cells)
            if column == layout.label:
                fix = "Correct the label: write the classes as whole numbers, 0, 1, 2 and so on."
            raise fault(f"{path}, row {row}, {place}", found, "a whole number from 0 to 255", fix)


def is_byte(cell) -> bool:
    """Return whether the text of a cell is a whole number from 0 to 255; 7.0 is one."""
    try:
        return cell.isascii() and 0 <= float(cell) <= 255 and float(cell).is_integer()
    except ValueError:
        return False


def _describe(cell, cells):
    """Return (found, fix) for a cell that is not a whole number from 0 to 255."""
    if cell.lower() in ("", "nan", "na", "n/a", "null", "none"):
        return f"a missing value {cell!r}", "Fill it in or delete the row."
    try:
        number = float(cell) if cell.isascii() else None
    except ValueError:
        number = None
    if cell.lower() in ("true", "false"):
        fix = "Write 255 for True and 0 for False. The greys are lost: the original is better."
        return f"the text {cell!r}", fix
    if number is None:
        return f"the text {cell[:20]!r}", "Correct the cell or delete the row."
    if fix := _undo_scaling(cells):
        return f"the value {cell[:20]!r} in a row whose pixels were scaled", fix
    if 0 <= number <= 255:
        fix = "Save whole numbers (in pandas: .round().astype('uint8'))."
        return f"the decimal {cell[:20]!r}", fix
    fix = "Pixels go from 0 (paper) to 255 (ink): undo any scaling, or correct the cell."
    return f"the value {cell[:20]!r}", fix


def _undo_scaling(cells):
    """Return the fix for a row that was scaled to 0 to 1 or to -1 to 1, or None."""
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        return None
    undo = undo_scaling(sorted(numbers)[:-1], "pixels")  # the label may be larger
    return undo and f"Undo it before you save: {undo}."


def width_fault(path, row, line, last_row) -> DatasetError:
    """Return the error for a row of the wrong width, with a fix for the most likely cause.

    Args:
        path: the file.
        row: the number of this row.
        line: its text.
        last_row: the number of the last row.
    """
    width = line.count(",") + 1
    fix = _explain_separator(row, line) if width == 1 else None
    if row == 1 and line.startswith("#"):
        fix = "Delete this row: it is a comment."
    fix = fix or (_explain_few(line) if row == 1 and width <= FEW else None)
    fix = fix or _explain_width(width)
    if not fix and width >= 2 * COLUMNS and '"' in line:
        fix = "If the cells in quotes have commas in them, save the numbers as 7 or 7.0, not 7,0."
    elif not fix and width == COLUMNS + 1:
        fix = _explain_one_more(row, line)
    elif not fix and row == 1 and width > COLUMNS and not line[0].isdigit():
        fix = "Leave out every column but the label and the pixels, and save the file again."
    elif not fix and row == 1 and last_row in (COLUMNS - 1, COLUMNS):
        fix = "The table seems to be transposed. Turn it: import pandas; "
        fix += "pandas.read_csv(path, header=None).T.to_csv('x.csv', header=False, index=False)"
    elif not fix and row == last_row:
        fix = "It is the last row, so the file was probably cut short: download it again."
    found = "1 column" if width == 1 else f"{width} columns"
    expected = f"{COLUMNS} (a label and 784 pixels)"
    return fault(f"{path}, row {row}", found, expected, fix or "Correct or delete the row.")


def _explain_separator(row, line):
    """Return the fix for a row without commas, or None."""
    if row == 1 and line.lower().startswith("sep="):
        return "Delete this row: it is a note to Excel about what separates the cells."
    if re.match(r"\S+( \d+:\S+)+\s*$", line):
        return (
            "It seems to be in LIBSVM's form. Convert it with the package scikit-learn: import "
            "numpy, sklearn.datasets; images, labels = sklearn.datasets.load_svmlight_file(path, "
            "n_features=784); numpy.savez('x.npz', images=images.toarray(), labels=labels)"
        )
    marks = {";": "semicolons", "\t": "tabs", " ": "spaces"}
    if mark := next((marks[c] for c in marks if c in line.strip()), None):
        return f"Cells are separated by {mark}: save the file again with commas."
    return None


def _explain_few(line):
    """Return the fix for a table whose first row has a few columns."""
    if [cell.lower() for cell in split_cells(line)] == ["imageid", "label"]:
        return "This is Kaggle's sample_submission.csv, which has no images: use train.csv."
    return (
        "If one column holds all pixels of an image, write them as 784 numbers from 0 to 255 with "
        "spaces between them, beside a column label, and leave out all other columns. If one "
        "column names picture files, put these into a folder with a subfolder for each label, and "
        "give the path of that folder. Name the subfolders of capitals A_caps and so on, because "
        "Windows doesn't tell A from a."
    )


def _explain_width(width):
    """Return the fix for a row whose width says what else it holds, or None."""
    if width == 784:
        return (
            "One column is missing, probably the label. Kaggle's test.csv has no labels: use "
            "train.csv. If the labels are in a file of their own, put them into the first column."
        )
    if width == 784 + 10:
        return (
            "If ten columns say which of ten classes it is, by a 1 among zeros, write one number "
            "from 0 to 9 in their place, under the header label."
        )
    if width == 1 + 3 * 784:
        return "The images seem to be in colour: save one grey value for each pixel instead."
    side = max(isqrt(width - 1), isqrt(max(width - 2, 0)))  # with a label, or an index as well
    if side >= 8 and side != 28 and side**2 in (width - 1, width - 2):
        return f"The images seem to be {side} by {side} pixels: scale them to 28 by 28 first."
    return None


def _explain_one_more(row, line):
    """Return the fix for a row of 786 columns."""
    if row > 1:
        return (
            "There is one column too many. "
            "If the first column counts the rows, save the file again without it: in pandas with "
            "index=False, in R with row.names=FALSE."
        )
    if not line[0].isdigit():
        return "Leave out every column but the label and the pixels, and save the file again."
    return (
        "There is one column too many. If the first one counts the rows, read the file with "
        "pandas.read_csv(path, header=None, index_col=0), and save it with header=False, "
        "index=False."
    )
