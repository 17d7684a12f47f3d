"""The command line: `python -m course_lib check | demo | train RECIPE ... | page`."""

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import socket
import sys
from pathlib import Path

from course_lib.cli import train as runs

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


def main(arguments=None):
    """Run one command; returns the exit code, 0 for success and 2 for unusable input."""
    parser = argparse.ArgumentParser(prog="python -m course_lib", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="is everything here that the lessons need?")
    demo = commands.add_parser("demo", help="watch a network learn to write digits")
    demo.add_argument("--out", type=folder_name, default=Path("outputs/demo"))
    train = commands.add_parser("train", help="train any recipe on any data")
    train.add_argument(
        "recipe", help="style-vae, or a GAN such as workshop-dcgan; a wrong name lists these"
    )
    train.add_argument("--data", nargs="+", action="extend", metavar="DATA", help=runs.DATA_HELP)
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
    page.add_argument("--port", type=port, default=8501)
    options = parser.parse_args(arguments)
    try:
        if options.command == "page":
            return open_page(options.model, options.address, options.port)
        if options.command == "check":
            return check()
        if options.command == "demo":
            return runs.run("workshop-dcgan", ["pen"], options.out)
        out = options.out or Path("outputs") / options.recipe
        if options.recipe == "style-vae":
            return runs.run_style_vae(options, out)
        data, names = options.data, options.class_names
        return runs.run(
            options.recipe, data, out, options.steps, options.seed, names, options.precision
        )
    except (ValueError, OSError) as error:  # DatasetError is a ValueError
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; nothing was written", file=sys.stderr)
        return 130


PRECISION_HELP = (
    "of the multiplications, default float32; bfloat16 is for processors with AMX or AVX-512 BF16 "
    "and for GPUs, float16 for GPUs"
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


def port(text):
    """A port's number, for argparse."""
    if not 1 <= natural(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not from 1 to 65535")
    return int(text)


def positive(text):
    """A whole number above 0, for argparse."""
    if natural(text) == 0:
        raise argparse.ArgumentTypeError("0 is not above 0")
    return int(text)


def open_page(model, address, port):
    """Serve the page of `dashboard.py` until Ctrl-C; `model`: a file, None for the kit's own."""
    if model and not model.is_file():
        raise ValueError(f"--model {model}: no such file; `train style-vae` writes one")
    if not importlib.util.find_spec("streamlit_drawable_canvas"):
        cure = "python -m pip install streamlit streamlit-drawable-canvas (Python 3.11 or newer)"
        raise ValueError(f"the page needs two more packages: {cure}")
    if model:
        os.environ["COURSE_STYLE_VAE"] = str(model.resolve())
    try:
        with socket.create_server((address or "?", port)):
            pass
    except OSError as error:
        cure = "name another --port, or another --address"
        raise ValueError(
            f"the page cannot be served at {address!r}, port {port} ({error}): {cure}"
        ) from error
    # Streamlit asks the web for its own address unless it is told one.
    named = socket.gethostname() if address == "0.0.0.0" else address
    settings = {
        "server.address": address,
        "browser.serverAddress": named,
        "server.port": port,
        "server.showEmailPrompt": "false",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }
    flags = [f"--{name}={value}" for name, value in settings.items()]
    from streamlit.web import cli

    return cli.main(
        ["run", str(Path(__file__).with_name("dashboard.py")), *flags], standalone_mode=False
    )


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
        from course_lib.data import datasets

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
