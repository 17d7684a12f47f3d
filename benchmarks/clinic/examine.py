"""Which cases there are, and one of them trained and shown to the doctor."""

import contextlib
import io
from functools import partial
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
from runs import few_pictures
from tuning_foreign import HEALTHY as TUNING_FOREIGN_HEALTHY
from tuning_foreign import SEEDS as TUNING_FOREIGN_SEEDS
from tuning_foreign import SICK as TUNING_FOREIGN_SICK

from course_lib import doctor, recipes

SICK = {  # name: (illness, function of (recipe, seed) -> Run)
    **sick_updates.SICK,
    **sick_samples.SICK,
    **sick_numbers.SICK,
    **sick_settings.SICK,
    **sick_data.SICK,
}


class Ward(NamedTuple):
    """The recipes and seeds that the cases are run with, and the foreign runs."""

    recipes: tuple[str, ...]
    seeds: tuple[int, ...]  # of the broken runs
    healthy_seed: int
    foreign_sick: dict
    foreign_healthy: dict
    foreign_seeds: tuple[int, int]  # of the broken and of the healthy foreign runs


TUNING = Ward(  # the doctor's limits come from these
    ("workshop-mlp", "workshop-dcgan"),
    (0, 1),
    0,
    TUNING_FOREIGN_SICK,
    TUNING_FOREIGN_HEALTHY,
    TUNING_FOREIGN_SEEDS,
)
SCORE = Ward(  # and CLINIC.md from these
    ("workshop-dcgan", "kaggle-mlp-gan"),
    (30, 31, 32),
    30,
    FOREIGN_SICK,
    FOREIGN_HEALTHY,
    FOREIGN_SEEDS,
)


class Result(NamedTuple):
    """What the doctor said about one case."""

    title: str
    planted: str  # an illness, or "healthy"
    found: list[str]  # illnesses, or ["healthy"]
    evidence: list[str]
    samples: np.ndarray | None  # the first few images of a healthy run
    not_examined: list[str]  # what the doctor said it couldn't look at
    is_foreign: bool


CRASH = "crash"
FOREIGN = "foreign"  # these stand in place of a recipe's name
TUNING_FOREIGN = "foreign, for tuning"


def choose_cases(ward, only=""):
    """Return the cases of a ward whose name contains `only`, as (name, recipe name, seed).

    The recipe of a healthy run is None, because its name already says which one it is. A foreign
    run has no recipe: `FOREIGN` or `TUNING_FOREIGN` says which of the two wards it belongs to.
    """
    sick = [
        (name, ward.recipes[i % len(ward.recipes)], seed)
        for name in SICK
        for i, seed in enumerate(ward.seeds)
    ]
    well = [(name, None, ward.healthy_seed) for name in HEALTHY]
    kind = FOREIGN if ward is SCORE else TUNING_FOREIGN
    foreign = [(name, kind, ward.foreign_seeds[0]) for name in ward.foreign_sick]
    foreign += [(name, kind, ward.foreign_seeds[1]) for name in ward.foreign_healthy]
    return [case for case in sick + well + foreign if only in case[0]]


def examine(name, recipe, seed):
    """Train one case of `choose_cases`, show it to the doctor, and return the `Result`.

    A case that ends in an error counts as a wrong answer; the other cases still run.
    """
    keras.backend.clear_session()
    title, planted, make = find_case(name, recipe, seed)
    is_foreign = recipe in (FOREIGN, TUNING_FOREIGN)
    try:
        run = make()
        pictures = few_pictures(run) if planted == "healthy" else None
        with contextlib.redirect_stdout(io.StringIO()):
            findings = doctor.examine(
                run.gan, run.history, run.images, run.samples, run.yardstick, run.step
            )
    except Exception as error:  # whatever one case may raise
        return Result(title, planted, [f"{CRASH}: {error!r}"], [], None, [], is_foreign)
    found = [finding.illness for finding in findings] or ["healthy"]
    evidence = [finding.evidence for finding in findings]
    return Result(title, planted, found, evidence, pictures, findings.not_examined, is_foreign)


def find_case(name, recipe, seed):
    """Return (title, planted illness, function that makes the run) of a case."""
    if recipe in (FOREIGN, TUNING_FOREIGN):
        ward = SCORE if recipe == FOREIGN else TUNING
        planted, make = ward.foreign_sick.get(name) or ("healthy", ward.foreign_healthy[name])
        return name, planted, partial(make, seed)
    if recipe is None:
        return name, "healthy", partial(HEALTHY[name], seed)
    planted, make = SICK[name]
    return f"{name} ({recipe}, seed {seed})", planted, partial(make, recipes.load(recipe), seed)
