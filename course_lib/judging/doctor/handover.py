"""What the user hands over: where the two networks are, and how to take a training step."""

import inspect
import math
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from course_lib.gan.combined import CombinedGAN, FrozenDiscriminatorError
from course_lib.gan.conditional import ConditionalGAN
from course_lib.gan.gan import GAN
from course_lib.judging.doctor.illness import NotExaminedError
from course_lib.judging.doctor.shapes import models_in

GENERATORS = ("generator", "gen", "g_model", "generator_model", "netG", "G", "g")
DISCRIMINATORS = (
    *("discriminator", "disc", "critic", "d_model", "discriminator_model", "netD", "D", "d"),
)
STEPS = ("train_on_batch", "train_step", "training_step", "step", "train_one_step")
SIZES = (32, 64, 128, 256, 100, 16)  # of a batch; a loop may be written for one of them only


def find_networks(gan) -> tuple[keras.Model, keras.Model]:
    """Return the generator and the discriminator of a run.

    Args:
        gan: an object or a dict that has both under a usual name, a pair (generator,
            discriminator), or a combined model that is built from the two.

    Raises:
        NotExaminedError: if they aren't there.
    """
    if isinstance(gan, (tuple, list)) and len(gan) == 2:
        return _generator_first(*gan)
    found = [_named(gan, names) for names in (GENERATORS, DISCRIMINATORS)]
    if None in found:
        found = _two_models(gan)
    if len(found) != 2:
        raise NotExaminedError(
            "the run: it has no attributes `generator` and `discriminator`; hand over the pair: "
            "doctor.examine((generator, discriminator), history, images, step=...)"
        )
    return tuple(found)


def _generator_first(first, second):
    """Return two networks in the order generator, discriminator: D has the shorter output."""
    try:
        sizes = [math.prod(network.output_shape[1:]) for network in (first, second)]
    except (AttributeError, ValueError, TypeError):  # unknown, or several outputs
        return first, second
    return (second, first) if sizes[0] < sizes[1] else (first, second)


def _two_models(gan):
    """Return the two models of a combined model, or of an object or a dict that holds just two."""
    held = gan if isinstance(gan, dict) else getattr(gan, "__dict__", {})
    held = [thing for thing in held.values() if isinstance(thing, keras.Model)]
    found = models_in(gan) or held
    return _generator_first(*found) if len(found) == 2 else found


def _named(gan, names):
    for name in names:
        thing = gan.get(name) if isinstance(gan, dict) else getattr(gan, name, None)
        if isinstance(thing, keras.layers.Layer):
            return thing
    return None


def is_ours(gan) -> bool:
    """Return whether a run is one of the course's classes, whose labels and pixels are known."""
    return isinstance(gan, (GAN, CombinedGAN))


def find_step(gan, step=None) -> Callable | None:
    """Return the function that takes a training step, None if there is none.

    A step compiled with `tf.function` is returned as the Python function inside it, because the
    random numbers of a compiled one can't be put back.
    """
    if step is None:
        step = next((s for name in STEPS if (s := _own_method(gan, name))), None)
    return getattr(step, "python_function", step)


def _own_method(gan, name):
    """Return a method unless it is only what every keras.Model has."""
    method = gan.get(name) if isinstance(gan, dict) else getattr(gan, name, None)
    if isinstance(gan, keras.Model) and not is_ours(gan) and name not in vars(gan):
        method = method if _defined_by_user(type(gan), name) else None
    return method if callable(method) else None


def _defined_by_user(kind, name):
    home = next((k for k in kind.__mro__ if name in vars(k)), object)
    return home.__module__.split(".")[0] not in ("keras", "builtins", "course_lib")


class Way(NamedTuple):
    """A way to call a step that works: `form` makes its arguments from images and labels."""

    step: Callable
    form: Callable
    batch_size: int

    @property
    def takes_batch(self) -> bool:
        """Whether the step is given images, rather than drawing its own."""
        return self.form(np.zeros(1, "float32"), np.zeros(1, "int64")) != ()

    def __call__(self, images, labels) -> None:
        """Take one step on images and their labels."""
        self.step(*self.form(images, labels))


def our_way(gan, has_labels) -> Way:
    """Return the way of the course's own classes: only a `ConditionalGAN` is given labels."""
    step = gan.train_on_batch
    is_changed = "train_on_batch" in vars(gan) or _defined_by_user(type(gan), "train_on_batch")
    if getattr(gan, "compiled", False) and not is_changed:
        step = gan.take_step  # it steps with a frozen network too, so that what comes of it is seen
    if isinstance(gan, ConditionalGAN) and has_labels:
        return Way(step, lambda images, labels: (images, labels), 32)
    return Way(step, lambda images, labels: (images,), 32)


def find_way(step, try_out, labelled, n_classes) -> Way:
    """Return the first way to call `step` that runs without an error.

    Args:
        step: the function, which takes images, a pair of images and labels, both apart, or nothing.
        try_out: a function that takes a `Way`, tries it once and puts everything back.
        labelled: whether the networks themselves take labels.
        n_classes: for one-hot labels; 0 if there are no labels.

    Raises:
        NotExaminedError: if every way ends in an error; the message holds the first of them.
    """
    first_error = None
    for form in _forms(step, labelled, n_classes):
        last_error = None
        for size in SIZES:
            try:
                try_out(way := Way(step, form, size))
                return way
            except FrozenDiscriminatorError:
                return way
            except Exception as error:  # whatever somebody else's loop may raise
                first_error = first_error or error
                if str(error) == last_error:  # the size has no part in it
                    break
                last_error = str(error)
    reason = " ".join(str(first_error).split())[:200]
    raise NotExaminedError(
        f"the training step: `{getattr(step, '__name__', 'step')}` stopped with "
        f"{type(first_error).__name__}: {reason}; hand over a function of one batch, made as in "
        "your loop: doctor.examine(gan, history, images, step=lambda batch: ...)"
    )


def _forms(step, labelled, n_classes):
    """Return functions (images, labels) -> the arguments of a step, the most likely first."""
    wanted = _required(step)
    if wanted == 0:
        return [lambda images, labels: ()]
    numbers = [lambda y: y, lambda y: y[:, None]]
    one_hot = [lambda y: np.eye(n_classes, dtype="float32")[y]]
    kinds = (one_hot + numbers if labelled else numbers + one_hot) if n_classes else []
    if wanted == 2:
        return [_pair(kind, apart=True) for kind in kinds] or [lambda x, y: (x, None)]
    alone = [lambda x, y: (x,), lambda x, y: (tf.constant(x),), lambda x, y: ((tf.constant(x),),)]
    if isinstance(getattr(step, "__self__", None), keras.Model):  # `fit` hands over tensors
        alone = alone[1:]
    pairs = [_pair(kind, apart=False) for kind in kinds]
    return pairs + alone if labelled else alone + pairs


def _pair(kind, apart):
    def form(images, labels):
        pair = tf.constant(images), tf.constant(kind(labels))
        return pair if apart else (pair,)

    return form


def takes_batch(step) -> bool:
    """Return whether a step is given a batch, rather than drawing one itself."""
    return step is not None and _required(step) > 0


def _required(step):
    """Return how many arguments a step needs; 1 if Python can't tell."""
    try:
        parameters = inspect.signature(step).parameters.values()
    except (TypeError, ValueError):
        return 1
    needed = [p for p in parameters if p.default is p.empty and p.kind <= p.POSITIONAL_OR_KEYWORD]
    optional = [p for p in parameters if p.kind <= p.VAR_POSITIONAL]
    return len(needed) or min(1, len(optional))
