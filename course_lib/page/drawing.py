"""The left half of the page: the paper to draw on, the sketches, and the ready-made styles."""

from typing import NamedTuple

import numpy as np
import streamlit as st
from PIL import Image

from course_lib import pen, vae
from course_lib.page.model import drawable_characters
from course_lib.vae import paper

MOST = 5  # sketches
PAPER, PEN_WIDTH = 280, 22  # pixels; the network's own images are a tenth as large
AS_READ = "as read"  # the choice that leaves it to the network which character a sketch shows


class Sketch(NamedTuple):
    """A drawn character.

    `image`: uint8 [28, 28, 1], as the encoder sees it. `sheet`: the number of the sheet of paper
    that it was drawn on.
    """

    image: np.ndarray
    sheet: int


# --- The paper -----------------------------------------------------------------------------------


def show_paper() -> list[Sketch]:
    """Show the paper and the width of its pen, and return all sketches, the newest last."""
    above = st.container()  # the paper stands above the slider that it depends on
    pen_width = st.slider("Pen width", 12, 44, PEN_WIDTH, key="pen width")
    with above:
        return _show_canvas(pen_width)


def _show_canvas(pen_width):
    """Show the canvas and its buttons, and return all sketches, the newest last."""
    from streamlit_drawable_canvas import st_canvas  # can only be imported inside a running page

    state = st.session_state
    if len(state.kept) >= MOST:
        st.info(f"You have drawn {MOST} characters, the maximum. Remove one below to draw another.")
        st.button("Start over", on_click=start_over)
        return list(state.kept)
    st.write("Draw one large character:")
    canvas = st_canvas(
        stroke_width=pen_width,
        stroke_color="#000000",
        background_color="#ffffff",
        width=PAPER,
        height=PAPER,
        return_image_data=True,
        key=f"paper {state.sheet}",
    )
    current = read_sketch(canvas.image_data)
    if state.pop("next", False) and current:  # only now has the last stroke arrived
        keep(current)
        st.rerun()
    _show_buttons(current)
    return [*state.kept, *([current] if current else [])]


def _show_buttons(current):
    """Show the buttons below the paper; `current`: the `Sketch` on it, None if it is blank."""
    state, blank, asked = st.session_state, current is None, {"next": True}
    with st.container(horizontal=True):
        st.button("Next character", on_click=state.update, args=(asked,), disabled=blank)
        st.button("Clear the paper", on_click=take_new_sheet, disabled=blank)
        st.button("Start over", on_click=start_over, disabled=not state.kept)


def read_sketch(rgba) -> Sketch | None:
    """Return the `Sketch` on the paper.

    Args:
        rgba: the pixels of the paper, uint8 [H, W, 4], black ink on white; None before it is shown.

    Returns:
        None while the paper is blank.
    """
    if rgba is None:
        return None
    try:
        image = paper.fit(255 - np.asarray(Image.fromarray(rgba).convert("L")))
    except ValueError:  # no ink yet
        return None
    return Sketch(image, st.session_state.sheet)


def keep(sketch) -> None:
    """Keep a sketch, and take a new sheet of paper."""
    st.session_state.kept.append(sketch)
    take_new_sheet()


def remove(sketch) -> None:
    """Throw a sketch away, and the sheet too if the sketch is still on the paper."""
    st.session_state.kept = [other for other in st.session_state.kept if other is not sketch]
    if sketch.sheet == st.session_state.sheet:
        take_new_sheet()


def take_new_sheet() -> None:
    """Take a blank sheet of paper."""
    st.session_state.sheet += 1  # the canvas keeps its strokes under the old number


def start_over() -> None:
    """Throw all sketches away, and take a new sheet."""
    st.session_state.kept = []
    take_new_sheet()


# --- What the network sees -----------------------------------------------------------------------


def show_sketches(model, sketches) -> vae.StylePosterior:
    """Show what the encoder sees and reads in the sketches, and let the user correct it.

    Args:
        model: the `VAE`.
        sketches: the `Sketch` list of `show_paper`.

    Returns:
        The style of the sketches.
    """
    if not sketches:
        st.caption("You haven't drawn anything yet, so the network writes in its default style.")
        return model.infer_style(np.zeros((0, 28, 28, 1), "uint8"))
    chosen = [st.session_state.get(_choice_key(sketch), AS_READ) for sketch in sketches]
    style = _infer_style(model, sketches, chosen)
    st.write("**What the network sees**, at 28 × 28 pixels, and which character it reads:")
    with st.container(horizontal=True):
        rows = zip(sketches, chosen, style.labels, style.confidences)
        for number, (sketch, choice, label, confidence) in enumerate(rows, 1):
            certainty = f"({confidence:.0%} sure)" if choice == AS_READ else "(chosen)"
            words = f"**{model.class_names[label]}** {certainty}"
            _show_sketch(sketch, number, words, model.class_names)
    return style


def _choice_key(sketch):
    """Return the session's key for the character that the user says a sketch shows."""
    return f"shows {sketch.sheet}"


def _infer_style(model, sketches, chosen):
    """Return the `StylePosterior`, with the user's choices in place of what the encoder reads."""
    images = np.stack([sketch.image for sketch in sketches])
    style = model.infer_style(images)
    if set(chosen) == {AS_READ}:
        return style
    labels = [
        label if choice == AS_READ else model.class_names.index(choice)
        for label, choice in zip(style.labels, chosen)
    ]
    return model.infer_style(images, labels)


def _show_sketch(sketch, number, words, class_names):
    """Show one sketch, what is read in it, a choice to correct that, and a button to remove it."""
    with st.container(width=98):
        st.image(np.kron(255 - sketch.image[..., 0], np.ones((6, 6), "uint8")), width=84)
        st.write(words)
        st.selectbox(f"Drawing {number}", [AS_READ, *class_names], key=_choice_key(sketch))
        key = f"remove {sketch.sheet}"
        st.button(f"Remove {number}", on_click=remove, args=(sketch,), key=key)


# --- Ready-made styles ---------------------------------------------------------------------------


def show_gallery(model) -> None:
    """Show each of the pen's named styles as a picture, with a button that uses it."""
    names = drawable_characters(model)
    characters = "AKR" if set("AKR") <= set(names) else names[:3]
    if not characters:
        return
    with st.expander("Or use a ready-made style"), st.container(horizontal=True):
        for name, style in pen.NAMED_STYLES.items():
            with st.container(width=125):
                picture = paper.typeset(pen.draw(characters, style, rng=3))
                st.image(picture, width=picture.shape[1] // 2)
                st.button(f"Use {name}", on_click=use_style, args=(characters, style))


def use_style(characters, style) -> None:
    """Replace the user's sketches with characters that the pen draws in a `pen.Style`."""
    start_over()
    for character, image in zip(characters, pen.draw(characters, style, rng=3)):
        sketch = Sketch(image, st.session_state.sheet)
        st.session_state[_choice_key(sketch)] = character
        keep(sketch)
