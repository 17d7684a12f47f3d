"""Trial steps show what a run's steps do, and leave no trace."""

import dataclasses
from collections import deque

import keras
import numpy as np
import pytest
import tiny_runs
from keras import ops

from course_lib import gan
from course_lib.gan import recipes
from course_lib.judging.doctor import recording, trial
from course_lib.judging.doctor.run import Run


def run_of(model, images, labels=None):
    """A run as the doctor sees it."""
    return Run(model, images if labels is None else (images, labels))


def everything(model):
    """Copies of all that a run consists of."""
    optimizers = [
        model.d_optimizer if isinstance(model, gan.GAN) else model.discriminator.optimizer,
        model.g_optimizer if isinstance(model, gan.GAN) else model.combined.optimizer,
    ]
    owners = [model.generator, model.discriminator, *optimizers]
    if isinstance(model, gan.GAN):
        owners += [model, model.sampler]
    return [np.array(v) for owner in owners for v in owner.variables]


def build_with_everything(classic):
    """A run with batch normalisation in G and, apart from the classic loop, an average of G."""
    recipe = dataclasses.replace(recipes.load("workshop-mlp"), ema_momentum=0.9)
    return recipe.build_combined() if classic else recipe.build_gan(jit_compile=False)


@pytest.mark.parametrize("classic", [False, True])
def test_everything_is_put_back(images, classic, same):
    """To the bit: the run then goes on as if nobody had looked."""
    looked_at, left_alone = (build_with_everything(classic) for _ in range(2))
    for model in (looked_at, left_alone):
        model.train_on_batch(images[:32])
    before = everything(looked_at)
    found = trial.try_steps(run_of(looked_at, images))
    assert found.d_moved > 0 and found.g_moved > 0
    assert same(before, everything(looked_at))
    for model in (looked_at, left_alone):
        model.train_on_batch(images[:32])
    assert same(everything(looked_at), everything(left_alone))


def test_a_conditional_run_is_given_the_labels_of_its_images(images, same):
    images = np.random.default_rng(0).integers(0, 256, images.shape).astype("uint8")
    model, labels = recipes.load("workshop-conditional").build_gan(), np.arange(256) % 10
    label_of = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    given, train = deque(), model.train_on_batch  # a list would be put back, too

    def train_on_batch(batch, classes):
        given.extend((label_of[image.tobytes()], k) for image, k in zip(batch, classes))
        return train(batch, classes)

    model.train_on_batch = train_on_batch
    before = everything(model)
    found = trial.try_steps(run_of(model, images, labels))
    assert found.d_moved > 0 and found.g_moved > 0
    assert given and all(own == k for own, k in given)
    assert same(before, everything(model))


def test_what_does_not_move_is_seen(images):
    for side in ("d", "g"):
        model = tiny_runs.build_gan()
        optimizer = model.d_optimizer if side == "d" else model.g_optimizer
        optimizer.learning_rate = 0.0
        found = trial.try_steps(run_of(model, images))
        assert (found.d_moved == 0) == (side == "d")
        assert (found.g_moved == 0) == (side == "g")


def test_the_length_of_a_step_follows_the_rate(images):
    """Adam's first step is the rate in every weight, whatever the gradient."""
    rates = []
    for rate in (1e-5, 1e-3):
        model = tiny_runs.build_gan()
        model.d_optimizer.learning_rate = rate
        rates.append(trial.try_steps(run_of(model, images), wanted=1, most=1).d_rate)
    assert rates[1] / rates[0] == pytest.approx(100, rel=0.1)


def test_the_wrong_way_round_is_seen(images):
    right, swapped = tiny_runs.build_gan(), tiny_runs.build_gan()
    d_loss = swapped.d_loss
    swapped.d_loss = lambda real, fake: d_loss(fake, real)
    assert trial.try_steps(run_of(right, images)).d_gain > 0
    assert trial.try_steps(run_of(swapped, images)).d_gain < 0


def test_turns_are_waited_for(images):
    """In the schedule with turns a step moves one network alone."""
    model = tiny_runs.build_gan(gan.AlternatingGAN)
    found = trial.try_steps(run_of(model, images))
    assert found.d_moved > 0 and found.g_moved > 0


class Stacks(gan.GAN):
    def judge(self, real_images, fake_images):
        logits = self.discriminator(ops.concatenate([real_images, fake_images]), training=True)
        return ops.split(logits, 2)


@pytest.mark.parametrize(("kind", "fraction"), [(gan.GAN, 1.0), (Stacks, 0.5)])
def test_batch_statistics_of_real_images(kind, fraction, images, same):
    model = tiny_runs.build_gan(kind, None, tiny_runs.build_normalised_discriminator())
    before = everything(model)
    found = recording.batch_norm_fraction(run_of(model, images))
    assert found == pytest.approx(fraction, abs=0.1)
    assert same(before, everything(model))


def test_no_batch_statistics_without_the_layer(images):
    assert recording.batch_norm_fraction(run_of(tiny_runs.build_gan(), images)) is None


def test_a_discriminator_that_is_content_is_not_frozen():
    """Under the hinge loss a D that clearly tells real from fake stands still, but can learn."""
    images = keras.Input((28, 28, 1))
    logit = keras.layers.Dense(1)(keras.layers.Flatten()(images))
    discriminator = keras.Model(images, logit)
    discriminator.set_weights([np.full((784, 1), 1.0), np.array([-700.0])])
    model = tiny_runs.build_gan(discriminator=discriminator, loss="hinge")
    real = np.full((64, 28, 28, 1), 255, "uint8")  # all white; fakes are grey on average
    found = trial.try_steps(run_of(model, real))
    assert found.d_rate == 0 and found.d_moved > 0
