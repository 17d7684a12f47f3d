"""Do a generator and a discriminator fit each other? Checked once, before any training.

Each mistake here is common in public threads, and Keras itself accepts it or fails much later.
"""

import warnings

import keras

from course_lib.networks.endings import last_activation
from course_lib.training.habits import check_arguments


def check_pair(generator, discriminator, one_logit=True) -> None:
    """Raise ValueError, with the fix, unless the two networks can play against each other.

    A G that ends in a sigmoid or ReLU, which can't draw black, gets a warning: it does train.

    Args:
        generator: z [B, latent_dim] -> images, the shape that D takes.
        discriminator: images -> logits, one for each image.
        one_logit: False for a D with a logit for each class.

    Raises:
        ValueError: for anything but two models whose shapes are known and fit each other, and for a
            D that ends in a probability.
    """
    _check_model(generator, "generator", "keras.Input((latent_dim,))")
    _check_model(discriminator, "discriminator", "keras.Input((28, 28, 1))")
    _check_shapes(generator, discriminator)
    _check_logits(discriminator, one_logit)
    if (ending := last_activation(generator)) in ("sigmoid", "relu", "softmax"):
        warnings.warn(
            f"the generator ends in {ending}, so no pixel is ever below 0, but black is -1 here. "
            "End it in tanh, or add keras.layers.Rescaling(2, -1) after a sigmoid",
            stacklevel=3,
        )


def _check_model(model, role, first_layer):
    if not isinstance(model, keras.Model):
        raise ValueError(f"the {role} is a {type(model).__name__}: expected a keras.Model")
    shape = getattr(model, "input_shape", None) if model.built and model.layers else None
    try:
        known = shape is not None and isinstance(shape, tuple) and bool(model.output_shape)
    except (AttributeError, ValueError):
        known = False
    n_inputs = len(getattr(model, "inputs", None) or ())
    if n_inputs > 1:
        raise ValueError(
            f"the {role} has {n_inputs} inputs: expected one, because labels are no input here. In "
            "a ConditionalGAN, G reads the class from z, as build_shuffle_generator(latent_dim, "
            "n_classes=10) does, and D returns a logit for each class"
        )
    if not known:
        raise ValueError(
            f"the {role} doesn't know its shapes: expected a model with one input and one output. "
            f"Give it {first_layer} as its first layer; build a subclass of keras.Model as "
            "keras.Model(inputs, outputs) instead"
        )


def _check_shapes(generator, discriminator):
    z, images = generator.input_shape[1:], generator.output_shape[1:]
    seen = discriminator.input_shape[1:]
    if len(z) == 3 and images == (1,):
        raise ValueError(
            f"the first network takes {_shape(z)} and returns {_shape(images)}, so it looks like "
            "the discriminator: expected GAN(generator, discriminator), in this order"
        )
    if len(z) != 1:
        raise ValueError(
            f"the generator takes {_shape(z)}: expected z, [B, latent_dim], such as [B, 100]. "
            "Begin it with keras.Input((100,))"
        )
    if images != seen:
        raise ValueError(
            f"the generator makes {_shape(images)}, but the discriminator takes {_shape(seen)}: "
            "expected the same shape on both sides, usually [B, 28, 28, 1]. For flat pixels, end "
            "the generator or begin the discriminator with a Reshape layer"
        )


def _check_logits(discriminator, one_logit):
    logits = discriminator.output_shape[1:]
    if len(logits) != 1 or (one_logit and logits != (1,)):
        wanted = "[B, 1], one logit for each image" if one_logit else "[B, n_classes]"
        raise ValueError(
            f"the discriminator returns {_shape(logits)}: expected {wanted}. End it with "
            f"keras.layers.Dense({1 if one_logit else 'n_classes'}), after Flatten if it is a map"
        )
    if (ending := last_activation(discriminator)) in ("sigmoid", "softmax", "tanh"):
        raise ValueError(
            f"the discriminator ends in a {ending}, but its loss takes logits, any real number; "
            f"with both, D hardly learns. Make its last layer Dense({logits[0]}) without an "
            "activation, and apply keras.ops.sigmoid where you want a probability"
        )


def _shape(shape):
    return f"[{', '.join(map(str, ('B', *shape)))}]"


def check_optimizers(d_optimizer, g_optimizer) -> tuple:
    """Return two Keras optimizers, D's and G's: Adam(2e-4, beta_1=0.5) for each that is None.

    Args:
        d_optimizer, g_optimizer: optimizers, or names such as "adam", which have Keras's defaults.

    Raises:
        ValueError: for one optimizer in both places, and for anything else.
    """
    found = []
    for role, optimizer in (("d_optimizer", d_optimizer), ("g_optimizer", g_optimizer)):
        if optimizer is None:
            optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
        try:
            found.append(keras.optimizers.get(optimizer))
        except (ValueError, TypeError):
            raise ValueError(
                f"{role}={optimizer!r}: expected a Keras optimizer or the name of one, such as "
                "keras.optimizers.Adam(2e-4, beta_1=0.5) or 'adam'"
            ) from None
    if found[0] is found[1]:
        raise ValueError(
            "D and G were given the same optimizer, but each needs one of its own: an optimizer "
            "keeps averages of the gradients of one network. Make two: call "
            "keras.optimizers.Adam(2e-4, beta_1=0.5) once for each"
        )
    return tuple(found)


def check_moving(generator, discriminator) -> None:
    """Raise ValueError for a network that is frozen as a whole, which would never learn."""
    for role, network in (("generator", generator), ("discriminator", discriminator)):
        if network.weights and not network.trainable_variables:
            raise ValueError(
                f"the {role} is frozen (trainable = False), so it would never learn. A GAN needs "
                "no frozen network, because each optimizer changes only its own. Set "
                f"{role}.trainable = True, and compile again with new optimizers"
            )


COMPILE = ("d_optimizer", "g_optimizer", "loss", "jit_compile", "steps_per_execution")
NO_LOSS = "give loss='bce' or loss='hinge'"
NO_METRICS = "the logs hold the losses and D's accuracies; for the samples use callbacks.Measure"
NO_COMPILE = {
    "optimizer": "a GAN has two optimizers: give d_optimizer and g_optimizer",
    **dict.fromkeys(("loss_fn", "d_loss_fn", "g_loss_fn"), NO_LOSS),
    "loss_weights": "each network has a loss of its own, so there is nothing to weigh",
    **dict.fromkeys(("metrics", "weighted_metrics"), NO_METRICS),
    **dict.fromkeys(("lr", "learning_rate"), "give each optimizer its own learning rate"),
}
NO_SETTINGS = {
    "latent_dim": "it is read from the generator's input. Leave it out",
    "n_classes": "it is read from the discriminator's output. Leave it out",
    "label_smoothing": "the losses are compile(loss='bce') and 'hinge', without smoothing",
}


def check_compile_options(options) -> None:
    """Raise ValueError for arguments of `compile` that mean nothing to a GAN."""
    check_arguments(options, (*COMPILE, "run_eagerly"), NO_COMPILE, "compile")


def check_settings(options, known) -> None:
    """Raise ValueError for arguments of a GAN's constructor that it doesn't have."""
    check_arguments(options, ("generator", "discriminator", *known), NO_SETTINGS, "GAN")
