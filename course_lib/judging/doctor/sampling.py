"""The illnesses of how samples are drawn: as in training, or in another way?

The thresholds were set on the clinic's tuning runs, whose recipes and seeds have no part in its
score (`python benchmarks/clinic --tuning`).
"""

import keras
import numpy as np

from course_lib.judging.doctor.illness import Illness
from course_lib.judging.doctor.measures import (
    ALL_ALIKE,
    UNLIKE,
    Z_KINDS,
    is_of_kind,
    pooled_difference,
    spread,
)


class StaleBatchNorm(Illness):
    """G's batch normalisation draws other images for samples than in training."""

    name = "stale-batch-norm"
    cause = (
        "In training, batch normalisation uses the statistics of the batch; for samples, its "
        "running averages. These are still far from the batches': with a momentum of 0.999 they "
        "need thousands of steps, and weights that were saved without them start anew."
    )
    fix = (
        "Use BatchNormalization(momentum=0.8) or 0.9 in the generator, or train on, and save all "
        "weights, not only trainable_weights. Until then, generator(z, training=True) shows what G "
        "has learned."
    )
    lesson = "05"

    FAR = 0.45  # of the images' own variation; runs with a usual momentum stay below 0.3
    SLOW = 0.99  # Keras's own momentum: it needs some hundred steps, which is no illness
    EARLY = 200  # steps
    FOLLOWED = 10  # times 1 / (1 - momentum), in steps: by then the averages have followed
    IMAGES = 256

    def look(self, case) -> str | None:
        """Compare the images of the same z, drawn in training mode and in inference mode."""
        kind, layers = keras.layers.BatchNormalization, case.run.generator._flatten_layers()
        layers = [layer for layer in layers if isinstance(layer, kind)]
        momentum = max((layer.momentum for layer in layers), default=0)
        if not momentum:
            return None
        never_moved = all(_is_new(layer) for layer in layers) and not case.is_untrained
        is_early = momentum <= self.SLOW and case.is_before(self.EARLY)
        if not never_moved and (is_early or case.steps * (1 - momentum) > self.FOLLOWED):
            return None
        difference = min(self._difference(case, kind) for kind in Z_KINDS)
        if difference > self.FAR and not (never_moved and self._is_used_to_it(case)):
            why = f"the largest momentum is {momentum:g}"
            why = "the averages are still 0 and 1" if never_moved else why
            return (
                "the same z gives other images in training mode than in inference mode: they "
                f"differ by {difference:.0%} of how much images vary ({why})"
            )
        return None

    def _is_used_to_it(self, case):
        """Whether the images are no better in training mode, as if G was trained in inference mode.

        Then its averages never move, and nothing is wrong.
        """
        drawn, trained = (pooled_difference(case.real, x) for x in self._images(case, case.z_kind))
        return trained > drawn / 2

    def _images(self, case, z_kind):
        """Return the images of the same z in inference mode and in training mode."""
        run, labels = case.run, case.run.some_labels(self.IMAGES)
        z = run.draw_z(self.IMAGES, seed=8, kind=z_kind)
        with run.put_back():  # training mode moves the averages
            return [run.view(run.paint(z, labels, training=t)) for t in (False, True)]

    def _difference(self, case, z_kind):
        """Return how far apart the two are for one kind of z; the training may use any."""
        drawn, trained = self._images(case, z_kind)
        if spread(trained) < ALL_ALIKE * spread(case.real):
            return 0.0  # another illness
        varied = np.sqrt(np.square(trained - trained.mean(axis=0)).mean())
        return np.sqrt(np.square(trained - drawn).mean()) / varied


def _is_new(norm):
    """Whether the running averages of a batch normalisation are where they start."""
    return not np.any(np.array(norm.moving_mean)) and np.all(np.array(norm.moving_variance) == 1)


class LatentMismatch(Illness):
    """G is trained with z of one kind and sampled with z of another."""

    name = "latent-mismatch"
    cause = (
        "The generator is trained with one kind of z and sampled with another, and it only works "
        "well where it was trained."
    )
    fix = "Draw z the same way in training and for samples: a new standard normal batch each time."
    lesson = "03"

    LEAST_SPREAD = 0.1  # of that of real images: below this there is too little to compare
    RATIO = 0.8, 1.25  # allowed range of the samples' spread, over that of the generator's images

    def look(self, case) -> str | None:
        """Look at the z of the training, then compare the samples with images drawn here."""
        return self._training(case) or self._samples(case)

    def _training(self, case):
        if case.training_z is None:
            return None
        first, second = case.training_z[:2]
        if np.array_equal(first, second) or len(np.unique(first, axis=0)) < len(first):
            return "z does not vary in training: two batches are equal, or two rows of one batch"
        z = np.concatenate(case.training_z)
        if is_of_kind(z, "standard normal") or self._are_like_training(case):
            return None
        return (
            f"z in training has mean {z.mean():.2f} and standard deviation {z.std():.2f}, but the "
            "samples weren't drawn with such z; a standard normal has 0 and 1"
        )

    def _are_like_training(self, case):
        """Whether the samples look as if they were drawn with the z of the training."""
        if not case.were_given:  # the doctor draws the usual kinds as the training does
            return case.z_kind != "standard normal"
        z = np.concatenate(case.training_z)
        z = z[np.arange(len(case.samples)) % len(z)]
        images = case.run.view(case.run.paint(z, case.run.some_labels(len(z)), with_average=True))
        return pooled_difference(images, case.samples) < UNLIKE and self._vary_alike(case, images)

    def _vary_alike(self, case, images):
        """Whether the samples vary about as much as `images`, if these vary at all."""
        own = spread(images)
        few = own < self.LEAST_SPREAD * spread(case.real)
        return few or self.RATIO[0] < spread(case.samples) / own < self.RATIO[1]

    def _samples(self, case):
        if case.training_z and self._are_like_training(case):
            return None
        kind = f"what the generator makes from z that is {case.z_kind}"
        difference = pooled_difference(case.own, case.samples)
        if difference > UNLIKE:
            return f"the samples are unlike {kind}: they differ by {difference:.0f} standard errors"
        if case.training_z and not self._vary_alike(case, case.own):
            ratio = spread(case.samples) / spread(case.own)
            return f"the samples vary {ratio:.2f} times as much as {kind}"
        return None
