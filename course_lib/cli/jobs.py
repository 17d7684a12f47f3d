"""What a run does for each kind of recipe: what it trains, what it writes, what it measures.

A job names every file that it leaves in `FILES`, in the order in which they are worth opening.
"""

import numpy as np

from course_lib import gan, plots, vae
from course_lib.data import datasets, sources
from course_lib.data.datasets import Dataset
from course_lib.data.pixels import scale_pixels
from course_lib.judging import doctor, metrics
from course_lib.networks.layers import plain
from course_lib.training import callbacks
from course_lib.vae.style import VAERecipe

NUMBERS = {
    "history.csv": "every step in numbers",
    "report.json": "the run in numbers",
}
FEWEST_FOR_VAE = 20  # images: some to train with, and some to test with
MOST_HELD_OUT = 3_600  # images


def job_of(recipe) -> type:
    """Return the job that trains a recipe."""
    return VAEJob if isinstance(recipe, VAERecipe) else GANJob


def load_data(recipe, data, class_names, seed) -> Dataset:
    """Return the data that was named, or else the recipe's own."""
    if data is None and class_names is None and isinstance(recipe, VAERecipe):
        return datasets.load_handwriting(vae.CHARACTERS, recipe.per_class, seed)
    return sources.load(data, recipe.data, class_names)


class GANJob:
    """Train a GAN, film it, measure its samples and ask the doctor."""

    FILES = {
        "samples.png": "what the network writes now: open this first",
        "film.gif": "how it learned, with the same fifty z all along",
        "losses.png": "the see-saw of the two networks",
        "generator.keras": "the network; keras.models.load_model reads it without this kit",
        **NUMBERS,
    }
    NEXT = (
        "`make lab` opens the first lesson, notebooks/00_welcome.ipynb;\n"
        "      `python -m course_lib train -h` shows how to train other networks on other data."
    )

    def __init__(self, recipe, dataset, steps, seed):
        self.recipe, self.dataset, self.steps, self.seed = recipe, dataset, steps, seed
        self.batch_size = recipe.batch_size
        self.batches = dataset.batches(self.batch_size, seed)

    def prepare(self) -> None:
        """Build the model, and the yardstick if there are enough images for one."""
        enough = len(self.dataset) >= 2 * metrics.LEAST
        self.yardstick = metrics.Yardstick(self.dataset) if enough else None
        self.model = self.recipe.build_gan(self.seed)

    def train(self) -> callbacks.History:
        """Train, with a progress bar and a film."""
        z = gan.fixed_z(50, self.recipe.latent_dim, self.seed)
        self.history, self.film = callbacks.fit_and_watch(
            self.model, self.batches, self.steps, z, yardstick=self.yardstick
        )
        return self.history

    def write(self, folder) -> None:
        """Write the pictures and the generator."""
        samples = self.model.sample(gan.fixed_z(100, self.recipe.latent_dim, self.seed + 1))
        title = f"{self.recipe.name} after {self.steps:,} steps: 100 characters that nobody wrote"
        plots.plot_images(samples, title=title).savefig(folder / "samples.png", dpi=120)
        plots.plot_seesaw(self.history.history).savefig(folder / "losses.png", dpi=120)
        self.film.save(folder / "film.gif")
        plain(self.model.sampler).save(folder / "generator.keras")

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


class VAEJob:
    """Train a style VAE, and read characters that were held out."""

    FILES = {
        "styles.png": "its characters in the plainest style and in six others: open this first",
        "losses.png": "its three losses",
        "vae.keras": "the network, for the page",
        **NUMBERS,
    }
    NEXT = "python -m course_lib page --model {out}/vae.keras   to draw, and see it write"

    def __init__(self, recipe, dataset, steps, seed):
        if len(dataset) < FEWEST_FOR_VAE:
            raise ValueError(
                f"{dataset.source}: found {len(dataset)} images, which are too few to train and "
                f"to test with. Use {FEWEST_FOR_VAE} or more."
            )
        self.recipe, self.steps, self.seed = recipe, steps, seed
        order = np.random.default_rng(seed).permutation(len(dataset))
        n_held_out = min(len(dataset) // 10, MOST_HELD_OUT)
        self.held_out, self.dataset = (
            Dataset(dataset.images[rows], dataset.labels[rows], dataset.class_names, dataset.source)
            for rows in np.split(order, [n_held_out])
        )
        self.batch_size = min(recipe.batch_size, len(self.dataset))

    def prepare(self) -> None:
        """Build the model."""
        self.model = self.recipe.build_vae(self.dataset.class_names, self.steps, self.seed)

    def train(self) -> callbacks.History:
        """Train, with a progress bar."""
        self.history = callbacks.History()
        vae.fit_vae(self.model, self.dataset, self.steps, self.seed, [self.history])
        return self.history

    def write(self, folder) -> None:
        """Write the pictures and the model."""
        every = list(range(len(self.model.class_names)))[:36]
        styles = self.model.sample_style(n=6, seed=self.seed)
        rows = [self.model.decode(every, z) for z in [np.zeros(self.model.latent_dim), *styles]]
        words = ["plainest", *(f"style {n}" for n in range(1, 7))]
        plots.plot_film_strip(rows, words).savefig(folder / "styles.png", dpi=90)
        plots.plot_vae_losses(self.history.history).savefig(folder / "losses.png", dpi=120)
        self.model.save(folder / "vae.keras")

    def measure(self) -> dict:
        """Read the held-out characters and print how many are right. Return it for the report."""
        images = scale_pixels(self.held_out.images)
        found = self.model.encoder.predict(images, batch_size=500, verbose=0)
        accuracy = float((found["logits"].argmax(axis=1) == self.held_out.labels).mean())
        n = len(self.held_out)
        print(f"It reads {accuracy:.1%} of {n:,} characters that it was not trained on.")
        return {"held_out": {"images": n, "class_accuracy": round(accuracy, 4)}}
