"""Build the lessons as a static site: `python tools/build_site.py [FOLDER]`.

The solved copies with their stored outputs, the glossary and the teacher's page go into
outputs/site, or FOLDER: open index.html there. The pages and the search need no server and no
internet connection.
No notebook is executed.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
PAGES = {"GLOSSARY": "Glossary", "README": "Times and memory", "TEACHING": "For the teacher"}
HOME = """# Networks that write

A Keras course from a CSV of handwritten characters to networks that write.

![A generator learning to write digits: the same fifty random vectors throughout](pictures/film.gif)

These are the lessons with their solutions and the results of a real run. To run them yourself, open
the notebooks in the course's folder.

```{{toctree}}
:maxdepth: 1

{}
```
"""
SETTINGS = {
    "project": "Networks that write",
    "html_title": "Networks that write",
    "extensions": ["myst_nb"],
    "html_theme": "furo",
    "nb_execution_mode": "off",
    "myst_heading_anchors": 3,
    "html_copy_source": False,
    "html_show_sphinx": False,
    "html_show_search_summary": False,  # it fetches pages, which browsers forbid for local files
}


def fill(folder):
    """Put the pages into `folder` in the form that Sphinx needs."""
    lessons = folder / "notebooks"
    lessons.mkdir(parents=True)
    shutil.copytree(ROOT / "pictures", folder / "pictures")
    names = []
    for path in sorted((NOTEBOOKS / "solutions").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":  # the copies here are one folder further up
                cell.source = re.sub(r"\]\(\.\./", "](", cell.source)
            for output in cell.get("outputs", ()):
                if "image/png" in output.get("data", {}):
                    cell.metadata["mystnb"] = {"image": output.metadata["image/png"]}
        nbformat.write(notebook, lessons / path.name)
        names.append(f"notebooks/{path.stem}")
    for name in PAGES:
        text = (NOTEBOOKS / f"{name}.md").read_text(encoding="utf-8")
        text = re.sub(r" \[solved\]\([^)]*\)", "", text)  # every lesson on the site is solved
        (lessons / f"{name}.md").write_text(text, encoding="utf-8")
        names.append(f"{PAGES[name]} <notebooks/{name}>")
    (folder / "index.md").write_text(HOME.format("\n".join(names)), encoding="utf-8")


def main(target=ROOT / "outputs" / "site"):
    """Build the site in the folder `target`, replacing what is there. Return its first page.

    If a link is broken or a page can't be read, Sphinx raises an error and the old site is kept.
    """
    target = Path(target).resolve()
    with tempfile.TemporaryDirectory() as folder, docutils_namespace():
        source, new = Path(folder, "source"), Path(folder, "site")
        fill(source)
        app = Sphinx(
            source, None, new, Path(folder, "doctrees"), "html", SETTINGS, status=None,
            warningiserror=True, exception_on_warning=True,
        )  # fmt: skip
        app.build()
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(new, target)
    print(f"open {target / 'index.html'}")
    return target / "index.html"


if __name__ == "__main__":
    main(*sys.argv[1:2])
