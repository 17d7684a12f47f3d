"""How long until the characters are readable? workshop-dcgan on digits, and on 62 classes.

`python benchmarks/quality.py [--quick]` stops the clock at a number of marks, and measures the
Fréchet distance of 2,000 samples and how many classes they have. Measuring doesn't count as
training time. Prints the results, and writes `benchmarks/quality.json`, `digits.png` and
`classes.png`. Real digits are used where there are any.
"""

import argparse
import json
import time
from pathlib import Path

from course_lib.networks import startup  # noqa: F401 - first: it loads TensorFlow quietly

# isort: split
import keras
import numpy as np
from matplotlib.figure import Figure
from tqdm import tqdm

from course_lib import datasets, engine, gan, recipes
from course_lib.data.pixels import scale_pixels
from frechet import Judge

HERE = Path(__file__).parent
MARKS = (5, 10, 15, 20, 25, 30, 40, 50, 60)  # seconds of training
MARKS_62 = (30, 60, 90, 120)


class Marks(keras.callbacks.Callback):
    """Judge 2,000 samples at each mark, and stop the training after the last one.

    The clock starts after the first call of `fit`, which compiles and is waited for only once. It
    stands still while the samples are judged.

    Args:
        judge: a `frechet.Judge`.
        marks: seconds of `clock`, ascending.
        clock: a function that returns seconds.

    Afterwards `found` holds a dict and `rows` the first 20 samples of each mark.
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
    """Train until the last mark, and return a list of dicts and 20 samples for each mark."""
    watch = Marks(judge, marks, clock)
    model.fit(batches, steps_per_epoch=16 * 10**6, verbose=0, callbacks=[watch])
    return watch.found, watch.rows


def reference_values(judge, dataset):
    """Return the Fréchet distance of real characters, of blank paper and of noise, by name."""
    rng = np.random.default_rng(0)
    some = rng.permutation(len(dataset))[:1000]
    real = scale_pixels(dataset.images[some])
    blank = np.full((2000, 28, 28, 1), -1, "float32")
    noise = rng.uniform(-1, 1, blank.shape).astype("float32")
    images = {"1,000 of these characters": real, "blank paper": blank, "noise": noise}
    return {name: judge.judge(kind)[0] for name, kind in images.items()}


def measure(recipe, dataset, marks, seeds, precisions=("float32",), picture=None):
    """Train a recipe with each seed and precision, and return what `report.py` shows."""
    judge = Judge(dataset.images, dataset.labels)
    anchors = reference_values(judge, dataset)
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
    """Save a picture with the first samples of each mark in a row, its time and its distance."""
    figure = Figure(figsize=(9, 0.55 * len(rows)))
    axes = figure.subplots(len(rows))
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
    quick = "only digits, one seed, 10 seconds of training; no pictures"
    parser.add_argument("--quick", action="store_true", help=quick)
    quick = parser.parse_args().quick
    recipe = recipes.load("workshop-dcgan")
    digits = datasets.load_digits()  # it prints whether they are real or drawn
    if quick:
        results = {"digits": measure(recipe, digits, MARKS[:2], [0])}
    else:
        precisions = ["float32"] + (["bfloat16"] if engine.has_bfloat16() else [])
        results = {"digits": measure(recipe, digits, MARKS, [0, 1, 2], precisions, "digits.png")}
        recipe = recipes.load("workshop-dcgan-62")
        drawn = datasets.load_handwriting("alphanumeric")
        results["62 classes"] = measure(recipe, drawn, MARKS_62, [0], picture="classes.png")
    (HERE / "quality.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
