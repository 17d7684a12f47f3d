"""Adversarial losses: pure functions from logits to one number.

Every discriminator loss is the *mean* of its real half and its fake half, so that the d_loss and
the g_loss of the classic game share a scale: both are ln 2 = 0.693 when D can only guess. All of
them compute in float32, whatever the precision of the logits.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf
from keras import ops


def bce_d_loss(real_logits, fake_logits) -> tf.Tensor:
    """Return the binary cross-entropy of D, which should answer 1 to real and 0 to fake images.

    Args:
        real_logits: [B, 1], any range.
        fake_logits: [B, 1], any range.

    Returns:
        A float32 scalar >= 0.

    With s the sigmoid, -log s(x) = softplus(-x) and -log(1 - s(x)) = softplus(x), which never
    takes the logarithm of 0. Goodfellow et al. 2014, arXiv:1406.2661, equation 1.
    """
    real_loss = ops.mean(ops.softplus(-_float32(real_logits)))
    fake_loss = ops.mean(ops.softplus(_float32(fake_logits)))
    return (real_loss + fake_loss) / 2


def bce_g_loss(fake_logits) -> tf.Tensor:
    """Return the binary cross-entropy of G, which wants D to answer 1 to its fakes.

    Args:
        fake_logits: [B, 1], any range.

    Returns:
        A float32 scalar >= 0.

    This is the non-saturating loss of Goodfellow et al. 2014, section 3: maximise log D(G(z)),
    because minimising log(1 - D(G(z))) stalls while D is winning.
    """
    return ops.mean(ops.softplus(-_float32(fake_logits)))


def hinge_d_loss(real_logits, fake_logits) -> tf.Tensor:
    """Return the hinge loss of D: real logits above +1 and fake logits below -1 cost nothing.

    Args:
        real_logits: [B, 1], any range.
        fake_logits: [B, 1], any range.

    Returns:
        A float32 scalar >= 0; it is 1 if every logit is 0.

    Lim and Ye 2017, arXiv:1705.02894, where it is the sum of the halves; here it is their mean.
    """
    real_loss = ops.mean(ops.relu(1.0 - _float32(real_logits)))
    fake_loss = ops.mean(ops.relu(1.0 + _float32(fake_logits)))
    return (real_loss + fake_loss) / 2


def hinge_g_loss(fake_logits) -> tf.Tensor:
    """Return the loss of G in the hinge game: minus the mean logit of its fakes.

    Args:
        fake_logits: [B, 1], any range.

    Returns:
        A float32 scalar of either sign, without bound.

    Lim and Ye 2017, arXiv:1705.02894.
    """
    return -ops.mean(_float32(fake_logits))


def _float32(logits):
    return ops.cast(logits, "float32")


class AdversarialLoss(NamedTuple):
    """Both sides of one game: `d_loss(real_logits, fake_logits)` and `g_loss(fake_logits)`."""

    d_loss: Callable
    g_loss: Callable


LOSSES = {
    "bce": AdversarialLoss(bce_d_loss, bce_g_loss),
    "hinge": AdversarialLoss(hinge_d_loss, hinge_g_loss),
}


def load(name) -> AdversarialLoss:
    """Return the loss of that name.

    Args:
        name: "bce" or "hinge".

    Raises:
        ValueError: for any other name; the message lists the known ones.
    """
    if not isinstance(name, str) or name not in LOSSES:
        known = " or ".join(map(repr, LOSSES))
        shown = f"loss={name!r}" if isinstance(name, str) else f"loss is a {type(name).__name__}"
        hint = ". Binary cross-entropy of logits is 'bce'" * ("crossentropy" in repr(name).lower())
        raise ValueError(f"{shown}: expected {known}, which hold D's loss and G's{hint}")
    return LOSSES[name]
