"""Names, networks and compile arguments that don't fit a VAE: refused when it is made."""

import keras
import pytest
from keras import layers

from course_lib import networks, vae

ENCODER, DECODER = networks.build_vae_encoder, networks.build_vae_decoder


def list_encoder():
    """As keras.io's example: three outputs, the third of them sampled."""
    images = keras.Input((28, 28, 1))
    x = layers.Flatten()(images)
    return keras.Model(images, [layers.Dense(4)(x) for _ in range(3)])


def test_networks_that_fit():
    model = vae.VAE(["ab", "c"], ENCODER(2, 4), DECODER(2, 4))
    assert model.class_names == ("ab", "c") and model.latent_dim == 4
    assert model.input_shape == (None, 28, 28, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (lambda: (10,), "class_names is 10: expected the characters"),
        (lambda: (range(10),), r"class_names is range\(0, 10\)"),
        (lambda: ("",), "class_names is ''"),
        (lambda: (ENCODER(3, 4), DECODER(3, 4)), "class_names is <.*encoder"),
        (lambda: ("ABC", ENCODER, DECODER), "encoder is a function: .*build_vae_encoder"),
        (lambda: ("ABC", list_encoder(), DECODER(3, 4)), "by name: .*leave the sampling layer out"),
        (lambda: ("ABC", DECODER(3, 4), ENCODER(3, 4)), "the encoder doesn't return logits"),
        (
            lambda: ("ABCD", ENCODER(3, 4), DECODER(3, 4)),
            r"4 class names.*3 classes.*expected a decoder that takes \[B, 4\] and \[B, 4\]",
        ),
        (
            lambda: ("ABC", ENCODER(3, 4), DECODER(3, 8)),
            r"z \[B, 4\].*takes \[B, 3\] and \[B, 8\].*build_vae_decoder\(3, 4\)",
        ),
        (
            lambda: ("ABC", ENCODER(3, 4), keras.Sequential([keras.Input((4,)), layers.Dense(9)])),
            r"the decoder takes \[B, 4\]",
        ),
    ],
)
def test_parts_that_do_not_fit(arguments, words):
    with pytest.raises(ValueError, match=words):
        vae.VAE(*arguments())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"loss": "mse"}, "compile got loss=...: a VAE's loss is part of its step"),
        ({"metrics": ["accuracy"]}, "metrics=...: the logs hold"),
        ({"loss_weights": [1, 2]}, "loss_weights=...: .*kl_weight"),
        ({"lr": 1e-3}, "lr=...: give the optimizer"),
    ],
)
def test_arguments_of_compile_without_a_meaning(options, words):
    model = vae.VAE("ABC", ENCODER(3, 4), DECODER(3, 4))
    with pytest.raises(ValueError, match=words):
        model.compile("adam", **options)
