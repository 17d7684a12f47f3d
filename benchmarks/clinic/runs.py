"""How a run is made: build a model, train it, draw samples."""

import dataclasses
from functools import cache

import keras
import numpy as np

from course_lib import callbacks, datasets, gan, metrics

STEPS = 300  # of a broken run, unless a case needs another number


@cache
def digits():
    """Return the digits that nearly all runs train on: real ones where there are any."""
    return datasets.load_digits()


@cache
def drawn(classes="digits", per_class=600):
    """Return characters drawn by the pen."""
    return datasets.load_handwriting(classes, per_class)


@cache
def yardstick(load):
    """Return the measures for the dataset that the function `load` returns."""
    return metrics.Yardstick(load())


@dataclasses.dataclass
class Run:
    """What a user has after training, as `doctor.examine` takes it."""

    gan: object
    history: dict
    images: object
    samples: np.ndarray | None
    yardstick: metrics.Yardstick | None = None
    step: object = None  # a function that takes a training step, if the run has no method for it


def build(recipe, seed, kind=gan.GAN, **changes):
    """Build a recipe's GAN as the class `kind`, with some of the recipe's numbers changed."""
    recipe = dataclasses.replace(recipe, **changes)
    keras.utils.set_random_seed(seed)
    model = kind(
        recipe.build_generator(),
        recipe.build_discriminator(),
        fakes_per_real=recipe.fakes_per_real,
        ema_momentum=recipe.ema_momentum,
        seed=seed,
    )
    model.compile(*recipe.build_optimizers(), recipe.loss)
    return model


def train(model, images, steps, batch_size=32, seed=0):
    """Train for `steps` steps on a `Dataset` or an array of images, and return the history."""
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
    """Draw n images as a user does, from normal z of standard deviation `scale`."""
    z = scale * np.random.default_rng(seed).standard_normal((n, model.generator.input_shape[-1]))
    parts = [
        model.sample(part) if hasattr(model, "sample") else np.asarray(model.generator(part))
        for part in np.split(z.astype("float32"), 4)
    ]
    return np.concatenate(parts)


def finish(model, images, steps=STEPS, seed=0, load=None, batch_size=32):
    """Train and sample, and return the `Run`.

    `load`: a function that returns the labelled dataset; with it, the run has a yardstick.
    """
    history = train(model, images, steps, batch_size, seed)
    return Run(model, history, images, sample(model), yardstick(load) if load else None)


def few_pictures(run, n=14):
    """Return the first n samples of a foreign run as images [n, 28, 28, 1] in [-1, 1].

    Samples are drawn from the run's generator, with labels 0 to 9 if it takes labels, when the run
    hands over none. The range is recognised by the lowest and the highest of all samples.
    """
    samples = run.samples
    if samples is None:
        if isinstance(run.gan, dict):
            generator = run.gan["generator"]
        else:
            generator = run.gan[0] if isinstance(run.gan, tuple) else run.gan.generator
        z = np.random.default_rng(7).standard_normal((100, generator.inputs[0].shape[-1]))
        labels = np.arange(100)[:, None] % 10
        samples = generator([z, labels] if len(generator.inputs) > 1 else z)
    samples = np.asarray(samples, "float32")
    is_signed, is_bytes = samples.min() < -0.01, samples.max() > 1.5
    images = samples if is_signed else samples / (127.5 if is_bytes else 0.5) - 1
    return np.clip(images[:n].reshape(n, 28, 28, 1), -1, 1)
