"""Research code in functions: the losses of StyleGAN and of the relativistic GAN, and R1.

Images are in [0, 1]; both networks are plain convolutions, and one function returns both losses.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from runs import Run

DIM_Z = 48
softplus = tf.nn.softplus


def G_basic(fmaps=40):
    return keras.Sequential(
        [
            layers.Input((DIM_Z,)),
            layers.Dense(7 * 7 * fmaps, activation="relu", name="dense_in"),
            layers.Reshape((7, 7, fmaps)),
            layers.UpSampling2D(interpolation="bilinear"),
            layers.Conv2D(24, 3, padding="same", activation="relu", name="deconv14"),
            layers.UpSampling2D(interpolation="bilinear"),
            layers.Conv2D(16, 3, padding="same", activation="relu", name="deconv28"),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid", name="to_gray"),
        ],
        name="generator",
    )


class AddNoise(layers.Layer):
    """Add normal noise in training."""

    def __init__(self, deviation):
        super().__init__()
        self.deviation = deviation

    def call(self, x, training=False):
        return x + self.deviation * tf.random.normal(tf.shape(x)) if training else x


def D_basic(fmaps=20, last=None, noise=0.0):
    """noise: the deviation of the noise on the images."""
    model = keras.Sequential([layers.Input((28, 28, 1))], name="discriminator")
    if noise:
        model.add(AddNoise(noise))
    for i in range(3):
        model.add(layers.Conv2D(fmaps * 2**i, 3, strides=2, padding="same", name=f"conv{i}"))
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Flatten())
    model.add(layers.Dense(1, activation=last, name="score"))
    return model


def logistic(real, fake):
    """Return the logistic losses of D and of G, not saturating."""
    return tf.reduce_mean(softplus(-real) + softplus(fake)), tf.reduce_mean(softplus(-fake))


def logistic_wrong_sign(real, fake):
    return tf.reduce_mean(softplus(-real) + softplus(fake)), tf.reduce_mean(softplus(fake))


def relativistic(real, fake):
    """Return the losses of pairs: each real image against one fake."""
    return tf.reduce_mean(softplus(fake - real)), tf.reduce_mean(softplus(real - fake))


def relativistic_average(real, fake):
    r, f = real - tf.reduce_mean(fake), fake - tf.reduce_mean(real)
    d_loss = tf.reduce_mean(softplus(-r) + softplus(f))
    return d_loss / 2, tf.reduce_mean(softplus(r) + softplus(-f)) / 2


def r1_penalty(D, real):
    with tf.GradientTape() as tape:
        tape.watch(real)
        score = tf.reduce_sum(D(real, training=True))
    return tf.reduce_mean(tf.reduce_sum(tape.gradient(score, real) ** 2, [1, 2, 3]))


def separate(G, D):
    """Return the variables that G's step and D's step change."""
    return G.trainable_variables, D.trainable_variables


def by_name(G, D):
    """Return the variables of G, and those with a "d" in their names for D."""
    both = G.trainable_variables + D.trainable_variables
    return G.trainable_variables, [v for v in both if "d" in v.path]


def adam(lr):
    return keras.optimizers.Adam(lr, beta_1=0.0, beta_2=0.99)


def make_step(G, D, optimizers, losses, gamma, variables):
    """Return the compiled step of research code; the arguments are as in `research`."""
    opt_G, opt_D = optimizers
    vars_G, vars_D = variables(G, D)

    @tf.function
    def step(real):
        z = tf.random.normal((tf.shape(real)[0], DIM_Z))
        with tf.GradientTape(persistent=True) as tape:
            fake = G(z, training=True)
            D_loss, G_loss = losses(D(real, training=True), D(fake, training=True))
            if gamma:
                D_loss += 0.5 * gamma * r1_penalty(D, real)
        grads_D, grads_G = tape.gradient(D_loss, vars_D), tape.gradient(G_loss, vars_G)
        opt_D.apply(grads_D, vars_D)
        opt_G.apply(grads_G, vars_G)
        return D_loss, G_loss

    return step


def research(
    data,
    seed,
    losses=logistic,
    gamma=0.0,
    lr=(1e-3, 1e-3),  # of G and of D
    one_optimizer=False,
    d_options=None,
    variables=separate,
    batch_size=32,
    steps=2500,
):
    """Train with `losses`, which takes D's scores of real and fake images and returns two losses.

    gamma: the weight of R1. variables: a function of both networks that returns what G's step and
    what D's step change.
    """
    keras.utils.set_random_seed(seed)
    X = data.images.astype("float32") / 255.0
    G, D = G_basic(), D_basic(**(d_options or {}))
    opt_G = adam(lr[0])
    opt_D = opt_G if one_optimizer else adam(lr[1])
    if one_optimizer:
        opt_G.build(G.trainable_variables + D.trainable_variables)
    step = make_step(G, D, (opt_G, opt_D), losses, gamma, variables)
    pick, rows = np.random.default_rng(seed), []
    for _ in range(steps):
        D_loss, G_loss = step(tf.constant(X[pick.integers(0, len(X), batch_size)]))
        rows.append([float(D_loss), float(G_loss)])
    z = pick.normal(size=(250, DIM_Z)).astype("float32")
    return Run((G, D), rows, X, G.predict(z, verbose=0), step=step)
