"""Numbers and callbacks that `fit` can't count with: one sentence, and nothing is trained."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import small_gan
from test_entrance import LABELS, small_vae

CALLBACKS = keras.callbacks


@pytest.mark.parametrize("make", [small_gan, small_vae])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"batch_size": 0}, "batch_size=0: expected a whole number, 1 or more"),
        ({"batch_size": "32"}, "batch_size='32': expected a whole number"),
        ({"batch_size": 8.0}, "batch_size=8.0: expected a whole number"),
        ({"steps_per_epoch": 256 / 64}, r"steps_per_epoch=4.0: .*len\(images\) // 64"),
        ({"steps_per_epoch": 0}, "steps_per_epoch=0: expected a whole number, 1 or more"),
        ({"epochs": "2"}, "epochs='2': expected a whole number, 0 or more"),
        ({"epochs": None}, "epochs=None"),
        ({"epochs": -1}, "epochs=-1"),
        ({"callbacks": [CALLBACKS.TerminateOnNaN]}, r"callbacks has <class.*TerminateOnNaN\(\)"),
        ({"callbacks": [print]}, "callbacks has <built-in function print>: expected Keras call"),
        (
            {"callbacks": [CALLBACKS.ModelCheckpoint("{epoch}-{val_loss:.2f}.keras")]},
            "val_loss:.2f}.keras' asks for a number that never comes.*Name the file after {epoch}",
        ),
    ],
)
def test_arguments_that_fit_nothing(images, snapshot, same, make, options, words):
    model = make()
    before = snapshot(model)
    with pytest.raises(ValueError, match=words):
        model.fit(images[:16], LABELS[:16], **options, verbose=0)
    assert same(before, snapshot(model))


@pytest.mark.parametrize("build", [CALLBACKS.EarlyStopping, CALLBACKS.ModelCheckpoint])
def test_a_gan_has_no_single_loss(images, tmp_path, build):
    options = {"filepath": tmp_path / "a.keras", "save_best_only": True}
    callback = build(monitor="loss", **(options if build is CALLBACKS.ModelCheckpoint else {}))
    with pytest.raises(ValueError, match="waits for 'loss', but a GAN has two.*'g_loss'"):
        small_gan().fit(images[:8], callbacks=[callback], verbose=0)
    small_vae().fit(images[:8], LABELS[:8], callbacks=[callback], verbose=0)


def batched(images, size=8):
    return tf.data.Dataset.from_tensor_slices(images).batch(size, drop_remainder=True)


def test_batches_without_an_end_or_without_a_beginning(images):
    for batches in (batched(images).repeat(), batched(images).repeat().map(tf.identity)):
        with pytest.raises(ValueError, match="never end.*expected steps_per_epoch.*repeat"):
            small_gan().fit(batches, verbose=0)
    with pytest.raises(ValueError, match="the dataset has no batches: expected 1 or more"):
        small_gan().fit(batched(images).take(0), verbose=0)


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize("is_counted", [True, False])
@pytest.mark.parametrize(("n", "steps_per_epoch"), [(8, 16), (7, 16), (5, 32)])
def test_a_dataset_that_ends_within_a_call(images, n, steps_per_epoch, is_counted):
    """All its batches are trained on, as Keras's own loop does, whatever a call takes."""
    batches = batched(images[: 8 * n])
    if not is_counted:
        batches = batches.filter(lambda images: True)  # now its length is unknown
    model = small_gan()
    model.compile(jit_compile=False, steps_per_execution=16)
    history = model.fit(batches, steps_per_epoch=steps_per_epoch, verbose=0).history
    assert int(model.g_optimizer.iterations) == n
    assert np.isfinite(history["d_loss"]).all()


def test_calls_still_take_several_steps(images):
    sizes = []
    model = small_gan()
    model.compile(jit_compile=False, steps_per_execution=16)
    watch = CALLBACKS.LambdaCallback(
        on_train_batch_end=lambda batch, logs: sizes.append(len(model.split_logs(logs)))
    )
    for batches in (batched(images).repeat(), batched(images)):  # without an end, and 32 batches
        model.fit(batches, steps_per_epoch=32, callbacks=[watch], verbose=0)
    assert sizes == [16] * 4
