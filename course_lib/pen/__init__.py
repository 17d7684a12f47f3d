"""Handwriting drawn by a simulated pen: `hand` moves it along the letter shapes in `glyphs`."""

from course_lib.pen.glyphs import CHARACTERS
from course_lib.pen.hand import LIMITS, NAMED_STYLES, USUAL, Style, draw, sample_style

__all__ = ["CHARACTERS", "LIMITS", "NAMED_STYLES", "USUAL", "Style", "draw", "sample_style"]
