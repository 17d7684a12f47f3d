"""The illnesses checked last: are the generator and its samples any good?

The thresholds were set on the clinic's tuning runs, whose recipes and seeds have no part in its
score (`python benchmarks/clinic --tuning`).
"""

import numpy as np

from course_lib.judging.doctor.illness import Illness, NotExaminedError
from course_lib.judging.doctor.measures import (
    ALL_ALIKE,
    SHARP,
    UNLIKE,
    contrast,
    distance_to_nearest,
    fraction_ranked_right,
    pooled_difference,
    show_one_picture,
    sigmoid,
    spread,
)
from course_lib.judging.doctor.steps import stands_still

REPEATED = 0.35  # of the distance among real images; collapsed: up to 0.22, healthy: from 0.7


def repeat_each_other(case) -> str | None:
    """Return evidence that clear samples are nearly equal, which needs no classes, or None."""
    n = min(len(case.samples), len(case.real))
    samples, real = case.samples[:n], case.real[:n]
    near = distance_to_nearest(samples) / distance_to_nearest(real)
    if near < REPEATED and contrast(samples) > SHARP * contrast(real):
        return (
            "the samples repeat each other: the nearest other sample is "
            f"{near:.0%} as far away as among real images"
        )
    return None


PRECISE = 0.85  # of the samples, among real images; runs that are still learning stay below


def collapsed_without_labels(case) -> str | None:
    """Return evidence for a collapse where no class is known, or None."""
    if evidence := repeat_each_other(case):
        return evidence
    samples, usual = case.among_real
    if case.covers_little and samples.precision > PRECISE:
        return (
            f"{samples.precision:.0%} of the samples look like real images, but they lie near "
            f"only {samples.coverage:.0%} of these (other real images: near {usual:.0%})"
        )
    return None


class ConstantOutput(Illness):
    """All samples are one plain picture, whatever z is."""

    name = "constant-output"
    cause = (
        "The generator paints the same plain picture for every z: its last layer is saturated or "
        "a hidden layer is dead."
    )
    fix = (
        "Start again with a smaller learning rate, with batch normalisation and LeakyReLU in the "
        "generator."
    )
    lesson = "03"

    EARLY = 1_000  # steps: before that, images may vary little because the weights are still small
    FEW = 100  # steps: before that, images that vary at all aren't called constant
    AT_ALL = 0.01  # of the spread of real images
    PLAIN = 0.3  # of the contrast of a real image; samples of one and the same character have more

    def look(self, case) -> str | None:
        """Look at how much the samples vary, and at the contrast of their mean."""
        varied, usual = spread(case.samples), spread(case.real)
        if varied > ALL_ALIKE * usual or (case.is_before(self.EARLY) and case.answers_to_z):
            return None
        if varied > self.AT_ALL * usual and case.is_before(self.FEW):
            return None
        if case.samples.mean(axis=0).std() < self.PLAIN * case.real[0].std():
            return (
                f"all samples are the same plain picture: their pixels vary by {varied:.3f}, "
                f"those of real images by {usual:.2f}"
            )
        return None


class BlindDiscriminator(Illness):
    """D can't tell real images from fakes that are clearly different."""

    name = "blind-discriminator"
    cause = (
        "D says nothing about its images that G could learn from: it is too weak or dead, or its "
        "input isn't what you think it is."
    )
    fix = (
        "Look at a batch right before it enters D. Then train D alone to tell real images from "
        "noise."
    )
    lesson = "02"

    LEARNED = 0.3  # a precision that G can reach only if D gives it useful gradients
    LEAST = 0.7  # of the pairs; a guess is right in half of them
    GUESS = 0.1  # of the pairs, around one half, in training mode
    EARLY = 200  # steps: a D with fewer may still learn
    D_LEARNS = 0.4  # deviations that a step of D adds to the gap between real images and fakes

    def look(self, case) -> str | None:
        """Look at whether D ranks real images above fakes, where the two clearly differ."""
        if case.d_is_constant:
            return "D gives the same answer to real images, to fakes and to noise"
        if case.precision > self.LEARNED:
            return None
        right = fraction_ranked_right(*case.logits)
        in_training = fraction_ranked_right(*case.training_logits)
        guesses = abs(in_training - 0.5) < self.GUESS
        differ = pooled_difference(case.real, case.own) > UNLIKE
        if (right < self.LEAST or guesses) and differ and not self._learns(case):
            right, mode = (in_training, " in training mode") if guesses else (right, "")
            return (
                f"D ranks a real image above a fake one in {right:.0%} of the pairs{mode} "
                "(guessing: 50%), although the two clearly differ"
            )
        return None

    def _learns(self, case):
        """Whether D learns, but hasn't had the time yet, or is behind a collapsed G."""
        try:
            if case.is_before(self.EARLY):
                return case.later.ranked_right > self.LEAST
            gain = -case.trial.d_gain if case.fakes_are_one else case.trial.d_gain
            return gain > self.D_LEARNS and repeat_each_other(case) is not None
        except NotExaminedError:  # without a step, what D says now must do
            return False


class FrozenGenerator(Illness):
    """Training steps don't move G."""

    name = "frozen-generator"
    cause = (
        "No gradient reaches the generator: it is frozen, its variables aren't the ones that its "
        "optimizer gets, or its images pass through NumPy on their way to D. Another possible "
        "cause is a learning rate of 0, or a schedule that lets it fade."
    )
    fix = "Give G's optimizer generator.trainable_variables, and call G and D inside one tape."
    lesson = "04"

    def look(self, case) -> str | None:
        """Look at whether trial steps moved G."""
        if case.trial.g_moved == 0:
            return stands_still(case, "G")
        return None


class ModeCollapse(Illness):
    """G writes only some of the characters, or always the same one."""

    name = "mode-collapse"
    cause = (
        "G has found something that D accepts and writes nothing else; D chases it from class to "
        "class."
    )
    fix = "Try smaller learning rates, beta_1 of 0 or 0.5, a larger batch, or a stronger D."
    lesson = "06"

    READABLE = 0.2  # a precision below which the classes of samples mean nothing
    FEW = 100  # steps; before that, samples that vary at all may come to vary more
    EARLY = 200  # steps; classes missing before that may still come
    LATE = 5000  # steps; classes missing after that no longer come
    COVERED = 0.2  # of the coverage of other real images, within the classes that are written
    NEVER = 0.004  # of the readable samples, for each missing class; misreadings stay below
    BLURRED = 1000  # steps, until which blurred samples may be read as one class
    ONE_CLASS = 0.8  # of the readable samples
    MISSING = 0.15  # of the classes: two of ten
    DIVERSITY = 0.4  # of the diversity within a class of real images

    def look(self, case) -> str | None:
        """Look for missing classes, and for classes whose samples are all alike."""
        early = case.is_before(self.EARLY)
        if show_one_picture(case.samples, case.real):
            vary = spread(case.samples) > ConstantOutput.AT_ALL * spread(case.real)
            is_new = vary and case.is_before(self.FEW)
            may_still_come = is_new or (early and case.answers_to_z)
            return None if may_still_come else "all samples show about the same character"
        report = case.report
        if report is None:
            return None if early else collapsed_without_labels(case)
        if report.precision < self.READABLE or early:
            return None
        n, missing = len(report.class_counts), report.missing()
        if len(missing) > self.MISSING * n and not self._may_still_come(case, missing):
            return (
                f"{n - len(missing)} of {n} classes are written; missing or rare: "
                f"{' '.join(missing)}"
            )
        if report.diversity < self.DIVERSITY * report.real.diversity:
            return (
                f"two samples of a class are {report.diversity:.1f} apart on average, two real "
                f"images {report.real.diversity:.1f}"
            )
        return None

    def _may_still_come(self, case, missing):
        """Whether a G that covers so little seems to be on its way, rather than collapsed.

        While G learns, the rare classes appear now and then, and early on most blurred samples are
        read as one class; a collapsed G never writes what is missing.
        """
        counts = case.report.class_counts
        written = max(1 - len(missing) / len(counts), 0.1)
        if case.steps > self.LATE:
            return False
        if case.report.coverage / written > self.COVERED * case.report.real.coverage:
            return False
        total = max(sum(counts.values()), 1)
        blurred = case.is_before(self.BLURRED) and max(counts.values()) > self.ONE_CLASS * total
        seen = sum(counts[name] for name in missing) / len(missing) / total
        return blurred or seen > self.NEVER


class SaturatedDiscriminator(Illness):
    """D is so sure of itself that G learns nothing from it."""

    name = "saturated-discriminator"
    cause = "D is so sure of its answers that their slope is almost 0, and G gets no gradient."
    fix = "Give D a smaller learning rate or Dropout, give G a head start, or use the hinge loss."
    lesson = "04"

    RIGHT = 0.99  # of the pairs of a real image and a fake
    SCORE = 0.01  # of the median fake; runs that were only stopped early stay above 0.02
    EARLY = 50  # steps: before that, G has had no chance to answer

    def look(self, case) -> str | None:
        """Look at whether D ranks all pairs right and gives fakes a score of nearly 0."""
        if case.is_before(self.EARLY):
            return None
        right = fraction_ranked_right(*case.logits)
        score = np.median(sigmoid(case.logits[1]))
        if right > self.RIGHT and score < self.SCORE and not self._g_catches_up(case):
            return (
                f"D ranks a real image above a fake one in {right:.1%} of the pairs, and gives "
                f"the median fake a score of {score:.4f}"
            )
        return None

    def _g_catches_up(self, case):
        try:
            return case.g_catches_up
        except NotExaminedError:  # without a step, what D says now must do
            return False


class Undertrained(Illness):
    """The run was stopped too early."""

    name = "undertrained"
    cause = "Nothing is wrong except that training stopped too early: the images still improve."
    fix = "Continue training from where it stopped."
    lesson = "05"

    GOAL = 0.5  # of that coverage: the estimated steps are those needed to reach it
    FLOOR = 0.05  # of that coverage: from 0, infinitely many steps would be needed

    def look(self, case) -> str | None:
        """Look at the coverage, and estimate how many more steps it needs if it grows evenly."""
        if case.covers_little:
            alike = "" if case.report else "; without classes, a collapsed run would look the same"
            return self._evidence(case, *case.coverage) + alike
        if case.report is None:
            raise NotExaminedError(
                "whether classes are missing: the images came without labels; hand over both, as "
                "doctor.examine(gan, history, (images, labels)), or a Dataset, such as "
                "datasets.load_digits()"
            )
        return None

    def _evidence(self, case, near, real):
        seen = (
            f"the samples lie near {near:.0%} of the real images "
            f"(other real images: near {real:.0%})"
        )
        if case.is_untrained:
            return f"{seen}; no training step has been taken yet"
        if not case.steps:
            return seen
        more = case.steps * (self.GOAL * real / max(near, self.FLOOR * real) - 1)
        more = float(f"{more:.1g}")
        return (
            f"{seen}; at this pace, reaching half that coverage takes about {more:,.0f} more steps"
        )
