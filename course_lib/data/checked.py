"""From arrays to a `Dataset`: every source passes the same checks of its pixels and its labels."""

import numpy as np

from course_lib.data.agreement import check_agreement
from course_lib.data.dataset import DIGITS, LETTERS, Dataset, check_labels
from course_lib.data.errors import fault
from course_lib.data.ink import check_ink
from course_lib.data.likeness import ALIKE, compare_turns, set_upright

MOST_INK = 60  # the mean pixel: 33 in MNIST, 44 in EMNIST, 48 in KMNIST, 73 in Fashion-MNIST


def name_kind(class_names) -> str:
    """Return what to call the classes in a `source`: digits, letters or characters."""
    return {tuple(DIGITS): "digits", tuple(LETTERS): "letters"}.get(
        tuple(class_names), "characters"
    )


def check_likeness(images, fits, class_names, where, must_fit) -> str:
    """Return a note for the `source` if the images don't look like what their labels stand for.

    Args:
        images: uint8 [N, 28, 28, 1].
        fits: from `likeness.compare_turns`.
        class_names: what the labels are taken to stand for.
        where: the file, for the message.
        must_fit: whether the file claims to hold these characters, and nothing else; None if the
            user named the classes, so that nothing is said.

    Raises:
        DatasetError: if they don't look like it although they must, or not even like handwriting.
    """
    if must_fit is None or fits is None or max(fits.values()) >= ALIKE:
        return ""
    kind = name_kind(class_names)
    likeness = f"likeness {max(fits.values()):.2f}, at least {ALIKE} expected"
    if not must_fit and images.mean() <= MOST_INK:
        return (
            f"; they don't look like the {kind} of their labels ({likeness}): other characters, or "
            "labels in another order"
        )
    found = f"images that don't look like the {kind} of their labels ({likeness})"
    if images.mean() > MOST_INK:
        found += f", with more ink than handwriting has (a mean of {images.mean():.0f})"
    fix = (
        "If this is another dataset, such as Fashion-MNIST or sign language, say what its labels "
        "stand for with class_names=[...]. Otherwise the labels are in another order than the "
        "images: download both again."
    )
    raise fault(where, found, kind, fix)


def build_dataset(
    images, labels, class_names, source, where, first_label=0, must_fit=True
) -> Dataset:
    """Return a `Dataset`, set upright, after checking its pixels, labels and likeness.

    Args:
        images: uint8 [N, 28, 28] or [N, 28, 28, 1]; turned in place if they aren't upright.
        labels: integers [N].
        class_names: what the labels stand for, in order.
        source: where the images came from; a note is added if they were turned.
        where: the file, for messages, or (the images' file, the labels' file).
        first_label: the lowest label; here the labels start at 0.
        must_fit: as `check_likeness` takes it.

    Raises:
        DatasetError: if the pixels, the labels or the likeness don't fit.
    """
    files = where if isinstance(where, tuple) else (where, where)
    images = images.reshape(-1, 28, 28, 1)
    if len(images) != len(labels):
        found = f"{len(images):,} images and {len(labels):,} labels"
        both = " and ".join(dict.fromkeys(map(str, files)))
        raise fault(both, found, "as many labels as images", "Download both again.")
    fix = "If the file belongs to another dataset, move it to another folder."
    check_labels(
        labels, len(class_names), lambda index: f"{files[1]}, item {index}", first_label, fix
    )
    labels = labels.astype(np.int64) - first_label
    check_ink(images, files[0])
    fits = compare_turns(images, labels, class_names)
    source += check_agreement(images, labels, files[0], must_fit)
    source += check_likeness(images, fits, class_names, files[0], must_fit)
    return Dataset(images, labels, class_names, source + set_upright(images, fits))
