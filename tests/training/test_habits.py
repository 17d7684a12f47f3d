"""Habits from other Keras models: they work as they do there, or get a sentence before the run."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import small_gan
from test_entrance import LABELS, conditional, small_vae

from course_lib import gan, recipes

CALLBACKS = keras.callbacks


@pytest.mark.parametrize("make", [small_gan, small_vae])
@pytest.mark.parametrize(
    "build",
    [
        lambda path: CALLBACKS.EarlyStopping(),
        lambda path: CALLBACKS.EarlyStopping(monitor="val_g_loss", mode="min"),
        lambda path: CALLBACKS.ModelCheckpoint(path, save_best_only=True),
        lambda path: CALLBACKS.ReduceLROnPlateau(),
    ],
)
def test_callbacks_that_would_wait_for_ever(images, tmp_path, make, build):
    model, callback = make(), build(tmp_path / "best.keras")
    for given in (callback, [callback], CALLBACKS.CallbackList([callback], model=model)):
        with pytest.raises(ValueError, match="waits for 'val_.*no validation loss.*monitor="):
            model.fit(images, LABELS, callbacks=given, verbose=0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("callback", "words"),
    [
        (CALLBACKS.LearningRateScheduler(lambda epoch, rate: rate), "has two.*CosineDecay"),
        (CALLBACKS.ReduceLROnPlateau("g_loss", mode="min"), "has two.*CosineDecay"),
        (CALLBACKS.SwapEMAWeights(), "has two.*ema_momentum"),
    ],
)
def test_callbacks_for_the_only_optimizer(images, callback, words):
    with pytest.raises(ValueError, match=words):
        small_gan().fit(images, callbacks=[callback], verbose=0)


def test_callbacks_that_work(images, tmp_path):
    """EarlyStopping stops on a log that can't fall below itself; a checkpoint loads and draws."""
    model = small_gan()
    stop = CALLBACKS.EarlyStopping("g_loss", min_delta=100, mode="min", start_from_epoch=0)
    keep = CALLBACKS.ModelCheckpoint(tmp_path / "{epoch}.keras")
    history = model.fit(
        images[:32], batch_size=16, epochs=9, callbacks=[stop, keep], verbose=0
    ).history
    assert len(history["g_loss"]) == 2
    z = gan.fixed_z(3, 8)
    kept = keras.models.load_model(tmp_path / "2.keras")
    assert np.array_equal(kept.sample(z), model.sample(z))
    halve = CALLBACKS.LearningRateScheduler(lambda epoch, rate: rate / 2)
    writer = small_vae()
    writer.fit(images[:8], LABELS[:8], callbacks=[halve], verbose=0)
    assert float(writer.optimizer.learning_rate) == pytest.approx(5e-4)


@pytest.mark.parametrize("make", [small_gan, small_vae, conditional])
@pytest.mark.parametrize("name", ["sample_weight", "class_weight"])
def test_weights_of_images_and_classes(images, snapshot, same, make, name):
    model = make()
    before = snapshot(model)
    weights = np.ones(256) if name == "sample_weight" else {0: 1.0, 1: 5.0, 2: 1.0}
    for call in (lambda: model.fit(images, LABELS, **{name: weights}, verbose=0),
                 lambda: model.train_on_batch(images, LABELS, **{name: weights})):  # fmt: skip
        with pytest.raises(ValueError, match=f"{name}=...: expected none.*repeat its images"):
            call()
    assert same(before, snapshot(model))


def test_forms_of_train_on_batch(images):
    logs = [
        small_gan().train_on_batch(images[:8]),
        small_gan().train_on_batch(x=images[:8], return_dict=True),
        small_gan().train_on_batch(images[:8], np.ones((8, 1)), return_dict=True),
    ]
    assert logs[0] == logs[1] == logs[2]
    endless = tf.data.Dataset.from_tensors(images[:8]).repeat()
    for data in ((images[:8], LABELS[:8]), {"image": images[:8]}, images[:8].tolist(), endless):
        with pytest.raises(ValueError, match=r"came as a .*train_on_batch\(images, labels\)"):
            small_gan().train_on_batch(data)


@pytest.mark.parametrize("name", ["generator", "discriminator"])
def test_a_frozen_network_would_never_learn(images, snapshot, same, name):
    """Frozen before the GAN compiles or after, as combined models need it; then set free."""
    model = small_gan()
    getattr(model, name).trainable = False
    late = gan.GAN(model.generator, model.discriminator)
    late.compile("adam", "adam", jit_compile=False)
    before = snapshot(model)
    for frozen in (model, late):
        for train in (frozen.train_on_batch, lambda x, frozen=frozen: frozen.fit(x, verbose=0)):
            with pytest.raises(ValueError, match=f"the {name} is frozen.*{name}.trainable = True"):
                train(images[:8])
    assert same(before, snapshot(model))
    getattr(model, name).trainable = True
    late.compile("adam", "adam", jit_compile=False)
    late.train_on_batch(images[:8])
    pairs = zip(before, snapshot(model), strict=True)
    assert sum(not np.array_equal(a, b) for a, b in pairs) == len(before)


@pytest.mark.parametrize("make", [small_gan, small_vae])
def test_eagerly_it_takes_the_same_step(images, make):
    compiled, eager = make(), make()
    eager.run_eagerly = True
    labels = (LABELS[:8],) if make is small_vae else ()
    logs, others = (model.train_on_batch(images[:8], *labels) for model in (compiled, eager))
    assert logs == pytest.approx(others, rel=1e-4)


@pytest.mark.parametrize("make", [small_gan, small_vae])
def test_an_exported_model_runs_without_the_kit(images, tmp_path, make):
    model = make()
    given = gan.fixed_z(3, 8) if make is small_gan else images[:3] / np.float32(127.5) - 1
    model.export(tmp_path / "model", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "model")
    assert np.allclose(loaded.serve(given), model.predict(given, verbose=0), atol=1e-5)


def test_a_config_builds_more_than_one_model():
    model = small_gan()
    config = model.get_config()
    for _ in range(2):
        assert gan.GAN.from_config(config).generator.count_params() == 9 * 16 + 4 * 16 + 17 * 784


def test_a_file_of_one_network(tmp_path):
    model = small_gan()
    model.generator.save_weights(tmp_path / "g.weights.h5")
    with pytest.raises(ValueError, match=r"doesn't hold a whole GAN.*generator.load_weights"):
        small_gan(seed=1).load_weights(tmp_path / "g.weights.h5")


@pytest.mark.parametrize(
    ("saved", "loading"),
    [
        ("workshop-mlp", "kaggle-mlp-gan"),
        ("workshop-mlp", "workshop-dcgan"),
        ("workshop-dcgan", "workshop-conditional"),
        ("letters-dcgan", "workshop-mlp"),
        ("style-vae", "style-vae-published"),
        ("style-vae", "workshop-mlp"),
        ("workshop-mlp", "style-vae"),
    ],
)
def test_weights_of_another_recipe(tmp_path, snapshot, same, saved, loading):
    path = tmp_path / "a.weights.h5"
    one, other = (
        recipe.build_vae("ABC") if "vae" in name else recipe.build_gan()
        for name in (saved, loading)
        for recipe in [recipes.load(name)]
    )
    one.save_weights(path)
    before = snapshot(other), [np.array(state) for state in other.state_variables().values()]
    with pytest.raises(ValueError, match="other networks.*nothing was loaded.*the same recipe"):
        other.load_weights(path)
    states = [np.array(state) for state in other.state_variables().values()]
    assert same(before[0], snapshot(other)) and same(before[1], states)
    other.save_weights(path)
    other.load_weights(path)


def test_a_frozen_vae_would_learn_nothing(images):
    model = small_vae()
    model.trainable = False
    for train in (model.train_on_batch, lambda *data: model.fit(*data, verbose=0)):
        with pytest.raises(ValueError, match="whole VAE is frozen.*vae.trainable = True"):
            train(images[:8], LABELS[:8])
    model.trainable = True
    model.encoder.trainable = False  # the decoder alone may be trained further
    model.compile("adam")
    before = model.encoder.get_weights()
    model.train_on_batch(images[:8], LABELS[:8])
    pairs = zip(before, model.encoder.get_weights(), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)


def test_z_of_another_shape(images):
    model = small_gan()
    expected = r"z has shape \[{}\]: expected \[N, 8\]. gan.fixed_z"
    for draw in (model, lambda z: model.predict(z, verbose=0), model.sample):
        with pytest.raises(ValueError, match=expected.format("4, 9")):
            draw(np.zeros((4, 9), "float32"))
        with pytest.raises(ValueError, match=expected.format("4, 28, 28, 1")):
            draw(np.zeros((4, 28, 28, 1), "float32"))
    with pytest.raises(ValueError, match=expected.format("8")):
        model.sample(np.zeros(8))
    assert np.array_equal(model.sample([[0.0] * 8]), model.sample(np.zeros((1, 8))))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lr": 1e-3}, "compile got lr=...: give each optimizer"),
        ({"d_loss_fn": abs}, "d_loss_fn=...: give loss='bce' or loss='hinge'"),
        ({"loss_weights": [1, 2]}, "loss_weights=...: each network has a loss of its own"),
        ({"weighted_metrics": ["mse"]}, "weighted_metrics=...: the logs hold"),
        ({"epochs": 3}, "epochs=...: expected only d_optimizer, g_optimizer, loss, jit_compile"),
    ],
)
def test_arguments_of_compile_without_a_meaning(options, words):
    with pytest.raises(ValueError, match=words):
        small_gan().compile("adam", "adam", **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"latent_dim": 8}, "GAN got latent_dim=...: it is read from the generator's input"),
        ({"label_smoothing": 0.1}, "label_smoothing=...: the losses are"),
        ({"seeds": 1}, "seeds=...: expected only generator, discriminator, fakes_per_real"),
    ],
)
@pytest.mark.parametrize("cls", [gan.GAN, gan.AlternatingGAN])
def test_settings_that_a_gan_does_not_have(cls, options, words):
    model = small_gan()
    with pytest.raises(ValueError, match=words):
        cls(discriminator=model.discriminator, generator=model.generator, **options)
