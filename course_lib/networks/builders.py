"""Build the networks of the course: pure functions, each of which returns a named keras.Model.

Images go in and come out as [B, 28, 28, 1] in [-1, 1]. The output of a network depends on its job:

- a generator ends in tanh, which gives pixels in [-1, 1]; with `unit_range`, in a sigmoid whose
  pixels in [0, 1] are then rescaled;
- a discriminator ends in one logit, with no sigmoid;
- the classifier returns a dict: class logits together with features.

`networks.vae_builders` builds the two networks of the style VAE.

All layers are Keras's own except two that compute the same result with less work
(`networks.layers`). `name` is always the model's name.
"""

import math

import keras
from keras import layers, ops

from course_lib.data.pixels import IMAGE_SHAPE
from course_lib.networks.latent import chosen_classes
from course_lib.networks.layers import NarrowConv2D, NearestConv2DTranspose


def build_mlp_generator(
    latent_dim, widths, *, activation="leaky_relu", batch_norm_momentum=None, name="generator"
) -> keras.Model:
    """Build a generator of Dense layers.

    Args:
        latent_dim: width of z.
        widths: units of each hidden layer.
        activation: "relu", or "leaky_relu" with slope 0.2.
        batch_norm_momentum: if given, BatchNormalization with this momentum (0 to 1) follows each
            hidden activation.

    Returns:
        A model z [B, latent_dim] -> images [B, 28, 28, 1] in [-1, 1].

    From the tutorials kaggle-mlp-gan (256, 512, 1024, momentum 0.8) and letters-mlp-gan (256, 256,
    ReLU).
    """
    z = x = keras.Input((latent_dim,), name="z")
    for width in widths:
        x = layers.Dense(width)(x)
        x = layers.ReLU()(x) if activation == "relu" else layers.LeakyReLU(0.2)(x)
        if batch_norm_momentum is not None:
            x = layers.BatchNormalization(momentum=batch_norm_momentum)(x)
    x = layers.Dense(math.prod(IMAGE_SHAPE), activation="tanh", dtype="float32")(x)
    return keras.Model(z, layers.Reshape(IMAGE_SHAPE, dtype="float32")(x), name=name)


def build_mlp_discriminator(widths, *, name="discriminator") -> keras.Model:
    """Build a discriminator of Dense layers.

    Args:
        widths: units of each hidden layer; each is followed by LeakyReLU with slope 0.2.

    Returns:
        A model images [B, 28, 28, 1] in [-1, 1] -> logits [B, 1].

    From the tutorials kaggle-mlp-gan (512, 256) and letters-mlp-gan (256, 256), without their
    sigmoid.
    """
    images = keras.Input(IMAGE_SHAPE, name="images")
    x = layers.Flatten()(images)
    for width in widths:
        x = layers.Dense(width)(x)
        x = layers.LeakyReLU(0.2)(x)
    return keras.Model(images, layers.Dense(1, dtype="float32")(x), name=name)


def upsample(x, filters, kernel, how) -> keras.KerasTensor:
    """Double height and width by one of three methods, which lesson 05 compares.

    Args:
        x: the output of a Keras layer, [B, h, w, c].
        filters: channels of the result.
        kernel: side of the square kernel, in pixels.
        how: "transposed" (one strided Conv2DTranspose), "nearest" (repeat each pixel, then a
            Conv2DTranspose of stride 1, as in letters-dcgan) or "shuffle" (convolve to 4·filters
            channels, then lay these out as 2×2 blocks: sub-pixel convolution, Shi et al. 2016,
            arXiv:1609.05158).

    Returns:
        [B, 2h, 2w, filters], with no activation.

    Raises:
        ValueError: for any other `how`.
    """
    if how == "transposed":
        return layers.Conv2DTranspose(filters, kernel, strides=2, padding="same")(x)
    if how == "nearest":
        x = layers.UpSampling2D()(x)
        return NearestConv2DTranspose(filters, kernel, padding="same")(x)
    if how == "shuffle":
        x = layers.Conv2D(4 * filters, kernel, padding="same")(x)
        return channels_to_pixels(x)
    raise ValueError(f"how is {how!r}: expected 'transposed', 'nearest' or 'shuffle'")


def channels_to_pixels(x) -> keras.KerasTensor:
    """Lay out each four channels as a 2×2 block of pixels (depth to space).

    Args:
        x: the output of a Keras layer, [B, h, w, 4c].

    Returns:
        [B, 2h, 2w, c]. Two reshapes and a transposition do it; there are no weights.
    """
    _, h, w, c = x.shape
    x = layers.Reshape((h, w, 2, 2, c // 4))(x)
    x = layers.Permute((1, 3, 2, 4, 5))(x)  # [B, h, 2, w, 2, c]
    return layers.Reshape((2 * h, 2 * w, c // 4))(x)


def pixels_to_channels(x) -> keras.KerasTensor:
    """Turn each 2×2 block of pixels into four channels (space to depth).

    It is the inverse of `channels_to_pixels`.

    Args:
        x: the output of a Keras layer, [B, h, w, c], with h and w even.

    Returns:
        [B, h/2, w/2, 4c].
    """
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
    unit_range=False,
    name="generator",
) -> keras.Model:
    """Build a convolutional generator: z [B, latent_dim] -> images [B, 28, 28, 1] in [-1, 1].

    A Dense layer gives a 7×7×`base_filters` map, on which `dropout` (a rate, 0 to 1) acts. Each of
    the two numbers in `filters` doubles the side by `upsample(..., kernel, how)`, and each of
    `extra_filters` adds a Conv2DTranspose at 28×28. LeakyReLU(`negative_slope`) and, if
    `batch_norm`, BatchNormalization follow every one of these. `last_layer` ("conv" or
    "transposed", side `last_kernel`) makes one channel with tanh. With `unit_range` it ends in a
    sigmoid instead, whose pixels in [0, 1] are then rescaled to [-1, 1]. Radford et al. 2015,
    arXiv:1511.06434; the tutorials mnist-dcgan (transposed) and letters-dcgan (nearest).
    """
    z = keras.Input((latent_dim,), name="z")
    x = _activate(layers.Dense(7 * 7 * base_filters)(z), negative_slope, batch_norm)
    x = layers.Reshape((7, 7, base_filters))(x)  # [B, 7, 7, base_filters]
    if dropout:
        x = layers.Dropout(dropout)(x)
    for width in filters:  # [B, 14, 14, ...], then [B, 28, 28, ...]
        x = _activate(upsample(x, width, kernel, how), negative_slope, batch_norm)
    for width in extra_filters:
        x = layers.Conv2DTranspose(width, kernel, padding="same")(x)
        x = _activate(x, negative_slope, batch_norm)
    last = {"conv": NarrowConv2D, "transposed": layers.Conv2DTranspose}[last_layer]
    ending = "sigmoid" if unit_range else "tanh"
    images = last(1, last_kernel, padding="same", activation=ending, dtype="float32")(x)
    if unit_range:
        images = layers.Rescaling(2.0, -1.0, dtype="float32")(images)
    return keras.Model(z, images, name=name)


def _activate(x, negative_slope, batch_norm):
    x = layers.LeakyReLU(negative_slope)(x)
    return layers.BatchNormalization()(x) if batch_norm else x


def build_dcgan_discriminator(
    filters,
    *,
    kernel=5,
    strides=None,
    negative_slope=0.2,
    dropout=0.0,
    unit_range=False,
    name="discriminator",
) -> keras.Model:
    """Build a convolutional discriminator.

    Args:
        filters: filters of each Conv2D.
        kernel: side of their square kernels, in pixels.
        strides: the stride of each; 2 for all unless given.
        negative_slope: of the LeakyReLU after each.
        dropout: rate (0 to 1) of the Dropout after each LeakyReLU; 0 leaves it out.
        unit_range: whether to rescale the pixels to [0, 1] first, so that black is 0.

    Returns:
        A model images [B, 28, 28, 1] in [-1, 1] -> logits [B, 1].

    From the tutorials mnist-dcgan (64, 64) and letters-dcgan (64, 128, 256, 512), without their
    sigmoid.
    """
    images = x = keras.Input(IMAGE_SHAPE, name="images")
    if unit_range:
        x = layers.Rescaling(0.5, 0.5, dtype="float32")(x)
    for width, stride in zip(filters, strides or [2] * len(filters), strict=True):
        x = layers.Conv2D(width, kernel, strides=stride, padding="same")(x)
        x = layers.LeakyReLU(negative_slope)(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    logits = layers.Dense(1, dtype="float32")(layers.Flatten()(x))
    return keras.Model(images, logits, name=name)


def build_shuffle_generator(
    latent_dim, base_filters, filters, *, n_classes=0, name="generator"
) -> keras.Model:
    """Build the workshop generator: every convolution works at 7×7 or 14×14, where it is cheap.

    Args:
        latent_dim: width of z.
        base_filters: channels of the 7×7 map that the Dense layer gives.
        filters: channels of the 14×14 map that a 3×3 sub-pixel convolution makes from it; a 5×5
            one then gives four channels, laid out as 28×28 pixels.
        n_classes: if above 0, the first `n_classes` numbers of z choose the class, as in
            `latent.chosen_classes`, and do nothing else.

    Returns:
        A model z [B, latent_dim] -> images [B, 28, 28, 1] in [-1, 1].

    Raises:
        ValueError: if the classes leave no number of z for the style.

    Sub-pixel convolution: Shi et al. 2016, arXiv:1609.05158.
    """
    z = x = keras.Input((latent_dim,), name="z")
    if n_classes:
        x = class_and_style(z, n_classes)
    x = layers.Dense(7 * 7 * base_filters)(x)
    x = layers.Reshape((7, 7, base_filters))(x)  # [B, 7, 7, base_filters]
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = upsample(x, filters, 3, "shuffle")  # [B, 14, 14, filters]
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = upsample(x, 1, 5, "shuffle")  # [B, 28, 28, 1]
    return keras.Model(z, layers.Activation("tanh", dtype="float32")(x), name=name)


def class_and_style(z, n_classes) -> keras.KerasTensor:
    """Split z into the class that it chooses, as a row of zeros with a single one, and the rest.

    Args:
        z: an Input [B, latent_dim].
        n_classes: how many of the numbers in z choose the class.

    Returns:
        [B, latent_dim]: `n_classes` zeros and ones, then the other numbers of z, which are left
        for the style.

    Raises:
        ValueError: if no number is left for the style.
    """
    if n_classes >= z.shape[-1]:
        raise ValueError(
            f"z has {z.shape[-1]} numbers, and {n_classes} of them choose the class: expected a "
            "wider z, in which some are left for the style"
        )
    chosen = ops.one_hot(chosen_classes(z, n_classes), n_classes)
    return layers.Concatenate()([chosen, z[:, n_classes:]])


def build_shuffle_discriminator(filters, *, n_classes=0, name="discriminator") -> keras.Model:
    """Build the workshop discriminator: it sees the image as 14×14 pixels of four channels.

    Args:
        filters: filters of each 5×5 convolution of stride 2; LeakyReLU(0.2) follows each.
        n_classes: if above 0, there is one logit for each class: is this a real 0, a real 1, ...?

    Returns:
        A model images [B, 28, 28, 1] in [-1, 1] -> logits [B, 1], or [B, n_classes].
    """
    images = keras.Input(IMAGE_SHAPE, name="images")
    x = pixels_to_channels(images)  # [B, 14, 14, 4]
    for width in filters:
        x = layers.Conv2D(width, 5, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.2)(x)
    logits = layers.Dense(n_classes or 1, dtype="float32")(layers.Flatten()(x))
    return keras.Model(images, logits, name=name)


def build_classifier(n_classes, *, seed=0, name="classifier") -> keras.Model:
    """Build a network that reads characters; `judging.metrics` measures distances in its features.

    Two 5×5 convolutions with batch normalisation work on 14×14 pixels of four channels.

    Args:
        n_classes: how many characters it tells apart.
        seed: of its weights and its dropout.

    Returns:
        A model images [B, 28, 28, 1] in [-1, 1] -> {"features": [B, 64], "logits": [B, n_classes]}.
    """

    def weights():
        return keras.initializers.GlorotUniform(seed=seed)

    images = keras.Input(IMAGE_SHAPE, name="images")
    x = pixels_to_channels(images)  # [B, 14, 14, 4]
    for width, stride in ((32, 1), (64, 2)):
        x = layers.Conv2D(width, 5, stride, "same", use_bias=False, kernel_initializer=weights())(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Dropout(0.3, seed=seed)(layers.Flatten()(x))
    x = layers.Dense(64, kernel_initializer=weights())(x)
    features = layers.LeakyReLU(0.2, dtype="float32", name="features")(
        x
    )  # no feature is stuck at 0
    logits = layers.Dense(n_classes, dtype="float32", kernel_initializer=weights())(features)
    return keras.Model(images, {"features": features, "logits": logits}, name=name)
