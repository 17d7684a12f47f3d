"""The doctor's single looks, on runs of a few steps; benchmarks/clinic.py tries whole runs."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from course_lib import gan
from course_lib.data import datasets, places
from course_lib.gan import combined, recipes
from course_lib.judging import doctor


@pytest.fixture(scope="module")
def digits():
    return datasets.load_handwriting("digits", per_class=60, seed=3)


@pytest.fixture
def run(digits):
    """A GAN after a few steps and its history."""
    model = recipes.load("workshop-mlp").build_gan()
    logs = [model.train_on_batch(digits.images[:64]) for _ in range(3)]
    return model, {"step": [1, 2, 3], "d_loss": [log["d_loss"] for log in logs]}


def first(*arguments, **options):
    return doctor.examine(*arguments, **options)[0]


def test_every_illness_can_be_found_and_explained():
    looked_for = [illness for checks in doctor.ROUNDS for illness in checks]
    assert sorted(looked_for) == sorted(doctor.ILLNESSES)
    assert all(cause and cure and lesson for cause, cure, lesson in doctor.ILLNESSES.values())


def test_the_first_step_that_is_no_number(run, digits):
    model, history = run
    finding = first(model, {**history, "d_loss": [0.7, np.nan, np.nan]}, digits)
    assert finding.illness == "non-finite"
    assert "d_loss is nan from step 2 on" in finding.evidence


def test_the_tensor_that_is_no_number(run, digits):
    model, history = run
    kernel = model.generator.trainable_weights[0]
    kernel.assign(np.full(kernel.shape, np.inf))
    finding = first(model, history, digits, samples=np.zeros((20, 28, 28, 1), "float32"))
    assert (finding.illness, kernel.path in finding.evidence) == ("non-finite", True)


def changed(digits, images, labels=None):
    labels = digits.labels if labels is None else labels
    return datasets.Dataset(np.ascontiguousarray(images), labels, digits.class_names, "changed")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: changed(d, 255 - d.images), "the paper is bright"),
        (lambda d: changed(d, d.images.transpose(0, 2, 1, 3)), "look transposed"),
        (lambda d: changed(d, d.images[:, ::-1, ::-1]), "look upside down"),
        (lambda d: changed(d, d.images[:, :, ::-1]), "look mirrored"),
        (
            lambda d: changed(d, d.images[d.labels == 3], d.labels[d.labels == 3]),
            "are of one class, '3'",
        ),
        (
            lambda d: changed(d, d.images[(i := d.labels > 0)], d.labels[i]),
            "'0' has 0 images",
        ),
    ],
)
def test_bad_datasets(run, digits, change, words):
    finding = first(*run, change(digits))
    assert finding.illness == "bad-dataset"
    assert words in finding.evidence


@pytest.mark.parametrize("classes", ["digits", "letters", "alphanumeric"])
def test_drawn_characters_are_upright(classes):
    assert doctor.see_turned(datasets.load_handwriting(classes, per_class=30, seed=8)) is None


@pytest.mark.skipif(not places.find_mnist("test"), reason="needs MNIST's test split")
@pytest.mark.parametrize("turn", doctor.TURNS)
def test_real_digits_and_their_turns(turn):
    """Each of the eight ways to lay real digits is told from the upright one."""
    real = datasets.load_mnist("test")
    images = doctor.TURNS[turn](real.images[..., 0])[..., None]
    assert (doctor.see_turned(changed(real, images)) is None) == (turn == "upright")


def test_a_sigmoid_at_the_end_and_images_from_zero(run, digits):
    recipe = recipes.load("workshop-mlp")
    inner = recipe.build_generator()
    sigmoid = keras.layers.Rescaling(0.5, 0.5)(inner.output)  # tanh from 0 to 1, as a sigmoid
    model = combined.CombinedGAN(keras.Model(inner.input, sigmoid), recipe.build_discriminator())
    assert first(model, {}, digits).illness == "pixel-range-mismatch"
    model, history = run
    half = (digits.images / 255).astype("float32")
    assert first(model, history, half).illness == "pixel-range-mismatch"


def test_the_trap_of_keras_3(digits):
    """Compile D, freeze it, train: the doctor says which weights do not move."""
    recipe = recipes.load("workshop-mlp")
    model = recipe.build_combined()
    model.discriminator.trainable = False
    model.d_step = lambda images, z: combined.train_on_batch(
        model.discriminator, np.asarray(images / 127.5 - 1, "float32"), np.ones((len(images), 1))
    )
    finding = first(model, {}, digits)
    assert finding.illness == "frozen-discriminator"
    assert "0.0" in finding.evidence and finding.lesson == "04"


@pytest.mark.parametrize(("rate", "word"), [(0.1, "high"), (1e-8, "low")])
def test_learning_rates(digits, rate, word):
    model = recipes.load("workshop-mlp").build_gan()
    model.g_optimizer.learning_rate = rate
    finding = first(model, {}, digits)
    assert finding.illness == f"learning-rate-too-{word}"
    assert finding.evidence.startswith({"high": "an Adam has", "low": "one step moves G"}[word])


def test_how_much_longer():
    """From 0.05 of the coverage in 100 steps to half of it takes ten times as many: 900 more."""

    def case(coverage, steps):
        report = SimpleNamespace(coverage=coverage, real=SimpleNamespace(coverage=1.0))
        return SimpleNamespace(report=report, steps=steps)

    assert doctor.see_undertrained(case(0.05, 100)).endswith("half of that takes some 900 more")
    assert doctor.see_undertrained(case(0.05, 0)).endswith("other real ones near 100%")
    assert doctor.see_undertrained(case(0.3, 100)) is None


@pytest.mark.parametrize(
    ("layers", "end"),
    [
        ([keras.layers.Dense(4, "softmax"), keras.layers.Dense(784)], "linear"),
        ([keras.layers.Dense(784, "tanh"), keras.layers.Reshape((28, 28, 1))], "tanh"),
        ([keras.layers.Dense(784, "sigmoid"), keras.layers.Rescaling(2, -1)], None),
        ([keras.Sequential([keras.layers.Dense(784, "sigmoid")])], "sigmoid"),
    ],
)
def test_what_a_generator_ends_in(layers, end):
    assert doctor.last_activation(keras.Sequential([keras.Input((8,)), *layers])) == end


def test_a_discriminator_that_is_content_is_not_frozen(digits):
    """Under the hinge loss a D that tells all apart by far stands still, and yet it can learn."""
    images = keras.Input((28, 28, 1))
    pixels = keras.layers.Flatten()(images)
    logit = keras.layers.Dense(1, kernel_initializer="zeros")(pixels)
    model = gan.GAN(recipes.load("workshop-mlp").build_generator(), keras.Model(images, logit))
    model.compile(keras.optimizers.Adam(1e-4), keras.optimizers.Adam(1e-4), "hinge")
    real = np.full((64, 28, 28, 1), 255, "uint8")  # all white, and fakes are about grey
    model.discriminator.layers[-1].set_weights([np.full((784, 1), 1.0), np.array([-392.0])])
    found = doctor.trial.try_steps(model, real)
    assert found.d_rate == 0 and found.d_moved > 0


def test_a_finding_reads_as_advice(run, digits, capsys):
    doctor.examine(*run, changed(digits, 255 - digits.images))
    text = capsys.readouterr().out
    for word in ("1. bad-dataset", "seen:", "why:", "try:", "lesson: 01"):
        assert word in text
    assert "healthy" in doctor.explain([])
