"""The kit's own style VAE: 36 characters drawn by the pen, trained once and kept."""

import hashlib
from dataclasses import dataclass

import keras

from course_lib import pen
from course_lib.data import datasets
from course_lib.data.progress import ProgressBar
from course_lib.training import model_cache
from course_lib.training.recipe import Recipe
from course_lib.vae.vae import VAE

CHARACTERS = "".join(datasets.DIGITS + datasets.LETTERS)  # the tutorial's 36
VERSION = 1  # to be raised with every change of the model or its training


@dataclass(frozen=True, kw_only=True)
class VAERecipe(Recipe):
    """What a style VAE is trained with.

    `learning_rate`: of Adam at the start; it falls along a cosine. `per_class`: images of each
    character that the pen draws where no data is named.
    """

    learning_rate: float
    per_class: int

    def build_vae(self, class_names, steps=None, seed=0) -> VAE:
        """Build a compiled `VAE` with new networks, its learning rate falling over `steps`."""
        keras.utils.set_random_seed(seed)
        model = VAE(class_names, seed=seed)
        rate = keras.optimizers.schedules.CosineDecay(self.learning_rate, steps or self.steps)
        model.compile(optimizer=keras.optimizers.Adam(rate), jit_compile=False)
        return model


STYLE_VAE = VAERecipe(
    name="style-vae",
    origin="Hand Writing Generation; its kernel sizes, rates and length are ours",
    data="alphanumeric",
    latent_dim=64,
    batch_size=64,
    steps=4_000,
    learning_rate=2e-3,
    per_class=1_000,
)


def train_vae(dataset, steps=None, seed=0, callbacks=(), recipe=STYLE_VAE) -> VAE:
    """Train a `VAE` of a `Dataset`'s characters, two to three minutes on two CPU cores.

    Args:
        dataset: of each of 36 classes it wants 1,000 images.
        steps: the recipe's own number unless given.
        seed: of the weights, the order of the images and every z.
        callbacks: keras.callbacks to watch it by, beside the progress bar.
        recipe: the numbers to train with.
    """
    steps = steps or recipe.steps
    model = recipe.build_vae(dataset.class_names, steps, seed)
    batches = dataset.batches(min(recipe.batch_size, len(dataset)), seed, labels=True)
    with ProgressBar(steps, f"learning to write {len(dataset.class_names)} characters") as bar:
        step = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: bar.update())
        watching = [step, *callbacks]
        model.fit(batches, steps_per_epoch=steps, verbose=0, callbacks=watching)
    return model


def kept_name() -> str:
    """Return the name of the kit's own VAE in the cache; another pen makes another name."""
    drawn = pen.draw(CHARACTERS, rng=0).tobytes()
    return f"style-vae-{hashlib.sha256(drawn + bytes([VERSION])).hexdigest()[:16]}"


def load_vae(callbacks=()) -> VAE:
    """Return the kit's own VAE of 36 characters: kept from an earlier run, else trained now."""
    return model_cache.load_or_train(
        kept_name(),
        "the style VAE of 36 characters",
        lambda: train_vae(
            datasets.load_handwriting(CHARACTERS, STYLE_VAE.per_class), callbacks=callbacks
        ),
    )
