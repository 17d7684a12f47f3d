"""The right half of the page: the text, the sliders that shape its style, and the writing."""

import io

import numpy as np
import streamlit as st
from PIL import Image

from course_lib import plots
from course_lib.vae import paper

SENTENCE, FULL_SET = "Sentence", "Full character set"
EXAMPLE = "HELLO WORLD 2026"
IN_A_ROW = 13  # characters of the full set: half the alphabet
RANDOMNESS = 50  # percent at the start: equal letters differ, and all stay readable


def choose_mode() -> str:
    """Let the user choose what to write: `SENTENCE` or `FULL_SET`."""
    modes = [SENTENCE, FULL_SET]
    return st.radio("What to write", modes, horizontal=True, label_visibility="collapsed")


def choose_text(model, mode) -> str:
    """Show the text field, filled with as much of `EXAMPLE` as the model can write.

    Args:
        model: the `VAE`. Characters that it doesn't know are left out and named in a warning; a
            small letter that it doesn't know becomes a capital.
        mode: as `choose_mode` returns it. The full set needs no text.

    Returns:
        What to write, made of the model's characters and spaces; "" if nothing is left.
    """
    names = "".join(model.class_names)
    known = "".join(c for c in EXAMPLE if c in names + " ").strip()
    typed = st.text_input("Text", known or names[:10], 200, disabled=mode == FULL_SET)
    if mode == FULL_SET:
        return _order_full_set(names)
    text = "".join(c if c in names else c.upper() for c in typed)
    if unknown := sorted(set(text) - {*names, " "}):
        st.warning(
            f"The network can't write these characters, so they are left out: {' '.join(unknown)} "
            f"· It can write {names}"
        )
    text = "".join(c for c in text if c in names + " ")
    if not text.strip():
        st.info("Type some text that the network can write.")
        return ""
    return text


def _order_full_set(names):
    """Return all characters, and behind the digits as many spaces as fill their last row."""
    digits = "".join(c for c in names if c.isdigit())
    return digits + " " * (-len(digits) % IN_A_ROW) + "".join(c for c in names if c not in digits)


def choose_z(model, style, directions, n) -> np.ndarray:
    """Show the sliders for the style, and return a z for each of n characters.

    Args:
        model: the `VAE`.
        style: the `StylePosterior` of the drawings.
        directions: [(name, z)], as `open_model` returns them.
        n: how many characters to write, spaces included.

    Returns:
        float32 [n, latent_dim].
    """
    left, right = st.columns(2)
    with left:
        strength = st.slider("Strength of your style", 0, 150, 100, format="%d%%") / 100
    with right:
        randomness = _choose_randomness()
    with st.expander("Adjust the style"):
        if not directions:
            st.write(
                "This model has no adjustments. They are found with characters that the course's "
                "pen draws, and the pen can't draw any of this model's characters."
            )
        steps = [st.slider(name, -3.0, 3.0, 0.0, 0.5) for name, _ in directions]
    z = model.sample_style(style, n, st.session_state.sample, randomness)
    shift = np.zeros(model.latent_dim)
    for step, (_, direction) in zip(steps, directions):
        shift = shift + step * direction
    return (strength * z + shift).astype("float32")


def _choose_randomness():
    """Show the slider and the button of the random differences, and return their size, 0 to 1."""
    percent = st.slider(
        "Randomness",
        0,
        100,
        RANDOMNESS,
        format="%d%%",
        help="How much the characters differ from the most likely style: at 0% not at all, at "
        "100% as much as your drawings leave open.",
    )
    if st.button("Another sample", help="Draw other random differences.", disabled=not percent):
        st.session_state.sample += 1
    return percent / 100


def show_writing(model, text, z, mode) -> None:
    """Show the text as the model writes it, and offer it as a PNG.

    Args:
        model: the `VAE`.
        text: as `choose_text` returns it.
        z: float32 [len(text), latent_dim], the style of each character.
        mode: as `choose_mode` returns it: text stands in lines, and the full set in a grid.
    """
    if not text:
        return
    images = model.write(text, z)
    if mode == FULL_SET:
        picture, words = _draw_grid(images), f"All {len(model.class_names)} characters"
    else:
        picture, words = paper.typeset(images), f"“{text}”"
    st.image(picture, caption=f"{words}, written by the network")
    png = io.BytesIO()
    Image.fromarray(picture).save(png, "PNG")
    st.download_button("Download the picture", png.getvalue(), "handwriting.png", "image/png")


def _draw_grid(images, zoom=3):
    """Return the characters in a grid, black on white, uint8 [height, width]."""
    page = plots.tile(images, IN_A_ROW, ink="black")
    picture = Image.fromarray((255 * page).round().astype("uint8"))
    size = picture.width * zoom, picture.height * zoom
    return np.asarray(picture.resize(size, Image.Resampling.LANCZOS))
