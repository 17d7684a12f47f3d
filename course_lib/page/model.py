"""The model behind the page: find its file, load it or train it, and name its style directions."""

import os
import threading
import time
from pathlib import Path

import keras
import numpy as np
import streamlit as st

from course_lib import pen, vae
from course_lib.data import datasets
from course_lib.training import model_cache
from course_lib.vae import paper

VARIABLE = "COURSE_STYLE_VAE"  # the environment variable that names another model's file
ENDS = {  # the two ends of a slider that changes this trait
    "slant": ("leans left", "leans right"),
    "width": ("narrow", "wide"),
    "weight": ("light", "bold"),
}


def open_model() -> tuple[vae.VAE, list[tuple[str, np.ndarray]]]:
    """Return the model and its style directions; train the model first if there is none.

    Without a usable model, a message says what to do, and the page ends there.

    Returns:
        (model, [(name of a direction, its z as float32 [latent_dim])]).
    """
    chosen = os.environ.get(VARIABLE)
    path = Path(chosen or model_cache.path(vae.kept_name()))
    if not path.exists() and chosen:
        st.error(
            f"The file {path} doesn't exist. Correct `--model`, or leave it out to use the "
            "course's own model."
        )
        st.stop()
    if not path.exists():
        offer_training(path)
    try:
        return load_model(str(path), path.stat().st_mtime)
    except Exception as error:  # a damaged file can raise anything
        st.error(f"The file {path} can't be loaded as a style VAE: {error}")
        own = "Delete the file, and the page will train a new model."
        st.write("Choose another file with `--model`." if chosen else own)
        st.stop()


@st.cache_resource(show_spinner="Loading the model …")
def load_model(path, modified) -> tuple[vae.VAE, list[tuple[str, np.ndarray]]]:
    """Load a model once for all visitors, find its directions, and warm it up.

    Args:
        path: the .keras file, as a string.
        modified: when the file was written. A newer file is loaded again.

    Returns:
        As `open_model`.
    """
    model = keras.models.load_model(path)
    if not isinstance(model, vae.VAE):
        raise ValueError(f"it holds a {type(model).__name__}, not a VAE")
    known = drawable_characters(model)
    if not known:
        return model, []
    drawn = datasets.load_handwriting(known, per_class=30, seed=2)
    labels = np.array([model.class_names.index(name) for name in known])[drawn.labels]
    spread = {trait: values.std() for trait, values in paper.measure(drawn.images).items()}
    directions = name_directions(model, model.find_directions(drawn.images, labels), spread)
    model.infer_style(drawn.images[:1])  # warm-up: the first drawing doesn't have to wait
    return model, directions


def drawable_characters(model) -> str:
    """Return those of the model's characters that the pen can draw."""
    return "".join(name for name in model.class_names if name in pen.CHARACTERS)


def name_directions(model, directions, spread) -> list[tuple[str, np.ndarray]]:
    """Name each direction after the trait it changes most, and flip it if that trait shrinks.

    Args:
        model: the `VAE`.
        directions: [n, latent_dim], as `VAE.find_directions` returns them.
        spread: the standard deviation of each trait over many hands. It makes traits with
            different units comparable.

    Returns:
        [(name, z)], one for each direction.
    """
    all_labels = np.arange(len(model.class_names))
    named = []
    for number, z in enumerate(directions, 1):
        less, more = (paper.measure(model.decode(all_labels, step * z)) for step in (-2, 2))
        change = {
            trait: float((more[trait] - less[trait]).mean()) / spread[trait] for trait in spread
        }
        main_trait = max(change, key=lambda trait: abs(change[trait]))
        low, high = ENDS[main_trait]
        z = z if change[main_trait] > 0 else -z
        named.append((f"Direction {number}: {low} ↔ {high}", z))
    return named


# --- Training it the first time ------------------------------------------------------------------


def offer_training(path) -> None:
    """Say that there is no model yet, and train one when the user clicks the button.

    Args:
        path: where the model will be saved. The page restarts once it has been saved.
    """
    state = st.session_state
    state.setdefault("train", False)
    st.info(
        "There is no trained model yet. It will learn 36 characters from handwriting that the "
        "course draws itself. This takes one to three minutes on two processor cores, and only "
        "happens once. Keep this page open until it has finished."
    )
    asked = {"train": True}
    st.button("Train the model", on_click=state.update, args=(asked,), disabled=state.train)
    if not state.train:
        st.stop()
    state.train = False  # offers the training again if this one fails
    _check_that_it_can_be_saved(path)
    _train_model()
    if not path.exists():
        st.error(
            f"The model was trained, but it couldn't be saved as {path}. Check that the disk "
            "isn't full, and train it again."
        )
        st.stop()
    st.rerun()


def _check_that_it_can_be_saved(path):
    """Stop the page with a message if a model can't be saved there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".try").touch()
        path.with_suffix(".try").unlink()
    except OSError as error:
        st.error(
            f"A trained model couldn't be saved ({error}). Set KERAS_HOME to a folder that you "
            "can write to, and start the page again."
        )
        st.stop()


def _train_model():
    """Train and save the course's own model, or wait for a visitor who is doing that already."""
    waiting = "Someone else is training the model already, and this page waits for it …"
    drawing = "Drawing the characters to learn from …"
    bar = st.progress(0.0, waiting if _training_lock().locked() else drawing)
    with _training_lock():
        vae.load_vae(callbacks=[_TrainingProgress(bar)])


@st.cache_resource
def _training_lock():
    """Return the lock that lets one visitor train while the others wait for that model."""
    return threading.Lock()


class _TrainingProgress(keras.callbacks.Callback):
    """Show the progress of the training on a Streamlit progress bar, every 20 steps."""

    def __init__(self, bar):
        super().__init__()
        self.bar = bar
        self.started = None  # after the first step, which also compiles

    def on_train_batch_end(self, step, logs=None) -> None:
        if step % 20:
            return
        now, total = time.monotonic(), vae.STYLE_VAE.steps
        self.started = self.started or now
        text = f"{step:,} of {total:,} steps"
        if step:
            seconds_left = (now - self.started) / step * (total - step)
            text += f", about {seconds_left:.0f} seconds left"
        self.bar.progress(step / total, text)
