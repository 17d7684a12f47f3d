"""Faults of the training step, planted from outside."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tiny_runs
from keras import layers, ops

from course_lib import gan
from course_lib.gan import combined
from course_lib.judging import doctor
from course_lib.judging.doctor.run import Run
from course_lib.judging.doctor.steps import LowRate
from course_lib.judging.doctor.wiring import _names_a_penalty
from course_lib.networks.endings import last_activation


@pytest.mark.parametrize(("rate", "word"), [(0.1, "high"), (1e-8, "low")])
def test_learning_rates(run, digits, first, rate, word):
    model, history = run
    model.g_optimizer.learning_rate = rate
    finding = first(model, history, digits)
    assert (
        finding.illness == {"high": "learning-rate-too-high", "low": "learning-rate-too-low"}[word]
    )
    assert {"high": "Adam or one like it", "low": "one step moves G"}[word] in finding.evidence


def test_a_high_rate_of_rmsprop(digits, first):
    """It divides by the gradient's size as Adam does, so its rates compare with Adam's."""
    model = tiny_runs.build_gan()
    optimizers = keras.optimizers.RMSprop(1e-3), keras.optimizers.RMSprop(0.03)
    model.compile(*optimizers, jit_compile=False)
    finding = first(model, {}, digits)
    assert finding.illness == "learning-rate-too-high" and "0.03" in finding.evidence


def test_a_rate_that_has_faded(digits, first):
    """A decay meant for epochs: after 60 steps D's rate is 1e-3 / 2**60, which moves nothing."""
    model = tiny_runs.build_gan()
    fading = keras.optimizers.schedules.ExponentialDecay(1e-3, decay_steps=1, decay_rate=0.5)
    model.compile(keras.optimizers.Adam(fading), keras.optimizers.Adam(1e-3), jit_compile=False)
    finding = first(model, tiny_runs.train(model, digits.images, steps=60), digits)
    assert finding.illness == "frozen-discriminator"
    assert "a learning rate is 9e-22 now" in finding.evidence


class WantsToBeFound(gan.GAN):
    """G's step asks D to call its images fake."""

    def compile(self, *args, **options):
        super().compile(*args, **options)
        g_loss = self.g_loss
        self.g_loss = lambda fake_logits: g_loss(-fake_logits)


@pytest.mark.parametrize(
    ("kind", "illness"), [(WantsToBeFound, "swapped-labels"), (gan.GAN, "constant-output")]
)
def test_a_generator_that_was_driven_to_white(digits, first, kind, illness):
    """Where tanh is saturated no step moves G; one that starts anew shows where its steps lead."""
    model = tiny_runs.build_gan(kind)
    history = tiny_runs.train(model, digits.images)
    model.generator.layers[-2].bias.assign([20.0] * 784)
    assert first(model, history | {"step": [5000]}, digits).illness == illness


def test_long_steps_without_adam(digits, first):
    model = tiny_runs.build_gan()
    model.compile(keras.optimizers.SGD(100.0), keras.optimizers.SGD(1e-3), jit_compile=False)
    finding = first(model, {}, digits)
    assert finding.illness == "learning-rate-too-high"
    assert finding.evidence.startswith("one step moves D by")


def test_weights_that_have_grown(run, digits, first):
    model, history = run
    kernel = model.generator.trainable_weights[0]
    kernel.assign(100 * np.array(kernel))
    finding = first(model, history, digits)
    assert finding.illness == "learning-rate-too-high"
    assert "the weights of the generator" in finding.evidence


def test_a_generator_that_ends_in_a_sigmoid(digits):
    model = tiny_runs.build_gan(generator=tiny_runs.build_generator("sigmoid"))
    history = tiny_runs.train(model, digits.images)
    found = doctor.examine(model, history, digits, yardstick=tiny_runs.Yardstick())
    assert [finding.illness for finding in found] == ["pixel-range-mismatch"]
    assert "ends in sigmoid, which runs from 0 to 1" in found[0].evidence
    assert found.not_examined == []  # copies can't be looked for on this scale, which is no news


def test_a_generator_that_ends_in_a_rescaled_tanh(digits, first):
    """No activation to read: the doctor drives it to its ends, which are 0 and 1."""
    inner = tiny_runs.build_generator()
    model = tiny_runs.build_gan(
        generator=keras.Model(inner.input, layers.Rescaling(0.5, 0.5)(inner.output))
    )
    finding = first(model, tiny_runs.train(model, digits.images), digits)
    assert finding.illness == "pixel-range-mismatch"
    assert "reaches from 0.0 to 1.0" in finding.evidence


def test_real_images_from_zero_to_one(run, digits, first):
    finding = first(*run, digits.images.astype("float32") / 255)
    assert finding.illness == "pixel-range-mismatch"


def test_samples_scaled_for_a_plot(run, digits, first):
    model, history = run
    finding = first(model, history, digits, (model.sample(200) + 1) / 2)
    assert finding.illness == "pixel-range-mismatch"
    assert finding.evidence.startswith("the samples run from 0.")


@pytest.mark.parametrize(
    ("tail", "end"),
    [
        ([layers.Dense(4, "softmax"), layers.Dense(784)], "linear"),
        ([layers.Dense(784, "tanh"), layers.Reshape((28, 28, 1))], "tanh"),
        ([layers.Dense(784, "sigmoid"), layers.Rescaling(2, -1)], None),
        ([keras.Sequential([layers.Dense(784, "sigmoid")])], "sigmoid"),
    ],
)
def test_what_a_generator_ends_in(tail, end):
    assert last_activation(keras.Sequential([keras.Input((8,)), *tail])) == end


def ending(kind):
    """Discriminators that end in the same sigmoid, written in different ways."""
    images = keras.Input((28, 28, 1))
    logit = layers.Dense(1)
    before = logit(layers.Flatten()(images))
    if kind == "operation":
        return keras.Model(images, ops.sigmoid(before)), logit
    if kind == "layer":
        return keras.Model(images, layers.Activation("sigmoid")(before)), logit
    inner = keras.Sequential([logit, layers.Activation("sigmoid"), layers.Reshape((1,))])
    return keras.Sequential([images, layers.Flatten(), inner]), logit


@pytest.mark.parametrize("kind", ["operation", "layer", "nested"])
def test_logits_of_a_discriminator_that_ends_in_a_sigmoid(digits, kind):
    """The logit is what its last Dense layer computes, by hand."""
    discriminator, logit = ending(kind)
    pair = SimpleNamespace(generator=tiny_runs.build_generator(), discriminator=discriminator)
    run = Run(pair, digits)
    kernel, bias = (np.array(w.value) for w in logit.weights)
    images = digits.images[:50] / 127.5 - 1
    expected = images.reshape(50, 784) @ kernel + bias
    assert run.logits(run.native(digits.images[:50])) == pytest.approx(expected[:, 0], abs=1e-4)


def test_the_trap_of_keras_3(digits, first):
    """Compile D, freeze it, train: the doctor says which weights do not move."""
    keras.utils.set_random_seed(0)
    model = combined.CombinedGAN(tiny_runs.build_generator(), tiny_runs.build_discriminator())
    model.discriminator.trainable = False
    model.d_step = lambda images, z: combined.batch_loss(
        model.discriminator, np.asarray(images / 127.5 - 1, "float32"), np.ones((len(images), 1))
    )
    finding = first(model, {}, digits)
    assert finding.illness == "frozen-discriminator"
    assert "0.0" in finding.evidence and finding.lesson == "04"


def test_a_frozen_discriminator_in_a_gan(digits, first):
    """`fit` refuses it; the doctor takes a step and names it."""
    model = tiny_runs.build_gan()
    model.discriminator.trainable = False
    with pytest.raises(ValueError, match="the discriminator is frozen"):
        model.train_on_batch(digits.images[:8])
    assert first(model, {}, digits).illness == "frozen-discriminator"


class MixesBatches(gan.GAN):
    """Passes real images and fakes through D in one batch."""

    def judge(self, real_images, fake_images):
        logits = self.discriminator(ops.concatenate([real_images, fake_images]), training=True)
        return ops.split(logits, 2)


def test_batches_of_both_kinds(digits, first):
    model = tiny_runs.build_gan(MixesBatches, None, tiny_runs.build_normalised_discriminator())
    finding = first(model, tiny_runs.train(model, digits.images), digits)
    assert finding.illness == "batch-norm-mixing"
    assert 0.4 < float(finding.evidence.split("%")[0].split()[-1]) / 100 < 0.6


def test_d_learns_the_wrong_way_round(digits, first):
    model = tiny_runs.build_gan()
    right = model.d_loss
    model.d_loss = lambda real_logits, fake_logits: right(fake_logits, real_logits)
    finding = first(model, {}, digits)
    assert finding.illness == "swapped-labels"
    assert finding.evidence.startswith("D's own steps")
    finding = first(model, tiny_runs.train(model, digits.images, 60), digits)
    assert finding.illness == "swapped-labels"
    assert finding.evidence.endswith("the wrong way round")


def test_g_learns_the_wrong_way_round(digits, first):
    model = tiny_runs.build_gan()
    right = model.g_loss
    model.g_loss = lambda fake_logits: right(-fake_logits)
    finding = first(model, tiny_runs.train(model, digits.images), digits)
    assert finding.illness == "swapped-labels"
    assert finding.evidence.startswith("G's own steps")


@pytest.mark.parametrize(
    ("covers_little", "optimizer"), [(True, "sgd"), (False, "sgd"), (True, "adam")]
)
def test_short_steps_after_which_nothing_can_be_read(covers_little, optimizer):
    """Plain gradient descent at a rate for Adam: 600 steps, each 0.0003 of the weights' length."""
    case = SimpleNamespace(
        optimizers=[keras.optimizers.get({"class_name": optimizer, "config": {}})],
        trial=SimpleNamespace(d_rate=3e-4, g_rate=3e-4),
        covers_little=covers_little,
        d_is_constant=False,
        steps=600,
    )
    assert bool(LowRate().look(case)) == (covers_little and optimizer == "sgd")


def test_only_a_critic_has_the_penalty_of_a_critic():
    """R1 and R2 belong to any GAN's D: Mescheder et al. 2018."""
    named = {
        name: _names_a_penalty(name) for name in ("gradient_penalty", "gp_weight", "r1_penalty")
    }
    assert named == {"gradient_penalty": True, "gp_weight": True, "r1_penalty": False}
