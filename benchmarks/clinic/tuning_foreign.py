"""Foreign runs for tuning: sick and healthy GANs that aren't the course's, in six styles.

The doctor's limits were chosen with them, so they are run only with `--tuning`. The doctor is
scored with the runs in `foreign.py`.
"""

from functools import partial

import numpy as np
from runs import digits
from tuning_critics import conditional, wgan_gp
from tuning_styles import combined_class, phases, subclass_with_fit, two_tapes

SEEDS = (50, 51)  # of the sick and of the healthy runs


def on_digits(style, seed, change=lambda images: images, **options):
    """Train a run of a style on the digits, whose pixels are changed first."""
    return style(change(digits().images), seed, **options)


def with_labels(style, seed, change=lambda images, labels: (images, labels), **options):
    """Train a run of a style on the digits and their labels, changed together."""
    images, labels = change(digits().images, digits().labels)
    return style(images, seed, labels=labels, **options)


def sort(images, labels):
    """Return both in the order of the classes."""
    order = np.argsort(labels, kind="stable")
    return images[order], labels[order]


def shuffle_labels(images, labels):
    """Return the images with the labels of others."""
    return images, np.random.default_rng(0).permutation(labels)


def every_second_blank(images):
    """Return the images with every second one black."""
    return images * (np.arange(len(images)) % 2)[:, None, None, None].astype("uint8")


def noise(images):
    """Return noise of the same shape."""
    return np.random.default_rng(0).integers(0, 256, images.shape).astype("uint8")


fit = partial(on_digits, subclass_with_fit)
tapes = partial(on_digits, two_tapes)
combined = partial(on_digits, combined_class)
book = partial(on_digits, phases)
wgan = partial(on_digits, wgan_gp)
labelled = partial(with_labels, conditional)
SICK = {  # name: (illness, function of seed -> Run)
    "fit: two sigmoids": ("double-sigmoid", partial(fit, ends="sigmoid")),
    "fit: no sigmoid": ("logits-as-probabilities", partial(fit, from_logits=False)),
    "fit: rates 0.05": ("learning-rate-too-high", partial(fit, rates=(0.05, 0.05))),
    "fit: half blank": ("bad-dataset", partial(fit, change=every_second_blank)),
    "fit: sorted": ("bad-dataset", partial(with_labels, subclass_with_fit, change=sort)),
    "two tapes: G's step moves D": ("leaking-step", partial(tapes, leak="g")),
    "two tapes: D's step moves G": ("leaking-step", partial(tapes, leak="d")),
    "two tapes: one Adam": ("shared-optimizer", partial(tapes, shared=True)),
    "two tapes: momentum 0.999": ("stale-batch-norm", partial(tapes, momentum=0.999, steps=300)),
    "two tapes: D's labels swapped": ("swapped-labels", partial(tapes, ones=(0.0, 1.0, 1.0))),
    "two tapes: G's label swapped": ("swapped-labels", partial(tapes, ones=(1.0, 0.0, 0.0))),
    "two tapes: pixels in [0, 1]": ("pixel-range-mismatch", partial(tapes, unit=True)),
    "two tapes: inverted": ("bad-dataset", partial(tapes, change=lambda x: 255 - x)),
    "combined: frozen for good": ("frozen-discriminator", partial(combined, toggle=False)),
    "combined: never frozen": ("leaking-step", partial(combined, toggle=False, freeze=False)),
    "combined: no sigmoid": ("logits-as-probabilities", partial(combined, ends=None)),
    "combined: one Adam": ("shared-optimizer", partial(combined, shared=True, steps=0)),
    "combined: noise": ("bad-dataset", partial(combined, change=noise)),
    "combined: low contrast": ("bad-dataset", partial(combined, change=lambda x: x // 8)),
    "phases: rates 1e-8": ("learning-rate-too-low", partial(book, rates=(1e-8, 1e-8))),
    "phases: pixels in [-1, 1]": ("pixel-range-mismatch", partial(book, centred=True)),
    "phases: no sigmoid": ("logits-as-probabilities", partial(book, ends=None)),
    "WGAN-GP: sigmoid": ("unfit-critic", partial(wgan, ends="sigmoid")),
    "WGAN-GP: batch normalisation": ("unfit-critic", partial(wgan, norm=True)),
    "WGAN-GP: sampled with z of deviation 4": ("latent-mismatch", partial(wgan, z_scale=4.0)),
    "conditional: labels shuffled": ("bad-dataset", partial(labelled, change=shuffle_labels)),
    "conditional: G's rate 0": ("frozen-generator", partial(labelled, rates=(2e-4, 0.0))),
    "conditional: D's rate 0": ("frozen-discriminator", partial(labelled, rates=(0.0, 2e-4))),
}
HEALTHY = {  # name: function of seed -> Run
    "fit": fit,
    "fit, D ends in a sigmoid": partial(fit, ends="sigmoid", from_logits=False),
    "two tapes": tapes,
    "two tapes, labels of 0.9": partial(tapes, ones=(0.9, 0.0, 1.0)),
    "two tapes, fakes labelled 1": partial(tapes, ones=(0.0, 1.0, 0.0)),
    "combined": combined,
    "combined, D slower": partial(combined, rates=(1e-4, 2e-4)),
    "phases": partial(book, steps=1600),
    "phases, G faster": partial(book, rates=(1e-4, 4e-4), steps=1000),
    "WGAN-GP": wgan,
    "WGAN-GP, rate 1e-4": partial(wgan, rate=1e-4),
    "conditional": labelled,
    "conditional, G faster": partial(labelled, rates=(1e-4, 4e-4)),
}
