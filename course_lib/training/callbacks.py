"""What to keep from a run: progress, every step's numbers, samples on a fixed z, measures, a film.

They are Keras callbacks for `gan.fit(..., verbose=0, callbacks=[...])`; `fit_and_watch` puts them
together.
"""

import csv
import time

import keras
import numpy as np
from PIL import Image

from course_lib import plots
from course_lib.data.progress import ProgressBar
from course_lib.training.model import StepModel


class StepCallback(keras.callbacks.Callback):
    """A callback that counts steps over all epochs and fits: override `on_step(step, logs)`."""

    def __init__(self):
        super().__init__()
        self.step = 0

    def on_train_batch_end(self, batch, logs=None):
        """Hand on each step of a call, of which a `GAN` may take several."""
        steps = self.model.split_logs(logs) if isinstance(self.model, StepModel) else [logs]
        for step_logs in steps:
            self.step += 1
            self.on_step(self.step, step_logs)

    def on_step(self, step, logs):
        """Called for each step with the number of steps done and that step's logs."""


class Progress(StepCallback):
    """A progress bar over `steps` steps, with the losses beside it."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def on_train_begin(self, logs=None):
        self.bar = ProgressBar(self.steps, initial=self.step)

    def on_step(self, step, logs):
        self.bar.set_postfix(
            {name: f"{float(logs[name]):.2f}" for name in ("d_loss", "g_loss") if name in logs},
            refresh=False,
        )
        self.bar.update(step - self.bar.n)

    def on_train_end(self, logs=None):
        self.bar.close()


class History(StepCallback):
    """Every step's logs, as lists in `history` ("step", "d_loss", "g_loss", ...).

    `reports`: what a `Measure` beside it measured, a `metrics.Report` by step.
    """

    def __init__(self):
        super().__init__()
        self.history = {"step": []}
        self.reports = {}

    def on_step(self, step, logs):
        self.history["step"].append(step)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))

    def save(self, path):
        """Write a CSV file with a header, one row a step; measures stand in the rows they belong to.

        Raises ValueError if the runs it watched did not log the same things.
        """
        if len({len(values) for values in self.history.values()}) > 1:
            raise ValueError("this History watched runs with different logs: use one for each")
        measures = {step: report.numbers() for step, report in self.reports.items()}
        names = list(next(iter(measures.values()), {}))
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([*self.history, *names])
            for step, *values in zip(*self.history.values(), strict=True):
                found = measures.get(step, {})
                writer.writerow([step, *values, *(found.get(name, "") for name in names)])


class Film(StepCallback):
    """Samples on a fixed z, denser early, when most happens: `frames` and `frame_steps`.

    `z`: [N, latent_dim]. `steps`: length of the run. `n_frames`: about how many; the steps grow
    like a square, from 0 to the last. Where `fit` takes several steps in a call, a frame shows the
    end of the call, and its number says so.
    """

    def __init__(self, z, steps, n_frames=40):
        super().__init__()
        if steps < 1 or n_frames < 2:
            raise ValueError(f"steps={steps}, n_frames={n_frames}: expected at least 1 and 2")
        self.z = z
        self.due = sorted({int(round(steps * (i / (n_frames - 1)) ** 2)) for i in range(n_frames)})
        self.frames, self.frame_steps = [], []

    def on_train_begin(self, logs=None):
        self.look()

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch, logs)
        self.look()

    def look(self):
        """Draw a frame if one is due."""
        if self.due and self.step >= self.due[0]:
            self.due = [due for due in self.due if due > self.step]
            self.frames.append(self.model.sample(self.z))
            self.frame_steps.append(self.step)

    def save(self, path, columns=10, zoom=2, milliseconds=120):
        """Write a looping GIF that rests on its last frame.

        `columns`: images a row; `zoom`: screen pixels a pixel; `milliseconds`: a frame's time.
        Raises ValueError before the first frame.
        """
        if not self.frames:
            raise ValueError("no frames yet: give this Film to fit(callbacks=[...]) first")
        pages = []
        for images in self.frames:
            page = np.round(plots.tile(images, columns) * 7) * (255 / 7)  # 8 greys: a small file
            page = page.astype("uint8")
            pages.append(Image.fromarray(np.kron(page, np.ones((zoom, zoom), "uint8"))))
        durations = [milliseconds] * (len(pages) - 1) + [2500]
        pages[0].save(path, save_all=True, append_images=pages[1:], duration=durations, loop=0)


class Measure(StepCallback):
    """How well the samples are, again and again: a `metrics.Report` by step into `history.reports`.

    `yardstick`: a `metrics.Yardstick`; `history`: the run's `History`. Measured at every
    `every` steps or later: never is more than `budget`, a share, of the time spent on it.
    500 samples on a fixed z, so that a report at the end with more of them says a little less.
    """

    def __init__(self, yardstick, history, every=200, budget=0.05, n_samples=500):
        super().__init__()
        self.yardstick, self.history = yardstick, history
        self.every, self.budget, self.n_samples = every, budget, n_samples
        self.due, self.spent, self.cost = every, 0.0, yardstick.seconds

    def on_train_begin(self, logs=None):
        self.start = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch, logs)
        now = time.perf_counter()
        affordable = self.spent + self.cost <= self.budget * (now - self.start)
        if self.step >= self.due and affordable:
            samples = self.model.sample(self.n_samples)
            if np.isfinite(samples).all():
                self.history.reports[self.step] = self.yardstick.report(samples)
            self.cost = time.perf_counter() - now
            self.spent += self.cost
            self.due = self.step + self.every


def fit_and_watch(model, batches, steps, z, n_frames=40, yardstick=None):
    """Train with a progress bar, every step's numbers and a film. Returns (`History`, `Film`).

    `model`: a compiled `gan.GAN`; `batches`: as `Dataset.batches` gives them; `z`: [N, latent_dim],
    what the film shows; `n_frames`: about how many frames; `yardstick`: to `Measure` on the way.
    """
    history, film = History(), Film(z, steps, n_frames)
    watch = [history, film, Progress(steps)]
    if yardstick:
        watch.append(Measure(yardstick, history))
    model.fit(batches, steps_per_epoch=steps, verbose=0, callbacks=watch)
    return history, film
