"""Build and execute the notebooks: `python tools/build_notebooks.py [NAME ...]`.

Each percent script notebooks/source/NN_topic.py becomes two notebooks: the learner's copy
notebooks/NN_topic.ipynb with the cells tagged `stub`, and the solved one in notebooks/solutions
with those tagged `solution`. Cells tagged `wrong` are for the tests alone. A name such as 03 builds
that lesson alone; no name builds all.

A lesson runs once: the learner's copy from top to bottom, and then, in the same kernel, the
exercises again with their solutions. The two copies are written only after all of that has run
without an error.

Every running time that a reader meets was measured by such a build. It goes into
notebooks/source/times.json, and from there into the tables of both READMEs, in place of
`{running time}` in a lesson's opening, and in place of `{time}` in a text: how long the code up to
the next text takes.
"""

import base64
import copy
import io
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from PIL import Image
from tqdm import tqdm

from course_lib.data import datasets
from course_lib.teaching.progress import lessons

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
README = NOTEBOOKS.parent / "README.md"
TIMES = NOTEBOOKS / "source" / "times.json"
TABLE = [
    "# The lessons",
    "",
    "Running times and peak memory of the learner's copies, measured on two CPU cores when they",
    "were built (`make notebooks`). On a slower machine of two cores they took a little more than",
    "twice as long. The [glossary](GLOSSARY.md) explains the words, and [TEACHING.md](TEACHING.md)",
    "is for the teacher.",
    "",
    "| lesson | runs for | peak memory | |",
    "|---|---:|---:|---|",
]
HINT = "<details><summary>Hint</summary>\n\n{}\n\n</details>"


def in_words(seconds):
    """Return a time as a reader would say it: "a few seconds", "about 40 seconds"."""
    if seconds < 8:
        return "a few seconds"
    if seconds < 95:
        return f"about {10 * round(seconds / 10)} seconds"
    return f"about {round(seconds / 60)} minutes"


def load_times():
    """Return what the builds measured: {lesson: {"seconds", "megabytes", "cells": {id: s}}}."""
    return json.loads(TIMES.read_text(encoding="utf-8")) if TIMES.exists() else {}


def fill_in_times(notebook, name):
    """Put the measured times of lesson `name` into the texts of its notebook."""
    times = load_times().get(name, {"seconds": 0, "cells": {}})
    below = 0  # seconds of the code between this text and the next
    for cell in reversed(notebook.cells):
        if is_code(cell):
            below += times["cells"].get(cell.id, 0)
        else:
            cell.source = cell.source.replace("{running time}", in_words(times["seconds"]))
            cell.source = cell.source.replace("{time}", in_words(below))
            below = 0


def convert(source, solved=False):
    """Return one copy of a percent script, not executed: the learner's, or the `solved` one."""
    notebook = jupytext.read(source)
    hints = iter(exercise.clue for exercise in lessons()[source.stem[:2]])
    left_out = {"wrong", "stub" if solved else "solution"}
    cells = []
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if not tags & left_out:
            cells.append(cell)
        if tags & {"stub", "solution"} - left_out:
            cells.append(nbformat.v4.new_markdown_cell(HINT.format(next(hints))))
    notebook.cells = cells
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat_minor = 5
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{source.stem[:2]}-{number:02d}"
        alt = cell.metadata.get("alt")  # the picture in words, written in the cell's header
        cell.metadata = nbformat.from_dict({"alt": alt} if alt else {})
        if solved:  # one folder further down
            cell.source = re.sub(r"\]\((?=\.\./|[A-Z]+\.md)", "](../", cell.source)
    fill_in_times(notebook, source.stem)
    return notebook


def store_picture(output, alt):
    """Store a plot in 64 colours, with its alternative text `alt` for readers who cannot see it.

    It looks the same as before, and the notebook stays below a megabyte.
    """
    if "image/png" in output.get("data", {}):
        # A stored slider doesn't work, so only the still picture that was sent with it is kept.
        output.data.pop("application/vnd.jupyter.widget-view+json", None)
        output.metadata = nbformat.from_dict({"image/png": {"alt": alt}})
        picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
        small = io.BytesIO()
        picture.convert("RGB").quantize(64).save(small, "PNG", optimize=True)
        output.data["image/png"] = base64.b64encode(small.getvalue()).decode()


def target(source, solved=False):
    """Return where a copy of a percent script belongs."""
    return NOTEBOOKS / ("solutions" if solved else "") / f"{source.stem}.ipynb"


def is_code(cell):
    """Return whether a cell is run."""
    return cell.cell_type == "code"


def shared_cells(learners, solved):
    """Return how many cells both copies have in common: all those before the first exercise."""
    pairs = zip(learners.cells, solved.cells)
    same = (ours.source == theirs.source or not is_code(ours) for ours, theirs in pairs)
    return next((number for number, is_same in enumerate(same) if not is_same), 0)


def run(learners, solved):
    """Execute both copies in one kernel. Return the learner's times, as `load_times` has them."""
    resources = {"metadata": {"path": NOTEBOOKS}}
    client = NotebookClient(learners, timeout=600, resources=resources, coalesce_streams=True)
    learners.cells.append(nbformat.v4.new_code_cell(PEAK))
    cells = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_PROGRESS"] = str(Path(folder, "progress.json"))
        os.environ["KERAS_HOME"] = folder  # nothing is kept from an earlier run
        with client.setup_kernel():
            for number, cell in enumerate(learners.cells):
                start = time.perf_counter()
                client.execute_cell(cell, number)
                cells[cell.id] = time.perf_counter() - start
            first = shared_cells(learners, solved)
            for ours, theirs in zip(solved.cells[:first], learners.cells[:first]):
                if is_code(ours):
                    ours.outputs = copy.deepcopy(theirs.outputs)
            client.nb = solved
            for number, cell in enumerate(solved.cells[first:], first):
                client.execute_cell(cell, number)
    peak = int("".join(output.get("text", "") for output in learners.cells.pop().outputs))
    seconds = round(sum(cells.values()))
    cells = {name: round(value) for name, value in cells.items() if value >= 0.5}
    return {"seconds": seconds, "megabytes": peak // 1000, "cells": cells}


def tidy(notebook):
    """Keep in an executed notebook what a reader needs, and remove what is specific to this run."""
    notebook.metadata = nbformat.from_dict(METADATA)
    code = [cell for cell in notebook.cells if is_code(cell)]
    for count, cell in enumerate(code, 1):
        cell.execution_count = count
        for output in cell.outputs:
            store_picture(output, cell.metadata.get("alt", ""))
            if output.output_type == "execute_result":
                output.execution_count = count
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})  # without the time stamps of this run


def build(source):
    """Convert, execute and write both copies of a lesson. Return its times."""
    copies = {solved: convert(source, solved) for solved in (False, True)}
    times = load_times() | {source.stem: run(copies[False], copies[True])}
    TIMES.write_text(json.dumps(times, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for solved, notebook in copies.items():
        for cell, anew in zip(notebook.cells, convert(source, solved).cells):
            cell.source = anew.source  # with the times that were measured just now
        tidy(notebook)
        path = target(source, solved)
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)
    return times[source.stem]


def write_tables():
    """Write the measured times into the tables of notebooks/README.md and README.md."""
    lines, readme = list(TABLE), README.read_text(encoding="utf-8")
    for name, found in sorted(load_times().items()):
        solved = f"[solved](solutions/{name}.ipynb)"
        memory = f"{found['megabytes'] / 1000:.1f} GB"
        lines.append(f"| [{name}]({name}.ipynb) | {found['seconds']} s | {memory} | {solved} |")
        row = rf"(?m)^(\| \[.*?\]\(notebooks/{name}\.ipynb\) \|.*\|)[^|\n]*\|$"
        readme = re.sub(row, rf"\g<1> {in_words(found['seconds'])} |", readme)
    (NOTEBOOKS / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    README.write_text(readme, encoding="utf-8")


def main(names):
    """Build the lessons whose number or name starts with one of `names`, or all of them."""
    os.environ["COURSE_DATA"] = ""
    if found := datasets.find_sources():
        sys.exit(f"stored outputs show drawn handwriting only; first move away {'; '.join(found)}")
    sources = sorted((NOTEBOOKS / "source").glob("*.py"))
    chosen = [s for s in sources if not names or s.stem.startswith(tuple(names))]
    if not chosen:
        known = ", ".join(source.stem for source in sources)
        sys.exit(f"no lesson starts with {' or '.join(names)}; there are: {known}")
    for source in (progress := tqdm(chosen, unit="lesson")):
        progress.set_postfix_str(source.stem)
        times = build(source)
        write_tables()
        tqdm.write(f"{source.stem}: {times['seconds']} s, {times['megabytes']:,} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
