"""What `--data` accepts on the command line: a name for each source, or the path of a file.

The loaders are imported late: the command line shows `HELP`, and `check` runs, before NumPy is
installed.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data.errors import fault

if TYPE_CHECKING:
    from course_lib.data.dataset import Dataset

ACCEPTED = (
    "a Kaggle CSV (plain, .zip or .gz), or another file or folder that data/README.md lists; "
    "'pen' for drawn handwriting, 'pen:ABC' for these characters only; 'mnist', 'usps' or "
    "'kmnist'; 'emnist-letters', 'emnist-balanced' or 'emnist-byclass'"
)
HELP = (
    f"{ACCEPTED}. Several sources are joined. Default: the best source on this machine, "
    "for style-vae the pen's digits and capitals"
)


def load(names, wanted, class_names=None) -> "Dataset":
    """Load the data that `--data` names.

    Args:
        names: a list of sources, each one of `ACCEPTED`; None for the best one on this machine.
            Several are joined, with at most `datasets.LETTERS_PER_CLASS` images of each class.
        wanted: what the recipe is made for, "digits", "letters", "both-cases" or "alphanumeric"; it
            decides what None and "pen" give.
        class_names: what the labels 0, 1, ... of a single file stand for; None to infer it.

    Raises:
        ValueError: if `class_names` comes with anything but one file.
        DatasetError: if a source doesn't exist or is damaged.
    """
    from course_lib.data import datasets

    if names and len(names) > 1:
        if class_names:
            raise ValueError(
                "--class-names is for one CSV or file, but --data names several. Omit it."
            )
        parts = [load([name], wanted) for name in names]
        return datasets.join(parts, per_class=datasets.LETTERS_PER_CLASS)
    name = names[0] if names else None
    loader = _loader(name, wanted)
    if loader and class_names:
        found = f"--data {name}" if name else "the default source"
        raise ValueError(
            f"--class-names is for a CSV or a file; {found} has its own names. Leave it out."
        )
    if loader:
        return loader()
    if not Path(name).exists():
        expected = "a file or the name of a source"
        raise fault(f"--data {name!r}", "no such file", expected, f"Give {ACCEPTED}.")
    if ".csv" in Path(name).name.lower():
        return datasets.load_kaggle_csv(name, class_names=class_names)
    return datasets.load_file(name, class_names=class_names)


def _loader(name, wanted):
    """Return the function that loads a source by its name; None if it must be a file."""
    from course_lib.data import datasets

    pen = partial(datasets.load_handwriting, wanted)
    best = {
        "digits": datasets.load_digits,
        "letters": datasets.load_letters,
        "both-cases": partial(datasets.load_letters, both_cases=True),
    }
    whole_names = {
        None: best.get(wanted, pen),
        "pen": pen,
        "mnist": datasets.load_mnist,
        "usps": datasets.load_usps,
        "kmnist": datasets.load_kmnist,
    }
    prefixes = {"pen:": datasets.load_handwriting, "emnist-": datasets.load_emnist}
    if name in whole_names:
        return whole_names[name]
    for prefix, loader in prefixes.items():
        if name.startswith(prefix):
            return partial(loader, name.removeprefix(prefix))
    return None
