"""The illness of the data itself: what a generator is shown is what it learns."""

import numpy as np

from course_lib.judging.doctor.illness import Illness
from course_lib.judging.doctor.orientation import see_turned


class BadDataset(Illness):
    """The images are blank, noise, inverted or turned, or the labels are wrong or unbalanced."""

    name = "bad-dataset"
    cause = (
        "A generator learns whatever it is shown, even if that is blank, turned, inverted or "
        "unbalanced."
    )
    fix = "Look at twenty images with their labels before every training, and shuffle them."
    lesson = "01"

    RARE = 0.1  # of the mean class size; of ten classes, most batches of 32 then lack this one
    SORTED = 0.9  # of the neighbours in a dataset with equal labels; at random, a tenth of ten

    def look(self, case) -> str | None:
        """Look at the pixels, at the size and order of the classes, and at which way up they are.

        The order counts only where the doctor can't know that every pass is shuffled, as
        `Dataset.batches` does.
        """
        if evidence := see_pixels(case.real):
            return evidence
        if case.labels is None:
            return None
        names = case.class_names
        counts = np.bincount(case.labels, minlength=len(names))
        if case.dataset is None and counts[0] == 0:  # an array's labels may start at 1
            counts, names = counts[1:], names[1:]
        if evidence := self._unbalanced(counts, names) or self._mislabelled(case):
            return evidence
        if not case.run.is_ours and (evidence := self._sorted(case.labels)):
            return evidence
        if case.dataset is None and (case.labels.min() > 0 or case.labels.max() > 9):
            return None  # the labels of an array that aren't those of the ten digits
        return see_turned(case.all_images, case.labels, case.class_names)

    def _unbalanced(self, counts, names):
        if (counts > 0).sum() == 1:
            return f"all {counts.sum():,} images belong to one class, {names[counts.argmax()]!r}"
        rarest = counts.argmin()
        if counts[rarest] < self.RARE * counts.mean() and counts.mean() > self.LEAST_IMAGES:
            return (
                f"the class {names[rarest]!r} has {counts[rarest]:,} images, but the classes have "
                f"{counts.mean():,.0f} on average"
            )
        return None

    LEAST_IMAGES = 10  # of a class, for a mean picture
    MOST_IMAGES = 5000
    ABOVE_CHANCE = 0.15  # of the way from chance to 1; handwriting gets beyond half of it

    def _mislabelled(self, case):
        """Read half of the images by the mean pictures of the other half's labels."""
        images = case.run.view(case.run.native(case.images[: self.MOST_IMAGES]))
        images, labels = images.reshape(len(images), -1), case.labels[: self.MOST_IMAGES]
        if np.unique(labels, return_counts=True)[1].min() < self.LEAST_IMAGES:
            return None
        order = np.random.default_rng(6).permutation(len(images))
        first, second = order[::2], order[1::2]
        classes = np.unique(labels[first])
        means = np.stack([images[first][labels[first] == k].mean(axis=0) for k in classes])
        distances = (means**2).sum(axis=1) - 2 * images[second] @ means.T
        right = np.mean(classes[distances.argmin(axis=1)] == labels[second])
        chance = np.bincount(labels).max() / len(labels)
        if right < chance + self.ABOVE_CHANCE * (1 - chance):
            return (
                "the labels don't fit the images, as after shuffling one without the other: the "
                f"mean pictures of the classes read {right:.0%} right (guessing: {chance:.0%})"
            )
        return None

    def _sorted(self, labels):
        equal = np.mean(labels[1:] == labels[:-1])
        if equal > self.SORTED and len(np.unique(labels)) > 1:
            return (
                f"the data is sorted by class: {equal:.0%} of the images have the label of the one "
                "before, so a batch in this order holds a single class"
            )
        return None


FLAT = 0.005  # pixel range, of 2, of an image without a picture
MANY = 0.1  # of the images: more that are blank or noise are an illness
CONTRAST = 0.3  # of the pixel range
EMPTY = 0.01  # of the ink: a half of all images with less is empty
SMOOTH = 0.25  # correlation of neighbouring pixels; handwriting has 0.7 to 0.9, noise 0


def see_pixels(images) -> str | None:
    """Return evidence that images aren't pictures of white ink on black, or None.

    Args:
        images: float32 [N, 28, 28, 1] in [-1, 1].
    """
    x = np.asarray(images, float)[..., 0]
    blank = np.ptp(x, axis=(1, 2)) < FLAT
    if blank.mean() > MANY:
        return f"{blank.mean():.0%} of the images are blank"
    if np.ptp(x) < 2 * CONTRAST:
        return f"the images have little contrast: they use {np.ptp(x) / 2:.1%} of the pixel range"
    if evidence := _see_noise(x[~blank]):
        return evidence
    border = np.concatenate([x[:, 0], x[:, -1], x[:, :, 0], x[:, :, -1]], axis=1)
    if np.median(border) > (x.min() + x.max()) / 2:
        return (
            "the background is bright: the median border pixel is in the upper half of the pixel "
            "range"
        )
    return _see_empty_half(x - x.min())


def _see_noise(x):
    centred = x - x.mean(axis=(1, 2), keepdims=True)
    together = (centred[:, :, 1:] * centred[:, :, :-1]).mean(axis=(1, 2))
    related = together / centred.var(axis=(1, 2))
    if np.mean(related < SMOOTH) > MANY:
        return (
            f"{np.mean(related < SMOOTH):.0%} of the images are noise: neighbouring pixels "
            f"correlate at {np.median(related):.2f} (handwriting: 0.7 to 0.9)"
        )
    return None


def _see_empty_half(ink):
    halves = {
        "left": ink[:, :, :14],
        "right": ink[:, :, 14:],
        "top": ink[:, :14],
        "bottom": ink[:, 14:],
    }
    for name, half in halves.items():
        if half.sum() < EMPTY * ink.sum():
            return f"the {name} half of the images is blank"
    return None
