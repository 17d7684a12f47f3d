"""The range that an activation keeps to, and the logits of a network that ends in a sigmoid."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np

from course_lib.networks.endings import activation_name, last_layer

RANGES = {  # of an activation: (lowest, highest) output
    "tanh": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "relu": (0.0, np.inf),
}
CERTAIN = 1e-7  # how close to 0 or 1 a probability counts, as in Keras's own cross-entropy


def sigmoid_layer(network) -> keras.layers.Layer | None:
    """Return the layer with the sigmoid whose answer a discriminator gives, or None.

    With several outputs, it is the last sigmoid; another head, such as a softmax over the classes,
    doesn't hide it.
    """
    several = isinstance(getattr(network, "outputs", None), list) and len(network.outputs) > 1
    for layer in reversed(_flat(network)) if several else filter(None, [last_layer(network)]):
        if activation_name(layer) == "sigmoid":
            return layer
    return None


def ends_in_sigmoid(network) -> bool:
    """Return whether a network ends in a sigmoid, be it a layer's or the operation itself."""
    return sigmoid_layer(network) is not None or _is_sigmoid_operation(network)


def _is_sigmoid_operation(network):
    """Whether the outputs of a functional model come straight from `keras.ops.sigmoid`."""
    outputs = getattr(network, "outputs", None) or ()
    histories = [getattr(output, "_keras_history", None) for output in outputs]
    return any(type(h.operation).__name__ == "Sigmoid" for h in histories if h is not None)


def _flat(network):
    """Return the layers of a network and of the models inside it, in order."""
    return [
        inner
        for layer in network.layers
        for inner in (_flat(layer) if isinstance(layer, keras.Model) else [layer])
    ]


@contextmanager
def without_sigmoid(layer) -> Iterator[None]:
    """Let a layer that ends in a sigmoid return its logits inside the block."""
    if layer is None:
        yield
        return
    activation = layer.activation
    layer.activation = keras.activations.linear
    try:
        yield
    finally:
        layer.activation = activation


def to_logits(probabilities) -> np.ndarray:
    """Return probabilities as logits; one closer than 1e-7 to 0 or 1 counts as that close."""
    p = np.clip(np.asarray(probabilities, float), CERTAIN, 1 - CERTAIN)
    return np.log(p / (1 - p))
