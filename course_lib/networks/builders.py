"""Builders of the generators and discriminators: pure functions that return a named keras.Model.

Two layers are computed in a cheaper way (`rewrites`), all others are Keras's own. Generators end in
tanh, pixels in [-1, 1]; discriminators end in one logit.
"""

import math

import keras
from keras import layers

from course_lib.data.pixels import IMAGE_SHAPE
from course_lib.networks.layers import NarrowConv2D, NearestConv2DTranspose


def build_mlp_generator(
    latent_dim, widths, *, activation="leaky_relu", batch_norm_momentum=None, name="generator"
):
    """A generator of Dense layers: z [B, latent_dim] -> images [B, 28, 28, 1] in [-1, 1].

    `widths`: units of each hidden layer. `activation`: "relu", or "leaky_relu" with slope 0.2.
    `batch_norm_momentum`: a number puts BatchNormalization after each hidden activation. From the
    tutorials kaggle-mlp-gan (256, 512, 1024, momentum 0.8) and letters-mlp-gan (256, 256, ReLU).
    """
    z = x = keras.Input((latent_dim,), name="z")
    for width in widths:
        x = layers.Dense(width)(x)
        x = layers.ReLU()(x) if activation == "relu" else layers.LeakyReLU(0.2)(x)
        if batch_norm_momentum is not None:
            x = layers.BatchNormalization(momentum=batch_norm_momentum)(x)
    x = layers.Dense(math.prod(IMAGE_SHAPE), activation="tanh", dtype="float32")(x)
    return keras.Model(z, layers.Reshape(IMAGE_SHAPE, dtype="float32")(x), name=name)


def build_mlp_discriminator(widths, *, name="discriminator"):
    """A discriminator of Dense layers: images [B, 28, 28, 1] in [-1, 1] -> logits [B, 1].

    `widths`: units of each hidden layer, each followed by LeakyReLU with slope 0.2. From the
    tutorials kaggle-mlp-gan (512, 256) and letters-mlp-gan (256, 256), without their sigmoid.
    """
    images = keras.Input(IMAGE_SHAPE, name="images")
    x = layers.Flatten()(images)
    for width in widths:
        x = layers.Dense(width)(x)
        x = layers.LeakyReLU(0.2)(x)
    return keras.Model(images, layers.Dense(1, dtype="float32")(x), name=name)


def upsample(x, filters, kernel, how):
    """Double height and width: [B, h, w, c] -> [B, 2h, 2w, filters]; lesson 05 compares the ways.

    `how`: "transposed" (one strided Conv2DTranspose), "nearest" (repeat each pixel, then a plain
    Conv2DTranspose, as letters-dcgan does) or "shuffle" (convolve to 4·filters channels, then lay
    them out as 2×2 blocks: sub-pixel convolution, Shi et al. 2016, arXiv:1609.05158).
    Raises ValueError for another word.
    """
    if how == "transposed":
        return layers.Conv2DTranspose(filters, kernel, strides=2, padding="same")(x)
    if how == "nearest":
        x = layers.UpSampling2D()(x)
        return NearestConv2DTranspose(filters, kernel, padding="same")(x)
    if how == "shuffle":
        x = layers.Conv2D(4 * filters, kernel, padding="same")(x)
        return channels_to_pixels(x)
    raise ValueError(f"how={how!r}: expected 'transposed', 'nearest' or 'shuffle'")


def channels_to_pixels(x):
    """Depth to space: four channels become a 2×2 block, [B, h, w, 4c] -> [B, 2h, 2w, c].

    Only reshapes and a transposition, with no weights.
    """
    _, h, w, c = x.shape
    x = layers.Reshape((h, w, 2, 2, c // 4))(x)
    x = layers.Permute((1, 3, 2, 4, 5))(x)  # [B, h, 2, w, 2, c]
    return layers.Reshape((2 * h, 2 * w, c // 4))(x)


def pixels_to_channels(x):
    """Space to depth, the inverse: a 2×2 block becomes four channels, halving height and width."""
    _, h, w, c = x.shape
    x = layers.Reshape((h // 2, 2, w // 2, 2, c))(x)
    x = layers.Permute((1, 3, 2, 4, 5))(x)  # [B, h/2, w/2, 2, 2, c]
    return layers.Reshape((h // 2, w // 2, 4 * c))(x)


def build_dcgan_generator(
    latent_dim,
    base_filters,
    filters,
    *,
    how="transposed",
    kernel=5,
    extra_filters=(),
    last_kernel=5,
    last_layer="conv",
    negative_slope=0.2,
    batch_norm=True,
    dropout=0.0,
    name="generator",
):
    """A convolutional generator: z [B, latent_dim] -> images [B, 28, 28, 1] in [-1, 1].

    A Dense layer lays out 7×7×`base_filters`; each of the two numbers in `filters` doubles the
    side (7 -> 14 -> 28) by `upsample(..., how)` with `kernel`; `extra_filters` add
    Conv2DTranspose layers at 28×28; the last layer ("conv" or "transposed") makes one channel with
    `last_kernel` and tanh. LeakyReLU(`negative_slope`) and, if asked, BatchNormalization follow
    each; `dropout` acts on the 7×7 map. Radford et al. 2015, arXiv:1511.06434; the tutorials
    mnist-dcgan (transposed) and letters-dcgan (nearest).
    """

    def activate(x):
        x = layers.LeakyReLU(negative_slope)(x)
        return layers.BatchNormalization()(x) if batch_norm else x

    z = keras.Input((latent_dim,), name="z")
    x = activate(layers.Dense(7 * 7 * base_filters)(z))
    x = layers.Reshape((7, 7, base_filters))(x)  # [B, 7, 7, base_filters]
    if dropout:
        x = layers.Dropout(dropout)(x)
    for width in filters:
        x = activate(upsample(x, width, kernel, how))  # [B, 14, 14, ...], then [B, 28, 28, ...]
    for width in extra_filters:
        x = activate(layers.Conv2DTranspose(width, kernel, padding="same")(x))
    last = {"conv": NarrowConv2D, "transposed": layers.Conv2DTranspose}[last_layer]
    images = last(1, last_kernel, padding="same", activation="tanh", dtype="float32")(x)
    return keras.Model(z, images, name=name)


def build_dcgan_discriminator(
    filters, *, kernel=5, strides=None, negative_slope=0.2, dropout=0.0, name="discriminator"
):
    """A convolutional discriminator: images [B, 28, 28, 1] in [-1, 1] -> logits [B, 1].

    One Conv2D per number in `filters`, of stride 2 unless `strides` says otherwise, each followed
    by LeakyReLU(`negative_slope`) and Dropout(`dropout`). From the tutorials mnist-dcgan (64, 64)
    and letters-dcgan (64, 128, 256, 512), without their sigmoid.
    """
    images = x = keras.Input(IMAGE_SHAPE, name="images")
    for width, stride in zip(filters, strides or [2] * len(filters), strict=True):
        x = layers.Conv2D(width, kernel, strides=stride, padding="same")(x)
        x = layers.LeakyReLU(negative_slope)(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    logits = layers.Dense(1, dtype="float32")(layers.Flatten()(x))
    return keras.Model(images, logits, name=name)


def build_shuffle_generator(latent_dim, base_filters, filters, *, name="generator"):
    """The workshop generator: every convolution at 7×7 or 14×14, where it is cheap.

    z [B, latent_dim] -> images [B, 28, 28, 1] in [-1, 1]. Dense to 7×7×`base_filters`, sub-pixel
    convolution (3×3) to 14×14×`filters`, then a 5×5 one to 4 channels laid out as 28×28 pixels.
    Shi et al. 2016, arXiv:1609.05158.
    """
    z = keras.Input((latent_dim,), name="z")
    x = layers.Dense(7 * 7 * base_filters)(z)
    x = layers.Reshape((7, 7, base_filters))(x)  # [B, 7, 7, base_filters]
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = upsample(x, filters, 3, "shuffle")  # [B, 14, 14, filters]
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = upsample(x, 1, 5, "shuffle")  # [B, 28, 28, 1]
    return keras.Model(z, layers.Activation("tanh", dtype="float32")(x), name=name)


def build_shuffle_discriminator(filters, *, name="discriminator"):
    """The workshop discriminator: images [B, 28, 28, 1] in [-1, 1] -> logits [B, 1].

    Space to depth makes 14×14×4 of the image without losing a pixel; strided 5×5 convolutions of
    `filters` with LeakyReLU(0.2) follow.
    """
    images = keras.Input(IMAGE_SHAPE, name="images")
    x = pixels_to_channels(images)  # [B, 14, 14, 4]
    for width in filters:
        x = layers.Conv2D(width, 5, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.2)(x)
    logits = layers.Dense(1, dtype="float32")(layers.Flatten()(x))
    return keras.Model(images, logits, name=name)


def build_classifier(n_classes, *, seed=0, name="classifier"):
    """A reader of characters: images [B, 28, 28, 1] in [-1, 1] -> features and logits.

    Returns {"features": [B, 64], "logits": [B, n_classes]}. Two 5×5 convolutions with batch
    normalisation on 14×14 pixels of four channels; `metrics` measures in the features.
    """
    weights = lambda: keras.initializers.GlorotUniform(seed=seed)  # noqa: E731
    images = keras.Input(IMAGE_SHAPE, name="images")
    x = pixels_to_channels(images)  # [B, 14, 14, 4]
    for width, stride in ((32, 1), (64, 2)):
        x = layers.Conv2D(width, 5, stride, "same", use_bias=False, kernel_initializer=weights())(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Dropout(0.3, seed=seed)(layers.Flatten()(x))
    x = layers.Dense(64, kernel_initializer=weights())(x)
    features = layers.LeakyReLU(0.2, dtype="float32", name="features")(x)  # none is ever constant
    logits = layers.Dense(n_classes, dtype="float32", kernel_initializer=weights())(features)
    return keras.Model(images, {"features": features, "logits": logits}, name=name)


def build_vae_encoder(n_classes, latent_dim=64, *, kernel=5, name="encoder"):
    """The style tutorial's encoder: images [B, 28, 28, 1] in [-1, 1] -> the character, and the style.

    Returns {"logits": [B, n_classes], "z_mean": [B, latent_dim], "z_log_var": [B, latent_dim]}. Two
    strided convolutions of 32 filters, 28 -> 14 -> 7; a class head of 128 units; the posterior
    straight from the map. From the tutorial *Hand Writing Generation*, which does not tell its
    kernels: 5 is ours.
    """
    images = x = keras.Input(IMAGE_SHAPE, name="images")
    for _ in range(2):
        x = layers.Conv2D(32, kernel, strides=2, padding="same", activation="relu")(x)
    x = layers.Flatten()(x)  # [B, 1568]
    outputs = {
        "logits": layers.Dense(n_classes, dtype="float32")(layers.Dense(128, activation="relu")(x)),
        "z_mean": layers.Dense(latent_dim, dtype="float32", name="z_mean")(x),
        "z_log_var": layers.Dense(latent_dim, dtype="float32", name="z_log_var")(x),
    }
    return keras.Model(images, outputs, name=name)


def build_vae_decoder(n_classes, latent_dim=64, *, kernel=4, name="decoder"):
    """The style tutorial's decoder: (classes [B, n_classes], z [B, latent_dim]) -> pixel logits.

    The logits [B, 28, 28, 1] are Bernoulli's: their sigmoid is the probability [0, 1] of ink.
    `classes`: one-hot, or probabilities. 128 units lead from the class to a 7×7×32 map, z has a map
    of its own; two strided transposed convolutions follow. From the tutorial *Hand Writing
    Generation*, which does not tell how the maps are joined and how large the kernels are: we add
    them, the one way that keeps its 7×7×32, with a ReLU behind, and take 4, which weaves evenly.
    """
    classes = keras.Input((n_classes,), name="classes")
    z = keras.Input((latent_dim,), name="z")
    what = layers.Dense(7 * 7 * 32)(layers.Dense(128, activation="relu")(classes))
    how = layers.Dense(7 * 7 * 32)(z)
    x = layers.ReLU()(layers.Add()([what, how]))
    x = layers.Reshape((7, 7, 32))(x)  # [B, 7, 7, 32]
    x = layers.Conv2DTranspose(32, kernel, strides=2, padding="same", activation="relu")(x)
    logits = layers.Conv2DTranspose(1, kernel, strides=2, padding="same", dtype="float32")(x)
    return keras.Model([classes, z], logits, name=name)
