"""The whole page once in a real browser: draw, type, look at the writing, and download it."""

import io
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("streamlit", reason="needs the extra `page`, and Python 3.11")

STROKE = [(70, 230), (140, 50), (210, 230)]  # on the paper


@pytest.fixture
def address(trained):
    """The address of the page, served by `python -m course_lib page`."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "course_lib", "page", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--model", str(trained)],
        env=os.environ | {"STREAMLIT_SERVER_HEADLESS": "true"},
        stdout=subprocess.DEVNULL,
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


@pytest.fixture
def view(browser, address):
    """The page on a small touch screen; `view.strangers` lists its requests to other machines.

    Those requests are refused.
    """
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, accept_downloads=True
    )
    strangers = []

    def refuse(route):
        strangers.append(route.request.url)
        route.abort()

    context.set_default_timeout(90_000)  # other tests may keep the processor busy
    context.route(lambda url: not url.startswith(address), refuse)
    view = context.new_page()
    view.strangers = strangers
    view.goto(address)
    view.locator("canvas").last.wait_for()
    yield view
    context.close()


def find_sheet(view):
    """Where the paper lies, once the page has come to rest."""
    view.locator("[data-test-script-state=notRunning]").wait_for()
    sheet = view.locator("canvas").last
    sheet.wait_for()
    sheet.scroll_into_view_if_needed()
    return sheet.bounding_box()


def draw_with_mouse(view):
    box = find_sheet(view)
    points = [(box["x"] + x, box["y"] + y) for x, y in STROKE]
    view.mouse.move(*points[0])
    view.mouse.down()
    for point in points[1:]:
        view.mouse.move(*point, steps=8)
    view.mouse.up()


def draw_with_finger(view):
    touch = view.context.new_cdp_session(view)
    box = find_sheet(view)
    points = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in STROKE]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_draw_type_see_and_download_in_a_browser(view):
    draw_with_mouse(view)
    view.get_by_text("sure)").wait_for()
    old_sheet = view.locator("canvas").last.element_handle()
    view.get_by_role("button", name="Next character").click()
    view.wait_for_function("sheet => !sheet.isConnected", arg=old_sheet)
    draw_with_finger(view)
    view.get_by_text("sure)").nth(1).wait_for()

    view.get_by_label("Text").fill("RAIN 42")
    view.get_by_label("Text").press("Enter")
    view.get_by_text("“RAIN 42”, written by the network").wait_for()
    # A rerun that is still on its way would take the file from under the download.
    view.locator("[data-test-script-state=notRunning]").wait_for()
    with view.expect_download() as download:
        view.get_by_role("button", name="Download the picture").click()
    picture = np.asarray(Image.open(io.BytesIO(Path(download.value.path()).read_bytes())))

    assert picture.min() < 100 and picture.max() == 255

    view.get_by_text("Full character set").click()
    view.get_by_text("All 36 characters, written by the network").wait_for()
    view.get_by_text("Sentence").click()
    view.get_by_text("“RAIN 42”, written by the network").wait_for()
    main = view.locator("[data-testid=stMain]")
    assert main.evaluate("block => block.scrollWidth") <= 360
    assert view.strangers == []
