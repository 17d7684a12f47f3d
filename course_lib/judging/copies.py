"""Check whether a generator copied its training images: find the nearest ones, pixel by pixel."""

import numpy as np

from course_lib.data.pixels import check_range, scale_pixels

BLOCK = 20_000  # images compared at a time, to save memory
NEIGHBOURS = 10
NEAR = 0.5  # of the mean distance to the neighbours


def find_copies(images, fake_images, skip=0) -> np.ndarray:
    """Find out which generated images are copies of training images.

    The distance from a copy to its nearest training image is less than half of its mean distance to
    the ten nearest. A new character has many neighbours at about the same distance. Carlini et al.
    2023, arXiv:2301.13188, use the same comparison.

    Args:
        images: training images [N, 28, 28, 1], as `nearest_images` takes them.
        fake_images: generated images [M, 28, 28, 1], likewise.
        skip: how many of the nearest to ignore; 1 if `fake_images` are training images themselves.

    Returns:
        bool [M], True for a copy.
    """
    _, distances = nearest_images(images, fake_images, NEIGHBOURS + skip)
    distances = distances[:, skip:]
    return distances[:, 0] < NEAR * distances.mean(axis=1)


def nearest_images(images, fake_images, k=1) -> tuple[np.ndarray, np.ndarray]:
    """Find the `k` nearest training images of each generated image.

    Args:
        images: [N, 28, 28, 1], uint8 in 0–255 or float32 in [-1, 1].
        fake_images: [M, 28, 28, 1], likewise.
        k: how many to find.

    Returns:
        (indices [M, k], distances [M, k]), the nearest first. Distances are Euclidean, with pixels
        in [-1, 1].

    Raises:
        ValueError: as `pixels.check_range`, but floats may lie as far outside as in [-2, 2].
    """
    _check(fake_images)
    _check(images[:BLOCK])  # the start is enough: the rest is in the same array
    fake = _flat(fake_images)
    indices, squares = np.empty((len(fake), 0), int), np.empty((len(fake), 0), "float32")
    for start in range(0, len(images), BLOCK):
        part = _flat(images[start : start + BLOCK])
        found = (part**2).sum(axis=1) - 2 * fake @ part.T + (fake**2).sum(axis=1)[:, None]
        rows = np.broadcast_to(np.arange(start, start + len(part)), found.shape)
        squares = np.concatenate([squares, found], axis=1)
        indices = np.concatenate([indices, rows], axis=1)
        best = np.argsort(squares, axis=1)[:, :k] if k > 1 else squares.argmin(axis=1)[:, None]
        squares = np.take_along_axis(squares, best, axis=1)
        indices = np.take_along_axis(indices, best, axis=1)
    return indices, np.sqrt(np.maximum(squares, 0))


def _check(images):
    """Check images that may have noise on them, which leaves [-1, 1] a little."""
    images = np.asarray(images)
    noisy = images.dtype.kind == "f" and images.size and np.abs(images).max() <= 2
    check_range(np.clip(images, -1, 1) if noisy else images)


def _flat(images):
    return scale_pixels(np.asarray(images)).reshape(len(images), -1)
