"""Kaggle's CSVs as a `Dataset`: what their labels stand for, and a sample of each class."""

from pathlib import Path

import numpy as np

from course_lib.data.agreement import check_agreement
from course_lib.data.checked import check_likeness, name_kind
from course_lib.data.dataset import (
    DIGITS,
    LETTERS,
    Dataset,
    check_labels,
    check_per_class,
    sample_rows,
)
from course_lib.data.errors import fault
from course_lib.data.formats import csv_cache, csv_table
from course_lib.data.ink import check_ink
from course_lib.data.likeness import ALIKE, MARGIN, compare_turns, set_upright
from course_lib.data.meaning import first_label_of, guess_mixed, infer_class_names


def read_kaggle_csv(path, per_class=None, seed=0, class_names=None, allow_fewer=False) -> Dataset:
    """Read a CSV as `datasets.load_kaggle_csv` does, but without printing the source."""
    path = Path(path).expanduser()
    if per_class is not None:
        check_per_class(path, per_class)
    stamp = csv_cache.file_stamp(path)
    cached = csv_cache.read_cache(path, stamp)
    table = cached or csv_table.read_csv(path)
    names, first_label = _read_classes(path, table, class_names)
    labels = table.labels - first_label
    check_ink(table.images, path)
    fits = compare_turns(table.images, labels, names)
    must_fit = None if class_names else False
    likeness = check_agreement(table.images, labels, path, must_fit)
    likeness += check_likeness(table.images, fits, names, path, must_fit)
    counts = np.bincount(labels, minlength=len(names))
    if per_class is not None:
        _check_counts(path, counts, names, per_class, allow_fewer)
    if cached is None:  # after the checks, so that a file with anything wrong leaves no cache
        csv_cache.write_cache(path, stamp, table)

    images, note = table.images, _describe_sample(counts, per_class)
    if first_label:
        note += f"; labels from 1 on: 1 to {len(names)} stand for {names[0]} to {names[-1]}"
    note += likeness + set_upright(images, fits)
    if per_class is not None:
        chosen = sample_rows(labels, len(names), per_class, seed)
        images, labels = images[chosen], labels[chosen]
    form = "CSV" if ".csv" in path.name.lower() else "table"
    source = f"{len(labels):,} {name_kind(names)} of the {form} {path}{note}"
    return Dataset(images, labels, names, source)


def _read_classes(path, table, class_names):
    """Return (what the labels stand for, the first label)."""
    _check_label_column(path, table)
    if table.names and class_names:
        found = f"labels that are names already ({', '.join(table.names[:4])}, ...)"
        raise fault(path, found, "no class_names beside them", "Leave class_names out.")
    if table.names:
        return table.names, 0
    names = class_names or infer_class_names(path.name, table.labels) or _guess(path, table)
    first_label = _find_first_label(table, names)
    _check_labels(path, table, names, first_label)
    return names, first_label


def _check_label_column(path, table):
    """Raise `DatasetError` if the first column, which nothing names, looks like a pixel."""
    one_label = len(np.unique(table.labels)) == 1
    if not table.is_named and one_label and np.ptp(table.images[:, -1, -1]) > 0:
        found = f"the label {table.labels[0]} in every row, and a last column that varies"
        fix = "If the label is the last column, give the file a header that names it label."
        raise fault(path, found, "labels in the first column", fix)


def _guess(path, table):
    """Return what the labels of one of Kaggle's two files stand for."""
    if mixed := guess_mixed(table.images, table.labels):
        return mixed
    if table.is_named:
        could_be_letters = 9 < table.labels.max() < len(LETTERS)
        return LETTERS if could_be_letters and _fit(table, LETTERS) >= ALIKE else DIGITS
    if table.labels.max() > 9:
        up_to_ten = np.unique(table.labels).tolist() == list(range(1, 11))
        return DIGITS if up_to_ten else LETTERS
    digits, letters = (_fit(table, names) for names in (DIGITS, LETTERS))
    if digits >= ALIKE and digits >= letters + MARGIN:
        return DIGITS
    raise fault(
        f"{path}, row 1",
        "no header with the name label, and no label above 9 in the file",
        "a header for digits, or labels up to 25 for A-Z",
        "Put the header label,pixel0,...,pixel783 back, or say what the labels stand for: "
        "class_names='0123456789', on the command line --class-names 0123456789.",
    )


def _fit(table, names, first_label=0):
    """Return how well the images fit these classes, upright or turned; -1 if it isn't known."""
    fits = compare_turns(table.images, table.labels - first_label, names)
    return max(fits.values()) if fits else -1.0


def _find_first_label(table, names):
    """Return the label of the first class: 0, or 1 if all labels or the images say so."""
    if first := first_label_of(table.labels, names):
        return first
    could_be = table.labels.min() == 1 and table.labels.max() <= len(names)
    return int(could_be and _fit(table, names, 1) >= max(ALIKE, _fit(table, names) + MARGIN))


def _check_labels(path, table, names, first_label):
    fix = "Correct the label, or say what the labels stand for with class_names=[...]."
    if len(names) == 10 and table.labels.max() == 10 and table.labels.min() == 1:
        fix = "If 10 stands for the digit 0, write 0 in its place, or load the file with "
        fix += "class_names='1234567890'."
    elif len(names) == 10 and table.labels.max() < 26:
        fix = f"If these are letters under a header, load them with class_names={LETTERS!r}."
        if -1 < _fit(table, LETTERS) < ALIKE:
            fix = "The images look neither like digits nor like letters: name the classes in order "
            fix += "with class_names=[...]."

    def where(index):
        return f"{path}, {table.place(index)}"

    check_labels(table.labels, len(names), where, first_label, fix)


def _describe_sample(counts, per_class):
    """Return the end of the source: how many of each class there are, and how many are missing."""
    note = ""
    if per_class is not None:
        limit = "at most " if counts.min() < per_class else ""
        note = f", {limit}{per_class:,} of each class"
    if missing := int((counts == 0).sum()):
        note += f", {missing} of {len(counts)} classes missing"
    return note


def _check_counts(path, counts, names, per_class, allow_fewer):
    short = [f"{name} {n:,}" for name, n in zip(names, counts, strict=True) if n < per_class]
    if short and not allow_fewer:
        fix = "Use allow_fewer=True to take all rows of these classes."
        if counts.min() > 0:
            fix = f"Use per_class={counts.min()}, or allow_fewer=True to take all their rows."
        expected = f"{per_class:,} rows of every class"
        raise fault(path, f"fewer rows in {', '.join(short)}", expected, fix)
