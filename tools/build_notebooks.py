"""Build and execute the notebooks: `python tools/build_notebooks.py [NAME ...]`.

Each percent script notebooks/source/NN_topic.py becomes two notebooks, run from top to bottom: the
learner's copy notebooks/NN_topic.ipynb with the cells tagged `stub`, and the solved one in
notebooks/solutions with those tagged `solution`. Cells tagged `wrong` are for the tests alone. A
name such as 03 builds that lesson alone; no name builds all. A notebook is written only once it has
run to its end; its time and peak memory go into notebooks/README.md.
"""

import base64
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
from course_lib.teaching import questions

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
TABLE = [
    "# The lessons",
    "",
    "Times and peak memory of the learner's copies, measured on two CPU cores when they were built",
    "(`make notebooks`). The [glossary](GLOSSARY.md) explains the words, [TEACHING.md](TEACHING.md) is for",
    "the teacher.",
    "",
    "| lesson | runs for | peak memory | |",
    "|---|---:|---:|---|",
]
HINT = "<details><summary>Hint</summary>\n\n{}\n\n</details>"


def convert(source, solved=False):
    """One copy of a percent script, not executed: the learner's, or the `solved` one."""
    notebook = jupytext.read(source)
    hints = iter(exercise.clue for exercise in questions.ALL[source.stem[:2]]({}))
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
    return notebook


def is_startup_log(output):
    """Whether an output is only TensorFlow reporting, as it starts, that there is no GPU."""
    lines = output.get("text", "").splitlines() if output.get("name") == "stderr" else []
    return bool(lines) and all(
        re.match(r"[IWE]0000 |WARNING: All log|To enable the following", line) for line in lines
    )


def store_picture(output, alt):
    """Store a plot in 64 colours, which looks the same and keeps the notebook below a megabyte,
    and with its alternative text `alt`, for who cannot see it."""
    if "image/png" in output.get("data", {}):
        # A stored slider is dead: the still picture that was sent with it stays.
        output.data.pop("application/vnd.jupyter.widget-view+json", None)
        output.metadata = nbformat.from_dict({"image/png": {"alt": alt}})
        picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
        small = io.BytesIO()
        picture.convert("RGB").quantize(64).save(small, "PNG", optimize=True)
        output.data["image/png"] = base64.b64encode(small.getvalue()).decode()


def target(source, solved=False):
    """Where a copy of a percent script belongs."""
    return NOTEBOOKS / ("solutions" if solved else "") / f"{source.stem}.ipynb"


def build(source, solved=False):
    """Convert, execute and write one notebook. Returns (seconds, peak memory in MB) of its run."""
    notebook = convert(source, solved)
    notebook.cells.append(nbformat.v4.new_code_cell(PEAK))
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_PROGRESS"] = str(Path(folder, "progress.json"))
        resources = {"metadata": {"path": NOTEBOOKS}}
        NotebookClient(notebook, timeout=600, resources=resources, coalesce_streams=True).execute()
    seconds = time.perf_counter() - start
    peak = int("".join(output.get("text", "") for output in notebook.cells.pop().outputs))
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        alt = cell.metadata.get("alt", "")
        cell.metadata = nbformat.from_dict({})  # without the time stamps of this run
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not is_startup_log(output)]
            for output in cell.outputs:
                store_picture(output, alt)
    path = target(source, solved)
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)
    return seconds, peak / 1000


def write_table(found):
    """Put {lesson: (seconds, MB)} into notebooks/README.md; lessons not built keep their line."""
    path, rows = NOTEBOOKS / "README.md", {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        if match := re.match(r"\| \[(\w+)\]", line):
            rows[match[1]] = line
    for name, (seconds, peak) in found.items():
        row = f"| [{name}]({name}.ipynb) | {seconds:.0f} s | {peak / 1000:.1f} GB |"
        rows[name] = f"{row} [solved](solutions/{name}.ipynb) |"
    lines = TABLE + [rows[name] for name in sorted(rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(names):
    """Build the lessons whose number or name starts with one of `names`, or all."""
    os.environ["COURSE_DATA"] = ""
    if found := datasets.find_sources():
        sys.exit(f"stored outputs show the drawn handwriting; move away {'; '.join(found)}")
    sources = sorted((NOTEBOOKS / "source").glob("*.py"))
    chosen = [s for s in sources if not names or s.stem.startswith(tuple(names))]
    if not chosen:
        known = ", ".join(source.stem for source in sources)
        sys.exit(f"no lesson starts with {' or '.join(names)}; there are: {known}")
    copies = [(source, solved) for source in chosen for solved in (False, True)]
    for source, solved in (progress := tqdm(copies, unit="notebook")):
        name = target(source, solved).relative_to(NOTEBOOKS)
        progress.set_postfix_str(name)
        seconds, peak = build(source, solved)
        tqdm.write(f"{name}: {seconds:.0f} s, {peak:,.0f} MB")
        if not solved:
            write_table({source.stem: (seconds, peak)})


if __name__ == "__main__":
    main(sys.argv[1:])
