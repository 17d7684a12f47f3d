"""Adversarial losses: pure functions from raw scores (logits) to one number.

Every discriminator loss is the *mean* of its real and its fake half, so that d_loss and g_loss
of the classic game share a scale: both are ln 2 = 0.693 when D can only guess.
"""

from collections.abc import Callable
from typing import NamedTuple

from keras import ops


def bce_d_loss(real_logits, fake_logits):
    """Binary cross-entropy of a discriminator that should say 1 to real and 0 to fake.

    `real_logits`, `fake_logits`: [B, 1] raw scores, any range. Returns a float32 scalar >= 0.
    With s the sigmoid, -log s(x) = softplus(-x) and -log(1 - s(x)) = softplus(x), which never
    takes the logarithm of 0. Goodfellow et al. 2014, arXiv:1406.2661, equation 1.
    """
    real_loss = ops.mean(ops.softplus(-_float32(real_logits)))
    fake_loss = ops.mean(ops.softplus(_float32(fake_logits)))
    return (real_loss + fake_loss) / 2


def bce_g_loss(fake_logits):
    """Binary cross-entropy of a generator that wants its fakes called real ("non-saturating").

    `fake_logits`: [B, 1] raw scores. Returns a float32 scalar >= 0. Goodfellow et al. 2014,
    section 3: maximise log D(G(z)), for minimising log(1 - D(G(z))) stalls while D is winning.
    """
    return ops.mean(ops.softplus(-_float32(fake_logits)))


def hinge_d_loss(real_logits, fake_logits):
    """Hinge loss of a discriminator: real above +1 and fake below -1 cost nothing.

    `real_logits`, `fake_logits`: [B, 1] raw scores. Returns a float32 scalar >= 0; 1 where D
    answers 0 to everything. Lim and Ye 2017, arXiv:1705.02894 (here the mean of the halves).
    """
    real_loss = ops.mean(ops.relu(1.0 - _float32(real_logits)))
    fake_loss = ops.mean(ops.relu(1.0 + _float32(fake_logits)))
    return (real_loss + fake_loss) / 2


def hinge_g_loss(fake_logits):
    """Hinge loss of a generator: raise the score of the fakes, without bound.

    `fake_logits`: [B, 1] raw scores. Returns a float32 scalar of either sign. Lim and Ye 2017.
    """
    return -ops.mean(_float32(fake_logits))


def _float32(logits):
    return ops.cast(logits, "float32")


class AdversarialLoss(NamedTuple):
    """The two sides of one game: `d_loss(real_logits, fake_logits)` and `g_loss(fake_logits)`."""

    d_loss: Callable
    g_loss: Callable


LOSSES = {
    "bce": AdversarialLoss(bce_d_loss, bce_g_loss),
    "hinge": AdversarialLoss(hinge_d_loss, hinge_g_loss),
}


def load(name):
    """The `AdversarialLoss` of that name: "bce" or "hinge". Raises ValueError for another."""
    if name not in LOSSES:
        raise ValueError(f"unknown loss {name!r}; known: {', '.join(LOSSES)}")
    return LOSSES[name]
