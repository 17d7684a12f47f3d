"""Which cases there are, and one of them trained and shown to the doctor."""

import contextlib
import io
from typing import NamedTuple

from course_lib.networks import startup  # noqa: F401 - first: it loads TensorFlow quietly

# isort: split
import keras
import numpy as np
import sick_data
import sick_numbers
import sick_samples
import sick_settings
import sick_updates
from healthy import HEALTHY

from course_lib import doctor, recipes

SICK = {  # name: (illness, function of (recipe, seed) -> Run)
    **sick_updates.SICK,
    **sick_samples.SICK,
    **sick_numbers.SICK,
    **sick_settings.SICK,
    **sick_data.SICK,
}


class Ward(NamedTuple):
    """The recipes and seeds that the cases are run with."""

    recipes: tuple[str, ...]
    seeds: tuple[int, ...]  # of the broken runs
    healthy_seed: int


TUNING = Ward(("workshop-mlp", "workshop-dcgan"), (0, 1), 0)  # the doctor's limits come from these
SCORE = Ward(("workshop-dcgan", "kaggle-mlp-gan"), (30, 31, 32), 30)  # and CLINIC.md from these


class Result(NamedTuple):
    """What the doctor said about one case."""

    title: str
    planted: str  # an illness, or "healthy"
    found: list[str]  # illnesses, or ["healthy"]
    evidence: list[str]
    samples: np.ndarray  # the first few images of the run


def choose_cases(ward, only=""):
    """Return the cases of a ward whose name contains `only`, as (name, recipe name, seed).

    The recipe of a healthy run is None, because its name already says which one it is.
    """
    sick = [
        (name, ward.recipes[i % len(ward.recipes)], seed)
        for name in SICK
        for i, seed in enumerate(ward.seeds)
    ]
    well = [(name, None, ward.healthy_seed) for name in HEALTHY]
    return [case for case in sick + well if only in case[0]]


def examine(name, recipe, seed):
    """Train one case of `choose_cases`, show it to the doctor, and return the `Result`."""
    keras.backend.clear_session()
    if recipe is None:
        title, planted, run = name, "healthy", HEALTHY[name](seed)
    else:
        planted, make = SICK[name]
        title, run = f"{name} ({recipe}, seed {seed})", make(recipes.load(recipe), seed)
    with contextlib.redirect_stdout(io.StringIO()):
        findings = doctor.examine(run.gan, run.history, run.images, run.samples, run.yardstick)
    found = [finding.illness for finding in findings] or ["healthy"]
    evidence = [finding.evidence for finding in findings]
    return Result(title, planted, found, evidence, run.samples[:14])
