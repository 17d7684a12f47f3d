"""Healthy runs: ordinary trainings in which the doctor should find nothing."""

import dataclasses
from functools import partial

from runs import digits, drawn, finish

from course_lib import networks, recipes


def capitals():
    """Return the capitals, drawn by the pen."""
    return drawn("letters", 400)


def abc():
    """Return A, B and C, drawn by the pen."""
    return drawn("ABC", 600)


def healthy(recipe, load, steps, seed, classic=False, **changes):
    """Train a recipe the ordinary way.

    Args:
        recipe: its name; `changes` are made to its numbers.
        load: a function that returns the dataset.
        steps, seed: of the training.
        classic: in the classic loop of lesson 04 rather than the compiled step.
    """
    recipe = dataclasses.replace(recipes.load(recipe), **changes)
    model = recipe.build_combined(seed) if classic else recipe.build_gan(seed)
    return finish(model, load(), steps, seed, load, recipe.batch_size)


dcgan = partial(healthy, "workshop-dcgan")
mlp = partial(healthy, "workshop-mlp")
kaggle = partial(healthy, "kaggle-mlp-gan")
HALF_THE_FILTERS = {
    "generator": partial(networks.build_shuffle_generator, base_filters=32, filters=16),
    "discriminator": partial(networks.build_shuffle_discriminator, (16, 32)),
}
HEALTHY = {  # name: function of seed -> Run
    "workshop-dcgan, real digits": partial(dcgan, digits, 3200),
    "workshop-dcgan, drawn digits": partial(dcgan, drawn, 3200),
    "workshop-dcgan, capitals": partial(dcgan, capitals, 3200, batch_size=32),
    "workshop-dcgan, A B C": partial(dcgan, abc, 1600),
    "workshop-dcgan, cross-entropy": partial(dcgan, digits, 3200, loss="bce"),
    "workshop-dcgan, beta_1 0.5": partial(dcgan, digits, 3200, beta_1=0.5),
    "workshop-dcgan, batch 64": partial(dcgan, digits, 1200, batch_size=64),
    "workshop-dcgan, no average": partial(dcgan, digits, 3200, ema_momentum=0.0),
    "workshop-dcgan, classic loop": partial(dcgan, digits, 3200, classic=True, ema_momentum=0.0),
    "workshop-mlp, real digits": partial(mlp, digits, 6000),
    "workshop-mlp, drawn digits": partial(mlp, drawn, 6000),
    "kaggle-mlp-gan, real digits": partial(kaggle, digits, 5000),
    "kaggle-mlp-gan, A B C": partial(kaggle, abc, 4000),
    "kaggle-mlp-gan, classic loop": partial(kaggle, digits, 4000, classic=True),
    "workshop-dcgan, half the filters": partial(dcgan, digits, 3200, **HALF_THE_FILTERS),
}
