"""The supervised VAE: its sampling and style inference by hand, its training and saving."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from course_lib import vae
from course_lib.data import datasets
from course_lib.networks import build_vae_decoder, build_vae_encoder, scale_pixels

NAMES = "ABC"


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    return vae.VAE(NAMES)


@pytest.fixture(scope="module")
def letters():
    """A Dataset of 180 drawn letters, which every test of this file shares."""
    return datasets.load_handwriting(NAMES, per_class=60)


def test_parameters_by_hand(model):
    """The tutorial's sizes with 5×5 kernels in the encoder; our decoder; 3 classes."""
    encoder = (25 * 32 + 32) + (25 * 32 * 32 + 32) + 2 * (1568 * 64 + 64)
    encoder += (1568 * 128 + 128) + (128 * 3 + 3)
    decoder = (3 * 128 + 128) + (128 * 1568 + 1568) + (64 * 1568 + 1568)
    decoder += (9 * 32 * 96 + 96) + (9 * 24 * 24 + 24) + (25 * 24 * 4 + 4)
    assert model.encoder.count_params() == encoder
    assert model.decoder.count_params() == decoder


def test_gradient_through_the_sampling(model):
    """z = mean + exp(log_var / 2) · e, so dz/dmean = 1 and dz/dlog_var = (z - mean) / 2."""
    z_mean, z_log_var = tf.constant([[0.3, -1.0]]), tf.constant([[0.5, -2.0]])
    with tf.GradientTape() as tape:
        tape.watch([z_mean, z_log_var])
        z = model.draw_z(z_mean, z_log_var)
    by_mean, by_log_var = tape.gradient(z, [z_mean, z_log_var])
    assert np.allclose(by_mean, 1)
    assert np.allclose(by_log_var, (z - z_mean) / 2, atol=1e-6)


def test_writing_loss_by_hand(letters):
    """Cross-entropy of the neighbours' classes, which the encoder should read, for 2 of 7 z."""
    keras.utils.set_random_seed(0)
    model = vae.VAE(NAMES, writing_weight=3.0)
    model.compile(optimizer=keras.optimizers.SGD(0.1), jit_compile=False)
    classes = np.array([2, 0, 1, 1, 0, 2, 1])  # each is asked of the one before: 1, then 2
    z = np.random.default_rng(0).normal(size=(7, 64)).astype("float32")
    loss, gradients = model.check_writing(tf.one_hot(classes, 3), tf.constant(z))
    logits = np.asarray(model.encoder(model.decode([1, 2], z[:2]))["logits"], "float64")
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    by_hand = -np.log(probabilities[[0, 1], [1, 2]]).mean()
    assert float(loss) == pytest.approx(by_hand, rel=1e-4)
    # Along its gradient the weighted loss falls as fast as the gradient is long, squared.
    variables = model.decoder.trainable_variables
    assert len(gradients) == len(variables)
    tiny = 1e-3 / sum(float(tf.reduce_sum(g**2)) for g in gradients)
    for variable, gradient in zip(variables, gradients):
        variable.assign_sub(tiny * gradient)
    after, _ = model.check_writing(tf.one_hot(classes, 3), tf.constant(z))
    assert 3 * (float(loss) - float(after)) == pytest.approx(1e-3, rel=0.1)


def test_only_the_decoder_learns_from_the_writing_loss(letters):
    """After one step, the encoder's weights are the same with and without it."""
    trained = []
    for weight in (0.0, 2.0):
        keras.utils.set_random_seed(0)
        model = vae.VAE(NAMES, writing_weight=weight)
        model.compile(optimizer=keras.optimizers.SGD(1e-3), jit_compile=False)
        logs = model.train_on_batch(letters.images[:16], letters.labels[:16])
        assert ("writing_loss" in logs) == bool(weight)
        trained.append(model)
    without, with_it = trained
    for a, b in zip(without.encoder.weights, with_it.encoder.weights, strict=True):
        assert np.allclose(a, b, atol=1e-7)
    assert not np.allclose(without.decoder.weights[-1], with_it.decoder.weights[-1], atol=1e-6)


def test_one_image_in_four_is_distorted_and_redrawn_so(letters):
    """The first quarter changes, inside the pixels' range; without the setting nothing does."""
    images = scale_pixels(letters.images[:16])
    seen = np.asarray(vae.VAE(NAMES, distort_one_in=4).distort_some(tf.constant(images)))
    changed = np.abs(seen - images).max(axis=(1, 2, 3)) > 0.5
    assert changed.tolist() == [True] * 4 + [False] * 12
    assert seen.min() >= -1 and seen.max() <= 1
    ink = (seen + 1).sum(axis=(1, 2, 3)) / (images + 1).sum(axis=(1, 2, 3))
    assert (np.abs(ink - 1) < 0.3).all()  # a character of about the same size
    assert vae.VAE(NAMES).distort_some(images) is images


def test_drafts_follow_what_the_encoder_reads(letters, monkeypatch):
    """A toy: the decoder's ink is z's first number, and the encoder doubles it on reading."""
    model = vae.VAE(NAMES, build_vae_encoder(3, 2), build_vae_decoder(3, 2), drafts=3)
    model.class_means.assign([[0.0, 0.0], [0.5, 0.0], [0.0, 0.0]])

    def decode(labels, z):
        z = np.broadcast_to(z, (len(labels), 2))
        return np.tile(z[:, :1, None, None], (1, 28, 28, 1)).astype("float32")

    def read(images):
        z_mean = np.stack([2 * images[:, 0, 0, 0], np.zeros(len(images))], axis=1)
        return {"z_mean": z_mean, "z_log_var": 0 * z_mean, "logits": np.zeros((len(images), 3))}

    monkeypatch.setattr(model, "decode", decode)
    monkeypatch.setattr(model, "encoder", read)
    z = np.array([0.2, 0.1], "float32")
    # Twice read, and each time less the mean of its class: 0.2 → 0.4 → 0.8; 0.2 → -0.1 → -0.7.
    assert np.allclose(model.redraft([0, 1], z)[:, 0], [0.8, -0.7])
    assert np.allclose(model.write("A B", z)[:, 0, 0, 0], [0.8, -1, -0.7])
    each = np.array([[0.2, 0], [9, 9], [0.1, 0]], "float32")
    assert np.allclose(model.write("A A", each)[:, 0, 0, 0], [0.8, -1, 0.4])
    model.drafts = 1
    assert np.allclose(model.write("AB", z)[:, 0, 0, 0], 0.2)


def test_draws_are_spread_as_the_posterior_says(model):
    z = np.asarray(model.draw_z(tf.fill((4000, 2), 1.5), tf.fill((4000, 2), float(np.log(0.25)))))
    assert stats.kstest((z.ravel() - 1.5) / 0.5, "norm").pvalue > 1e-3


def test_style_by_integrating_the_densities(letters):
    """p(z) · product of q(z | image) / p(z) on a grid; no image gives the prior, one its own q."""
    means, log_vars = np.array([[1.0, -0.5], [2.0, 0.3]]), np.log([[0.5, 0.2], [0.1, 0.9]])
    class_means = np.array([[0.3, -0.2], [0.0, 0.0], [-1.0, 0.5]])
    shown = np.array([2, 0])  # the characters drawn
    found = {
        "z_mean": means + class_means[shown],
        "z_log_var": log_vars,
        "logits": np.zeros((2, 3)),
    }
    model = vae.VAE(NAMES, build_vae_encoder(3, 2), build_vae_decoder(3, 2))
    model.class_means.assign(class_means)

    def look(n):
        model.encoder = lambda images: {k: v[:n].astype("float32") for k, v in found.items()}
        return model.infer_style(letters.images[:n], shown[:n])

    nothing = look(0)
    assert not nothing.z_mean.any() and not nothing.z_log_var.any()
    one = look(1)
    assert np.allclose(one.z_mean, means[0]) and np.allclose(one.z_log_var, log_vars[0])
    both = look(2)
    x = np.linspace(-6, 6, 40_001)
    prior = stats.norm.pdf(x)
    for i in range(2):
        density = prior.copy()
        for mean, log_var in zip(means[:, i], log_vars[:, i]):
            density *= stats.norm(mean, np.exp(log_var / 2)).pdf(x) / prior
        density /= density.sum()
        mean = (density * x).sum()
        assert both.z_mean[i] == pytest.approx(mean, abs=1e-4)
        variance = (density * (x - mean) ** 2).sum()
        assert np.exp(both.z_log_var[i]) == pytest.approx(variance, rel=1e-3)


def test_randomness_scales_the_standard_deviation(model):
    """z = mean + randomness · exp(log_var / 2) · e, with the same e for the same seed."""
    nobody = np.zeros(0, "int64"), np.zeros(0, "float32")
    style = vae.StylePosterior(
        np.full(64, 1.5, "float32"), np.full(64, np.log(0.25), "float32"), *nobody
    )
    usual, half, none = (
        model.sample_style(style, n=500, seed=2, randomness=r) for r in (1, 0.5, 0)
    )
    assert usual.shape == (500, 64) and usual.dtype == half.dtype == np.float32
    assert stats.kstest((usual.ravel() - 1.5) / 0.5, "norm").pvalue > 1e-3
    assert np.allclose(half - 1.5, (usual - 1.5) / 2, atol=1e-6) and (none == 1.5).all()
    assert np.array_equal(usual, model.sample_style(style, n=500, seed=2))
    assert not model.sample_style(n=3, randomness=0).any()  # the prior's mean
    with pytest.raises(ValueError, match="randomness=-1: expected a number, 0 or more"):
        model.sample_style(style, randomness=-1)


def train(model, letters, steps):
    batches = letters.batches(32, labels=True)
    return model.fit(batches, steps_per_epoch=steps, verbose=0, shuffle=False).history


@pytest.mark.slow
def test_it_learns_to_read_and_logs_each_part(model, letters):
    model.compile(optimizer=keras.optimizers.Adam(1e-3), jit_compile=False)
    first = {name: values[0] for name, values in train(model, letters, 1).items()}
    for _ in range(3):
        last = {name: values[0] for name, values in train(model, letters, 40).items()}
    for name in ("reconstruction_loss", "class_loss", "loss"):
        assert last[name] < first[name]
    parts = last["reconstruction_loss"] + last["kl_loss"] + 20 * last["class_loss"]
    assert last["loss"] == pytest.approx(parts, rel=1e-4)
    style = model.infer_style(letters.images[:90])
    assert (style.labels == letters.labels[:90]).mean() > 0.9


@pytest.mark.slow
def test_the_character_is_taken_off_the_style(model, letters):
    """The mean z of each class, over the images it was trained on, is about 0."""
    model.compile(optimizer=keras.optimizers.Adam(1e-3), jit_compile=False)
    train(model, letters, 150)
    z_mean = np.asarray(model.encoder(scale_pixels(letters.images))["z_mean"])
    means = np.stack([z_mean[letters.labels == k].mean(axis=0) for k in range(3)])
    left = means - np.asarray(model.class_means)
    assert np.square(left).sum() < 0.2 * np.square(means).sum()


@pytest.mark.slow
def test_saved_and_loaded_it_goes_on_alike(model, letters, tmp_path):
    model.compile(optimizer=keras.optimizers.Adam(1e-3), jit_compile=False)
    train(model, letters, 3)
    model.save(tmp_path / "vae.keras")
    other = keras.models.load_model(tmp_path / "vae.keras")
    assert other.class_names == model.class_names
    for a, b in zip(model.write("ABC", np.ones(64)), other.write("ABC", np.ones(64)), strict=True):
        assert np.allclose(a, b, atol=1e-6)
    train(model, letters, 2), train(other, letters, 2)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda m, x: m.infer_style(x, [0]),
            r"int64 of shape \[1\]: expected integers of shape \[2\]",
        ),
        (lambda m, x: m.infer_style(x, [0, 3]), "from 0 to 3: expected 0 to 2"),
        (lambda m, x: m.infer_style(x, ["A", "B"]), "expected integers"),
        (lambda m, x: m.infer_style(x[..., 0]), "28, 28, 1"),
        (lambda m, x: m.decode([0, -1], np.zeros(64)), "from -1 to 0"),
        (lambda m, x: m.write("AB", np.zeros(3)), r"z has shape \[3\]: expected \[64\]"),
        (lambda m, x: m.find_directions(x, [0, 1, 2]), r"expected integers of shape \[2\]"),
    ],
)
def test_what_does_not_fit_is_refused(model, letters, call, message):
    with pytest.raises(ValueError, match=message):
        call(model, letters.images[:2])


def test_what_it_does_not_know_is_named_and_the_rest_written(model, capsys):
    images = model.write("A b!C")
    assert "left out: ! b, because this model knows only ABC" in capsys.readouterr().out
    assert images.shape == (3, 28, 28, 1)
    assert (images[1] == -1).all() and not (images[0] == -1).all()
    assert np.allclose(images[0], model.write("A")[0], atol=1e-5)
    each = np.arange(5, dtype="float32")[:, None] * np.ones(64, "float32")  # a style a character
    images = model.write("A b!C", each)
    assert np.allclose(images[2], model.write("C", each[4])[0], atol=1e-5)
    assert model.write("").shape == (0, 28, 28, 1)


def test_directions_are_those_of_the_greatest_spread(model, letters, monkeypatch):
    """z that spread by 3 along one axis and by 1 along another, once the class is subtracted."""
    rng = np.random.default_rng(0)
    class_means = rng.normal(size=(3, 64)).astype("float32") * 5
    spread = np.zeros((len(letters), 64), "float32")
    spread[:, 7], spread[:, 20] = 3 * rng.normal(size=(2, len(letters))) * [[1], [1 / 3]]
    z_mean = spread + class_means[letters.labels]
    given = iter([z_mean])
    monkeypatch.setattr(model, "encoder", lambda images: {"z_mean": next(given)})
    model.class_means.assign(class_means)
    first, second = model.find_directions(letters.images, letters.labels, n=2)
    assert abs(first[7]) == pytest.approx(spread[:, 7].std(), rel=0.02)
    assert abs(second[20]) == pytest.approx(spread[:, 20].std(), rel=0.02)
