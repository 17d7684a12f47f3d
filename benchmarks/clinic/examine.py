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
from foreign import HEALTHY as FOREIGN_HEALTHY
from foreign import SEEDS as FOREIGN_SEEDS
from foreign import SICK as FOREIGN_SICK
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
    samples: np.ndarray | None  # the first few images of the run
    is_foreign: bool = False


FOREIGN = "foreign"  # stands in place of a recipe's name


def choose_cases(ward, only=""):
    """Return the cases of a ward whose name contains `only`, as (name, recipe name, seed).

    The recipe of a healthy run is None, because its name already says which one it is. `SCORE`
    also has the foreign ward, whose runs have no recipe.
    """
    sick = [
        (name, ward.recipes[i % len(ward.recipes)], seed)
        for name in SICK
        for i, seed in enumerate(ward.seeds)
    ]
    well = [(name, None, ward.healthy_seed) for name in HEALTHY]
    foreign = [(name, FOREIGN, FOREIGN_SEEDS[0]) for name in FOREIGN_SICK]
    foreign += [(name, FOREIGN, FOREIGN_SEEDS[1]) for name in FOREIGN_HEALTHY]
    cases = sick + well + (foreign if ward is SCORE else [])
    return [case for case in cases if only in case[0]]


def examine(name, recipe, seed):
    """Train one case of `choose_cases`, show it to the doctor, and return the `Result`."""
    keras.backend.clear_session()
    if recipe == FOREIGN:
        return examine_foreign(name, seed)
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


def examine_foreign(name, seed):
    """Train one case of the foreign ward, show it to the doctor, and return the `Result`."""
    planted, make = FOREIGN_SICK.get(name) or ("healthy", FOREIGN_HEALTHY[name])
    run = make(seed)
    with contextlib.redirect_stdout(io.StringIO()):
        findings = doctor.examine(
            run.gan, run.history, run.images, run.samples, run.yardstick, run.step
        )
    found = [finding.illness for finding in findings] or ["healthy"]
    if findings.not_examined:
        found.append("not examined: " + "; ".join(findings.not_examined))
    evidence = [finding.evidence for finding in findings]
    return Result(name, planted, found, evidence, None, is_foreign=True)
