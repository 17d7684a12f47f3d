"""Does memory grow during a long run? 2,000 steps of workshop-mlp, with samples every 100.

`python benchmarks/memory.py` samples once with `gan.sample` and once with `predict`, and measures
how many MB the process grew by between step 200, when everything has been built, and the last step.
It also measures how long `import course_lib` takes. Prints the results and writes
`benchmarks/memory.json`.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from process_memory import megabytes

HERE = Path(__file__).parent
WAYS = ("sample", "predict")


def growth(how, steps=2_000, warm=200):
    """Train and sample, and return by how many MB the process grew after step `warm`."""
    from course_lib import datasets, gan, recipes

    recipe = recipes.load("workshop-mlp")
    model = recipe.build_gan()
    batches = iter(datasets.load_handwriting("digits").batches(recipe.batch_size))
    z = gan.fixed_z(100, recipe.latent_dim)
    for step in range(1, steps + 1):
        model.train_on_batch(next(batches))
        if step % 100 == 0:
            model.sample(z) if how == "sample" else model.generator.predict(z, verbose=0)
        if step == warm:
            before = megabytes("VmRSS")
    return megabytes("VmRSS") - before


def import_seconds(rounds=7):
    """Return the median of the seconds that `import course_lib` adds to starting Python."""

    def once(code):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - start

    return median(once("import course_lib") - once("pass") for _ in range(rounds))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return print(json.dumps(growth(options.one)))
    results = {}
    for how in WAYS:
        command = [sys.executable, __file__, "--one", how]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        results[how] = json.loads(done.stdout.splitlines()[-1])
        print(f"{how:8} {results[how]:+.1f} MB over 1,800 steps")
    results["import_seconds"] = import_seconds()
    print(f"import course_lib: {results['import_seconds']:.3f} s")
    (HERE / "memory.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
