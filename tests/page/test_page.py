"""What the page does, with Streamlit's own test runner; `test_in_browser.py` opens it for real."""

import sys
import types

import keras
import numpy as np
import pytest
from PIL import Image, ImageDraw

pytest.importorskip("streamlit", reason="needs the extra `page`, and Python 3.11")
from streamlit.testing.v1 import AppTest

from course_lib import pen, vae
from course_lib.data import datasets
from course_lib.page import app
from course_lib.page.model import VARIABLE
from course_lib.page.writing import RANDOMNESS
from course_lib.training import model_cache
from course_lib.vae import paper

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letter(shift=0):
    """Return an A on the page's paper, uint8 [280, 280, 4], black on white."""
    sheet = Image.new("RGBA", (280, 280), "white")
    lines = ImageDraw.Draw(sheet)
    lines.line([(60 + shift, 240), (140, 40), (210, 240)], "black", 22)
    lines.line([(90, 160), (180, 160)], "black", 22)
    return np.asarray(sheet)


def open_page():
    """Run the page's script once."""
    return AppTest.from_file(app.__file__, default_timeout=60).run()


@pytest.fixture
def page(trained, monkeypatch):
    """The page with a model, at randomness 0: every character has the most likely style.

    `page.sheets` holds what is drawn on which sheet, and `page.written` the (text, z) that the
    model was asked to write last.
    """
    monkeypatch.setenv(VARIABLE, str(trained))
    sheets, written = {}, []
    write = vae.VAE.write

    def st_canvas(*, key, **options):
        return types.SimpleNamespace(image_data=sheets.get(int(key.split()[-1])))

    def spy(model, text, z=None):
        written[:] = [text, z]
        return write(model, text, z)

    canvas = types.ModuleType("streamlit_drawable_canvas")
    canvas.st_canvas = st_canvas
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", canvas)
    monkeypatch.setattr(vae.VAE, "write", spy)
    page = open_page()
    page.sheets, page.written = sheets, written
    slider(page, "Randomness").set_value(0).run()
    return page


def press(page, words):
    return next(button for button in page.button if button.label == words).click().run()


def slider(page, start):
    return next(slider for slider in page.slider if slider.label.startswith(start))


def said(page):
    return " ".join(element.value for element in [*page.markdown, *page.caption, *page.info])


def test_with_nothing_drawn_it_writes_in_the_default_style(page):
    assert not page.exception
    text, z = page.written
    assert text == "HELLO WORLD 2026" and not z.any()
    assert "default style" in said(page)
    assert page.get("download_button")


def test_a_drawing_is_seen_and_read_and_followed(page, trained):
    page.sheets[0] = letter()
    page.run()
    assert not page.exception
    model = keras.models.load_model(trained)
    image = paper.fit(255 - letter()[..., 0])[None]
    style = model.infer_style(image)
    assert np.allclose(page.written[1], style.z_mean, atol=1e-5)
    name = model.class_names[style.labels[0]]
    assert f"**{name}** ({style.confidences[0]:.0%} sure)" in said(page)

    page.selectbox[0].select("W").run()  # the user corrects it
    assert "**W** (chosen)" in said(page)
    told = model.infer_style(image, [model.class_names.index("W")])
    assert np.allclose(page.written[1], told.z_mean, atol=1e-5)
    assert np.abs(told.z_mean - style.z_mean).max() > 0.01

    page.slider(key="pen width").set_value(30)
    slider(page, "Strength").set_value(0).run()
    assert not page.written[1].any()
    slider(page, "Strength").set_value(50).run()
    assert np.allclose(page.written[1], told.z_mean / 2, atol=1e-5)


def test_up_to_five_characters_and_any_can_be_removed(page, trained):
    for sheet in range(5):
        page.sheets[sheet] = letter(4 * sheet)
        page.run()
        press(page, "Next character")
    assert len(page.selectbox) == 5 and "You have drawn 5 characters, the maximum" in said(page)
    model = keras.models.load_model(trained)
    images = np.stack([paper.fit(255 - letter(4 * sheet)[..., 0]) for sheet in range(5)])
    assert np.allclose(page.written[1], model.infer_style(images).z_mean, atol=1e-4)

    page.button(key="remove 2").click().run()
    assert len(page.selectbox) == 4
    rest = images[[0, 1, 3, 4]]
    assert np.allclose(page.written[1], model.infer_style(rest).z_mean, atol=1e-4)
    press(page, "Start over")
    assert not page.selectbox and not page.written[1].any()


def test_the_paper_can_be_cleared(page):
    page.sheets[0] = letter()
    page.run()
    assert page.selectbox
    press(page, "Clear the paper")
    assert not page.selectbox and not page.written[1].any()


def test_a_ready_made_style_and_random_samples_of_it(page, trained):
    press(page, "Use bold")
    model = keras.models.load_model(trained)
    labels = [model.class_names.index(name) for name in "AKR"]
    style = model.infer_style(pen.draw("AKR", pen.NAMED_STYLES["bold"], rng=3), labels)
    assert np.allclose(page.written[1], style.z_mean, atol=1e-5)
    slider(page, "Randomness").set_value(80).run()
    n = len(page.written[0])
    first, second = (model.sample_style(style, n, seed, 0.8) for seed in (0, 1))
    assert np.allclose(page.written[1], first, atol=1e-5)
    press(page, "Another sample")
    assert np.allclose(page.written[1], second, atol=1e-5)
    assert np.std(second, axis=0).min() > 0, "each character has a z of its own"


def test_at_first_equal_letters_differ(trained, page):
    page = open_page()
    model = keras.models.load_model(trained)
    text = page.text_input[0].value
    nothing_drawn = model.infer_style(np.zeros((0, 28, 28, 1), "uint8"))
    z = model.sample_style(nothing_drawn, len(text), 0, RANDOMNESS / 100)
    assert 0 < RANDOMNESS <= 100 and text.count("L") == 3
    images = model.write(text, z)[[i for i, character in enumerate(text) if character == "L"]]
    assert np.abs(images[0] - images[1:]).max(axis=(1, 2, 3)).min() > 0.1


def test_the_full_character_set(page):
    page.text_input[0].input("KEEP ME").run()
    page.radio[0].set_value("Full character set").run()
    assert not page.exception and page.text_input[0].disabled
    text, z = page.written
    assert [text[:13], text[13:26], text[26:]] == ["0123456789   ", ALPHABET[:13], ALPHABET[13:]]
    assert z.shape[0] == len(text) == 39
    page.radio[0].set_value("Sentence").run()
    assert page.written[0] == "KEEP ME"


def test_directions_shift_the_style(page, trained):
    shifts = [slider for slider in page.slider if slider.label.startswith("Direction")]
    assert len(shifts) == 3 and all("↔" in slider.label for slider in shifts)
    shifts[1].set_value(2.0).run()
    model = keras.models.load_model(trained)
    drawn = datasets.load_handwriting(vae.CHARACTERS, per_class=30, seed=2)
    second = model.find_directions(drawn.images, drawn.labels)[1]
    assert np.allclose(np.abs(page.written[1]), np.abs(2 * second), atol=1e-3)


@pytest.mark.parametrize(
    ("typed", "wanted", "message"),
    [
        ("hello!", "HELLO", "left out: ! ·"),
        ("Ä1ß2", "1SS2", "left out: Ä ·"),
        ("?", None, "Type some text"),
        ("   ", None, "Type some text"),
    ],
)
def test_unknown_characters_are_named_and_the_rest_is_written(page, typed, wanted, message):
    page.written.clear()
    page.text_input[0].input(typed).run()
    assert not page.exception
    warnings = " ".join(warning.value for warning in page.warning)
    assert message in warnings + said(page)
    assert (page.written or [None])[0] == wanted


def test_without_a_model_it_says_so_and_trains_one(tmp_path, monkeypatch, page, trained):
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    shown = []

    def train(dataset, callbacks):
        for step in range(0, vae.STYLE_VAE.steps, 500):
            for callback in callbacks:
                callback.on_train_batch_end(step, {})
        shown.append(len(dataset))
        return keras.models.load_model(trained)

    monkeypatch.setattr("course_lib.vae.style.train_vae", train)
    fresh = open_page()
    assert "There is no trained model yet" in said(fresh) and not fresh.text_input
    press(fresh, "Train the model")
    assert len(shown) == 1 and not fresh.exception
    assert model_cache.path(vae.kept_name()).exists() and fresh.text_input


def test_a_folder_that_takes_no_model_is_named_before_the_training(tmp_path, monkeypatch, page):
    monkeypatch.delenv(VARIABLE)
    (tmp_path / "course_lib").write_text("a file in the way")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    fresh = open_page()
    press(fresh, "Train the model")
    assert "couldn't be saved" in fresh.error[0].value and not fresh.exception
    assert str(tmp_path) in fresh.error[0].value


def test_a_model_of_characters_that_the_pen_cannot_draw(tmp_path, monkeypatch, page):
    strange = tmp_path / "vae.keras"
    vae.VAE("äöü").save(strange)
    monkeypatch.setenv(VARIABLE, str(strange))
    found = open_page()
    assert not found.exception and not found.error
    assert found.text_input[0].value == "äöü" and page.written[0] == "äöü"


def test_a_damaged_missing_or_wrong_model_is_named(tmp_path, monkeypatch, page):
    path = tmp_path / "vae.keras"
    monkeypatch.setenv(VARIABLE, str(path))
    missing = open_page()
    assert f"{path} doesn't exist" in missing.error[0].value and not missing.exception
    path.write_bytes(b"damaged")
    damaged = open_page()
    assert f"{path} can't be loaded" in damaged.error[0].value and not damaged.exception
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(path)
    wrong = open_page()
    assert "it holds a Sequential, not a VAE" in wrong.error[0].value and not wrong.exception
