"""What ails a run, in plain words: `examine` names the illness, its cause and what to try.

The doctor sees what you have: the two networks, the losses, the samples, the data. It measures
those, takes a few training steps on trial (`trial`) and puts everything back. It looks in rounds,
`ROUNDS`, and stops after the first in which it finds something, for the rest would follow from it:
are the numbers and the data sound; does a step do what it should; is what comes out good.

Not to be seen from the outside, and so not among the illnesses: whether a run would get better
with another architecture, and whether z was drawn badly in training by a loop that has no
`draw_z`, for nothing of it is left once the step is done.
"""

from functools import cached_property

import keras
import numpy as np
from keras import layers

from course_lib import pen
from course_lib.data.datasets import Dataset
from course_lib.data.pixels import scale_pixels
from course_lib.judging import metrics
from course_lib.judging.doctor import trial
from course_lib.judging.doctor.illnesses import ILLNESSES, Finding


class Case:
    """What there is to see of one run, each look taken once and only if asked for."""

    def __init__(self, gan, history, images, samples=None, yardstick=None):
        self.gan = gan
        self.dataset = images if isinstance(images, Dataset) else None
        self.images = np.asarray(images.images if self.dataset else images)
        history = getattr(history, "history", history)
        self.history = {name: np.asarray(values, float) for name, values in history.items()}
        self.samples = self.own if samples is None else np.asarray(samples)
        self._yardstick = yardstick

    @cached_property
    def real(self):
        """Some real images as the networks meet them, float32."""
        order = np.random.default_rng(1).permutation(len(self.images))[:500]
        return np.asarray(scale_pixels(self.images[order]))

    @cached_property
    def own(self):
        """Images that the doctor draws with z as it should be: standard normal."""
        return self.draw(1000, seed=2)

    def draw(self, n, seed, scale=1.0):
        """n images of the run's generator with z of this deviation."""
        z = np.random.default_rng(seed).standard_normal((n, self.gan.generator.input_shape[-1]))
        z = (scale * z).astype("float32")
        sample = getattr(self.gan, "sample", None)
        return np.asarray(sample(z) if sample else self.gan.generator(z, training=False))

    @cached_property
    def trial(self):
        return trial.try_steps(self.gan, self.images)

    @cached_property
    def scores(self):
        """D's logits of real images and of the generator's own: two arrays."""
        discriminator = self.gan.discriminator
        return [np.ravel(discriminator(x, training=False)) for x in (self.real, self.own)]

    @cached_property
    def d_is_deaf(self):
        """Whether D answers the same to real images, to fakes and to noise."""
        noise = np.random.default_rng(4).uniform(-1, 1, (100, 28, 28, 1)).astype("float32")
        logits = np.concatenate([*self.scores, np.ravel(self.gan.discriminator(noise))])
        return bool(np.ptp(logits) < 1e-5)

    @cached_property
    def yardstick(self):
        """None without a `Dataset`: then nothing is known of classes."""
        if self._yardstick is None and self.dataset is not None:
            self._yardstick = metrics.Yardstick(self.dataset)
        return self._yardstick

    @cached_property
    def report(self):
        return self.yardstick.report(self.samples) if self.yardstick else None

    @cached_property
    def steps(self):
        """How many steps were taken, by the history or by the optimizers' own count."""
        told = max(map(len, self.history.values()), default=0)
        if len(self.history.get("step", ())):
            told = int(self.history["step"].max())
        counts = [int(optimizer.iterations) for optimizer in trial.optimizers(self.gan)]
        return max(told, min((count for count in counts if count > 0), default=0))


# --- First: are the numbers and the data sound? --------------------------------------------------
# Each look below takes a `Case` and returns what was seen, as text, or None.


def see_non_finite(case):
    """Logs, weights and samples: is any of them nan or inf, and since when?"""
    for name, values in case.history.items():
        if not np.isfinite(values).all():
            first = int(np.argmin(np.isfinite(values)))
            step = case.history["step"][first] if "step" in case.history else first + 1
            return f"{name} is {values[first]} from step {step:.0f} on"
    for network in (case.gan.discriminator, case.gan.generator):
        for weight in network.weights:
            if not np.isfinite(np.array(weight)).all():
                return f"the weight {weight.path} of the {network.name} holds nan or inf"
    if not np.isfinite(case.samples).all():
        return "the samples hold nan or inf"
    return None


def see_bad_dataset(case):
    """The data alone: ink, classes, and which way up the images are."""
    real = case.real
    border = np.concatenate([real[:, 0], real[:, -1], real[:, :, 0], real[:, :, -1]], axis=1)
    low, high = real.min(), real.max()
    if np.median(border) > (low + high) / 2:
        return "the paper is bright: the border's median pixel is in the upper half of the range"
    if case.dataset is None:
        return None
    counts = np.bincount(case.dataset.labels, minlength=len(case.dataset.class_names))
    names = case.dataset.class_names
    if (counts > 0).sum() == 1:
        return f"all {len(case.dataset):,} images are of one class, {names[counts.argmax()]!r}"
    rarest = counts.argmin()
    if counts[rarest] < 0.1 * counts.mean():
        return f"{names[rarest]!r} has {counts[rarest]:,} images, an even share is {counts.mean():,.0f}"
    return see_turned(case.dataset)


TURNS = {  # of images [N, 28, 28]
    "upright": lambda x: x,
    "upside down": lambda x: x[:, ::-1, ::-1],
    "mirrored": lambda x: x[:, :, ::-1],
    "mirrored top to bottom": lambda x: x[:, ::-1],
    "transposed": lambda x: x.transpose(0, 2, 1),
    "turned by 90 degrees": lambda x: np.rot90(x, 1, (1, 2)),
    "turned by 270 degrees": lambda x: np.rot90(x, 3, (1, 2)),
    "transposed and upside down": lambda x: np.rot90(x, 2, (1, 2)).transpose(0, 2, 1),
}


def see_turned(dataset):
    """Compare each class's mean with the pen's: which turn of the images fits best?"""
    names = [name for name in dataset.class_names if name in pen.CHARACTERS]
    if len(names) < 5:  # 0, 1 and 8 look the same upside down
        return None
    drawn = pen.draw("".join(name * 40 for name in names), rng=0).reshape(len(names), 40, 28, 28)
    wanted = np.stack([_mean_picture(images) for images in drawn])
    groups = [dataset.images[dataset.labels == dataset.class_names.index(n)][:200] for n in names]
    fits = {}
    for turn, apply in TURNS.items():
        found = np.stack([_mean_picture(apply(group[..., 0])) for group in groups])
        fits[turn] = float((found * wanted).sum(axis=1).mean())
    best = max(fits, key=fits.get)
    if fits[best] < fits["upright"] + 0.05:
        return None
    return f"the images look {best}: so they fit drawn characters by {fits[best]:.2f}, upright by {fits['upright']:.2f}"


def _mean_picture(images):
    """The mean of images as a vector [784] without its mean, of length 1."""
    mean = images.mean(axis=0).ravel()
    mean = mean - mean.mean()
    return mean / (np.linalg.norm(mean) + 1e-9)


ENDS = {  # of an activation: (lowest, highest) output
    "tanh": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "relu": (0.0, np.inf),
}
SHAPES = (layers.Reshape, layers.Flatten, layers.Permute, layers.Cropping2D)


def last_activation(network):
    """The name of the activation that a network ends in, None where it ends in something else."""
    for layer in reversed(network.layers):
        if not isinstance(layer, SHAPES):
            break
    if isinstance(layer, keras.Model):
        return last_activation(layer)
    return getattr(getattr(layer, "activation", None), "__name__", None)


def see_pixel_range(case):
    """The ends of the real pixels, of the generator's and of the samples': the same?"""
    real = case.real.min(), case.real.max()
    ends = f"real pixels run from {real[0]:.1f} to {real[1]:.1f}, the generator "
    if (end := last_activation(case.gan.generator)) in ENDS:
        low, high = ENDS[end]
        if abs(low - real[0]) > 0.5 or 0.5 < abs(high - real[1]) < np.inf:
            return f"{ends}ends in {end}, from {low:.0f} to {high:.0f}"
    elif case.own.max() - case.own.min() > 0.2:  # else it cannot reach for anything
        far = case.draw(100, seed=3, scale=20.0)
        reach = min(far.min(), case.own.min()), max(far.max(), case.own.max())
        if abs(reach[0] - real[0]) > 0.5 or abs(reach[1] - real[1]) > 0.5:
            return f"{ends}reaches from {reach[0]:.1f} to {reach[1]:.1f}"
    shown, own = case.samples, case.own
    if abs(shown.min() - own.min()) > 0.5 or abs(shown.max() - own.max()) > 0.5:
        return (
            f"the samples run from {shown.min():.1f} to {shown.max():.1f}, the generator's own "
            f"images from {own.min():.1f} to {own.max():.1f}"
        )
    return None


# --- Second: does a step do what it should? ------------------------------------------------------


def see_frozen_discriminator(case):
    """Did trial steps move D?"""
    if case.trial.d_moved == 0 and not case.d_is_deaf:
        return "training steps on trial changed no weight of D (largest change 0.0)"
    return None


def see_frozen_generator(case):
    """Did trial steps move G?"""
    if case.trial.g_moved == 0:
        return "training steps on trial changed no weight of G (largest change 0.0)"
    return None


def sigmoid(logits):
    """Logits as scores from 0 to 1, an array of the same shape."""
    return 1 / (1 + np.exp(-np.clip(logits, -80, 80)))


def ranked_right(real_logits, fake_logits):
    """The share of pairs in which D puts the real image above the fake one; 0.5 is guessing."""
    above = real_logits[:, None] - fake_logits
    return float(np.mean(above > 0) + np.mean(above == 0) / 2)


DOWNHILL = -10  # deviations per step of the weights' whole length; healthy runs: 2 to 200


def see_swapped_labels(case):
    """Do the steps of D and of G lead where they should?"""
    real, fake = (sigmoid(logits).mean() for logits in case.scores)
    if real < 0.25 and fake > 0.85:
        return (
            f"D gives real images {real:.2f} and fakes {fake:.2f} on average, the wrong way round"
        )
    if spread(case.own) < 0.01 * spread(case.real):  # gains are told in units of that
        return None
    if case.trial.d_gain < -0.2:  # swapped: about -0.5, sound: -0.05 and above
        return (
            "D's own steps bring its logits of real images nearer to those of fakes, or below "
            f"({case.trial.d_gain:.2f} deviations a step)"
        )
    d_learns = case.trial.d_gain > 0.1 or case.trial.d_rate == 0  # else G has no one to trust
    if d_learns and case.trial.g_gain < DOWNHILL * case.trial.g_rate:
        return f"G's own steps lower the score of its images ({case.trial.g_gain:.2g} deviations a step)"
    return None


ADAM_TOO_HIGH, ADAM_TOO_LOW = 0.01, 1e-5  # ten times what a GAN usually bears, a tenth
STEP_TOO_LONG, STEP_TOO_SHORT = 0.25, 1e-5  # of the weights' length; healthy runs: 0.001 to 0.1


def see_high_rate(case):
    """Adam's rate, the length of a step, the size of the weights: too large?"""
    for optimizer in trial.optimizers(case.gan):
        rate = float(optimizer.learning_rate)
        if hasattr(optimizer, "beta_1") and rate > ADAM_TOO_HIGH:
            return f"an Adam has the learning rate {rate:g}"
    rates = {"D": case.trial.d_rate, "G": case.trial.g_rate}
    side = max(rates, key=rates.get)
    if rates[side] > STEP_TOO_LONG:
        return f"one step moves {side} by {rates[side]:.0%} of its weights' length"
    for network in (case.gan.discriminator, case.gan.generator):
        size = weight_size(network)
        if size > 10:
            return f"the weights of the {network.name} are {size:.0f} times as large as at a usual start"
    return None


def weight_size(network):
    """The largest root mean square of a kernel, in units of Glorot's initial one."""
    sizes = [0.0]
    for weight in network.trainable_weights:
        if len(weight.shape) > 1:
            fan = np.prod(weight.shape[:-2]) * (weight.shape[-1] + weight.shape[-2])
            sizes.append(np.sqrt(np.square(np.array(weight)).mean() * fan / 2))
    return float(max(sizes))


def see_low_rate(case):
    """The length of a step: too small, and by the rate alone?"""
    rates = {"D": case.trial.d_rate, "G": case.trial.g_rate}
    side = min(rates, key=lambda side: rates[side] or np.inf)  # 0 is a matter of its own
    adams = [o for o in trial.optimizers(case.gan) if hasattr(o, "beta_1")]
    if adams and min(float(adam.learning_rate) for adam in adams) > ADAM_TOO_LOW:
        return None  # then it is the gradient that is short
    if 0 < rates[side] < STEP_TOO_SHORT and not case.d_is_deaf:
        return f"one step moves {side} by {rates[side]:.1g} of its weights' length"
    return None


def see_batch_norm_mixing(case):
    """Does D's batch normalisation see real images apart from fakes?"""
    probe = np.full((32, 28, 28, 1), 255 if case.images.dtype == np.uint8 else 1, case.images.dtype)
    share = trial.batch_statistics(case.gan, probe)
    if share is not None and share < 0.75:
        return f"real images make up {share:.0%} of what D's batch normalisation takes for real"
    return None


def see_latent_mismatch(case):
    """Is z in training, and behind the samples, standard normal and new each time?"""
    draw_z = getattr(case.gan, "draw_z", None)
    if draw_z is not None:
        with trial.put_back(case.gan):
            first, second = np.asarray(draw_z(256)), np.asarray(draw_z(256))
        if np.array_equal(first, second) or len(np.unique(first, axis=0)) < 256:
            return (
                "the z of training does not vary: two batches of it are the same, or its rows are"
            )
        if abs(first.mean()) > 0.1 or abs(first.std() - 1) > 0.1:
            return (
                f"the z of training has mean {first.mean():.2f} and deviation {first.std():.2f}, "
                "a standard normal 0 and 1"
            )
    difference = pooled_difference(case.own, case.samples)
    if difference > UNLIKE:
        return (
            "the samples are unlike what the generator makes of standard normal z: they differ by "
            f"{difference:.0f} standard errors"
        )
    if spread(case.own) < 0.1 * spread(case.real):  # then there is little to compare
        return None
    ratio = spread(case.samples) / spread(case.own)
    if not 0.8 < ratio < 1.25:
        return (
            f"the samples differ among each other {ratio:.2f} times as much as what the generator "
            "makes of standard normal z"
        )
    return None


UNLIKE = 10  # standard errors; images of the same generator stay below 3


def pooled_difference(a, b):
    """Kernel distance of images a and b as 7×7 maps, in its standard errors."""
    a, b = (
        np.asarray(x, float).reshape(len(x), 7, 4, 7, 4).mean(axis=(2, 4)).reshape(-1, 49)
        for x in (a, b)
    )
    distance, error = metrics.kernel_distance(a, b)
    return distance / max(error, 1e-3)


# --- Third: is what comes out good? --------------------------------------------------------------


def spread(images):
    """How much images [N, 28, 28, 1] differ: the mean over pixels of the deviation over N."""
    return float(np.asarray(images).std(axis=0).mean())


def see_constant_output(case):
    """Are all samples one plain picture?"""
    if spread(case.samples) > 0.1 * spread(case.real):
        return None
    contrast, usual = case.samples.mean(axis=0).std(), case.real[0].std()
    if contrast < 0.3 * usual:
        return f"all samples are one plain picture: they differ by {spread(case.samples):.3f}, real ones by {spread(case.real):.2f}"
    return None


def see_blind_discriminator(case):
    """Does D tell real images from fakes that are plainly unlike them?"""
    if case.d_is_deaf:
        return "D gives one and the same answer to real images, to fakes and to noise"
    if case.report and case.report.precision > 0.3:  # G has learned, so it was told something
        return None
    real, fake = case.scores
    told_apart = ranked_right(real, fake)
    if told_apart < 0.7 and pooled_difference(case.real, case.own) > UNLIKE:
        return f"D ranks a real image above a fake one in {told_apart:.0%} of pairs, where 50% is guessing and the images are plainly unlike"
    return None


SURE = 0.01  # the median score of fakes; runs stopped early stay above 0.02


def see_saturated_discriminator(case):
    """Does D rank all pairs right, and give nearly all fakes a score of 0?"""
    right, fake = ranked_right(*case.scores), np.median(sigmoid(case.scores[1]))
    if right > 0.99 and fake < SURE:
        return (
            f"D ranks a real image above a fake one in {right:.1%} of pairs, and gives "
            f"the median fake a score of {fake:.4f}"
        )
    return None


EARLY = 200  # steps: what is missing before that may yet come


def see_mode_collapse(case):
    """Are characters missing among the samples, or all alike?"""
    if spread(case.samples) <= 0.1 * spread(case.real):
        return "all samples are about the same character"
    if case.report is None or case.report.precision < 0.2 or 0 < case.steps < EARLY:
        return None
    missing = case.report.missing()
    n = len(case.report.class_counts)
    if len(missing) > 0.15 * n:
        kept = n - len(missing)
        return f"{kept} of {n} classes are written; missing or rare: {' '.join(missing)}"
    if case.report.diversity < 0.4 * case.report.real.diversity:
        return f"two samples of a class differ by {case.report.diversity:.1f} on average, two real ones by {case.report.real.diversity:.1f}"
    return None


def see_copying(case):
    """Are samples copies of training images?"""
    some = case.samples[: metrics.COPY_SAMPLE]
    share = metrics.find_copies(case.images, some).mean()
    if share > 0.2:
        return f"{share:.0%} of the samples are copies of a training image"
    return None


def see_undertrained(case):
    """Do the samples lie near too few of the real images yet, and how much longer?"""
    if case.report is None:
        return None
    near, wanted = case.report.coverage, case.report.real.coverage
    if near > 0.2 * wanted:
        return None
    seen = f"samples lie near {near:.0%} of the real images, other real ones near {wanted:.0%}"
    if not case.steps:
        return seen
    factor = 0.5 * wanted / max(near, 0.05 * wanted) - 1  # as if each step added as much
    return f"{seen}; at the pace of its {case.steps:,} steps, half of that takes some {float(f'{case.steps * factor:.1g}'):,.0f} more"


ROUNDS = (
    {"non-finite": see_non_finite, "bad-dataset": see_bad_dataset},
    {"copying": see_copying},
    {"learning-rate-too-high": see_high_rate},
    {"pixel-range-mismatch": see_pixel_range},
    {"frozen-discriminator": see_frozen_discriminator},
    {"batch-norm-mixing": see_batch_norm_mixing},
    {"learning-rate-too-low": see_low_rate},
    {"swapped-labels": see_swapped_labels},
    {"constant-output": see_constant_output, "blind-discriminator": see_blind_discriminator},
    {
        "frozen-generator": see_frozen_generator,
        "latent-mismatch": see_latent_mismatch,
    },
    {"mode-collapse": see_mode_collapse, "saturated-discriminator": see_saturated_discriminator},
    {"undertrained": see_undertrained},
)


def examine(gan, history, images, samples=None, yardstick=None):
    """What ails a run: a list of `Finding`, the likeliest first; empty if it is healthy.

    `gan`: anything with `generator`, `discriminator` and `train_on_batch(images)`, such as
    `gan.GAN` or `combined.CombinedGAN`. `history`: a `callbacks.History` or a dict of lists.
    `images`: the `Dataset` it was trained on, or an array as handed to it (then nothing is said
    on classes). `samples`: its images as you draw them, 200 or more; drawn here if not given.
    `yardstick`: a `metrics.Yardstick` of the data set, made here if not given. A few training
    steps are taken, and everything is put back. Prints what it found.
    """
    case = Case(gan, history, images, samples, yardstick)
    findings = []
    for checks in ROUNDS:
        for illness, see in checks.items():
            if evidence := see(case):
                findings.append(Finding(illness, evidence, *ILLNESSES[illness]))
        if findings:
            break
    print(explain(findings))
    return findings


def explain(findings):
    """The findings as text, to read."""
    if not findings:
        return "The doctor found nothing: this run is healthy."
    return "The doctor found:\n" + "\n".join(f"{n}. {f}" for n, f in enumerate(findings, 1))
