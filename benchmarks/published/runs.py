"""One run of a published recipe: trained in stretches, so that it can be stopped and continued.

A run lives in a folder of its own. After each stretch, the model and the logs are written under
names that contain the step; then `run.json`, which names them, is replaced. So a run that is cut
off at any time goes on from the last stretch.
"""

import json
import os
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from course_lib import gan, recipes
from course_lib.data.pixels import scale_pixels
from course_lib.training import callbacks, engine

STRETCH = 120.0  # seconds of training between two saves, about
N_MEASURED = 1_000  # samples
SURE = 0.9  # a sample reads as a character if the classifier gives one this probability


class Run:
    """A published recipe, its seed, and what it has reached.

    A subclass says how the model is built, whether it learns from labels, and what is kept and
    measured at a mark: `build`, `labels` and `look`.

    Args:
        name: of the recipe.
        plan: its `plans.Plan`.
        seed: of the weights, the order of the images and every z.
        folder: a `Path`, where the run is kept.

    `state` is what `run.json` holds: "step", "turn", "seconds", "precision", "ms_per_step" and
    "marks", the measures by mark.
    """

    def __init__(self, name, plan, seed, folder):
        self.name, self.plan, self.seed = name, plan, seed
        self.recipe = recipes.load(name)
        self.folder = Path(folder) / name / f"seed-{seed}"
        self.state = {"step": 0, "turn": 0, "seconds": 0.0, "precision": None, "marks": {}}
        if (self.folder / "run.json").exists():
            self.state = json.loads((self.folder / "run.json").read_text())

    def is_done(self) -> bool:
        """Return whether the last mark has been reached."""
        return str(self.plan.marks[-1]) in self.state["marks"]

    def next_mark(self) -> int:
        """Return the first mark that hasn't been reached."""
        return next(mark for mark in self.plan.marks if str(mark) not in self.state["marks"])

    def prepare(self, dataset, yardstick) -> None:
        """Build the model, or load it where the run was stopped."""
        self.dataset, self.yardstick = dataset, yardstick
        engine.use_precision(self.state["precision"])
        step = self.state["step"]
        if step:
            keras.utils.set_random_seed(self.seed + step)
            self.model = keras.models.load_model(self.folder / f"model-{step}.keras")
            self.history = self.load_history()
        else:
            self.model, self.history = self.build(), {}
        where = dataset.source.split(f", {os.sep}")[0]  # without the path of the file
        self.state["data"] = f"Data: {where}."
        self.state["readable_real"] = readable(yardstick.classifier, dataset.images[:N_MEASURED])
        self.watch = Watch(self.state["turn"], self.history.get("g_turn", [1])[-1])

    def measure_speed(self, dataset) -> tuple[str, float]:
        """Return the faster precision of this machine, and its milliseconds per step."""
        self.dataset, found = dataset, {}
        for precision in ("float32", "bfloat16") if engine.has_bfloat16() else ("float32",):
            engine.use_precision(precision)
            model = self.build()
            batches = dataset.batches(self.recipe.batch_size, 0, self.labels)
            steps = getattr(self.recipe, "steps_per_execution", 1) * 2
            model.fit(batches, steps_per_epoch=steps, verbose=0)  # compiles the step
            start = time.perf_counter()
            model.fit(batches, steps_per_epoch=steps, verbose=0)
            found[precision] = 1000 * (time.perf_counter() - start) / steps
        fastest = min(found, key=found.get)
        return fastest, found[fastest]

    def advance(self) -> None:
        """Train for a stretch, or up to the next mark if that comes first, and save."""
        mark = self.next_mark()
        if self.position() < mark:
            self.train(mark)
        if self.position() >= mark:
            self.measure(mark)
        self.save()

    def load_mark(self, mark) -> dict[str, np.ndarray]:
        """Return the samples and scores that were kept at a mark."""
        return dict(np.load(self.folder / f"mark-{mark}.npz"))

    def load_history(self) -> dict[str, np.ndarray]:
        """Return the logs of every step up to the last save."""
        return dict(np.load(self.folder / f"history-{self.state['step']}.npz"))

    def position(self) -> int:
        """Return how far the run is, in the plan's unit."""
        if self.plan.unit == "turn":
            return self.state["turn"]
        return self.state["step"] // self.plan.steps_per_unit(self.dataset)

    def train(self, mark) -> None:
        """Take the steps of one stretch."""
        stretch = max(16, int(1000 * STRETCH / self.state["ms_per_step"]) // 16 * 16)
        if self.plan.unit != "turn":
            left = mark * self.plan.steps_per_unit(self.dataset) - self.state["step"]
            stretch = min(stretch, left)
        self.watch.stop_at_turn = mark
        # The order of the images is no part of a saved model: each stretch has a seed of its own.
        order = self.seed + self.state["step"]
        batches = self.dataset.batches(self.recipe.batch_size, order, self.labels)
        start, before = time.perf_counter(), len(self.watch.logs)
        self.model.fit(batches, steps_per_epoch=stretch, verbose=0, callbacks=[self.watch])
        self.state["seconds"] += time.perf_counter() - start
        self.state["step"] += len(self.watch.logs) - before
        self.state["turn"] = self.watch.turn

    def measure(self, mark) -> None:
        """Keep what the model writes at a mark, and its measures."""
        self.folder.mkdir(parents=True, exist_ok=True)
        kept, measures = self.look()
        np.savez_compressed(self.folder / f"mark-{mark}.npz", **kept)
        self.state["marks"][str(mark)] = {
            "step": self.state["step"],
            "minutes": self.state["seconds"] / 60,
            **measures,
        }

    def save(self) -> None:
        """Write model and logs, then name them in `run.json`, then delete the older ones."""
        step = self.state["step"]
        self.folder.mkdir(parents=True, exist_ok=True)
        self.history = join(self.history, self.watch.take())
        self.model.save(self.folder / f"model-{step}.keras")
        np.savez_compressed(self.folder / f"history-{step}.npz", **self.history)
        write(self.folder / "run.json", json.dumps(self.state, indent=1))
        for old in [*self.folder.glob("model-*"), *self.folder.glob("history-*")]:
            if old.stem.split("-")[1] != str(step):
                old.unlink()


class GANRun(Run):
    """A run of a GAN: its samples are read, and compared with the real images."""

    labels = False

    def build(self) -> keras.Model:
        """Build the recipe's GAN."""
        return self.recipe.build_gan(self.seed)

    def look(self) -> tuple[dict, dict]:
        """Return a hundred samples with D's scores, beside real images, and all measures."""
        z = gan.fixed_z(N_MEASURED, self.model.latent_dim, self.seed + 1)
        samples = np.concatenate([self.model.sample(part) for part in np.split(z, 4)])
        report = self.yardstick.report(samples)
        real = scale_pixels(self.dataset.images[:50])
        kept = {
            "samples": samples[:100].astype("float16"),
            "scores": scores(self.model, samples[:100]),
            "real": real.astype("float16"),
            "real_scores": scores(self.model, real),
        }
        return kept, {
            "readable": readable(self.yardstick.classifier, samples),
            "classes": len(report.class_counts) - len(report.missing()),
            "ink": float((samples.mean() + 1) / 2),
            **report.numbers(),
        }


class Watch(callbacks.StepCallback):
    """Keep the logs of every step, and stop `fit` once a turn has been reached.

    A turn of the tutorial letters-dcgan is one turn of G followed by one of D.

    Args:
        turn: how many turns are done.
        g_turn: 1 if G was trained last, else 0.
    """

    def __init__(self, turn, g_turn):
        super().__init__()
        self.logs, self.turn, self.g_turn, self.stop_at_turn = [], turn, g_turn, None

    def on_step(self, step, logs) -> None:
        """Keep the logs, and count a turn when G has it back from D."""
        if "g_turn" in logs:
            if logs["g_turn"] > self.g_turn:
                self.turn += 1
                self.model.stop_training = self.turn >= self.stop_at_turn
            self.g_turn = logs["g_turn"]
        self.logs.append({name: float(value) for name, value in logs.items()})

    def take(self) -> dict[str, np.ndarray]:
        """Return the logs as arrays by name, and forget them."""
        logs, self.logs = self.logs, []
        return {
            name: np.array([log[name] for log in logs], "float32") for name in logs[:1] and logs[0]
        }


def join(earlier, later) -> dict[str, np.ndarray]:
    """Return two histories as one."""
    if not earlier or not later:
        return later or earlier
    return {name: np.concatenate([earlier[name], later[name]]) for name in earlier}


def readable(classifier, images) -> float:
    """Return the fraction of images in which the classifier is sure of a character.

    Its extra answer for pictures that aren't characters counts as none.
    """
    logits = classifier.predict(scale_pixels(images), batch_size=500, verbose=0)["logits"]
    sure = tf.nn.softmax(logits).numpy()[:, :-1].max(axis=1)
    return float((sure >= SURE).mean())


def scores(model, images) -> np.ndarray:
    """Return D's probability that each image is real, float32 [N]."""
    return tf.sigmoid(model.discriminator(images, training=False)).numpy()[:, 0]


def write(path, text) -> None:
    """Replace a text file in one step."""
    temporary = path.with_name(f"{path.name}.part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
