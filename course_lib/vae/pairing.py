"""Do class names, encoder and decoder of a VAE fit each other? Checked before any training."""

import contextlib
from collections.abc import Iterable

import keras

from course_lib.training import settings
from course_lib.training.habits import check_arguments

PARTS = ("logits", "z_mean", "z_log_var")
COMPILE = ("optimizer", "jit_compile", "steps_per_execution", "run_eagerly", "auto_scale_loss")
NO_METRICS = "the logs hold the three parts of the loss and class_accuracy"
NO_COMPILE = {
    "loss": "a VAE's loss is part of its step. Weigh its parts with kl_weight and class_weight",
    "loss_weights": "weigh the parts of the loss with VAE(..., kl_weight=..., class_weight=...)",
    **dict.fromkeys(("metrics", "weighted_metrics"), NO_METRICS),
    **dict.fromkeys(("lr", "learning_rate"), "give the optimizer its learning rate"),
}
NO_SETTINGS = {
    "latent_dim": "give networks.build_vae_encoder and build_vae_decoder their latent_dim",
    **dict.fromkeys(("beta", "kl_loss_factor"), "a VAE calls it kl_weight"),
}


def check_compile_options(options) -> None:
    """Raise ValueError for arguments of `compile` that mean nothing to a VAE."""
    check_arguments(options, COMPILE, NO_COMPILE, "compile")


def check_options(options) -> None:
    """Raise ValueError for arguments of the constructor that a VAE doesn't have."""
    check_arguments(options, ("name", "dtype", "trainable"), NO_SETTINGS, "VAE")


def check_settings(
    kl_weight, class_weight, writing_weight, *, distort_one_in, drafts, seed
) -> None:
    """Raise ValueError for settings of a VAE that aren't numbers in their range."""
    settings.check_number("kl_weight", kl_weight)
    settings.check_number("class_weight", class_weight)
    settings.check_number("writing_weight", writing_weight)
    settings.check_whole("distort_one_in", distort_one_in, least=0)
    settings.check_whole("drafts", drafts)
    settings.check_seed(seed)


def check_optimizer(optimizer) -> keras.optimizers.Optimizer:
    """Return a Keras optimizer, made from its name if need be.

    Raises:
        ValueError: for anything else.
    """
    with contextlib.suppress(ValueError, TypeError):
        if found := keras.optimizers.get(optimizer):
            return found
    raise ValueError(
        f"optimizer={optimizer!r}: expected a Keras optimizer or the name of one, such as "
        "keras.optimizers.Adam(1e-3) or 'adam'"
    )


def check_names(class_names) -> tuple[str, ...]:
    """Return class names as a tuple.

    Raises:
        ValueError: unless they are different strings, in a string or a sequence.
    """
    names = tuple(class_names) if isinstance(class_names, Iterable) else ()
    fit = all(isinstance(name, str) for name in names) and not isinstance(class_names, (set, dict))
    if not names or not fit:
        raise ValueError(
            f"class_names is {class_names!r}: expected the characters in the order of their "
            "labels, such as '0123456789' or ['A', 'B']"
        )
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(
            f"class_names has {', '.join(map(repr, twice))} more than once: expected a different "
            "name for each class. Give both classes one label"
        )
    return names


def check_parts(class_names, encoder, decoder) -> None:
    """Raise ValueError, with the fix, unless the two networks work together.

    Args:
        class_names: a tuple of names.
        encoder: images -> a dict of "logits" [B, classes], "z_mean" and "z_log_var"
            [B, latent_dim].
        decoder: a pair of classes [B, classes] and z [B, latent_dim] -> the logits of pixels.
    """
    for role, network in (("encoder", encoder), ("decoder", decoder)):
        if not isinstance(network, keras.Model):
            raise ValueError(
                f"the {role} is a {type(network).__name__}: expected a keras.Model, as "
                f"networks.build_vae_{role} builds it"
            )
    outputs = encoder.output
    if not isinstance(outputs, dict) or not set(PARTS) <= set(outputs):
        raise ValueError(
            "the encoder doesn't return logits, z_mean and z_log_var by name: expected "
            "keras.Model(images, {'logits': ..., 'z_mean': ..., 'z_log_var': ...}). The VAE draws "
            "z itself, so leave the sampling layer out"
        )
    inputs = decoder.inputs
    found = [tuple(part.shape[1:]) for part in inputs]
    n, latent_dim = len(class_names), outputs["z_mean"].shape[-1]
    if outputs["logits"].shape[-1] != n or found != [(n,), (latent_dim,)]:
        taken = " and ".join(f"[{', '.join(map(str, ('B', *shape)))}]" for shape in found)
        raise ValueError(
            f"there are {n} class names, the encoder returns logits for "
            f"{outputs['logits'].shape[-1]} classes and z [B, {latent_dim}], and the decoder takes "
            f"{taken}: expected a decoder that takes [B, {n}] and [B, {latent_dim}]. Build both "
            f"with networks.build_vae_encoder({n}, {latent_dim}) and "
            f"build_vae_decoder({n}, {latent_dim})"
        )
