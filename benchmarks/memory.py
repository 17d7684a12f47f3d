"""Memory over 2,000 steps of workshop-mlp with samples every 100, beside `predict` in the loop.

`python benchmarks/memory.py` prints and writes `benchmarks/memory.json`: MB that the process grew by
between step 200, when everything is built, and the last; and the seconds that an import takes.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

HERE = Path(__file__).parent


def resident():
    """MB of this process in memory now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def grow(how, steps=2_000, warm=200):
    """Train and sample; MB gained after step `warm`."""
    from course_lib import gan
    from course_lib.data import datasets
    from course_lib.gan import recipes

    recipe = recipes.load("workshop-mlp")
    model = recipe.build_gan()
    batches = iter(datasets.load_handwriting("digits").batches(recipe.batch_size))
    z = gan.fixed_z(100, recipe.latent_dim)
    for step in range(1, steps + 1):
        model.train_on_batch(next(batches))
        if step % 100 == 0:
            model.sample(z) if how == "sample" else model.generator.predict(z, verbose=0)
        if step == warm:
            before = resident()
    return resident() - before


def import_seconds(rounds=7):
    """Median seconds that `import course_lib` adds to starting Python."""

    def once(code):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - start

    gains = sorted(once("import course_lib") - once("pass") for _ in range(rounds))
    return gains[rounds // 2]


def main():
    if len(sys.argv) > 1:
        return print(json.dumps(grow(sys.argv[1])))
    results = {}
    for how in ("sample", "predict"):
        command = [sys.executable, __file__, how]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        results[how] = json.loads(done.stdout.splitlines()[-1])
        print(f"{how:8} {results[how]:+.1f} MB over 1,800 steps")
    results["import_seconds"] = import_seconds()
    print(f"import course_lib: {results['import_seconds']:.3f} s")
    (HERE / "memory.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
