"""What would spoil the weights is refused on every way in; Keras's habits work or get a word."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import small_gan

from course_lib import gan, networks, recipes, vae

LABELS = np.arange(256) % 3


def small_vae():
    keras.utils.set_random_seed(0)
    model = vae.VAE("ABC", networks.build_vae_encoder(3, 4), networks.build_vae_decoder(3, 4))
    model.compile(optimizer="adam")
    return model


def conditional():
    keras.utils.set_random_seed(0)
    generator = networks.build_shuffle_generator(8, base_filters=4, filters=4, n_classes=3)
    flat = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    discriminator = keras.Sequential([flat, keras.layers.Dense(3)])
    model = gan.ConditionalGAN(generator, discriminator)
    model.compile(jit_compile=False, steps_per_execution=2)
    return model


def with_nan(images):
    scaled = networks.scale_pixels(images)
    scaled[5, 3, 3] = np.nan
    return scaled


SPOILED = {
    "bytes as floats": (lambda images: images.astype("float32"), r"from 0(\.0)? to 2"),
    "nan": (with_nan, "nan|expected floats in|from .* to"),
    "[0, 1]": (lambda images: images.astype("float32") / 255, r"from 0.* to 0\.9.*2 \* images - 1"),
    "float64 [0, 1]": (lambda images: images / 255, r"from 0.* to 0\.9.*2 \* images - 1"),
    "flat": (lambda images: networks.scale_pixels(images).reshape(-1, 784), "784"),
    "no channel": (lambda images: images[..., 0], "28, 28"),
    "channel first": (lambda images: images.transpose(0, 3, 1, 2), "1, 28, 28"),
    "three channels": (lambda images: np.repeat(images, 3, axis=3), "28, 28, 3"),
}


def ways_in(model, images, labels):
    """Every way to train a model on these images, each as a function."""
    pair = (images,) if labels is None else (images, labels)
    batches = tf.data.Dataset.from_tensor_slices(pair if labels is not None else images)
    tensors = [tf.convert_to_tensor(part) for part in pair]
    quiet = {"verbose": 0}
    return {
        "train_on_batch": lambda: model.train_on_batch(*pair),
        "tensors": lambda: model.train_on_batch(*tensors),
        "fit": lambda: model.fit(*pair, batch_size=8, **quiet),
        "fit tensors": lambda: model.fit(*tensors, batch_size=8, **quiet),
        "tf.data": lambda: model.fit(batches.batch(8), **quiet),
        "several steps": lambda: model.fit(
            batches.batch(8, drop_remainder=True), steps_per_epoch=2, **quiet
        ),
    }


@pytest.mark.parametrize("make", [small_gan, small_vae])
@pytest.mark.parametrize("case", SPOILED)
def test_images_that_would_spoil_the_weights(images, snapshot, same, make, case):
    spoil, words = SPOILED[case]
    model = make()
    before = snapshot(model)
    labels = LABELS[:16] if make is small_vae else None
    for way in ways_in(model, spoil(images[:16]), labels).values():
        with pytest.raises(ValueError, match=words):
            way()
        assert same(before, snapshot(model))


def test_a_bad_batch_in_the_middle_stops_the_run_before_it_is_learnt(images):
    model = small_gan()
    scaled = networks.scale_pixels(images[:64])
    scaled[40] = np.nan
    batches = tf.data.Dataset.from_tensor_slices(scaled).batch(8)
    with pytest.raises(ValueError, match="a batch has pixels from nan to nan: expected"):
        model.fit(batches, verbose=0)
    assert int(model.d_optimizer.iterations) == 5
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.parametrize("make", [small_vae, conditional])
@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (np.arange(16), "to (15|7): expected 0 to 2"),
        (np.arange(16) - 14, "-14 to"),
        (np.eye(3)[LABELS[:16]], "one-hot|integers"),
        (LABELS[:16].astype("float32"), "float32.*integers"),
        (None, "without labels"),
        (LABELS[:16, None], r"\(?\[?.*, 1[\])].*labels\[:, 0\]"),
        (np.eye(3, dtype="int32")[LABELS[:16]], r"argmax\(axis=1\)"),
    ],
)
def test_labels_that_do_not_fit(images, snapshot, same, make, labels, words):
    model = make()
    before = snapshot(model)
    for name, way in ways_in(model, images[:16], labels).items():
        with pytest.raises(ValueError, match=words):
            way()
        assert same(before, snapshot(model)), name


def test_good_data_pass_on_every_way(images):
    model, labels = small_vae(), LABELS[:16]
    for way in ways_in(model, images[:16], labels).values():
        way()
    for data in (images[:16], networks.scale_pixels(images[:16]).astype("float16")):
        for way in ways_in(small_gan(), data, None).values():
            way()


class Series:
    """Labels as pandas holds them: an array inside, which Keras doesn't look for."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)

    def __len__(self):
        return len(self.values)


@pytest.mark.parametrize("form", [list, Series, lambda labels: labels.astype("uint8")])
@pytest.mark.parametrize("make", [small_vae, conditional])
def test_labels_in_other_forms_are_the_same_labels(images, make, form):
    weights = []
    for labels in (LABELS[:16], form(LABELS[:16])):
        model = make()
        model.fit(images[:16], labels, batch_size=8, shuffle=False, verbose=0)
        weights.append(model.get_weights())
    assert all(np.array_equal(one, other) for one, other in zip(*weights, strict=True))


def test_bfloat16_is_a_float(images):
    scaled = tf.cast(networks.scale_pixels(images[:8]), "bfloat16")
    assert small_gan().train_on_batch(scaled) == small_gan().train_on_batch(
        tf.cast(scaled, "float32")
    )
    with pytest.raises(ValueError, match="expected floats in"):
        small_gan().train_on_batch(scaled * 300)


def test_labels_that_a_gan_has_no_use_for_are_left_out(images):
    a, b = small_gan(), small_gan()
    a.fit(images[:32], LABELS[:32], batch_size=8, shuffle=False, verbose=0)
    b.fit(images[:32], batch_size=8, shuffle=False, verbose=0)
    assert all(np.array_equal(x, y) for x, y in zip(a.get_weights(), b.get_weights(), strict=True))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda images: {"image": images}, "came as a dict"),
        (lambda images: list(images), r"came as a list.*numpy.stack\(images\)"),
        (lambda images: images.astype("str"), "images are text: expected uint8"),
        (
            lambda images: tf.data.Dataset.from_tensor_slices(({"a": images}, LABELS)).batch(8),
            "parts within parts: expected images, or",
        ),
        (
            lambda images: tf.data.Dataset.from_tensor_slices(((images, images), LABELS)).batch(8),
            "parts within parts",
        ),
        (lambda images: [images, LABELS], r"came as a list.*fit\(images, labels\)"),
        (
            lambda images: tf.data.Dataset.from_tensor_slices({"image": images}).batch(8),
            r"dicts with 'image'.*batches.map",
        ),
        (lambda images: tf.data.Dataset.from_tensor_slices(images), r"batches.batch\(64\)"),
    ],
)
def test_other_forms_of_data_get_a_sentence(images, data, words):
    with pytest.raises(ValueError, match=words):
        small_gan().fit(data(images), verbose=0)


def test_uneven_batches_with_several_steps_a_call(images):
    """40 images in batches of 16 make two whole batches and a half one, over and over."""
    model = small_gan()
    model.compile(jit_compile=False, steps_per_execution=16)
    batches = tf.data.Dataset.from_tensor_slices(images[:40]).batch(16).repeat()
    model.fit(batches, steps_per_epoch=32, verbose=0)
    assert int(model.g_optimizer.iterations) == 32


@pytest.mark.parametrize("make", [small_gan, small_vae])
def test_there_is_no_validation_loss(images, make):
    model = make()
    with pytest.raises(ValueError, match="no validation loss here.*Measure"):
        model.fit(images, LABELS, validation_data=(images, LABELS), verbose=0)
    with pytest.raises(ValueError, match="no validation loss"):
        model.fit(images, LABELS, validation_split=0.1, verbose=0)
    with pytest.raises(ValueError, match="no validation loss"):
        model.evaluate(images)


def test_called_as_keras_models_are(images):
    model, z = small_gan(ema_momentum=0.5), gan.fixed_z(5, 8)
    model.train_on_batch(images[:8])
    assert np.allclose(model(z), model.sample(z), atol=1e-6)
    assert np.allclose(model.predict(z, verbose=0), model.sample(z), atol=1e-6)
    writer = small_vae()
    found = writer.read_styles(images[:5])
    redrawn = writer.decode(found.labels, found.z_mean)
    assert np.allclose(writer.predict(images[:5], verbose=0), redrawn, atol=1e-5)


@pytest.mark.parametrize("name", ["gan.h5", "gan", "gan.weights.h5", "folder/gan.hdf5"])
def test_a_file_that_could_not_hold_the_model_is_not_begun(tmp_path, name):
    with pytest.raises(ValueError, match=r"expected a path that ends in \.keras"):
        small_gan().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_weights_go_into_a_second_model_of_the_process(images, tmp_path, snapshot, same):
    """Keras numbers the layers of a process on, so their names differ in a second model."""
    names = ("mnist-dcgan", "letters-dcgan", "workshop-conditional")
    for make in (small_gan, *(lambda name=name: recipes.load(name).build_gan() for name in names)):
        first = make()
        path = tmp_path / "a.weights.h5"
        first.save_weights(path)
        second = make()
        second.set_weights([weight * 0 for weight in second.get_weights()])
        second.load_weights(path)
        assert same(snapshot(first), snapshot(second))
        states = [first.state_variables(), second.state_variables()]
        assert [list(one) for one in states][0] == [list(one) for one in states][1]
        for one, other in zip(*(state.values() for state in states), strict=True):
            assert np.array_equal(one, other)


def test_an_uncompiled_model_is_saved_too(tmp_path, snapshot, same):
    trained = small_gan()
    bare = gan.GAN(trained.generator, trained.discriminator)
    bare.save(tmp_path / "bare.keras")
    loaded = keras.models.load_model(tmp_path / "bare.keras")
    assert same(snapshot(bare.generator), snapshot(loaded.generator)) and not loaded.compiled
