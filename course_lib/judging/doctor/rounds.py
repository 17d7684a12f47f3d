"""The order in which the doctor looks for illnesses, and `examine`, which goes through it."""

from course_lib.judging.doctor.case import Case
from course_lib.judging.doctor.data import BadDataset, Copying, NonFinite
from course_lib.judging.doctor.illness import Finding
from course_lib.judging.doctor.results import (
    BlindDiscriminator,
    ConstantOutput,
    FrozenGenerator,
    LatentMismatch,
    ModeCollapse,
    SaturatedDiscriminator,
    Undertrained,
)
from course_lib.judging.doctor.steps import (
    BatchNormMixing,
    FrozenDiscriminator,
    HighRate,
    LowRate,
    PixelRange,
    SwappedLabels,
)

# The doctor stops after the first round that finds something, because later findings may only be
# consequences of it.
ROUNDS = (
    # Are the numbers, the data and the samples what they should be? (data)
    (NonFinite(), BadDataset()),
    (Copying(),),
    # Does a training step do what it should? (steps)
    (HighRate(),),
    (PixelRange(),),
    (FrozenDiscriminator(),),
    (BatchNormMixing(),),
    (LowRate(),),
    (SwappedLabels(),),
    # Are the generator and its samples any good? (results) A generator that stands still is looked
    # for only after a constant output and a blind D, because either of them stops it.
    (ConstantOutput(), BlindDiscriminator()),
    (FrozenGenerator(), LatentMismatch()),
    (ModeCollapse(), SaturatedDiscriminator()),
    (Undertrained(),),
)
ILLNESSES = {illness.name: illness for illnesses in ROUNDS for illness in illnesses}


def examine(gan, history, images, samples=None, yardstick=None) -> list[Finding]:
    """Find what is wrong with a run and print it, with the cause and what to try.

    It takes a few training steps as a trial; afterwards weights, optimizers and random numbers are
    as they were.

    Args:
        gan: anything with `generator`, `discriminator` and `train_on_batch(images)`, such as
            `gan.GAN` or `combined.CombinedGAN`.
        history: a `callbacks.History`, or a dict with a list of numbers for each log.
        images: the `Dataset` that the run was trained on, or an array as `train_on_batch` takes
            it. With an array, the doctor can't tell whether classes are missing or the run was too
            short. A `gan.ConditionalGAN` needs the `Dataset`, for its labels.
        samples: images as you draw them from the generator, float32 [N, 28, 28, 1] with N of 200
            or more; drawn here if not given.
        yardstick: a `metrics.Yardstick` of the dataset; made here if not given, which trains a
            classifier the first time.

    Returns:
        A list of `Finding`, the most likely one first; empty if the run is healthy.
    """
    case = Case(gan, history, images, samples, yardstick)
    findings = []
    for illnesses in ROUNDS:
        findings = [finding for illness in illnesses if (finding := illness.find(case))]
        if findings:
            break
    print(explain(findings))
    return findings


def explain(findings) -> str:
    """Return a list of `Finding` as text to read."""
    if not findings:
        return "The doctor found nothing wrong: this run is healthy."
    return "The doctor found:\n" + "\n".join(f"{n}. {f}" for n, f in enumerate(findings, 1))
