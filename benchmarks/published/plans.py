"""Which data each published recipe is trained on, and at which marks its samples are kept."""

from collections.abc import Callable
from dataclasses import dataclass

from course_lib import datasets, vae


@dataclass(frozen=True)
class Plan:
    """How far a recipe is trained, and when its samples are looked at.

    Args:
        marks: where the tutorial shows its samples, rising, in `unit`s; the last one is the end.
        unit: "step", "epoch" (a pass over the data) or "turn" (one turn of G and one of D).
        load: a function () -> `Dataset`.
        images_per_step: how many real images the tutorial's loop counts for one step.
        note: what else the page says about the data.
    """

    marks: tuple[int, ...]
    unit: str
    load: Callable
    images_per_step: int
    note: str = ""

    def steps_per_unit(self, dataset) -> int:
        """Return how many steps an epoch takes; 1 for the other units."""
        return len(dataset) // self.images_per_step if self.unit == "epoch" else 1


def load_capitals():
    """Draw 4,182 of each capital letter, as many as the tutorial takes."""
    return datasets.load_handwriting("letters", datasets.LETTERS_PER_CLASS)


def load_both_cases():
    """Draw 1,000 of each capital and each small letter."""
    return datasets.load_handwriting("both-cases", 1_000)


def load_characters():
    """Draw digits and capitals, the same that the kit's own style VAE is trained on."""
    return vae.draw_characters()


PLANS = {
    "kaggle-mlp-gan": Plan((0, 3_000, 6_000, 15_000), "step", datasets.load_digits, 32),
    "mnist-dcgan": Plan(
        tuple(range(0, 101, 10)),
        "epoch",
        datasets.load_digits,
        256,
        note="With MNIST's 60,000 training images, as in the tutorial, an epoch has 234 steps.",
    ),
    "letters-mlp-gan": Plan((0, 1, 5, 20, 50, 100, 200, 450), "epoch", load_capitals, 64),
    "letters-dcgan": Plan((1, 2, 25, 100, 500, 5_000), "turn", load_both_cases, 128),
    "style-vae-published": Plan(tuple(range(1, 11)), "epoch", load_characters, 64),
}
