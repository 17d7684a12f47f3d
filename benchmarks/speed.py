"""How fast is a training step? Every contender in turn, each in a process of its own.

`python benchmarks/speed.py [--quick] [--rounds 9]` prints the times and writes
`benchmarks/speed.json`, which `report.py` turns into a table. Other programs may be using the
machine, so the result is the ratio of two times from the same round, not a time.
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

from contenders import CONTENDERS, base_names, load_recipe

HERE = Path(__file__).parent
STEPS = {"kaggle-mlp-gan": 64, "mnist-dcgan": 2, "letters-dcgan": 2}  # in one turn


class Worker:
    """A process that runs one contender, a number of steps at a time."""

    def __init__(self, recipe, contender):
        command = [sys.executable, str(HERE / "contenders.py"), recipe, contender]
        self.name = contender
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        self.process = subprocess.Popen(command, text=True, **pipes)
        self.first = self.answer()["first"]

    def answer(self):
        """Return what the process says next, as a dict."""
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended:\n{self.process.communicate()[1][-2000:]}")
        return json.loads(line)

    def run(self, steps):
        """Run this many steps, and return their times and the peak memory."""
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def matrix_peak():
    """Return the GFLOP/s of a 2,048 × 2,048 float32 matrix product, the best of six."""
    a = np.random.default_rng(0).random((2048, 2048), "float32")
    seconds = []
    for _ in range(6):
        start = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - start)
    return 2 * 2048**3 / min(seconds) / 1e9


def multiplications(model):
    """Return how many multiplications one image costs in a model's dense and conv layers."""
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
    """Return the FLOPs of one published step: D on real and fake images, then G through D.

    A backward pass counts as two forward passes.
    """
    g = multiplications(recipe.build_generator())
    d = multiplications(recipe.build_discriminator())
    n, n_g = recipe.batch_size, recipe.batch_size * recipe.fakes_per_real
    return 2 * (n * g + 2 * n * 3 * d + n_g * (3 * g + 2 * d))


def race(recipe, contenders, rounds):
    """Let the contenders take turns of a few steps, starting each round with the next one.

    Returns by contender the time to the first step, the times of a step in each round, and the peak
    memory in MB.
    """
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


def print_times(recipe, results):
    """Print each contender's median time, and how many times as fast as the tutorials it is."""
    times = {name: median(result["seconds"]) for name, result in results.items()}
    base = min(times[name] for name in base_names() if name in times)
    for name, seconds in times.items():
        print(f"{recipe:16} {name:36} {1000 * seconds:8.1f} ms {base / seconds:6.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    quick = "one recipe, fewer contenders, 3 rounds"
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--rounds", type=int, default=9, help="default: 9")
    options = parser.parse_args()

    from course_lib import engine

    bfloat16 = engine.has_bfloat16()
    contenders = [
        name
        for name, contender in CONTENDERS.items()
        if (contender.quick if options.quick else bfloat16 or not contender.bfloat16)
    ]
    rounds = {"kaggle-mlp-gan": 3} if options.quick else dict.fromkeys(STEPS, options.rounds)
    results = {"peak_gflops": matrix_peak(), "bfloat16": bfloat16, "recipes": {}}
    for recipe, n in rounds.items():
        found = race(recipe, contenders, n)
        flops = published_flops(load_recipe(recipe))
        results["recipes"][recipe] = {"flops": flops, "contenders": found}
        print_times(recipe, found)
    (HERE / "speed.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
