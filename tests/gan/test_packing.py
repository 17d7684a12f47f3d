"""The classic loop: a copy of it trains on alike, and what it isn't gets a sentence."""

import copy
import pickle

import keras
import numpy as np
import pytest

from course_lib import combined, gan, networks


@pytest.fixture
def loop():
    keras.utils.set_random_seed(0)
    generator = networks.build_mlp_generator(8, (16,), batch_norm_momentum=0.8)
    return combined.CombinedGAN(generator, networks.build_mlp_discriminator((16,)))


@pytest.mark.parametrize("copy_of", [copy.deepcopy, lambda loop: pickle.loads(pickle.dumps(loop))])
def test_a_copy_goes_on_as_the_loop_does(loop, images, copy_of, snapshot, same):
    """To the bit, before and after training; the second step depends on the optimizers."""
    new = copy_of(loop)
    assert loop.train_on_batch(images[:8]) == new.train_on_batch(images[:8])
    trained = copy_of(loop)
    assert trained.discriminator is not loop.discriminator
    for batch in (images[8:16], images[16:24]):
        assert loop.train_on_batch(batch) == trained.train_on_batch(batch)
    assert same(snapshot(loop.combined), snapshot(trained.combined))


def test_the_two_models_of_a_copy_share_their_discriminator(loop, images):
    new = copy.deepcopy(loop)
    before = new.combined.predict(gan.fixed_z(4, 8), verbose=0)
    new.d_step(images[:8], new.draw_z(8))
    logits = new.discriminator(new.generator(gan.fixed_z(4, 8), training=False), training=False)
    after = new.combined.predict(gan.fixed_z(4, 8), verbose=0)
    assert np.allclose(after, logits, atol=1e-6) and not np.allclose(after, before, atol=1e-6)


def test_either_half_of_a_step_checks_what_it_is_given(loop, images, snapshot, same):
    before, z = snapshot(loop.combined), loop.draw_z(8)
    for spoilt, words in (
        (images[:8].astype("float32") / 255, "2 \\* images - 1"),
        (images[:8].astype("float32"), "from 0.0 to 2"),
        (networks.scale_pixels(images[:8])[..., 0], "28, 28"),
    ):
        with pytest.raises(ValueError, match=words):
            loop.d_step(spoilt, z)
        with pytest.raises(ValueError, match=words):
            loop.train_on_batch(spoilt)
    for step in (lambda z: loop.d_step(images[:8], z), loop.g_step):
        with pytest.raises(ValueError, match=r"z has shape \[8, 9\]: expected \[N, 8\]"):
            step(np.zeros((8, 9), "float32"))
    with pytest.raises(ValueError, match=r"came as a tuple.*train_on_batch\(images, labels\)"):
        loop.train_on_batch((images[:8], images[:8]))
    assert same(before, snapshot(loop.combined))


@pytest.mark.parametrize("name", ["fit", "save", "predict", "summary", "save_weights"])
def test_it_is_no_keras_model(loop, name):
    with pytest.raises(AttributeError, match=rf"no {name}: .*train_on_batch.*pickle.*gan.GAN"):
        getattr(loop, name)
    assert not hasattr(loop, "no_such_thing")
