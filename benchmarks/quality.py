"""Seconds of training to characters one can read: workshop-dcgan on digits, -62 on 62 classes.

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
import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from course_lib import gan
from course_lib.data import datasets
from course_lib.gan import recipes
from course_lib.training import engine
from frechet import Judge

HERE = Path(__file__).parent
MARKS = (5, 10, 15, 20, 25, 30, 40, 50, 60)  # seconds of training


class Marks(keras.callbacks.Callback):
    """Judge 2,000 samples at each mark, and stop after the last: one dict a mark in `found`.

    The clock stands still while it judges, and starts after the first call: that compiles, and a
    learner waits for it once.
    """

    def __init__(self, judge, marks, clock):
        super().__init__()
        self.judge, self.marks, self.clock = judge, list(marks), clock
        self.start, self.step, self.found, self.rows = None, 0, [], []

    def on_train_batch_end(self, batch, logs=None):
        self.step += self.model.steps_per_execution
        if self.start is None:
            self.start = self.clock()
        seconds = self.clock() - self.start
        if seconds < self.marks[0]:
            return
        before = self.clock()
        self.marks = [mark for mark in self.marks if mark > seconds]
        z = gan.fixed_z(2000, self.model.latent_dim, seed=99)
        images = np.concatenate([self.model.sample(part) for part in np.split(z, 4)])
        distance, classes = self.judge.judge(images)
        mark = {"seconds": seconds, "step": self.step, "frechet": distance, "classes": classes}
        self.found.append(mark)
        self.rows.append(images[:20])
        self.start += self.clock() - before
        self.model.stop_training = not self.marks


def train_and_judge(model, batches, judge, marks, clock=time.perf_counter):
    """Train until the last mark, in seconds of `clock`: one dict and 20 samples a mark."""
    watch = Marks(judge, marks, clock)
    model.fit(batches, steps_per_epoch=16 * 10**6, verbose=0, callbacks=[watch])
    return watch.found, watch.rows


def measure(recipe, dataset, marks, seeds, precisions=("float32",), picture=None):
    """Train on `dataset` with each seed and precision; returns what `report.py` shows."""
    judge = Judge(dataset.images, dataset.labels)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(dataset))
    some = dataset.images[order[:1000]].astype("float32") / 127.5 - 1
    anchors = {
        "1,000 of the real ones": judge.judge(some)[0],
        "blank paper": judge.judge(np.full((2000, 28, 28, 1), -1, "float32"))[0],
        "noise": judge.judge(rng.uniform(-1, 1, (2000, 28, 28, 1)).astype("float32"))[0],
    }
    found = {"data": dataset.source.split(", ")[0], "anchors": anchors, "runs": {}}
    for precision in precisions:
        engine.use_precision(precision)
        found["runs"][precision] = []
        for seed in tqdm(seeds, desc=f"{recipe.name}, {precision}"):
            batches = dataset.batches(recipe.batch_size, seed)
            run, rows = train_and_judge(recipe.build_gan(seed), batches, judge, marks)
            found["runs"][precision].append(run)
            line = "  ".join(
                f"{m['seconds']:.0f} s {m['frechet']:.0f} ({m['classes']})" for m in run
            )
            print(f"{precision}, seed {seed}: {line}")
            if picture and seed == seeds[0] and precision == "float32":
                draw(rows, run, HERE / picture)
    engine.use_precision("float32")
    return found


def draw(rows, run, path):
    """Each mark's first samples in a row, with its seconds and its distance."""
    figure, axes = plt.subplots(len(rows), figsize=(9, 0.55 * len(rows)))
    for axis, row, mark in zip(axes, rows, run, strict=True):
        axis.imshow(np.concatenate(list(row[..., 0]), axis=1), cmap="gray_r", vmin=-1, vmax=1)
        label = f"{mark['seconds']:.0f} s: {mark['frechet']:.0f}  "
        axis.set_ylabel(label, rotation=0, ha="right", va="center")
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    figure.tight_layout(pad=0.3)
    figure.savefig(path, dpi=100)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="digits, one seed, 10 seconds")
    quick = parser.parse_args().quick
    recipe = recipes.load("workshop-dcgan")
    precisions = ["float32"] + (["bfloat16"] if engine.has_bfloat16() and not quick else [])
    digits = datasets.load_digits()  # MNIST where there is one, else drawn; it says which
    if quick:
        results = {"digits": measure(recipe, digits, MARKS[:2], [0])}
    else:
        results = {"digits": measure(recipe, digits, MARKS, [0, 1, 2], precisions, "digits.png")}
        recipe = recipes.load("workshop-dcgan-62")
        written = datasets.load_handwriting("alphanumeric")
        marks = (30, 60, 90, 120)
        results["62 classes"] = measure(recipe, written, marks, [0], picture="classes.png")
    (HERE / "quality.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
