"""The order in which the doctor looks for illnesses, and `examine`, which goes through it."""

from course_lib.judging.doctor.case import Case
from course_lib.judging.doctor.data import Copying, NonFinite
from course_lib.judging.doctor.dataset import BadDataset
from course_lib.judging.doctor.illness import NotExaminedError
from course_lib.judging.doctor.results import (
    BlindDiscriminator,
    ConstantOutput,
    FrozenGenerator,
    ModeCollapse,
    SaturatedDiscriminator,
    Undertrained,
)
from course_lib.judging.doctor.sampling import LatentMismatch, StaleBatchNorm
from course_lib.judging.doctor.steps import (
    BatchNormMixing,
    FrozenDiscriminator,
    HighRate,
    LowRate,
    PixelRange,
    SwappedLabels,
)
from course_lib.judging.doctor.wiring import (
    DoubleSigmoid,
    LeakingStep,
    LogitsAsProbabilities,
    SharedOptimizer,
    UndoneSigmoid,
    UnfitCritic,
)

# The doctor stops after the first round that finds something, because later findings may only be
# consequences of it. Only a harmless finding (`ends_the_search` is False) doesn't stop it.
ROUNDS = (
    # Are the numbers, the data and the samples what they should be? (data)
    (NonFinite(), BadDataset()),
    (Copying(),),
    # Is the run put together as it should be? (wiring)
    (SharedOptimizer(), LeakingStep()),
    (UndoneSigmoid(), DoubleSigmoid(), LogitsAsProbabilities(), UnfitCritic()),
    # Does a training step do what it should? (steps)
    (HighRate(),),
    (PixelRange(),),
    (FrozenDiscriminator(),),
    (BatchNormMixing(),),
    (LowRate(),),
    (SwappedLabels(),),
    # Are the generator and its samples any good? (results, sampling) A generator that stands still
    # is looked for only after a constant output and a blind D, because either of them stops it.
    (StaleBatchNorm(),),
    (ConstantOutput(), BlindDiscriminator()),
    (FrozenGenerator(), LatentMismatch()),
    (ModeCollapse(), SaturatedDiscriminator()),
    (Undertrained(),),
)
ILLNESSES = {illness.name: illness for illnesses in ROUNDS for illness in illnesses}


class Diagnosis(list):
    """A list of `Finding`, the first to fix first.

    `not_examined` holds a sentence for each thing that the doctor couldn't look at.
    """

    def __init__(self, findings=(), not_examined=()):
        super().__init__(findings)
        self.not_examined = list(not_examined)


def examine(gan, history, images, samples=None, yardstick=None, step=None) -> Diagnosis:
    """Find what is wrong with a run and print it, with the cause and what to try.

    It takes a few training steps as a trial; afterwards weights, optimizers and random numbers are
    as they were. Only the random numbers inside somebody else's `tf.function` can't be put back.

    Args:
        gan: a run of the course (`gan.GAN`, `combined.CombinedGAN`) or of your own: an object or a
            dict with a generator and a discriminator, or the pair (generator, discriminator).
            Either may have the labels of the classes as a second input, and D may have a second
            output.
        history: a `callbacks.History`, a Keras `History`, a dict of lists, a list of numbers or of
            rows, or None.
        images: the `Dataset` that the run was trained on, or an array as the training step takes
            it, or a pair (images, labels), or a `tf.data.Dataset` of batches. Without labels,
            the doctor can't tell whether classes are missing nor take a step of a conditional GAN;
            it then measures with a classifier of drawn digits, trained at the first use. A step of
            your own is given the images of a `Dataset` as the generator paints them: in the same
            shape, in [0, 1] if it ends in a sigmoid, else in [-1, 1].
        samples: images as you draw them from the generator, float32 [N, 28, 28, 1] with N of 200
            or more; drawn here if not given.
        yardstick: a `metrics.Yardstick` of the dataset; made here if not given, which trains a
            classifier the first time.
        step: a function that takes one training step. It is given a batch of images, or images and
            labels if it takes two arguments, or nothing if it draws its own batch. If not given,
            it is the run's method `train_on_batch`, `train_step` or `step`, or else the classic
            step of its compiled discriminator and combined model.

    Returns:
        A list of `Finding`, the first to fix first; empty if nothing is wrong. Its attribute
        `not_examined` holds a sentence for each thing that couldn't be examined.
    """
    try:
        case = Case(gan, history, images, samples, yardstick, step)
    except Exception as error:  # whatever somebody else's objects may raise
        diagnosis = Diagnosis(not_examined=[_sentence("the run", error)])
    else:
        diagnosis = _go_through_rounds(case)
    print(explain(diagnosis))
    return diagnosis


def _go_through_rounds(case):
    """Return the findings of the first round that has some, after those that are harmless."""
    not_examined, findings = dict.fromkeys(case.notes), []
    for illnesses in ROUNDS:
        is_over = False
        for illness in illnesses:
            try:
                finding = illness.find(case)
            except Exception as error:  # whatever somebody else's run may raise
                not_examined.setdefault(_sentence(illness.name, error), None)
            else:
                findings += [finding] if finding else []
                is_over |= bool(finding) and illness.ends_the_search
        if is_over:
            break
    return Diagnosis(findings, not_examined)


def _sentence(looked_at, error):
    if isinstance(error, NotExaminedError):
        return str(error)
    reason = " ".join(str(error).split())[:200]
    return f"{looked_at}: looking at it stopped with {type(error).__name__}: {reason}"


def explain(findings) -> str:
    """Return what `examine` found as text to read.

    Args:
        findings: a list of `Finding`, or a `Diagnosis`, whose `not_examined` is told too.
    """
    gaps = [f"Not examined: {sentence}." for sentence in getattr(findings, "not_examined", ())]
    if findings:
        found = "\n".join(f"{n}. {f}" for n, f in enumerate(findings, 1))
        return "\n".join([f"The doctor found:\n{found}", *gaps])
    if gaps:
        unseen = gaps[0].startswith("Not examined: the run: ")
        nothing = "The doctor found nothing wrong in what it could examine."
        return "\n".join(["The doctor couldn't examine this run." if unseen else nothing, *gaps])
    return "The doctor found nothing wrong: this run is healthy."
