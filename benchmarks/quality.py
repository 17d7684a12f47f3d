"""Seconds of training to digits one can read: workshop-dcgan, three seeds.

`python benchmarks/quality.py [--quick]` writes `benchmarks/quality.json`: at each mark the seconds of
training, the Fréchet distance and the classes present. Measuring does not count as training.
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from tqdm import tqdm

from course_lib import datasets, gan, recipes
from frechet import Judge
from speed import has_bfloat16

HERE = Path(__file__).parent
MARKS = (5, 10, 15, 20, 25, 30, 40, 50, 60)  # seconds of training


def train_and_judge(recipe, dataset, judge, seed, marks=MARKS, n=2000):
    """Train until the last mark; returns one dict a mark."""
    model = recipe.build_gan(seed)
    batches = iter(dataset.batches(recipe.batch_size, seed))
    z = gan.fixed_z(n, recipe.latent_dim, seed=99)
    # The first step compiles; a learner waits for it once, RESULTS.md says how long.
    model.train_on_batch(next(batches))
    seconds, cpu, step, found = 0.0, 0.0, 1, []
    for mark in tqdm(marks, desc=f"{recipe.name}, seed {seed}"):
        while seconds < mark:
            start, start_cpu = time.perf_counter(), time.process_time()
            for _ in range(10):
                model.train_on_batch(next(batches))
            seconds += time.perf_counter() - start
            cpu += time.process_time() - start_cpu
            step += 10
        images = np.concatenate([model.sample(z[i : i + 500]) for i in range(0, n, 500)])
        distance, classes = judge.judge(images)
        found.append(
            {"seconds": seconds, "cpu": cpu, "step": step, "frechet": distance, "classes": classes}
        )
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, 20 seconds")
    quick = parser.parse_args().quick
    real = datasets.load_digits()  # MNIST where there is one, else drawn; it says which
    judge = Judge(real.images, real.labels)
    rng = np.random.default_rng(0)
    noise = rng.uniform(-1, 1, (2000, 28, 28, 1)).astype("float32")
    some = real.images[rng.permutation(len(real))[:1000]].astype("float32") / 127.5 - 1
    anchors = {
        "1,000 of the digits themselves": judge.judge(some)[0],
        "blank paper": judge.judge(np.full((2000, 28, 28, 1), -1, "float32"))[0],
        "noise": judge.judge(noise)[0],
    }
    print({name: round(value, 1) for name, value in anchors.items()})
    results = {"data": real.source.split(", ")[0], "anchors": anchors, "runs": {}}
    recipe = recipes.load("workshop-dcgan")
    marks = MARKS[:4] if quick else MARKS
    policies = ["float32"] + (["mixed_bfloat16"] if has_bfloat16() and not quick else [])
    for policy in policies:
        keras.config.set_dtype_policy(policy)
        results["runs"][policy] = [
            train_and_judge(recipe, real, judge, seed, marks) for seed in range(1 if quick else 3)
        ]
    keras.config.set_dtype_policy("float32")
    for policy, runs in results["runs"].items():
        for seed, run in enumerate(runs):
            line = "  ".join(
                f"{m['seconds']:.0f} s {m['frechet']:.0f} ({m['classes']})" for m in run
            )
            print(f"{policy}, seed {seed}: {line}")
    (HERE / "quality.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
