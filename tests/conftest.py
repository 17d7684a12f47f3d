"""Shared by the tests: quiet TensorFlow, pictures without a screen, a few images to train on."""

import os
import shutil
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "agg")

import numpy as np
import pytest

FOLDER = tempfile.TemporaryDirectory()  # for what is kept, in place of the user's own folders
os.environ["KERAS_HOME"] = FOLDER.name
os.environ["COURSE_PROGRESS"] = os.path.join(FOLDER.name, "progress.json")


@pytest.fixture
def images():
    """256 uint8 images [256, 28, 28, 1]: a bright bar at a random place on black."""
    rng = np.random.default_rng(0)
    images = np.zeros((256, 28, 28, 1), "uint8")
    for image, row in zip(images, rng.integers(4, 20, 256)):
        image[row : row + 4, 6:22] = rng.integers(180, 256)
    return images


@pytest.fixture
def snapshot():
    """A function that copies all weights of a model, batch-norm statistics included."""
    return lambda model: [np.array(weight) for weight in model.weights]


@pytest.fixture
def same():
    """A function that tells whether two snapshots are equal to the bit."""
    return lambda a, b: all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = """--no-sandbox --headless=new --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync"""


@pytest.fixture(scope="session")
def browser():
    """A real browser. Skips where there is none; fails there if COURSE_BROWSER is "needed"."""
    paths = [path for name in BROWSERS if (path := shutil.which(name))]
    if not paths:
        message = "no Chromium or Chrome found: the web pages were not looked at in a browser"
        if os.environ.get("COURSE_BROWSER") == "needed":
            pytest.fail(message)
        pytest.skip(message)
    api = pytest.importorskip("playwright.sync_api", reason="needs the extra `dev`")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=paths[0], args=QUIET.split())
        yield browser
        browser.close()
