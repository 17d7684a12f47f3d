"""What the machine offers and what the kit takes of it: memory, precision, XLA.

Importing it sets how memory is taken: on a GPU as needed, on Linux without giving it back to the
system after every step.
"""

import contextlib
from pathlib import Path

import keras
import tensorflow as tf

PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}


def on_gpu():
    """Whether TensorFlow has found a GPU."""
    return bool(tf.config.list_physical_devices("GPU"))


def has_bfloat16():
    """Whether this machine multiplies bfloat16 in hardware: a GPU, or a processor with AMX or
    AVX-512 that Linux says can do so. Elsewhere False, for nothing asked could tell.
    """
    if on_gpu():
        return True
    with contextlib.suppress(OSError):
        flags = Path("/proc/cpuinfo").read_text().split()
        return "amx_bf16" in flags or "avx512_bf16" in flags
    return False


def use_precision(name):
    """Build and train the networks made from now on in "float32", "bfloat16" or "float16".

    The two short ones are Keras's mixed precision (Micikevicius et al. 2017, arXiv:1710.03740):
    multiplications in 16 bits; weights, what a network returns, losses and optimizers in 32.
    Raises ValueError for another name, and where this machine does not have it in hardware:
    bfloat16 wants a GPU or a processor with amx_bf16 or avx512_bf16, float16 a GPU.
    """
    if name not in PRECISIONS:
        raise ValueError(f"precision {name!r}: expected {', '.join(PRECISIONS)}")
    if name == "bfloat16" and not has_bfloat16():
        raise ValueError(
            "bfloat16: no GPU, and no amx_bf16 or avx512_bf16 among this processor's features, so "
            "it would only be imitated: stay with float32"
        )
    if name == "float16" and not on_gpu():
        raise ValueError(
            "float16: only imitated without a GPU, and none is here: stay with float32"
        )
    keras.config.set_dtype_policy(PRECISIONS[name])


def scale_losses(optimizer):
    """The optimizer within Keras's LossScaleOptimizer, unless it is one already."""
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)


def gains_from_xla(*networks):
    """Whether XLA speeds these networks up on a CPU: only Dense layers, and no Dropout.

    XLA's CPU convolutions and random numbers are several times slower than TensorFlow's own.
    """
    quick = {"InputLayer", "Dense", "ReLU", "LeakyReLU", "BatchNormalization", "Flatten", "Reshape"}
    return all(type(layer).__name__ in quick for network in networks for layer in network.layers)


def describe(jit_compile, steps_per_execution):
    """One line: the device, the precision, whether XLA compiles the step, steps a call of `fit`."""
    device = "GPU" if on_gpu() else "CPU"
    xla = "with XLA" if jit_compile else "without XLA"
    steps = f", fit in calls of {steps_per_execution} steps" if steps_per_execution > 1 else ""
    return f"{device}, {keras.config.dtype_policy().name}, {xla}{steps}"
