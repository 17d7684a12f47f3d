"""How well a generator writes, in numbers made for handwriting.

A small classifier of the characters at hand (`classifier`) is the measuring space: its penultimate
features stand for an image, and distances between features for how unlike two images look.
`report` takes every measure at once; most are also functions of their own on features [N, d].
Which value is a good one depends on the characters, so a report holds what real ones get beside
each number.
"""

import math
import time
from typing import NamedTuple

import numpy as np
from scipy import linalg
from scipy.spatial.distance import cdist, pdist

from course_lib.judging.classifier import load_classifier, read

SAMPLE = 2_000  # real images to compare with, at the most: the distances of all pairs are taken
COPY_SAMPLE = 500  # generated images that are looked for among all training images
LEAST = 20  # images that can be compared
K = 5  # neighbours, as Naeem et al. have it

# --- Two sets of features ------------------------------------------------------------------------


def frechet_distance(real, fake):
    """Fréchet distance between Gaussians fitted to two sets of features [N, d], [M, d]; 0 is best.

    Heusel et al. 2017, arXiv:1706.08500, with our classifier in place of Inception. Fewer images
    give a larger distance. Raises ValueError for fewer than two on a side.
    """
    _check_features(real, fake)
    a, b = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    return gaussian_distance(real.mean(axis=0), a, fake.mean(axis=0), b)


def gaussian_distance(mean_a, cov_a, mean_b, cov_b):
    """|mean_a - mean_b|² + trace(A + B - 2 (AB)^½), means [d] and covariances A, B [d, d].

    A singular covariance, of features that never vary, gets a ridge: a millionth of the mean
    variance on both diagonals. Dowson and Landau 1982, doi:10.1016/0047-259X(82)90077-X.
    """
    cov_a, cov_b = np.atleast_2d(cov_a), np.atleast_2d(cov_b)
    d = len(cov_a)
    if min(np.linalg.matrix_rank(cov_a), np.linalg.matrix_rank(cov_b)) < d:
        ridge = 1e-6 * np.trace(cov_a + cov_b) / (2 * d) * np.eye(d)
        cov_a, cov_b = cov_a + ridge, cov_b + ridge
    root = linalg.sqrtm(cov_a @ cov_b).real
    gap = mean_a - mean_b
    return max(0.0, float(gap @ gap + np.trace(cov_a + cov_b - 2 * root)))


def kernel_distance(real, fake, blocks=10, seed=0):
    """(squared kernel distance of two sets of features, its standard error); about 0 is best.

    The maximum mean discrepancy with the kernel (x·y / d + 1)³, features in units of the real
    ones' root mean square, has no bias: it may fall below 0, and does not depend on the number of
    images. The mean of `blocks` disjoint blocks, and
    their spread for the error. Bińkowski et al. 2018, arXiv:1801.01401.
    Raises ValueError for fewer than two features a block.
    """
    _check_features(real, fake, least=2 * blocks)
    rng, unit = np.random.default_rng(seed), np.sqrt(np.square(real).mean())
    real, fake = (np.array_split(rng.permutation(x / unit), blocks) for x in (real, fake))
    values = [_discrepancy(a, b) for a, b in zip(real, fake, strict=True)]
    return float(np.mean(values)), float(np.std(values, ddof=1) / math.sqrt(blocks))


def _discrepancy(a, b):
    def kernel(x, y):
        return (x @ y.T / x.shape[1] + 1) ** 3

    def mean_of_pairs(gram):  # without the diagonal: an image beside itself would be the bias
        n = len(gram)
        return (gram.sum() - np.trace(gram)) / (n * (n - 1))

    return mean_of_pairs(kernel(a, a)) + mean_of_pairs(kernel(b, b)) - 2 * kernel(a, b).mean()


class Manifold(NamedTuple):
    """Shares of two sets of features that lie among each other; see `compare_manifolds`."""

    precision: float
    recall: float
    density: float
    coverage: float
    is_inside: np.ndarray  # bool [M]: which generated images lie among the real ones


def compare_manifolds(real, fake, k=K):
    """Where the features [N, d] and [M, d] lie among each other, as a `Manifold`.

    Each point has a ball that reaches to its `k`-th nearest neighbour of the same side.
    `precision`: share of `fake` in a ball of `real`; `recall`: the reverse (Kynkäänniemi et al.
    2019, arXiv:1904.06991). `density`: real balls around each of `fake`, over k; `coverage`: share
    of real balls that hold one of `fake` (Naeem et al. 2020, arXiv:2002.09797); one outlier less
    matters to these two. Raises ValueError for k or fewer points on a side.
    """
    _check_features(real, fake, least=k + 1)
    distances = cdist(real, fake)  # [N, M]
    real_radii, fake_radii = ball_radii(real, k), ball_radii(fake, k)
    in_real_ball = distances <= real_radii[:, None]
    return Manifold(
        precision=float(in_real_ball.any(axis=0).mean()),
        recall=float((distances <= fake_radii).any(axis=1).mean()),
        density=float(in_real_ball.sum(axis=0).mean() / k),
        coverage=float(in_real_ball.any(axis=1).mean()),
        is_inside=in_real_ball.any(axis=0),
    )


def ball_radii(features, k=K):
    """The distance of each of features [N, d] to its k-th nearest other: [N]."""
    return np.partition(cdist(features, features), k, axis=1)[:, k]  # the nearest is itself


def class_diversity(features, classes, n_classes, most=200):
    """Mean distance between two of the same class, the mean over the classes; 0 if all are alike.

    `features`: [N, d]; `classes`: [N]; the first `most` of a class are compared. Classes with
    fewer than two do not count; nan if that is all of them.
    """
    groups = (features[classes == c][:most] for c in range(n_classes))
    means = [pdist(group).mean() for group in groups if len(group) > 1]
    return float(np.mean(means)) if means else math.nan


def entropy(counts):
    """Entropy of a histogram in bits: log2(n) where n classes are even, 0 where one has all."""
    shares = np.asarray(counts, float)
    shares = shares[shares > 0] / max(shares.sum(), 1)
    return float(-(shares * np.log2(shares)).sum() + 0.0)


def nearest_images(images, fake_images, k=1):
    """The `k` nearest of `images` [N, 28, 28, 1] for each of `fake_images` [M, 28, 28, 1].

    Nearest in pixels, the Euclidean distance with pixels in [-1, 1]; uint8 or float32 on either
    side. Returns (indices [M, k], distances [M, k]), the nearest first.
    """
    fake = _flat(fake_images)
    indices, squares = np.empty((len(fake), 0), int), np.empty((len(fake), 0), "float32")
    for start in range(0, len(images), 20_000):
        part = _flat(images[start : start + 20_000])
        found = (part**2).sum(axis=1) - 2 * fake @ part.T + (fake**2).sum(axis=1)[:, None]
        rows = np.broadcast_to(np.arange(start, start + len(part)), found.shape)
        squares = np.concatenate([squares, found], axis=1)
        indices = np.concatenate([indices, rows], axis=1)
        best = np.argsort(squares, axis=1)[:, :k] if k > 1 else squares.argmin(axis=1)[:, None]
        squares = np.take_along_axis(squares, best, axis=1)
        indices = np.take_along_axis(indices, best, axis=1)
    return indices, np.sqrt(np.maximum(squares, 0))


def _flat(images):
    images = np.asarray(images)
    images = images.reshape(len(images), -1)
    return images / np.float32(127.5) - 1 if images.dtype == np.uint8 else images.astype("float32")


def _check_features(real, fake, least=2):
    for name, features in (("real", real), ("fake", fake)):
        if np.ndim(features) != 2 or len(features) < least:
            shape = np.shape(features)
            raise ValueError(f"{name} features have shape {shape}: expected [{least} or more, d]")
    if real.shape[1] != fake.shape[1]:
        raise ValueError(f"{real.shape[1]} real features, {fake.shape[1]} fake: not one network's")


# --- All at once ---------------------------------------------------------------------------------


class Report(NamedTuple):
    """What `report` measured of `images` generated images; `print` shows it as a table.

    `frechet`, `kernel`, `kernel_error`, `precision`, `recall`, `density`, `coverage`: see the
    functions of these names. `class_counts`: how many were read as each class, those alone that
    lie among the real ones. `entropy`: of these counts, in bits. `diversity`: see
    `class_diversity`. `copied`: the share that is a copy of a training image (`find_copies`).
    `real`: the same of real images in place of generated ones, None in that report itself.
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

    def missing(self):
        """Class names with less than a fifth of an even share of the images, as one string."""
        least = self.images / len(self.class_counts) / 5
        return "".join(name for name, count in self.class_counts.items() if count < least)

    def numbers(self):
        """The plain numbers by name, for a row of a table or report.json."""
        names = ("images", "class_counts", "real")
        numbers = {name: value for name, value in self._asdict().items() if name not in names}
        return {name: round(value, 4) for name, value in numbers.items()}

    def __str__(self):
        n_classes = len(self.class_counts)
        rows = [
            ("Fréchet distance", "0 is best", lambda r: f"{r.frechet:.1f}"),
            ("kernel distance", "0 is best", lambda r: f"{r.kernel:.3f} ± {r.kernel_error:.3f}"),
            ("precision", "share that could be real", lambda r: f"{r.precision:.2f}"),
            ("recall", "share of the real it could write", lambda r: f"{r.recall:.2f}"),
            ("density", "how thick the real are around it", lambda r: f"{r.density:.2f}"),
            ("coverage", "share of the real with one near", lambda r: f"{r.coverage:.2f}"),
            ("classes", f"of {n_classes}", lambda r: f"{n_classes - len(r.missing())}"),
            ("entropy", f"{math.log2(n_classes):.2f} bits if even", lambda r: f"{r.entropy:.2f}"),
            ("diversity", "within a class", lambda r: f"{r.diversity:.2f}"),
            ("copied", "of a training image", lambda r: f"{r.copied:.1%}"),
        ]
        columns = ["generated"] + ["real"] * bool(self.real)
        lines = [f"{f'{self.images:,} images':51}" + "".join(f"{name:>15}" for name in columns)]
        for name, meaning, show in rows:
            values = [show(report) for report in (self, self.real) if report]
            lines.append(f"{name:18}{meaning:33}" + "".join(f"{value:>15}" for value in values))
        if self.missing():
            lines.append(f"missing or rare: {' '.join(self.missing())}")
        return "\n".join(lines)


class Yardstick:
    """A `Dataset` made ready to measure against: `yardstick.report(fake_images)`.

    Half of the images, 2,000 at most, are what generated ones are compared with; as many others
    show what real ones get (`real`); measuring those took `seconds`. All of them are searched for
    copies. Raises ValueError for fewer than 40 images.
    """

    def __init__(self, dataset, classifier=None, seed=0):
        n = min(SAMPLE, len(dataset) // 2)
        if n < LEAST:
            raise ValueError(
                f"{len(dataset)} images are too few to measure with: expected {2 * LEAST} or more"
            )
        self.dataset = dataset
        self.classifier = classifier or load_classifier(dataset)
        order = np.random.default_rng(seed).permutation(len(dataset))
        self.features, _ = read(self.classifier, dataset.images[order[:n]])
        self.real, start = None, time.perf_counter()
        self.real = self.report(dataset.images[order[n : 2 * n]], are_real=True)
        self.seconds = time.perf_counter() - start

    def report(self, fake_images, are_real=False):
        """Measure images [M, 28, 28, 1], M at least 20. Returns a `Report`.

        `are_real`: they come from the data set itself, where each one finds itself as its copy.
        """
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
            real=self.real,
        )


def find_copies(images, fake_images, skip=0):
    """Which of `fake_images` [M, 28, 28, 1] are a copy of one of `images`: bool [M].

    A copy is less than half as far from its nearest image as from the ten nearest on average:
    new characters have many neighbours about equally near. Carlini et al. 2023, arXiv:2301.13188,
    compare the same way. `skip`: nearest ones to leave out, 1 for images of the data set itself.
    """
    _, distances = nearest_images(images, fake_images, 10 + skip)
    distances = distances[:, skip:]
    return distances[:, 0] < 0.5 * distances.mean(axis=1)


def report(real, fake):
    """All measures of `fake` images beside those of a `Dataset`, `real`, as a `Report`.

    `fake`: uint8 or float32 in [-1, 1], [M, 28, 28, 1]; 2,000 or so for steady numbers. Trains a
    classifier the first time, half a minute. To measure more than once, keep a `Yardstick`.
    """
    return Yardstick(real).report(fake)
