"""Where samples lie among real images whose classes nobody knows."""

import numpy as np

from course_lib.data.datasets import load_handwriting
from course_lib.judging.classifier import load_classifier, read
from course_lib.judging.features import Manifold, compare_manifolds


def place_among(real, samples, others) -> tuple[Manifold, float]:
    """Return where samples lie among real images, and the coverage of other real images.

    The features are those of a classifier that reads digits drawn by the pen. It tells strokes from
    stains, in real handwriting as well.

    Args:
        real, samples, others: floats [N, 28, 28, 1] in [-1, 1]; as many others as samples.
    """
    reader = load_classifier(load_handwriting("digits"))
    real, samples, others = (read(reader, np.clip(x, -1, 1))[0] for x in (real, samples, others))
    return compare_manifolds(real, samples), compare_manifolds(real, others).coverage
