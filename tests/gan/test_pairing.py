"""Networks and optimizers that don't fit: refused when the GAN is made, with the fix."""

import keras
import pytest
from keras import layers
from small_models import small_gan

from course_lib import combined, gan


def build_generator(ending="tanh", shape=(28, 28, 1)):
    size = 1
    for side in shape:
        size *= side
    dense = layers.Dense(size, activation=ending)
    return keras.Sequential([keras.Input((8,)), dense, layers.Reshape(shape)])


def build_discriminator(*last, shape=(28, 28, 1)):
    return keras.Sequential(
        [keras.Input(shape), layers.Flatten(), *(last or [layers.Dense(1)])], name="d"
    )


def build_with_operation():
    images = keras.Input((28, 28, 1))
    logits = layers.Dense(1)(layers.Flatten()(images))
    return keras.Model(images, keras.ops.sigmoid(logits))


class Subclass(keras.Model):
    def call(self, inputs):
        return inputs


PAIRS = {
    "sigmoid": (build_generator, lambda: build_discriminator(layers.Dense(1, "sigmoid"))),
    "sigmoid as a layer": (
        build_generator,
        lambda: build_discriminator(layers.Dense(1), layers.Activation("sigmoid")),
    ),
    "sigmoid as an operation": (build_generator, build_with_operation),
    "tanh D": (build_generator, lambda: build_discriminator(layers.Dense(1, "tanh"))),
    "two logits": (build_generator, lambda: build_discriminator(layers.Dense(2, "softmax"))),
    "patches": (
        build_generator,
        lambda: keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(1, 4, 4)]),
    ),
    "swapped": (build_discriminator, build_generator),
    "flat D": (build_generator, lambda: build_discriminator(shape=(784,))),
    "wrong side": (lambda: build_generator(shape=(32, 32, 1)), build_discriminator),
    "image in": (
        lambda: keras.Sequential([keras.Input((1, 1, 8)), layers.Conv2DTranspose(1, 28)]),
        build_discriminator,
    ),
    "no Input": (
        lambda: keras.Sequential([layers.Dense(784, "tanh"), layers.Reshape((28, 28, 1))]),
        build_discriminator,
    ),
    "empty": (lambda: keras.Sequential(), build_discriminator),
    "subclass": (build_generator, Subclass),
    "layer": (build_generator, lambda: layers.Dense(1)),
    "function": (lambda: build_generator, build_discriminator),
}
WORDS = {
    "sigmoid": r"ends in a sigmoid.*Dense\(1\) without an activation",
    "sigmoid as a layer": r"ends in a sigmoid",
    "sigmoid as an operation": "ends in a sigmoid",
    "tanh D": "ends in a tanh",
    "two logits": r"returns \[B, 2\]: expected \[B, 1\].*Dense\(1\)",
    "patches": r"returns \[B, 7, 7, 1\].*after Flatten",
    "swapped": r"takes \[B, 28, 28, 1\] and returns \[B, 1\].*in this order",
    "flat D": r"makes \[B, 28, 28, 1\], but the discriminator takes \[B, 784\]",
    "wrong side": r"makes \[B, 32, 32, 1\]",
    "image in": r"takes \[B, 1, 1, 8\]: expected z, \[B, latent_dim\]",
    "no Input": r"generator doesn't know its shapes.*keras.Input\(\(latent_dim,\)\)",
    "empty": "generator doesn't know its shapes",
    "subclass": r"discriminator doesn't know its shapes.*keras.Model\(inputs, outputs\)",
    "layer": "discriminator is a Dense: expected a keras.Model",
    "function": "generator is a function",
}


@pytest.mark.parametrize("cls", [gan.GAN, combined.CombinedGAN, gan.AlternatingGAN])
@pytest.mark.parametrize("pair", PAIRS)
def test_networks_that_do_not_fit(cls, pair):
    generator, discriminator = (build() for build in PAIRS[pair])
    with pytest.raises(ValueError, match=WORDS[pair]):
        cls(generator, discriminator)


@pytest.mark.parametrize(
    "last",
    [
        lambda: [layers.Dense(1)],
        lambda: [layers.Dense(8), layers.LeakyReLU(0.2), layers.Dense(1, activation=None)],
        lambda: [layers.Dense(8, "sigmoid"), layers.Dense(1)],
        lambda: [layers.Dense(1), layers.Activation("linear", dtype="float32")],
    ],
)
def test_networks_that_fit(last):
    inside = keras.Sequential([build_generator("sigmoid"), layers.Rescaling(2, -1)])
    for generator in (build_generator(), build_generator(None), inside):
        gan.GAN(generator, build_discriminator(*last()))


@pytest.mark.parametrize("ending", ["sigmoid", "relu"])
def test_a_generator_that_cannot_draw_black(ending):
    with pytest.warns(UserWarning, match=rf"ends in {ending}.*Rescaling\(2, -1\)"):
        gan.GAN(build_generator(ending), build_discriminator())


@pytest.mark.parametrize("cls", [gan.GAN, combined.CombinedGAN])
def test_optimizers(cls):
    adam = keras.optimizers.Adam(1e-3)

    def compiled(d_optimizer, g_optimizer):
        if cls is combined.CombinedGAN:
            return cls(build_generator(), build_discriminator(), d_optimizer, g_optimizer)
        small_gan(cls).compile(d_optimizer, g_optimizer)

    with pytest.raises(ValueError, match="the same optimizer, but each needs one of its own"):
        compiled(adam, adam)
    with pytest.raises(ValueError, match="g_optimizer='adm': expected a Keras optimizer"):
        compiled("adam", "adm")
    with pytest.raises(ValueError, match="d_optimizer=0.001: expected"):
        compiled(0.001, None)
    compiled("adam", "adam")


def test_names_of_optimizers_give_two():
    model = small_gan()
    model.compile("adam", "rmsprop")
    assert type(model.d_optimizer) is keras.optimizers.Adam
    assert type(model.g_optimizer) is keras.optimizers.RMSprop
    model.compile("adam", "adam")
    assert model.d_optimizer is not model.g_optimizer


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"optimizer": "adam"}, "optimizer=...: a GAN has two optimizers: give d_optimizer"),
        ({"loss_fn": keras.losses.BinaryCrossentropy()}, "loss_fn=...: give loss='bce'"),
        ({"metrics": ["accuracy"]}, "metrics=...: the logs hold the losses"),
        ({"loss": "wasserstein"}, "loss='wasserstein': expected 'bce' or 'hinge'"),
        ({"loss": keras.losses.MeanSquaredError()}, "expected 'bce' or 'hinge'"),
    ],
)
def test_arguments_of_a_model_with_one_optimizer(options, words):
    with pytest.raises(ValueError, match=words):
        small_gan().compile(**options)
