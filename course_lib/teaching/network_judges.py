"""Judge a keras.Model part by part; each `check_…` raises `Wrong` if its part isn't as expected."""

import numpy as np

from course_lib.teaching.exercise import Wrong

ACTIVATION_LAYERS = {"LeakyReLU": "leaky_relu", "ReLU": "relu", "Softmax": "softmax"}
SPOKEN = {"linear": "no activation", "leaky_relu": "a LeakyReLU"}


def check_input_shape(model, shape) -> None:
    """Make sure that a model takes inputs of `shape`, without the batch."""
    try:
        found = tuple(model.input_shape[1:])
    except AttributeError:
        raise Wrong(
            "The shapes of its layers are unknown: begin the keras.Sequential with "
            f"keras.Input({tuple(shape)}), or build a keras.Model(inputs, outputs)."
        ) from None
    if found != tuple(shape):
        raise Wrong(f"Its input shape is {found}, expected {tuple(shape)}.")


def check_layer_shapes(model, shapes) -> None:
    """Make sure that the layers with weights output `shapes` in turn, without the batch."""
    layers = [layer for layer, _ in layers_and_activations(model)]
    for number, (layer, shape) in enumerate(zip(layers, shapes), 1):
        found = tuple(layer.output.shape[1:])
        if found != tuple(shape):
            raise Wrong(
                f"Layer {number} of those with weights, {layer.name}, outputs {found}, expected "
                f"{tuple(shape)}."
            )
    if len(layers) != len(shapes):
        raise Wrong(f"Found {len(layers)} layers with weights, expected {len(shapes)}.")


def check_parameters(model, n_parameters) -> None:
    """Make sure that a model has `n_parameters` parameters."""
    found = model.count_params()
    if found != n_parameters:
        raise Wrong(
            f"Found {found:,} parameters, expected {n_parameters:,}: check the kernel sizes and "
            "the biases."
        )


def check_activations(model, names) -> None:
    """Make sure that the layers with weights are followed by the activations `names` in turn."""
    for (layer, found), name in zip(layers_and_activations(model), names):
        if found != name:
            found, expected = SPOKEN.get(found, found), SPOKEN.get(name, name)
            raise Wrong(f"After {layer.name} comes {found}, expected {expected}.")


def check_output_range(model, low, high) -> None:
    """Make sure that outputs stay within `low` and `high`, and nearly reach both.

    The inputs are random and large, so that an activation that ends at a bound comes close to it.
    """
    rng = np.random.default_rng(0)
    inputs = 20 * rng.standard_normal((64, *model.input_shape[1:]))
    outputs = np.asarray(model(inputs))
    least, most, margin = outputs.min(), outputs.max(), 0.3 * (high - low)
    if not (low <= least < low + margin and high - margin < most <= high):
        raise Wrong(
            f"Its outputs run from {least:.2f} to {most:.2f}, expected {low:g} to {high:g}: which "
            "activation does it end in?"
        )


def layers_and_activations(model) -> list[tuple]:
    """Return [(layer with weights, name of the activation after it, "linear" for none)]."""
    found = []
    for layer in _unpack(model):
        own = getattr(getattr(layer, "activation", None), "__name__", "linear")
        name = ACTIVATION_LAYERS.get(type(layer).__name__, own)
        if layer.weights:
            found.append((layer, name))
        elif found and name != "linear":
            found[-1] = (found[-1][0], name)
    return found


def _unpack(model):
    """Yield the layers of a model, including those of models inside it."""
    for layer in model.layers:
        yield from _unpack(layer) if hasattr(layer, "layers") else (layer,)
