"""The compiled GAN against the classic loop, and what each kind of step may touch."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_lib import gan, networks
from course_lib.gan import recipes
from course_lib.training import callbacks


def small(cls=gan.GAN, seed=0, **options):
    """A GAN with batch normalisation on both sides and dropout in D: all that has a state."""
    keras.utils.set_random_seed(seed)
    generator = networks.build_mlp_generator(8, (16,), batch_norm_momentum=0.8)
    images = keras.Input((28, 28, 1))
    x = keras.layers.Dense(16, use_bias=False)(keras.layers.Flatten()(images))
    x = keras.layers.LeakyReLU(0.2)(keras.layers.BatchNormalization()(x))
    logits = keras.layers.Dense(1)(keras.layers.Dropout(0.2)(x))
    discriminator = keras.Model(images, logits, name="discriminator")
    model = cls(generator, discriminator, seed=seed, **options)
    model.compile(jit_compile=False)
    return model


@pytest.mark.parametrize("name", ["letters-mlp-gan", "workshop-mlp", "workshop-dcgan"])
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
    model = small()
    g, d = snapshot(model.generator), snapshot(model.discriminator)
    logs = model.train_on_batch(images[:32])
    assert not same(g, snapshot(model.generator)) and not same(d, snapshot(model.discriminator))
    assert {"d_loss", "g_loss", "real_score", "fake_score"} <= set(logs)
    assert all(np.isfinite(value) for value in logs.values())


def test_discriminator_update_leaves_the_generator(images, snapshot, same):
    model = small()
    g, d = snapshot(model.generator), snapshot(model.discriminator)
    real_images = networks.scale_pixels(images[:8])
    model.update_discriminator(real_images, model.sample(8))
    assert same(g, snapshot(model.generator))
    assert not same(d, snapshot(model.discriminator))


def test_generator_update_leaves_the_discriminator_and_its_statistics(images, snapshot, same):
    model = small()
    model.update_discriminator = lambda real_images, fake_images: {"d_loss": 0.0}  # G's part alone
    g, d = snapshot(model.generator), snapshot(model.discriminator)
    model.train_on_batch(images[:16])
    assert not same(g, snapshot(model.generator))
    assert same(d, snapshot(model.discriminator))


def test_fakes_per_real(images):
    """D sees as many fakes as real images; G learns from all of them."""
    model = small(fakes_per_real=3)
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
    for model in (small(), classic):
        before = snapshot(model.generator)
        with pytest.raises(ValueError, match=message):
            model.train_on_batch(spoil(images[:16]))
        assert same(before, snapshot(model.generator))


@pytest.mark.parametrize("options", [{"fakes_per_real": 0}, {"ema_momentum": 1.0}])
def test_impossible_settings_are_refused(options):
    with pytest.raises(ValueError, match="expected 1 or more"):
        small(**options)


def test_uint8_and_scaled_floats_are_the_same_batch(images, snapshot):
    a, b = small(), small()
    a.train_on_batch(images[:32])
    b.train_on_batch(np.array(networks.scale_pixels(images[:32])))
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


def test_saved_and_loaded_it_goes_on_as_if_never_stopped(images, tmp_path, snapshot):
    straight = small(ema_momentum=0.9)
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


def test_moving_average_by_hand(images, snapshot):
    model = small(ema_momentum=0.9)
    start = snapshot(model.sampler)
    model.train_on_batch(images[:32])
    momentum = 1 / 11  # step / (step + 10), far below 0.9 on the first step
    for average, old, new in zip(
        snapshot(model.sampler), start, snapshot(model.generator), strict=True
    ):
        assert np.allclose(average, momentum * old + (1 - momentum) * new, atol=1e-6)


def test_fixed_samples_do_not_disturb_training(images, snapshot, same):
    watched, alone = small(), small()
    for _ in range(3):
        watched.sample(5)
        watched.train_on_batch(images[:16])
        alone.train_on_batch(images[:16])
    assert same(snapshot(watched.generator), snapshot(alone.generator))
    assert np.array_equal(watched.sample(5), watched.sample(5))


@pytest.mark.parametrize("make", [small, lambda: alternating(max_turn=2)])
@pytest.mark.parametrize("jit_compile", [False, True])
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
    model = small()
    model.compile(run_eagerly=True, steps_per_execution=4)
    assert model.train_on_batch(images[:8])["d_loss"] > 0
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        model = small()
    model.fit(images[:64], batch_size=16, verbose=0)


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


def test_a_call_before_compile_says_so(images):
    model = small()
    bare = gan.GAN(model.generator, model.discriminator)
    for train in (lambda: bare.train_on_batch(images[:8]), lambda: bare.fit(images[:8])):
        with pytest.raises(ValueError, match="compile"):
            train()


def alternating(**options):
    return small(gan.AlternatingGAN, **options)


def test_alternating_moves_one_network_a_step(images, snapshot, same):
    model = alternating(max_turn=2)
    for _ in range(8):
        g, d = snapshot(model.generator), snapshot(model.discriminator)
        logs = model.train_on_batch(images[:32])
        g_moved = not same(g, snapshot(model.generator))
        d_moved = not same(d, snapshot(model.discriminator))
        assert (g_moved, d_moved) == ((True, False) if logs["g_turn"] else (False, True))


@pytest.mark.parametrize(
    ("g_target", "d_target", "turns"),
    [
        (2.0, 2.0, [1, 1, 1, 0, 0, 0, 1, 1, 1]),  # never good enough: the bound of 3 ends a turn
        (0.0, 0.0, [1, 0, 1, 0, 1, 0, 1, 0, 1]),  # always good enough: one step each
        (0.0, 2.0, [1, 0, 0, 0, 1, 0, 0, 0, 1]),
    ],
)
def test_alternating_turns(images, g_target, d_target, turns):
    model = alternating(g_target=g_target, d_target=d_target, max_turn=3)
    assert [model.train_on_batch(images[:32])["g_turn"] for _ in turns] == turns


def test_alternating_turn_survives_saving(images, tmp_path):
    model = alternating(g_target=2.0, d_target=2.0, max_turn=3)
    for _ in range(4):
        model.train_on_batch(images[:32])
    model.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert [loaded.train_on_batch(images[:32])["g_turn"] for _ in range(3)] == [0, 0, 1]
