"""Do class names, encoder and decoder of a VAE fit each other? Checked before any training."""

import keras

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


def check_compile_options(options) -> None:
    """Raise ValueError for arguments of `compile` that mean nothing to a VAE."""
    check_arguments(options, COMPILE, NO_COMPILE, "compile")


def check_names(class_names) -> tuple[str, ...]:
    """Return class names as a tuple.

    Raises:
        ValueError: unless they are strings, in a string or a sequence.
    """
    names = () if isinstance(class_names, (int, keras.Model)) else tuple(class_names)
    if not names or not all(isinstance(name, str) for name in names):
        raise ValueError(
            f"class_names is {class_names!r}: expected the characters in the order of their "
            "labels, such as '0123456789' or ['A', 'B']"
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
