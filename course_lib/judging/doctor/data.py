"""The illnesses checked first: are the numbers and the samples what they should be?"""

import numpy as np

from course_lib.judging import metrics
from course_lib.judging.doctor.illness import Illness


class NonFinite(Illness):
    """A log, a weight, a sample or a real image is nan or infinite."""

    name = "non-finite"
    cause = (
        "A number grew beyond what a float can hold: the learning rate is far too high, or a loss "
        "of your own divides by 0 or takes the logarithm of 0. One such pixel in the data is "
        "enough, too."
    )
    fix = (
        "Go back to the last good weights and train on with a tenth of the learning rate. In a "
        "loss of your own, work with logits (softplus), never with the logarithm of a sigmoid."
    )
    lesson = "04"

    def look(self, case) -> str | None:
        """Look at the logs, then at the weights, at the samples and at the data."""
        for name, values in case.history.items():
            if not np.isfinite(values).all():
                first = int(np.argmin(np.isfinite(values)))
                steps = case.history.get("step", ())
                step = steps[first] if first < len(steps) else first + 1
                return f"{name} is {values[first]} from step {step:.0f} on"
        for network in case.networks:
            for weight in network.weights:
                if not np.isfinite(np.array(weight)).all():
                    return f"the weight {weight.path} of the {network.name} contains nan or inf"
        if not np.isfinite(case.samples).all():
            return "the samples contain nan or inf"
        bad = ~np.isfinite(case.images).reshape(len(case.images), -1).all(axis=1)
        return f"the real image {bad.argmax()} contains nan or inf" if bad.any() else None


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
        some = np.clip(case.samples[: metrics.COPY_SAMPLE], -1, 1)
        try:
            fraction = metrics.find_copies(case.all_images, some).mean()
        except ValueError:  # their pixels are on another scale, which `PixelRange` reports
            return None
        if fraction > self.MOST:
            return f"{fraction:.0%} of the samples are copies of training images"
        return None
