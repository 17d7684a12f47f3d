"""Runs that aren't the course's, written as keras.io, TensorFlow, books and blogs write them."""

import random
from types import SimpleNamespace

import foreign_labels
import foreign_runs
import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_runs
from tensorflow.python.eager import context

from course_lib import callbacks, gan
from course_lib.judging import doctor
from course_lib.judging.doctor.case import Case
from course_lib.judging.doctor.history import read_history
from course_lib.judging.doctor.steps import SwappedLabels
from course_lib.judging.doctor.trial import Trial

STYLES = {  # name: function of a Dataset -> (gan, history, images, and perhaps step)
    "subclass with fit": lambda d: foreign_runs.fit_subclass(d.images),
    "subclass with fit, D ends in a sigmoid": lambda d: foreign_runs.fit_subclass(
        d.images, "sigmoid", from_logits=False
    ),
    "two tapes": lambda d: foreign_runs.two_tapes(d.images)[:4],
    "two tapes, D ends in a sigmoid": lambda d: foreign_runs.two_tapes(
        d.images, d_ends="sigmoid", from_logits=False
    )[:4],
    "classic class": lambda d: foreign_runs.classic(d.images),
    "phases": lambda d: foreign_runs.phases(d.images),
    "WGAN-GP": lambda d: foreign_runs.wgan_gp(d.images),
    "planes of labels": lambda d: foreign_labels.planes(d.images, d.labels),
    "labels embedded": lambda d: foreign_labels.labelled(d.images, d.labels, auxiliary=False),
    "AC-GAN": lambda d: foreign_labels.labelled(d.images, d.labels, auxiliary=True),
}


def examine(gan, history, images, step=None):
    """Ask the doctor, with measures that are good: an array alone doesn't have any."""
    return doctor.examine(gan, history, images, yardstick=tiny_runs.Yardstick(), step=step)


def networks(gan):
    return gan.layers if isinstance(gan, keras.Sequential) else (gan.generator, gan.discriminator)


def state(gan, extra=()):
    """Copies of everything that training changes, and the random numbers."""
    owners = [*networks(gan), *extra]
    owners += [getattr(owner, "optimizer", None) for owner in (*owners, gan)]
    owners += [getattr(gan, name, None) for name in ("d_optimizer", "g_optimizer", "combined")]
    owners += getattr(gan, "metrics", []) if isinstance(gan, foreign_runs.FitGAN) else []
    values = [np.array(v.value) for owner in owners if owner is not None for v in owner.variables]
    flags = [layer.trainable for net in networks(gan) for layer in (net, *net.layers)]
    return [*values, np.random.get_state()[1], np.array(flags)], random.getstate()


@pytest.mark.slow
def test_a_dense_gan_that_is_still_learning_is_not_called_constant(digits):
    """After 300 steps its samples hardly vary; after 2,000 they do, so nothing was saturated."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    generator = keras.Sequential([keras.Input((16,)), layers.Dense(64, "relu")])
    generator = keras.Sequential(
        [generator, layers.Dense(784, "tanh"), layers.Reshape((28, 28, 1))]
    )
    flat = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(64, "relu")])
    model = gan.GAN(generator, keras.Sequential([flat, layers.Dense(1)]))
    model.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    watch = callbacks.History()
    model.fit(digits.batches(32, seed=0), steps_per_epoch=300, verbose=0, callbacks=[watch])
    assert "constant-output" not in [found.illness for found in examine(model, watch, digits)]


def test_a_process_in_which_no_seed_was_set(digits, monkeypatch):
    """TensorFlow has no generator of its own then: as after a fresh start."""
    run = STYLES["two tapes"](digits)
    fresh = context.context()
    monkeypatch.delattr(fresh, "_rng", raising=False)
    monkeypatch.setattr(fresh, "_seed", None)
    assert examine(*run).not_examined == []


@pytest.mark.parametrize("style", STYLES)
def test_sound_runs_are_examined_whole_and_put_back(digits, style, same):
    run = STYLES[style](digits)
    before = state(run[0])
    found = examine(*run)
    after = state(run[0])
    assert (found, found.not_examined) == ([], [])
    assert same(before[0], after[0]) and before[1] == after[1]


def test_optimizers_that_are_no_attributes_are_put_back(digits, same):
    """Their step counts too: 30 steps were taken before anyone looked."""
    gan, losses, images, step, optimizers = foreign_runs.two_tapes(digits.images)
    before = state(gan, optimizers)
    assert examine(gan, losses, images, step).not_examined == []
    assert same(before[0], state(gan, optimizers)[0])
    assert [int(optimizer.iterations) for optimizer in optimizers] == [30, 30]
    assert len(losses) == 30


def test_training_goes_on_as_if_nobody_had_looked(digits, same):
    """Random numbers of TensorFlow's global seed included."""
    weights = []
    for looks in (False, True):
        gan, losses, images, step, _ = foreign_runs.two_tapes(digits.images, compiled=False)
        tf.random.set_seed(7)
        if looks:
            examine(gan, losses, images, step)
        for start in range(3):
            step(images[start : start + foreign_runs.BATCH_SIZE])
        weights.append([np.array(w) for net in networks(gan) for w in net.weights])
    assert same(*weights)


def test_images_in_every_form(digits):
    """For a step of somebody else's, a `Dataset` of bytes becomes what its generator paints."""
    gan, history, images = foreign_runs.fit_subclass(digits.images)
    batches = tf.data.Dataset.from_tensor_slices(images).batch(32)
    yardstick = tiny_runs.Yardstick()
    for form in (batches, (images, digits.labels), digits, images[..., 0]):
        found = doctor.examine(gan, history, form, yardstick=yardstick)
        assert (found, found.not_examined) == ([], [])


def test_an_array_has_no_classes(digits, monkeypatch, capsys):
    """Whether they are missing can't be told then, and nobody is called healthy."""
    monkeypatch.setattr(Case, "coverage", (0.5, 1.0))
    found = doctor.examine(*foreign_runs.fit_subclass(digits.images))
    assert found == [] and len(found.not_examined) == 1
    assert "(images, labels)" in found.not_examined[0]
    assert "healthy" not in capsys.readouterr().out


def test_an_array_with_labels_has_classes(digits):
    """The doctor makes the `Dataset` itself, from images of any range and shape."""
    for images in (digits.images / 255, (digits.images / 127.5 - 1).reshape(-1, 784)):
        networks = foreign_runs.generator("sigmoid" if images.min() == 0 else "tanh")
        case = Case((networks, foreign_runs.discriminator()), None, (images, digits.labels))
        found = case.labelled
        assert np.array_equal(found.images, digits.images)
        assert np.array_equal(found.labels, digits.labels) and found.class_names[3] == "3"


def test_a_generator_that_is_content_to_be_found_out(digits, monkeypatch):
    """G's step asks for 0, which a sure D already says: the loss is low, and no gradient is left.

    The minimax loss is also near 0 there, from below, but that G wants the right thing.
    """
    gan, _, images = foreign_runs.fit_subclass(digits.images)
    still = Trial(d_moved=0.1, g_moved=0.0, d_rate=0.1, g_rate=0.0, d_gain=0.0, g_gain=0.0)
    for g_loss, is_swapped in ((0.0001, True), (-0.0001, False), (9.0, False)):
        case = Case(gan, {"gen_loss": [g_loss] * 5}, images)
        monkeypatch.setattr(case, "raw_logits", [np.full(50, 9.0), np.full(50, -9.0)])
        monkeypatch.setattr(case, "trial", still)
        assert bool(SwappedLabels().look(case)) == is_swapped


LOOPS = {"frozen for good": foreign_runs.ClosedLoop, "thawed": foreign_runs.ThawingLoop}


@pytest.mark.parametrize("loop", LOOPS)
def test_a_class_whose_method_holds_the_whole_loop(digits, loop, same):
    """Its compiled models are enough for a step; which labels it uses can't be seen."""
    gan, images = LOOPS[loop](), digits.images.astype("float32") / 127.5 - 1
    history = gan.train(images, steps=15)
    before = state(gan)
    found = examine(gan, history, images)
    names = [f.illness for f in found]
    assert names == (["frozen-discriminator"] if loop == "frozen for good" else [])
    assert loop == "frozen for good" or "which labels" in found.not_examined[0]
    assert same(before[0], state(gan)[0])


@pytest.mark.parametrize(("g_loss", "fakes_are_one"), [(8.0, True), (0.001, False)])
def test_why_a_generator_stands_still(digits, monkeypatch, g_loss, fakes_are_one):
    """D gives fakes 1. A G that loses by it wants 0, and is frozen; one that is content wants 1."""
    gan, _, images = foreign_runs.fit_subclass(digits.images)
    case = Case(gan, {"g_loss": [g_loss] * 5}, images)
    monkeypatch.setattr(case, "raw_logits", [np.full(50, -9.0), np.full(50, 9.0)])
    still = Trial(d_moved=0.1, g_moved=0.0, d_rate=0.1, g_rate=0.0, d_gain=0.0, g_gain=0.0)
    monkeypatch.setattr(case, "trial", still)
    monkeypatch.setattr(case, "later", SimpleNamespace(ranked_right=0.0))
    assert case.fakes_are_one == fakes_are_one


def test_data_sorted_by_class(digits):
    """A `Dataset` shuffles its batches; somebody else's loop may read the data as it lies."""
    gan, history, images = foreign_runs.fit_subclass(digits.images)
    order = np.argsort(digits.labels, kind="stable")
    found = doctor.examine(gan, history, (images[order], digits.labels[order]))
    assert found[0].illness == "bad-dataset" and "sorted by class" in found[0].evidence


def test_networks_without_a_step(digits):
    """The networks are examined all the same."""
    gan, _, images = foreign_runs.wgan_gp(digits.images)
    networks = {"G": gan.generator, "D": gan.discriminator}
    for pair in ((gan.generator, gan.discriminator), (gan.discriminator, gan.generator), networks):
        found = examine(pair, None, images)
        assert found == []
        assert len(found.not_examined) == 1 and "step=" in found.not_examined[0]
    found = doctor.examine(pair, None, 0.01 * images - 0.99)
    assert found[0].illness == "bad-dataset"


def test_a_step_that_stops(digits, capsys):
    """The sentence names the error and says what to hand over."""
    gan, _, images = foreign_runs.wgan_gp(digits.images)

    def step(batch):
        raise RuntimeError("my loop needs a file")

    found = examine((gan.generator, gan.discriminator), None, images, step)
    assert found == [] and len(found.not_examined) == 1
    assert "RuntimeError: my loop needs a file" in capsys.readouterr().out


def test_samples_that_are_too_few(run, digits):
    found = doctor.examine(*run, digits, samples=run[0].sample(5), yardstick=tiny_runs.Yardstick())
    assert found == []
    assert len(found.not_examined) == 1 and "5 are too few" in found.not_examined[0]


def test_labels_that_are_missing(digits):
    gan, history, (images, _) = foreign_labels.labelled(digits.images, digits.labels, False)
    found = examine(gan, history, images)
    assert found == []
    assert all("(images, labels)" in sentence for sentence in found.not_examined)


@pytest.mark.parametrize("gan", [None, SimpleNamespace(), keras.Sequential()])
def test_no_networks(digits, gan, capsys):
    found = doctor.examine(gan, None, digits.images)
    assert found == [] and "(generator, discriminator)" in found.not_examined[0]
    assert "healthy" not in capsys.readouterr().out


SICK = [
    ("double-sigmoid", lambda x: foreign_runs.fit_subclass(x, "sigmoid", from_logits=True)),
    ("double-sigmoid", lambda x: foreign_runs.two_tapes(x, d_ends="sigmoid")[:4]),
    ("logits-as-probabilities", lambda x: foreign_runs.fit_subclass(x, from_logits=False)),
    ("logits-as-probabilities", lambda x: foreign_runs.classic(x, ends=None)),
    (
        "logits-as-probabilities",
        lambda x: foreign_runs.two_tapes(x, loss=foreign_runs.clipped_log)[:4],
    ),
    ("leaking-step", lambda x: foreign_runs.two_tapes(x, leak="g")[:4]),
    ("leaking-step", lambda x: foreign_runs.two_tapes(x, leak="d")[:4]),
    ("leaking-step", lambda x: foreign_runs.classic(x, freeze=False)),
    ("shared-optimizer", lambda x: foreign_runs.two_tapes(x, shared=True)[:4]),
    ("shared-optimizer", lambda x: foreign_runs.classic(x, steps=0, shared=True)),
    ("unfit-critic", lambda x: foreign_runs.wgan_gp(x, activation="sigmoid")),
    ("unfit-critic", lambda x: foreign_runs.wgan_gp(x, norm=True)),
    ("frozen-discriminator", lambda x: foreign_runs.classic(x, frozen_for_good=True)),
    ("stale-batch-norm", lambda x: foreign_runs.wgan_gp(x, momentum=0.999)),
]


@pytest.mark.parametrize(("illness", "make"), SICK)
def test_planted_in_other_styles(digits, illness, make):
    assert examine(*make(digits.images))[0].illness == illness


def test_a_second_sigmoid_that_keras_undoes(digits):
    """The run trains as the right one does, to the bit, and other illnesses aren't hidden."""
    run = foreign_runs.fit_subclass(digits.images, "sigmoid", from_logits=True)
    right = foreign_runs.fit_subclass(digits.images, "sigmoid", from_logits=False)
    assert run[1].history == right[1].history
    found, others = examine(*run), examine(*right)
    assert found[0].illness == "double-sigmoid" and "isn't harmed" in found[0].evidence
    assert [f.illness for f in found[1:]] == [f.illness for f in others]


def logits_loss(truth, answers):
    """The cross-entropy of logits, as somebody wrote it himself."""
    rest = tf.math.log1p(tf.exp(-tf.abs(answers)))
    return tf.reduce_mean(tf.maximum(answers, 0.0) - answers * truth + rest)


@pytest.mark.parametrize(("ends", "is_double"), [("sigmoid", True), (None, False)])
def test_a_second_sigmoid_in_a_loss_of_ones_own(digits, ends, is_double):
    """Only the log can show it; D's loss is a sum there, and has another usual name."""
    options = {"d_ends": ends, "loss": logits_loss, "steps": 200}
    gan, losses, *rest = foreign_runs.two_tapes(digits.images, **options)[:4]
    history = [{"Loss_D": d_loss, "Loss_G": g_loss} for d_loss, g_loss in losses]
    found = examine(gan, history, *rest)
    assert ("double-sigmoid" in [finding.illness for finding in found]) == is_double


def test_a_second_sigmoid_that_keras_does_not_see(digits):
    """A Reshape hides it: D's loss can't fall below 0.503, or 0.490 with these noisy labels."""
    run = foreign_runs.fit_subclass(digits.images, "sigmoid", epochs=5, reshaped=True)
    assert min(run[1].history["d_loss"]) > 0.49
    (found,) = examine(*run)
    assert found.illness == "double-sigmoid" and "at most 0.73" in found.evidence


@pytest.mark.parametrize(
    ("history", "logs"),
    [
        (None, {}),
        ([], {}),
        ([0.7, 0.6], {"loss": [0.7, 0.6]}),
        ([(0.7, 1.0), (0.6, 2.0)], {"d_loss": [0.7, 0.6], "g_loss": [1.0, 2.0]}),
        ([{"d": 0.7}, {"d": [0.6, 0.5]}], {"d": [0.7, 0.6]}),
        ({"d_loss": [[0.7, 0.5], [0.6, 0.9]]}, {"d_loss": [0.7, 0.6]}),
        ({"d_loss": [np.float32(0.5), tf.constant(0.25)]}, {"d_loss": [0.5, 0.25]}),
        ({"d_loss": [0.5], "note": ["good"], "none": [None], "g_loss": 2}, None),
        (SimpleNamespace(history={"d_loss": [0.5]}), {"d_loss": [0.5]}),
        (np.array([[0.7, 1.0], [0.6, 2.0]]), {"d_loss": [0.7, 0.6], "g_loss": [1.0, 2.0]}),
        (0.5, {"loss": [0.5]}),
        ("no numbers", {}),
    ],
)
def test_histories_in_every_form(history, logs):
    found = {name: values.tolist() for name, values in read_history(history).items()}
    assert found == ({"d_loss": [0.5], "g_loss": [2.0]} if logs is None else logs)
