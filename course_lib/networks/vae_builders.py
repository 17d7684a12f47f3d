"""Build the two networks of a style VAE: the tutorial's, and ours.

Images go in as [B, 28, 28, 1] in [-1, 1]. The decoder returns one logit for each pixel; its sigmoid
is the probability of ink. `name` is always the model's name.
"""

import keras
from keras import layers

from course_lib.data.pixels import IMAGE_SHAPE
from course_lib.networks.builders import upsample


def build_vae_encoder(
    n_classes, latent_dim=64, *, kernel=5, unit_range=False, name="encoder"
) -> keras.Model:
    """Build a style VAE's encoder: from an image to its character and its style.

    Two strided convolutions of 32 filters, 28 -> 14 -> 7, lead to a class head with 128 units and,
    directly, to the parameters of the posterior of z.

    Args:
        n_classes: how many characters it tells apart.
        latent_dim: width of z.
        kernel: side of the square kernels, in pixels; 4 in the tutorial, 5 in ours.
        unit_range: whether to rescale the pixels to [0, 1] first, as in the tutorial, so that the
            zeros that pad a convolution are black.

    Returns:
        A model images [B, 28, 28, 1] in [-1, 1] -> {"logits": [B, n_classes], "z_mean":
        [B, latent_dim], "z_log_var": [B, latent_dim]}.

    From the tutorial *Hand Writing Generation*.
    """
    images = x = keras.Input(IMAGE_SHAPE, name="images")
    if unit_range:
        x = layers.Rescaling(0.5, 0.5, dtype="float32")(x)
    for _ in range(2):
        x = layers.Conv2D(32, kernel, strides=2, padding="same", activation="relu")(x)
    x = layers.Flatten()(x)  # [B, 1568]
    outputs = {
        "logits": layers.Dense(n_classes, dtype="float32")(layers.Dense(128, activation="relu")(x)),
        "z_mean": layers.Dense(latent_dim, dtype="float32", name="z_mean")(x),
        "z_log_var": layers.Dense(latent_dim, dtype="float32", name="z_log_var")(x),
    }
    return keras.Model(images, outputs, name=name)


def build_vae_decoder(n_classes, latent_dim=64, *, name="decoder") -> keras.Model:
    """Build our style VAE's decoder: from a character and a style to an image.

    The class passes through 128 units to a 7×7×32 map, and z has a map of its own; their sum, with
    a ReLU, grows to 28×28 by two sub-pixel convolutions. Between them, one more convolution joins
    the strokes at 14×14.

    Args:
        n_classes: how many characters there are.
        latent_dim: width of z.

    Returns:
        A model (classes [B, n_classes], z [B, latent_dim]) -> pixel logits [B, 28, 28, 1]. Classes
        are one-hot vectors or probabilities. The sigmoid of a logit is the probability of ink.
    """
    classes = keras.Input((n_classes,), name="classes")
    z = keras.Input((latent_dim,), name="z")
    from_class = layers.Dense(7 * 7 * 32)(layers.Dense(128, activation="relu")(classes))
    from_z = layers.Dense(7 * 7 * 32)(z)
    x = layers.ReLU()(layers.Add()([from_class, from_z]))
    x = layers.Reshape((7, 7, 32))(x)  # [B, 7, 7, 32]
    x = layers.ReLU()(upsample(x, 24, 3, "shuffle"))  # [B, 14, 14, 24]
    x = layers.Conv2D(24, 3, padding="same", activation="relu")(x)
    x = upsample(x, 1, 5, "shuffle")  # [B, 28, 28, 1]
    logits = layers.Activation("linear", dtype="float32")(x)
    return keras.Model([classes, z], logits, name=name)


def build_published_vae_decoder(n_classes, latent_dim=64, *, name="decoder") -> keras.Model:
    """Build the decoder of the tutorial *Hand Writing Generation*, to the parameter.

    The class passes through 128 units to a 7×7×32 map with a ReLU, and z has a map of its own
    without one. Their sum goes straight into two strided transposed convolutions.

    Args:
        n_classes: how many characters there are.
        latent_dim: width of z.

    Returns:
        A model as `build_vae_decoder` returns it.
    """
    classes = keras.Input((n_classes,), name="classes")
    z = keras.Input((latent_dim,), name="z")
    hidden = layers.Dense(128, activation="relu")(classes)
    from_class = layers.Dense(7 * 7 * 32, activation="relu")(hidden)
    x = layers.Add()([from_class, layers.Dense(7 * 7 * 32)(z)])
    x = layers.Reshape((7, 7, 32))(x)  # [B, 7, 7, 32]
    x = layers.Conv2DTranspose(32, 4, strides=2, padding="same", activation="relu")(x)
    logits = layers.Conv2DTranspose(1, 4, strides=2, padding="same", dtype="float32")(x)
    return keras.Model([classes, z], logits, name=name)
