"""Models that are trained once and kept: in the folder `course_lib` of Keras's cache."""

import contextlib
import os

import keras

from course_lib.data import places


def path(name):
    """Where the model of this name is kept: below $KERAS_HOME, else below ~/.keras."""
    return places.keras_home() / "course_lib" / f"{name}.keras"


def load_or_train(name, what, train):
    """The keras.Model kept under `name`; where there is none, what `train()` returns, kept from now on.

    `what` is it, in words: which of the two was done is said, and if it could not be kept.
    """
    kept = path(name)
    if kept.exists():
        try:
            model = keras.models.load_model(kept)
            print(f"{what}, kept from an earlier run")
            return model
        except Exception as error:  # damage comes in every kind, and it can be trained again
            print(f"{kept} cannot be read ({error}): training {what} again")
    model = train()
    temporary = kept.with_name(f"{os.getpid()}-{kept.name}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        model.save(temporary)
        os.replace(temporary, kept)
    except OSError as error:
        print(f"{what} could not be kept ({error}): it is trained anew each time")
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return model
