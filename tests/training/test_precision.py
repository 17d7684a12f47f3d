"""Every recipe in every precision: builds, takes two steps, draws, saves and loads.

The 16-bit precisions are imitated where this machine does not have them in hardware; that is slow,
and the same arithmetic.
"""

import keras
import numpy as np
import pytest

from course_lib import recipes
from course_lib.training import engine
from course_lib.vae.style import VAERecipe

POLICIES = engine.PRECISIONS.values()


@pytest.fixture
def policy(request):
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy("float32")


def build(recipe):
    """The recipe's model, the data of a step, and a function that draws with it."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (8, 28, 28, 1)).astype("uint8")
    if isinstance(recipe, VAERecipe):
        names = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        labels = rng.integers(0, 36, 8)
        return recipe.build_vae(names), (images, labels), lambda model: model.write("AZ 09")
    data = (images, np.arange(8)) if recipe.n_classes else (images,)
    return recipe.build_gan(jit_compile=False), data, lambda model: model.sample(3)


GRID = [
    pytest.param(
        policy,
        recipe,
        marks=[] if (policy, recipe) == ("mixed_bfloat16", "letters-dcgan") else pytest.mark.slow,
    )
    for policy in POLICIES
    for recipe in recipes.RECIPES
]


@pytest.mark.parametrize(("policy", "name"), GRID, indirect=["policy"])
def test_recipe(policy, name, tmp_path):
    model, data, draw = build(recipes.load(name))
    before = [np.array(weight) for weight in model.trainable_weights]
    most = 20 if policy == "mixed_float16" else 2  # there steps are skipped until a scale is found
    for step in range(1, most + 1):
        logs = model.train_on_batch(*data)
        moved = any((np.array(w) != b).any() for w, b in zip(model.trainable_weights, before))
        if moved and step >= 2:
            break
    assert moved
    assert all(np.isfinite(value) for value in logs.values()), logs
    images = draw(model)
    assert (
        images.dtype == np.float32 and np.abs(images).max() <= 1 and images.shape[1:] == (28, 28, 1)
    )
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert np.allclose(draw(loaded), images, atol=1e-6)
