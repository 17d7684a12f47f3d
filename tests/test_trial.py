"""Trial steps say what a run's steps do, and leave no trace."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from course_lib import gan
from course_lib.gan import recipes
from course_lib.judging.doctor import trial


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


def build(classic=False, name="workshop-mlp"):
    recipe = recipes.load(name)
    return recipe.build_combined() if classic else recipe.build_gan()


@pytest.mark.parametrize("classic", [False, True])
def test_everything_is_put_back(images, classic, same):
    """To the bit: the run then goes on as if nobody had looked."""
    looked_at, left_alone = build(classic), build(classic)
    for model in (looked_at, left_alone):
        model.train_on_batch(images[:32])
    before = everything(looked_at)
    found = trial.try_steps(looked_at, images)
    assert found.d_moved > 0 and found.g_moved > 0
    assert same(before, everything(looked_at))
    for model in (looked_at, left_alone):
        model.train_on_batch(images[:32])
    assert same(everything(looked_at), everything(left_alone))


def test_what_does_not_move_is_seen(images):
    recipe = recipes.load("workshop-mlp")
    for side in ("d", "g"):
        model = recipe.build_gan()
        optimizer = model.d_optimizer if side == "d" else model.g_optimizer
        optimizer.learning_rate = 0.0
        found = trial.try_steps(model, images)
        assert (found.d_moved == 0) == (side == "d")
        assert (found.g_moved == 0) == (side == "g")


def test_the_length_of_a_step_follows_the_rate(images):
    """Adam's first step is the rate in every weight, whatever the gradient."""
    rates = []
    for rate in (1e-5, 1e-3):
        model = build()
        model.d_optimizer.learning_rate = rate
        rates.append(trial.try_steps(model, images, wanted=1, most=1).d_rate)
    assert rates[1] / rates[0] == pytest.approx(100, rel=0.1)


def test_the_wrong_way_round_is_seen(images):
    right, swapped = build(), build()
    d_loss = swapped.d_loss
    swapped.d_loss = lambda real, fake: d_loss(fake, real)
    assert trial.try_steps(right, images).d_gain > 0
    assert trial.try_steps(swapped, images).d_gain < 0


def test_turns_are_waited_for(images):
    """In the schedule with turns a step moves one network alone."""
    recipe = recipes.load("workshop-mlp")
    model = gan.AlternatingGAN(recipe.build_generator(), recipe.build_discriminator())
    model.compile()
    found = trial.try_steps(model, images)
    assert found.d_moved > 0 and found.g_moved > 0


def norm_discriminator():
    images = keras.Input((28, 28, 1))
    x = layers.BatchNormalization()(layers.Conv2D(16, 5, 2)(images))
    return keras.Model(images, layers.Dense(1)(layers.Flatten()(layers.ReLU()(x))))


class Stacks(gan.GAN):
    def judge(self, real_images, fake_images):
        logits = self.discriminator(ops.concatenate([real_images, fake_images]), training=True)
        return ops.split(logits, 2)


@pytest.mark.parametrize(("kind", "share"), [(gan.GAN, 1.0), (Stacks, 0.5)])
def test_batch_statistics_of_real_images(kind, share, same):
    keras.utils.set_random_seed(0)
    model = kind(recipes.load("workshop-mlp").build_generator(), norm_discriminator())
    model.compile(jit_compile=False)
    before = everything(model)
    probe = np.full((32, 28, 28, 1), 255, "uint8")
    assert trial.batch_statistics(model, probe) == pytest.approx(share, abs=0.1)
    assert same(before, everything(model))


def test_no_batch_statistics_without_the_layer():
    assert trial.batch_statistics(build(), np.zeros((8, 28, 28, 1), "uint8")) is None
