"""Habits from other Keras models that would do nothing here: each gets a sentence first."""

import keras

from course_lib.training.settings import check_whole

DIVIDE = "Divide with //, as in len(images) // 64, or leave it out to take each batch once"
NO_VALIDATION = (
    "there is no validation loss here, because no loss says how good samples are. Measure them "
    "with metrics.Yardstick(dataset).report(samples), or in fit with the callback callbacks.Measure"
)
NO_WEIGHTS = (
    "{}=...: expected none, because every image counts the same here. To make a class count for "
    "more, repeat its images"
)
A_SCHEDULE = (
    "Give each a schedule, such as keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay("
    "2e-4, steps))"
)
ONE_OPTIMIZER = {  # callbacks that work on it, and what to do instead
    keras.callbacks.LearningRateScheduler: A_SCHEDULE,
    keras.callbacks.ReduceLROnPlateau: A_SCHEDULE,
    keras.callbacks.SwapEMAWeights: "Build the GAN with ema_momentum=0.995, and it samples so",
}


def check_weights(options) -> None:
    """Raise ValueError for weights of single images or classes among the options of a call."""
    for name in ("sample_weight", "class_weight"):
        if options.get(name) is not None:
            raise ValueError(NO_WEIGHTS.format(name))


def check_validation(options) -> None:
    """Remove Keras's two arguments for validation data from `options`.

    Raises:
        ValueError: if one of them is in use.
    """
    if options.pop("validation_data", None) is not None or options.pop("validation_split", 0):
        raise ValueError(NO_VALIDATION)


def check_counts(batch_size, steps_per_epoch, options) -> None:
    """Raise ValueError for numbers of images, steps or epochs that `fit` can't count with.

    Args:
        batch_size, steps_per_epoch: None, or whole numbers of 1 or more.
        options: the other arguments of `fit`; of these, `epochs` and `initial_epoch` are checked.
    """
    if batch_size is not None:
        check_whole("batch_size", batch_size)
    if steps_per_epoch is not None:
        check_whole("steps_per_epoch", steps_per_epoch, instead=DIVIDE)
    check_whole("epochs", options.get("epochs", 1), least=0)
    check_whole("initial_epoch", options.get("initial_epoch", 0), least=0)


def check_callbacks(callbacks, has_optimizer) -> None:
    """Check that each of Keras's callbacks finds what it works with.

    Args:
        callbacks: what `fit` was given: a list, one callback or None.
        has_optimizer: whether the model has one optimizer, as Keras's models do.

    Raises:
        ValueError: for anything that isn't a callback, for a callback that waits for a validation
            loss, and, if there isn't one optimizer, for a callback that changes it.
    """
    for callback in _listed(callbacks):
        if not isinstance(callback, keras.callbacks.Callback):
            hint = f". Write {callback.__name__}()" if isinstance(callback, type) else ""
            raise ValueError(f"callbacks has {callback!r}: expected Keras callbacks{hint}")
        name = type(callback).__name__
        is_saver = isinstance(callback, keras.callbacks.ModelCheckpoint)
        waits = callback.save_best_only if is_saver else True
        monitor = str(getattr(callback, "monitor", ""))
        if "{val_" in str(getattr(callback, "filepath", "")):
            raise ValueError(
                f"{callback.filepath!r} asks for a number that never comes: {NO_VALIDATION}. Name "
                "the file after {epoch}, or after a log of the training"
            )
        if waits and monitor.startswith("val_"):
            raise ValueError(
                f"{name} waits for {monitor!r}, which never comes: {NO_VALIDATION}. With "
                f"monitor=... {name} can watch a log of the training"
            )
        if waits and monitor == "loss" and not has_optimizer:
            raise ValueError(
                f"{name} waits for 'loss', but a GAN has two: expected monitor='g_loss' or "
                "'d_loss', with mode='min'. Neither says how good the samples are"
            )
        for kind, instead in ONE_OPTIMIZER.items():
            if isinstance(callback, kind) and not has_optimizer:
                raise ValueError(
                    f"{name} expects a model with one optimizer, but this one has two. {instead}"
                )


def _listed(callbacks):
    if callbacks is None:
        return []
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks.callbacks
    return callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]


def check_arguments(given, known, instead, call) -> None:
    """Raise ValueError, with what to do instead, for an argument that has no meaning here.

    Args:
        given: a dict of arguments by name; those that are None or empty pass.
        known: the names that pass.
        instead: by name, what to do in place of an argument that users often give.
        call: what was called, for the message, such as "compile".
    """
    for name, value in given.items():
        is_empty = value is None or (isinstance(value, (list, tuple)) and not value)
        if not is_empty and name not in known:
            advice = instead.get(name, f"expected only {', '.join(known)}")
            raise ValueError(f"{call} got {name}=...: {advice}")
