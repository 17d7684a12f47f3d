"""A few training steps on trial: what they move and where to, and everything put back afterwards.

`doctor` looks at a run this way, from the outside: it hands the run's own `train_on_batch` real
images and looks at the two networks before and after.
"""

from contextlib import contextmanager
from typing import NamedTuple

import keras
import numpy as np

from course_lib.data.pixels import scale_pixels
from course_lib.gan.combined import FrozenDiscriminatorError


class Trial(NamedTuple):
    """What trial steps did to D and to G.

    `d_moved`, `g_moved`: the largest change of a weight; 0.0 if none moved. `d_rate`, `g_rate`:
    length of one step relative to the length of the weights. `d_gain`: what D's steps added to the
    mean logit of real images above that of fakes, in units of that gap's spread; below 0 D learns
    the wrong way round. `g_gain`: what G's steps added to the mean logit of its images, likewise.
    """

    d_moved: float
    g_moved: float
    d_rate: float
    g_rate: float
    d_gain: float
    g_gain: float


def try_steps(gan, images, batch_size=32, wanted=4, most=16, seed=0):
    """Take trial steps until both networks have moved `wanted` times, `most` at the most.

    `gan`: anything with `generator`, `discriminator` and `train_on_batch(images)`. `images`: as it
    is trained on. The optimizers' memory of earlier steps is laid aside, so that a step shows where
    this batch leads. Returns a `Trial`; weights, optimizers and random numbers are as before.
    """
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((128, gan.generator.input_shape[-1]), dtype="float32")
    batch_size = min(batch_size, len(images))
    moves = {"d": [], "g": []}  # of each step: (largest change, relative length, gain)
    with put_back(gan):
        forget(gan)
        for _ in range(most):
            batch = images[rng.permutation(len(images))[:batch_size]]
            d_before, g_before = _weights(gan.discriminator), _weights(gan.generator)
            fakes = gan.generator(z, training=True)
            gap_before = _gap(gan, batch, fakes)
            try:
                gan.train_on_batch(batch)
            except FrozenDiscriminatorError:
                moves["d"].append((0.0, 0.0, 0.0))
                break
            score = _logits(gan, fakes).mean()
            spread = np.std(_logits(gan, fakes)) + 1e-6
            better = _logits(gan, gan.generator(z, training=True)).mean()
            d_gain = (_gap(gan, batch, fakes) - gap_before) / spread
            moves["d"].append((*_change(d_before, gan.discriminator), d_gain))
            moves["g"].append((*_change(g_before, gan.generator), (better - score) / spread))
            if all(sum(move[0] > 0 for move in moves[side]) >= wanted for side in moves):
                break
        if not any(move[0] > 0 for move in moves["d"]):
            moves["d"].append((_provoke(gan, images.dtype, z), 0.0, 0.0))
    d, g = (_mean([m for m in moves[side] if m[0] > 0]) for side in ("d", "g"))
    return Trial(d[0], g[0], d[1], g[1], d[2], g[2])


def _provoke(gan, dtype, z):
    """How far D moves when it is handed fakes for real images: 0.0 only if it is frozen.

    A D that tells them apart with ease stands still under the hinge loss, and is not frozen.
    """
    fakes = np.clip(np.asarray(gan.generator(z, training=True)), -1, 1)
    before = _weights(gan.discriminator)
    try:
        gan.train_on_batch(((fakes + 1) * 127.5).astype("uint8") if dtype == np.uint8 else fakes)
    except FrozenDiscriminatorError:
        return 0.0
    return _change(before, gan.discriminator)[0]


def _mean(moves):
    return np.mean(moves, axis=0).tolist() if moves else (0.0, 0.0, 0.0)


def _logits(gan, images):
    return np.asarray(gan.discriminator(images, training=False))


def _gap(gan, real_images, fake_images):
    real, fake = _logits(gan, scale_pixels(real_images)), _logits(gan, fake_images)
    return real.mean() - fake.mean()


def _weights(network):
    """Copies of what a step may move: all weights but the statistics of batch normalisation."""
    return [np.array(weight) for weight in network.weights if _is_learned(weight)]


def _is_learned(weight):
    return "moving_" not in weight.path and "seed" not in weight.path


def _change(before, network):
    """(largest change, relative length of the change) since the copies `before`."""
    pairs = list(zip(_weights(network), before, strict=True))
    largest = max(float(np.abs(new - old).max()) for new, old in pairs)
    kernels = [(new - old, old) for new, old in pairs if old.ndim > 1]
    length = np.sqrt(sum(np.square(step).sum() for step, _ in kernels))
    return largest, float(length / np.sqrt(sum(np.square(old).sum() for _, old in kernels)))


def batch_statistics(gan, probe):
    """How D's first batch normalisation takes up real images: their weight in what it learned, or
    None if D has none. About 1 if real and fake images pass through it one after the other, 0.5
    if they pass together.

    `probe`: a batch unlike any fake, to tell the two apart.
    """
    norms = [
        layer
        for layer in gan.discriminator.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    if not norms:
        return None
    norm = norms[0]
    before_norm = keras.Model(gan.discriminator.inputs, norm.input)
    axes = tuple(range(len(norm.input.shape) - 1))
    z = np.random.default_rng(0).standard_normal((len(probe), gan.generator.input_shape[-1]))
    with put_back(gan):
        fakes = gan.generator(z.astype("float32"), training=True)
        real_mean, fake_mean = (
            np.asarray(before_norm(images)).mean(axis=axes)
            for images in (scale_pixels(probe), fakes)
        )
        norm.moving_mean.assign(np.zeros_like(real_mean))  # has no part in a training step
        gan.train_on_batch(probe)
        learned = np.asarray(norm.moving_mean) / (1 - norm.momentum)
    sides = np.stack([real_mean, fake_mean], axis=1)
    return float(np.linalg.lstsq(sides, learned, rcond=None)[0][0])


@contextmanager
def put_back(gan):
    """Whatever steps are taken inside the block, weights, optimizers and random numbers return."""
    variables = [(v, np.array(v)) for v in _variables(gan)]
    generators = [v for v in vars(gan).values() if isinstance(v, np.random.Generator)]
    states = [generator.bit_generator.state for generator in generators]
    try:
        yield
    finally:
        for variable, value in variables:
            variable.assign(value)
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state


def forget(gan):
    """Set the optimizers' memory (momenta, counts of steps) to its start."""
    for optimizer in optimizers(gan):
        for variable in optimizer.variables:
            if len(variable.shape) > 0 or "iteration" in variable.path:
                variable.assign(np.zeros(variable.shape, variable.dtype))


def optimizers(gan):
    """The optimizers of a run: its own attributes, or those of the models among them."""
    parts = [*vars(gan).values()]
    parts += [getattr(part, "optimizer", None) for part in parts]
    found = {id(p): p for p in parts if isinstance(p, keras.optimizers.Optimizer)}
    return list(found.values())


def _variables(gan):
    owners = [p for p in (gan, *vars(gan).values()) if isinstance(p, keras.Model)]
    found = {id(v): v for owner in (*owners, *optimizers(gan)) for v in owner.variables}
    return list(found.values())
