"""Check the rows of a CSV, and explain what is wrong with a bad one."""

from course_lib.data.errors import DatasetError, fault

COLUMNS = 1 + 28 * 28
# Of the Digit Recognizer, and of "MNIST in CSV"; in both, the pixels run row by row.
HEADERS = (
    ["label"] + [f"pixel{i}" for i in range(784)],
    ["label"] + [f"{row}x{column}" for row in range(1, 29) for column in range(1, 29)],
)


def check_header(path, line, last_row) -> bool:
    """Return whether the first line of a CSV is a header.

    Args:
        path: the file, for the message.
        line: its first line of text.
        last_row: the number of its last row.

    Raises:
        DatasetError: if it is a header, but not one of `HEADERS`.
    """
    if not any(character.isalpha() for character in line.split(",")[0]):
        return False
    names = [name.strip().lower() for name in line.split(",")]
    if len(names) != COLUMNS:
        raise width_fault(path, 1, line, last_row)
    if names not in HEADERS:
        pairs = zip(names, HEADERS[0], strict=True)
        column, (found, expected) = next((c, p) for c, p in enumerate(pairs, 1) if p[0] != p[1])
        where = f"{path}, row 1, column {column}"
        fix = "Restore Kaggle's order, without quotes: label,pixel0,...,pixel783."
        raise fault(where, f"the header {found!r}", repr(expected), fix)
    return True


def check_row(path, row, line, last_row) -> None:
    """Raise `DatasetError` for the first problem in one line of text, if there is one.

    Args:
        path: the file, for the message.
        row: the number of this row.
        line: its text.
        last_row: the number of the last row.
    """
    if line.isspace():
        raise fault(f"{path}, row {row}", "a blank line", f"{COLUMNS} numbers", "Delete the line.")
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) != COLUMNS:
        raise width_fault(path, row, line, last_row)
    if [cell.lower() for cell in cells] in HEADERS:
        fix = "Delete the line. Two files were probably joined here."
        raise fault(f"{path}, row {row}, column 1", "a second header 'label'", "numbers", fix)
    for column, cell in enumerate(cells, 1):
        if not (cell.isascii() and cell.isdigit() and len(cell) < 10 and int(cell) <= 255):
            where = f"{path}, row {row}, column {column} ({HEADERS[0][column - 1]})"
            found, fix = _describe(cell)
            fix = fix if column > 1 else "Correct the label."
            raise fault(where, found, "a whole number from 0 to 255", fix)


def _describe(cell):
    """Return (found, fix) for a cell that is not a whole number from 0 to 255."""
    if cell.lower() in ("", "nan", "na", "n/a", "null", "none"):
        return f"a missing value {cell!r}", "Fill it in or delete the row."
    if '"' in cell or "'" in cell:
        return f"a quoted cell {cell[:20]!r}", "Save the CSV without quotes."
    try:
        number = float(cell)
    except ValueError:
        return f"the text {cell[:20]!r}", "Correct the cell or delete the row."
    if 0 <= number <= 255:
        fix = "Save whole numbers (in pandas: .round().astype('uint8'))."
        return f"the decimal {cell[:20]!r}", fix
    fix = "Pixels go from 0 (paper) to 255 (ink): undo any scaling, or correct the cell."
    return f"the value {cell[:20]!r}", fix


def width_fault(path, row, line, last_row) -> DatasetError:
    """Return the error for a row of the wrong width, with a fix for the most likely cause.

    Args:
        path: the file.
        row: the number of this row.
        line: its text.
        last_row: the number of the last row.
    """
    width = line.count(",") + 1
    if line.lstrip().startswith("<"):
        fix = "This is a web page, not data: log in to Kaggle and download the file again."
    elif width == 1 and (";" in line or "\t" in line):
        mark = "semicolons" if ";" in line else "tabs"
        fix = f"Cells are separated by {mark}: save the file again with commas."
    elif width == 784:
        fix = "One column is missing. Kaggle's test.csv has no labels: use train.csv."
    elif width == 786:
        fix = (
            "There is one column too many. "
            "If pandas saved its index as well, save the file again with index=False."
        )
    elif row == last_row:
        fix = "It is the last row, so the file was probably cut short: download it again."
    else:
        fix = "Correct or delete the row."
    found = "1 column" if width == 1 else f"{width} columns"
    return fault(f"{path}, row {row}", found, f"{COLUMNS} (a label and 784 pixels)", fix)
