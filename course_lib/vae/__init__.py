"""A network that reads characters and writes others in the same style; lesson 07."""

from course_lib.networks import startup  # noqa: F401 - first: it loads TensorFlow quietly

# isort: split
from course_lib.vae.style import CHARACTERS, STYLE_VAE, fit_vae, kept_name, load_vae, train_vae
from course_lib.vae.vae import VAE, StylePosterior

__all__ = [
    "CHARACTERS",
    "STYLE_VAE",
    "VAE",
    "StylePosterior",
    "fit_vae",
    "kept_name",
    "load_vae",
    "train_vae",
]
