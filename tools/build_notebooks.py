"""Build and execute the notebooks: `python tools/build_notebooks.py [NAME ...]`.

Each percent script notebooks/source/NN_topic.py becomes two notebooks: the learner's copy
notebooks/NN_topic.ipynb with the cells tagged `stub`, and the solved one in notebooks/solutions
with those tagged `solution`. Cells tagged `wrong` are for the tests alone. A name such as 03 builds
that lesson alone; no name builds all.

A lesson runs once: the learner's copy from top to bottom, and then, in the same kernel, the
exercises again with their solutions. Both copies are written only once all of that has run to its
end. The time and peak memory go into notebooks/README.md, the one source of every stated running
time: the lesson's opening and the README's table repeat it in words.
"""

import base64
import copy
import io
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
TABLE = [
    "# The lessons",
    "",
    "Running times and peak memory of the learner's copies, measured on two CPU cores when they",
    "were built (`make notebooks`). The [glossary](GLOSSARY.md) explains the words, and",
    "[TEACHING.md](TEACHING.md) is for the teacher.",
    "",
    "| lesson | runs for | peak memory | |",
    "|---|---:|---:|---|",
]
HINT = "<details><summary>Hint</summary>\n\n{}\n\n</details>"


def in_words(seconds):
    """Return a running time as a reader would say it: "about 20 seconds", "about 3 minutes"."""
    if seconds < 50:
        return f"about {max(10, 10 * round(seconds / 10))} seconds"
    minutes = round(seconds / 60)
    return "about a minute" if minutes <= 1 else f"about {minutes} minutes"


def running_time(name):
    """Return a lesson's measured running time in words, from notebooks/README.md."""
    text = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^\| \[{name}\].*?\| (\d+) s \|", text, re.M)
    return in_words(int(found[1])) if found else "a time not measured yet"


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
        cell.source = cell.source.replace("{running time}", running_time(source.stem))
        if solved:  # one folder further down
            cell.source = re.sub(r"\]\((?=\.\./|[A-Z]+\.md)", "](../", cell.source)
    return notebook


def store_picture(output, alt):
    """Store a plot in 64 colours, with its alternative text `alt` for readers who cannot see it.

    It looks the same, and the notebook stays below a megabyte.
    """
    if "image/png" in output.get("data", {}):
        # A stored slider is dead: the still picture that was sent with it stays.
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
    """Return how many cells stand at the start of both copies: all up to the first exercise."""
    pairs = zip(learners.cells, solved.cells)
    same = (ours.source == theirs.source or not is_code(ours) for ours, theirs in pairs)
    return next((number for number, is_same in enumerate(same) if not is_same), 0)


def run(learners, solved):
    """Execute both copies in one kernel. Return the learner's (seconds, peak memory in MB)."""
    resources = {"metadata": {"path": NOTEBOOKS}}
    client = NotebookClient(learners, timeout=600, resources=resources, coalesce_streams=True)
    learners.cells.append(nbformat.v4.new_code_cell(PEAK))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_PROGRESS"] = str(Path(folder, "progress.json"))
        with client.setup_kernel():
            start = time.perf_counter()
            for number, cell in enumerate(learners.cells):
                client.execute_cell(cell, number)
            seconds = time.perf_counter() - start
            first = shared_cells(learners, solved)
            for ours, theirs in zip(solved.cells[:first], learners.cells[:first]):
                if is_code(ours):
                    ours.outputs = copy.deepcopy(theirs.outputs)
            client.nb = solved
            for number, cell in enumerate(solved.cells[first:], first):
                client.execute_cell(cell, number)
    peak = int("".join(output.get("text", "") for output in learners.cells.pop().outputs))
    return seconds, peak / 1000


def tidy(notebook):
    """Leave in an executed notebook what a reader needs, and nothing of this machine."""
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
    """Convert, execute and write both copies of a lesson. Return (seconds, peak memory in MB)."""
    copies = {solved: convert(source, solved) for solved in (False, True)}
    seconds, peak = run(copies[False], copies[True])
    write_times({source.stem: (seconds, peak)})
    for solved, notebook in copies.items():
        for cell, anew in zip(notebook.cells, convert(source, solved).cells):
            cell.source = anew.source  # with the time that was measured just now
        tidy(notebook)
        path = target(source, solved)
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)
    return seconds, peak


def write_times(found):
    """Put {lesson: (seconds, MB)} into notebooks/README.md and, in words, into README.md."""
    path, rows = NOTEBOOKS / "README.md", {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        if match := re.match(r"\| \[(\w+)\]", line):
            rows[match[1]] = line
    for name, (seconds, peak) in found.items():
        row = f"| [{name}]({name}.ipynb) | {seconds:.0f} s | {peak / 1000:.1f} GB |"
        rows[name] = f"{row} [solved](solutions/{name}.ipynb) |"
    lines = TABLE + [rows[name] for name in sorted(rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    for name in rows:
        row = rf"(?m)^(\| \[.*?\]\(notebooks/{name}\.ipynb\) \|.*\|)[^|\n]*\|$"
        text = re.sub(row, rf"\g<1> {running_time(name)} |", text)
    README.write_text(text, encoding="utf-8")


def main(names):
    """Build the lessons whose number or name starts with one of `names`, or all of them."""
    os.environ["COURSE_DATA"] = ""
    if found := datasets.find_sources():
        sys.exit(f"stored outputs show the drawn handwriting; move away {'; '.join(found)}")
    sources = sorted((NOTEBOOKS / "source").glob("*.py"))
    chosen = [s for s in sources if not names or s.stem.startswith(tuple(names))]
    if not chosen:
        known = ", ".join(source.stem for source in sources)
        sys.exit(f"no lesson starts with {' or '.join(names)}; there are: {known}")
    for source in (progress := tqdm(chosen, unit="lesson")):
        progress.set_postfix_str(source.stem)
        seconds, peak = build(source)
        tqdm.write(f"{source.stem}: {seconds:.0f} s, {peak:,.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
