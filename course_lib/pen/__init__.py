"""Handwriting drawn by a simulated pen: `hand` moves it along the letter shapes of `glyphs`."""

from course_lib.pen.glyphs import CHARACTERS
from course_lib.pen.hand import LIMITS, Style, draw, sample_style

__all__ = ["CHARACTERS", "LIMITS", "Style", "draw", "sample_style"]
