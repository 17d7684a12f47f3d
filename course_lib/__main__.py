"""The command line: `python -m course_lib check | demo | train RECIPE ... | page`."""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The oldest versions that the kit supports, those of a Kaggle kernel first.
PACKAGES = {
    "tensorflow": (2, 18),
    "keras": (3, 8),
    "numpy": (1, 26),
    "scipy": (1, 11),
    "pandas": (2, 0),
    "matplotlib": (3, 8),
    "tqdm": (4, 60),
    "Pillow": (10, 0),
    "Hershey-Fonts": (2, 1),
}


# What a run leaves in its folder.
RESULTS = (
    "samples.png", "film.gif", "losses.png", "generator.keras", "history.csv", "report.json",
    "styles.png", "vae.keras",
)  # fmt: skip


def main(arguments=None):
    """Run one command; returns the exit code, 0 for success and 2 for unusable input."""
    parser = argparse.ArgumentParser(prog="python -m course_lib", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="is everything here that the lessons need?")
    demo = commands.add_parser("demo", help="watch a network learn to write digits")
    demo.add_argument("--out", type=folder_name, default=Path("outputs/demo"))
    train = commands.add_parser("train", help="train any recipe on any data")
    train.add_argument(
        "recipe", help="such as workshop-dcgan or style-vae; a wrong name lists them"
    )
    train.add_argument("--data", nargs="+", metavar="DATA", help=DATA_HELP)
    train.add_argument("--class-names", help="what the labels 0, 1, ... of a CSV stand for")
    train.add_argument("--steps", type=positive, help="default: the recipe's own number")
    train.add_argument("--out", type=folder_name, help="default: outputs/RECIPE")
    train.add_argument("--seed", type=natural, default=0)
    train.add_argument("--precision", default="float32", help=PRECISION_HELP)
    page = commands.add_parser("page", help="draw on a page in the browser, it writes in your hand")
    page.add_argument(
        "--model", type=Path, help="a vae.keras of `train style-vae`; default: its own"
    )
    page.add_argument(
        "--address", default="localhost", help="0.0.0.0 lets others on the network in"
    )
    page.add_argument("--port", type=positive, default=8501)
    options = parser.parse_args(arguments)
    try:
        if options.command == "page":
            return open_page(options.model, options.address, options.port)
        if options.command == "check":
            return check()
        if options.command == "demo":
            return run("workshop-dcgan", ["pen"], options.out)
        out = options.out or Path("outputs") / options.recipe
        if options.recipe == "style-vae":
            return run_style_vae(options, out)
        data, names = options.data, options.class_names
        return run(options.recipe, data, out, options.steps, options.seed, names, options.precision)
    except (ValueError, OSError) as error:  # DatasetError is a ValueError
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; nothing was written", file=sys.stderr)
        return 130


DATA_HELP = (
    "a Kaggle CSV (plain, .zip or .gz); 'pen' for drawn handwriting, 'pen:ABC' for those "
    "characters; 'mnist'; 'emnist-letters'; default: the best source present; several are joined"
)


PRECISION_HELP = (
    "of the multiplications, default float32; bfloat16 is for processors with AMX or AVX-512 BF16 "
    "and for GPUs, float16 for GPUs"
)


JOINED = (
    4_182  # images of a class at the most, where several sources are joined: the letters tutorial's
)


def folder_name(text):
    """A path that says something, for argparse."""
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty: name a folder")
    return Path(text)


def natural(text):
    """A whole number of 0 or more, for argparse."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return number


def positive(text):
    """A whole number above 0, for argparse."""
    if natural(text) == 0:
        raise argparse.ArgumentTypeError("0 is not above 0")
    return int(text)


def open_data(data, wanted, class_names=None):
    """The `Dataset` that `--data` names.

    `data`: what was typed behind it, a list; None for the best source. `wanted`: "digits",
    "letters" or "alphanumeric", the recipe's own; `class_names`: of a CSV, None to infer them.
    """
    from course_lib import datasets

    if data is not None and len(data) > 1:
        if class_names:
            raise ValueError("--class-names is for one CSV: with several --data leave it out")
        return datasets.join([open_data([one], wanted) for one in data], per_class=JOINED)
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
    print("Loading TensorFlow. What it remarks on CUDA and oneDNN is no error: never mind.")
    from course_lib import callbacks, engine, gan, metrics, plots, recipes, rewrites

    engine.use_precision(precision)
    recipe = recipes.load(recipe_name)
    dataset = open_data(data, recipe.data, class_names)
    batches = dataset.batches(recipe.batch_size, seed)
    steps = steps or recipe.steps
    check_folder(out)  # before the training, so that it is not in vain
    yardstick = metrics.Yardstick(dataset) if len(dataset) >= 2 * metrics.LEAST else None
    model = recipe.build_gan(seed)
    print(f"{recipe.name}: {steps:,} steps of {recipe.batch_size} images on {model.engine}")

    with tempfile.TemporaryDirectory(dir=out.parent) as folder:  # `out` gets all files or none
        folder = Path(folder)
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
        report = describe(recipe, dataset, model, history.history, seconds, seed)
        report |= judge(model, history, dataset, yardstick, seed)
        text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
        (folder / "report.json").write_text(text, encoding="utf-8")
        out.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.replace(out / path.name)
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


def judge(model, history, dataset, yardstick, seed):
    """Measure 2,000 samples, ask the doctor, print both. Returns them for report.json."""
    import numpy as np

    from course_lib import doctor, gan

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
    out.parent.mkdir(parents=True, exist_ok=True)


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
        "engine": model.engine,
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
    print("Loading TensorFlow. What it remarks on CUDA and oneDNN is no error: never mind.")
    import numpy as np

    from course_lib import callbacks, datasets, networks, plots, vae

    if options.precision != "float32":
        raise ValueError("--precision: the style VAE is trained in float32 alone, leave it out")
    seed, steps = options.seed, options.steps or vae.STEPS
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
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        folder = Path(folder)
        words = ["plainest", *(f"style {n}" for n in range(1, 7))]
        plots.plot_film_strip(rows, words).savefig(folder / "styles.png", dpi=90)
        plots.plot_vae_losses(history.history).savefig(folder / "losses.png", dpi=120)
        history.save(folder / "history.csv")
        model.save(folder / "vae.keras")
        report = {
            "recipe": "style-vae",
            "data": source,
            "images": len(train),
            "class_names": "".join(names),
            "seed": seed,
            "steps": len(history.history["step"]),
            "seconds": round(seconds, 1),
            "held_out": {"images": len(test), "class_accuracy": round(accuracy, 4)},
        }
        text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
        (folder / "report.json").write_text(text, encoding="utf-8")
        out.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.replace(out / path.name)
    print(
        f"trained for {seconds:.0f} s; of {len(test):,} held-out characters it reads {accuracy:.1%}. In {out}/:\n"
        "  styles.png    its characters in the plainest style and in six others: open this first\n"
        "  losses.png    what it learned by\n"
        "  vae.keras     the network; history.csv, report.json: every step, and the run in numbers\n"
        f"next: python -m course_lib page --model {out / 'vae.keras'}   to draw, and see it write"
    )
    return 0


def open_page(model, address, port):
    """Serve the page of `dashboard.py` until Ctrl-C; `model`: a file, None for the kit's own."""
    if model and not model.is_file():
        raise ValueError(f"--model {model}: no such file; `train style-vae` writes one")
    if not importlib.util.find_spec("streamlit_drawable_canvas"):
        cure = "python -m pip install streamlit streamlit-drawable-canvas (Python 3.11 or newer)"
        raise ValueError(f"the page needs two more packages: {cure}")
    if model:
        os.environ["COURSE_STYLE_VAE"] = str(model.resolve())
    script = Path(__file__).with_name("dashboard.py")
    settings = {
        "server.address": address,  # with one named, Streamlit does not ask the web for its own
        "server.port": port,
        "server.showEmailPrompt": "false",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }
    flags = [f"--{name}={value}" for name, value in settings.items()]
    try:
        return subprocess.run([sys.executable, "-m", "streamlit", "run", script, *flags]).returncode
    except KeyboardInterrupt:  # the way to close it
        return 0


def check():
    """Print OK or FAIL for all that the lessons need, with a cure. Returns 1 if any fails."""
    lines = [check_python()]
    lines += [check_package(name, oldest) for name, oldest in PACKAGES.items()]
    lines += [check_device(), check_data(), check_disk()]
    for good, text, cure in lines:
        print(f"{'OK  ' if good else 'FAIL'}  {text}" + ("" if good else f"\n      -> {cure}"))
    failures = sum(not good for good, _, _ in lines)
    print("all is well" if not failures else f"{failures} to mend; the arrows say how")
    return int(failures > 0)


def check_python():
    """(good, text, cure) for the Python version."""
    good = (3, 10) <= sys.version_info[:2] <= (3, 13)
    return good, f"Python {platform.python_version()}", "install Python 3.10, 3.11, 3.12 or 3.13"


def check_package(name, oldest):
    """(good, text, cure) for one package and the oldest version that will do."""
    wanted = ".".join(map(str, oldest))
    cure = f'python -m pip install "{name}>={wanted}"   (or all of them: make setup)'
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False, f"{name} is not installed", cure
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    return numbers >= oldest, f"{name} {version} (at least {wanted})", cure


def check_device():
    """(good, text, cure) for what the networks will run on."""
    try:
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
    except Exception as error:  # whatever stops TensorFlow from loading is what we want to show
        return False, f"TensorFlow does not load: {error}", "make setup, in a fresh .venv"
    if gpus:
        return True, f"device: {len(gpus)} GPU", ""
    return True, "device: CPU; every lesson is sized for it (a GPU needs the extra `gpu`)", ""


def check_data():
    """(good, text, cure) for real data; drawn handwriting is always there."""
    try:
        from course_lib import datasets

        found = datasets.find_sources()
    except ImportError as error:
        return False, f"data: the loaders do not load: {error}", "install what fails above first"
    except ValueError as error:  # a DatasetError
        return False, "real data", str(error)
    if found:
        return True, "real data: " + "; ".join(found), ""
    return True, "data: drawn handwriting, built in (data/README.md says where to get real)", ""


def check_disk():
    """(good, text, cure) for room to write results in the current folder."""
    free = shutil.disk_usage(".").free / 1e9
    return free > 1, f"{free:.1f} GB of disk free (at least 1)", "free some disk space"


if __name__ == "__main__":
    sys.exit(main())
