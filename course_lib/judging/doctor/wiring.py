"""The illnesses of how a run is put together: which loss D's answer meets, who moves whom."""

import types
import warnings

import keras
import numpy as np
import tensorflow as tf

from course_lib.gan.gan import GAN
from course_lib.judging.doctor.history import last_loss
from course_lib.judging.doctor.illness import Illness
from course_lib.judging.doctor.measures import sigmoid
from course_lib.judging.doctor.reach import calls_logarithm
from course_lib.networks.endings import last_activation

SQUASHES = {  # what makes probabilities of logits, or the cross-entropy of logits
    *("sigmoid", "log_sigmoid", "softplus", "softmax", "log_softmax", "expit", "exp", "tanh"),
    *("sigmoid_cross_entropy_with_logits", "binary_crossentropy", "BinaryCrossentropy"),
}
CROSS_ENTROPIES = ("binary_crossentropy", "bce", "BinaryCrossentropy")


def takes_logits(case) -> set[bool]:
    """Return which kinds of cross-entropy a run uses: True with from_logits, False without.

    Empty if the doctor can't see the loss, as in a loss that the step computes itself.
    """
    kinds = set()
    for loss in case.run.losses:
        if isinstance(loss, keras.losses.BinaryCrossentropy):
            kinds.add(bool(getattr(loss, "from_logits", False)))
        elif isinstance(loss, str) and loss in CROSS_ENTROPIES:
            kinds.add(False)
    if isinstance(case.gan, GAN) or "sigmoid_cross_entropy_with_logits" in case.run.names:
        kinds.add(True)
    return kinds


def takes_the_logits_behind(case) -> bool:
    """Return whether Keras's cross-entropy undoes D's sigmoid and computes from the logits.

    It does so, with a warning, where the answer comes straight from a sigmoid that it recognises;
    a copy of the answer hides the sigmoid from it.
    """
    if case.run.names & {"sigmoid_cross_entropy_with_logits"} or isinstance(case.gan, GAN):
        return False
    found = [x for x in case.run.losses if isinstance(x, keras.losses.BinaryCrossentropy)]

    @tf.function
    def measure(loss):
        answer = case.run.answer_on(case.native_real[:64], case.real_labels)
        return loss(tf.ones_like(answer), answer), loss(tf.ones_like(answer), tf.identity(answer))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Keras says of it
        losses = [measure(loss) for loss in found]
    return bool(losses) and not any(np.allclose(a, b, rtol=1e-3) for a, b in losses)


def takes_the_logarithm(case) -> bool:
    """Return whether a run computes a logarithm, but nothing that makes logits probabilities."""
    functions = [thing for thing in case.run.things if isinstance(thing, types.FunctionType)]
    return (
        any(map(calls_logarithm, functions))
        and not case.run.losses
        and not case.run.names & SQUASHES
    )


class DoubleSigmoid(Illness):
    """D ends in a sigmoid, and its loss applies another one."""

    name = "double-sigmoid"
    cause = (
        "D's answer passes through a sigmoid twice: in its last layer, and in a loss that expects "
        "logits. Then D can't be sure of anything, and its gradients fade."
    )
    fix = (
        "Leave the sigmoid out of D's last layer (Dense(1)), or use a loss with from_logits=False. "
        "The first computes more exactly."
    )
    lesson = "02"

    LEAST = 0.5  # the lowest d_loss with two sigmoids is 0.503
    NEAR = 0.06  # of the d_loss that two sigmoids would give
    FAR = 0.2  # of the d_loss that one sigmoid would give

    def look(self, case) -> str | None:
        """Look at the kind of loss; where it can't be seen, at the losses that were logged."""
        if not case.d_has_sigmoid:
            return None
        real, fake = (sigmoid(sigmoid(logits)).mean() for logits in case.logits)
        scores = f"a real image scores at most 0.73 there (now {real:.2f}, fakes {fake:.2f})"
        seen = takes_logits(case) == {True}
        if seen and not takes_the_logits_behind(case):
            return f"D ends in a sigmoid, and its loss takes the sigmoid of that again: {scores}"
        if (seen or not takes_logits(case)) and self._explains_the_log(case):
            return (
                f"D ends in a sigmoid and tells real from fake, but d_loss stays at "
                f"{self._last(case):.2f}, as with a second sigmoid in the loss: {scores}"
            )
        return None

    def _last(self, case):
        return last_loss(case.history, "d_loss") or 0.0

    def _explains_the_log(self, case):
        """Whether d_loss, a mean or a sum, is what two sigmoids give and one doesn't."""
        real, fake = case.training_logits
        if case.fakes_are_one:
            real, fake = -real, -fake
        once, twice = (
            np.mean([np.logaddexp(0, -on_real).mean(), np.logaddexp(0, on_fake).mean()])
            for on_real, on_fake in ((real, fake), (sigmoid(real), sigmoid(fake)))
        )
        last = self._last(case)
        by_two, by_one = (min(abs(last - x), abs(last - 2 * x)) for x in (twice, once))
        return last > self.LEAST and by_two < self.NEAR and by_one > self.FAR


class UndoneSigmoid(Illness):
    """D ends in a sigmoid, its loss would apply another one, and Keras undoes the first."""

    name = DoubleSigmoid.name
    cause = (
        "D's last layer applies a sigmoid, and the loss expects logits. As long as D's answer goes "
        "straight into a loss of Keras, Keras notices, warns, and takes the logits. A slice of the "
        "answer, a loss of tf.nn or another version of Keras would apply the sigmoid twice."
    )
    fix = DoubleSigmoid.fix
    lesson = DoubleSigmoid.lesson
    ends_the_search = False

    def look(self, case) -> str | None:
        """Look at the kind of loss, and try out what it makes of D's answer."""
        if not case.d_has_sigmoid or takes_logits(case) != {True}:
            return None
        if not takes_the_logits_behind(case) or DoubleSigmoid().look(case):
            return None
        return (
            "D ends in a sigmoid, and its loss has from_logits=True; Keras computes from the "
            "logits here, so this run isn't harmed"
        )


class LogitsAsProbabilities(Illness):
    """D returns logits, and its loss takes them for probabilities."""

    name = "logits-as-probabilities"
    cause = (
        "D's last layer returns any number, but the loss expects a probability. It cuts everything "
        "off at 0 and 1, so most images give no gradient at all."
    )
    fix = "Use BinaryCrossentropy(from_logits=True), or end D in a sigmoid."
    lesson = "02"

    LEAST_OUTSIDE = 0.1  # of D's answers, where the loss is the run's own

    def look(self, case) -> str | None:
        """Look at D's last layer and at the kind of its loss."""
        if case.d_has_sigmoid or last_activation(case.run.discriminator) != "linear":
            return None
        answers = np.concatenate(case.raw_logits)
        outside = np.mean((answers < 0) | (answers > 1))
        if takes_logits(case) == {False}:
            loss = "its cross-entropy has from_logits=False"
        elif outside > self.LEAST_OUTSIDE and takes_the_logarithm(case):
            loss = "its loss takes the logarithm of the answer"
        else:
            return None
        return (
            f"D ends without a sigmoid, but {loss}: {outside:.0%} of D's answers aren't "
            f"probabilities (they run from {answers.min():.2g} to {answers.max():.2g})"
        )


def moved_by(optimizer) -> set[int]:
    """Return the ids of the variables that an optimizer has moved so far, or was built for.

    An optimizer with a memory, such as Adam, remembers 0 for a variable that never had a gradient.
    """
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    variables = getattr(optimizer, "_trainable_variables", [])
    memory = next(
        (m for name in ("_velocities", "_momentums", "momentums") if (m := _list(optimizer, name))),
        None,
    )
    if memory is None or len(memory) != len(variables):
        return {id(v) for v in variables}
    return {id(v) for v, slot in zip(variables, memory, strict=True) if np.any(np.array(slot))}


def _list(thing, name):
    found = getattr(thing, name, None)
    return found if isinstance(found, list) else None


def sides_moved(case) -> list[tuple]:
    """Return for each optimizer that has moved anything whether it moved D and whether G."""
    networks = [{id(w) for w in network.weights} for network in case.networks]
    moved = [moved_by(optimizer) for optimizer in case.optimizers]
    sides = [tuple(bool(ids & network) for network in networks) for ids in moved]
    return [side for side in sides if any(side)]


class SharedOptimizer(Illness):
    """One optimizer object moves both networks."""

    name = "shared-optimizer"
    cause = (
        "One optimizer belongs to both networks. Its step count and its settings are shared, so "
        "the two can't learn at their own pace; with two compiled models, Keras stops with an "
        "error about an unknown variable."
    )
    fix = "Make two optimizers, one for each network: Adam(2e-4, beta_1=0.5) twice."
    lesson = "04"

    def look(self, case) -> str | None:
        """Look at which optimizers moved which network, and at which models share one."""
        if sides_moved(case) == [(True, True)]:
            return "one and the same optimizer moves D and G"
        models = [thing for thing in case.run.things if isinstance(thing, keras.Model)]
        found = [getattr(model, "optimizer", None) for model in models]
        ids = [id(optimizer) for optimizer in found if optimizer is not None]
        if len(set(ids)) < len(ids):
            return "two compiled models were given one and the same optimizer"
        return None


class LeakingStep(Illness):
    """The step of one network moves the other one too."""

    name = "leaking-step"
    cause = (
        "The step of one network also trains the other, towards the wrong goal: G's step teaches D "
        "to take fakes for real, or D's step teaches G to be found out."
    )
    fix = (
        "Give each optimizer the variables of its own network only, or set discriminator.trainable "
        "to False before the combined model is compiled and trained."
    )
    lesson = "04"

    def look(self, case) -> str | None:
        """Look for an optimizer that moved both networks, beside one that moved only one."""
        sides = sides_moved(case)
        if (True, True) not in sides or len(sides) < 2:
            return None
        others = set(sides) - {(True, True)}
        if others == {(True, False)}:
            return "G's optimizer has moved weights of D, too: G's step trains both networks"
        if others == {(False, True)}:
            return "D's optimizer has moved weights of G, too: D's step trains both networks"
        return "two optimizers have each moved weights of D and of G"


class UnfitCritic(Illness):
    """A Wasserstein critic has a layer that its gradient penalty can't work with."""

    name = "unfit-critic"
    cause = (
        "A critic's answer is a score without bounds, and the gradient penalty holds for each "
        "image alone. A sigmoid bounds the answer; batch normalisation ties the images of a batch "
        "together (Gulrajani et al. 2017, section 4)."
    )
    fix = "End the critic in Dense(1); use layer normalisation, or none, in the critic."
    lesson = "05"

    def look(self, case) -> str | None:
        """Look at the critic's layers if the run mentions a gradient penalty."""
        names = sorted(name for name in case.run.names if _names_a_penalty(name.lower()))
        if not names:
            return None
        where = f"the run has a gradient penalty (`{names[0]}`), and its critic"
        if case.d_has_sigmoid:
            return f"{where} ends in a sigmoid"
        kinds = [type(layer) for layer in case.run.discriminator._flatten_layers()]
        if norms := kinds.count(keras.layers.BatchNormalization):
            return f"{where} has batch normalisation (layers: {norms})"
        return None


def _names_a_penalty(name):
    if name[:2] in ("r1", "r2"):  # of any GAN's D, on its own images: Mescheder et al. 2018
        return False
    return "penalty" in name or name.startswith("gp_") or name.endswith("_gp") or name == "gp"
