"""How fast is a CSV loaded, and with how much memory? Ours, numpy, pandas, pyarrow and polars.

`python benchmarks/loading.py [--quick]` writes two files of drawn characters, one of 42,000 rows
like Kaggle's digits and one of 372,450 rows like its letters. Each reader reads each file three
times, in turn and in a process of its own. Prints the results and writes `benchmarks/loading.json`.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from tqdm import tqdm

from course_lib import datasets, pen
from process_memory import megabytes

HERE = Path(__file__).parent
READERS = {
    "ours, first time": "first",
    "ours, from the cache": "cache",
    "numpy.loadtxt uint8": "loadtxt",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "polars": "polars",
}
PEERS = ("pandas", "pyarrow", "polars")


def make_csv(path, rows):
    """Write drawn characters as Kaggle's files are: digits with a header, letters without."""
    letters = rows > 100_000
    names = datasets.LETTERS if letters else datasets.DIGITS
    images = pen.draw("".join(names[i % len(names)] for i in range(5_200)), rng=0)
    lines = [",".join(map(str, [i % len(names), *image.ravel()])) for i, image in enumerate(images)]
    with open(path, "w") as file:
        if not letters:
            file.write(",".join(["label"] + [f"pixel{i}" for i in range(784)]) + "\n")
        for start in range(0, rows, len(lines)):
            file.write("\n".join(lines[: rows - start]) + "\n")


def read(how, path):
    """Read a CSV with one of `READERS` and return its pixels as uint8."""
    with open(path) as file:
        header = file.read(5) == "label"
    if how in ("first", "cache"):
        return datasets.load_kaggle_csv(path).images
    if how == "loadtxt":
        return np.loadtxt(path, dtype=np.uint8, delimiter=",", skiprows=int(header))[:, 1:]
    if how == "pandas":
        import pandas

        table = pandas.read_csv(path, header=0 if header else None)
        return table.iloc[:, 1:].to_numpy("uint8")
    if how == "pyarrow":
        from pyarrow import csv

        options = csv.ReadOptions(autogenerate_column_names=not header)
        table = csv.read_csv(path, read_options=options)
        return np.stack([column.to_numpy().astype("uint8") for column in table.columns[1:]], axis=1)
    import polars

    return polars.read_csv(path, has_header=header)[:, 1:].to_numpy().astype("uint8")


def measure(how, path):
    """Print, as JSON, the seconds and the memory in MB that reading takes in this process."""
    sys.stdout, out = sys.stderr, sys.stdout  # the loaders print; `out` carries only the answer
    before = megabytes("VmRSS")
    start = time.perf_counter()
    images = read(how, path)
    seconds = time.perf_counter() - start
    peak = megabytes("VmHWM") - before
    json.dump({"seconds": seconds, "peak": peak, "rows": len(images)}, out)


def measure_apart(how, path):
    """Return what `measure` prints in a new process."""
    command = [sys.executable, __file__, "--one", how, str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{how} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def compare(rows, rounds):
    """Let every reader read one file `rounds` times, in turn, and return the times and peaks."""
    found = {name: {"seconds": [], "peak": 0.0} for name in READERS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kaggle.csv"
        make_csv(path, rows)
        path.read_bytes()  # into the system's file cache, so that nobody reads from the disk
        for _ in tqdm(range(rounds), desc=f"{rows:,} rows"):
            for name, how in READERS.items():
                if how == "first":
                    path.with_name("kaggle.csv.cache.npy").unlink(missing_ok=True)
                answer = measure_apart(how, path)
                assert answer["rows"] == rows, (name, answer)
                found[name]["seconds"].append(answer["seconds"])
                found[name]["peak"] = max(found[name]["peak"], answer["peak"])
    for name, result in found.items():
        print(f"{name:22} {median(result['seconds']):7.2f} s  {result['peak']:7.0f} MB")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the small file, once")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return measure(*options.one)
    missing = [name for name in PEERS if not importlib.util.find_spec(name)]
    if missing:
        parser.error(f"not installed: {', '.join(missing)}; see benchmarks/requirements.txt")
    sizes = {42_000: 1} if options.quick else dict.fromkeys((42_000, 372_450), options.rounds)
    results = {rows: compare(rows, rounds) for rows, rounds in sizes.items()}
    (HERE / "loading.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
