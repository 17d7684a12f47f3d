"""Training steps side by side: every contender in its own process, a few steps each in turn.

`python benchmarks/speed.py [--quick] [--rounds 9]` writes `benchmarks/speed.json`; `report.py` makes the table.
The machine is shared and noisy, so what counts is the ratio within one round, not the time.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
from tqdm import tqdm

from course_lib.training import engine

HERE = Path(__file__).parent
STEPS = {"kaggle-mlp-gan": 64, "mnist-dcgan": 2, "letters-dcgan": 2}  # a turn
BASE = ("tutorial loop", "tutorial loop as Keras compiles it")
RIVALS = (*BASE, "keras io fit", "PyTorch", "ours train on batch", "ours fit")
QUICK = ("tutorial loop", "PyTorch", "ours train on batch", "ours fit")
BFLOAT16 = ("PyTorch bfloat16", "ours fit bfloat16")


class Worker:
    """One contender at work, told how many steps to do."""

    def __init__(self, recipe, contender):
        command = [sys.executable, str(HERE / "contenders.py"), recipe, contender]
        self.name = contender
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.first = self.answer()["first"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended:\n{self.process.communicate()[1][-2000:]}")
        return json.loads(line)

    def run(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def matrix_peak():
    """GFLOP/s of float32 matrix products of 2,048, the best of five."""
    a = np.random.default_rng(0).random((2048, 2048), "float32")
    seconds = []
    for _ in range(6):
        start = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - start)
    return 2 * 2048**3 / min(seconds) / 1e9


def multiplications(model):
    """Multiplications of one image through a model's Dense and convolutional layers."""
    total = 0
    for layer in model.layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is None:
            continue
        transposed = "Transpose" in type(layer).__name__
        places = (layer.input if transposed else layer.output).shape[1:-1]
        total += int(np.prod(kernel.shape)) * int(np.prod(places))
    return total


def published_flops(recipe):
    """FLOPs of one step as published: D on real and fake, then G through D. Backward costs twice."""
    g = multiplications(recipe.build_generator())
    d = multiplications(recipe.build_discriminator())
    n, n_g = recipe.batch_size, recipe.batch_size * recipe.fakes_per_real
    return 2 * (n * g + 2 * n * 3 * d + n_g * (3 * g + 2 * d))


def race(recipe, contenders, rounds):
    """Rounds of a few steps each, the order turning. Returns a dict of results by contender."""
    results = {}
    workers = [Worker(recipe, name) for name in tqdm(contenders, desc=f"{recipe}: building")]
    for worker in workers:
        results[worker.name] = {"first": worker.first, "seconds": [], "cpu": [], "peak": 0}
    for number in tqdm(range(rounds), desc=f"{recipe}: rounds"):
        for worker in workers[number % len(workers) :] + workers[: number % len(workers)]:
            answer = worker.run(STEPS[recipe])
            result = results[worker.name]
            result["seconds"].append(answer["seconds"] / STEPS[recipe])
            result["cpu"].append(answer["cpu"] / STEPS[recipe])
            result["peak"] = answer["peak"]
    for worker in workers:
        worker.close()
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one recipe, fewer rivals, 3 rounds")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    quick = options.quick
    contenders = QUICK if quick else RIVALS + (BFLOAT16 if engine.has_bfloat16() else ())
    rounds = {"kaggle-mlp-gan": 3} if quick else dict.fromkeys(STEPS, options.rounds)

    from contenders import load_recipe

    results = {"peak_gflops": matrix_peak(), "bfloat16": engine.has_bfloat16(), "recipes": {}}
    for name, n in rounds.items():
        results["recipes"][name] = {
            "flops": published_flops(load_recipe(name)),
            "contenders": race(name, contenders, n),
        }
        times = results["recipes"][name]["contenders"]
        base = min(median(times[loop]["seconds"]) for loop in BASE if loop in times)
        for contender, result in times.items():
            ratio = base / median(result["seconds"])
            print(
                f"{name:16} {contender:36} {1000 * median(result['seconds']):8.1f} ms {ratio:6.2f}"
            )
    (HERE / "speed.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
