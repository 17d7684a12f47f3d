"""Callbacks that leave something behind during a run, so that an interrupted run isn't lost."""

from pathlib import Path

from course_lib import plots
from course_lib.networks.layers import plain
from course_lib.training.callbacks import StepCallback


class Snapshots(StepCallback):
    """Save samples, the generator and D's accuracies every so many steps, and print a line.

    For step 1,000 it writes `samples-0001000.png` and `generator-0001000.keras`, which
    `keras.models.load_model` reads without this kit. If `fit` takes several steps in a call, a
    snapshot is taken at the end of the call in which it is due.

    Args:
        folder: where to write; made if it isn't there.
        every: the number of steps from one snapshot to the next, 1 or more.
        z: [N, latent_dim]; every picture shows the samples from these.
        columns: how many images there are in a row.

    Raises:
        ValueError: for `every` below 1.

    The tutorials mnist-dcgan (`summarize_performance`, every 10 epochs) and kaggle-mlp-gan (a
    picture every 1,000 steps).
    """

    def __init__(self, folder, every, z, columns=5):
        super().__init__()
        if every < 1:
            raise ValueError(f"a snapshot every {every} steps was asked for: expected 1 or more")
        self.folder, self.every, self.z, self.columns = Path(folder), every, z, columns
        self.due = every
        self.logs = {}

    def on_train_batch_end(self, batch, logs=None) -> None:
        """Count the steps, then take a snapshot if one is due."""
        super().on_train_batch_end(batch, logs)
        if self.step >= self.due:
            self.due = self.step - self.step % self.every + self.every
            self.take()

    def on_step(self, step, logs) -> None:
        """Remember the logs of the latest step."""
        self.logs = logs

    def take(self) -> None:
        """Write the files of this step, and print D's accuracies."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number = f"{self.step:07d}"
        figure = plots.plot_images(
            self.model.sample(self.z), columns=self.columns, title=f"step {self.step:,}"
        )
        figure.savefig(self.folder / f"samples-{number}.png", dpi=120)
        plain(self.model.sampler).save(self.folder / f"generator-{number}.keras")
        print(f"step {self.step:,}: {describe(self.logs)}; saved in {self.folder}", flush=True)


def describe(logs) -> str:
    """Return a step's logs in words: losses, and the images that D is right about.

    Args:
        logs: a dict of scalars, as `GAN.train_step` returns it.
    """
    words = [f"{name} {float(logs[name]):.3f}" for name in ("d_loss", "g_loss") if name in logs]
    if "real_accuracy" in logs:
        real, fake = float(logs["real_accuracy"]), float(logs["fake_accuracy"])
        words.append(f"D is right about {real:.0%} of real and {fake:.0%} of fake images")
    return ", ".join(words)


class PrintLogs(StepCallback):
    """Print a line with the losses every so many steps; the tutorial letters-mlp-gan takes 200.

    Args:
        every: the number of steps from one line to the next.
    """

    def __init__(self, every=200):
        super().__init__()
        self.every = every

    def on_step(self, step, logs) -> None:
        """Print a line if one is due."""
        if step % self.every == 0:
            print(f"step {step:,}: {describe(logs)}", flush=True)
