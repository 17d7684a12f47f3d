"""The second foreign ward for tuning: GANs in six more styles that aren't the course's."""

import dataclasses
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from runs import digits

from tuning_foreign.critics import clipped_class, wgan_functions
from tuning_foreign.functions import HINGE, LOGS, NN, SQUARES, WRONG_HINGE, adam, tf_functions
from tuning_foreign.models import book_phases, semi_supervised
from tuning_foreign.script import generate_unit_points, standardize, tutorial_script
from tuning_foreign.subclass import conditional_gan, deep_gan

SEEDS = (70, 71)  # of the sick and of the healthy runs


def on_digits(style, seed, change=lambda data: data, kit=False, **options):
    """Train a run of a style on the digits, which are changed first.

    kit: whether the run's author hands over the kit's `Dataset` in place of the arrays.
    """
    data = change(digits())
    run = style(data, seed, **options)
    return dataclasses.replace(run, images=data) if kit else run


def blank_half(data):
    """Return the digits as if a broken download had left the second half of the file black."""
    images = data.images.copy()
    images[len(images) // 2 :] = 0
    return dataclasses.replace(data, images=images)


def sort(data):
    """Return the digits in the order of their classes, as folders of files give them."""
    order = np.argsort(data.labels, kind="stable")
    return dataclasses.replace(data, images=data.images[order], labels=data.labels[order])


def dim(data):
    """Return digits whose brightest pixel is 21 of 255."""
    return dataclasses.replace(data, images=data.images // 12)


def transpose(data):
    """Return the digits with rows and columns exchanged, as the files of EMNIST have them."""
    return dataclasses.replace(data, images=data.images.transpose(0, 2, 1, 3))


def roll_labels(data):
    """Return the digits with the labels of their neighbours in the file."""
    return dataclasses.replace(data, labels=np.roll(data.labels, 1))


def decaying_adam(rate):
    """Return Adam with a decay that was meant for epochs, not for steps."""
    return adam(keras.optimizers.schedules.ExponentialDecay(rate, decay_steps=1, decay_rate=0.9))


script, functions = partial(on_digits, tutorial_script), partial(on_digits, tf_functions)
subclass, conditional = partial(on_digits, deep_gan), partial(on_digits, conditional_gan)
critic, clipped = partial(on_digits, wgan_functions), partial(on_digits, clipped_class)
book, semi = partial(on_digits, book_phases), partial(on_digits, semi_supervised)

# Runs whose fault shows early are shorter than the healthy ones.
script_300 = partial(script, steps=300)
functions_600 = partial(functions, steps=600)
dead = keras.initializers.Constant(-8.0)
dark = keras.initializers.Constant(-20.0)
SICK = {  # name: (illness, function of seed -> Run)
    "script: D frozen as in Keras 2": ("frozen-discriminator", partial(script_300, toggle=False)),
    "script: gan_model trains D": (
        "leaking-step",
        partial(script_300, toggle=False, gan_settings={"freeze": False}),
    ),
    "script: standardized pixels": ("pixel-range-mismatch", partial(script_300, scale=standardize)),
    "script: z of length 1": ("latent-mismatch", partial(script, points=generate_unit_points)),
    "script: batch norm over the stack": (
        "batch-norm-mixing",
        partial(script_300, d_settings={"norm": True}, stacked=True),
    ),
    "script: saves the wrong variable": ("copying", partial(script_300, save="reals")),
    "script: half a file": ("bad-dataset", partial(script_300, change=blank_half, kit=True)),
    "script: sorted by folder": (
        "bad-dataset",
        partial(script_300, change=sort, in_order=True, kit=True),
    ),
    "script: 60 steps": ("undertrained", partial(script, steps=60, kit=True)),
    "functions: tf.nn's loss of probabilities": (
        "double-sigmoid",
        partial(functions_600, losses=NN, d_settings={"activation": "sigmoid"}),
    ),
    "functions: from_logits and tf.nn.sigmoid": (
        "double-sigmoid",
        partial(functions_600, d_settings={"activation": tf.nn.sigmoid}, kit=True),
    ),
    "functions: logarithm of a score": (
        "logits-as-probabilities",
        partial(functions_600, losses=LOGS, kit=True),
    ),
    "functions: hinge with D's signs exchanged": (
        "swapped-labels",
        partial(functions_600, losses=WRONG_HINGE),
    ),
    "functions: fakes as bytes": ("frozen-generator", partial(functions_600, cut=True, kit=True)),
    "functions: one optimizer, least squares": (
        "shared-optimizer",
        partial(functions_600, losses=SQUARES, shared=True),
    ),
    "functions: D's relus are dead": (
        "blind-discriminator",
        partial(functions_600, d_settings={"hidden_bias": dead}, kit=True),
    ),
    "functions: G starts all black": (
        "constant-output",
        partial(functions_600, g_settings={"last_bias": dark}, kit=True),
    ),
    "functions: D's rate decays each step": (
        "frozen-discriminator",
        partial(functions_600, optimizers=(decaying_adam, adam)),
    ),
    "subclass: RMSprop at 0.03": (
        "learning-rate-too-high",
        partial(
            subclass,
            d_opt=keras.optimizers.RMSprop,
            g_opt=keras.optimizers.RMSprop,
            rates=(0.03, 0.03),
            steps=200,
        ),
    ),
    "subclass: momentum 0.9995": (
        "stale-batch-norm",
        partial(subclass, momentum=0.9995, steps=500),
    ),
    "subclass: minimax and a fast D": (
        "saturated-discriminator",
        partial(subclass, minimax=True, target=1.0, rates=(1e-5, 2e-3), steps=300, kit=True),
    ),
    "conditional: labels one row off": (
        "bad-dataset",
        partial(conditional, change=roll_labels, steps=300),
    ),
    "conditional: as EMNIST's files": (
        "bad-dataset",
        partial(conditional, change=transpose, steps=300, kit=True),
    ),
    "critic: batch norm": (
        "unfit-critic",
        partial(critic, critic_settings={"norm": True}, steps=150),
    ),
    "critic: root of 0": (
        "non-finite",
        partial(critic, critic_settings={"last": "zeros"}, steps=40),
    ),
    "critic: 60 steps": ("undertrained", partial(critic, steps=60, kit=True)),
    "book: eight phases 2": (
        "mode-collapse",
        partial(book, phases_2=8, rates=(3e-4, 2e-3), steps=900),
    ),
    "book: SGD at 1e-6": (
        "learning-rate-too-low",
        partial(
            book, optimizers=(keras.optimizers.SGD,) * 2, rates=(1e-6, 1e-6), steps=500, kit=True
        ),
    ),
    "book: dim scans": ("bad-dataset", partial(book, change=dim, steps=600, kit=True)),
    "semi-supervised: G aims at 0": (
        "swapped-labels",
        partial(semi, targets=(1.0, 0.0, 0.0), steps=200),
    ),
}
HEALTHY = {  # name: function of seed -> Run
    "script": script,
    "script, batch norm": partial(script, g_settings={"momentum": 0.8}),
    "script, labels of 0.9": partial(script, targets=(0.9, 0.0, 1.0), kit=True),
    "functions": functions,
    "functions, hinge": partial(functions, losses=HINGE, kit=True),
    "functions, least squares": partial(functions, losses=SQUARES),
    "subclass": partial(subclass, kit=True),
    "subclass, labels of 1": partial(subclass, target=1.0),
    "conditional": partial(conditional, kit=True),
    "conditional, equal rates": partial(conditional, rates=(4e-4, 4e-4)),
    "critic": partial(critic, kit=True),
    "critic, three steps, penalty 5": partial(critic, n_critic=3, lambda_=5.0, steps=300),
    "clipped": clipped,
    "book": book,
    "book, least squares": partial(book, loss="mse", ends=None, kit=True),
    "semi-supervised": semi,
}
