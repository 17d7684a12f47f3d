"""Renew pictures/page.png, the README's picture of the page: `python tools/make_page_picture.py`.

It opens the page in Chromium, draws a slanted A, K and S with the mouse, and takes a picture. The
page must have its model already: open it once with `make page` and train it.
"""

import io
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).resolve().parent.parent / "pictures" / "page.png"
PORT = 8599
SIZE = {"width": 1280, "height": 970}
PART = {"x": 0, "y": 80, "width": 1280, "height": 890}  # without the bar above the page
STROKES = {  # the points of each stroke, on the paper of 280×280 pixels
    "A": [[(50, 250), (165, 35), (200, 250)], [(95, 165), (185, 165)]],
    "K": [[(95, 245), (135, 35)], [(235, 40), (110, 150), (205, 245)]],
    "S": [[(220, 70), (160, 40), (112, 80), (150, 135), (190, 170), (150, 230), (80, 220)]],
}


def main():
    """Serve the page, draw on it, and save a picture of it, small because it has 64 colours."""
    command = [sys.executable, "-m", "course_lib", "page", "--port", str(PORT)]
    server = subprocess.Popen(command, env=os.environ | {"STREAMLIT_SERVER_HEADLESS": "true"})
    try:
        _wait_for_server()
        with sync_playwright() as playwright:
            path = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            view = browser.new_page(viewport=SIZE)
            draw_page(view)
            png = view.screenshot(clip=PART)
    finally:
        server.terminate()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(64).save(PICTURE, optimize=True)


def _wait_for_server():
    for _ in range(120):
        try:
            return urllib.request.urlopen(f"http://localhost:{PORT}/_stcore/health")
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"the page didn't answer on port {PORT} within a minute")


def draw_page(view) -> None:
    """Open the page in a playwright `view`, draw the three characters, and wait for the writing."""
    view.set_default_timeout(90_000)
    view.goto(f"http://localhost:{PORT}")
    for number, strokes in enumerate(STROKES.values(), 1):
        sheet = view.locator("canvas").last
        sheet.wait_for()
        view.locator("[data-test-script-state=notRunning]").wait_for()
        box = sheet.bounding_box()
        for points in strokes:
            view.mouse.move(box["x"] + points[0][0], box["y"] + points[0][1])
            view.mouse.down()
            for x, y in points[1:]:
                view.mouse.move(box["x"] + x, box["y"] + y, steps=8)
            view.mouse.up()
        view.get_by_text("sure)").nth(number - 1).wait_for()
        if number < len(STROKES):
            old = sheet.element_handle()
            view.get_by_role("button", name="Next character").click()
            view.wait_for_function("sheet => !sheet.isConnected", arg=old)
    view.get_by_text("Adjust the style").click()
    view.mouse.move(5, 5)  # away from the paper, which shows its tools under the mouse
    view.wait_for_timeout(2_000)  # until the last stroke has reached the writing
    view.locator("[data-test-script-state=notRunning]").wait_for()


if __name__ == "__main__":
    main()
