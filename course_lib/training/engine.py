"""Find out what this machine can do, and what to use: a GPU, short number formats, XLA."""

import contextlib
from pathlib import Path

import keras
import tensorflow as tf

PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}


def on_gpu() -> bool:
    """Return whether TensorFlow has found a GPU."""
    return bool(tf.config.list_physical_devices("GPU"))


def has_bfloat16() -> bool:
    """Return whether this machine is known to multiply bfloat16 in hardware.

    Returns:
        True with a GPU, or if Linux lists amx_bf16 or avx512_bf16 among the processor's features.
        On other systems there is no such list, so the answer is False.
    """
    if on_gpu():
        return True
    with contextlib.suppress(OSError):
        flags = Path("/proc/cpuinfo").read_text().split()
        return "amx_bf16" in flags or "avx512_bf16" in flags
    return False


def use_precision(name) -> None:
    """Set the precision of every network that is built from now on.

    Args:
        name: "float32", or "bfloat16" or "float16" for Keras's mixed precision (Micikevicius et
            al. 2017, arXiv:1710.03740): it multiplies in 16 bits, while weights, outputs, losses
            and optimizers stay in 32 bits.

    Raises:
        ValueError: for any other name, and if this machine doesn't have it in hardware: bfloat16
            needs a GPU or a processor with amx_bf16 or avx512_bf16; float16 needs a GPU.
    """
    if name not in PRECISIONS:
        raise ValueError(f"precision is {name!r}: expected {', '.join(PRECISIONS)}")
    if name == "bfloat16" and not has_bfloat16():
        raise ValueError(
            "this machine has no GPU, and its processor lists neither amx_bf16 nor avx512_bf16, "
            "so bfloat16 would only be emulated: stay with float32"
        )
    if name == "float16" and not on_gpu():
        raise ValueError(
            "this machine has no GPU, and without a GPU float16 is only emulated: stay with float32"
        )
    keras.config.set_dtype_policy(PRECISIONS[name])


def scale_losses(optimizer) -> keras.optimizers.LossScaleOptimizer:
    """Return the optimizer wrapped in Keras's LossScaleOptimizer, unless it is one already.

    It multiplies losses before the gradients are taken and divides the gradients afterwards, so
    that small gradients don't become 0 in float16.
    """
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)


def multiplies_in_float16(*networks) -> bool:
    """Return whether a layer of these networks computes in float16, whose range is small."""
    return any(layer.compute_dtype == "float16" for net in networks for layer in net.layers)


def build_optimizer(optimizer, variables) -> None:
    """Let an optimizer make what it keeps of each variable, so that it can be saved before a step.

    Args:
        optimizer: a Keras optimizer, new or built for these variables.
        variables: the variables that it will change.

    Raises:
        ValueError: for an optimizer that was built for other variables.
    """
    optimizer.build(variables)
    inner = getattr(optimizer, "inner_optimizer", optimizer)  # of a LossScaleOptimizer
    known = {id(variable) for variable in inner._trainable_variables}
    if any(id(variable) not in known for variable in variables):
        raise ValueError(
            f"the optimizer {optimizer.name!r} was built for other weights: those of another "
            "network, or of this one while a layer was frozen. Expected a new optimizer. Make it "
            "just before compile, such as keras.optimizers.Adam(2e-4, beta_1=0.5)"
        )


def gains_from_xla(*networks) -> bool:
    """Return whether XLA makes these networks faster on a CPU: only Dense layers, and no Dropout.

    XLA's CPU convolutions and random numbers are several times slower than TensorFlow's own.

    Args:
        networks: keras.Models.
    """
    quick = {"InputLayer", "Dense", "ReLU", "LeakyReLU", "BatchNormalization", "Flatten", "Reshape"}
    return all(type(layer).__name__ in quick for network in networks for layer in network.layers)


def describe(jit_compile, steps_per_execution) -> str:
    """Return one line that says on which device and how a model trains.

    Args:
        jit_compile: whether XLA compiles the training step.
        steps_per_execution: the largest number of steps that `fit` takes in one call.

    Returns:
        Such as "CPU, float32, with XLA, fit in calls of 16 steps".
    """
    device = "GPU" if on_gpu() else "CPU"
    xla = "with XLA" if jit_compile else "without XLA"
    steps = f", fit in calls of {steps_per_execution} steps" if steps_per_execution > 1 else ""
    return f"{device}, {keras.config.dtype_policy().name}, {xla}{steps}"
