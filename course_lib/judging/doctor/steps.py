"""The illnesses checked second: does a training step do what it should?

Most of these show up in the trial steps of `Case.trial`.
"""

import keras
import numpy as np

from course_lib.judging.doctor.activations import RANGES
from course_lib.judging.doctor.illness import Illness, NotExaminedError
from course_lib.judging.doctor.measures import fraction_ranked_right, sigmoid, spread
from course_lib.judging.doctor.recording import batch_norm_fraction

NO_RATE = 1e-12  # a learning rate that moves no float32


def adam_rates(case) -> list[float]:
    """Return the learning rates of Adam, its variants and RMSprop, among a run's optimizers.

    These divide the gradient by its usual size, so the rate alone sets the length of a step.
    """
    return [float(o.learning_rate) for o in case.optimizers if hasattr(o, "beta_1") or _is_rms(o)]


def _is_rms(optimizer):
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    return isinstance(optimizer, keras.optimizers.RMSprop)


def stands_still(case, side) -> str:
    """Return the evidence for a network, "D" or "G", that no trial step moved."""
    seen = f"trial training steps changed no weight of {side} (largest change 0.0)"
    rates = [float(optimizer.learning_rate) for optimizer in case.optimizers]
    if rates and min(rates) < NO_RATE:
        return f"{seen}; a learning rate is {min(rates):.1g} now"
    return seen


class HighRate(Illness):
    """A learning rate is too high, or has already blown up the weights."""

    name = "learning-rate-too-high"
    cause = "Each step overshoots its target, and the next one overshoots in the other direction."
    fix = "Divide both learning rates by ten. For Adam in a GAN, 2e-4 is a good start."
    lesson = "04"

    ADAM = 0.01  # ten times what GANs usually cope with
    STEP = 0.25  # a step's length relative to the weights'; healthy runs: 0.001 to 0.1
    WEIGHTS = 10  # times Glorot's initial size; all healthy runs in CLINIC.md stay below

    def look(self, case) -> str | None:
        """Look at Adam's rates, at the length of a step, and at the size of the weights."""
        for rate in adam_rates(case):
            if rate > self.ADAM:
                return f"an optimizer, Adam or one like it, has the learning rate {rate:g}"
        rates = {"D": case.trial.d_rate, "G": case.trial.g_rate}
        side = max(rates, key=rates.get)
        if rates[side] > self.STEP:
            return f"one step moves {side} by {rates[side]:.0%} of the length of its weights"
        for network in case.networks:
            if (size := weight_size(network)) > self.WEIGHTS:
                return (
                    f"the weights of the {network.name} are {size:.0f} times as large as after "
                    "the usual initialisation"
                )
        return None


def weight_size(network) -> float:
    """Return the largest root mean square of a network's kernels, in units of Glorot's initial one.

    Glorot and Bengio 2010 start a kernel with the variance 2 / (fan in + fan out).
    """
    sizes = [0.0]
    for weight in network.trainable_weights:
        if len(weight.shape) > 1:
            fans = np.prod(weight.shape[:-2]) * (weight.shape[-1] + weight.shape[-2])
            sizes.append(np.sqrt(np.square(np.array(weight)).mean() * fans / 2))
    return float(max(sizes))


class PixelRange(Illness):
    """Real images and fakes, or fakes and samples, are on different scales."""

    name = "pixel-range-mismatch"
    cause = (
        "Real and fake images are on different scales, so D can tell them apart by the scale "
        "alone, and G can do nothing about it."
    )
    fix = (
        "Scale real images to [-1, 1] (images / 127.5 - 1, or pass uint8), and end the generator "
        "in tanh."
    )
    lesson = "03"

    GAP = 0.5  # between the ends of two ranges; [0, 1] and [-1, 1] differ by 1 at the lower end
    LEAST_RANGE = 0.2  # of the generator's pixels: nearly constant images don't show its reach
    FAR = 20.0  # standard deviation of z; it drives a generator to the ends of its range

    def look(self, case) -> str | None:
        """Compare the ends of the real pixels, of the generator's and of the samples'."""
        return self._generator(case) or self._samples(case)

    def _generator(self, case):
        low, high = case.native_real.min(), case.native_real.max()
        seen = f"real pixels run from {low:.1f} to {high:.1f}, but the generator"
        own, end = case.native_own, case.g_ends_in
        if end in RANGES:
            least, most = RANGES[end]
            if abs(least - low) > self.GAP or self.GAP < abs(most - high) < np.inf:
                return f"{seen} ends in {end}, which runs from {least:.0f} to {most:.0f}"
        elif np.ptp(own) > self.LEAST_RANGE:
            far = case.draw(100, seed=3, scale=self.FAR)
            least, most = min(far.min(), own.min()), max(far.max(), own.max())
            if abs(least - low) > self.GAP or abs(most - high) > self.GAP:
                return f"{seen} reaches from {least:.1f} to {most:.1f}"
        return None

    def _samples(self, case):
        samples, own = case.native_samples, case.native_own
        gaps = abs(samples.min() - own.min()), abs(samples.max() - own.max())
        if max(gaps) > self.GAP:
            return (
                f"the samples run from {samples.min():.1f} to {samples.max():.1f}, but the "
                f"generator's own images from {own.min():.1f} to {own.max():.1f}"
            )
        return None


class FrozenDiscriminator(Illness):
    """Training steps don't move D."""

    name = "frozen-discriminator"
    cause = (
        "On Keras 3, a model that is frozen when its training step is traced stays frozen. "
        "Another possible cause is a learning rate of 0, or a schedule that lets it fade."
    )
    fix = (
        "Set discriminator.trainable = True before each D step and False before each combined "
        "step, or use course_lib.gan."
    )
    lesson = "04"

    def look(self, case) -> str | None:
        """Look at whether trial steps moved D; a constant D is another illness."""
        if case.trial.d_moved == 0 and not case.d_is_constant:
            return stands_still(case, "D")
        return None


class BatchNormMixing(Illness):
    """D's batch normalisation sees real images and fakes in one batch."""

    name = "batch-norm-mixing"
    cause = (
        "Real images and fakes pass through D's batch normalisation in one batch. Its statistics "
        "depend on the mixture, and later D is asked about images of one kind alone."
    )
    fix = "Call D on real images and on fakes separately, or leave batch normalisation out of D."
    lesson = "05"

    LEAST = 0.75  # halfway between one mixed batch (0.5) and two separate ones (1.0)

    def look(self, case) -> str | None:
        """Take a step on all-white images and see how far they enter D's running mean."""
        fraction = batch_norm_fraction(case.run)
        if fraction is not None and fraction < self.LEAST:
            return (
                f"only {fraction:.0%} of the mean that D's batch normalisation computes for real "
                "images comes from them"
            )
        return None


class LowRate(Illness):
    """A learning rate is too low for anything to happen."""

    name = "learning-rate-too-low"
    cause = "The steps are so small that the networks stay about where they started."
    fix = "Multiply the learning rate by ten until the losses begin to move."
    lesson = "04"

    ADAM = 1e-5  # a tenth of the lowest rates usual for GANs
    STEP = 1e-5  # a step's length relative to the weights'; healthy runs: 0.001 to 0.1
    SHORT = 5e-4  # likewise, where nothing can be read after hundreds of steps
    ENOUGH = 200  # steps

    def look(self, case) -> str | None:
        """Look at the length of a step; with Adam, a short one counts only if its rate is low."""
        adams = adam_rates(case)
        if adams and min(adams) > self.ADAM:
            return None  # then the gradient is short, not the rate
        rates = {"D": case.trial.d_rate, "G": case.trial.g_rate}
        side = min(rates, key=lambda side: rates[side] or np.inf)  # 0: frozen, another illness
        slow = case.steps >= self.ENOUGH and not adams and case.covers_little
        if 0 < rates[side] < (self.SHORT if slow else self.STEP) and not case.d_is_constant:
            return f"one step moves {side} by {rates[side]:.1g} of the length of its weights"
        return None


class SwappedLabels(Illness):
    """D or G is trained towards the opposite of what it should do."""

    name = "swapped-labels"
    cause = (
        "A network is trained towards the opposite of its goal. In D's step the label 1 belongs "
        "to real images; in G's step it belongs to fakes."
    )
    fix = "Check the labels in both steps, and the signs in a loss of your own."
    lesson = "02"

    REAL_SCORE, FAKE_SCORE = 0.25, 0.85  # a D that is so wrong about both was trained to be wrong
    LEAST_SPREAD = 0.01  # of real images' spread; gains are measured in units of the fakes' spread
    D_GAIN = -0.2  # deviations a step; swapped labels: about -0.5, healthy runs: -0.05 and above
    D_LEARNS = 0.1  # deviations a step; G can only follow a D that learns,
    KNOWS = 0.9  # or one that ranks this fraction of pairs right already
    G_GAIN_SURE = -3  # likewise, if D knows real images; it is sure, so its logits move little
    G_GAIN = -10  # deviations, for a step as long as the weights; healthy runs: 2 to 200

    def look(self, case) -> str | None:
        """Look at D's scores, then at where the trial steps of D and of G lead."""
        if case.run.labels_are_guessed:
            raise NotExaminedError(
                "which labels the loop gives to real images and to fakes; hand over a function of "
                "one batch, made as in your loop: doctor.examine(gan, history, images, "
                "step=lambda batch: ...)"
            )
        if case.fakes_are_one:  # the other convention: both networks agree on it
            return None
        real, fake = (sigmoid(logits).mean() for logits in case.logits)
        if real < self.REAL_SCORE and fake > self.FAKE_SCORE and self._confirmed(case):
            return (
                f"D gives real images a mean score of {real:.2f} and fakes one of {fake:.2f}: "
                "the wrong way round"
            )
        if evidence := self._content(case):
            return evidence
        if spread(case.own) < self.LEAST_SPREAD * spread(case.real):
            return self._steps_of_new_g(case)
        return self._steps_of_d(case) or self._steps_of_g(case)

    def _steps_of_new_g(self, case):
        """Look where the steps of G lead from its start, if it has ended up in one plain picture.

        A G that is driven away from what D wants ends all white or black, where no gradient is.
        """
        new = case.trial_of_new_g
        if new.g_gain < self.G_GAIN * new.g_rate:
            return (
                "all samples are one plain picture, and in a G that starts anew, its own steps "
                f"lower the score that D gives its images ({new.g_gain:.2g} standard deviations a "
                "step)"
            )
        return None

    def _content(self, case):
        """Whether G stands still because its loss is low, although D finds all its fakes out."""
        right = fraction_ranked_right(*case.logits)
        if case.trial.g_moved > 0 or right < self.KNOWS or not case.g_is_content:
            return None
        return (
            f"G's loss is near 0 and G stands still, although D ranks a real image above a fake "
            f"one in {right:.0%} of the pairs: G's step rewards it for being found out"
        )

    def _confirmed(self, case):
        """Whether D ranks fakes above real images after more steps.

        A single step may lead there in a sound run too: labels of 0.9 lower a logit of 5.
        """
        return case.later.ranked_right < 0.5

    def _steps_of_d(self, case):
        gain = case.trial.d_gain
        if gain < self.D_GAIN and self._confirmed(case):
            return (
                "D's own steps move its logits of real images towards those of fakes, or below "
                f"them ({gain:.2f} standard deviations a step)"
            )
        return None

    def _steps_of_g(self, case):
        steps = case.trial
        d_knows = fraction_ranked_right(*case.logits) > self.KNOWS
        d_learns = steps.d_gain > self.D_LEARNS or steps.d_rate == 0
        least = self.G_GAIN_SURE if d_knows else self.G_GAIN
        if (d_learns or d_knows) and steps.g_gain < least * steps.g_rate:
            return (
                "G's own steps lower the score that D gives its images "
                f"({steps.g_gain:.2g} standard deviations a step)"
            )
        return None
