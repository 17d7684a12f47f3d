"""Where a run's results go: one folder, checked before the training and filled after it."""

import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class File(NamedTuple):
    """One file of a run: its name, what it holds in words, and `write`, a function of its path."""

    name: str
    content: str
    write: Callable[[Path], None]


def check_folder(out: Path, files: list[File]) -> None:
    """Raise ValueError if the files cannot go into the folder `out`; make its parents."""
    if out.is_symlink() and not out.exists() or out.exists() and not out.is_dir():
        raise ValueError(f"{out} is not a folder. Name another one with --out.")
    if out.is_dir() and not os.access(out, os.W_OK | os.X_OK):
        raise ValueError(f"{out} cannot be written to. Name another folder with --out.")
    for file in files:
        if (out / file.name).is_dir():
            raise ValueError(
                f"{out / file.name} is a folder, but a file of that name will be written. Name "
                "another folder with --out."
            )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryDirectory(dir=out.parent).cleanup()
    except OSError as error:
        raise ValueError(
            f"{out} cannot be made ({error}). Name another folder with --out."
        ) from error


def write(out: Path, files: list[File]) -> None:
    """Write the files into the folder `out`, all of them or none, and print what each one holds."""
    with tempfile.TemporaryDirectory(dir=out.parent) as name:
        folder = Path(name)
        for file in files:
            file.write(folder / file.name)
        out.mkdir(exist_ok=True)
        for file in files:
            (folder / file.name).replace(out / file.name)
    print(f"The results are in {out}/:")
    width = max(len(file.name) for file in files)
    for file in files:
        print(f"  {file.name:{width}}  {file.content}")


def describe(job, history: dict, seconds: float) -> dict:
    """Return a finished run as plain values for report.json.

    Args:
        job: one of `jobs`, trained.
        history: a dict of lists, with one number for each step; the report gives the mean of the
            last tenth.
        seconds: how long the training took.
    """
    import keras
    import numpy as np
    import tensorflow as tf

    steps = len(history["step"])
    tail = max(1, steps // 10)
    logs = {
        name: round(float(np.mean(values[-tail:])), 4)
        for name, values in history.items()
        if name != "step"
    }
    return {
        "recipe": job.recipe.name,
        "origin": job.recipe.origin,
        "data": job.dataset.source,
        "images": len(job.dataset),
        "class_names": "".join(job.dataset.class_names),
        "seed": job.seed,
        "steps": steps,
        "batch_size": job.batch_size,
        "seconds": round(seconds, 1),
        "milliseconds_per_step": round(1000 * seconds / steps, 2),
        "engine": job.model.runs_on,
        "mean_of_the_last_tenth": logs,
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
        },
    }
