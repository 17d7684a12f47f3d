"""Imports run one way, from the pen to the command line, and the package itself loads nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parent.parent / "course_lib"

# What each module may import of ours. A new module has to find its place here.
ALLOWED = {
    "__init__": set(),
    "glyphs": set(),
    "pen": {"glyphs"},
    "formats": set(),
    "plots": set(),
    "rewrites": set(),
    "networks": {"rewrites"},
    "losses": set(),
    "places": {"formats"},
    "datasets": {"pen", "formats", "places"},
    "combined": {"networks"},
    "engine": set(),
    "gan": {"combined", "engine", "losses", "networks"},
    "cache": {"places"},
    "paper": set(),
    "sliders": set(),
    "vae": {"cache", "datasets", "engine", "losses", "networks", "pen"},
    "recipes": {"combined", "gan", "networks"},
    "classifier": {"cache", "engine", "networks"},
    "metrics": {"classifier"},
    "trial": {"combined", "networks"},
    "illnesses": set(),
    "doctor": {"datasets", "illnesses", "metrics", "networks", "pen", "trial"},
    "callbacks": {"doctor", "gan", "plots"},
    "exercises": set(),
    "questions": {"combined", "exercises"},
    "dashboard": {"cache", "datasets", "paper", "pen", "vae"},
    "runs": {
        "datasets",
        "callbacks",
        "doctor",
        "engine",
        "gan",
        "metrics",
        "networks",
        "plots",
        "recipes",
        "rewrites",
        "vae",
    },
    "__main__": {"datasets", "runs"},
}


def ours(path):
    """The modules of course_lib that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            if not node.level and not (node.module or "").startswith("course_lib"):
                continue
            rest = (node.module or "").removeprefix("course_lib").strip(".")
            yield from [rest] if rest else (alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("course_lib."):
                    yield alias.name.removeprefix("course_lib.")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from course_lib import gan, plots", ["gan", "plots"]),
        ("from course_lib.recipes import load", ["recipes"]),
        ("from . import gan", ["gan"]),
        ("from .recipes import load", ["recipes"]),
        ("import course_lib.pen", ["pen"]),
        ("import numpy\nfrom keras import ops", []),
    ],
)
def test_every_form_of_import_is_seen(tmp_path, line, found):
    (tmp_path / "module.py").write_text(line)
    assert list(ours(tmp_path / "module.py")) == found


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.py")), ids=lambda path: path.stem)
def test_imports_run_one_way(path):
    assert path.stem in ALLOWED, f"{path.stem} has no place in the layering yet"
    assert set(ours(path)) <= ALLOWED[path.stem]


def test_the_table_itself_has_no_cycle():
    done = set()
    while len(done) < len(ALLOWED):
        ready = {name for name, needs in ALLOWED.items() if name not in done and needs <= done}
        assert ready, f"a cycle among {set(ALLOWED) - done}"
        done |= ready


@pytest.mark.parametrize(
    "module", ["course_lib", "course_lib.datasets", "course_lib.__main__", "course_lib.runs"]
)
def test_import_does_not_load_tensorflow(module):
    code = f"import sys, {module}; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=LIBRARY.parent, check=True)
