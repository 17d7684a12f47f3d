"""A training step for a run that consists of compiled models and a loop around them."""

import types
from collections.abc import Callable

import keras
import numpy as np

from course_lib.judging.doctor.reach import code_names


def classic_step(generator, discriminator, things) -> Callable | None:
    """Return the step of the classic loop, made of a run's own compiled models.

    It trains D on real images with the label 1 and on fakes with 0, and G through the combined
    model with 1. It sets D's flag `trainable` before each part if the run's own loop does.

    Args:
        generator, discriminator: with one input and one output each.
        things: what the run refers to (`reach.follow`), the combined model and the loop among it.

    Returns:
        A function of a batch of images; None if D or the combined model isn't compiled, or if no
        function among `things` calls `train_on_batch`, because only the loop shows how D is frozen.
    """
    functions = [thing for thing in things if isinstance(thing, types.FunctionType)]
    loops = [f for f in functions if "train_on_batch" in code_names(f.__code__)]
    combined = _combined(generator, discriminator, things)
    if not loops or combined is None or not getattr(discriminator, "compiled", False):
        return None
    if any(len(net.inputs) > 1 or len(net.outputs) > 1 for net in (generator, discriminator)):
        return None
    toggles = any("trainable" in names_with_calls(loop, functions) for loop in loops)
    toggles = toggles and not _was_frozen(discriminator)

    def step(images):
        n = len(images)
        z = np.random.normal(size=(n, *generator.input_shape[1:])).astype("float32")
        ones = np.ones((n, *discriminator.output_shape[1:]), "float32")
        fakes = np.asarray(generator(z))
        if toggles:
            discriminator.trainable = True
        discriminator.train_on_batch(images, ones)
        discriminator.train_on_batch(fakes, 0 * ones)
        if toggles:
            discriminator.trainable = False
        combined.train_on_batch(z, ones)

    return step


def _combined(generator, discriminator, things):
    """Return the compiled model that holds both networks, None if there is none."""
    wanted = {id(generator), id(discriminator)}
    for thing in things:
        if isinstance(thing, keras.Model) and getattr(thing, "compiled", False):
            if wanted <= {id(layer) for layer in thing.layers}:
                return thing
    return None


def _was_frozen(discriminator):
    """Whether D was frozen when it was first trained: its optimizer knows no weights then."""
    is_used = getattr(discriminator, "train_function", None) is not None
    optimizer = discriminator.optimizer
    knows_some = optimizer.built and getattr(optimizer, "_trainable_variables", True)
    return is_used and not knows_some


def names_with_calls(function, functions) -> set[str]:
    """Return the names in a function and in those of `functions` that it calls by name."""
    names = set(code_names(function.__code__))
    called = [f for f in functions if f.__name__ in names and f is not function]
    return names.union(*(code_names(f.__code__) for f in called))
