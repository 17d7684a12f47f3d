"""One contender in one process: `python contenders.py RECIPE CONTENDER`, told by `speed.py` what to do.

Reads a number of steps a line from standard input, runs them, and answers with a line of JSON:
seconds of wall time, seconds of processor time, and the memory of this process in MB. One step is
one update of D and one of G at the recipe's batch sizes, on drawn digits.
"""

import dataclasses
import json
import os
import resource
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from course_lib.data import datasets

CONTENDERS = {}


def contender(function):
    """Register a function recipe name -> `run(n)`, which does n steps."""
    CONTENDERS[function.__name__.replace("_", " ")] = function
    return function


def load_recipe(name):
    """The recipe, letters-dcgan without its turns: one step moves both networks."""
    from course_lib.gan import recipes

    return dataclasses.replace(recipes.load(name), alternating=False)


def digits():
    return datasets.load_handwriting("digits").images


# --- Ours ----------------------------------------------------------------------------------------


@contender
def ours_train_on_batch(name):
    recipe, images = load_recipe(name), digits()
    gan = recipe.build_gan()
    rng = np.random.default_rng(0)

    def run(n):
        for _ in range(n):
            gan.train_on_batch(images[rng.integers(0, len(images), recipe.batch_size)])

    return run


@contender
def ours_fit(name):
    recipe = load_recipe(name)
    gan = recipe.build_gan()
    batches = datasets.load_handwriting("digits").batches(recipe.batch_size)
    return lambda n: gan.fit(batches, steps_per_epoch=n, verbose=0)


@contender
def ours_fit_bfloat16(name):
    from course_lib.training import engine

    engine.use_precision("bfloat16")
    return ours_fit(name)


# --- The tutorials' loop -------------------------------------------------------------------------


def tutorial(name, jit_compile):
    """predict + train_on_batch as published, with plain layers, primed so that D really trains."""
    import keras

    from course_lib.networks import layers as rewrites

    recipe, images = load_recipe(name), digits()
    generator = rewrites.plain(recipe.build_generator())
    logits = recipe.build_discriminator()
    scores = keras.layers.Activation("sigmoid")(logits.output)
    discriminator = keras.Model(logits.input, scores)
    options = dict(loss="binary_crossentropy", jit_compile=jit_compile)
    d_optimizer, g_optimizer = recipe.build_optimizers()
    discriminator.compile(d_optimizer, **options)
    real, half, latent_dim = recipe.batch_size, recipe.batch_size, recipe.latent_dim
    ones, zeros = np.ones((half, 1), "float32"), np.zeros((half, 1), "float32")
    scaled = images.astype("float32") / 127.5 - 1
    rng = np.random.default_rng(0)

    def d_step():
        real_images = scaled[rng.integers(0, len(scaled), real)]
        z = rng.standard_normal((half, latent_dim), dtype="float32")
        fake_images = generator.predict(z, verbose=0)
        if recipe.d_update == "apart":
            discriminator.train_on_batch(real_images, ones)
            discriminator.train_on_batch(fake_images, zeros)
        else:
            both = np.concatenate([real_images, fake_images])
            discriminator.train_on_batch(both, np.concatenate([ones, zeros]))

    d_step()  # primed: Keras has recorded a step that trains, before the freeze
    discriminator.trainable = False
    z_input = keras.Input((latent_dim,))
    combined = keras.Model(z_input, discriminator(generator(z_input)))
    combined.compile(g_optimizer, **options)
    n_g = real * recipe.fakes_per_real

    def run(n):
        for _ in range(n):
            d_step()
            z = rng.standard_normal((n_g, latent_dim), dtype="float32")
            combined.train_on_batch(z, np.ones((n_g, 1), "float32"))

    return run


@contender
def tutorial_loop(name):
    return tutorial(name, jit_compile=False)


@contender
def tutorial_loop_as_Keras_compiles_it(name):
    return tutorial(name, jit_compile="auto")


# --- keras.io ------------------------------------------------------------------------------------


@contender
def keras_io_fit(name):
    """A model with an overridden train_step and `fit`, as keras.io's DCGAN example has it."""
    import keras
    import tensorflow as tf

    from course_lib.networks import layers as rewrites

    recipe, images = load_recipe(name), digits()
    n_g = recipe.batch_size * recipe.fakes_per_real
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    class KerasGAN(keras.Model):
        def __init__(self):
            super().__init__()
            self.generator = rewrites.plain(recipe.build_generator())
            self.discriminator = recipe.build_discriminator()
            self.seed_generator = keras.random.SeedGenerator(0)
            self.d_optimizer, self.g_optimizer = recipe.build_optimizers()
            self.d_metric, self.g_metric = (
                keras.metrics.Mean("d_loss"),
                keras.metrics.Mean("g_loss"),
            )

        def train_step(self, real_images):
            n = recipe.batch_size
            z = keras.random.normal((n, recipe.latent_dim), seed=self.seed_generator)
            both = tf.concat([self.generator(z), real_images], axis=0)
            labels = tf.concat([tf.zeros((n, 1)), tf.ones((n, 1))], axis=0)
            with tf.GradientTape() as tape:
                d_loss = loss_fn(labels, self.discriminator(both))
            gradients = tape.gradient(d_loss, self.discriminator.trainable_weights)
            self.d_optimizer.apply_gradients(zip(gradients, self.discriminator.trainable_weights))
            z = keras.random.normal((n_g, recipe.latent_dim), seed=self.seed_generator)
            with tf.GradientTape() as tape:
                g_loss = loss_fn(tf.ones((n_g, 1)), self.discriminator(self.generator(z)))
            gradients = tape.gradient(g_loss, self.generator.trainable_weights)
            self.g_optimizer.apply_gradients(zip(gradients, self.generator.trainable_weights))
            self.d_metric.update_state(d_loss)
            self.g_metric.update_state(g_loss)
            return {"d_loss": self.d_metric.result(), "g_loss": self.g_metric.result()}

    gan = KerasGAN()
    gan.compile(jit_compile=False)
    data = tf.data.Dataset.from_tensor_slices(images.astype("float32") / 127.5 - 1)
    data = data.shuffle(1024).repeat().batch(recipe.batch_size).prefetch(tf.data.AUTOTUNE)
    return lambda n: gan.fit(data, steps_per_epoch=n, verbose=0)


# --- PyTorch -------------------------------------------------------------------------------------


def torch_networks(name):
    """The published networks in PyTorch: generator, discriminator (both channels first)."""
    from torch import nn

    def mlp(*widths, norm=False, last=None):
        parts = []
        for a, b in zip(widths[:-2], widths[1:-1]):
            parts += [nn.Linear(a, b), nn.LeakyReLU(0.2)]
            parts += [nn.BatchNorm1d(b, momentum=0.2)] if norm else []
        return [*parts, nn.Linear(*widths[-2:]), *([last] if last else [])]

    if name == "kaggle-mlp-gan":
        g = mlp(100, 256, 512, 1024, 784, norm=True, last=nn.Tanh())
        return (
            nn.Sequential(*g, nn.Unflatten(1, (1, 28, 28))),
            nn.Sequential(nn.Flatten(), *mlp(784, 512, 256, 1)),
        )
    if name == "mnist-dcgan":
        up = [nn.ConvTranspose2d(128, 128, 4, 2, 1), nn.LeakyReLU(0.2)]
        more = [nn.ConvTranspose2d(128, 128, 4, 2, 1), nn.LeakyReLU(0.2)]
        start = [nn.Linear(100, 6272), nn.LeakyReLU(0.2), nn.Unflatten(1, (128, 7, 7))]
        g = nn.Sequential(*start, *up, *more, nn.Conv2d(128, 1, 7, padding=3), nn.Tanh())
        d = []
        for a, b in ((1, 64), (64, 64)):
            d += [nn.Conv2d(a, b, 3, 2, 1), nn.LeakyReLU(0.2), nn.Dropout(0.2)]
        return g, nn.Sequential(*d, nn.Flatten(), nn.Linear(3136, 1))
    if name == "letters-dcgan":
        g = [nn.Linear(100, 12544), nn.LeakyReLU(0.01), nn.BatchNorm1d(12544)]
        g += [nn.Unflatten(1, (256, 7, 7)), nn.Dropout(0.4)]
        for a, b, doubled in ((256, 128, True), (128, 64, True), (64, 32, False)):
            g += [nn.Upsample(scale_factor=2)] if doubled else []
            g += [nn.ConvTranspose2d(a, b, 5, 1, 2), nn.LeakyReLU(0.01), nn.BatchNorm2d(b)]
        g += [nn.ConvTranspose2d(32, 1, 5, 1, 2), nn.Tanh()]
        d = []
        for a, b, stride in ((1, 64, 2), (64, 128, 2), (128, 256, 2), (256, 512, 1)):
            d += [nn.Conv2d(a, b, 5, stride, 2), nn.LeakyReLU(0.01), nn.Dropout(0.4)]
        return nn.Sequential(*g), nn.Sequential(*d, nn.Flatten(), nn.Linear(8192, 1))
    raise ValueError(f"no PyTorch networks for {name}")


def pytorch(name, bfloat16):
    """Eager, channels last, fused Adam, z and images without copies."""
    import torch
    from torch.nn.functional import softplus

    recipe = load_recipe(name)
    g, d = (net.to(memory_format=torch.channels_last) for net in torch_networks(name))
    options = dict(betas=(recipe.beta_1, 0.999), eps=1e-7, fused=True)
    d_optimizer = torch.optim.Adam(d.parameters(), lr=recipe.d_learning_rate, **options)
    g_optimizer = torch.optim.Adam(g.parameters(), lr=recipe.g_learning_rate, **options)
    images = torch.from_numpy(digits().transpose(0, 3, 1, 2).astype("float32") / 127.5 - 1)
    images = images.contiguous(memory_format=torch.channels_last)
    n, n_g = recipe.batch_size, recipe.batch_size * recipe.fakes_per_real

    def run(steps):
        for _ in range(steps):
            real_images = images[torch.randint(0, len(images), (n,))]
            with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                fake_images = g(torch.randn(n_g, recipe.latent_dim))
                real_logits, fake_logits = d(real_images), d(fake_images[:n].detach())
                d_loss = (softplus(-real_logits).mean() + softplus(fake_logits).mean()) / 2
            d_optimizer.zero_grad(set_to_none=True)
            d_loss.backward()
            d_optimizer.step()
            d.requires_grad_(False)
            with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                g_loss = softplus(-d(fake_images)).mean()
            g_optimizer.zero_grad(set_to_none=True)
            g_loss.backward()
            g_optimizer.step()
            d.requires_grad_(True)

    return run


@contender
def PyTorch(name):
    return pytorch(name, bfloat16=False)


@contender
def PyTorch_bfloat16(name):
    return pytorch(name, bfloat16=True)


# --- The process ---------------------------------------------------------------------------------


def main(recipe_name, contender_name):
    """Build, take the first step, then do as told."""
    out, sys.stdout = sys.stdout, sys.stderr  # the loaders talk; the answers must stand alone
    start = time.perf_counter()
    run = CONTENDERS[contender_name](recipe_name)
    run(1)
    print(json.dumps({"first": time.perf_counter() - start}), file=out, flush=True)
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        run(int(line))
        answer = {
            "seconds": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
