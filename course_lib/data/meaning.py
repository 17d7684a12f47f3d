"""What the labels of a file stand for: digits, letters, or one of EMNIST's sets."""

import numpy as np

from course_lib.data.dataset import ALPHANUMERIC, BOTH_CASES, DIGITS, LETTERS
from course_lib.data.likeness import ALIKE, MARGIN, compare_turns

EMNIST_CLASSES = {
    "letters": LETTERS,  # both cases under one name
    "balanced": DIGITS + LETTERS + "abdefghnqrt",  # lower case only where it looks different
    "byclass": ALPHANUMERIC,
}
SMALL = LETTERS.lower()
MIXED = {  # sets that are numbered in one order or another
    36: (DIGITS + LETTERS, LETTERS + DIGITS, DIGITS + SMALL, SMALL + DIGITS),
    52: (BOTH_CASES, SMALL + LETTERS),
}
OTHER_EMNIST = {"bymerge": EMNIST_CLASSES["balanced"], "digits": DIGITS, "mnist": DIGITS}


def first_label_of(labels, class_names) -> int:
    """Return 1 if the labels count the classes from 1 and each class is there, else 0.

    Digits are never counted from 1: the label 1 would stand for 0 in some files, for 1 in others.

    Args:
        labels: integers [N].
        class_names: what the labels stand for, in order.
    """
    found = np.unique(labels)
    return int(
        class_names[0] != "0"
        and len(found) == len(class_names)
        and found[0] == 1
        and found[-1] == len(found)
    )


def infer_class_names(file_name, labels) -> str | None:
    """Return what labels stand for where the file's name or the labels leave only one reading.

    A file of EMNIST is known by its name, such as emnist-balanced-train.csv. Without a name,
    labels that are exactly 1 to 26 are letters, and 47 or 62 classes without a gap are those of
    EMNIST "balanced" and "byclass".

    Args:
        file_name: without its folder.
        labels: integers [N].

    Returns:
        The class names, or None.
    """
    name = file_name.lower()
    if "emnist" in name and "femnist" not in name:
        rest = name.replace("emnist", "")
        for kind, names in (EMNIST_CLASSES | OTHER_EMNIST).items():
            if kind in rest:
                return names
    if first_label_of(labels, LETTERS):
        return LETTERS
    found = np.unique(labels)
    for kind in ("balanced", "byclass"):
        if found.tolist() == list(range(len(EMNIST_CLASSES[kind]))):
            return EMNIST_CLASSES[kind]
    return None


def guess_mixed(images, labels) -> str | None:
    """Return what 36 or 52 classes from 0 on stand for, if the images clearly look like it.

    Args:
        images: uint8 [N, 28, 28] or [N, 28, 28, 1].
        labels: integers [N].

    Returns:
        One of `MIXED`, or None.
    """
    found = np.unique(labels)
    if found[0] != 0 or len(found) != found[-1] + 1 or len(found) not in MIXED:
        return None
    fits = {}
    for names in MIXED[len(found)]:
        turns = compare_turns(images.reshape(-1, 28, 28, 1), labels, names)
        fits[names] = max(turns.values()) if turns else -1
    best, second = sorted(fits, key=fits.get, reverse=True)[:2]
    return best if fits[best] >= ALIKE and fits[best] >= fits[second] + MARGIN / 4 else None
