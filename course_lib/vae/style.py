"""The style VAE's recipe, its training, and the kit's own model of the pen's 36 characters."""

import hashlib
from dataclasses import dataclass

import keras

from course_lib.data import datasets
from course_lib.data.progress_bar import ProgressBar
from course_lib.training import model_cache
from course_lib.training.recipe import Recipe
from course_lib.vae.vae import VAE

CHARACTERS = "".join(datasets.DIGITS + datasets.LETTERS)  # the tutorial's 36
VERSION = 1  # raise it with every change to the model or its training


@dataclass(frozen=True, kw_only=True)
class VAERecipe(Recipe):
    """The settings to train a style VAE with.

    Args:
        learning_rate: of Adam at the start; it falls along a cosine.
        per_class: how many images of each character the pen draws if no data is given.
    """

    learning_rate: float
    per_class: int

    def build_vae(self, class_names, steps=None, seed=0) -> VAE:
        """Build a compiled `VAE` with new networks.

        Args:
            class_names: the characters, in the order of the labels.
            steps: the learning rate falls to 0 over this many; the recipe's own unless given.
            seed: of the weights and of every z.
        """
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


def train_vae(dataset, steps=None, batch_size=STYLE_VAE.batch_size, seed=0, callbacks=()) -> VAE:
    """Train a `VAE` on the characters of a `Dataset`, in one to three minutes on two CPU cores.

    Args:
        dataset: the kit's own model is trained on 1,000 images of each of 36 classes.
        batch_size: images in a step; all of them if there are fewer.
        steps: how many training steps to take; the recipe's own number unless given.
        seed: of the weights, the order of the images and every z.
        callbacks: Keras callbacks to use beside the progress bar.
    """
    steps = steps or STYLE_VAE.steps
    model = STYLE_VAE.build_vae(dataset.class_names, steps, seed)
    fit_vae(model, dataset, steps, seed, callbacks, batch_size)
    return model


def fit_vae(model, dataset, steps, seed=0, callbacks=(), batch_size=STYLE_VAE.batch_size) -> None:
    """Train a compiled `VAE` on a `Dataset` for `steps` steps, with a progress bar."""
    batches = dataset.batches(min(batch_size, len(dataset)), seed, labels=True)
    with ProgressBar(steps, f"learning to write {len(dataset.class_names)} characters") as bar:
        step = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: bar.update())
        watching = [step, *callbacks]
        model.fit(batches, steps_per_epoch=steps, verbose=0, callbacks=watching)


def kept_name() -> str:
    """Return the file name of the kit's own VAE in the cache.

    It contains a hash of the pen's drawings, so that a model trained with an older pen isn't used.
    """
    from course_lib import pen  # late: a recipe is read without the letter shapes of the pen

    drawn = pen.draw(CHARACTERS, rng=0).tobytes()
    return f"style-vae-{hashlib.sha256(drawn + bytes([VERSION])).hexdigest()[:16]}"


def load_vae(callbacks=()) -> VAE:
    """Load the kit's own VAE of 36 characters, or train it if no earlier run has kept one.

    Args:
        callbacks: Keras callbacks for the training.
    """
    return model_cache.load_or_train(
        kept_name(),
        "the style VAE of 36 characters",
        lambda: train_vae(
            datasets.load_handwriting(CHARACTERS, STYLE_VAE.per_class), callbacks=callbacks
        ),
    )
