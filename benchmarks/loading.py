"""Loading Kaggle's CSVs: seconds and peak memory beside pandas, pyarrow, polars and numpy.

`python benchmarks/loading.py [--quick]` makes a CSV of 42,000 rows (digits) and one of 372,450 (A-Z)
of drawn characters, reads each with every reader in a process of its own, three times, in turn,
and writes `benchmarks/loading.json`. --quick: the small file, once.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from tqdm import tqdm

from course_lib import pen
from course_lib.data import datasets

HERE = Path(__file__).parent
READERS = {
    "ours, first time": "first",
    "ours, from the cache": "cache",
    "numpy.loadtxt uint8": "loadtxt",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "polars": "polars",
}


def make_csv(path, rows):
    """Drawn characters in the shape of Kaggle's file: digits with a header, A-Z without."""
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
    """Read a CSV one way; everybody ends with uint8 images."""
    header = 0 if open(path).read(5) == "label" else None
    if how in ("first", "cache"):
        return datasets.load_kaggle_csv(path).images
    if how == "loadtxt":
        skip = 0 if header is None else 1
        return np.loadtxt(path, dtype=np.uint8, delimiter=",", skiprows=skip)[:, 1:]
    if how == "pandas":
        import pandas

        return pandas.read_csv(path, header=header).iloc[:, 1:].to_numpy("uint8")
    if how == "pyarrow":
        from pyarrow import csv

        options = csv.ReadOptions(autogenerate_column_names=header is None)
        table = csv.read_csv(path, read_options=options)
        return np.stack([column.to_numpy().astype("uint8") for column in table.columns[1:]], axis=1)
    import polars

    return polars.read_csv(path, has_header=header == 0)[:, 1:].to_numpy().astype("uint8")


def memory(field):
    """MB of this process now (VmRSS) or at its peak (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) / 1024


def one(how, path):
    """In a process of its own: print seconds and the peak of memory above the start, in MB."""
    sys.stdout, out = sys.stderr, sys.stdout
    before = memory("VmRSS")
    start = time.perf_counter()
    images = read(how, path)
    seconds = time.perf_counter() - start
    peak = memory("VmHWM") - before
    json.dump({"seconds": seconds, "peak": peak, "rows": len(images)}, out)


def compare(rows, rounds):
    """Every reader on one file, `rounds` times in turn."""
    found = {name: {"seconds": [], "peak": 0.0} for name in READERS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kaggle.csv"
        make_csv(path, rows)
        path.read_bytes()  # into the page cache, for all alike
        for _ in tqdm(range(rounds), desc=f"{rows:,} rows"):
            for name, how in READERS.items():
                if how == "first":
                    path.with_name("kaggle.csv.cache.npy").unlink(missing_ok=True)
                command = [sys.executable, __file__, "--one", how, str(path)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                answer = json.loads(done.stdout)
                assert answer["rows"] == rows, (name, answer)
                found[name]["seconds"].append(answer["seconds"])
                found[name]["peak"] = max(found[name]["peak"], answer["peak"])
    for name, result in found.items():
        print(f"{name:22} {median(result['seconds']):7.2f} s  {result['peak']:7.0f} MB")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return one(*options.one)
    sizes = {42_000: 1} if options.quick else dict.fromkeys((42_000, 372_450), options.rounds)
    results = {rows: compare(rows, rounds) for rows, rounds in sizes.items()}
    (HERE / "loading.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
