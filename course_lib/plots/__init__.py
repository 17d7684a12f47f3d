"""Plots: images, runs, classes, and diagrams of networks.

Images are uint8 in 0–255 or float32 in [-1, 1]; the dtype tells which. Every function returns its
Figure; it draws into `ax` if given, and into a new Figure otherwise. Line styles and words repeat
what the colours say, so that the plots can be read in grey and by colour-blind readers.
"""

from course_lib.plots.classes import plot_class_accuracy, plot_class_counts
from course_lib.plots.convolution import plot_convolution
from course_lib.plots.diagrams import plot_gan_steps
from course_lib.plots.figures import BLUE, GREEN, GREY, ORANGE, RED
from course_lib.plots.images import (
    plot_error_map,
    plot_film_strip,
    plot_images,
    plot_score_grid,
    tile,
)
from course_lib.plots.layers import plot_layers
from course_lib.plots.runs import plot_losses, plot_scores, plot_seesaw, plot_vae_losses

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "RED",
    "plot_class_accuracy",
    "plot_class_counts",
    "plot_convolution",
    "plot_error_map",
    "plot_film_strip",
    "plot_gan_steps",
    "plot_images",
    "plot_layers",
    "plot_losses",
    "plot_score_grid",
    "plot_scores",
    "plot_seesaw",
    "plot_vae_losses",
    "tile",
]
