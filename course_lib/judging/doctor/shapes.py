"""Which input of a network is the image, the z or the label, and how many numbers each has."""

from typing import NamedTuple

import keras
import numpy as np

from course_lib.judging.doctor.illness import NotExaminedError

IMAGE, Z, LABEL = "image", "z", "label"
LEAST_IMAGE = 64  # numbers: a label or a z that stands beside an image has fewer


class Port(NamedTuple):
    """One input of a network: `role` (image, z or label), `shape` without the batch, `dtype`."""

    role: str
    shape: tuple
    dtype: str

    @property
    def size(self) -> int:
        """How many numbers one example has."""
        return int(np.prod([n or 1 for n in self.shape], dtype=int))


def ports(network, main) -> list[Port]:
    """Return the inputs of a network, in their order.

    Args:
        network: a keras.Model. One written as a subclass without an Input has a single input, whose
            width is read from its first weight.
        main: the role of the most important input, `IMAGE` or `Z`; every other one is a label.

    Raises:
        NotExaminedError: if it isn't a Keras model, or has no weights yet.
    """
    name = "generator" if main == Z else "discriminator"
    if not isinstance(network, keras.Layer):
        raise NotExaminedError(
            f"the run: the {name} is a {type(network).__name__}; the doctor examines Keras models"
        )
    try:
        tensors = list(network.inputs)
    except (AttributeError, ValueError, TypeError):
        tensors = []
    if not tensors:
        kernel = next((w for w in network.weights if len(w.shape) > 1), None)
        if kernel is None:
            raise NotExaminedError(
                f"the run: the {name} has no weights yet; call it once on a batch, then ask again"
            )
        return [Port(main, tuple(kernel.shape[:1]), "float32")]
    shapes = [tuple(tensor.shape[1:]) for tensor in tensors]
    sizes = [0 if _is_label(t) else int(np.prod([n or 1 for n in t.shape[1:]])) for t in tensors]
    chief = int(np.argmax(sizes))
    return [
        Port(main if i == chief else LABEL, shape, tensor.dtype)
        for i, (shape, tensor) in enumerate(zip(shapes, tensors, strict=True))
    ]


def _is_label(tensor):
    named = any(word in tensor.name.lower() for word in ("label", "class", "condition"))
    return named or str(tensor.dtype).startswith("int") or tensor.shape[1:] in ((), (1,))


def as_label(port, labels, n_classes) -> np.ndarray:
    """Return integer labels [N] as an input takes them: numbers, or one-hot rows."""
    if port.size == 1:
        return labels.reshape(len(labels), *port.shape).astype(port.dtype)
    one_hot = np.eye(max(n_classes, port.size), dtype="float32")[labels][:, : port.size]
    return one_hot.reshape(len(labels), *port.shape)


def image_shape(generator, z_ports) -> tuple | None:
    """Return the shape of one image that a generator makes, without the batch; None if unknown."""
    try:
        shape = tuple(generator.output_shape[1:])
    except (AttributeError, ValueError, TypeError):
        inputs = [np.zeros((1, *port.shape), port.dtype) for port in z_ports]
        shape = tuple(generator(inputs if len(inputs) > 1 else inputs[0]).shape[1:])
    return None if None in shape else shape


def models_in(thing) -> list[keras.Model]:
    """Return the models that a model, such as the combined one, is built from."""
    layers = getattr(thing, "layers", ()) if isinstance(thing, keras.Model) else ()
    return [layer for layer in layers if isinstance(layer, keras.Model)]
