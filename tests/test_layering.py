"""Imports run one way, from the command line down to the pen, and the package itself loads nothing.

The rooms of `course_lib` stand in one order, `LAYERS`: a file may import from its own room and from
those further down, never from one further up.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parent.parent / "course_lib"
FILES = sorted(LIBRARY.rglob("*.py"))
LAYERS = [
    "cli",
    "page",
    "teaching",
    "judging",
    "gan",
    "vae",
    "training",
    "networks",
    "plots",
    "data",
    "pen",
]
MOST_ROOMS = 12  # at the top of course_lib, for a newcomer to take in


def name_of(path):
    """("course_lib", "gan", "recipes") of course_lib/gan/recipes.py."""
    parts = path.relative_to(LIBRARY.parent).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def imported(path):
    """Every dotted name of ours that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: write imports in full, from course_lib..."
            if node.module.split(".")[0] == "course_lib":
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] == "course_lib")


def rooms_of(path):
    """The rooms that a file imports from."""
    front = {name: place.split(".")[0] for name, place in front_names().items()}
    for name in imported(path):
        room = name.split(".")[1] if "." in name else "__init__"
        yield front.get(room, room)


def front_names():
    import course_lib

    return course_lib.FRONT_NAMES


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from course_lib import gan, plots", ["gan", "plots"]),
        ("from course_lib import recipes", ["gan"]),
        ("from course_lib.data.datasets import Dataset", ["data"]),
        ("def late():\n    import course_lib.pen", ["pen"]),
        ("import numpy\nfrom keras import ops", []),
    ],
)
def test_every_form_of_import_is_seen(tmp_path, line, found):
    (tmp_path / "module.py").write_text(line)
    assert list(rooms_of(tmp_path / "module.py")) == found


def test_a_newcomer_can_take_in_the_rooms():
    rooms = {path.stem for path in LIBRARY.iterdir() if not path.name.startswith("_")}
    assert rooms == set(LAYERS)
    assert len(rooms) <= MOST_ROOMS


@pytest.mark.parametrize("path", FILES, ids=lambda path: ".".join(name_of(path)))
def test_imports_run_down(path):
    room = (*name_of(path), "__init__")[1]
    if room in ("__init__", "__main__"):  # the first imports nothing, the second hands over
        assert set(rooms_of(path)) <= {"cli"}
        return
    below = LAYERS[LAYERS.index(room) :]
    assert set(rooms_of(path)) <= set(below), f"{room} may import only from {below}"


def modules_needed(path, modules):
    """The modules of ours that a file imports from; a front name counts as what it stands for."""
    for name in imported(path):
        first = ".".join(name.split(".")[1:2])
        if first in front_names():
            name = name.replace(first, front_names()[first], 1)
        while name not in modules:
            name = name.rpartition(".")[0]
        yield name


def test_no_cycle_among_files():
    """Within a room the order is not written down, but there must be one."""
    modules = {".".join(name_of(path)): path for path in FILES}
    graph = {
        name: {need for need in modules_needed(path, modules) if need not in (name, "course_lib")}
        for name, path in modules.items()
    }
    done = set()
    while len(done) < len(graph):
        ready = {name for name, need in graph.items() if name not in done and need <= done}
        assert ready, f"a cycle among {sorted(set(graph) - done)}"
        done |= ready


def loaded_by(code):
    """The names of the modules that a new Python process has loaded after running `code`."""
    code += "\nimport sys; print('\\n'.join(sys.modules))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=LIBRARY.parent, check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("lesson", ["00", "04", "05"])
def test_a_lesson_loads_the_measures_only_if_it_measures(lesson):
    (source,) = (LIBRARY.parent / "notebooks" / "source").glob(f"{lesson}_*.py")
    cells = source.read_text(encoding="utf-8").split("# %%")
    first = next(cell for cell in cells if cell.startswith("\nfrom course_lib"))
    loaded = loaded_by(first)
    assert "course_lib.gan.recipes" in loaded
    assert not {name for name in loaded if name.startswith("course_lib.judging.")}


def test_recipes_are_read_without_the_letter_shapes():
    """As on Kaggle without an internet connection, where Hershey-Fonts is missing."""
    block = "import sys; sys.modules['HersheyFonts'] = None\n"
    assert "course_lib.gan.recipes" in loaded_by(f"{block}from course_lib import recipes, datasets")


@pytest.mark.parametrize(
    "module",
    ["course_lib", "course_lib.data.datasets", "course_lib.plots", "course_lib.cli.main"],
)
def test_import_does_not_load_tensorflow(module):
    code = f"import sys, {module}; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=LIBRARY.parent, check=True)


def test_front_names_are_there():
    import course_lib

    for name, place in course_lib.FRONT_NAMES.items():
        assert getattr(course_lib, name).__name__ == f"course_lib.{place}"
    assert set(course_lib.FRONT_NAMES) <= set(dir(course_lib))
    with pytest.raises(AttributeError, match="no_such_module"):
        course_lib.no_such_module  # noqa: B018
