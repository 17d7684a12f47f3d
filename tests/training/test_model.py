"""The Keras plumbing that GAN and VAE share: steps in one call, saving, what it hands to Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import small_gan

from course_lib import gan
from course_lib.training import callbacks


def turns():
    return small_gan(gan.AlternatingGAN, max_turn=2)


@pytest.mark.parametrize("make", [small_gan, turns])
@pytest.mark.parametrize("jit_compile", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_several_steps_a_call_are_the_same_steps(images, snapshot, make, jit_compile):
    """Twelve steps in calls of four by `fit`, and one by one: the same logs, the same weights."""
    batches = images[:192].reshape(12, 16, 28, 28, 1)
    together, apart = make(), make()
    together.compile(jit_compile=jit_compile, steps_per_execution=8)
    apart.compile(jit_compile=jit_compile)
    history, calls = callbacks.History(), []
    count = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: calls.append(batch)
    )
    dataset = tf.data.Dataset.from_tensor_slices(batches).repeat()
    together.fit(dataset, steps_per_epoch=12, verbose=0, callbacks=[history, count])
    logs = [apart.train_on_batch(batch) for batch in batches]
    assert len(calls) == 3, "twelve steps in calls of four, the largest that divides and is below 8"
    for name, values in history.history.items():
        if name != "step":
            assert np.allclose(values, [log[name] for log in logs], atol=1e-4), name
    for a, b in zip(snapshot(together.generator), snapshot(apart.generator), strict=True):
        assert np.allclose(a, b, atol=1e-4)


def test_debugging_and_several_devices_take_keras_way(images):
    model = small_gan()
    model.compile(run_eagerly=True, steps_per_execution=4)
    assert model.train_on_batch(images[:8])["d_loss"] > 0
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        model = small_gan()
    model.fit(images[:64], batch_size=16, verbose=0)


def test_a_call_before_compile_says_so(images):
    model = small_gan()
    bare = gan.GAN(model.generator, model.discriminator)
    for train in (lambda: bare.train_on_batch(images[:8]), lambda: bare.fit(images[:8])):
        with pytest.raises(ValueError, match="compile"):
            train()


def test_saved_and_loaded_it_goes_on_as_if_never_stopped(images, tmp_path, snapshot):
    straight = small_gan(ema_momentum=0.9)
    for _ in range(3):
        straight.train_on_batch(images[:32])
    straight.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert loaded.name == straight.name
    for model in (straight, loaded):
        model.train_on_batch(images[32:64])
    for network in ("generator", "discriminator", "sampler"):
        pairs = zip(
            snapshot(getattr(straight, network)), snapshot(getattr(loaded, network)), strict=True
        )
        assert all(np.allclose(a, b, atol=1e-6) for a, b in pairs), network
