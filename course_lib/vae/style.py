"""The style VAE's recipe, its training, and the kit's own model of the pen's 36 characters."""

import hashlib
from dataclasses import dataclass

import keras
import numpy as np

from course_lib.data import datasets
from course_lib.data.progress_bar import ProgressBar
from course_lib.training import model_cache
from course_lib.training.recipe import Recipe
from course_lib.vae.vae import VAE

CHARACTERS = "".join(datasets.DIGITS + datasets.LETTERS)  # the tutorial's 36
VERSION = 2  # raise it with every change to the networks or the training loop
DIGIT_SHARE = 3  # drawings of each digit for one of each letter
WIDEST_WOBBLE = 2.5, 1.5  # of digits and of letters; `pen.Style` explains wobble


@dataclass(frozen=True, kw_only=True)
class VAERecipe(Recipe):
    """The settings to train a style VAE with.

    Args:
        learning_rate: of Adam at the start; it falls along a cosine.
        writing_weight, distort_one_in, drafts: as `VAE` takes them.
        per_class: how many images of each letter `draw_characters` draws if no data is given.
    """

    learning_rate: float
    writing_weight: float = 0.0
    distort_one_in: int = 0
    drafts: int = 1
    per_class: int

    def build_vae(self, class_names, steps=None, seed=0) -> VAE:
        """Build a compiled `VAE` with new networks.

        Args:
            class_names: the characters, in the order of the labels.
            steps: the learning rate falls to 0 over this many; the recipe's own unless given.
            seed: of the weights and of every z.
        """
        keras.utils.set_random_seed(seed)
        model = VAE(
            class_names,
            writing_weight=self.writing_weight,
            distort_one_in=self.distort_one_in,
            drafts=self.drafts,
            seed=seed,
        )
        rate = keras.optimizers.schedules.CosineDecay(self.learning_rate, steps or self.steps)
        model.compile(optimizer=keras.optimizers.Adam(rate), jit_compile=False)
        return model


STYLE_VAE = VAERecipe(
    name="style-vae",
    origin="ours: after Hand Writing Generation, with a sharper decoder that is read back",
    data="alphanumeric",
    latent_dim=64,
    batch_size=64,
    steps=7_500,
    learning_rate=2e-3,
    writing_weight=2.5,
    distort_one_in=4,
    drafts=3,
    per_class=1_000,
)


def train_vae(
    dataset,
    steps=None,
    batch_size=STYLE_VAE.batch_size,
    seed=0,
    callbacks=(),
    *,
    recipe=STYLE_VAE,
) -> VAE:
    """Train a `VAE` on the characters of a `Dataset`, in about three minutes on two CPU cores.

    Args:
        dataset: the kit's own model is trained on what `draw_characters` draws.
        batch_size: images in a step; all of them if there are fewer.
        steps: how many training steps to take; the recipe's own number unless given.
        seed: of the weights, the order of the images and every z.
        callbacks: Keras callbacks to use beside the progress bar.
        recipe: a `VAERecipe`.
    """
    steps = steps or recipe.steps
    model = recipe.build_vae(dataset.class_names, steps, seed)
    fit_vae(model, dataset, steps, seed, callbacks, batch_size)
    return model


def fit_vae(model, dataset, steps, seed=0, callbacks=(), batch_size=STYLE_VAE.batch_size) -> None:
    """Train a compiled `VAE` on a `Dataset` for `steps` steps, with a progress bar."""
    batches = dataset.batches(min(batch_size, len(dataset)), seed, labels=True)
    with ProgressBar(steps, f"learning to write {len(dataset.class_names)} characters") as bar:
        step = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: bar.update())
        watching = [step, *callbacks]
        model.fit(batches, steps_per_epoch=steps, verbose=0, callbacks=watching)


def count_drawn(per_class) -> int:
    """Return how many images `draw_characters` draws."""
    return per_class * (DIGIT_SHARE * len(datasets.DIGITS) + len(datasets.LETTERS))


def draw_characters(per_class=STYLE_VAE.per_class, seed=0) -> datasets.Dataset:
    """Draw the data that the kit's own VAE learns from: 36 characters, and more of the digits.

    Each digit is drawn three times as often as a letter, and by hands that stray further from the
    exact shape. Without this, the VAE takes real digits for letters: a round 0 for an O, a 5 for an
    S. On real forms digits are more frequent too: EMNIST's ByClass has about five times as many
    images of a digit as of a capital (Cohen et al. 2017, arXiv:1702.05373).

    Args:
        per_class: how many images of each letter.
        seed: the same seed gives the same images.
    """
    from course_lib import pen  # late: a recipe is read without the letter shapes of the pen

    rng = np.random.default_rng(seed)
    is_digit = np.array([name in datasets.DIGITS for name in CHARACTERS])
    counts = np.where(is_digit, DIGIT_SHARE, 1) * per_class
    labels = rng.permutation(np.repeat(np.arange(len(CHARACTERS)), counts))
    wobbles = rng.uniform(0.5, np.where(is_digit, *WIDEST_WOBBLE)[labels])
    styles = [pen.sample_style(rng)._replace(wobble=float(wobble)) for wobble in wobbles]
    images = pen.draw([CHARACTERS[label] for label in labels], styles, rng)
    source = f"{len(labels):,} characters drawn by course_lib.pen for the style VAE, seed {seed}"
    print(source)
    return datasets.Dataset(images, labels, CHARACTERS, source)


def kept_name() -> str:
    """Return the file name of the kit's own VAE in the cache.

    It contains a hash of the pen's drawings and of the recipe, so that a model trained with an
    older pen or with other settings isn't used.
    """
    from course_lib import pen  # late: a recipe is read without the letter shapes of the pen

    drawn = pen.draw(CHARACTERS, rng=0).tobytes()
    settings = f"{VERSION} {STYLE_VAE}".encode()
    return f"style-vae-{hashlib.sha256(drawn + settings).hexdigest()[:16]}"


def load_vae(callbacks=()) -> VAE:
    """Load the kit's own VAE of 36 characters, or train it if no earlier run has kept one.

    Args:
        callbacks: Keras callbacks for the training.
    """
    return model_cache.load_or_train(
        kept_name(),
        "the style VAE of 36 characters",
        lambda: train_vae(draw_characters(STYLE_VAE.per_class), callbacks=callbacks),
    )
