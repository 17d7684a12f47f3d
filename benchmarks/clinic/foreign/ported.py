"""A trainer ported from PyTorch's DCGAN example: netG and netD, errD and errG, labels by name.

The networks have no biases before batch normalization, and all kernels start with a deviation
of 0.02.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import Run

nz, ngf, ndf, batch_size = 32, 20, 16, 32
real_label, fake_label = 1.0, 0.0
normal_02 = keras.initializers.RandomNormal(0.0, 0.02)


def conv_block(x, filters, size, norm, transposed=False):
    """One convolution of stride 2, perhaps batch normalization, and an activation."""
    kind = layers.Conv2DTranspose if transposed else layers.Conv2D
    x = kind(filters, size, 2, "same", use_bias=not norm, kernel_initializer=normal_02)(x)
    if norm:
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
    return layers.ReLU()(x) if transposed else layers.LeakyReLU(0.2)(x)


def build_netG(norm=True, last="tanh"):
    noise = keras.Input((nz,))
    x = layers.Dense(49 * 3 * ngf, use_bias=not norm, kernel_initializer=normal_02)(noise)
    if norm:
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
    x = layers.Reshape((7, 7, 3 * ngf))(layers.ReLU()(x))
    x = conv_block(x, 2 * ngf, 4, norm, transposed=True)
    x = conv_block(x, ngf, 4, norm, transposed=True)
    x = layers.Conv2D(1, 3, padding="same", activation=last, kernel_initializer=normal_02)(x)
    return keras.Model(noise, x)


def build_netD(last="sigmoid", norm=True, extra=None):
    """extra: a layer that follows the second convolution."""
    img = keras.Input((28, 28, 1))
    x = conv_block(img, ndf, 4, False)
    x = conv_block(x, 2 * ndf, 4, norm)
    if extra is not None:
        x = extra()(x)
    x = conv_block(x, 4 * ndf, 4, norm)
    x = layers.Flatten()(x)
    return keras.Model(img, layers.Dense(1, activation=last, kernel_initializer=normal_02)(x))


class MinibatchStd(layers.Layer):
    """Append the mean deviation of the features within the batch, as Progressive GANs do."""

    def call(self, x):
        std = tf.sqrt(tf.reduce_mean((x - tf.reduce_mean(x, 0, keepdims=True)) ** 2, 0))
        plane = tf.ones_like(x[..., :1]) * tf.reduce_mean(std)
        return tf.concat([x, plane], -1)

    def compute_output_shape(self, shape):
        return (*shape[:-1], shape[-1] + 1)


def bce_loss(output, label):
    """Return `nn.BCELoss`, for probabilities."""
    p = tf.clip_by_value(output, 1e-7, 1.0 - 1e-7)
    return -tf.reduce_mean(label * tf.math.log(p) + (1.0 - label) * tf.math.log(1.0 - p))


def bce_with_logits_loss(output, label):
    """Return `nn.BCEWithLogitsLoss`, for logits."""
    rest = tf.math.log1p(tf.exp(-tf.abs(output)))
    return tf.reduce_mean(tf.maximum(output, 0.0) - output * label + rest)


def mse_loss(output, label):
    return tf.reduce_mean((output - label) ** 2)


def to_tensor(images):
    """Do `ToTensor()` and `Normalize((0.5,), (0.5,))`."""
    return (images.astype("float32") / 255.0 - 0.5) / 0.5


def normalize_mnist(images):
    """Do `ToTensor()` and `Normalize((0.1307,), (0.3081,))`, as for a classifier."""
    return (images.astype("float32") / 255.0 - 0.1307) / 0.3081


def adam(lr):
    return keras.optimizers.Adam(lr, beta_1=0.5, beta_2=0.999)


def through_jpeg(images):
    """Return the images as they come back from a saved JPEG file."""
    pixels = np.clip(images * 127.5 + 127.5, 0, 255).astype("uint8")
    files = [tf.io.decode_jpeg(tf.io.encode_jpeg(image, quality=90)) for image in pixels]
    return to_tensor(np.stack(files))


class Trainer:
    def __init__(
        self, netG, netD, optimizerG, optimizerD, criterion, detach=True, mixed=False, minimax=False
    ):
        self.netG, self.netD = netG, netD
        self.optimizerG, self.optimizerD = optimizerG, optimizerD
        self.criterion = criterion
        self.detach, self.mixed, self.minimax = detach, mixed, minimax
        self.log = []

    def outputs(self, real, fake):
        """Return D's outputs on real and on fake images; `mixed` sends them through D as one."""
        if self.mixed:
            output = self.netD(tf.concat([real, fake], 0), training=True)
            return tf.split(output, 2)
        return self.netD(real, training=True), self.netD(fake, training=True)

    @tf.function
    def step(self, real):
        noise = tf.random.normal((tf.shape(real)[0], nz))
        with tf.GradientTape(persistent=True) as tape:
            fake = self.netG(noise, training=True)
            if not self.detach:
                fake = tf.stop_gradient(fake)  # D's loss needs no gradient in G
            output_real, output_fake = self.outputs(real, fake)
            errD_real = self.criterion(output_real, real_label)
            errD_fake = self.criterion(output_fake, fake_label)
            errD = errD_real + errD_fake
        grads = tape.gradient(errD, self.netD.trainable_variables)
        self.optimizerD.apply(grads, self.netD.trainable_variables)
        with tf.GradientTape() as tape:
            if self.detach:
                fake = self.netG(noise, training=True)
            output = self.netD(fake, training=True)
            errG = self.criterion(output, real_label)
            if self.minimax:
                errG = -self.criterion(output, fake_label)
        grads = tape.gradient(errG, self.netG.trainable_variables)
        pairs = [(g, v) for g, v in zip(grads, self.netG.trainable_variables) if g is not None]
        if pairs:
            self.optimizerG.apply_gradients(pairs)
        return errD, errG, tf.reduce_mean(output_real), tf.reduce_mean(output_fake)

    def train(self, dataloader):
        for real in dataloader:
            values = [float(v) for v in self.step(real)]
            self.log.append(dict(zip(("Loss_D", "Loss_G", "D(x)", "D(G(z))"), values)))


def dataloader(dataset, steps):
    """Yield `steps` batches, in a new order in each epoch."""
    done = 0
    while True:
        indices = np.random.permutation(len(dataset))
        for i in range(0, len(indices) - batch_size + 1, batch_size):
            if done == steps:
                return
            done += 1
            yield tf.convert_to_tensor(dataset[indices[i : i + batch_size]])


def ported(
    data,
    seed,
    criterion=bce_loss,
    optimizers=(adam, adam),
    lr=(8e-4, 5e-4),  # of G and of D
    g_options=None,
    d_options=None,
    transform=to_tensor,
    share=False,
    show="fake",
    steps=2000,
    **trainer_options,
):
    """Train the port; 256 samples are drawn.

    optimizers: functions of the rate, for G and for D. share: both networks get the optimizer of
    G. show: "real" loads the other of the example's two saved files.
    """
    keras.utils.set_random_seed(seed)
    dataset = transform(data.images)
    netG, netD = build_netG(**(g_options or {})), build_netD(**(d_options or {}))
    optimizerG, optimizerD = (make(rate) for make, rate in zip(optimizers, lr))
    if share:
        optimizerG.build(netG.trainable_variables + netD.trainable_variables)
        optimizerD = optimizerG
    trainer = Trainer(netG, netD, optimizerG, optimizerD, criterion, **trainer_options)

    trainer.train(dataloader(dataset, steps))
    fixed_noise = np.random.randn(256, nz).astype("float32")
    fake = netG.predict(fixed_noise, verbose=0)
    pictures = {"fake": fake, "real": dataset[np.random.permutation(len(dataset))[:256]]}
    samples = through_jpeg(pictures[show]) if show == "real" else pictures[show]
    return Run(trainer, trainer.log, dataset, samples)
