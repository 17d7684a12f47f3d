"""The built notebooks: not stale, free of errors and machine paths, within the notebook rules.

That every notebook runs is nbval's part: pytest collects notebooks/*.ipynb beside these tests.
"""

import re
import statistics
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))
build_notebooks = pytest.importorskip("build_notebooks", reason="needs the extra `dev`")

SOURCES = sorted((ROOT / "notebooks" / "source").glob("*.py"))
pytestmark = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


def built(source):
    return nbformat.read(ROOT / "notebooks" / f"{source.stem}.ipynb", as_version=4)


def code_lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def test_not_stale(source):
    expected = [(c.id, c.cell_type, c.source) for c in build_notebooks.convert(source).cells]
    found = [(c.id, c.cell_type, c.source) for c in built(source).cells]
    assert found == expected, f"run: make notebooks ({source.stem} changed since it was built)"


def test_executed_without_errors(source):
    cells = [cell for cell in built(source).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [o for cell in cells for o in cell.outputs if o.output_type == "error"]


def test_speaks_of_no_machine(source):
    text = (ROOT / "notebooks" / f"{source.stem}.ipynb").read_text()
    assert not re.search(r"/(home|root|Users|work|tmp|usr|opt)/", text)
    assert len(text) < 1_000_000


def test_opening_goals_and_recap(source):
    cells = built(source).cells
    opening, recap = cells[0].source, cells[-1].source
    assert opening.startswith(f"# {source.stem[:2]} · ")
    for words in ("**Goals.**", "**You need:**", "**It takes:**", "CPU", "GPU"):
        assert words in opening, words
    goals, lessons = (len(re.findall(r"^\d\. ", text, re.M)) for text in (opening, recap))
    assert goals == lessons == 3


def test_code_cells_are_short(source):
    lengths = [len(code_lines(c)) for c in built(source).cells if c.cell_type == "code"]
    assert max(lengths) <= 25
    assert statistics.median(lengths) <= 8


def test_prose_carries_the_code(source):
    """Three to six words for each line of code, between the opening and the exercises."""
    cells = built(source).cells
    exercises = next(i for i, c in enumerate(cells) if c.source.startswith("## Try it yourself"))
    lesson = cells[1:exercises]
    prose = " ".join(c.source for c in lesson if c.cell_type == "markdown")
    words = [word for word in prose.split() if re.search(r"[^\W\d_]", word)]
    code = sum(len(code_lines(c)) for c in lesson if c.cell_type == "code")
    assert 3 <= len(words) / code <= 6
