"""Small measures of images and logits that several illnesses use."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from course_lib.judging import metrics

UNLIKE = 10  # standard errors of `pooled_difference`; images of the same generator stay below 3
ALL_ALIKE = 0.1  # of the spread of real images: samples that vary less show one picture
SHARP = 0.6  # of a real image's contrast; means of early samples stay below 0.4, of one digit: 0.9


class ZKind(NamedTuple):
    """How z is usually drawn: `draw` is a function (rng, shape) -> z."""

    draw: Callable
    mean: float
    deviation: float


Z_KINDS = {
    "standard normal": ZKind(lambda rng, shape: rng.standard_normal(shape), 0.0, 1.0),
    "uniform from -1 to 1": ZKind(lambda rng, shape: rng.uniform(-1, 1, shape), 0.0, 3**-0.5),
    "uniform from 0 to 1": ZKind(lambda rng, shape: rng.uniform(0, 1, shape), 0.5, 12**-0.5),
}


def spread(images) -> float:
    """Return how much images [N, 28, 28, 1] vary: each pixel's standard deviation, averaged."""
    return float(np.asarray(images).std(axis=0).mean())


def show_one_picture(images, real) -> bool:
    """Return whether images all show about the same picture.

    If that picture has the contrast of a real image, they may vary twice as much: then their mean
    is a sharp picture, not the blur that the mean of different images is.

    Args:
        images, real: floats, [N, 28, 28, 1] and [M, 28, 28, 1].
    """
    varied, usual = spread(images), spread(real)
    is_sharp = np.asarray(images).mean(axis=0).std() > SHARP * contrast(real)
    return varied <= ALL_ALIKE * usual or (varied <= 2 * ALL_ALIKE * usual and is_sharp)


def contrast(images) -> float:
    """Return the contrast of images [N, 28, 28, 1]: the standard deviation of an image's pixels."""
    return float(np.median(np.std(images, axis=(1, 2, 3))))


def distance_to_nearest(images) -> float:
    """Return how far the nearest other image is from an image [N, 28, 28, 1], as 7×7 maps.

    It is the median of all images. Few different images are near each other, which is how the
    birthday paradox test finds a collapsed generator: Arora et al. 2018, arXiv:1706.08224.
    """
    maps = pooled(images)
    distances = cdist(maps, maps)
    np.fill_diagonal(distances, np.inf)
    return float(np.median(distances.min(axis=1)))


def is_of_kind(z, kind) -> bool:
    """Return whether z [N, latent_dim] has the mean and the deviation of a kind in `Z_KINDS`."""
    _, mean, deviation = Z_KINDS[kind]
    tolerance = max(0.1, 5 / np.sqrt(np.size(z)))
    return abs(np.mean(z) - mean) < tolerance and abs(np.std(z) - deviation) < tolerance


def pooled(images) -> np.ndarray:
    """Return images [N, 28, 28, 1] as 7×7 maps, the means of 4×4 pixels, flat: [N, 49]."""
    return np.asarray(images, float).reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(-1, 49)


def pooled_difference(images_a, images_b) -> float:
    """Return how much two sets of images differ, in standard errors.

    Args:
        images_a, images_b: floats, [N, 28, 28, 1] and [M, 28, 28, 1], 20 or more of each.

    Returns:
        Their kernel distance as 7×7 maps (means of 4×4 pixels), divided by its standard error.
    """
    distance, error = metrics.kernel_distance(pooled(images_a), pooled(images_b))
    return distance / max(error, 1e-3)  # sets without any variation have no error to divide by


def sigmoid(logits) -> np.ndarray:
    """Return logits as scores from 0 to 1, an array of the same shape."""
    return 1 / (1 + np.exp(-np.clip(logits, -80, 80)))  # exp overflows float32 from 89 on


def fraction_ranked_right(real_logits, fake_logits) -> float:
    """Return the fraction of pairs in which D puts the real image above the fake one.

    Args:
        real_logits, fake_logits: arrays [N] and [M]. Every real one is paired with every fake one.

    Returns:
        0 to 1; 0.5 is guessing, and a tie counts one half.
    """
    gaps = real_logits[:, None] - fake_logits
    return float(np.mean(gaps > 0) + np.mean(gaps == 0) / 2)
