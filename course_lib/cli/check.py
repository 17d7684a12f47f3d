"""`python -m course_lib check`: report what is missing on this machine and how to fix it.

It runs before anything is installed, so nothing but Python itself is imported at the top.
"""

import importlib.metadata
import platform
import shutil
import sys
from typing import NamedTuple

# The oldest versions that the kit supports.
PACKAGES = {
    "tensorflow": (2, 18),
    "keras": (3, 8),
    "numpy": (1, 26),
    "scipy": (1, 11),
    "pandas": (2, 0),
    "matplotlib": (3, 8),
    "tqdm": (4, 60),
    "Pillow": (10, 0),
    "Hershey-Fonts": (2, 1),
}


class Finding(NamedTuple):
    """The result of one check: whether all is well, what was found, and the fix if it isn't."""

    good: bool
    text: str
    fix: str = ""


def run() -> int:
    """Print OK or FAIL for everything the lessons need, with a fix. Return 1 if anything fails."""
    findings = [find_python()]
    findings += [find_package(name, oldest) for name, oldest in PACKAGES.items()]
    findings += [find_device(), find_data(), find_disk()]
    for good, text, fix in findings:
        print(f"{'OK  ' if good else 'FAIL'}  {text}" + ("" if good else f"\n      -> {fix}"))
    failures = sum(not finding.good for finding in findings)
    problems = "1 problem was found; the arrow shows the fix."
    if failures > 1:
        problems = f"{failures} problems were found; the arrows show the fixes."
    print(problems if failures else "Everything that the lessons need is here.")
    return int(failures > 0)


def find_python() -> Finding:
    """Look at the Python version."""
    good = (3, 10) <= sys.version_info[:2] <= (3, 13)
    fix = "Install Python 3.10, 3.11, 3.12 or 3.13."
    return Finding(good, f"Python {platform.python_version()}", fix)


def find_package(name: str, oldest: tuple[int, ...]) -> Finding:
    """Look for one package, and compare its version with the oldest that works."""
    wanted = ".".join(map(str, oldest))
    fix = f'python -m pip install "{name}>={wanted}"   (or all of them: make setup)'
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(False, f"{name} is not installed", fix)
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    return Finding(numbers >= oldest, f"{name} {version} (at least {wanted})", fix)


def find_device() -> Finding:
    """Look for the device that the networks will run on."""
    try:
        from course_lib.networks import startup  # noqa: F401 - loads TensorFlow quietly

        import tensorflow as tf  # isort: skip

        gpus = tf.config.list_physical_devices("GPU")
    except Exception as error:  # whatever stops TensorFlow from loading is what we want to show
        return Finding(False, f"TensorFlow does not load: {error}", "Delete .venv; run make setup.")
    if gpus:
        return Finding(True, f"device: {len(gpus)} GPU")
    return Finding(True, "device: CPU; every lesson is sized for it (a GPU needs the extra `gpu`)")


def find_data() -> Finding:
    """Look for real data; drawn handwriting is always there."""
    try:
        from course_lib.data import datasets

        found, named = datasets.find_sources(), datasets.find_named_sources()
    except ImportError as error:
        fix = "Fix the packages above first."
        return Finding(False, f"data: the loaders do not load: {error}", fix)
    except ValueError as error:  # a DatasetError
        return Finding(False, "real data", str(error))
    by_name = f"; by name (--data): {'; '.join(named)}" if named else ""
    if found:
        return Finding(True, f"real data: {'; '.join(found)}{by_name}")
    where = "data/README.md says where to get real handwriting"
    return Finding(True, f"data: drawn handwriting, built in ({where}){by_name}")


def find_disk() -> Finding:
    """Look for room to write results in the current folder."""
    free = shutil.disk_usage(".").free / 1e9
    return Finding(free > 1, f"{free:.1f} GB of disk space free (at least 1)", "Free some space.")
