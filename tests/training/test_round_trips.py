"""Every recipe is saved and loaded, in this process and in another, and goes on as if never saved.

The oracle is the model that was never saved: equal samples, and an equal next step, to the bit.
"""

import copy
import hashlib
import json
import pickle
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib import recipes
from course_lib.vae.style import VAERecipe

HERE = Path(__file__).parent
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CLASSIC = ("kaggle-mlp-gan", "mnist-dcgan")  # one of each `d_update`; the second has dropout
IMAGES = np.random.default_rng(0).integers(0, 256, (8, 28, 28, 1)).astype("uint8")


def build(name):
    recipe = recipes.load(name)
    if isinstance(recipe, VAERecipe):
        return recipe.build_vae(CHARACTERS)
    return recipe.build_gan(jit_compile=False)


def draw(model):
    """Images from a fixed z."""
    return model.write("AZ 09") if hasattr(model, "write") else model.sample(3)


def step(model, images):
    """The logs of one step; eager, because tracing ten models takes longer than the step."""
    model.run_eagerly = True
    labels = () if model.n_classes is None else (np.arange(len(images)),)
    return model.train_on_batch(images, *labels)


def state_of(model):
    """Everything that a next step depends on, optimizers and random state included."""
    parts = [getattr(model, name, None) for name in ("optimizer", "d_optimizer", "g_optimizer")]
    optimizers = [variable for part in parts if part is not None for variable in part.variables]
    return [np.array(v) for v in (*model.variables, *optimizers, *model.state_variables().values())]


def describe(model):
    """Hashes of samples and, after one more step, of the whole state."""
    images = draw(model)
    step(model, IMAGES[4:])
    state = b"".join(np.ascontiguousarray(values).tobytes() for values in state_of(model))
    return [hashlib.sha256(data).hexdigest() for data in (images.tobytes(), state)]


def describe_loop(loop):
    """The losses of the next two steps; the second one depends on the optimizers."""
    return [loop.train_on_batch(IMAGES) for _ in range(2)]


def equal(states, others):
    return all(np.array_equal(a, b) for a, b in zip(states, others, strict=True))


CHILD = """
import json, os, pickle, sys
import keras
sys.path.insert(0, sys.argv[1])
from test_round_trips import CLASSIC, describe, describe_loop, recipes
os.chdir(sys.argv[2])
found = {}
for name in recipes.RECIPES:
    found[name] = describe(keras.models.load_model(f"{name}.keras"))
for name in CLASSIC:
    with open(f"{name}.pickle", "rb") as file:
        found["classic " + name] = describe_loop(pickle.load(file))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Every recipe after one step: {name: model}, and the folder with the files of all."""
    folder = tmp_path_factory.mktemp("trained")
    models = {name: build(name) for name in recipes.RECIPES}
    for name, model in models.items():
        step(model, IMAGES[:4])
        model.save(folder / f"{name}.keras")
        model.save_weights(folder / f"{name}.weights.h5")
    return models, folder


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_model_that_has_not_trained(name, tmp_path):
    model = build(name)
    model.save(tmp_path / "new.keras")
    loaded = keras.models.load_model(tmp_path / "new.keras")
    assert type(loaded) is type(model) and loaded.compiled
    assert equal(state_of(model), state_of(loaded))
    assert np.array_equal(draw(model), draw(loaded))


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_model_that_has_trained(name, trained):
    models, folder = trained
    original = copy.deepcopy(models[name])  # the models themselves are for the other process
    loaded = keras.models.load_model(folder / f"{name}.keras")
    filled = build(name)
    assert not equal(state_of(original), state_of(filled))
    filled.load_weights(folder / f"{name}.weights.h5")
    for model in (loaded, filled):
        assert equal(state_of(original), state_of(model))
        assert np.array_equal(draw(original), draw(model))
    assert step(original, IMAGES[4:]) == step(loaded, IMAGES[4:])
    assert equal(state_of(original), state_of(loaded))


@pytest.mark.slow
def test_in_another_process(trained):
    models, folder = trained
    loops = {name: recipes.load(name).build_combined() for name in CLASSIC}
    for name, loop in loops.items():
        loop.train_on_batch(IMAGES)
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(loop))
    command = [sys.executable, "-c", CHILD, str(HERE), str(folder)]
    done = subprocess.run(
        command, cwd=HERE.parent.parent, check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    for name, model in models.items():
        assert found[name] == describe(model), name
    for name, loop in loops.items():
        assert found[f"classic {name}"] == describe_loop(loop), name
