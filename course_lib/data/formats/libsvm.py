"""Read LIBSVM's text files: in each row a label, then pairs `index:value`; an absent value is 0."""

import numpy as np

from course_lib.data.errors import fault
from course_lib.data.formats.files import open_bytes

ROUNDING = 1e-3  # how far outside its range a value may be
AGAIN = "Download it again."


def read_libsvm(path, feature_count, lowest, highest) -> tuple[np.ndarray, np.ndarray]:
    """Read a file in LIBSVM's form: plain, .gz or .bz2.

    Args:
        path: a `Path`.
        feature_count: how many features a row has, numbered from 1.
        lowest, highest: the range of the values; a value just outside it is clipped.

    Returns:
        float32 [N, feature_count] and the labels as they are in the file, int64 [N].

    Raises:
        DatasetError: if the file is missing or damaged, with the row.

    The format is from Chang and Lin, LIBSVM: a library for support vector machines.
    """
    values, labels = [], []
    with open_bytes(path) as stream:
        text = stream.read()  # whole, so that damage is found before its garbage is parsed
    if not text.strip():
        raise fault(path, "no rows", "a row for each image", AGAIN)
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{path}, row {number}"
        label, *pairs = line.split() or [b""]
        labels.append(_read_label(label, where))
        values.append(_read_values(pairs, feature_count, lowest, highest, where))
    return np.array(values, np.float32).clip(lowest, highest), np.array(labels, np.int64)


def _read_label(word, where):
    if not word.isdigit() or len(word) > 9:
        raise fault(f"{where}, label", _quote(word), "a whole number", AGAIN)
    return int(word)


def _read_values(pairs, feature_count, lowest, highest, where):
    """Return the values of a row as a list, with 0 for each feature that it leaves out."""
    if not pairs:
        raise fault(where, "a label without values", "pairs index:value after it", AGAIN)
    values, last = [0.0] * feature_count, 0
    for pair in pairs:
        index, value = _read_pair(pair, where)
        if not last < index <= feature_count:
            expected = f"an index from {last + 1} to {feature_count}: they must increase"
            if last == feature_count:
                expected = f"nothing after the index {feature_count}"
            raise fault(where, f"the index {index}", expected, AGAIN)
        if not lowest - ROUNDING <= value <= highest + ROUNDING:  # nan fails as well
            expected = f"a value from {lowest} to {highest}"
            raise fault(f"{where}, index {index}", f"the value {value}", expected, AGAIN)
        values[index - 1], last = value, index
    return values


def _read_pair(pair, where):
    try:
        index, value = pair.split(b":")
        return int(index), float(value)
    except ValueError:
        expected = "a pair index:value, such as 12:-0.5"
        raise fault(where, _quote(pair), expected, AGAIN) from None


def _quote(word):
    return repr(word[:40].decode("utf-8", "replace"))
