"""Broken runs whose training images are wrong."""

import numpy as np
from planting import planter
from runs import build, digits, finish

from course_lib import datasets

SICK = {}
plant = planter(SICK)


def run_on(images, labels, recipe, seed):
    """Make an ordinary run on changed digits."""
    images = np.ascontiguousarray(images)
    changed = datasets.Dataset(images, labels, digits().class_names, "changed")
    return finish(build(recipe, seed), changed, seed=seed)


@plant("bad-dataset", "one class alone")
def one_class(recipe, seed):
    whole = digits()
    kept = whole.labels == seed % 10
    return run_on(whole.images[kept], whole.labels[kept], recipe, seed)


@plant("bad-dataset", "a class with a fiftieth of its images")
def unbalanced(recipe, seed):
    whole, rng = digits(), np.random.default_rng(seed)
    kept = (whole.labels != seed % 10) | (rng.random(len(whole)) < 0.02)
    return run_on(whole.images[kept], whole.labels[kept], recipe, seed)


@plant("bad-dataset", "transposed images, as EMNIST's are")
def transposed(recipe, seed):
    return run_on(digits().images.transpose(0, 2, 1, 3), digits().labels, recipe, seed)


@plant("bad-dataset", "upside down")
def upside_down(recipe, seed):
    return run_on(digits().images[:, ::-1, ::-1], digits().labels, recipe, seed)


@plant("bad-dataset", "dark ink on bright paper")
def inverted(recipe, seed):
    return run_on(255 - digits().images, digits().labels, recipe, seed)
