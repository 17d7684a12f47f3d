"""The three losses of the supervised VAE, in nats: pure functions, each an equation of a paper."""

import tensorflow as tf
from keras import ops


def reconstruction_loss(real_images, pixel_logits) -> tf.Tensor:
    """Return minus the log-likelihood of the images under a Bernoulli decoder.

    Args:
        real_images: [B, 28, 28, 1] in [-1, 1]; (pixel + 1) / 2 is its probability of ink.
        pixel_logits: the decoder's output, [B, 28, 28, 1], any range.

    Returns:
        A float32 scalar in nats per image: the sum over pixels, the mean over the batch.

    Kingma and Welling 2013, arXiv:1312.6114, appendix C.1.
    """
    ink, logits = (_float32(real_images) + 1) / 2, _float32(pixel_logits)
    each = ops.softplus(logits) - ink * logits
    return ops.mean(ops.sum(each, axis=(1, 2, 3)))


def kl_loss(z_mean, z_log_var) -> tf.Tensor:
    """Return the Kullback-Leibler divergence of the posterior of z from the standard normal.

    Args:
        z_mean: means of the posterior, [B, latent_dim].
        z_log_var: logarithms of its variances, [B, latent_dim].

    Returns:
        A float32 scalar >= 0 in nats per image: the sum over the latent dimensions, the mean over
        the batch.

    Kingma and Welling 2013, arXiv:1312.6114, appendix B.
    """
    z_mean, z_log_var = _float32(z_mean), _float32(z_log_var)
    each = ops.exp(z_log_var) + ops.square(z_mean) - 1 - z_log_var
    return ops.mean(ops.sum(each, axis=1)) / 2


def class_loss(labels, logits) -> tf.Tensor:
    """Return the cross-entropy of the class head.

    Args:
        labels: integers [B].
        logits: [B, classes], any range.

    Returns:
        A float32 scalar >= 0 in nats per image, the mean over the batch.

    Kingma et al. 2014, arXiv:1406.5298, equation 9.
    """
    each = ops.log_softmax(_float32(logits)) * ops.one_hot(labels, logits.shape[-1])
    return -ops.mean(ops.sum(each, axis=1))


def _float32(numbers):
    return ops.cast(numbers, "float32")
