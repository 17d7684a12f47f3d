"""Build and execute the notebooks: `python tools/build_notebooks.py [NAME ...]`.

Each percent script notebooks/source/NN_topic.py becomes notebooks/NN_topic.ipynb, run from top to
bottom. A name such as 03 builds that lesson alone; no name builds all. A notebook is written only
once it has run to its end.
"""

import base64
import io
import os
import re
import sys
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from PIL import Image
from tqdm import tqdm

from course_lib import datasets

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def convert(source):
    """The notebook of one percent script, not executed, with ids that stay the same."""
    notebook = jupytext.read(source)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat_minor = 5
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{source.stem[:2]}-{number:02d}"
        cell.metadata = nbformat.from_dict({})
    return notebook


def is_startup_log(output):
    """Whether an output is only TensorFlow reporting, as it starts, that there is no GPU."""
    lines = output.get("text", "").splitlines() if output.get("name") == "stderr" else []
    return bool(lines) and all(
        re.match(r"[IWE]0000 |WARNING: All log|To enable the following", line) for line in lines
    )


def shrink_picture(output):
    """Store a plot in 64 colours: it looks the same and the notebook stays below a megabyte."""
    if "image/png" in output.get("data", {}):
        picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
        small = io.BytesIO()
        picture.convert("RGB").quantize(64).save(small, "PNG", optimize=True)
        output.data["image/png"] = base64.b64encode(small.getvalue()).decode()


def build(source):
    """Convert, execute and write one notebook. Returns the seconds its run took."""
    notebook = convert(source)
    start = time.perf_counter()
    client = NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": NOTEBOOKS}}, coalesce_streams=True
    )
    client.execute()
    seconds = time.perf_counter() - start
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})  # without the time stamps of this run
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not is_startup_log(output)]
            for output in cell.outputs:
                shrink_picture(output)
    nbformat.write(notebook, NOTEBOOKS / f"{source.stem}.ipynb")
    return seconds


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
    for source in (progress := tqdm(chosen, unit="notebook")):
        progress.set_postfix_str(source.stem)
        tqdm.write(f"{source.stem}: {build(source):.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
