"""Take a `CombinedGAN` apart for `copy.deepcopy` and `pickle`, and put it together again.

Python would copy its two models one by one, and the copies would share no weights: D's training
would never reach the combined model. So the combined model is built anew around the copied D.
"""

import keras
from keras import ops

from course_lib.training.weights import frozen, snapshot

SETTINGS = ("d_update", "fakes_per_real")


def pack(loop) -> dict:
    """Return what a loop consists of, in plain Python and NumPy.

    Args:
        loop: a `combined.CombinedGAN`.
    """
    optimizers = loop.discriminator.optimizer, loop.combined.optimizer
    return {
        "networks": [_pack(network) for network in (loop.generator, loop.discriminator)],
        "optimizers": [_pack(optimizer) for optimizer in optimizers],
        "settings": {name: getattr(loop, name) for name in SETTINGS},
        "rng": loop.rng,
    }


def unpack(cls, packed) -> object:
    """Build the loop that `pack` took apart; it goes on where that one stopped.

    Args:
        cls: `combined.CombinedGAN`, or a class with the same constructor.
        packed: from `pack`.
    """
    networks = [_unpack(config) for config, _ in packed["networks"]]
    optimizers = [_unpack(config) for config, _ in packed["optimizers"]]
    for network, (_, values) in zip(networks, packed["networks"], strict=True):
        _assign(network, values)
    loop = cls(*networks, *optimizers, **packed["settings"])
    loop.rng = packed["rng"]
    with frozen(loop.discriminator):
        g_variables = loop.combined.trainable_variables
    trained = loop.discriminator.trainable_variables, g_variables
    for optimizer, variables, (_, values) in zip(
        optimizers, trained, packed["optimizers"], strict=True
    ):
        if values:  # it has trained: it holds an average for each weight
            optimizer.build(variables)
            _assign(optimizer, values)
    return loop


def _pack(part):
    config = keras.saving.serialize_keras_object(part)
    config.pop("compile_config", None)  # the loop compiles them itself
    return config, snapshot(part.variables) if part.built else []


def _unpack(config):
    return keras.saving.deserialize_keras_object(config)


def _assign(part, values):
    for variable, value in zip(part.variables, values, strict=True):
        variable.assign(ops.convert_to_tensor(value))
