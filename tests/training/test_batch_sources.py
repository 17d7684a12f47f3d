"""Generators and PyDatasets in `fit`: the same words as for arrays, and the same training."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import small_gan
from test_entrance import LABELS, SPOILED, small_vae

from course_lib import networks
from course_lib.data.dataset import Dataset


def generate(*parts, size=8):
    for start in range(0, len(parts[0]), size):
        batch = tuple(part[start : start + size] for part in parts)
        yield batch if len(batch) > 1 else batch[0]


class Batches(keras.utils.PyDataset):
    """Batches of eight; it counts its epochs."""

    def __init__(self, *parts, **options):
        super().__init__(**options)
        self.batches, self.epochs = list(generate(*parts)), 0

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]

    def on_epoch_end(self):
        self.epochs += 1


def iterate(*parts):
    """The iterator of a tf.data.Dataset, which Keras itself doesn't take."""
    data = parts if len(parts) > 1 else parts[0]
    return iter(tf.data.Dataset.from_tensor_slices(data).batch(8))


def test_a_batch_that_is_none():
    with pytest.raises(ValueError, match="a batch is None: expected images"):
        small_gan().fit(iter([None, None]), steps_per_epoch=2, verbose=0)


SOURCES = [generate, Batches, iterate]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("make", [small_gan, small_vae])
@pytest.mark.parametrize("case", SPOILED)
def test_images_that_would_spoil_the_weights(images, snapshot, same, source, make, case):
    spoil, words = SPOILED[case]
    parts = (spoil(images[:16]), LABELS[:16])[: 1 + (make is small_vae)]
    model = make()
    before = snapshot(model)
    with pytest.raises(ValueError, match=words):
        model.fit(source(*parts), verbose=0)
    assert same(before, snapshot(model))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (lambda images: (images, np.arange(16)), "to 7: expected 0 to 2"),
        (lambda images: (images, np.eye(3)[LABELS[:16]]), "argmax"),
        (lambda images: (images, images), "which class an image shows"),
        (lambda images: (images,), "without labels"),
        (lambda images: (images, LABELS[:16], np.ones(16)), "have 3 parts.*sample weights out"),
    ],
)
def test_labels_that_do_not_fit(images, snapshot, same, source, parts, words):
    model = small_vae()
    before = snapshot(model)
    with pytest.raises(ValueError, match=words):
        model.fit(source(*parts(images[:16])), verbose=0)
    assert same(before, snapshot(model))


@pytest.mark.parametrize("source", SOURCES)
def test_it_trains_as_the_same_batches_do_one_by_one(images, source):
    """20 images: two batches of eight, then one of four."""
    model, by_hand = small_gan(), small_gan()
    model.fit(source(images[:20]), steps_per_epoch=3, verbose=0)
    for start in (0, 8, 16):
        by_hand.train_on_batch(images[start : min(start + 8, 20)])
    assert int(model.g_optimizer.iterations) == 3
    for a, b in zip(model.get_weights(), by_hand.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-6)


@pytest.mark.parametrize("source", [generate, Batches])
def test_a_bad_batch_in_the_middle_stops_the_run_before_it_is_learnt(images, source):
    scaled = networks.scale_pixels(images[:64])
    scaled[40] = np.nan
    model = small_gan()
    with pytest.raises(ValueError, match="images are float32 from nan to nan: expected") as caught:
        model.fit(source(scaled), steps_per_epoch=8, verbose=0)
    assert "\n" not in str(caught.value)
    assert int(model.d_optimizer.iterations) == 5
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_a_pydataset_keeps_its_workers_and_hears_of_each_epoch(images):
    """As often as Keras tells a dataset that a plain model is trained on."""
    batches, others = (Batches(images[:32], LABELS[:32], workers=2) for _ in range(2))
    small_vae().fit(batches, epochs=2, verbose=0)
    plain = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
    plain.compile("sgd", "mse")
    plain.fit(others, epochs=2, verbose=0, shuffle=False)
    assert batches.epochs == others.epochs >= 2


def test_a_generator_of_pairs_of_lists_and_an_endless_one(images):
    """As older Keras code yields them; a GAN leaves the labels out."""

    def endless():
        while True:
            yield from ([x, y] for x, y in generate(images[:16], LABELS[:16]))

    history = small_gan().fit(endless(), steps_per_epoch=2, epochs=3, verbose=0).history
    assert len(history["g_loss"]) == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda images: ({"image": x} for x in generate(images)), "dicts with 'image'.*Yield"),
        (
            lambda images: lambda: generate(images),
            "got .function.: .*the generator that it returns",
        ),
        (
            lambda images: Dataset(images, LABELS, tuple("ABC"), "made up"),
            r"got .Dataset.: .*dataset.batches\(64\)",
        ),
        (lambda images: 5, "got .int.: expected images"),
        (lambda images: images.reshape(-1, 784), r"784.*reshape\(-1, 28, 28, 1\)"),
    ],
)
def test_other_forms_of_data_get_a_sentence(images, data, words):
    with pytest.raises(ValueError, match=words):
        small_gan().fit(data(images), verbose=0)


def test_sample_weights_in_a_tf_dataset(images):
    weighted = tf.data.Dataset.from_tensor_slices((images, LABELS, np.ones(256))).batch(8)
    for model in (small_gan(), small_vae()):
        with pytest.raises(ValueError, match="the batches have 3 parts: .*batches.map"):
            model.fit(weighted, verbose=0)
