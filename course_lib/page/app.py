"""The page that writes in your hand: `make page`, or `python -m course_lib page`.

Draw a few characters, type a text, and the style VAE writes it in their style; the tutorial *Hand
Writing Generation* ends in such a page. It is a Streamlit script, run anew from top to bottom
with each touch. It listens on this machine alone unless told otherwise, and asks no other one for
anything.
"""

import io
import os
import threading
import time
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import streamlit as st
from PIL import Image

from course_lib import pen, vae
from course_lib.data import datasets
from course_lib.training import model_cache
from course_lib.vae import paper

MODEL = "COURSE_STYLE_VAE"  # the environment variable that names another model's file
MOST = 5  # characters in a prompt
PAPER, BREADTH = 280, 22  # pixels of the paper and of its pen, ten to one of the network's
USUAL = pen.Style(slant=5.0, width=1.05, weight=2.4, wobble=0.8)
GALLERY = {
    "narrow": USUAL._replace(width=0.6),
    "wide": USUAL._replace(width=1.6),
    "light": USUAL._replace(weight=1.4),
    "bold": USUAL._replace(weight=4.0),
    "italic": USUAL._replace(slant=35.0),
    "backhand": USUAL._replace(slant=-25.0),
}
READ_IT = "read it"
ENDS = {
    "slant": ("leans left", "leans right"),
    "width": ("narrow", "wide"),
    "weight": ("light", "bold"),
}


class Sketch(NamedTuple):
    """A drawn character as the encoder sees it, uint8 [28, 28, 1], and the sheet it was drawn on."""

    image: np.ndarray
    sheet: int


def main():
    """The page from top to bottom."""
    st.set_page_config(page_title="Write in your hand", page_icon="✍️", layout="wide")
    st.title("Write in your hand")
    st.write(
        "Draw up to five characters. A network looks at their style and writes your text in it. "
        "What you draw and type goes only to the computer that serves this page."
    )
    model, directions = open_model()
    st.session_state.setdefault("kept", [])  # the Sketches that are done
    st.session_state.setdefault("sheet", 0)  # the number of the paper that lies there
    st.session_state.setdefault("sample", 0)  # 0 is the likeliest style, the others are drawn

    left, right = st.columns([2, 3], gap="large")
    with left:
        st.header("1 · Draw")
        sketches = draw()
        style = look(model, sketches)
        gallery(model)
    with right:
        st.header("2 · Write")
        names = "".join(model.class_names)
        known = "".join(c for c in "HELLO WORLD 2026" if c in names + " ").strip()
        text = st.text_input("Text", known or names[:10], 200)
        page = st.container()  # above the sliders that it depends on
        z = choose_z(model, style, directions)
        with page:
            write(model, text, z)


# --- The model -----------------------------------------------------------------------------------


def open_model():
    """(model, [(name of a direction, its z)]): loaded once for everybody; trained first if it must be."""
    path = Path(os.environ.get(MODEL) or model_cache.path(vae.kept_name()))
    if not path.exists():
        train(path)
    try:
        return load(str(path), path.stat().st_mtime)
    except Exception as error:  # damage comes in every kind
        st.error(f"{path} cannot be read as a style VAE: {error}")
        own = "Delete it, and the page trains a new one."
        st.write("Name another with `--model`." if os.environ.get(MODEL) else own)
        st.stop()


@st.cache_resource(show_spinner="Opening the model …")
def load(path, stamp):
    """The model of a file, warmed up, and its style directions; `stamp`: when it was written."""
    model = keras.models.load_model(path)
    if not isinstance(model, vae.VAE):
        raise ValueError("it is another model")
    known = drawable(model)
    if not known:
        return model, []
    drawn = datasets.load_handwriting(known, per_class=30, seed=2)
    labels = np.array([model.class_names.index(name) for name in known])[drawn.labels]
    traits = paper.measure(drawn.images / np.float32(127.5) - 1)
    spread = {trait: values.std() for trait, values in traits.items()}
    directions = name_directions(model, model.find_directions(drawn.images, labels), spread)
    model.infer_style(drawn.images[:1])  # so that the first drawing need not wait
    return model, directions


def drawable(model):
    """Those of the model's characters that the pen can draw."""
    return "".join(name for name in model.class_names if name in pen.CHARACTERS)


@st.cache_resource
def one_at_a_time():
    """A lock for the training: whoever asks second waits, and gets the first one's model."""
    return threading.Lock()


def name_directions(model, directions, spread):
    """[(name, z)]: each turned so that its main trait grows, and named after that trait.

    `spread`: the standard deviation of each trait over many hands, which makes them comparable.
    """
    everything = np.arange(len(model.class_names))
    named = []
    for number, z in enumerate(directions, 1):
        less, more = (paper.measure(model.decode(everything, sign * z)) for sign in (-2, 2))
        change = {
            trait: float((more[trait] - less[trait]).mean()) / spread[trait] for trait in spread
        }
        main_trait = max(change, key=lambda trait: abs(change[trait]))
        low, high = ENDS[main_trait]
        z = z if change[main_trait] > 0 else -z
        named.append((f"Direction {number}: {low} ↔ {high}", z))
    return named


def train(path):
    """Say that there is no model, and train one when asked to. Stops the page until there is."""
    state = st.session_state
    state.setdefault("train", False)
    if os.environ.get(MODEL):
        st.error(f"There is no file {path}. Correct `--model`, or leave it out.")
        st.stop()
    st.info(
        "No model is trained yet. It learns 36 characters from handwriting that the course draws "
        "itself: two to three minutes on two processor cores, once. Keep this page open meanwhile."
    )
    st.button("Train it now", on_click=state.update, args=({"train": True},), disabled=state.train)
    if not state.train:
        st.stop()
    state.train = False  # for the next time, if this one fails
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".try").touch()
        path.with_suffix(".try").unlink()
    except OSError as error:
        st.error(f"The model could not be kept ({error}). Set KERAS_HOME to a folder of yours.")
        st.stop()
    waiting = "Somebody else is training it: this page waits."
    drawing = "Drawing 36,000 characters …"
    bar, times = st.progress(0.0, waiting if one_at_a_time().locked() else drawing), []

    def show(step, logs):
        if step % 20:
            return
        times.append(time.monotonic())
        left = (times[-1] - times[0]) / max(step, 1) * (vae.STYLE_VAE.steps - step)
        words = f", about {left:.0f} seconds to go" if step else ""
        bar.progress(
            step / vae.STYLE_VAE.steps, f"{step:,} of {vae.STYLE_VAE.steps:,} steps{words}"
        )

    with one_at_a_time():
        vae.load_vae(callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=show)])
    if not path.exists():
        st.error(f"The model could not be kept as {path}: is the disk full?")
        st.stop()
    st.rerun()


# --- 1 · Draw ------------------------------------------------------------------------------------


def draw():
    """The paper, and the breadth of the pen below it. Returns the Sketches."""
    place = st.container()
    breadth = st.slider("Breadth of the pen", 12, 44, BREADTH, key="breadth")
    with place:
        return lay_paper(breadth)


def lay_paper(breadth):
    """The paper and its buttons. Returns the Sketches, the one on the paper last."""
    from streamlit_drawable_canvas import st_canvas  # only inside a running page can it be imported

    state = st.session_state
    if len(state.kept) >= MOST:
        st.info(f"{MOST} characters are enough. Remove one below to draw another.")
        st.button("Start again", on_click=start_again)
        return list(state.kept)
    st.write("One character, large:")
    canvas = st_canvas(
        stroke_width=breadth,
        stroke_color="#000000",
        background_color="#ffffff",
        width=PAPER,
        height=PAPER,
        return_image_data=True,
        key=f"paper {state.sheet}",
    )
    now = take(canvas.image_data)
    if state.pop("next", False) and now:  # after the last stroke has come in
        keep(now)
        st.rerun()
    with st.container(horizontal=True):
        following = {"next": True}
        st.button("Next character", on_click=state.update, args=(following,), disabled=now is None)
        st.button("Clear the paper", on_click=turn_page, disabled=now is None)
        st.button("Start again", on_click=start_again, disabled=not state.kept)
    return [*state.kept, *([now] if now else [])]


def take(rgba):
    """The `Sketch` on the paper, of its pixels uint8 [H, W, 4]; None while it is blank."""
    if rgba is None:
        return None
    try:
        image = paper.fit(255 - np.asarray(Image.fromarray(rgba).convert("L")))
    except ValueError:  # no ink yet
        return None
    return Sketch(image, st.session_state.sheet)


def keep(sketch):
    """Lay the sketch aside and take a new sheet."""
    st.session_state.kept.append(sketch)
    turn_page()


def remove(sketch):
    """Throw a sketch away; of the one on the paper, the paper."""
    st.session_state.kept = [other for other in st.session_state.kept if other is not sketch]
    if sketch.sheet == st.session_state.sheet:
        turn_page()


def turn_page():
    """A new sheet: the strokes of the old one are gone with its number. The likeliest style again."""
    st.session_state.sheet += 1
    st.session_state.sample = 0


def start_again():
    """No drawings, and a new sheet."""
    st.session_state.kept = []
    turn_page()


def use(characters, style):
    """Characters drawn by the pen, in place of the user's own."""
    start_again()
    for character, image in zip(characters, pen.draw(characters, style, rng=3)):
        st.session_state[f"shows {st.session_state.sheet}"] = character
        keep(Sketch(image, st.session_state.sheet))


def gallery(model):
    """The ready styles, each a picture with a button below."""
    names = drawable(model)
    characters = "AKR" if set("AKR") <= set(names) else names[:3]
    if not characters:
        return
    with st.expander("Or take a ready style"), st.container(horizontal=True):
        for name, style in GALLERY.items():
            with st.container(width=125):
                drawn = pen.draw(characters, style, rng=3) / np.float32(127.5) - 1
                picture = paper.typeset(drawn)
                st.image(picture, width=picture.shape[1] // 2)
                st.button(f"Take {name}", on_click=use, args=(characters, style))


def look(model, sketches):
    """Show what the encoder sees and reads, with a choice to correct it. Returns their `vae.Style`."""
    if not sketches:
        st.caption("Nothing is drawn yet: what it writes starts from the plainest style it knows.")
        return model.infer_style(np.zeros((0, 28, 28, 1), "uint8"))
    images, names = np.stack([sketch.image for sketch in sketches]), list(model.class_names)
    told = [st.session_state.get(f"shows {sketch.sheet}", READ_IT) for sketch in sketches]
    style = model.infer_style(images)
    if set(told) != {READ_IT}:
        labels = [
            k if name == READ_IT else names.index(name) for k, name in zip(style.labels, told)
        ]
        style = model.infer_style(images, labels)
    st.write("**What the network sees**, cut to 28 × 28 pixels, and what it reads:")
    with st.container(horizontal=True):
        read = zip(sketches, told, style.labels, style.confidences)
        for number, (sketch, name, label, sure) in enumerate(read, 1):
            sure = f"({sure:.0%} sure)" if name == READ_IT else "as you say"
            with st.container(width=98):
                st.image(np.kron(255 - sketch.image[..., 0], np.ones((6, 6), "uint8")), width=84)
                st.write(f"**{names[label]}** {sure}")
                shows = f"No. {number} shows"
                st.selectbox(shows, [READ_IT, *names], key=f"shows {sketch.sheet}")
                key = f"remove {sketch.sheet}"
                st.button(f"Remove {number}", on_click=remove, args=(sketch,), key=key)
    return style


# --- 2 · Write -----------------------------------------------------------------------------------


def choose_z(model, style, directions):
    """The z to write with, [latent_dim]: the style's own, followed as far and bent as asked."""
    follow = st.slider("How far to follow the drawings", 0, 150, 100, format="%d%%") / 100
    with st.expander("Bend the style"):
        if not directions:
            st.write("None is known: the pen draws none of this model's characters.")
        steps = [st.slider(name, -3.0, 3.0, 0.0, 0.5) for name, _ in directions]
    with st.container(horizontal=True):
        if st.button("Another sample", help="Another style that the drawings allow"):
            st.session_state.sample += 1
        if st.button("The likeliest style", disabled=not st.session_state.sample):
            st.session_state.sample = 0
    sample = st.session_state.sample
    z = model.sample_style(style, seed=sample)[0] if sample else style.z_mean
    bend = np.zeros(model.latent_dim)
    for step, (_, direction) in zip(steps, directions):
        bend = bend + step * direction
    return (follow * z + bend).astype("float32")


def write(model, text, z):
    """Show the text as written with z, and offer it as a PNG."""
    names = set(model.class_names)
    text = "".join(c if c in names else c.upper() for c in text)
    if unknown := sorted(set(text) - names - {" "}):
        st.warning(f"Not written: {' '.join(unknown)} · it knows {''.join(model.class_names)}")
    text = "".join(c for c in text if c in names | {" "})
    if not text.strip():
        st.info("Type a text of characters that it knows.")
        return
    picture = paper.typeset(model.write(text, z))
    st.image(picture, caption=f"“{text}”, written by the network")
    png = io.BytesIO()
    Image.fromarray(picture).save(png, "PNG")
    st.download_button("Download the picture", png.getvalue(), "handwriting.png", "image/png")


if __name__ == "__main__":
    main()
