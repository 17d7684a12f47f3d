"""What is chosen for which machine; monkeypatch plays the machine."""

import keras
import numpy as np
import pytest

from course_lib import networks
from course_lib.gan import recipes
from course_lib.training import engine


@pytest.fixture(autouse=True)
def float32_again():
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture
def cpu_features(monkeypatch):
    """A function that sets the features that the processor lists."""

    def say(features):
        monkeypatch.setattr(engine.Path, "read_text", lambda path: f"flags : fpu {features} sse")

    monkeypatch.setattr(engine, "on_gpu", lambda: False)
    return say


def test_xla_only_where_it_pays(monkeypatch):
    monkeypatch.setattr(engine, "on_gpu", lambda: False)
    assert engine.gains_from_xla(networks.build_mlp_generator(8, (16,)))
    recipe = recipes.load("mnist-dcgan")
    assert not engine.gains_from_xla(recipe.build_generator())
    assert "with XLA, fit in calls of 16" in recipes.load("workshop-mlp").build_gan().runs_on
    assert recipe.build_gan().runs_on == "CPU, float32, without XLA"


@pytest.mark.parametrize(
    ("features", "able"), [("avx2", False), ("avx512_bf16 avx2", True), ("amx_bf16", True)]
)
def test_bfloat16_where_the_processor_has_it(cpu_features, features, able):
    cpu_features(features)
    assert engine.has_bfloat16() is able
    if able:
        engine.use_precision("bfloat16")
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    else:
        with pytest.raises(ValueError, match="stay with float32"):
            engine.use_precision("bfloat16")


def test_float16_needs_a_gpu(cpu_features, monkeypatch):
    with pytest.raises(ValueError, match="without a GPU"):
        engine.use_precision("float16")
    monkeypatch.setattr(engine, "on_gpu", lambda: True)
    engine.use_precision("float16")
    assert keras.config.dtype_policy().name == "mixed_float16"


def test_unknown_precision():
    with pytest.raises(ValueError, match="expected float32, bfloat16, float16"):
        engine.use_precision("double")


@pytest.mark.parametrize(
    "policy", ["mixed_bfloat16", pytest.param("mixed_float16", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    "name", [pytest.param("workshop-mlp", marks=pytest.mark.slow), "workshop-dcgan"]
)
def test_mixed_precision_goes_the_way_of_float32(images, policy, name):
    """Inputs, outputs, weights and logs stay float32, and the first steps go the same way."""
    recipe, weights, logs = recipes.load(name), {}, {}
    for dtype in ("float32", policy):
        keras.config.set_dtype_policy(dtype)
        model = recipe.build_gan(seed=1)
        for _ in range(5):
            logs[dtype] = model.train_on_batch(images[:32])
        weights[dtype] = np.concatenate([np.ravel(w) for w in model.generator.trainable_weights])
        assert model.sample(3).dtype == "float32"
        assert model.discriminator(networks.scale_pixels(images[:3])).dtype == "float32"
        assert {w.dtype for w in model.generator.weights} == {"float32"}
    assert logs[policy]["d_loss"] == pytest.approx(logs["float32"]["d_loss"], abs=0.05)
    start = np.concatenate(
        [np.ravel(w) for w in recipe.build_gan(seed=1).generator.trainable_weights]
    )
    moved, moved_in_short = weights["float32"] - start, weights[policy] - start
    correlation = np.corrcoef(moved, moved_in_short)[0, 1]
    assert correlation > 0.8, correlation


def test_float16_losses_are_scaled_up_and_gradients_down_again(images):
    """A step of plain SGD is as long as in float32, not 32768 times as long or 1/32768 of it."""
    lengths = {}
    for dtype in ("float32", "mixed_float16"):
        keras.config.set_dtype_policy(dtype)
        model = recipes.load("workshop-mlp").build_gan(seed=1)
        model.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01), jit_compile=False)
        for network in (model.discriminator, model.generator):
            lengths[dtype, network.name] = [np.array(w) for w in network.trainable_weights]
        model.train_on_batch(images[:32])
        for network in (model.discriminator, model.generator):
            pairs = zip(network.trainable_weights, lengths[dtype, network.name], strict=True)
            moved = [np.ravel(np.array(after) - before) for after, before in pairs]
            lengths[dtype, network.name] = np.linalg.norm(np.concatenate(moved))
    for name in ("discriminator", "generator"):
        expected = lengths["float32", name]
        assert expected > 0
        assert lengths["mixed_float16", name] == pytest.approx(expected, rel=0.1), name


def test_a_loaded_float16_gan_scales_once(images, tmp_path):
    keras.config.set_dtype_policy("mixed_float16")
    model = recipes.load("workshop-mlp").build_gan(jit_compile=False)
    model.train_on_batch(images[:32])
    model.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    for optimizer in (loaded.d_optimizer, loaded.g_optimizer):
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        assert not isinstance(optimizer.inner_optimizer, keras.optimizers.LossScaleOptimizer)
