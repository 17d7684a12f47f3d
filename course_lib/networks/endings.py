"""How a network ends: its last layer that computes something, and that layer's activation."""

import keras
from keras import layers

# Layers after which a value is the same, or not there.
PASSING = (
    *(layers.Reshape, layers.Flatten, layers.Permute, layers.Cropping2D, layers.Dropout),
    layers.InputLayer,
)


def last_layer(network) -> keras.layers.Layer | None:
    """Return the last layer of a network that computes something; a network inside is entered."""
    for layer in reversed(network.layers):
        if isinstance(layer, keras.Model):
            return last_layer(layer)
        if not isinstance(layer, PASSING):
            return layer
    return None


def activation_name(layer) -> str | None:
    """Return the name of a layer's activation, such as "linear"; None if it has none."""
    if isinstance(layer, (layers.ReLU, layers.Softmax)):
        return type(layer).__name__.lower()
    return getattr(getattr(layer, "activation", None), "__name__", None)


def last_activation(network) -> str | None:
    """Return the name of the activation that a network ends in; None if it ends otherwise.

    A functional model may end in an operation that is no layer, such as `keras.ops.sigmoid`.
    """
    operations = getattr(network, "operations", None)
    if operations and not isinstance(operations[-1], keras.layers.Layer):
        return type(operations[-1]).__name__.lower()
    return activation_name(last_layer(network))
