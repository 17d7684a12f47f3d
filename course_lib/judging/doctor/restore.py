"""Put a run back as it was, to the bit, after the trial steps."""

import random
import types
from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf
from keras.src.random.seed_generator import global_seed_generator
from tensorflow.python.eager import context

from course_lib.judging.doctor.reach import attributes, surroundings
from course_lib.training.weights import snapshot

STATEFUL = (
    keras.layers.Layer,
    keras.optimizers.Optimizer,
    keras.metrics.Metric,
    keras.random.SeedGenerator,
)


@contextmanager
def put_back(things) -> Iterator[None]:
    """Restore everything in `things` after the block, whatever happens inside.

    These are weights, optimizers, metrics, `trainable` flags, lists, plain attributes and random
    numbers, those of Python, NumPy, Keras and TensorFlow included. What the block adds to an
    optimizer that was never used before becomes 0, which is where it starts.

    Args:
        things: as `reach.follow` returns them.
    """
    restorers = [
        _keep_variables(things),
        _keep_flags(things),
        _keep_attributes(things),
        _keep_containers(things),
        _keep_random(things),
    ]
    try:
        yield
    finally:
        for restore in restorers:
            restore()


def variables_of(things) -> list:
    """Return the variables of the models, optimizers, metrics and seeds among `things`."""
    found = {}
    for thing in things:
        if isinstance(thing, (keras.Variable, tf.Variable)):
            found[id(thing)] = thing
        if isinstance(thing, tf.random.Generator):
            found[id(thing.state)] = thing.state
        if isinstance(thing, STATEFUL):
            found.update((id(v), v) for v in _variables(thing))
    return list(found.values())


def _variables(thing):
    if isinstance(thing, keras.random.SeedGenerator):
        return [thing.state]
    variables = list(thing.variables)
    if isinstance(thing, keras.Model):
        variables += thing.metrics_variables
    return variables


def _keep_variables(things):
    variables = variables_of(things)
    known, values = {id(v) for v in variables}, snapshot(variables)

    def restore():
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        optimizers = [t for t in things if isinstance(t, keras.optimizers.Optimizer)]
        for variable in variables_of(optimizers):
            if id(variable) not in known:
                variable.assign(np.zeros(variable.shape, variable.dtype))

    return restore


def _keep_flags(things):
    models = [thing for thing in things if isinstance(thing, keras.layers.Layer)]
    layers = [layer for model in models for layer in model._flatten_layers()]
    flags = [layer.trainable for layer in layers]

    def restore():
        for layer, flag in zip(layers, flags, strict=True):
            if layer.trainable != flag:
                layer.trainable = flag

    return restore


def _keep_attributes(things):
    """Keep plain attributes, such as a counter, and the plain variables that functions use."""
    homes = []
    for thing in things:
        if isinstance(thing, types.FunctionType):
            plain = _plain(surroundings(thing))
            names = {name: plain[name] for name in plain if name in thing.__globals__}
            homes.append((thing.__globals__, names))
        elif not isinstance(thing, (type, *STATEFUL)) or isinstance(thing, keras.Model):
            homes.append((getattr(thing, "__dict__", {}), _plain(attributes(thing))))

    def restore():
        for home, names in homes:
            home.update(names)

    return restore


def _plain(values):
    kept = (str, int, float, bool, type(None), np.generic)
    private = ("_", "built")  # Keras's own bookkeeping among them
    return {n: v for n, v in values.items() if isinstance(v, kept) and not n.startswith(private)}


def _keep_containers(things):
    lists = [(thing, list(thing)) for thing in things if isinstance(thing, list)]
    dicts = [(thing, dict(thing)) for thing in things if type(thing) is dict]

    def restore():
        for thing, items in lists:
            if len(thing) != len(items):
                thing[:] = items
        for thing, items in dicts:
            if thing.keys() != items.keys() or any(
                thing[key] is not value for key, value in items.items()
            ):
                thing.clear()
                thing.update(items)

    return restore


def _keep_random(things):
    """Keep the random numbers of Python, NumPy, Keras and TensorFlow, and the run's own."""
    generators = [t for t in things if isinstance(t, np.random.Generator)]
    states = [generator.bit_generator.state for generator in generators]
    older = [(t, t.get_state()) for t in things if isinstance(t, np.random.RandomState)]
    python, numpy = random.getstate(), np.random.get_state()
    keras_seed = np.array(global_seed_generator().state)
    tensorflow = getattr(context.context(), "_rng", None)  # not there before a seed is set
    tensorflow_state = tensorflow and tensorflow.getstate()

    def restore():
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state
        for generator, state in older:
            generator.set_state(state)
        random.setstate(python)
        np.random.set_state(numpy)
        global_seed_generator().state.assign(keras_seed)
        if tensorflow:  # a kernel remembers how much it has drawn, so it must be made anew
            tensorflow.setstate(tensorflow_state)
            context.context().clear_kernel_cache()

    return restore
