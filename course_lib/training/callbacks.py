"""Keras callbacks that watch a run: a progress bar, every step's logs, a film and quality measures.

They are for `gan.fit(..., verbose=0, callbacks=[...])`; `fit_and_watch` uses them together.
"""

import csv
import time
import warnings

import keras
import numpy as np
from PIL import Image

from course_lib import plots
from course_lib.data.pixels import describe_unit_range
from course_lib.data.progress_bar import ProgressBar
from course_lib.networks.latent import fixed_z
from course_lib.training.model import StepModel


class StepCallback(keras.callbacks.Callback):
    """A callback that counts steps over all calls of `fit`; a subclass overrides `on_step`."""

    def __init__(self):
        super().__init__()
        self.step = 0

    def on_train_batch_end(self, batch, logs=None) -> None:
        """Call `on_step` for each step; a `StepModel` may have taken several in this call."""
        steps = self.model.split_logs(logs) if isinstance(self.model, StepModel) else [logs]
        for step_logs in steps:
            self.step += 1
            self.on_step(self.step, step_logs)

    def on_step(self, step, logs) -> None:
        """Look at one step.

        Args:
            step: how many steps are done, this one included.
            logs: this step's logs, a dict of scalars.
        """


class Progress(StepCallback):
    """A progress bar with the current losses, and D's accuracy on real and fake images.

    Args:
        steps: the length of the run.
    """

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def on_train_begin(self, logs=None) -> None:
        """Start the bar."""
        self.bar = ProgressBar(self.steps, initial=self.step)

    def on_step(self, step, logs) -> None:
        """Move the bar to this step."""
        shown = {name: f"{float(logs[name]):.2f}" for name in ("d_loss", "g_loss") if name in logs}
        for kind in ("real", "fake"):  # how many of each D is right about
            if f"{kind}_accuracy" in logs:
                shown[kind] = f"{float(logs[f'{kind}_accuracy']):.0%}"
        self.bar.set_postfix(shown, refresh=False)
        self.bar.update(step - self.bar.n)

    def on_train_end(self, logs=None) -> None:
        """End the bar."""
        self.bar.close()


class History(StepCallback):
    """The logs of every step.

    `history` is a dict of lists with the key "step" and those of the logs, such as "d_loss".
    `reports` is a dict step -> `metrics.Report`, filled by a `Measure` that watches the same run.
    """

    def __init__(self):
        super().__init__()
        self.history = {"step": []}
        self.reports = {}

    def on_step(self, step, logs) -> None:
        """Append this step's logs."""
        self.history["step"].append(step)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))

    def save(self, path) -> None:
        """Write a CSV file: a header, then one row for each step, with the measures of that step.

        Args:
            path: where to write the file.

        Raises:
            ValueError: if it watched several runs whose logs have different names.
        """
        if len({len(values) for values in self.history.values()}) > 1:
            names = ", ".join(self.history)
            raise ValueError(
                f"this History watched runs with different logs ({names}), which don't fit in one "
                "table: use a new History for each run"
            )
        measures = {step: report.numbers() for step, report in self.reports.items()}
        names = list(next(iter(measures.values()), {}))
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([*self.history, *names])
            for step, *values in zip(*self.history.values(), strict=True):
                found = measures.get(step, {})
                writer.writerow([step, *values, *(found.get(name, "") for name in names)])


class Film(StepCallback):
    """Samples from the same z throughout the run, more frames early on, when they change most.

    `frames` is a list of float32 [N, 28, 28, 1] in [-1, 1], `frame_steps` the step of each. If
    `fit` takes several steps in a call, a frame shows the end of a call, and so does its step.

    Args:
        z: [N, latent_dim].
        steps: the length of the run, 1 or more.
        n_frames: about how many frames, 2 or more; their steps grow as squares do, from 0 to
            `steps`.

    Raises:
        ValueError: for fewer steps or frames.
    """

    def __init__(self, z, steps, n_frames=40):
        super().__init__()
        if steps < 1 or n_frames < 2:
            raise ValueError(
                f"a Film got steps={steps} and n_frames={n_frames}: expected at least 1 step and "
                "2 frames"
            )
        self.z = z
        self.due = sorted({int(round(steps * (i / (n_frames - 1)) ** 2)) for i in range(n_frames)})
        self.frames, self.frame_steps = [], []

    def on_train_begin(self, logs=None) -> None:
        """Take the frame of step 0."""
        self.look()

    def on_train_batch_end(self, batch, logs=None) -> None:
        """Count the steps, then take a frame if one is due."""
        super().on_train_batch_end(batch, logs)
        self.look()

    def look(self) -> None:
        """Take a frame if one is due."""
        if self.due and self.step >= self.due[0]:
            self.due = [due for due in self.due if due > self.step]
            self.frames.append(self.model.sample(self.z))
            self.frame_steps.append(self.step)

    def save(self, path, columns=10, zoom=2, milliseconds=120) -> None:
        """Write a GIF that loops and pauses on its last frame.

        Args:
            path: where to write the file.
            columns: how many images there are in a row.
            zoom: side, in screen pixels, of each pixel of an image.
            milliseconds: how long each frame but the last is shown.

        Raises:
            ValueError: if there is no frame yet.
        """
        if not self.frames:
            raise ValueError(
                "this Film has no frames yet: train with fit(..., callbacks=[film]) first"
            )
        pages = []
        for images in self.frames:
            page = np.round(plots.tile(images, columns) * 7) * (255 / 7)  # 8 greys: a small file
            page = page.astype("uint8")
            pages.append(Image.fromarray(np.kron(page, np.ones((zoom, zoom), "uint8"))))
        durations = [milliseconds] * (len(pages) - 1) + [2500]
        pages[0].save(path, save_all=True, append_images=pages[1:], duration=durations, loop=0)


class Measure(StepCallback):
    """Measure the quality of the samples during the run; the results go to `history.reports`.

    Args:
        yardstick: a `metrics.Yardstick`; its `report` does the measuring.
        history: the `History` that watches the same run.
        every: the smallest number of steps from one measure to the next.
        budget: a fraction, 0 to 1; measuring takes at most this fraction of the run time. If
            measuring is slow, there are more than `every` steps between two measures.
        n_samples: how many samples are measured, from the same z each time. With more samples, the
            Fréchet distance comes out a little lower.
    """

    def __init__(self, yardstick, history, every=200, budget=0.05, n_samples=500):
        super().__init__()
        self.yardstick, self.history = yardstick, history
        self.every, self.budget, self.n_samples = every, budget, n_samples
        self.due, self.spent, self.cost = every, 0.0, yardstick.seconds

    def on_train_begin(self, logs=None) -> None:
        """Start the clock."""
        self.start = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None) -> None:
        """Count the steps, then measure if a measure is due and there is time for it."""
        super().on_train_batch_end(batch, logs)
        now = time.perf_counter()
        affordable = self.spent + self.cost <= self.budget * (now - self.start)
        if self.step >= self.due and affordable:
            samples = self.model.sample(fixed_z(self.n_samples, self.model.latent_dim))
            if describe_unit_range(samples):
                warnings.warn(
                    "the samples look like pixels in [0, 1], so they aren't measured: expected a "
                    "generator that draws black as -1. End it in tanh",
                    stacklevel=2,
                )
            elif np.isfinite(samples).all():
                self.history.reports[self.step] = self.yardstick.report(samples)
            self.cost = time.perf_counter() - now
            self.spent += self.cost
            self.due = self.step + self.every


def fit_and_watch(
    model, batches, steps, z, n_frames=40, yardstick=None, more=()
) -> tuple[History, Film]:
    """Train a GAN with a progress bar, the logs of every step and a film.

    Args:
        model: a compiled `gan.GAN`.
        batches: as `Dataset.batches` gives them.
        steps: the length of the run, 1 or more.
        z: [N, latent_dim]; the film shows the samples from it.
        n_frames: about how many frames the film has, 2 or more.
        yardstick: a `metrics.Yardstick` to measure the samples with during the run.
        more: further Keras callbacks.

    Returns:
        The `History` and the `Film` of the run.

    Raises:
        ValueError: as `Film`.
    """
    history, film = History(), Film(z, steps, n_frames)
    watch = [history, film, Progress(steps), *more]
    if yardstick:
        watch.append(Measure(yardstick, history))
    model.fit(batches, steps_per_epoch=steps, verbose=0, callbacks=watch)
    return history, film
