"""The rules that keep the code readable: short files, short functions, documented front doors."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_FILE, LONGEST_FUNCTION = 350, 45  # lines
FOLDERS = ("course_lib", "benchmarks", "tools", "tests")
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
LIBRARY = [path for path in FILES if path.is_relative_to(ROOT / "course_lib")]

by_name = {"ids": lambda path: str(path.relative_to(ROOT))}


def functions(path):
    """Every function of a file, however deep, with the names of the classes around it."""

    def walk(node, inside):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                yield child, inside
            name = getattr(child, "name", None)
            yield from walk(child, (*inside, name) if name else inside)

    return walk(ast.parse(path.read_text(encoding="utf-8")), ())


@pytest.mark.parametrize("path", FILES, **by_name)
def test_files_and_functions_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    long = [f.name for f, _ in functions(path) if f.end_lineno - f.lineno >= LONGEST_FUNCTION]
    assert long == []


@pytest.mark.parametrize("path", LIBRARY, **by_name)
def test_front_doors_are_documented(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the file says what it is for"
    public = [
        (node, inside)
        for node, inside in functions(path)
        if not any(name.startswith("_") for name in (node.name, *inside))
    ]
    top = [node for node, inside in public if not inside]
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name[0] != "_"]
    assert [n.name for n in (*top, *classes) if not ast.get_docstring(n)] == []


# What Keras and Streamlit define themselves keeps their signature.
KERAS_OWN = {"train_step", "call", "from_config", "fit", "make_train_function"}


@pytest.mark.parametrize("path", LIBRARY, **by_name)
def test_public_functions_say_what_they_return(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies = [tree.body, *(n.body for n in tree.body if isinstance(n, ast.ClassDef))]
    public = [n for body in bodies for n in body if isinstance(n, ast.FunctionDef)]
    silent = [
        n.name for n in public if n.name[0] != "_" and n.returns is None and n.name not in KERAS_OWN
    ]
    assert silent == []
