"""Sliders: that they redraw, and that a still picture stands in where there are none."""

import base64
import io
import sys

import matplotlib.pyplot as plt
import pytest
from PIL import Image

from course_lib.teaching import sliders

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shown(monkeypatch):
    """What was shown, in order."""
    shown = []
    monkeypatch.setattr(sliders, "_display", lambda thing, **options: shown.append(thing))
    return shown


def test_moving_a_slider_draws_anew(shown, monkeypatch):
    widgets = pytest.importorskip("ipywidgets")
    vbox, drawn = widgets.VBox, []

    def draw(values):
        drawn.append(values)
        return plt.figure()

    boxes = []
    monkeypatch.setattr(widgets, "VBox", lambda parts: boxes.append(parts) or vbox(parts))
    before = plt.get_fignums()
    sliders.explore(draw, ["slant", "width"], plt.figure())
    assert drawn == [[0, 0]]
    assert {WIDGET, "image/png"} <= set(shown[-1])
    boxes[0][1].value = 1.5
    assert drawn[-1] == [0, 1.5]
    assert plt.get_fignums() == before


def test_without_widgets_there_is_a_still_picture(shown, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    sliders.explore(None, ["slant"], plt.figure(figsize=(3, 2)))
    (bundle,) = shown
    assert list(bundle) == ["image/png"] and "no sliders" in capsys.readouterr().out
    with Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))) as picture:
        assert picture.size == (270, 180)
