"""Measure how good generated handwriting is.

A small classifier of the characters at hand (`classifier`) turns each image into a feature vector.
`report` takes every measure at once. `features` and `copies` hold the measures themselves, which
can be imported from here too. Which values are good depends on the characters, so a report also
shows the values that real images get.
"""

import math
import time
from typing import NamedTuple

import numpy as np

from course_lib.judging.classifier import load_classifier, read
from course_lib.judging.copies import find_copies, nearest_images
from course_lib.judging.features import (
    Manifold,
    ball_radii,
    class_diversity,
    compare_manifolds,
    entropy,
    frechet_distance,
    gaussian_distance,
    kernel_distance,
)
from course_lib.training.entrance import as_images

__all__ = [
    "Manifold",
    "Report",
    "Yardstick",
    "ball_radii",
    "class_diversity",
    "compare_manifolds",
    "entropy",
    "find_copies",
    "frechet_distance",
    "gaussian_distance",
    "kernel_distance",
    "nearest_images",
    "report",
]

SAMPLE = 2_000  # real images to compare with, at most: all pairwise distances are computed
COPY_SAMPLE = 500  # generated images, at most, that are compared with the training images
LEAST = 20  # the fewest images that can be compared
RARE = 0.2  # of the readable images per class if all were equal: a class with fewer is missing


class Report(NamedTuple):
    """All measures of a set of generated images; `print` shows them as a table.

    `images` is how many were measured. `frechet`, `kernel` (with `kernel_error`), `precision`,
    `recall`, `density`, `coverage` and `diversity` are explained in `features`. `class_counts`
    says how many images were read as each class, counting only those that lie among the real
    ones; `entropy` is the entropy of these counts in bits. `copied` is the fraction that are
    copies of training images. `real` holds the same measures of real images; it is None in the
    report of the real images themselves.
    """

    images: int
    frechet: float
    kernel: float
    kernel_error: float
    precision: float
    recall: float
    density: float
    coverage: float
    class_counts: dict[str, int]
    entropy: float
    diversity: float
    copied: float
    real: "Report | None" = None

    def missing(self) -> list[str]:
        """Return the names of missing or rare classes, among the images that count for a class."""
        least = RARE * sum(self.class_counts.values()) / len(self.class_counts)
        return [name for name, count in self.class_counts.items() if count <= least]

    def numbers(self) -> dict[str, float]:
        """Return the plain numbers by name, rounded, for a row of a table or report.json."""
        names = ("images", "class_counts", "real")
        numbers = {name: value for name, value in self._asdict().items() if name not in names}
        return {name: round(value, 4) for name, value in numbers.items()}

    def __str__(self):
        reports = [report for report in (self, self.real) if report]
        lines = [_line(f"{self.images:,} images", "", ["generated", "real"][: len(reports)])]
        n_classes = len(self.class_counts)
        for name, meaning, show in ROWS:
            meaning = meaning.format(n=n_classes, bits=math.log2(n_classes))
            lines.append(_line(name, meaning, [show(report) for report in reports]))
        if self.missing():
            lines.append(f"missing or rare: {' '.join(self.missing())}")
        return "\n".join(lines)


ROWS = (  # of the table: name, meaning, the value in a report
    ("Fréchet distance", "0 is best", lambda r: f"{r.frechet:.1f}"),
    ("kernel distance", "0 is best", lambda r: f"{r.kernel:.3f} ± {r.kernel_error:.3f}"),
    ("precision", "fraction of samples that could be real", lambda r: f"{r.precision:.2f}"),
    (
        "recall",
        "fraction of real images the generator could produce",
        lambda r: f"{r.recall:.2f}",
    ),
    ("density", "how densely real images surround the samples", lambda r: f"{r.density:.2f}"),
    ("coverage", "fraction of real images with a sample nearby", lambda r: f"{r.coverage:.2f}"),
    ("classes", "found, of {n}", lambda r: f"{len(r.class_counts) - len(r.missing())}"),
    ("entropy", "of the classes; {bits:.2f} bits if all are equal", lambda r: f"{r.entropy:.2f}"),
    ("diversity", "mean distance within a class", lambda r: f"{r.diversity:.2f}"),
    ("copied", "copies of a training image", lambda r: f"{r.copied:.1%}"),
)


def _line(name, meaning, values):
    """Return one line of the table, 99 characters wide with two values."""
    return f"{name:17}{meaning:52}" + "".join(f"{value:>15}" for value in values)


class Yardstick:
    """A `Dataset` prepared to measure generated images against: `yardstick.report(fake_images)`.

    Generated images are compared with half of the images, at most 2,000. As many others show which
    values real images get: `real` is their report, and `seconds` is how long it took. A report of
    fewer generated images has beside it the values of as few real ones, because coverage and the
    Fréchet distance depend on the number. The search for copies uses all images.

    Args:
        dataset: a `Dataset` of 40 or more images.
        classifier: as `classifier.train_classifier` returns it; loaded or trained if not given.
        seed: of the split into halves.

    Raises:
        ValueError: for fewer than 40 images, and for an array in place of a `Dataset`.
    """

    def __init__(self, dataset, classifier=None, seed=0):
        if not hasattr(dataset, "class_names"):
            raise ValueError(
                f"got a {type(dataset).__name__} of real images: expected a Dataset, which knows "
                "their classes. Build it with datasets.Dataset(images, labels, class_names, source)"
            )
        n = min(SAMPLE, len(dataset) // 2)
        if n < LEAST:
            raise ValueError(
                f"{len(dataset)} images are too few to measure against: "
                f"expected {2 * LEAST} or more"
            )
        self.dataset = dataset
        self.classifier = classifier or load_classifier(dataset)
        order = np.random.default_rng(seed).permutation(len(dataset))
        self.features, _ = read(self.classifier, dataset.images[order[:n]])
        self.others = dataset.images[order[n : 2 * n]]
        self._real = {}  # the reports of real images, by how many there are
        start = time.perf_counter()
        self.real = self.real_report(n)
        self.seconds = time.perf_counter() - start

    def real_report(self, n) -> Report:
        """Return the report of `n` real images that the generated ones aren't compared with.

        Args:
            n: how many; of more than there are, all are measured.
        """
        n = min(n, len(self.others))
        if n not in self._real:
            self._real[n] = self.report(self.others[:n], are_real=True)
        return self._real[n]

    def report(self, fake_images, are_real=False) -> Report:
        """Measure images with every measure.

        Args:
            fake_images: [M, 28, 28, 1] with M of 20 or more, uint8 or float32 in [-1, 1].
            are_real: whether they are images of the dataset itself, each of which would count as a
                copy of itself.

        Raises:
            ValueError: for fewer than 20 images, or as `entrance.as_images`.
        """
        fake_images = as_images(fake_images)
        if len(fake_images) < LEAST:
            raise ValueError(
                f"{len(fake_images)} images are too few to measure: expected {LEAST} or more"
            )
        features, probabilities = read(self.classifier, fake_images)
        manifold = compare_manifolds(self.features, features)
        classes, n_classes = probabilities.argmax(axis=1), len(self.dataset.class_names)
        counts = np.bincount(classes[manifold.is_inside], minlength=n_classes)
        kernel, kernel_error = kernel_distance(self.features, features)
        some = fake_images[:COPY_SAMPLE]
        return Report(
            images=len(fake_images),
            frechet=frechet_distance(self.features, features),
            kernel=kernel,
            kernel_error=kernel_error,
            **{name: getattr(manifold, name) for name in manifold._fields[:4]},
            class_counts=dict(zip(self.dataset.class_names, counts.tolist(), strict=True)),
            entropy=entropy(counts),
            diversity=class_diversity(features, classes, n_classes),
            copied=float(find_copies(self.dataset.images, some, skip=int(are_real)).mean()),
            real=None if are_real else self.real_report(len(fake_images)),
        )


def report(real, fake) -> Report:
    """Measure generated images, and real ones beside them, with every measure.

    The first call trains a classifier, which takes 10 to 30 seconds. To measure more than
    once, keep a `Yardstick`.

    Args:
        real: the `Dataset` that the generator was trained on.
        fake: generated images [M, 28, 28, 1], uint8 or float32 in [-1, 1]; about 2,000 for steady
            numbers.

    Raises:
        ValueError: for fewer than 40 real or 20 generated images.
    """
    return Yardstick(real).report(fake)
