"""The contenders of `speed.py`: ways to train the same GAN, each registered here once.

`speed.py` and `report.py` take their names from `CONTENDERS`; importing it doesn't load TensorFlow.
As a script, `python contenders.py RECIPE CONTENDER` runs one of them under the control of
`speed.py`: it reads a number of steps per line from standard input, runs them, and answers with a
line of JSON that holds the wall time and the processor time in seconds, and the peak memory of this
process in MB. One step is one update of D and one of G, at the recipe's batch sizes, on drawn
digits.
"""

import dataclasses
import json
import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from course_lib import datasets
from course_lib.data.pixels import scale_pixels


@dataclasses.dataclass(frozen=True)
class Contender:
    """One way to train.

    `build`: recipe name -> `run(n)`, which takes n steps. `base`: the others are compared with the
    fastest of these. `quick`: takes part in `speed.py --quick`. `bfloat16`: computes in bfloat16.
    """

    build: Callable
    base: bool = False
    quick: bool = False
    bfloat16: bool = False


CONTENDERS: dict[str, Contender] = {}  # by name, in the order of the report


def contender(name, **traits):
    """Return a decorator that registers the function `Contender.build` under this name."""

    def register(function):
        CONTENDERS[name] = Contender(function, **traits)
        return function

    return register


def base_names():
    """Return the names of the contenders that the others are compared with."""
    return [name for name, contender in CONTENDERS.items() if contender.base]


def load_recipe(name):
    """Return the recipe; letters-dcgan without its turns, so that one step moves both networks."""
    from course_lib import recipes

    return dataclasses.replace(recipes.load(name), alternating=False)


def digits():
    """Return the drawn digits that everyone trains on, uint8 [6000, 28, 28, 1]."""
    return datasets.load_handwriting("digits").images


# --- The tutorials' loop -------------------------------------------------------------------------


def tutorial(name, jit_compile):
    """Build the published loop of `predict` and `train_on_batch`, with ordinary Keras layers."""
    import keras

    from course_lib.networks.layers import plain

    recipe, images = load_recipe(name), scale_pixels(digits())
    generator, logits = plain(recipe.build_generator()), recipe.build_discriminator()
    scores = keras.layers.Activation("sigmoid")(logits.output)
    discriminator = keras.Model(logits.input, scores)
    options = dict(loss="binary_crossentropy", jit_compile=jit_compile)
    d_optimizer, g_optimizer = recipe.build_optimizers()
    discriminator.compile(d_optimizer, **options)
    n, n_g = recipe.batch_size, recipe.batch_size * recipe.fakes_per_real
    ones, zeros = np.ones((n, 1), "float32"), np.zeros((n, 1), "float32")
    rng = np.random.default_rng(0)

    def d_step():
        real_images = images[rng.integers(0, len(images), n)]
        z = rng.standard_normal((n, recipe.latent_dim), dtype="float32")
        fake_images = generator.predict(z, verbose=0)
        if recipe.d_update == "apart":
            discriminator.train_on_batch(real_images, ones)
            discriminator.train_on_batch(fake_images, zeros)
        else:
            both = np.concatenate([real_images, fake_images])
            discriminator.train_on_batch(both, np.concatenate([ones, zeros]))

    d_step()  # before the freeze, so that Keras records a step in which D really trains
    discriminator.trainable = False
    z_input = keras.Input((recipe.latent_dim,))
    combined = keras.Model(z_input, discriminator(generator(z_input)))
    combined.compile(g_optimizer, **options)

    def run(steps):
        for _ in range(steps):
            d_step()
            z = rng.standard_normal((n_g, recipe.latent_dim), dtype="float32")
            combined.train_on_batch(z, np.ones((n_g, 1), "float32"))

    return run


@contender("tutorial loop", base=True, quick=True)
def tutorial_loop(name):
    return tutorial(name, jit_compile=False)


@contender("tutorial loop as Keras compiles it", base=True)
def tutorial_loop_as_keras_compiles_it(name):
    return tutorial(name, jit_compile="auto")


# --- keras.io ------------------------------------------------------------------------------------


@contender("keras.io fit")
def keras_io_fit(name):
    """Build a model with an overridden train_step for `fit`, as keras.io's DCGAN example does."""
    import tensorflow as tf

    from keras_io import KerasGAN

    recipe, images = load_recipe(name), scale_pixels(digits())
    gan = KerasGAN(recipe)
    gan.compile(jit_compile=False)
    data = tf.data.Dataset.from_tensor_slices(images).shuffle(1024).repeat()
    data = data.batch(recipe.batch_size).prefetch(tf.data.AUTOTUNE)
    return lambda n: gan.fit(data, steps_per_epoch=n, verbose=0)


# --- PyTorch -------------------------------------------------------------------------------------


def pytorch(name, bfloat16):
    """Build an eager loop: channels last, fused Adam, no copies of z or of the images."""
    import torch
    from torch.nn.functional import softplus

    from torch_networks import NETWORKS

    recipe = load_recipe(name)
    g, d = (net.to(memory_format=torch.channels_last) for net in NETWORKS[name]())
    options = dict(betas=(recipe.beta_1, 0.999), eps=1e-7, fused=True)
    d_optimizer = torch.optim.Adam(d.parameters(), lr=recipe.d_learning_rate, **options)
    g_optimizer = torch.optim.Adam(g.parameters(), lr=recipe.g_learning_rate, **options)
    images = torch.from_numpy(scale_pixels(digits().transpose(0, 3, 1, 2)))
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


@contender("PyTorch", quick=True)
def pytorch_float32(name):
    return pytorch(name, bfloat16=False)


# --- Ours ----------------------------------------------------------------------------------------


@contender("ours, train_on_batch", quick=True)
def ours_train_on_batch(name):
    recipe, images = load_recipe(name), digits()
    gan = recipe.build_gan()
    rng = np.random.default_rng(0)

    def run(n):
        for _ in range(n):
            gan.train_on_batch(images[rng.integers(0, len(images), recipe.batch_size)])

    return run


@contender("ours, fit", quick=True)
def ours_fit(name):
    recipe = load_recipe(name)
    gan = recipe.build_gan()
    batches = datasets.load_handwriting("digits").batches(recipe.batch_size)
    return lambda n: gan.fit(batches, steps_per_epoch=n, verbose=0)


# --- In bfloat16, where the processor has it -----------------------------------------------------


@contender("PyTorch, bfloat16", bfloat16=True)
def pytorch_bfloat16(name):
    return pytorch(name, bfloat16=True)


@contender("ours, fit, bfloat16", bfloat16=True)
def ours_fit_bfloat16(name):
    from course_lib import engine

    engine.use_precision("bfloat16")
    return ours_fit(name)


# --- The process ---------------------------------------------------------------------------------


def main(recipe_name, contender_name):
    """Build the contender, take its first step, then run as many steps as each line asks for."""
    out, sys.stdout = sys.stdout, sys.stderr  # the loaders print; `out` carries only answers
    start = time.perf_counter()
    run = CONTENDERS[contender_name].build(recipe_name)
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
