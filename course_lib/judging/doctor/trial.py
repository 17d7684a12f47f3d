"""Trial steps: train a run for a few steps, see what they change, and restore everything.

This is how the doctor looks at a run from outside: it passes real images to the run's own training
step and compares the two networks before and after.
"""

from typing import NamedTuple

import keras
import numpy as np

from course_lib.gan.combined import FrozenDiscriminatorError
from course_lib.judging.doctor.measures import fraction_ranked_right
from course_lib.judging.doctor.run import Run
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


WEIGHTS = ("kernel", "bias", "embeddings", "gamma", "beta", "moving_mean", "moving_variance")
STOOD_STILL = (0.0, 0.0, 0.0)  # a step of one network: (moved, rate, gain)
FAKES = 128  # that a step is judged by
LONG = 60  # steps: enough for a D that is trained to be wrong to become wrong


class _Probe:
    """What steps are judged by: some z, and random batches of real images."""

    def __init__(self, run, seed):
        self.run, self.rng = run, np.random.default_rng(seed)
        self.z = run.draw_z(FAKES, seed)
        self.labels = run.some_labels(FAKES, seed)

    def batch(self) -> tuple:
        """Return the images and labels of a random batch."""
        size, n = self.run.way.batch_size, len(self.run.given)
        return self.run.batch(self.rng.permutation(max(size, n))[:size] % n)

    def fakes(self) -> np.ndarray:
        """Return the images that G makes of the z now."""
        return self.run.paint(self.z, self.labels, training=True)

    def fake_logits(self, fakes) -> np.ndarray:
        """Return D's logits of these images."""
        return self.run.logits(fakes, self.labels)

    def gap(self, images, labels, fakes) -> float:
        """Return D's mean logit of real images minus that of fakes."""
        real_logits = self.run.logits(self.run.native(images), labels)
        return real_logits.mean() - self.fake_logits(fakes).mean()


def try_steps(run: Run, wanted=4, most=16, seed=0, new_generator=False) -> Trial:
    """Take trial steps until both networks have moved `wanted` times, but at most `most` steps.

    The optimizers' memory of earlier steps is reset first, so that a step shows where its own batch
    leads. Afterwards the run is as it was.

    Args:
        wanted, most: numbers of steps.
        seed: of the batches and of z.
        new_generator: whether G starts with new weights, as before its training.

    Raises:
        NotExaminedError: if no step can be taken.
    """
    d_steps, g_steps = [], []
    probe = _Probe(run, seed)
    run.way  # noqa: B018 - found before anything is put back
    with run.put_back():
        forget(run)
        if new_generator:
            renew(run.generator)
        for _ in range(most):
            try:
                step = _try_step(probe)
            except FrozenDiscriminatorError:
                break
            for steps, found in zip((d_steps, g_steps), step, strict=True):
                if found[0] > 0:
                    steps.append(found)
            if len(d_steps) >= wanted and len(g_steps) >= wanted:
                break
        if not d_steps and (moved := _provoke(probe)) > 0:
            d_steps.append((moved, 0.0, 0.0))
    d, g = (np.mean(steps or [STOOD_STILL], axis=0).tolist() for steps in (d_steps, g_steps))
    return Trial(d[0], g[0], d[1], g[1], d[2], g[2])


def _try_step(probe):
    """Train on one batch. Return (moved, rate, gain) of D and of G."""
    run = probe.run
    d_before, g_before = (snapshot(_learned(net)) for net in (run.discriminator, run.generator))
    images, labels = probe.batch()
    fakes = probe.fakes()
    gap_before = probe.gap(images, labels, fakes)
    run.way(images, labels)
    fake_logits = probe.fake_logits(fakes)
    unit = np.std(fake_logits) + 1e-6
    d_gain = (probe.gap(images, labels, fakes) - gap_before) / unit
    g_gain = (probe.fake_logits(probe.fakes()).mean() - fake_logits.mean()) / unit
    return (
        (*_change(run.discriminator, d_before), d_gain),
        (*_change(run.generator, g_before), g_gain),
    )


def _provoke(probe):
    """Return how far D moves when fakes are passed to it as real: 0.0 only if it is frozen.

    With the hinge loss, a D that easily tells real from fake doesn't move, but it isn't frozen.
    """
    run = probe.run
    n = run.way.batch_size
    fakes = np.clip(np.resize(probe.fakes(), (n, *run.native_shape)), run.low, 1)
    before = snapshot(_learned(run.discriminator))
    try:
        run.way(as_handed(run, fakes), None if run.labels is None else np.zeros(n, "int64"))
    except FrozenDiscriminatorError:
        return 0.0
    return largest_difference(_learned(run.discriminator), before)


def as_handed(run, native_images) -> np.ndarray:
    """Return native images in the form in which the run's step takes real ones."""
    if run.wants_native:
        return native_images
    images = native_images.reshape(-1, *run.given.shape[1:])
    if run.given.dtype == np.uint8:
        return ((images - run.low) / (1 - run.low) * 255).astype("uint8")
    return images


class Later(NamedTuple):
    """What more steps lead to.

    `ranked_right`: the fraction of pairs that D then ranks right, with 1 for real; near 0, D has
    learned to give fakes the higher logits.
    `fake_rise`: by how much D's median logit of fakes has risen.
    """

    ranked_right: float
    fake_rise: float


def long_trial(run: Run, steps=LONG, seed=1, forgetful=False) -> Later:
    """Take many steps and look at D's logits afterwards. Then the run is put back as it was.

    Args:
        steps: how many.
        seed: of the batches and of z.
        forgetful: whether the optimizers' memory of earlier steps is reset first.

    Raises:
        NotExaminedError: if no step can be taken.
    """
    probe = _Probe(run, seed)
    run.way  # noqa: B018 - found before anything is put back
    with run.put_back():
        if forgetful:
            forget(run)
        before = np.median(probe.fake_logits(probe.fakes()))
        for _ in range(steps):
            run.way(*probe.batch())
        images, labels = probe.batch()
        real_logits = run.logits(run.native(images), labels)
        fake_logits = probe.fake_logits(probe.fakes())
        ranked_right = fraction_ranked_right(real_logits, fake_logits)
        return Later(ranked_right, float(np.median(fake_logits) - before))


def _learned(network):
    """Return the weights that an optimizer may move: no running statistics, no dropout seeds."""
    return [w for w in network.weights if "moving_" not in w.path and "seed" not in w.path]


def _change(network, before):
    """Return (largest change, length of the change over the kernels' length) since `before`."""
    learned = _learned(network)
    pairs = zip(snapshot(learned), before, strict=True)
    kernels = [(new - old, old) for new, old in pairs if old.ndim > 1]
    if not kernels:
        return largest_difference(learned, before), 0.0
    step, length = (
        np.sqrt(sum(np.square(x).sum() for x in side)) for side in zip(*kernels, strict=True)
    )
    return largest_difference(learned, before), float(step / (length + 1e-12))


def renew(network) -> None:
    """Give a network new weights, as its layers draw them when they are built."""
    for layer in network._flatten_layers():
        for name in WEIGHTS:
            weight = getattr(layer, name, None)
            draw = getattr(layer, f"{name}_initializer", None)
            if weight is not None and draw is not None:
                weight.assign(draw(weight.shape, weight.dtype))


def forget(run) -> None:
    """Reset the optimizers' memory: their momenta and step counts, but not their learning rates.

    An optimizer whose learning rate follows a schedule keeps its memory, because the rate follows
    the step count.
    """
    for optimizer in run.optimizers:
        if follows_a_schedule(optimizer):
            continue
        for variable in optimizer.variables:
            if len(variable.shape) > 0 or "iteration" in variable.path:
                variable.assign(np.zeros(variable.shape, variable.dtype))


def follows_a_schedule(optimizer) -> bool:
    """Return whether an optimizer's learning rate is a function of its step count."""
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    return not isinstance(getattr(optimizer, "_learning_rate", None), keras.Variable)
