"""Trial steps: train a run for a few steps, see what they change, and restore everything.

This is how the doctor looks at a run from outside: it passes real images to the run's own
`train_on_batch` and compares the two networks before and after.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import keras
import numpy as np

from course_lib.data.pixels import scale_pixels
from course_lib.gan.combined import FrozenDiscriminatorError
from course_lib.gan.conditional import ConditionalGAN
from course_lib.training.weights import largest_difference, snapshot


class Trial(NamedTuple):
    """What trial steps did to D and to G, averaged over the steps that moved them.

    `d_moved`, `g_moved`: the largest change of any weight; 0.0 if none changed.
    `d_rate`, `g_rate`: the length of one step relative to the length of the weights.
    `d_gain`: what one of D's steps adds to the gap between its mean logits of real images and of
    fakes, in standard deviations of its logits of fakes; below 0, D learns the wrong way round.
    `g_gain`: what one of G's steps adds to D's mean logit of its images, in the same unit.
    """

    d_moved: float
    g_moved: float
    d_rate: float
    g_rate: float
    d_gain: float
    g_gain: float


STOOD_STILL = (0.0, 0.0, 0.0)  # a step of one network: (moved, rate, gain)


def try_steps(gan, images, labels=None, batch_size=32, wanted=4, most=16, seed=0) -> Trial:
    """Take trial steps until both networks have moved `wanted` times, but at most `most` steps.

    The optimizers' memory of earlier steps is reset first, so that a step shows where its own batch
    leads. Afterwards weights, optimizers and random numbers are as they were.

    Args:
        gan: anything with `generator`, `discriminator` and `train_on_batch(images)`.
        images: an array [N, 28, 28, 1] of the kind that the run is trained on.
        labels: integers [N]; only a `ConditionalGAN` needs them.
        batch_size, seed: of the batches that are drawn from `images`.
    """
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((128, gan.generator.input_shape[-1]), dtype="float32")
    batch_size = min(batch_size, len(images))
    d_steps, g_steps = [], []
    with put_back(gan):
        forget(gan)
        for _ in range(most):
            rows = rng.permutation(len(images))[:batch_size]
            try:
                step = _try_step(gan, images[rows], None if labels is None else labels[rows], z)
            except FrozenDiscriminatorError:
                break
            for steps, found in zip((d_steps, g_steps), step, strict=True):
                if found[0] > 0:
                    steps.append(found)
            if len(d_steps) >= wanted and len(g_steps) >= wanted:
                break
        if not d_steps and (moved := _provoke(gan, images.dtype, z)) > 0:
            d_steps.append((moved, 0.0, 0.0))
    d, g = (np.mean(steps or [STOOD_STILL], axis=0).tolist() for steps in (d_steps, g_steps))
    return Trial(d[0], g[0], d[1], g[1], d[2], g[2])


def _try_step(gan, batch, labels, z):
    """Train on one batch. Return (moved, rate, gain) of D and of G."""
    d_before, g_before = (snapshot(_learned(net)) for net in (gan.discriminator, gan.generator))
    fakes = gan.generator(z, training=True)
    gap_before = _gap(gan, batch, fakes)
    _train(gan, batch, labels)
    fake_logits = logits(gan, fakes)
    unit = np.std(fake_logits) + 1e-6
    d_gain = (_gap(gan, batch, fakes) - gap_before) / unit
    g_gain = (logits(gan, gan.generator(z, training=True)).mean() - fake_logits.mean()) / unit
    return (
        (*_change(gan.discriminator, d_before), d_gain),
        (*_change(gan.generator, g_before), g_gain),
    )


def _provoke(gan, dtype, z):
    """Return how far D moves when fakes are passed to it as real: 0.0 only if it is frozen.

    With the hinge loss, a D that easily tells real from fake doesn't move, but it isn't frozen.
    """
    fakes = np.clip(np.asarray(gan.generator(z, training=True)), -1, 1)
    before = snapshot(_learned(gan.discriminator))
    if dtype == np.uint8:
        fakes = ((fakes + 1) * 127.5).astype("uint8")
    try:
        _train(gan, fakes, np.zeros(len(fakes), "int64"))
    except FrozenDiscriminatorError:
        return 0.0
    return largest_difference(_learned(gan.discriminator), before)


def _train(gan, images, labels):
    """Let the run take one step of its own. Only a `ConditionalGAN` is given the labels."""
    if isinstance(gan, ConditionalGAN) and labels is not None:
        gan.train_on_batch(images, labels)
    else:
        gan.train_on_batch(images)


def logits(gan, images) -> np.ndarray:
    """Return D's logits of images [N, 28, 28, 1], one for each image, [N].

    A conditional D has one for each class; the largest says how real the image looks as the
    character that it resembles most.
    """
    found = np.asarray(gan.discriminator(images, training=False))
    return found.reshape(len(images), -1).max(axis=1)


def _gap(gan, real_images, fake_images):
    """Return D's mean logit of real images minus that of fakes."""
    return logits(gan, scale_pixels(real_images)).mean() - logits(gan, fake_images).mean()


def _learned(network):
    """Return the weights that an optimizer may move: no running statistics, no dropout seeds."""
    return [w for w in network.weights if "moving_" not in w.path and "seed" not in w.path]


def _change(network, before):
    """Return (largest change, length of the change over the kernels' length) since `before`."""
    learned = _learned(network)
    pairs = zip(snapshot(learned), before, strict=True)
    kernels = [(new - old, old) for new, old in pairs if old.ndim > 1]
    step, length = (np.sqrt(sum(np.square(x).sum() for x in side)) for side in zip(*kernels))
    return largest_difference(learned, before), float(step / length)


def batch_norm_fraction(gan, probe) -> float | None:
    """Return how much real images count in the mean that D's first batch normalisation learns.

    Args:
        gan: as `try_steps` takes it.
        probe: a batch of real images unlike any fake, so that the two can be told apart.

    Returns:
        About 1 if real images and fakes pass through it one after the other, 0.5 if they pass
        through together, None if D has no such layer.
    """
    kind = keras.layers.BatchNormalization
    norm = next((layer for layer in gan.discriminator.layers if isinstance(layer, kind)), None)
    if norm is None:
        return None
    before_norm = keras.Model(gan.discriminator.input, norm.input)
    axes = tuple(range(len(norm.input.shape) - 1))
    z = np.random.default_rng(0).standard_normal((len(probe), gan.generator.input_shape[-1]))
    with put_back(gan):
        fakes = gan.generator(z.astype("float32"), training=True)
        real_mean, fake_mean = (
            np.asarray(before_norm(images)).mean(axis=axes)
            for images in (scale_pixels(probe), fakes)
        )
        norm.moving_mean.assign(np.zeros_like(real_mean))  # a training step doesn't use it
        _train(gan, probe, np.zeros(len(probe), "int64"))
        learned = np.asarray(norm.moving_mean) / (1 - norm.momentum)
    sides = np.stack([real_mean, fake_mean], axis=1)
    return float(np.linalg.lstsq(sides, learned, rcond=None)[0][0])


@contextmanager
def put_back(gan) -> Iterator[None]:
    """Restore weights, optimizers and random numbers after the block, whatever happens inside."""
    variables = _variables(gan)
    values = snapshot(variables)
    generators = [v for v in vars(gan).values() if isinstance(v, np.random.Generator)]
    states = [generator.bit_generator.state for generator in generators]
    try:
        yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state


def forget(gan) -> None:
    """Reset the optimizers' memory: their momenta and step counts, but not their learning rates."""
    for optimizer in optimizers(gan):
        for variable in optimizer.variables:
            if len(variable.shape) > 0 or "iteration" in variable.path:
                variable.assign(np.zeros(variable.shape, variable.dtype))


def optimizers(gan) -> list[keras.optimizers.Optimizer]:
    """Return the optimizers of a run: attributes of `gan`, or of the models among them."""
    parts = [*vars(gan).values()]
    parts += [getattr(part, "optimizer", None) for part in parts]
    found = {id(p): p for p in parts if isinstance(p, keras.optimizers.Optimizer)}
    return list(found.values())


def _variables(gan):
    owners = [p for p in (gan, *vars(gan).values()) if isinstance(p, keras.Model)]
    found = {id(v): v for owner in (*owners, *optimizers(gan)) for v in owner.variables}
    return list(found.values())
