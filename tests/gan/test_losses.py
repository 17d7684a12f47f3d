"""Adversarial losses against hand-worked numbers and Keras's own cross-entropy."""

import keras
import numpy as np
import pytest

from course_lib.gan import losses

REAL = np.array([[0.0], [2.0], [-1.5]], "float32")
FAKE = np.array([[0.5], [-3.0], [1.0]], "float32")


def test_guessing_costs_ln_2_on_both_sides():
    zero = np.zeros((4, 1), "float32")
    assert float(losses.bce_d_loss(zero, zero)) == pytest.approx(np.log(2), abs=1e-6)
    assert float(losses.bce_g_loss(zero)) == pytest.approx(np.log(2), abs=1e-6)


def test_bce_equals_keras_on_one_stacked_batch():
    keras_loss = keras.losses.BinaryCrossentropy(from_logits=True)
    logits = np.concatenate([REAL, FAKE])
    labels = np.concatenate([np.ones_like(REAL), np.zeros_like(FAKE)])
    assert float(losses.bce_d_loss(REAL, FAKE)) == pytest.approx(
        float(keras_loss(labels, logits)), rel=1e-6
    )
    assert float(losses.bce_g_loss(FAKE)) == pytest.approx(
        float(keras_loss(np.ones_like(FAKE), FAKE)), rel=1e-6
    )


def test_hinge_by_hand():
    # real: max(0, 1 - x) of 0, 2, -1.5 = 1, 0, 2.5; fake: max(0, 1 + x) = 1.5, 0, 2
    assert float(losses.hinge_d_loss(REAL, FAKE)) == pytest.approx((3.5 / 3 + 3.5 / 3) / 2)
    assert float(losses.hinge_g_loss(FAKE)) == pytest.approx(-(0.5 - 3.0 + 1.0) / 3)


def test_huge_logits_stay_finite():
    huge = np.full((2, 1), 1e4, "float32")
    assert float(losses.bce_d_loss(-huge, huge)) == pytest.approx(1e4)
    assert float(losses.bce_g_loss(huge)) == 0.0


def test_half_precision_logits_give_a_float32_loss():
    loss = losses.bce_g_loss(keras.ops.cast(FAKE, "bfloat16"))
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"


def test_unknown_loss_lists_the_known_ones():
    with pytest.raises(ValueError, match="'bce' or 'hinge'"):
        losses.load("mse")
