"""Where a run's results go: one folder, checked before the training and filled after it."""

import contextlib
import json
import os
import platform
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path


def check_folder(out: Path, names: Iterable[str]) -> None:
    """Raise ValueError if the files `names` cannot go into the folder `out`; make its parents."""
    if out.is_symlink() and not out.exists() or out.exists() and not out.is_dir():
        raise ValueError(f"{out} is not a folder. Name another one with --out.")
    if out.is_dir() and not os.access(out, os.W_OK | os.X_OK):
        raise ValueError(f"{out} cannot be written to. Name another folder with --out.")
    for name in names:
        if (out / name).is_dir():
            raise ValueError(
                f"{out / name} is a folder, but a file of that name will be written. Name another "
                "folder with --out."
            )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryDirectory(dir=out.parent).cleanup()
    except OSError as error:
        raise ValueError(
            f"{out} cannot be made ({error}). Name another folder with --out."
        ) from error


@contextlib.contextmanager
def collected(out: Path) -> Iterator[tuple[Path, dict]]:
    """Yield a new folder for files and a dict for report.json; `out` gets all of it in the end.

    If the block raises an error, `out` gets nothing.
    """
    report = {}
    with tempfile.TemporaryDirectory(dir=out.parent) as name:
        folder = Path(name)
        yield folder, report
        text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
        (folder / "report.json").write_text(text, encoding="utf-8")
        out.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.replace(out / path.name)


def list_files(files: dict[str, str]) -> None:
    """Print what each file holds, in columns."""
    width = max(map(len, files))
    for name, content in files.items():
        print(f"  {name:{width}}  {content}")


def describe(job, history: dict, seconds: float) -> dict:
    """Return a finished run as plain values for report.json.

    Args:
        job: one of `jobs`, trained.
        history: by name, one number a step; the report has the mean of the last tenth.
        seconds: of training.
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
