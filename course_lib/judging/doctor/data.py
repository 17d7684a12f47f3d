"""The illnesses checked first: are the numbers, the data and the samples what they should be?"""

import numpy as np

from course_lib.judging import metrics
from course_lib.judging.doctor.illness import Illness
from course_lib.judging.doctor.orientation import see_turned


class NonFinite(Illness):
    """A log, a weight or a sample is nan or infinite."""

    name = "non-finite"
    cause = (
        "A number grew beyond what a float can hold: the learning rate is far too high, or a loss "
        "of your own divides by 0 or takes the logarithm of 0."
    )
    fix = (
        "Go back to the last good weights and train on with a tenth of the learning rate. In a "
        "loss of your own, work with logits (softplus), never with the logarithm of a sigmoid."
    )
    lesson = "04"

    def look(self, case) -> str | None:
        """Look at the logs, then at the weights, then at the samples."""
        for name, values in case.history.items():
            if not np.isfinite(values).all():
                first = int(np.argmin(np.isfinite(values)))
                step = case.history["step"][first] if "step" in case.history else first + 1
                return f"{name} is {values[first]} from step {step:.0f} on"
        for network in case.networks:
            for weight in network.weights:
                if not np.isfinite(np.array(weight)).all():
                    return f"the weight {weight.path} of the {network.name} contains nan or inf"
        return None if np.isfinite(case.samples).all() else "the samples contain nan or inf"


class BadDataset(Illness):
    """The images are inverted, turned or mirrored, or a class is missing or rare."""

    name = "bad-dataset"
    cause = (
        "A generator learns whatever it is shown, even if that is turned, inverted or unbalanced."
    )
    fix = "Look at twenty images with their labels before every training."
    lesson = "01"

    RARE = 0.1  # of the mean class size; of ten classes, most batches of 32 then lack this one

    def look(self, case) -> str | None:
        """Look at the background, at the size of the classes, and at which way up images are."""
        if evidence := self._bright_background(case.real):
            return evidence
        if case.dataset is None:
            return None
        return self._unbalanced(case.dataset) or see_turned(case.dataset)

    def _bright_background(self, real):
        border = np.concatenate([real[:, 0], real[:, -1], real[:, :, 0], real[:, :, -1]], axis=1)
        if np.median(border) > (real.min() + real.max()) / 2:
            return (
                "the background is bright: the median border pixel is in the upper half of the "
                "pixel range"
            )
        return None

    def _unbalanced(self, dataset):
        names = dataset.class_names
        counts = np.bincount(dataset.labels, minlength=len(names))
        if (counts > 0).sum() == 1:
            return f"all {len(dataset):,} images belong to one class, {names[counts.argmax()]!r}"
        rarest = counts.argmin()
        if counts[rarest] < self.RARE * counts.mean():
            return (
                f"the class {names[rarest]!r} has {counts[rarest]:,} images, but the classes have "
                f"{counts.mean():,.0f} on average"
            )
        return None


class Copying(Illness):
    """Samples are copies of training images."""

    name = "copying"
    cause = (
        "The samples are training images: the network is large enough to memorise so few of them, "
        "or the samples were taken from the wrong variable."
    )
    fix = (
        "Check where the samples come from. If they are right, use more data or a smaller network."
    )
    lesson = "06"

    MOST = 0.2  # of the samples; 1 to 2% of real characters count as copies

    def look(self, case) -> str | None:
        """Look for copies of training images among the first 500 samples."""
        some = case.samples[: metrics.COPY_SAMPLE]
        fraction = metrics.find_copies(case.images, some).mean()
        if fraction > self.MOST:
            return f"{fraction:.0%} of the samples are copies of training images"
        return None
