"""What to keep from a run: a progress bar, every step's numbers, samples on a fixed z, a film.

They are Keras callbacks for `gan.fit(..., verbose=0, callbacks=[...])`; `fit_and_watch` puts them
together.
"""

import csv
import sys

import keras
import numpy as np
from PIL import Image
from tqdm import tqdm

from course_lib import plots


class StepCallback(keras.callbacks.Callback):
    """A callback that counts steps over all epochs and fits: override `on_step(step, logs)`."""

    def __init__(self):
        super().__init__()
        self.step = 0

    def on_train_batch_end(self, batch, logs=None):
        """Hand on each step of a call, of which there may be several (`GAN.fit`)."""
        each = self.model.step_logs or {name: [value] for name, value in logs.items()}
        for values in zip(*each.values(), strict=True):
            self.step += 1
            self.on_step(self.step, dict(zip(each, values, strict=True)))

    def on_step(self, step, logs):
        """Called for each step with the number of steps done and that step's logs."""


class Progress(StepCallback):
    """A progress bar over `steps` steps, with the losses beside it."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def on_train_begin(self, logs=None):
        self.bar = tqdm(
            total=self.steps, initial=self.step, unit="step", file=sys.stdout, mininterval=0.5
        )

    def on_step(self, step, logs):
        self.bar.set_postfix(
            {name: f"{float(logs[name]):.2f}" for name in ("d_loss", "g_loss") if name in logs},
            refresh=False,
        )
        self.bar.update(step - self.bar.n)

    def on_train_end(self, logs=None):
        self.bar.close()


class History(StepCallback):
    """Every step's logs, as lists in `history` ("step", "d_loss", "g_loss", ...)."""

    def __init__(self):
        super().__init__()
        self.history = {"step": []}

    def on_step(self, step, logs):
        self.history["step"].append(step)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))

    def save(self, path):
        """Write a CSV file with a header, one row a step.

        Raises ValueError if the runs it watched did not log the same things.
        """
        if len({len(values) for values in self.history.values()}) > 1:
            raise ValueError("this History watched runs with different logs: use one for each")
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(self.history)
            writer.writerows(zip(*self.history.values(), strict=True))


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


def fit_and_watch(gan, batches, steps, z, n_frames=40):
    """Train with a progress bar, every step's numbers and a film. Returns (`History`, `Film`).

    `gan`: a compiled `gan.GAN`; `batches`: as `Dataset.batches` gives them; `z`: [N, latent_dim],
    what the film shows; `n_frames`: about how many frames.
    """
    history, film = History(), Film(z, steps, n_frames)
    watch = [history, film, Progress(steps)]
    gan.fit(batches, steps_per_epoch=steps, verbose=0, callbacks=watch)
    return history, film
