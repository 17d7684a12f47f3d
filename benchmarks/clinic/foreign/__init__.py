"""The foreign ward: GANs for digits in eight styles that people publish, most of them broken.

`SICK` and `HEALTHY` name the runs. Each sick run has exactly one planted fault.
"""

import dataclasses
from functools import partial

import keras
import numpy as np
from runs import digits

from foreign import notebook as nb
from foreign import ported as pt
from foreign import relativistic as rel
from foreign.codes import auxiliary_gan, infogan
from foreign.projection import main
from foreign.squares import only_cast, textbook
from foreign.subclassed import load_trained_weights, train_book_class
from foreign.wasserstein import lab_class

SEEDS = (90, 91)  # of the sick and of the healthy runs


def on_digits(style, seed, change=lambda data: data, kit=False, **options):
    """Train a run of a style on the digits, which are changed first.

    kit: whether the run's author hands over the kit's `Dataset` in place of arrays.
    """
    data = change(digits())
    run = style(data, seed, **options)
    return dataclasses.replace(run, images=data) if kit else run


def head_of_sorted(data):
    """Return the first 2,000 rows of a table that someone sorted by label."""
    order = np.argsort(data.labels, kind="stable")[:2000]
    return dataclasses.replace(data, images=data.images[order], labels=data.labels[order])


def bottom_up(data):
    """Return the digits with their rows from the bottom up, as bitmap files store them."""
    return dataclasses.replace(data, images=data.images[:, ::-1].copy())


def sgd(lr):
    return keras.optimizers.SGD(lr)


note, book, port = (partial(on_digits, s) for s in (nb.notebook, train_book_class, pt.ported))
paper, lab, cond = (partial(on_digits, s) for s in (rel.research, lab_class, main))
info, aux, text = (partial(on_digits, s) for s in (infogan, auxiliary_gan, textbook))
clipped = partial(lab, clip_value=0.03, optimizer=keras.optimizers.RMSprop, lr=6e-4, n_critic=2)

SICK = {  # name: (illness, function of seed -> Run)
    "notebook: samples snapped to the data": (
        "copying",
        partial(note, save=nb.snap_to_nearest, steps=1500),
    ),
    "notebook: batch norm in D": (
        "batch-norm-mixing",
        partial(note, d_options={"norm": True}, steps=1500),
    ),
    "notebook: both rates 0.05": (
        "learning-rate-too-high",
        partial(note, lr=(0.05, 0.05), steps=1000),
    ),
    "notebook: 40 batches": ("undertrained", partial(note, steps=40, kit=True)),
    "book class: only the trained weights": (
        "stale-batch-norm",
        partial(book, finish=load_trained_weights, epochs=8),
    ),
    "book class: momentum 0.999": (
        "stale-batch-norm",
        partial(book, momentum=0.999, epochs=6, kit=True),
    ),
    "book class: default loss, no sigmoid": (
        "logits-as-probabilities",
        partial(book, last=None, epochs=4),
    ),
    "book class: rates of 2e-7": (
        "learning-rate-too-low",
        partial(book, rates=(2e-7, 2e-7), epochs=4, kit=True),
    ),
    "book class: rows from the bottom up": (
        "bad-dataset",
        partial(book, change=bottom_up, epochs=7, kit=True),
    ),
    "ported: normalized for a classifier": (
        "pixel-range-mismatch",
        partial(port, transform=pt.normalize_mnist, steps=500),
    ),
    "ported: fakes detached for both": ("frozen-generator", partial(port, detach=False, steps=400)),
    "ported: loss with logits after a sigmoid": (
        "double-sigmoid",
        partial(port, criterion=pt.bce_with_logits_loss, steps=500),
    ),
    "ported: root of a variance of 0": (
        "non-finite",
        partial(port, d_options={"extra": pt.MinibatchStd}, steps=100),
    ),
    "ported: real and fakes in one pass": (
        "batch-norm-mixing",
        partial(port, mixed=True, steps=700),
    ),
    "ported: softmax of one unit": (
        "blind-discriminator",
        partial(port, d_options={"last": "softmax"}, steps=300),
    ),
    "ported: one Adam for both": ("shared-optimizer", partial(port, share=True, steps=500)),
    "ported: BCELoss of raw scores": (
        "logits-as-probabilities",
        partial(port, d_options={"last": None}, steps=500),
    ),
    "ported: loads the JPEG of the reals": ("copying", partial(port, show="real", steps=500)),
    "ported: SGD at Adam's rate": (
        "learning-rate-too-low",
        partial(port, optimizers=(sgd, sgd), lr=(2e-4, 2e-4), steps=600),
    ),
    "paper: noise meant for bytes": (
        "blind-discriminator",
        partial(paper, d_options={"noise": 25.0}, steps=600),
    ),
    "paper: variables with a d": (
        "leaking-step",
        partial(paper, variables=rel.by_name, losses=rel.relativistic, steps=500),
    ),
    "paper: one Adam, relativistic": (
        "shared-optimizer",
        partial(paper, one_optimizer=True, losses=rel.relativistic, steps=500),
    ),
    "paper: softplus of a sigmoid": (
        "double-sigmoid",
        partial(paper, d_options={"last": "sigmoid"}, steps=500),
    ),
    "paper: sign of G's loss": (
        "swapped-labels",
        partial(paper, losses=rel.logistic_wrong_sign, steps=400),
    ),
    "ported: minimax as on paper": (
        "saturated-discriminator",
        partial(port, minimax=True, lr=(2e-4, 4e-3), steps=400),
    ),
    "ported: sigmoid for pixels in [-1, 1]": (
        "pixel-range-mismatch",
        partial(port, g_options={"last": "sigmoid"}, steps=500),
    ),
    "lab: clips both networks": (
        "constant-output",
        partial(clipped, clip_value=0.01, clip_everything=True, iterations=300),
    ),
    "lab: batch norm under the penalty": (
        "unfit-critic",
        partial(lab, critic_norm=True, iterations=250),
    ),
    "lab: clipped critic of probabilities": (
        "unfit-critic",
        partial(clipped, critic_last="sigmoid", iterations=300),
    ),
    "lab: uniform z in training": (
        "latent-mismatch",
        partial(lab, z_train="uniform", iterations=900),
    ),
    "lab: label of G": ("swapped-labels", partial(lab, label_of_g=1.0, iterations=200)),
    "lab: 60 iterations": ("undertrained", partial(lab, iterations=60)),
    "projection: gradients of unit length": (
        "non-finite",
        partial(cond, norm_grads=True, iters=300),
    ),
    "projection: black or white": ("frozen-generator", partial(cond, binarize=True, iters=400)),
    "projection: warm-up of whole numbers": (
        "frozen-discriminator",
        partial(cond, warmup=2000, iters=400),
    ),
    "projection: shuffles the images alone": (
        "bad-dataset",
        partial(cond, shuffle_x=True, iters=600),
    ),
    "projection: temperature 5": ("latent-mismatch", partial(cond, temperature=5.0, iters=900)),
    "infogan: head of a sorted table": (
        "bad-dataset",
        partial(info, change=head_of_sorted, steps=800),
    ),
    "infogan: G trains all of q": ("leaking-step", partial(info, all_of_q=True, steps=800)),
    "auxiliary: noise added to the embedding": (
        "mode-collapse",
        partial(aux, add=True, weight=1.0, steps=900),
    ),
    "textbook: only casts": (
        "pixel-range-mismatch",
        partial(text, prepare=only_cast, num_epochs=4),
    ),
    "textbook: losses after the tape": (
        "frozen-discriminator",
        partial(text, after_tape=True, num_epochs=4),
    ),
    "textbook: G at 60 times D's rate": (
        "mode-collapse",
        partial(text, lr=(5e-5, 3e-3), norm=False, num_epochs=6),
    ),
}
HEALTHY = {  # name: function of seed -> Run
    "notebook": partial(note, steps=5000),
    "book class": book,
    "book class, no noise": partial(book, noise_param=0.0, epochs=18, kit=True),
    "ported": port,
    "ported, least squares": partial(
        port, criterion=pt.mse_loss, d_options={"last": None}, steps=1100
    ),
    "ported, equal rates": partial(port, lr=(8e-4, 8e-4), steps=1100, kit=True),
    "ported, logits": partial(
        port, criterion=pt.bce_with_logits_loss, d_options={"last": None}, steps=1100
    ),
    "paper, R1": partial(paper, gamma=0.02),
    "paper, relativistic": partial(paper, losses=rel.relativistic),
    "paper, relativistic average": partial(paper, losses=rel.relativistic_average, steps=1600),
    "paper, noise on D's input": partial(paper, d_options={"noise": 0.1}),
    "lab": lab,
    "projection": cond,
    "projection, logistic": partial(cond, loss="logistic", iters=1200),
    "projection, least squares": partial(cond, loss="squares", iters=1200, kit=True),
    "projection, larger batches": partial(cond, batch=64, dim_z=64, iters=800),
    "infogan": info,
    "infogan, categories weigh 1": partial(info, weight=1.0),
}
