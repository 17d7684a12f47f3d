"""The compiled GAN against the classic loop, and what each kind of step may touch."""

import dataclasses

import keras
import numpy as np
import pytest
from small_models import small_gan

from course_lib import gan, networks
from course_lib.gan import recipes


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("letters-mlp-gan", marks=pytest.mark.slow),
        pytest.param("workshop-mlp", marks=pytest.mark.slow),
        "workshop-dcgan",
    ],
)
def test_one_step_equals_one_classic_step(images, name):
    recipe = dataclasses.replace(recipes.load(name), loss="bce", d_update="stacked")
    compiled, classic = recipe.build_gan(seed=1), recipe.build_combined(seed=1)
    z = gan.fixed_z(16, recipe.latent_dim)
    compiled.draw_z = lambda batch_size: z
    compiled.train_on_batch(images[:16])
    classic.train_on_batch(images[:16], d_z=z, g_z=z)
    for network in ("generator", "discriminator"):
        pairs = zip(getattr(compiled, network).weights, getattr(classic, network).weights)
        for ours, theirs in pairs:
            assert np.allclose(ours, theirs, atol=2e-5), ours.path


def test_a_step_moves_both_and_reports_floats(images, snapshot, same):
    model = small_gan()
    g, d = snapshot(model.generator), snapshot(model.discriminator)
    logs = model.train_on_batch(images[:32])
    assert not same(g, snapshot(model.generator)) and not same(d, snapshot(model.discriminator))
    assert {"d_loss", "g_loss", "real_score", "fake_score"} <= set(logs)
    assert all(np.isfinite(value) for value in logs.values())


def test_discriminator_update_leaves_the_generator(images, snapshot, same):
    model = small_gan()
    g, d = snapshot(model.generator), snapshot(model.discriminator)
    real_images = networks.scale_pixels(images[:8])
    model.update_discriminator(real_images, model.sample(8))
    assert same(g, snapshot(model.generator))
    assert not same(d, snapshot(model.discriminator))


def test_generator_update_leaves_the_discriminator_and_its_statistics(images, snapshot, same):
    model = small_gan()
    model.update_discriminator = lambda real_images, fake_images: {"d_loss": 0.0}  # G's part alone
    g, d = snapshot(model.generator), snapshot(model.discriminator)
    model.train_on_batch(images[:16])
    assert not same(g, snapshot(model.generator))
    assert same(d, snapshot(model.discriminator))


def test_fakes_per_real(images):
    """D sees as many fakes as real images; G learns from all of them."""
    model = small_gan(fakes_per_real=3)
    sizes = {}
    update, g_loss = model.update_discriminator, model.g_loss

    def update_discriminator(real_images, fake_images):
        sizes["D"] = (real_images.shape[0], fake_images.shape[0])
        return update(real_images, fake_images)

    def record_g_loss(fake_logits):
        sizes["G"] = fake_logits.shape[0]
        return g_loss(fake_logits)

    model.update_discriminator, model.g_loss = update_discriminator, record_g_loss
    model.train_on_batch(images[:8])
    assert sizes == {"D": (8, 8), "G": 24}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda images: images[:0], r"shape \(0, 28, 28, 1\)"),
        (lambda images: images[..., 0], r"shape \(16, 28, 28\)"),
        (lambda images: images.astype("float32"), "float32 from 0.0 to 2"),
        (lambda images: np.full(images.shape, np.nan, "float32"), "from nan"),
    ],
)
def test_images_that_would_spoil_the_weights_are_refused(images, snapshot, same, spoil, message):
    classic = recipes.load("workshop-mlp").build_combined()
    for model in (small_gan(), classic):
        before = snapshot(model.generator)
        with pytest.raises(ValueError, match=message):
            model.train_on_batch(spoil(images[:16]))
        assert same(before, snapshot(model.generator))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fakes_per_real": 0}, "fakes_per_real=0: expected a whole number, 1 or more"),
        ({"fakes_per_real": 1.5}, "fakes_per_real=1.5: expected a whole number"),
        ({"ema_momentum": 1.0}, "ema_momentum=1.0: expected a number, at least 0 and below 1"),
        ({"ema_momentum": "0.9"}, "ema_momentum='0.9': expected a number"),
        ({"ema_momentum": float("nan")}, "ema_momentum=nan"),
    ],
)
def test_impossible_settings_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        small_gan(**options)


def test_uint8_and_scaled_floats_are_the_same_batch(images, snapshot):
    a, b = small_gan(), small_gan()
    a.train_on_batch(images[:32])
    b.train_on_batch(networks.scale_pixels(images[:32]))
    for x, y in zip(snapshot(a.discriminator), snapshot(b.discriminator), strict=True):
        assert np.allclose(x, y, atol=1e-6)


def test_discriminator_learns_a_task_with_a_known_answer(images):
    """Against a generator that cannot move, D must get ever surer which bars are real."""
    generator = networks.build_mlp_generator(8, (16,))
    model = gan.GAN(generator, networks.build_mlp_discriminator((16,)))
    model.compile()
    model.g_optimizer.learning_rate = 0.0
    model.d_optimizer.learning_rate = 2e-3
    before = model.train_on_batch(images[:64])
    for _ in range(150):
        after = model.train_on_batch(images[:64])
    assert after["d_loss"] < 0.5 * before["d_loss"]
    assert after["real_score"] > 0.7 > 0.3 > after["fake_score"]


def test_moving_average_by_hand(images, snapshot):
    model = small_gan(ema_momentum=0.9)
    start = snapshot(model.sampler)
    model.train_on_batch(images[:32])
    momentum = 1 / 11  # step / (step + 10), far below 0.9 on the first step
    for average, old, new in zip(
        snapshot(model.sampler), start, snapshot(model.generator), strict=True
    ):
        assert np.allclose(average, momentum * old + (1 - momentum) * new, atol=1e-6)


def test_fixed_samples_do_not_disturb_training(images, snapshot, same):
    watched, alone = small_gan(), small_gan()
    for _ in range(3):
        watched.sample(5)
        watched.train_on_batch(images[:16])
        alone.train_on_batch(images[:16])
    assert same(snapshot(watched.generator), snapshot(alone.generator))
    assert np.array_equal(watched.sample(5), watched.sample(5))


def test_batch_statistics_are_of_real_or_of_fake_never_mixed(images):
    """Wherever the batch normalisation sits in D: here in a model within it."""
    parts = [keras.layers.Flatten(), keras.layers.Dense(4), keras.layers.BatchNormalization()]
    inner = keras.Sequential([keras.Input((28, 28, 1)), *parts, keras.layers.Dense(1)])
    inputs = keras.Input((28, 28, 1))
    discriminator = keras.Model(inputs, inner(inputs))
    model = gan.GAN(networks.build_mlp_generator(8, (16,)), discriminator)
    real_images = networks.scale_pixels(images[:8])
    real_logits, _ = model.judge(real_images, keras.ops.zeros_like(real_images))
    assert np.allclose(real_logits, discriminator(real_images, training=True), atol=1e-5)
