"""Kaggle's CSVs as a `Dataset`: what their labels stand for, and a sample of each class."""

from pathlib import Path

import numpy as np

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


def read_kaggle_csv(path, per_class=None, seed=0, class_names=None, allow_fewer=False) -> Dataset:
    """Read a CSV as `datasets.load_kaggle_csv` does, but without printing the source."""
    path = Path(path).expanduser()
    if per_class is not None:
        check_per_class(path, per_class)
    stamp = csv_cache.file_stamp(path)
    cached = csv_cache.read_cache(path, stamp)
    table = cached or csv_table.read_csv(path)
    names = class_names or _class_names(path, table)
    _check_labels(path, table, len(names))

    kind = {tuple(DIGITS): "digits", tuple(LETTERS): "letters"}.get(tuple(names), "characters")
    counts = np.bincount(table.labels, minlength=len(names))
    images, labels, note = table.images, table.labels, ""
    if per_class is not None:
        _check_counts(path, counts, names, per_class, allow_fewer)
        chosen = sample_rows(labels, len(names), per_class, seed)
        images, labels = images[chosen], labels[chosen]
        limit = "at most " if counts.min() < per_class else ""
        note = f", {limit}{per_class:,} of each class"
    if missing := int((counts == 0).sum()):
        note += f", {missing} of {len(names)} classes missing"
    dataset = Dataset(images, labels, names, f"{len(labels):,} {kind} of the CSV {path}{note}")
    if cached is None:  # last, so that a file with anything wrong in it leaves no cache
        csv_cache.write_cache(path, stamp, table)
    return dataset


def _class_names(path, table):
    """Return what the labels of one of Kaggle's two files stand for."""
    if table.has_header:
        return DIGITS
    if table.labels.max() > 9:
        return LETTERS
    raise fault(
        f"{path}, row 1",
        "no header, and no label above 9 in the file",
        "a header for digits, or labels up to 25 for A-Z",
        "Put the header label,pixel0,...,pixel783 back, or say what the labels stand for: "
        "class_names='0123456789', on the command line --class-names 0123456789.",
    )


def _check_labels(path, table, class_count):
    fix = "Correct the label. If this is EMNIST, load NIST's files with load_emnist."
    if class_count == 10 and table.labels.max() < 26:
        fix = f"If these are letters under a header, load them with class_names={LETTERS!r}."

    def where(index):
        return f"{path}, row {table.row(index)}, column 1 (label)"

    check_labels(table.labels, class_count, where, fix=fix)


def _check_counts(path, counts, names, per_class, allow_fewer):
    short = [f"{name} {n:,}" for name, n in zip(names, counts, strict=True) if n < per_class]
    if short and not allow_fewer:
        fix = "Use allow_fewer=True to take all rows of these classes."
        if counts.min() > 0:
            fix = f"Use per_class={counts.min()}, or allow_fewer=True to take all their rows."
        expected = f"{per_class:,} rows of every class"
        raise fault(path, f"fewer rows in {', '.join(short)}", expected, fix)
