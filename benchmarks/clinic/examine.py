"""Which cases there are, and one of them trained and shown to the doctor."""

import contextlib
import io
from functools import partial
from typing import NamedTuple

from course_lib.networks import startup  # noqa: F401 - first: it loads TensorFlow quietly

# isort: split
import foreign
import keras
import numpy as np
import sick_data
import sick_numbers
import sick_samples
import sick_settings
import sick_updates
from healthy import HEALTHY
from runs import few_pictures
from tuning_foreign import first, second

from course_lib import doctor, recipes

SICK = {  # name: (illness, function of (recipe, seed) -> Run)
    **sick_updates.SICK,
    **sick_samples.SICK,
    **sick_numbers.SICK,
    **sick_settings.SICK,
    **sick_data.SICK,
}
FOREIGN = {  # the foreign wards: modules with SICK, HEALTHY, and SEEDS of the two
    "foreign": foreign,
    "first tuning ward": first,
    "second tuning ward": second,
}


class Ward(NamedTuple):
    """The recipes and seeds that the course's cases are run with, and the foreign wards."""

    recipes: tuple[str, ...]
    seeds: tuple[int, ...]  # of the broken runs
    healthy_seed: int
    foreign: tuple[str, ...]  # names in `FOREIGN`


TUNING = Ward(  # the doctor's limits come from these
    ("workshop-mlp", "workshop-dcgan"),
    (0, 1),
    0,
    ("first tuning ward", "second tuning ward"),
)
SCORE = Ward(  # and CLINIC.md from these
    ("workshop-dcgan", "kaggle-mlp-gan"),
    (30, 31, 32),
    30,
    ("foreign",),
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


def choose_cases(ward, only=""):
    """Return the cases of a ward whose name contains `only`, as (name, recipe name, seed).

    The recipe of a healthy run is None, because its name already says which one it is. A foreign
    run has the name of its ward, a key of `FOREIGN`, in place of a recipe.
    """
    sick = [
        (name, ward.recipes[i % len(ward.recipes)], seed)
        for name in SICK
        for i, seed in enumerate(ward.seeds)
    ]
    well = [(name, None, ward.healthy_seed) for name in HEALTHY]
    others = [
        (name, kind, seed)
        for kind in ward.foreign
        for runs, seed in zip((FOREIGN[kind].SICK, FOREIGN[kind].HEALTHY), FOREIGN[kind].SEEDS)
        for name in runs
    ]
    return [case for case in sick + well + others if only in case[0]]


def examine(name, recipe, seed):
    """Train one case of `choose_cases`, show it to the doctor, and return the `Result`.

    A case that ends in an error counts as a wrong answer; the other cases still run.
    """
    keras.backend.clear_session()
    title, planted, make = find_case(name, recipe, seed)
    is_foreign = recipe in FOREIGN
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
    if recipe in FOREIGN:
        ward = FOREIGN[recipe]
        planted, make = ward.SICK.get(name) or ("healthy", ward.HEALTHY[name])
        return name, planted, partial(make, seed)
    if recipe is None:
        return name, "healthy", partial(HEALTHY[name], seed)
    planted, make = SICK[name]
    return f"{name} ({recipe}, seed {seed})", planted, partial(make, recipes.load(recipe), seed)
