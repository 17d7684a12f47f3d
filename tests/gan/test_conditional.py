"""A GAN that learns from labels: which logit counts, who chooses the class, what is refused."""

import dataclasses

import keras
import numpy as np
import pytest

from course_lib import gan, networks
from course_lib.data.dataset import Dataset
from course_lib.gan import recipes
from course_lib.networks.layers import plain


def build(n_classes=3, seed=0, rates=(7e-4, 1.5e-3), **options):
    """A small compiled ConditionalGAN with the hinge loss; its z has 12 numbers."""
    keras.utils.set_random_seed(seed)
    generator = networks.build_shuffle_generator(12, 16, 8, n_classes=n_classes)
    discriminator = networks.build_shuffle_discriminator((8, 16), n_classes=n_classes)
    model = gan.ConditionalGAN(generator, discriminator, seed=seed, **options)
    adams = [keras.optimizers.Adam(rate, beta_1=0.0) for rate in rates]
    model.compile(*adams, loss="hinge", steps_per_execution=4)
    return model


@pytest.fixture
def two_kinds():
    """A Dataset of 600 bars: class 0 in the upper half of the image, class 1 in the lower."""
    rng = np.random.default_rng(0)
    images, labels = np.zeros((600, 28, 28, 1), "uint8"), np.arange(600) % 2
    for image, label, row in zip(images, labels, rng.integers(2, 9, 600)):
        image[row + 14 * label :][:3, 6:22] = 255
    return Dataset(images, labels, ("up", "down"), "bars")


def test_only_the_logit_of_the_class_counts(images):
    """A D whose logits are its biases, whatever it sees: the hinge losses by hand."""
    model = build(rates=(0.0, 0.0))
    biases = np.array([-0.5, 0.25, 2.0], "float32")
    last = model.discriminator.layers[-1]
    last.set_weights([np.zeros_like(last.get_weights()[0]), biases])
    z = gan.fixed_z(64, 12, seed=5)
    model.draw_z = lambda n: z[:n]
    labels = np.arange(64) % 3
    logs = model.train_on_batch(images[:64], labels)
    real, fake = biases[labels], biases[np.argmax(z[:, :3], axis=1)]
    by_hand = (np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean()) / 2
    assert logs["d_loss"] == pytest.approx(by_hand, abs=1e-5)
    assert logs["g_loss"] == pytest.approx(-fake.mean(), abs=1e-5)
    assert logs["real_accuracy"] == pytest.approx((real > 0).mean(), abs=1e-5)


def test_a_class_that_nobody_shows_or_chooses_is_not_learned(images, snapshot):
    model = build()
    z = gan.choose_classes(gan.fixed_z(16, 12), np.full(16, 2), 3)
    model.draw_z = lambda n: z[:n]
    before = model.discriminator.layers[-1].get_weights()
    model.train_on_batch(images[:16], np.zeros(16, "int64"))
    after = model.discriminator.layers[-1].get_weights()
    for old, new in zip(before, after, strict=True):
        moved = np.abs(new - old).reshape(-1, 3).max(axis=0) > 0
        assert moved.tolist() == [True, False, True]


def test_the_first_numbers_of_z_choose_and_do_nothing_else():
    generator = build().generator
    z = gan.fixed_z(6, 12)
    z[:, :3] = [0.1, 0.3, 0.2]
    same_choice, other_choice = z.copy(), z.copy()
    same_choice[:, :3] = [-5.0, 9.0, 8.0]
    other_choice[:, :3] = [0.1, 0.3, 0.4]
    images, same, other = (np.array(generator(x)) for x in (z, same_choice, other_choice))
    assert np.array_equal(images, same)
    assert np.abs(images - other).max() > 0.01


def test_every_class_is_chosen_equally_often():
    counts = np.bincount(gan.chosen_classes(gan.fixed_z(10_000, 12), 5))
    assert len(counts) == 5 and np.abs(counts - 2_000).max() < 200  # five standard deviations


def test_z_can_be_told_what_to_choose():
    z, labels = gan.fixed_z(2_000, 12), np.arange(2_000) % 5
    told = gan.choose_classes(z, labels, 5)
    assert np.array_equal(told[:, :5].argmax(axis=1), labels)
    assert np.array_equal(np.sort(told, axis=1), np.sort(z, axis=1)), "the same numbers, moved"
    assert np.array_equal(told[:, 5:], z[:, 5:])
    with pytest.raises(ValueError, match="run from 0 to 4, expected 0 to 3"):
        gan.choose_classes(z, labels, 4)


def test_it_learns_to_draw_the_class_that_z_chooses(two_kinds):
    model = build(n_classes=2, ema_momentum=0.9)
    batches = two_kinds.batches(16, labels=True)
    model.fit(batches, steps_per_epoch=400, verbose=0)
    ink = (model.sample(200)[..., 0] + 1) / 2
    in_upper_half = ink[:, :14].sum(axis=(1, 2)) > ink[:, 14:].sum(axis=(1, 2))
    chose_up = gan.fixed_z(200, 12)[:, :2].argmax(axis=1) == 0
    assert (in_upper_half == chose_up).mean() > 0.95
    assert ink.sum(axis=(1, 2)).mean() == pytest.approx(48, rel=0.4), "a bar has 3 x 16 pixels"


def test_a_saved_one_goes_on_as_if_nothing_had_happened(images, tmp_path, snapshot, same):
    model, labels = build(ema_momentum=0.9), np.arange(16) % 3
    model.train_on_batch(images[:16], labels)
    model.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert type(loaded) is gan.ConditionalGAN
    for run in (model, loaded):
        run.train_on_batch(images[16:32], labels)
    assert same(snapshot(model.generator), snapshot(loaded.generator))
    assert np.array_equal(model.sample(3), loaded.sample(3))


def test_plain_layers_draw_the_same(images, tmp_path):
    model = build()
    model.train_on_batch(images[:16], np.arange(16) % 3)
    plain(model.sampler).save(tmp_path / "g.keras")
    z = gan.fixed_z(5, 12)
    loaded = keras.models.load_model(tmp_path / "g.keras")
    assert np.allclose(loaded(z, training=False), model.sample(z), atol=1e-6)


def test_what_it_cannot_learn_from_is_refused(images):
    model = build()
    with pytest.raises(ValueError, match="without labels.*labels=True"):
        model.train_on_batch(images[:16])
    with pytest.raises(ValueError, match="without labels.*labels=True"):
        model.fit(((images[:16],) for _ in range(2)), verbose=0)  # a generator passes unchecked
    with pytest.raises(ValueError, match="from 3 to 3: expected 0 to 2"):
        model.train_on_batch(images[:16], np.full(16, 3))


def test_a_recipe_keeps_its_style_numbers_for_any_number_of_classes():
    recipe = recipes.load("workshop-conditional")
    letters = recipe.for_classes(26)
    assert letters.latent_dim - 26 == recipe.latent_dim - 10 == 54
    assert letters.build_discriminator().output_shape == (None, 26)
    without = recipes.load("workshop-dcgan")
    assert without.for_classes(26) is without
    with pytest.raises(ValueError, match="learns from labels"):
        recipe.build_combined()
    with pytest.raises(ValueError, match="10 numbers, and 10 of them"):
        dataclasses.replace(recipe, latent_dim=10).build_generator()
