"""The page that writes in your handwriting: `make page`, or `python -m course_lib page`.

Draw a few characters, type a text, and the style VAE writes the text in your style, as on the page
that ends the tutorial *Hand Writing Generation*. Streamlit runs this script from top to bottom
after every click. By default only this machine can open the page, and the page makes no requests
to other machines.
"""

import streamlit as st

from course_lib.page.drawing import show_gallery, show_paper, show_sketches
from course_lib.page.model import open_model
from course_lib.page.writing import choose_mode, choose_text, choose_z, show_writing


def main() -> None:
    """Show the page from top to bottom."""
    st.set_page_config(page_title="Write in your handwriting", page_icon="✍️", layout="wide")
    st.title("Write in your handwriting")
    st.write(
        "Draw up to five characters. A network picks up their style and writes your text in it. "
        "Your drawings and your text are sent only to the computer that serves this page."
    )
    model, directions = open_model()
    st.session_state.setdefault("kept", [])  # the finished sketches
    st.session_state.setdefault("sheet", 0)  # the number of the sheet of paper on the page
    st.session_state.setdefault("sample", 0)  # the seed of the random differences

    left, right = st.columns([2, 3], gap="large")
    with left:
        st.header("1 · Draw")
        sketches = show_paper()
        style = show_sketches(model, sketches)
        show_gallery(model)
    with right:
        st.header("2 · Write")
        mode = choose_mode()
        text = choose_text(model, mode)
        above = st.container()  # the writing stands above the sliders that shape it
        z = choose_z(model, style, directions, len(text))
        with above:
            show_writing(model, text, z, mode)


if __name__ == "__main__":
    main()
