"""The built notebooks: not stale, free of errors and machine paths, within the notebook rules.

That every notebook runs is nbval's part: pytest collects notebooks/*.ipynb beside these tests.
"""

import re
import statistics
from pathlib import Path

import nbformat
import pytest

from course_lib.teaching.exercise import solutions

ROOT = Path(__file__).parent.parent
build_notebooks = pytest.importorskip("build_notebooks", reason="needs the extra `dev`")

SOURCES = sorted((ROOT / "notebooks" / "source").glob("*.py"))
pytestmark = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
both_copies = pytest.mark.parametrize("solved", [False, True], ids=["learner's", "solved"])


def built(source, solved=False):
    return nbformat.read(build_notebooks.target(source, solved), as_version=4)


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def code_lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


@both_copies
def test_not_stale(source, solved):
    expected = build_notebooks.convert(source, solved).cells
    expected, found = (
        [(c.id, c.cell_type, c.source) for c in cells]
        for cells in (expected, built(source, solved).cells)
    )
    assert found == expected, f"run: make notebooks ({source.stem} changed since it was built)"


@both_copies
def test_executed_without_errors(source, solved):
    cells = [cell for cell in built(source, solved).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [o for cell in cells for o in cell.outputs if o.output_type == "error"]


@both_copies
def test_checks_say_what_they_should(source, solved):
    """Unsolved, nothing has been attempted; solved, everything is right."""
    checks = [cell for cell in built(source, solved).cells if ".check()" in cell.source]
    checks = [cell for cell in checks if cell.cell_type == "code"]
    assert checks
    for cell in checks:
        said = "".join(output.text for output in cell.outputs)
        assert said.startswith(("Right.", "Noted.") if solved else "Not attempted yet")


def test_both_copies_share_their_first_part_and_its_outputs(source):
    """nbval runs that part once, for both copies."""
    learners, solved = (built(source, solved) for solved in (False, True))
    first = build_notebooks.shared_cells(learners, solved)
    assert "..." in learners.cells[first].source, "what differs first is a stub"
    for ours, theirs in zip(learners.cells[:first], solved.cells[:first]):
        assert ours.get("outputs") == theirs.get("outputs")


def test_every_running_time_is_the_one_that_was_measured(source):
    """In the opening, in the table beside the notebooks and in the README: from one build."""
    opening = built(source).cells[0].source
    stated = re.search(r"the code runs for (.*?) on two CPU cores", opening)[1]
    seconds = re.search(rf"\[{source.stem}\].*?\| (\d+) s \|", read("notebooks/README.md"))[1]
    in_readme = re.search(rf"notebooks/{source.stem}.ipynb\) \|.*\| (.*?) \|\n", read("README.md"))
    assert stated == in_readme[1]
    if number := re.search(r"\d+", stated):
        unit = 60 if "minute" in stated else 1
        assert abs(int(number[0]) * unit - int(seconds)) <= (30 if unit == 60 else 5)
    else:
        assert stated == "a few seconds" and int(seconds) < 10


def test_the_learners_copy_holds_no_solution(source):
    text = "\n".join(cell.source for cell in built(source).cells)
    for solution in solutions(source.stem[:2]):
        assert solution not in text


@both_copies
def test_links_lead_somewhere(source, solved):
    path = build_notebooks.target(source, solved)
    for cell in built(source, solved).cells:
        for link in re.findall(
            r"\]\(([^)#]+)", cell.source if cell.cell_type == "markdown" else ""
        ):
            assert "://" in link or (path.parent / link).exists(), link


@both_copies
def test_pictures_have_a_description(source, solved):
    cells = built(source, solved).cells
    assert "![](" not in "\n".join(c.source for c in cells if c.cell_type == "markdown")
    for cell in cells:
        for output in cell.get("outputs", ()):
            if "image/png" in output.get("data", {}):
                described = output.metadata.get("image/png", {}).get("alt", "")
                assert len(described.split()) > 5, f"{cell.id}: write alt= into the cell's header"


@both_copies
def test_metadata_is_minimal(source, solved):
    """No tags, time stamps or folded cells, and of the kernel only its name: small differences."""
    notebook = built(source, solved)
    assert notebook.metadata == build_notebooks.METADATA
    assert not [cell.id for cell in notebook.cells if cell.metadata]


@both_copies
def test_speaks_of_no_machine(source, solved):
    text = build_notebooks.target(source, solved).read_text()
    assert not re.search(r"/(home|root|Users|work|tmp|usr|opt)/", text)
    assert len(text) < 1_000_000


def test_opening_goals_and_recap(source):
    cells = built(source).cells
    opening, recap = cells[0].source, cells[-1].source
    assert opening.startswith(f"# {source.stem[:2]} · ")
    for words in ("**Goals.**", "**You need:**", "**It takes:**", "two CPU cores"):
        assert words in opening, words
    goals, lessons = (len(re.findall(r"^\d\. ", text, re.M)) for text in (opening, recap))
    assert goals == lessons == 3


def test_code_cells_are_short(source):
    lengths = [len(code_lines(c)) for c in built(source).cells if c.cell_type == "code"]
    assert max(lengths) <= 25
    assert statistics.median(lengths) <= 8


def test_prose_carries_the_code(source):
    """Three to six words for each line of code, between the opening and the exercises; the welcome
    has hardly any code yet."""
    cells = built(source).cells
    end = next(i for i, c in enumerate(cells) if c.source.startswith("## Try it yourself"))
    lesson = cells[1:end]
    prose = " ".join(c.source for c in lesson if c.cell_type == "markdown")
    words = [word for word in prose.split() if re.search(r"[^\W\d_]", word)]
    code = sum(len(code_lines(c)) for c in lesson if c.cell_type == "code")
    assert 3 <= len(words) / code <= (6 if source.stem > "01" else 25)
