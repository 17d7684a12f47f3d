"""The tutorial's VAE: its forward pass in NumPy, its loss by hand, and the dashboard's averages."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_lib import pen, recipes, vae
from course_lib.data import datasets
from course_lib.networks import scale_pixels
from course_lib.vae import losses

NAMES = "ABC"
SIDE = 7


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    made = vae.PublishedVAE(NAMES, steps_per_epoch=3)
    rng = np.random.default_rng(0)
    for weight in made.trainable_weights:  # biases too, which start at 0
        weight.assign(rng.normal(0, 0.1, weight.shape))
    made.compile(optimizer=keras.optimizers.Adam(1e-3), jit_compile=False)
    return made


@pytest.fixture(scope="module")
def letters():
    return datasets.load_handwriting(NAMES, per_class=20)


def relu(x):
    return np.maximum(x, 0)


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def convolve(x, kernel, bias):
    """Kernel 4, stride 2, one row of zeros on each side."""
    x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    side = (x.shape[1] - 4) // 2 + 1
    out = np.empty((len(x), side, side, kernel.shape[3]))
    for i in range(side):
        for j in range(side):
            patch = x[:, 2 * i : 2 * i + 4, 2 * j : 2 * j + 4]
            out[:, i, j] = np.einsum("bhwc,hwcf->bf", patch, kernel) + bias
    return out


def convolve_transposed(x, kernel, bias):
    """Each pixel stamps a 4×4 patch, two pixels apart; one row is cut off on each side."""
    side = x.shape[1]
    out = np.zeros((len(x), 2 * side + 2, 2 * side + 2, kernel.shape[2]))
    for i in range(side):
        for j in range(side):
            stamp = np.einsum("bc,hwfc->bhwf", x[:, i, j], kernel)
            out[:, 2 * i : 2 * i + 4, 2 * j : 2 * j + 4] += stamp
    return out[:, 1:-1, 1:-1] + bias


def test_parameters_of_the_tutorials_networks():
    """The numbers that its code gives for 36 classes."""
    model = recipes.load("style-vae-published").build_vae(vae.CHARACTERS)
    assert model.encoder.count_params() == 423_268
    assert model.decoder.count_params() == 325_857


def test_encoder_by_hand(model, letters):
    """Pixels in [0, 1]; two convolutions; a class head with 128 units; z straight from the map."""
    images = letters.images[:4]
    w = [np.asarray(weight, "float64") for weight in model.encoder.weights]
    by_shape = {weight.shape: weight for weight in w}
    x = images / 255
    x = relu(convolve(x, w[0], w[1]))
    x = relu(convolve(x, w[2], w[3])).reshape(4, -1)
    dense = {layer.name: layer for layer in model.encoder.layers if "kernel" in dir(layer)}
    found = model.encoder(scale_pixels(images))
    for name in ("z_mean", "z_log_var"):
        kernel, bias = (np.asarray(v, "float64") for v in dense[name].weights)
        assert np.allclose(found[name], x @ kernel + bias, atol=1e-4)
    hidden = relu(x @ by_shape[1568, 128] + by_shape[128,])
    assert np.allclose(found["logits"], hidden @ by_shape[128, 3] + by_shape[3,], atol=1e-4)


def test_decoder_by_hand(model):
    """Linear-ReLU-Linear-ReLU of the class plus Linear of z, with no ReLU on the sum."""
    rng = np.random.default_rng(1)
    classes, z = rng.dirichlet(np.ones(3), 5), rng.normal(size=(5, 64))
    by_shape = {v.shape: np.asarray(v, "float64") for v in model.decoder.weights if v.ndim > 1}
    bias = {
        layer.kernel.shape: np.asarray(layer.bias, "float64")
        for layer in model.decoder.layers
        if hasattr(layer, "kernel")
    }

    def dense(x, *shape):
        return x @ by_shape[shape] + bias[shape]

    from_class = relu(dense(relu(dense(classes, 3, 128)), 128, 1568))
    x = (from_class + dense(z, 64, 1568)).reshape(5, SIDE, SIDE, 32)
    x = relu(convolve_transposed(x, by_shape[4, 4, 32, 32], bias[4, 4, 32, 32]))
    x = convolve_transposed(x, by_shape[4, 4, 1, 32], bias[4, 4, 1, 32])
    assert np.allclose(model.decoder([classes, z]), x, atol=1e-4)


def test_loss_by_hand_over_two_epochs(model, letters):
    """Mean over pixels + 0.1 · class + 0.001 · epoch · KL; an epoch has three steps here."""
    for step in range(5):
        logs = model.train_on_batch(letters.images[:8], letters.labels[:8])
        epoch = 1 if step < 3 else 2
        by_hand = logs["reconstruction_loss"] / 784 + 0.1 * logs["class_loss"]
        by_hand += 0.001 * epoch * logs["kl_loss"]
        assert logs["loss"] == pytest.approx(by_hand, rel=1e-5), step
    assert not np.asarray(model.class_means).any()  # nothing is subtracted from z


def test_reconstruction_trains_the_class_head(model, letters):
    """The decoder is fed softmax(logits), so its error reaches them; in ours it does not."""
    images, one_hot = scale_pixels(letters.images[:4]), tf.one_hot([0, 1, 2, 0], 3)

    def gradient(one):
        with tf.GradientTape() as tape:
            logits = one.encoder(images)["logits"]
            classes = one.choose_classes(one_hot, logits)
            drawn = one.decoder([classes, tf.zeros((4, 64))])
            loss = losses.reconstruction_loss(images, drawn)
        return classes, logits, tape.gradient(loss, logits)

    classes, logits, reached = gradient(model)
    assert np.allclose(classes, softmax(np.asarray(logits, "float64")), atol=1e-6)
    assert np.abs(reached).max() > 1e-3
    classes, _, reached = gradient(vae.VAE(NAMES))
    assert np.array_equal(classes, one_hot) and reached is None


def test_recipe_is_ten_epochs_at_a_constant_rate():
    recipe = recipes.load("style-vae-published")
    model = recipe.build_vae(NAMES, steps=50)
    assert model.steps_per_epoch == 5 and recipe.batch_size == 64
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-3)
    assert model.optimizer.epsilon == 1e-8


def test_saved_and_loaded_it_goes_on_alike(model, letters, tmp_path):
    batch = letters.images[:8], letters.labels[:8]
    model.train_on_batch(*batch), model.train_on_batch(*batch)
    model.save(tmp_path / "published.keras")
    other = keras.models.load_model(tmp_path / "published.keras")
    assert type(other) is vae.PublishedVAE and other.steps_per_epoch == 3
    for _ in range(2):  # into the second epoch
        assert model.train_on_batch(*batch)["loss"] == pytest.approx(
            other.train_on_batch(*batch)["loss"], rel=1e-5
        )


def test_averages_by_decoding_each_sample(model):
    """The images of one sample from each posterior are averaged, not their z."""
    drawn = pen.draw("ABC", rng=3)
    each = [
        {k: np.asarray(v)[0] for k, v in model.encoder(scale_pixels(d[None])).items()}
        for d in drawn
    ]
    means = np.stack([one["z_mean"] for one in each])
    log_vars = np.stack([one["z_log_var"] for one in each])

    by_hand = np.mean([model.decode([2, 0], mean) for mean in means], axis=0)
    found = vae.write_averaged(model, "CA", drawn, randomness=0)
    assert np.allclose(found, by_hand, atol=1e-5)
    assert not np.allclose(found, model.decode([2, 0], means.mean(axis=0)), atol=1e-3)

    found = vae.write_averaged(model, "CA", drawn, "z", randomness=0)
    assert np.allclose(found, model.decode([2, 0], means.mean(axis=0)), atol=1e-5)

    noise = np.random.default_rng(7).standard_normal((2, 64), dtype="float32")
    z = means.mean(axis=0) + 0.5 * np.exp(log_vars.mean(axis=0) / 2) * noise
    found = vae.write_averaged(model, "CA", drawn, "z", seed=7, randomness=0.5)
    assert np.allclose(found, model.decode([2, 0], z), atol=1e-5)


def test_averages_of_spaces_and_unknown_characters(model, capsys):
    drawn = pen.draw("AB", rng=3)
    found = vae.write_averaged(model, "A !B", drawn)
    assert capsys.readouterr().out.count("left out: !") == 1
    assert found.shape == (3, 28, 28, 1) and (found[1] == -1).all()
    assert vae.write_averaged(model, "", drawn).shape == (0, 28, 28, 1)
    with pytest.raises(ValueError, match="average is 'pixels': expected 'images' or 'z'"):
        vae.write_averaged(model, "A", drawn, "pixels")
