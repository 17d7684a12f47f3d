"""A conditional GAN with a projection discriminator and conditional batch normalization.

A function `main` holds all, and `args` collects the flags of the command line. The networks are a
dictionary at the end, because the script saves them so.
"""

from types import SimpleNamespace

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import Run

FLAGS = {  # the defaults of the command line
    "dim_z": 32,
    "batch": 32,
    "lr_g": 8e-4,
    "lr_d": 6e-4,
    "loss": "hinge",
    "iters": 1900,
    "momentum": 0.9,
    "warmup": 0,
    "binarize": False,
    "norm_grads": False,
    "shuffle_x": False,
    "temperature": 1.0,
    "g_iters": 1,
}


class Warmup(keras.optimizers.schedules.LearningRateSchedule):
    """Raise the rate in proportion to the step, up to `steps` steps."""

    def __init__(self, rate, steps):
        self.rate, self.steps = rate, steps

    def __call__(self, step):
        return self.rate * tf.cast(tf.minimum(1, tf.cast(step, tf.int32) // self.steps), tf.float32)


class ConditionalBatchNorm(layers.Layer):
    """Batch normalization whose scale and shift depend on the label."""

    def __init__(self, momentum):
        super().__init__()
        self.norm = layers.BatchNormalization(center=False, scale=False, momentum=momentum)

    def build(self, shapes):
        channels = shapes[0][-1]
        self.norm.build(shapes[0])
        self.gamma = self.add_weight(shape=(10, channels), initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=(10, channels), initializer="zeros", name="beta")

    def call(self, inputs, training=False):
        x, y = inputs
        gamma, beta = tf.gather(self.gamma, y), tf.gather(self.beta, y)
        return self.norm(x, training=training) * gamma[:, None, None] + beta[:, None, None]

    def compute_output_shape(self, shapes):
        return shapes[0]


def make_G(args):
    z, y = keras.Input((args.dim_z,)), keras.Input((), dtype="int32")
    x = layers.Concatenate()([z, layers.Embedding(10, 16)(y)])
    x = layers.Reshape((7, 7, 40))(layers.Dense(7 * 7 * 40)(x))
    for filters in (32, 20):
        x = layers.ReLU()(ConditionalBatchNorm(args.momentum)([x, y]))
        x = layers.Conv2DTranspose(filters, 4, strides=2, padding="same")(x)
    x = layers.ReLU()(ConditionalBatchNorm(args.momentum)([x, y]))
    return keras.Model([z, y], layers.Conv2D(1, 3, padding="same", activation="tanh")(x), name="G")


def make_D():
    image, y = keras.Input((28, 28, 1)), keras.Input((), dtype="int32")
    x = image
    for filters in (16, 32, 64):
        x = layers.Conv2D(filters, 4, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.1)(x)
    x = layers.Dense(64, activation="leaky_relu")(layers.Flatten()(x))
    match = layers.Dot(axes=1)([x, layers.Embedding(10, 64)(y)])
    return keras.Model([image, y], layers.Add()([layers.Dense(1)(x), match]), name="D")


def loss_functions(kind):
    """Return the loss of D (of the scores of real and fake images) and of G."""
    relu, mean, softplus = tf.nn.relu, tf.reduce_mean, tf.nn.softplus
    if kind == "hinge":
        return lambda r, f: mean(relu(1.0 - r)) + mean(relu(1.0 + f)), lambda f: -mean(f)
    if kind == "logistic":
        return lambda r, f: mean(softplus(-r)) + mean(softplus(f)), lambda f: mean(softplus(-f))
    return lambda r, f: mean((r - 1.0) ** 2) + mean(f**2), lambda f: mean((f - 1.0) ** 2)


def unit(grads):
    """Return the gradients, each with a length of 1."""
    return [g / tf.norm(g) for g in grads]


def compile_step(args, G, D, opt_G, opt_D):
    """Return the function that trains D on a labelled batch, then G `g_iters` times."""
    loss_D, loss_G = loss_functions(args.loss)

    def draw(y):
        x = G([tf.random.normal((tf.shape(y)[0], args.dim_z)), y], training=True)
        return tf.sign(x) if args.binarize else x

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            value_D = loss_D(D([x, y], training=True), D([draw(y), y], training=True))
        grads = tape.gradient(value_D, D.trainable_variables)
        opt_D.apply(unit(grads) if args.norm_grads else grads, D.trainable_variables)
        for _ in range(args.g_iters):
            with tf.GradientTape() as tape:
                value_G = loss_G(D([draw(y), y], training=True))
            opt_G.apply(tape.gradient(value_G, G.trainable_variables), G.trainable_variables)
        return value_D, value_G

    return step


def main(data, seed, **flags):
    """Train with some flags changed, and draw 30 samples of each class.

    shuffle_x: shuffle the images first. temperature: multiplies the z of the samples.
    """
    args = SimpleNamespace(**(FLAGS | flags))
    keras.utils.set_random_seed(seed)
    x, y = data.images.astype(np.float32) / 127.5 - 1.0, data.labels.astype(np.int32)
    if args.binarize:
        x = np.where(x > 0, 1.0, -1.0).astype(np.float32)
    if args.shuffle_x:
        np.random.shuffle(x)
    G, D = make_G(args), make_D()
    rate_D = Warmup(args.lr_d, args.warmup) if args.warmup else args.lr_d
    opt_G = keras.optimizers.Adam(args.lr_g, beta_1=0.0, beta_2=0.9)
    opt_D = keras.optimizers.Adam(rate_D, beta_1=0.0, beta_2=0.9)
    step = compile_step(args, G, D, opt_G, opt_D)

    curves = {"loss/D": [], "loss/G": []}
    for _ in range(args.iters):
        i = np.random.randint(0, len(x), args.batch)
        value_D, value_G = step(tf.constant(x[i]), tf.constant(y[i]))
        curves["loss/D"].append(float(value_D))
        curves["loss/G"].append(float(value_G))
    z = args.temperature * np.random.randn(300, args.dim_z).astype(np.float32)
    samples = G.predict([z, np.arange(300, dtype=np.int32) % 10], verbose=0)
    return Run({"generator": G, "discriminator": D}, curves, (x, y), samples, step=step)
