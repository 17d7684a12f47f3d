"""Settings of models, loops and optimizers that fit nothing: one sentence before the first step."""

import keras
import numpy as np
import pytest
from small_models import small_gan
from test_entrance import LABELS, conditional, small_vae

from course_lib import gan, networks, vae
from course_lib.gan.combined import CombinedGAN

Adam = keras.optimizers.Adam


def parts():
    model = small_gan()
    return model.generator, model.discriminator


def vae_parts():
    return networks.build_vae_encoder(3, 4), networks.build_vae_decoder(3, 4)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: gan.GAN(*parts(), seed=-1), "seed=-1: expected a whole number, 0 or more"),
        (lambda: gan.AlternatingGAN(*parts(), g_target="a"), "g_target='a': expected a number"),
        (lambda: gan.AlternatingGAN(*parts(), max_turn=0), "max_turn=0: expected a whole number"),
        (lambda: gan.AlternatingGAN(*parts(), max_turn=None), "max_turn=None: .*1 or more"),
        (lambda: CombinedGAN(*parts(), fakes_per_real=0), "fakes_per_real=0: expected a whole"),
        (lambda: CombinedGAN(*parts(), seed="a"), "seed='a': expected a whole number, 0 or more"),
        (lambda: vae.VAE("ABC", *vae_parts(), kl_weight=-1), "kl_weight=-1: expected a number"),
        (lambda: vae.VAE("ABC", *vae_parts(), kl_weight=float("nan")), "kl_weight=nan"),
        (lambda: vae.VAE("ABC", *vae_parts(), class_weight={0: 1.0}), "class_weight={0: 1.0}"),
        (lambda: vae.VAE("ABC", *vae_parts(), distort_one_in=1.5), "distort_one_in=1.5: .*whole"),
        (lambda: vae.VAE("ABC", *vae_parts(), drafts=0), "drafts=0: expected a whole number, 1"),
        (lambda: vae.VAE("ABC", *vae_parts(), beta=4), "VAE got beta=...: a VAE calls it kl_w"),
        (lambda: vae.VAE("AAB", *vae_parts()), "has 'A' more than once: expected a different"),
        (lambda: vae.VAE({"A", "B", "C"}, *vae_parts()), "class_names is {.*in the order of"),
        (lambda: vae.VAE(None, *vae_parts()), "class_names is None: expected the characters"),
    ],
)
def test_settings_that_fit_nothing(build, words):
    with pytest.raises(ValueError, match=words):
        build()


@pytest.mark.parametrize("steps", [0, -1, None, "auto", 2.0])
@pytest.mark.parametrize("make", [small_gan, small_vae])
def test_steps_per_execution(make, steps):
    with pytest.raises(ValueError, match=f"steps_per_execution={steps!r}: expected a whole"):
        make().compile(steps_per_execution=steps)


def test_one_logit_is_no_condition():
    with pytest.raises(ValueError, match="logits of 1 classes.*expected 2 classes or more"):
        gan.ConditionalGAN(*parts())
    generator = networks.build_shuffle_generator(8, base_filters=4, filters=4, n_classes=3)
    flat = [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(9)]
    with pytest.raises(ValueError, match="of 9 classes, and z has 8 numbers"):
        gan.ConditionalGAN(generator, keras.Sequential(flat))


def test_a_network_with_an_input_for_labels():
    z, label = keras.Input((8,)), keras.Input((3,))
    pixels = keras.layers.Dense(784)(keras.layers.Concatenate()([z, label]))
    generator = keras.Model([z, label], keras.layers.Reshape((28, 28, 1))(pixels))
    with pytest.raises(ValueError, match="the generator has 2 inputs: expected one, because"):
        gan.GAN(generator, parts()[1])
    with pytest.raises(ValueError, match="n_classes=...: it is read from the discriminator's"):
        gan.ConditionalGAN(*parts(), n_classes=3)


@pytest.mark.parametrize(
    ("optimizers", "words"),
    [
        ((Adam, Adam), "d_optimizer=<class.*expected a Keras optimizer"),
        ((2e-4, 2e-4), "d_optimizer=0.0002: expected a Keras optimizer"),
    ],
)
def test_what_is_no_optimizer(optimizers, words):
    with pytest.raises(ValueError, match=words):
        small_gan().compile(*optimizers)


@pytest.mark.parametrize("optimizer", [None, Adam, "adamm", 1e-3])
def test_what_is_no_optimizer_of_a_vae(optimizer):
    with pytest.raises(ValueError, match="optimizer=.*expected a Keras optimizer or the name"):
        small_vae().compile(optimizer)


def test_optimizers_are_not_lent():
    """Of a second model, or of the other network of this one; the same place again is fine."""
    one, two = Adam(), Adam()
    model = small_gan()
    model.compile(one, two, jit_compile=False)
    model.compile(one, two, jit_compile=False)
    writer = small_vae()
    for compile_ in (lambda: small_gan().compile(one, two), lambda: model.compile(two, one),
                     lambda: writer.compile(one)):  # fmt: skip
        with pytest.raises(ValueError, match="built for other weights.*Expected a new optimizer"):
            compile_()


def test_losses_by_other_names():
    for loss in ("binary_crossentropy", keras.losses.BinaryCrossentropy(from_logits=True)):
        with pytest.raises(ValueError, match="expected 'bce' or 'hinge'.*of logits is 'bce'"):
            small_gan().compile("adam", "adam", loss=loss)


def test_no_metrics_are_none(images):
    for make, data in ((small_gan, images[:8]), (small_vae, images[:8])):
        model = make()
        model.compile(metrics=[])
        model.train_on_batch(data, LABELS[:8])


def test_labels_of_eight_bits(images):
    """MNIST's labels are uint8; they train as int64 labels do."""
    weights = []
    for dtype in ("uint8", "int64"):
        model = conditional()
        model.train_on_batch(images[:8], LABELS[:8].astype(dtype))
        weights.append(model.get_weights())
    assert all(np.array_equal(one, other) for one, other in zip(*weights, strict=True))


@pytest.mark.parametrize("make", [small_gan, small_vae])
def test_a_loaded_model_goes_on_in_float16(images, tmp_path, make, same):
    """It is loaded where float32 is the rule: loss scaling stays with networks in float16."""
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = make()
    finally:
        keras.config.set_dtype_policy("float32")
    model.train_on_batch(images[:8], LABELS[:8])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    optimizers = [getattr(one, "d_optimizer", one.optimizer) for one in (model, loaded)]
    assert [type(one).__name__ for one in optimizers] == ["LossScaleOptimizer"] * 2
    assert same(*([np.array(variable) for variable in one.variables] for one in optimizers))


@pytest.mark.parametrize("make", [small_gan, small_vae])
def test_a_loaded_model_stays_eager(tmp_path, make):
    model = make()
    model.compile(run_eagerly=True)
    model.save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras").run_eagerly
