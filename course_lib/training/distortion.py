"""Small random distortions of images, so that a network learns from more than it was given."""

import tensorflow as tf
from keras import ops


def distort(images, seed, turn=0.15, stretch=0.1, shift=2.0) -> tf.Tensor:
    """Rotate, stretch and shift each image a little, at random, inside a graph.

    Args:
        images: [B, 28, 28, 1] in [-1, 1]; what moves in from outside is background (-1).
        seed: a tensor of two integers.
        turn: the largest rotation, in radians.
        stretch: the largest change of width and of height, as a fraction.
        shift: the largest shift in each direction, in pixels.

    Returns:
        Images of the same shape and range.
    """
    r = tf.random.stateless_uniform((5, tf.shape(images)[0]), seed, -1.0, 1.0)
    cos, sin = tf.cos(turn * r[0]), tf.sin(turn * r[0])
    wide, high = 1 + stretch * r[1], 1 + stretch * r[2]
    a, b, c, d = cos / wide, -sin / wide, sin / high, cos / high  # where a pixel comes from
    x = 13.5 * (1 - a - b) + shift * r[3]  # about the centre
    y = 13.5 * (1 - c - d) + shift * r[4]
    nothing = tf.zeros_like(x)
    matrix = tf.stack([a, b, x, c, d, y, nothing, nothing], axis=1)
    return ops.image.affine_transform(images, matrix, fill_value=-1.0)
