"""The three losses of the supervised VAE, in nats: pure functions, each the paper's equation."""

from keras import ops


def reconstruction_loss(real_images, pixel_logits):
    """Minus the log-likelihood of images under a Bernoulli decoder, in nats an image.

    `real_images`: [B, 28, 28, 1] in [-1, 1], read as the probabilities [0, 1] of ink;
    `pixel_logits`: the same shape. The sum over pixels, the mean over the batch.
    Kingma and Welling 2013, arXiv:1312.6114, appendix C.1.
    """
    ink, logits = (_float32(real_images) + 1) / 2, _float32(pixel_logits)
    each = ops.softplus(logits) - ink * logits
    return ops.mean(ops.sum(each, axis=(1, 2, 3)))


def kl_loss(z_mean, z_log_var):
    """Kullback-Leibler divergence of N(z_mean, exp(z_log_var)) from the standard normal, in nats.

    `z_mean`, `z_log_var`: [B, latent_dim]. Returns a scalar >= 0, the sum over the latent
    dimensions, the mean over the batch. Kingma and Welling 2013, appendix B.
    """
    z_mean, z_log_var = _float32(z_mean), _float32(z_log_var)
    each = ops.exp(z_log_var) + ops.square(z_mean) - 1 - z_log_var
    return ops.mean(ops.sum(each, axis=1)) / 2


def class_loss(labels, logits):
    """Cross-entropy of a classifier, in nats: `labels` integers [B], `logits` [B, classes]."""
    each = ops.log_softmax(_float32(logits)) * ops.one_hot(labels, logits.shape[-1])
    return -ops.mean(ops.sum(each, axis=1))


def _float32(numbers):
    return ops.cast(numbers, "float32")
