"""Models that are trained once and kept, in the folder `course_lib` of Keras's cache."""

import contextlib
import os
from pathlib import Path

import keras

from course_lib.data import places


def path(name) -> Path:
    """Return where the model of this name is kept: under $KERAS_HOME if set, else ~/.keras."""
    return places.keras_home() / "course_lib" / f"{name}.keras"


def load_or_train(name, title, train) -> keras.Model:
    """Load the model kept under `name`; if there is none, train it and keep it.

    Prints which of the two happened, and whether a file was damaged or the model couldn't be kept.

    Args:
        name: the name of its file, without folder and ending.
        title: what it is, for the messages, such as "the classifier of 10 classes".
        train: a function without arguments that returns the trained model.
    """
    kept = path(name)
    if kept.exists():
        try:
            model = keras.models.load_model(kept)
            print(f"{title}, kept from an earlier run")
            return model
        except Exception as error:  # any kind of damage: the model can be trained again
            print(f"{kept} cannot be read ({error}): training {title} again")
    model = train()
    temporary = kept.with_name(f"{os.getpid()}-{kept.name}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        model.save(temporary)
        os.replace(temporary, kept)
    except OSError as error:
        print(f"{title} could not be kept ({error}): the next run will train it again")
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return model
