"""The right half of the page: the text, the sliders that shape its style, and the writing."""

import io

import numpy as np
import streamlit as st
from PIL import Image

from course_lib.vae import paper

EXAMPLE = "HELLO WORLD 2026"


def choose_text(model) -> str:
    """Show the text field, filled with as much of `EXAMPLE` as the model can write."""
    names = "".join(model.class_names)
    known = "".join(c for c in EXAMPLE if c in names + " ").strip()
    return st.text_input("Text", known or names[:10], 200)


def choose_z(model, style, directions) -> np.ndarray:
    """Show the sliders and buttons for the style, and return the z to write with.

    Args:
        model: the `VAE`.
        style: the `StylePosterior` of the drawings.
        directions: [(name, z)], as `open_model` returns them.

    Returns:
        float32 [latent_dim].
    """
    strength = st.slider("Strength of your style", 0, 150, 100, format="%d%%") / 100
    with st.expander("Adjust the style"):
        if not directions:
            st.write(
                "This model has no adjustments. They are found with characters that the course's "
                "pen draws, and the pen can't draw any of this model's characters."
            )
        steps = [st.slider(name, -3.0, 3.0, 0.0, 0.5) for name, _ in directions]
    z = _choose_sample(model, style)
    shift = np.zeros(model.latent_dim)
    for step, (_, direction) in zip(steps, directions):
        shift = shift + step * direction
    return (strength * z + shift).astype("float32")


def _choose_sample(model, style):
    """Return the most likely z of a style, or a random one once the user asks for it."""
    with st.container(horizontal=True):
        if st.button("Random variation", help="Pick another style that also fits your drawings."):
            st.session_state.sample += 1
        if st.button("Most likely style", disabled=not st.session_state.sample):
            st.session_state.sample = 0
    sample = st.session_state.sample
    return model.sample_style(style, seed=sample)[0] if sample else style.z_mean


def show_writing(model, text, z) -> None:
    """Show the text as the model writes it, and offer it as a PNG.

    Args:
        model: the `VAE`.
        text: what to write. Unknown characters are left out and named in a warning; a small letter
            that the model doesn't know becomes a capital.
        z: float32 [latent_dim], the style.
    """
    names = set(model.class_names)
    text = "".join(c if c in names else c.upper() for c in text)
    if unknown := sorted(set(text) - names - {" "}):
        st.warning(
            f"The network can't write these characters, so they are left out: {' '.join(unknown)} "
            f"· It can write {''.join(model.class_names)}"
        )
    text = "".join(c for c in text if c in names | {" "})
    if not text.strip():
        st.info("Type some text that the network can write.")
        return
    picture = paper.typeset(model.write(text, z))
    st.image(picture, caption=f"“{text}”, written by the network")
    png = io.BytesIO()
    Image.fromarray(picture).save(png, "PNG")
    st.download_button("Download the picture", png.getvalue(), "handwriting.png", "image/png")
