"""What every recipe has: a name, where its numbers come from, and how long it trains."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The numbers to train one model with; `gan.recipes` lists all of them.

    `origin`: where the numbers come from. `data`: what the model is meant for, "digits", "letters",
    "both-cases" or "alphanumeric". `latent_dim`: width of z. `batch_size`: real images in a step.
    `steps`: as published, or sized for the workshop.
    """

    name: str
    origin: str
    data: str
    latent_dim: int
    batch_size: int
    steps: int
