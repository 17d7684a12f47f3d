"""The VAE's losses against closed forms, an integral and Keras's own cross-entropy."""

import keras
import numpy as np
import pytest
from scipy import stats

from course_lib.vae import losses


def test_kl_equals_the_closed_form_and_an_integral():
    """N(1, 1) from N(0, 1): 1/2. Another one by summing p log(p / q) over a fine grid."""
    assert float(losses.kl_loss([[1.0, 0.0]], [[0.0, 0.0]])) == pytest.approx(0.5)
    mean, log_var = 0.7, -1.2
    x, step = np.linspace(-8, 8, 20_001, retstep=True)
    p = stats.norm(mean, np.exp(log_var / 2)).pdf(x)
    by_hand = (p * (np.log(p + 1e-300) - stats.norm.logpdf(x))).sum() * step
    assert float(losses.kl_loss([[mean]], [[log_var]])) == pytest.approx(by_hand, rel=1e-5)


def test_reconstruction_is_minus_the_bernoulli_log_likelihood():
    rng = np.random.default_rng(0)
    ink, logits = rng.uniform(0, 1, (3, 28, 28, 1)), rng.normal(0, 3, (3, 28, 28, 1))
    p = 1 / (1 + np.exp(-logits))
    likelihood = (ink * np.log(p) + (1 - ink) * np.log(1 - p)).sum(axis=(1, 2, 3))
    found = float(losses.reconstruction_loss((2 * ink - 1).astype("float32"), logits))
    assert found == pytest.approx(-likelihood.mean(), rel=1e-5)


def test_class_loss_equals_keras():
    rng = np.random.default_rng(0)
    labels, logits = rng.integers(0, 5, 7), rng.normal(0, 2, (7, 5)).astype("float32")
    wanted = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
    assert float(losses.class_loss(labels, logits)) == pytest.approx(float(wanted), rel=1e-5)
