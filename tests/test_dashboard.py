"""The page: its logic by Streamlit's own test runner, and all of it once in a real browser."""

import io
import os
import socket
import subprocess
import sys
import time
import types
import urllib.request
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image, ImageDraw

pytest.importorskip("streamlit", reason="needs the extra `dashboard`, and Python 3.11")
from streamlit.testing.v1 import AppTest

from course_lib import pen, vae
from course_lib.data import datasets
from course_lib.page import app as dashboard
from course_lib.training import model_cache
from course_lib.vae import paper

SCRIPT = Path(dashboard.__file__)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A VAE of 36 characters that has learned for a few seconds, in a file."""
    path = tmp_path_factory.mktemp("model") / "vae.keras"
    vae.train_vae(datasets.load_handwriting(vae.CHARACTERS, 60), steps=400).save(path)
    return path


def letter(shift=0):
    """An A on the page's paper, uint8 [280, 280, 4], black on white."""
    sheet = Image.new("RGBA", (280, 280), "white")
    lines = ImageDraw.Draw(sheet)
    lines.line([(60 + shift, 240), (140, 40), (210, 240)], "black", 22)
    lines.line([(90, 160), (180, 160)], "black", 22)
    return np.asarray(sheet)


@pytest.fixture
def page(trained, monkeypatch):
    """The page with a model; `page.sheets` says what is drawn on which sheet, `page.written` what
    was asked of the model last, (text, z)."""
    monkeypatch.setenv(dashboard.MODEL, str(trained))
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
    page = AppTest.from_file(str(SCRIPT), default_timeout=60)
    page.sheets, page.written = sheets, written
    return page.run()


def press(page, words):
    return next(button for button in page.button if button.label == words).click().run()


def said(page):
    return " ".join(element.value for element in [*page.markdown, *page.caption, *page.info])


def test_with_nothing_drawn_it_writes_in_the_plainest_style(page):
    assert not page.exception
    text, z = page.written
    assert text == "HELLO WORLD 2026" and not z.any()
    assert "plainest style" in said(page)
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

    page.selectbox[0].select("W").run()  # the user knows better
    told = model.infer_style(image, [model.class_names.index("W")])
    assert np.allclose(page.written[1], told.z_mean, atol=1e-5)
    assert np.abs(told.z_mean - style.z_mean).max() > 0.01

    page.slider(key="breadth").set_value(30)
    follow = next(slider for slider in page.slider if slider.label.startswith("How far"))
    follow.set_value(0).run()
    assert not page.written[1].any()
    follow = next(slider for slider in page.slider if slider.label.startswith("How far"))
    follow.set_value(50).run()
    assert np.allclose(page.written[1], told.z_mean / 2, atol=1e-5)


def test_up_to_five_characters_and_any_can_be_removed(page, trained):
    for sheet in range(5):
        page.sheets[sheet] = letter(4 * sheet)
        page.run()
        press(page, "Next character")
    assert len(page.selectbox) == 5 and "5 characters are enough" in said(page)
    model = keras.models.load_model(trained)
    images = np.stack([paper.fit(255 - letter(4 * sheet)[..., 0]) for sheet in range(5)])
    assert np.allclose(page.written[1], model.infer_style(images).z_mean, atol=1e-4)

    page.button(key="remove 2").click().run()
    assert len(page.selectbox) == 4
    rest = images[[0, 1, 3, 4]]
    assert np.allclose(page.written[1], model.infer_style(rest).z_mean, atol=1e-4)
    press(page, "Start again")
    assert not page.selectbox and not page.written[1].any()


def test_the_paper_can_be_cleared(page):
    page.sheets[0] = letter()
    page.run()
    assert page.selectbox
    press(page, "Clear the paper")
    assert not page.selectbox and not page.written[1].any()


def test_a_ready_style_and_another_sample(page, trained):
    press(page, "Take bold")
    model = keras.models.load_model(trained)
    labels = [model.class_names.index(name) for name in "AKR"]
    style = model.infer_style(pen.draw("AKR", dashboard.GALLERY["bold"], rng=3), labels)
    assert np.allclose(page.written[1], style.z_mean, atol=1e-5)
    press(page, "Another sample")
    assert np.allclose(page.written[1], model.sample_style(style, seed=1)[0], atol=1e-5)
    press(page, "The likeliest style")
    assert np.allclose(page.written[1], style.z_mean, atol=1e-5)


def test_directions_bend_the_style(page, trained):
    bend = [slider for slider in page.slider if slider.label.startswith("Direction")]
    assert len(bend) == 3 and all("↔" in slider.label for slider in bend)
    bend[1].set_value(2.0).run()
    model = keras.models.load_model(trained)
    drawn = datasets.load_handwriting(vae.CHARACTERS, per_class=30, seed=2)
    second = model.find_directions(drawn.images, drawn.labels)[1]
    assert np.allclose(np.abs(page.written[1]), np.abs(2 * second), atol=1e-3)


@pytest.mark.parametrize(
    ("typed", "wanted", "message"),
    [
        ("hello!", "HELLO", "Not written: !"),
        ("Ä1ß2", "1SS2", "Not written: Ä ·"),
        ("?", None, "Type a text"),
        ("   ", None, "Type a text"),
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
    monkeypatch.delenv(dashboard.MODEL)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    shown = []

    def train(dataset, callbacks):
        for step in range(0, vae.STYLE_VAE.steps, 500):
            for callback in callbacks:
                callback.on_train_batch_end(step, {})
        shown.append(len(dataset))
        return keras.models.load_model(trained)

    monkeypatch.setattr(vae, "train_vae", train)
    fresh = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    assert "No model is trained yet" in said(fresh) and not fresh.text_input
    press(fresh, "Train it now")
    assert shown == [36_000] and not fresh.exception
    assert model_cache.path(vae.kept_name()).exists() and fresh.text_input


def test_a_folder_that_takes_no_model_is_named_before_the_training(tmp_path, monkeypatch, page):
    monkeypatch.delenv(dashboard.MODEL)
    (tmp_path / "course_lib").write_text("a file in the way")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    fresh = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    press(fresh, "Train it now")
    assert "could not be kept" in fresh.error[0].value and not fresh.exception


def test_a_model_of_characters_that_the_pen_cannot_draw(tmp_path, monkeypatch, page):
    strange = tmp_path / "vae.keras"
    vae.VAE("äöü").save(strange)
    monkeypatch.setenv(dashboard.MODEL, str(strange))
    found = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    assert not found.exception and not found.error
    assert found.text_input[0].value == "äöü" and page.written[0] == "äöü"


def test_a_damaged_or_missing_model_is_named(tmp_path, monkeypatch, page):
    damaged = tmp_path / "vae.keras"
    monkeypatch.setenv(dashboard.MODEL, str(damaged))
    missing = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    assert "There is no file" in missing.error[0].value and not missing.exception
    damaged.write_bytes(b"damaged")
    found = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    assert f"{damaged} cannot be read" in found.error[0].value and not found.exception


# --- In a browser --------------------------------------------------------------------------------


@pytest.fixture
def address(trained):
    """The page served by `python -m course_lib page`."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "course_lib", "page", "--port", str(port)]
    quiet = os.environ | {"STREAMLIT_SERVER_HEADLESS": "true"}
    server = subprocess.Popen(
        [*command, "--model", str(trained)],
        env=quiet,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    url = f"http://localhost:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health")
            break
        except OSError:
            time.sleep(0.5)
    yield url
    server.terminate()
    server.wait()


def test_draw_type_see_and_download_in_a_browser(browser, address):
    """By mouse, then by touch; requests to other machines are refused and counted: there are none."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, accept_downloads=True
    )
    strangers = []

    def refuse(route):
        strangers.append(route.request.url)
        route.abort()

    context.route(lambda url: not url.startswith(address), refuse)
    view = context.new_page()
    view.goto(address)
    sheet = view.locator("canvas").last
    sheet.wait_for(timeout=60_000)
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    stroke = [(70, 230), (140, 50), (210, 230)]
    points = [(box["x"] + x, box["y"] + y) for x, y in stroke]
    view.mouse.move(*points[0])
    view.mouse.down()
    for point in points[1:]:
        view.mouse.move(*point, steps=8)
    view.mouse.up()
    view.get_by_text("sure)").wait_for()
    view.get_by_role("button", name="Next character").click()
    view.get_by_role("button", name="Clear the paper").wait_for()

    touch = context.new_cdp_session(view)  # a finger, on the second sheet
    view.wait_for_timeout(1500)
    box = view.locator("canvas").last.bounding_box()
    points = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in stroke]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    view.get_by_text("sure)").nth(1).wait_for()

    view.get_by_label("Text").fill("RAIN 42")
    view.get_by_label("Text").press("Enter")
    view.get_by_text("“RAIN 42”, written by the network").wait_for()
    with view.expect_download() as download:
        view.get_by_role("button", name="Download the picture").click()
    picture = np.asarray(Image.open(io.BytesIO(Path(download.value.path()).read_bytes())))

    assert picture.min() < 100 and picture.max() == 255
    main = view.locator("[data-testid=stMain]")
    assert main.evaluate("block => block.scrollWidth") <= 360
    assert strangers == []
    context.close()
