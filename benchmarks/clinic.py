"""The doctor's clinic: runs made ill on purpose, and healthy ones; does it find the right name?

`python benchmarks/clinic.py` trains every case of the score, shows each to `doctor.examine`, and
writes `benchmarks/CLINIC.md`. `--tuning` runs the other cases, those that the doctor's limits were
chosen by: other seeds, other recipes, and nothing is written. `--only NAME` runs the cases whose
name holds NAME. The doctor gets what a user has and nothing of how the case was made.
"""

import argparse
import contextlib
import dataclasses
import io
import multiprocessing
import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from tqdm import tqdm

from course_lib import gan, networks, plots
from course_lib.data import datasets
from course_lib.gan import combined, recipes
from course_lib.judging import doctor, metrics
from course_lib.training import callbacks

HERE = Path(__file__).parent
STEPS = 300  # of a sick run
WORKERS = 2  # runs at a time


# --- How a run is made ---------------------------------------------------------------------------


@cache
def digits():
    return datasets.load_digits()


@cache
def drawn(classes="digits", per_class=600):
    return datasets.load_handwriting(classes, per_class)


@cache
def yardstick(load):
    return metrics.Yardstick(load())


@dataclasses.dataclass
class Run:
    """What a user has after a training, as `doctor.examine` takes it."""

    gan: object
    history: dict
    images: object
    samples: np.ndarray
    yardstick: metrics.Yardstick | None = None


def train(model, images, steps, batch_size=32, seed=0):
    """`steps` steps on a `Dataset` or an array. Returns the history."""
    if isinstance(model, gan.GAN) and isinstance(images, datasets.Dataset):
        history = callbacks.History()
        batches = images.batches(batch_size, seed)
        model.fit(batches, steps_per_epoch=steps, verbose=0, callbacks=[history])
        return history.history
    images = images.images if isinstance(images, datasets.Dataset) else images
    rng, history = np.random.default_rng(seed), {}
    for _ in range(steps):
        logs = model.train_on_batch(images[rng.integers(0, len(images), batch_size)])
        for name, value in logs.items():
            history.setdefault(name, []).append(value)
    return history


def sample(model, n=1000, seed=7, scale=1.0):
    """Images as a user draws them."""
    z = scale * np.random.default_rng(seed).standard_normal((n, model.generator.input_shape[-1]))
    parts = [
        model.sample(part) if hasattr(model, "sample") else np.asarray(model.generator(part))
        for part in np.split(z.astype("float32"), 4)
    ]
    return np.concatenate(parts)


def finish(model, images, steps=STEPS, seed=0, load=None, batch_size=32):
    """Train and sample: a `Run`. `load`: the loader of the data set that the classes are known by."""
    history = train(model, images, steps, batch_size, seed)
    return Run(model, history, images, sample(model), yardstick(load) if load else None)


def build(recipe, seed, kind=gan.GAN, **changes):
    """A recipe's GAN of any class, with some of the recipe's numbers changed."""
    recipe = dataclasses.replace(recipe, **changes)
    keras.utils.set_random_seed(seed)
    model = kind(
        recipe.build_generator(), recipe.build_discriminator(),
        fakes_per_real=recipe.fakes_per_real, ema_momentum=recipe.ema_momentum, seed=seed,
    )  # fmt: skip
    model.compile(*recipe.build_optimizers(), recipe.loss)
    return model


class PopularLoop:
    """The loop of the tutorials, frozen once and for all before the combined model is compiled.

    `thaw`: set the flag before every step, as is right. `labels`: of real and of fake images for D,
    and of fakes for G.
    """

    def __init__(self, recipe, seed, thaw=False, labels=(1, 0, 1), primed=0, freeze_g=False):
        keras.utils.set_random_seed(seed)
        self.generator, self.discriminator = recipe.build_generator(), recipe.build_discriminator()
        d_optimizer, g_optimizer = recipe.build_optimizers()
        self.thaw, self.labels, self.freeze_g = thaw, labels, freeze_g
        self.rng = np.random.default_rng(seed)
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        self.discriminator.compile(d_optimizer, loss, jit_compile=False)
        if primed:
            self.train_discriminator(np.zeros((primed, 28, 28, 1), "float32"))
        self.discriminator.trainable = False
        self.generator.trainable = not freeze_g
        z = keras.Input(self.generator.input_shape[1:])
        self.combined = keras.Model(z, self.discriminator(self.generator(z)))
        self.combined.compile(g_optimizer, loss, jit_compile=False)

    def draw_z(self, n):
        return self.rng.standard_normal((n, self.generator.input_shape[-1])).astype("float32")

    def train_discriminator(self, real_images):
        n = len(real_images)
        fake_images = np.asarray(self.generator(self.draw_z(n)))
        both = np.concatenate([real_images, fake_images])
        labels = np.repeat(np.array(self.labels[:2], "float32"), n)[:, None]
        return combined.train_on_batch(self.discriminator, both, labels)

    def train_on_batch(self, images):
        real_images = np.asarray(networks.scale_pixels(images))
        if self.thaw:
            self.discriminator.trainable = True
        d_loss = self.train_discriminator(real_images)
        if self.thaw:
            self.discriminator.trainable = False
        z = self.draw_z(len(images))
        labels = np.full((len(z), 1), self.labels[2], "float32")
        return {"d_loss": d_loss, "g_loss": combined.train_on_batch(self.combined, z, labels)}


# --- The illnesses -------------------------------------------------------------------------------

SICK = {}  # name: (illness, function of (recipe, seed) -> Run)


def plant(illness):
    """Register a function of (recipe, seed) that makes a run with this illness."""

    def register(function):
        SICK[f"{illness}: {function.__doc__}"] = (illness, function)
        return function

    return register


@plant("frozen-discriminator")
def popular(recipe, seed):
    """the popular loop on Keras 3"""
    return finish(PopularLoop(recipe, seed), digits(), seed=seed)


@plant("frozen-discriminator")
def primed(recipe, seed):
    """the popular loop, D trained once before with another batch size"""
    return finish(PopularLoop(recipe, seed, primed=8), digits(), seed=seed)


@plant("frozen-discriminator")
def d_rate_zero(recipe, seed):
    """D's learning rate is 0"""
    return finish(build(recipe, seed, d_learning_rate=0.0), digits(), seed=seed)


class TrainsACopy(gan.GAN):
    def update_discriminator(self, real_images, fake_images):
        logits = self.judge(real_images, fake_images)
        real_score, fake_score = (ops.mean(ops.sigmoid(side)) for side in logits)
        return {"d_loss": self.d_loss(*logits), "real_score": real_score, "fake_score": fake_score}


@plant("frozen-discriminator")
def forgotten(recipe, seed):
    """D's gradients are never applied"""
    return finish(build(recipe, seed, TrainsACopy), digits(), seed=seed)


@plant("frozen-generator")
def g_rate_zero(recipe, seed):
    """G's learning rate is 0"""
    return finish(build(recipe, seed, g_learning_rate=0.0), digits(), seed=seed)


@plant("frozen-generator")
def g_frozen(recipe, seed):
    """the loop's generator is frozen with the discriminator"""
    return finish(PopularLoop(recipe, seed, thaw=True, freeze_g=True), digits(), seed=seed)


class CutOff(gan.GAN):
    def apply_g_gradients(self, tape, scaled_loss):
        pass


@plant("frozen-generator")
def cut_off(recipe, seed):
    """G's gradients never arrive"""
    return finish(build(recipe, seed, CutOff), digits(), seed=seed)


class ManySteps(gan.GAN):
    def update_discriminator(self, real_images, fake_images):
        for _ in range(12):
            logs = super().update_discriminator(real_images, fake_images)
        return logs


@plant("saturated-discriminator")
def many_d_steps(recipe, seed):
    """D takes twelve steps for one of G's"""
    slow = recipe.g_learning_rate / 10
    model = build(recipe, seed, ManySteps, g_learning_rate=slow, loss="bce")
    return finish(model, digits(), steps=150, seed=seed, load=digits)


@plant("saturated-discriminator")
def head_start(recipe, seed):
    """D was trained alone for 1,500 steps, and G learns slowly"""
    model = build(recipe, seed, CutOff, loss="bce")
    train(model, digits(), 1500, seed=seed)
    quick = build(recipe, seed, loss="bce", g_learning_rate=recipe.g_learning_rate / 100)
    quick.discriminator.set_weights(model.discriminator.get_weights())
    return finish(quick, digits(), steps=150, seed=seed, load=digits)


@plant("blind-discriminator")
def blanked(recipe, seed):
    """D's input is multiplied by 0 on its way in"""
    images = keras.Input((28, 28, 1))
    inner = recipe.build_discriminator()
    blind = lambda: keras.Model(images, inner(layers.Rescaling(0.0)(images)))  # noqa: E731
    return finish(build(recipe, seed, discriminator=blind), digits(), seed=seed)


@plant("blind-discriminator")
def dead(recipe, seed):
    """D's first layer is a ReLU that no image wakes"""
    images = keras.Input((28, 28, 1))
    x = layers.Dense(64, "relu", bias_initializer=keras.initializers.Constant(-50))(
        layers.Flatten()(images)
    )
    blind = lambda: keras.Model(images, layers.Dense(1)(x))  # noqa: E731
    return finish(build(recipe, seed, discriminator=blind), digits(), seed=seed)


class SeesFakesTwice(gan.GAN):
    def update_discriminator(self, real_images, fake_images):
        return super().update_discriminator(fake_images, fake_images)


@plant("blind-discriminator")
def never_sees_real(recipe, seed):
    """D is shown fakes in place of real images"""
    return finish(build(recipe, seed, SeesFakesTwice), digits(), seed=seed)


def generator_of(recipe, change):
    """The recipe's generator behind `change`, a function z -> z."""

    def make(latent_dim):
        z = keras.Input((latent_dim,))
        return keras.Model(z, recipe.generator(latent_dim)(change(z)), name="generator")

    return make


@plant("mode-collapse")
def ignores_z(recipe, seed):
    """G does not listen to z: one character for all"""
    deaf = generator_of(recipe, layers.Rescaling(0.0, 0.5))
    model = build(recipe, seed, generator=deaf, fakes_per_real=1)
    return finish(model, digits(), steps=1200, seed=seed, load=digits)


def taught_some(recipe, seed, n_classes):
    """A run whose generator saw only some of the classes, beside the whole data set."""
    whole = digits()
    kept = np.isin(whole.labels, np.random.default_rng(seed).permutation(10)[:n_classes])
    model = build(recipe, seed)
    history = train(model, whole.images[kept], 1500, seed=seed)
    return Run(model, history, whole, sample(model), yardstick(digits))


@plant("mode-collapse")
def three_classes(recipe, seed):
    """G learned 3 of 10 classes"""
    return taught_some(recipe, seed, 3)


@plant("mode-collapse")
def seven_classes(recipe, seed):
    """G learned 7 of 10 classes"""
    return taught_some(recipe, seed, 7)


@plant("copying")
def lookup(recipe, seed):
    """the samples are training images with a little noise"""
    run = finish(build(recipe, seed), digits(), seed=seed, load=digits)
    rng = np.random.default_rng(seed)
    copies = digits().images[rng.integers(0, len(digits()), 1000)] / 127.5 - 1
    run.samples = np.clip(copies + rng.normal(0, 0.1, copies.shape), -1, 1).astype("float32")
    run.gan = memory(recipe, seed, digits().images[:500])
    return run


def memory(recipe, seed, images):
    """A GAN whose generator looks its images up: the one of `images` that z points at."""
    rng = np.random.default_rng(seed)
    z = keras.Input((recipe.latent_dim,))
    keys = rng.standard_normal((recipe.latent_dim, len(images))).astype("float32")
    kept = (images.reshape(len(images), 784) / 127.5 - 1).astype("float32")
    look = layers.Dense(len(images), use_bias=False, activation="softmax")
    show = layers.Dense(784, use_bias=False)
    pictures = layers.Reshape((28, 28, 1))(show(look(z)))
    generator = keras.Model(z, pictures, name="generator")
    look.set_weights([3 * keys])
    show.set_weights([kept])
    keras.utils.set_random_seed(seed)
    model = gan.GAN(generator, recipe.build_discriminator(), seed=seed)
    model.compile(
        *dataclasses.replace(recipe, g_learning_rate=1e-4).build_optimizers(), recipe.loss
    )
    return model


@plant("copying")
def remembers(recipe, seed):
    """a generator that remembers 500 training images"""
    model = memory(recipe, seed, digits().images[:500])
    return finish(model, digits(), seed=seed, load=digits)


@plant("non-finite")
def blows_up(recipe, seed):
    """plain gradient descent with a rate of 1e6"""
    model = build(recipe, seed)
    model.compile(keras.optimizers.SGD(1e6), keras.optimizers.SGD(1e6), jit_compile=False)
    return finish(model, digits(), seed=seed)


@plant("non-finite")
def log_of_sigmoid(recipe, seed):
    """a loss of its own: the logarithm of a sigmoid, without a floor"""
    model = build(recipe, seed, d_learning_rate=5e-3)
    model.d_loss = lambda real, fake: (
        -ops.mean(ops.log(ops.sigmoid(4 * real)) + ops.log(1 - ops.sigmoid(4 * fake)))
    )
    return finish(model, digits(), steps=600, seed=seed)


@plant("non-finite")
def one_weight(recipe, seed):
    """a weight becomes nan after the training"""
    run = finish(build(recipe, seed), digits(), seed=seed)
    weight = run.gan.generator.trainable_weights[seed % 3]
    values = np.array(weight)
    values.flat[seed] = np.nan
    weight.assign(values)
    return run


def last_activation(recipe, activation):
    """The recipe's generator with another end."""

    def make(latent_dim):
        z = keras.Input((latent_dim,))
        x = layers.LeakyReLU(0.2)(layers.Dense(256)(z))
        x = layers.LeakyReLU(0.2)(layers.Dense(512)(x))
        x = layers.Dense(784, activation=activation)(x)
        return keras.Model(z, layers.Reshape((28, 28, 1))(x), name="generator")

    return make


@plant("pixel-range-mismatch")
def ends_in_sigmoid(recipe, seed):
    """G ends in a sigmoid"""
    make = last_activation(recipe, "sigmoid")
    return finish(build(recipe, seed, generator=make), digits(), seed=seed)


@plant("pixel-range-mismatch")
def real_from_zero(recipe, seed):
    """real images scaled to [0, 1]"""
    images = digits().images.astype("float32") / 255
    return finish(build(recipe, seed), images, seed=seed)


@plant("pixel-range-mismatch")
def shown_from_zero(recipe, seed):
    """samples scaled to [0, 1] for a plot"""
    run = finish(build(recipe, seed), digits(), seed=seed)
    run.samples = (run.samples + 1) / 2
    return run


@plant("swapped-labels")
def d_labels(recipe, seed):
    """1 for fakes and 0 for real images in D's step"""
    return finish(PopularLoop(recipe, seed, thaw=True, labels=(0, 1, 1)), digits(), seed=seed)


@plant("swapped-labels")
def g_labels(recipe, seed):
    """0 for fakes in G's step"""
    return finish(PopularLoop(recipe, seed, thaw=True, labels=(1, 0, 0)), digits(), seed=seed)


@plant("swapped-labels")
def d_loss_swapped(recipe, seed):
    """the arguments of d_loss are swapped"""
    model = build(recipe, seed)
    right = model.d_loss
    model.d_loss = lambda real, fake: right(fake, real)
    return finish(model, digits(), seed=seed)


@plant("constant-output")
def saturated_tanh(recipe, seed):
    """the last bias of G is so large that tanh is flat"""
    model = build(recipe, seed, generator=last_activation(recipe, "tanh"))
    model.generator.layers[-2].bias.assign(np.full(784, -20 if seed % 2 else 20, "float32"))
    return finish(model, digits(), seed=seed)


@plant("constant-output")
def dead_generator(recipe, seed):
    """a hidden ReLU of G is dead"""
    z = keras.Input((recipe.latent_dim,))
    x = layers.Dense(128, "relu", bias_initializer=keras.initializers.Constant(-50))(z)
    x = layers.Reshape((28, 28, 1))(layers.Dense(784, "tanh")(x))
    model = build(recipe, seed, generator=lambda _: keras.Model(z, x, name="generator"))
    return finish(model, digits(), seed=seed)


@plant("learning-rate-too-high")
def both_high(recipe, seed):
    """both rates 0.05"""
    model = build(recipe, seed, d_learning_rate=0.05, g_learning_rate=0.05)
    return finish(model, digits(), seed=seed)


@plant("learning-rate-too-high")
def d_high(recipe, seed):
    """D's rate 0.1"""
    return finish(build(recipe, seed, d_learning_rate=0.1), digits(), seed=seed)


@plant("learning-rate-too-high")
def g_high(recipe, seed):
    """G's rate 0.05"""
    return finish(build(recipe, seed, g_learning_rate=0.05), digits(), seed=seed)


@plant("learning-rate-too-low")
def both_low(recipe, seed):
    """both rates 1e-7"""
    model = build(recipe, seed, d_learning_rate=1e-7, g_learning_rate=1e-7)
    return finish(model, digits(), seed=seed)


@plant("learning-rate-too-low")
def plain_descent(recipe, seed):
    """plain gradient descent with a rate of 1e-5"""
    model = build(recipe, seed)
    model.compile(keras.optimizers.SGD(1e-5), keras.optimizers.SGD(1e-5), recipe.loss)
    return finish(model, digits(), seed=seed)


def norm_discriminator(filters=(32, 64)):
    """A convolutional D with batch normalisation."""
    images = x = keras.Input((28, 28, 1))
    for width in filters:
        x = layers.Conv2D(width, 5, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))
    return keras.Model(images, layers.Dense(1)(layers.Flatten()(x)), name="discriminator")


@plant("batch-norm-mixing")
def stacked_norm(recipe, seed):
    """batch normalisation in D, real and fake images stacked"""
    recipe = dataclasses.replace(recipe, discriminator=norm_discriminator, d_update="stacked")
    return finish(recipe.build_combined(seed), digits(), seed=seed)


class Stacks(gan.GAN):
    def judge(self, real_images, fake_images):
        logits = self.discriminator(ops.concatenate([fake_images, real_images]), training=True)
        return tuple(reversed(ops.split(logits, 2)))


@plant("batch-norm-mixing")
def stacked_in_step(recipe, seed):
    """the same in a train_step of its own"""
    model = build(recipe, seed, Stacks, discriminator=norm_discriminator)
    return finish(model, digits(), seed=seed)


class SameZ(gan.GAN):
    def draw_z(self, batch_size):
        shape = (batch_size, self.latent_dim)
        return tf.random.stateless_normal(shape, (self.seed, 1), alg="philox")


@plant("latent-mismatch")
def same_z(recipe, seed):
    """the same z at every step"""
    return finish(build(recipe, seed, SameZ), digits(), steps=600, seed=seed)


class UniformZ(gan.GAN):
    def draw_z(self, batch_size):
        shape = (batch_size, self.latent_dim)
        return tf.random.stateless_uniform(shape, self.seed_generator.next(), alg="philox")


@plant("latent-mismatch")
def uniform_z(recipe, seed):
    """trained on z from 0 to 1"""
    return finish(build(recipe, seed, UniformZ), digits(), steps=600, seed=seed)


@plant("latent-mismatch")
def wide_samples(recipe, seed):
    """sampled with z of deviation 4"""
    run = finish(build(recipe, seed), digits(), steps=1000, seed=seed, load=digits)
    run.samples = sample(run.gan, scale=4.0)
    return run


@plant("latent-mismatch")
def half_samples(recipe, seed):
    """sampled with z that has zeros in three quarters of its places"""
    run = finish(build(recipe, seed), digits(), steps=1000, seed=seed, load=digits)
    z = np.random.default_rng(seed).standard_normal((1000, recipe.latent_dim)).astype("float32")
    z[:, recipe.latent_dim // 4 :] = 0
    run.samples = np.concatenate([run.gan.sample(part) for part in np.split(z, 4)])
    return run


@plant("undertrained")
def stopped(recipe, seed):
    """stopped after 100 steps"""
    return finish(build(recipe, seed), digits(), steps=100, seed=seed, load=digits)


@plant("undertrained")
def stopped_loop(recipe, seed):
    """the classic loop, stopped after 150 steps"""
    model = dataclasses.replace(recipe, loss="bce").build_combined(seed)
    return finish(model, digits(), steps=150, seed=seed, load=digits)


def sick_data(recipe, seed, change):
    """A run on the digits after `change`, a function Dataset, rng -> (images, labels)."""
    whole = digits()
    images, labels = change(whole, np.random.default_rng(seed))
    ill = datasets.Dataset(np.ascontiguousarray(images), labels, whole.class_names, "changed")
    return finish(build(recipe, seed), ill, seed=seed)


@plant("bad-dataset")
def one_class(recipe, seed):
    """one class alone"""
    return sick_data(
        recipe, seed, lambda d, rng: [x[d.labels == seed % 10] for x in (d.images, d.labels)]
    )


@plant("bad-dataset")
def unbalanced(recipe, seed):
    """a class with a fiftieth of its images"""

    def thin(d, rng):
        kept = (d.labels != seed % 10) | (rng.random(len(d)) < 0.02)
        return d.images[kept], d.labels[kept]

    return sick_data(recipe, seed, thin)


@plant("bad-dataset")
def transposed(recipe, seed):
    """transposed images, as EMNIST's are"""
    return sick_data(recipe, seed, lambda d, rng: (d.images.transpose(0, 2, 1, 3), d.labels))


@plant("bad-dataset")
def upside_down(recipe, seed):
    """upside down"""
    return sick_data(recipe, seed, lambda d, rng: (d.images[:, ::-1, ::-1], d.labels))


@plant("bad-dataset")
def inverted(recipe, seed):
    """dark ink on bright paper"""
    return sick_data(recipe, seed, lambda d, rng: (255 - d.images, d.labels))


# --- Healthy runs --------------------------------------------------------------------------------


def capitals():
    return drawn("letters", 400)


def abc():
    return drawn("ABC", 600)


def healthy(recipe, load, steps, seed, classic=False, **changes):
    """An ordinary run."""
    recipe = dataclasses.replace(recipes.load(recipe), **changes)
    model = recipe.build_combined(seed) if classic else recipe.build_gan(seed)
    return finish(model, load(), steps, seed, load, recipe.batch_size)


HEALTHY = {  # name: function of seed -> Run
    "workshop-dcgan, real digits": partial(healthy, "workshop-dcgan", digits, 3200),
    "workshop-dcgan, drawn digits": partial(healthy, "workshop-dcgan", drawn, 3200),
    "workshop-dcgan, capitals": partial(healthy, "workshop-dcgan", capitals, 3200, batch_size=32),
    "workshop-dcgan, A B C": partial(healthy, "workshop-dcgan", abc, 1600),
    "workshop-dcgan, cross-entropy": partial(healthy, "workshop-dcgan", digits, 3200, loss="bce"),
    "workshop-dcgan, beta_1 0.5": partial(healthy, "workshop-dcgan", digits, 3200, beta_1=0.5),
    "workshop-dcgan, batch 64": partial(healthy, "workshop-dcgan", digits, 1200, batch_size=64),
    "workshop-dcgan, no average": partial(
        healthy, "workshop-dcgan", digits, 3200, ema_momentum=0.0
    ),
    "workshop-dcgan, classic loop": partial(
        healthy, "workshop-dcgan", digits, 3200, classic=True, ema_momentum=0.0
    ),
    "workshop-mlp, real digits": partial(healthy, "workshop-mlp", digits, 6000),
    "workshop-mlp, drawn digits": partial(healthy, "workshop-mlp", drawn, 6000),
    "kaggle-mlp-gan, real digits": partial(healthy, "kaggle-mlp-gan", digits, 5000),
    "kaggle-mlp-gan, A B C": partial(healthy, "kaggle-mlp-gan", abc, 4000),
    "kaggle-mlp-gan, classic loop": partial(
        healthy, "kaggle-mlp-gan", digits, 4000, classic=True
    ),
    "workshop-dcgan, half the filters": partial(
        healthy,
        "workshop-dcgan",
        digits,
        3200,
        generator=partial(networks.build_shuffle_generator, base_filters=32, filters=16),
        discriminator=partial(networks.build_shuffle_discriminator, (16, 32)),
    ),
}  # fmt: skip


# --- The clinic ----------------------------------------------------------------------------------

WARDS = {  # which recipes and seeds: those the limits were chosen by, and those of the score
    "tuning": (("workshop-mlp", "workshop-dcgan"), (0, 1), 0),
    "score": (("workshop-dcgan", "kaggle-mlp-gan"), (30, 31, 32), 30),
}


def examine(name, recipe, seed):
    """Train one case and show it to the doctor: (name, planted, found, evidence, some samples)."""
    keras.backend.clear_session()
    if recipe is None:
        title, planted, run = name, "healthy", HEALTHY[name](seed)
    else:
        planted, make = SICK[name]
        title, run = f"{name} ({recipe}, seed {seed})", make(recipes.load(recipe), seed)
    with contextlib.redirect_stdout(io.StringIO()):
        findings = doctor.examine(run.gan, run.history, run.images, run.samples, run.yardstick)
    found = [finding.illness for finding in findings] or ["healthy"]
    return title, planted, found, [finding.evidence for finding in findings], run.samples[:14]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    names, seeds, healthy_seed = WARDS["tuning" if options.tuning else "score"]
    cases = [
        (name, names[i % len(names)], seed) for name in SICK for i, seed in enumerate(seeds)
    ] + [(name, None, healthy_seed) for name in HEALTHY]
    cases = [case for case in cases if options.only in case[0]]
    yardstick(digits)  # its classifier is trained once, before anyone asks for it
    results, healthy_samples, start = [], {}, time.perf_counter()
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as workers:
        runs = workers.map(examine, *zip(*cases, strict=True))
        for title, planted, found, evidence, samples in tqdm(runs, total=len(cases), unit="run"):
            results.append((title, planted, found))
            if planted == "healthy":
                healthy_samples[title] = samples
            mark = "ok  " if found[0] == planted else "MISS"
            tqdm.write(f"{mark} {title}: {found} {evidence[:1]}")
    minutes = (time.perf_counter() - start) / 60
    if not options.tuning and not options.only:
        (HERE / "CLINIC.md").write_text(page(results, minutes), encoding="utf-8")
        figure = plots.plot_film_strip(list(healthy_samples.values()), list(healthy_samples))
        figure.savefig(HERE / "clinic-healthy.png", dpi=80, bbox_inches="tight")


def page(results, minutes):
    """CLINIC.md: the confusion table, and each case that went wrong."""
    sick = [r for r in results if r[1] != "healthy"]
    well = [r for r in results if r[1] == "healthy"]
    right = sum(r[2][0] == r[1] for r in sick)
    lines = [
        "# The doctor's clinic",
        "",
        f"Written by `benchmarks/clinic.py` in {minutes:.0f} minutes, data: {digits().source.split(', /')[0]}.",
        "",
        f"{right} of {len(sick)} sick runs got the right name first; {sum(r[2][0] != 'healthy' for r in well)} of {len(well)} healthy runs were called sick.",
        "The limits in `course_lib/doctor.py` were chosen by runs with other seeds (`--tuning`).",
        "",
        "| planted | runs | named right | named otherwise |",
        "|---|---:|---:|---|",
    ]
    for illness in [*doctor.ILLNESSES, "healthy"]:
        firsts = Counter(r[2][0] for r in results if r[1] == illness)
        others = ", ".join(f"{n} {c}" for n, c in firsts.items() if n != illness)
        lines.append(f"| {illness} | {firsts.total()} | {firsts[illness]} | {others} |")
    lines += [
        "",
        "That the healthy runs are healthy is for the eye to say, not for the doctor:",
        "",
        "![fourteen samples of each healthy run](clinic-healthy.png)",
    ]
    lines += ["", "## Each kind", "", "| case | the doctor's names, first first |", "|---|---|"]
    lines += [f"| {name} | {', '.join(found)} |" for name, _, found in results]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
