"""A network that reads characters and writes others in the same style; lesson 07."""

from course_lib.networks import startup  # noqa: F401 - first: it loads TensorFlow quietly

# isort: split
from course_lib.vae.published import PUBLISHED_VAE, PublishedVAE, write_averaged
from course_lib.vae.style import (
    CHARACTERS,
    STYLE_VAE,
    draw_characters,
    fit_vae,
    kept_name,
    load_vae,
    train_vae,
)
from course_lib.vae.vae import VAE
from course_lib.vae.writer import StylePosterior

__all__ = [
    "CHARACTERS",
    "PUBLISHED_VAE",
    "STYLE_VAE",
    "VAE",
    "PublishedVAE",
    "StylePosterior",
    "draw_characters",
    "fit_vae",
    "kept_name",
    "load_vae",
    "train_vae",
    "write_averaged",
]
