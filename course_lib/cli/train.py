"""Training runs of the command line: data by name, a model trained, its results in a folder.

Files are written after the training, all or none.
"""

import contextlib
import json
import os
import platform
import tempfile
import time
from pathlib import Path

# What a run leaves in its folder.
RESULTS = (
    "samples.png", "film.gif", "losses.png", "generator.keras", "history.csv", "report.json",
    "styles.png", "vae.keras",
)  # fmt: skip

LOADING = "Loading TensorFlow …"
DATA_HELP = (
    "a Kaggle CSV (plain, .zip or .gz); 'pen' for drawn handwriting, 'pen:ABC' for those "
    "characters; 'mnist'; 'emnist-letters'; default: the best source present, for "
    "style-vae the pen's digits and capitals; several are joined"
)


def open_data(data, wanted, class_names=None):
    """The `Dataset` that `--data` names.

    `data`: what was typed behind it, a list; None for the best source. `wanted`: "digits",
    "letters" or "alphanumeric", the recipe's own; `class_names`: of a CSV, None to infer them.
    """
    from course_lib.data import datasets

    if data is not None and len(data) > 1:
        if class_names:
            raise ValueError("--class-names is for one CSV: with several --data leave it out")
        return datasets.join(
            [open_data([one], wanted) for one in data], per_class=datasets.LETTERS_PER_CLASS
        )
    data = data[0] if data else None
    named = data is None or data in ("pen", "mnist") or data.startswith(("pen:", "emnist-"))
    if named and class_names:
        raise ValueError("--class-names is for a CSV; here the names are known: leave it out")
    if data is None and wanted == "digits":
        return datasets.load_digits()
    if data is None and wanted == "letters":
        return datasets.load_letters()
    if data in (None, "pen"):
        return datasets.load_handwriting(wanted)
    if data.startswith("pen:"):
        return datasets.load_handwriting(data.removeprefix("pen:"))
    if data == "mnist":
        return datasets.load_mnist()
    if data.startswith("emnist-"):
        return datasets.load_emnist(data.removeprefix("emnist-"))
    if not Path(data).is_file():
        raise ValueError(f"--data {data!r}: no such file. It takes {DATA_HELP}")
    return datasets.load_kaggle_csv(data, class_names=class_names)


def run(recipe_name, data, out, steps=None, seed=0, class_names=None, precision="float32"):
    """Train a recipe and leave pictures, numbers and the generator in the folder `out`.

    `data`, `class_names`: as `open_data` takes them; `steps`: None for the recipe's own;
    `precision`: as `engine.use_precision` takes it. Files are written after training, all or none.
    Returns 0.
    """
    print(LOADING)
    from course_lib import gan, plots
    from course_lib.gan import recipes
    from course_lib.judging import metrics
    from course_lib.networks import layers as rewrites
    from course_lib.training import callbacks, engine

    engine.use_precision(precision)
    recipe = recipes.load(recipe_name)
    dataset = open_data(data, recipe.data, class_names)
    batches = dataset.batches(recipe.batch_size, seed)
    steps = steps or recipe.steps
    check_folder(out)  # before the training, so that it is not in vain
    yardstick = metrics.Yardstick(dataset) if len(dataset) >= 2 * metrics.LEAST else None
    model = recipe.build_gan(seed)
    print(f"{recipe.name}: {steps:,} steps of {recipe.batch_size} images on {model.runs_on}")

    with results(out) as (folder, report):
        start = time.perf_counter()
        z = gan.fixed_z(50, recipe.latent_dim, seed)
        history, film = callbacks.fit_and_watch(model, batches, steps, z, yardstick=yardstick)
        seconds = time.perf_counter() - start

        samples = model.sample(gan.fixed_z(100, recipe.latent_dim, seed + 1))
        title = f"{recipe.name} after {steps:,} steps: 100 characters that nobody wrote"
        plots.plot_images(samples, title=title).savefig(folder / "samples.png", dpi=120)
        plots.plot_seesaw(history.history).savefig(folder / "losses.png", dpi=120)
        film.save(folder / "film.gif")
        history.save(folder / "history.csv")
        rewrites.plain(model.sampler).save(folder / "generator.keras")
        report |= describe(recipe, dataset, model, history.history, seconds, seed)
        report |= judge(model, history, dataset, yardstick, seed)
    print(
        f"trained for {seconds:.0f} s. In {out}/:\n"
        "  samples.png      what the network writes now: open this first\n"
        "  film.gif         how it learned, the same fifty z all along\n"
        "  losses.png       the see-saw of the two networks\n"
        "  generator.keras  the network: keras.models.load_model reads it without this kit\n"
        "  history.csv, report.json   every step, and the run in numbers\n"
        "next: `make lab` opens the first lesson, notebooks/00_welcome.ipynb;\n"
        "      `python -m course_lib train -h` trains other networks on other data"
    )
    return 0


@contextlib.contextmanager
def results(out):
    """A new folder for files, and a dict for report.json: `out` gets all of them at the end, or none."""
    report = {}
    with tempfile.TemporaryDirectory(dir=out.parent) as name:
        folder = Path(name)
        yield folder, report
        text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
        (folder / "report.json").write_text(text, encoding="utf-8")
        out.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.replace(out / path.name)


def judge(model, history, dataset, yardstick, seed):
    """Measure 2,000 samples, ask the doctor, print both. Returns them for report.json."""
    import numpy as np

    from course_lib import gan
    from course_lib.judging import doctor

    if yardstick is None:
        print(f"not measured: {len(dataset)} images are too few to compare with")
        return {}
    z = gan.fixed_z(2_000, model.latent_dim, seed + 2)
    samples = np.concatenate([model.sample(part) for part in np.split(z, 8)])
    found = {}
    if np.isfinite(samples).all():
        measured = yardstick.report(samples)
        found["metrics"] = {**measured.numbers(), "class_counts": measured.class_counts}
        found["metrics_of_real_images"] = measured.real.numbers()
        print(f"\n{measured}\n")
    findings = doctor.examine(model, history, dataset, samples, yardstick)
    print()
    return found | {"doctor": [finding._asdict() for finding in findings]}


def check_folder(out):
    """Raise ValueError if results cannot be put into the folder `out`; makes its parents."""
    if out.is_symlink() and not out.exists() or out.exists() and not out.is_dir():
        raise ValueError(f"{out} is not a folder: name another with --out")
    if out.is_dir() and not os.access(out, os.W_OK | os.X_OK):
        raise ValueError(f"{out} cannot be written to: name another folder with --out")
    for name in RESULTS:
        if (out / name).is_dir():
            raise ValueError(f"{out / name} is a folder: name another folder with --out")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryDirectory(dir=out.parent).cleanup()
    except OSError as error:
        raise ValueError(f"{out} cannot be made ({error}): name another with --out") from error


def describe(recipe, dataset, model, history, seconds, seed):
    """The run as a dict of plain values for report.json; losses and scores are the last tenth's."""
    import keras
    import numpy as np
    import tensorflow as tf

    steps = len(history["step"])
    tail = max(1, steps // 10)
    logs = {
        name: round(float(np.mean(values[-tail:])), 4)
        for name, values in history.items()
        if name != "step"
    }
    return {
        "recipe": recipe.name,
        "origin": recipe.origin,
        "data": dataset.source,
        "images": len(dataset.images),
        "class_names": "".join(dataset.class_names),
        "seed": seed,
        "steps": steps,
        "batch_size": recipe.batch_size,
        "seconds": round(seconds, 1),
        "milliseconds_per_step": round(1000 * seconds / steps, 2),
        "engine": model.runs_on,
        "mean_of_the_last_tenth": logs,
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
        },
    }


def run_style_vae(options, out):
    """Train the style VAE and leave it, pictures and numbers in the folder `out`, all or none.

    `options`: of the command `train`. A tenth of the images, 3,600 at most, is held out and measured.
    """
    print(LOADING)
    import numpy as np

    from course_lib import networks, plots, vae
    from course_lib.data import datasets
    from course_lib.training import callbacks

    if options.precision != "float32":
        raise ValueError("--precision: the style VAE is trained in float32 alone, leave it out")
    seed, steps = options.seed, options.steps or vae.STYLE_VAE.steps
    if options.data:
        whole = open_data(options.data, "alphanumeric", options.class_names)
    else:
        whole = datasets.load_handwriting(vae.CHARACTERS, per_class=1_000, seed=seed)
    if len(whole) < 20:
        raise ValueError(f"{whole.source}: too few to train and to test with, take 20 or more")
    order = np.random.default_rng(seed).permutation(len(whole))
    held_out, rest = np.split(order, [min(len(whole) // 10, 3_600)])
    check_folder(out)
    names, source = whole.class_names, whole.source
    train, test = (
        datasets.Dataset(whole.images[rows], whole.labels[rows], names, source)
        for rows in (rest, held_out)
    )
    del whole
    history, start = callbacks.History(), time.perf_counter()
    model = vae.train_vae(train, steps, seed=seed, callbacks=[history])
    seconds = time.perf_counter() - start

    found = model.encoder.predict(networks.scale_pixels(test.images), batch_size=500, verbose=0)
    accuracy = float((found["logits"].argmax(axis=1) == test.labels).mean())
    every = list(range(len(names)))[:36]
    styles = model.sample_style(n=6, seed=seed)
    rows = [model.decode(every, z) for z in [np.zeros(model.latent_dim), *styles]]
    with results(out) as (folder, report):
        words = ["plainest", *(f"style {n}" for n in range(1, 7))]
        plots.plot_film_strip(rows, words).savefig(folder / "styles.png", dpi=90)
        plots.plot_vae_losses(history.history).savefig(folder / "losses.png", dpi=120)
        history.save(folder / "history.csv")
        model.save(folder / "vae.keras")
        report |= {
            "recipe": "style-vae",
            "data": source,
            "images": len(train),
            "class_names": "".join(names),
            "seed": seed,
            "steps": len(history.history["step"]),
            "seconds": round(seconds, 1),
            "held_out": {"images": len(test), "class_accuracy": round(accuracy, 4)},
        }
    print(
        f"trained for {seconds:.0f} s; of {len(test):,} held-out characters it reads {accuracy:.1%}. In {out}/:\n"
        "  styles.png    its characters in the plainest style and in six others: open this first\n"
        "  losses.png    what it learned by\n"
        "  vae.keras     the network; history.csv, report.json: every step, and the run in numbers\n"
        f"next: python -m course_lib page --model {out / 'vae.keras'}   to draw, and see it write"
    )
    return 0
