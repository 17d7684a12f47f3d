"""What a run does for each kind of recipe: what it trains, what it writes, what it measures.

A job names each file that it leaves once, in `files`, the one worth opening first at the top.
"""

import json

import numpy as np

from course_lib import gan, plots, vae
from course_lib.cli.results import File
from course_lib.data import sources
from course_lib.data.datasets import Dataset
from course_lib.data.pixels import scale_pixels
from course_lib.judging import doctor, metrics
from course_lib.networks.layers import plain
from course_lib.training import callbacks, snapshots
from course_lib.vae.style import VAERecipe

FEWEST_FOR_VAE = 20  # images: some to train with, and some to test with
MOST_HELD_OUT = 3_600  # images


def job_of(recipe) -> type:
    """Return the job that trains a recipe."""
    return VAEJob if isinstance(recipe, VAERecipe) else GANJob


def load_data(recipe, data, class_names, seed) -> Dataset:
    """Return the data that the user named, or else the recipe's own."""
    if data is None and class_names is None and isinstance(recipe, VAERecipe):
        return vae.draw_characters(recipe.per_class, seed)
    return sources.load(data, recipe.data, class_names)


class Job:
    """What all runs have in common: every step's numbers, and a report.

    `files` holds what the run leaves, `next` what the user may do then.
    """

    def __init__(self, recipe, dataset, steps, seed):
        self.recipe, self.dataset, self.steps, self.seed = recipe, dataset, steps, seed
        self.files = [
            File("history.csv", "the numbers of every step", lambda path: self.history.save(path)),
            File("report.json", "the numbers of the whole run", self.save_report),
        ]

    def take_snapshots(self, folder, every) -> None:
        """Arrange that the run is saved in `folder` every so many steps."""
        raise ValueError(f"{self.recipe.name} takes no snapshots on the way: leave out --every")

    def save_report(self, path) -> None:
        """Write the report as JSON."""
        text = json.dumps(self.report, indent=2, ensure_ascii=False)
        path.write_text(f"{text}\n", encoding="utf-8")


class GANJob(Job):
    """Train a GAN, film it, measure its samples and ask the doctor."""

    next = (
        "`make lab` opens the first lesson, notebooks/00_welcome.ipynb;\n"
        "      `python -m course_lib train -h` shows how to train other networks on other data."
    )

    def __init__(self, recipe, dataset, steps, seed):
        recipe = recipe.for_classes(len(dataset.class_names))
        super().__init__(recipe, dataset, steps, seed)
        self.batch_size = recipe.batch_size
        self.batches = dataset.batches(self.batch_size, seed, labels=recipe.n_classes > 0)
        self.more_callbacks = []
        network = "the network; keras.models.load_model reads it without this kit"
        self.files = [
            File("samples.png", "what the network writes now: open this first", self.draw_samples),
            File("film.gif", "how it learned, with the same fifty z throughout", self.save_film),
            File("losses.png", "the see-saw of the two networks", self.draw_losses),
            File("generator.keras", network, self.save_generator),
            *self.files,
        ]

    def prepare(self) -> None:
        """Build the model, and the yardstick if there are enough images for one."""
        enough = len(self.dataset) >= 2 * metrics.LEAST
        self.yardstick = metrics.Yardstick(self.dataset) if enough else None
        self.model = self.recipe.build_gan(self.seed)

    def take_snapshots(self, folder, every) -> None:
        """Save samples and generator in `folder` every so many steps."""
        z = gan.fixed_z(25, self.recipe.latent_dim, self.seed)
        self.more_callbacks.append(snapshots.Snapshots(folder, every, z))

    def train(self) -> callbacks.History:
        """Train, with a progress bar and a film."""
        z = self.choose_z(50, self.seed)
        self.history, self.film = callbacks.fit_and_watch(
            self.model,
            self.batches,
            self.steps,
            z,
            yardstick=self.yardstick,
            more=self.more_callbacks,
        )
        return self.history

    def choose_z(self, n, seed) -> np.ndarray:
        """Return `n` fixed z for a picture; in a conditional GAN they choose each class in turn."""
        z, n_classes = gan.fixed_z(n, self.recipe.latent_dim, seed), self.recipe.n_classes
        return gan.choose_classes(z, np.arange(n) % n_classes, n_classes) if n_classes else z

    def draw_samples(self, path) -> None:
        """Draw a hundred samples."""
        samples = self.model.sample(self.choose_z(100, self.seed + 1))
        title = f"{self.recipe.name} after {self.steps:,} steps: 100 characters that nobody wrote"
        plots.plot_images(samples, title=title).savefig(path, dpi=120)

    def draw_losses(self, path) -> None:
        """Draw losses and scores by step."""
        plots.plot_seesaw(self.history.history).savefig(path, dpi=120)

    def save_film(self, path) -> None:
        """Write the film."""
        self.film.save(path)

    def save_generator(self, path) -> None:
        """Save the network that draws the samples, as plain Keras layers."""
        plain(self.model.sampler).save(path)

    def measure(self) -> dict:
        """Measure 2,000 samples, ask the doctor and print both. Return them for report.json."""
        if self.yardstick is None:
            print(f"Not measured: {len(self.dataset)} images are too few to compare with.")
            return {}
        z = gan.fixed_z(2_000, self.model.latent_dim, self.seed + 2)
        samples = np.concatenate([self.model.sample(part) for part in np.split(z, 8)])
        found = {}
        if np.isfinite(samples).all():
            measured = self.yardstick.report(samples)
            found["metrics"] = {**measured.numbers(), "class_counts": measured.class_counts}
            found["metrics_of_real_images"] = measured.real.numbers()
            print(f"\n{measured}\n")
        findings = doctor.examine(self.model, self.history, self.dataset, samples, self.yardstick)
        print()
        return found | {"doctor": [finding._asdict() for finding in findings]}


class VAEJob(Job):
    """Train a style VAE, and read characters that were held out."""

    def __init__(self, recipe, dataset, steps, seed):
        if len(dataset) < FEWEST_FOR_VAE:
            raise ValueError(
                f"{dataset.source}: found {len(dataset)} images, which are too few to train and "
                f"to test with. Use {FEWEST_FOR_VAE} or more."
            )
        order = np.random.default_rng(seed).permutation(len(dataset))
        n_held_out = min(len(dataset) // 10, MOST_HELD_OUT)
        self.held_out, rest = (
            Dataset(dataset.images[rows], dataset.labels[rows], dataset.class_names, dataset.source)
            for rows in np.split(order, [n_held_out])
        )
        super().__init__(recipe, rest, steps, seed)
        self.batch_size = min(recipe.batch_size, len(rest))
        styles = "its characters in the plainest style and in six others: open this first"
        model = File("vae.keras", "the network, for the page", lambda path: self.model.save(path))
        self.files = [
            File("styles.png", styles, self.draw_styles),
            File("losses.png", "its three losses", self.draw_losses),
            model,
            *self.files,
        ]
        self.next = (
            f"python -m course_lib page --model {{out}}/{model.name}   to draw, and see it write"
        )

    def prepare(self) -> None:
        """Build the model."""
        self.model = self.recipe.build_vae(self.dataset.class_names, self.steps, self.seed)

    def train(self) -> callbacks.History:
        """Train, with a progress bar."""
        self.history = callbacks.History()
        vae.fit_vae(self.model, self.dataset, self.steps, self.seed, [self.history])
        return self.history

    def draw_styles(self, path) -> None:
        """Draw up to 36 of its characters in seven styles."""
        every = list(range(len(self.model.class_names)))[:36]
        styles = [np.zeros(self.model.latent_dim), *self.model.sample_style(n=6, seed=self.seed)]
        rows = [self.model.decode(every, self.model.redraft(every, z)) for z in styles]
        words = ["plainest", *(f"style {n}" for n in range(1, 7))]
        plots.plot_film_strip(rows, words).savefig(path, dpi=90)

    def draw_losses(self, path) -> None:
        """Draw the three losses by step."""
        plots.plot_vae_losses(self.history.history).savefig(path, dpi=120)

    def measure(self) -> dict:
        """Read the held-out characters and print how many are right. Return it for the report."""
        images = scale_pixels(self.held_out.images)
        found = self.model.encoder.predict(images, batch_size=500, verbose=0)
        accuracy = float((found["logits"].argmax(axis=1) == self.held_out.labels).mean())
        n = len(self.held_out)
        print(f"It reads {accuracy:.1%} of {n:,} characters that it was not trained on.")
        return {"held_out": {"images": n, "class_accuracy": round(accuracy, 4)}}
