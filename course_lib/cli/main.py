"""The command line: `python -m course_lib check | demo | train RECIPE ... | page`."""

import argparse
import sys
from pathlib import Path

from course_lib.cli import check, page, train

PRECISION_HELP = (
    "number format of the multiplications, default: float32; bfloat16 is for GPUs and for "
    "processors with AMX or AVX-512 BF16, float16 for GPUs"
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Return the exit code, 0 for success and 2 for unusable input."""
    options = build_parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, OSError) as error:  # DatasetError is a ValueError
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. Nothing was written.", file=sys.stderr)
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; each command sets `run`, a function of the options."""
    parser = argparse.ArgumentParser(prog="python -m course_lib", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("check", help="check that this machine has what the lessons need")
    command.set_defaults(run=lambda options: check.run())
    command = commands.add_parser("demo", help="watch a network learn to write digits")
    command.add_argument("--out", type=folder_name, default=Path("outputs/demo"))
    command.set_defaults(
        run=lambda options: train.run("workshop-conditional", ["pen"], options.out)
    )
    add_train(commands)
    add_page(commands)
    return parser


def add_train(commands) -> None:
    """Add the command `train`."""
    from course_lib.data import sources

    command = commands.add_parser("train", help="train any recipe on any data")
    command.add_argument(
        "recipe", help="a name such as workshop-dcgan or style-vae; a wrong name lists them all"
    )
    command.add_argument("--data", nargs="+", action="extend", metavar="DATA", help=sources.HELP)
    command.add_argument("--class-names", help="what the labels 0, 1, ... of a CSV stand for")
    command.add_argument("--steps", type=positive, help="default: the recipe's own number")
    command.add_argument("--out", type=folder_name, help="default: outputs/RECIPE")
    command.add_argument("--seed", type=natural, default=0)
    command.add_argument("--precision", default="float32", help=PRECISION_HELP)
    every = "also save a GAN's samples and generator every so many steps, in OUT/snapshots"
    command.add_argument("--every", type=positive, metavar="STEPS", help=every)
    command.set_defaults(
        run=lambda o: train.run(
            o.recipe, o.data, o.out or Path("outputs") / o.recipe, o.steps, o.seed, o.class_names,
            o.precision, o.every,
        )
    )  # fmt: skip


def add_page(commands) -> None:
    """Add the command `page`."""
    command = commands.add_parser(
        "page", help="draw on a page in the browser, and a network writes in your hand"
    )
    command.add_argument(
        "--model",
        type=Path,
        help="a vae.keras from `train style-vae`; default: the kit's own",
    )
    command.add_argument(
        "--address", default="localhost", help="0.0.0.0 lets machines on your local network connect"
    )
    command.add_argument("--port", type=port, default=8501)
    command.set_defaults(run=lambda options: page.run(options.model, options.address, options.port))


def folder_name(text: str) -> Path:
    """Return a path from text that is not blank, for argparse."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty; name a folder")
    return Path(text)


def natural(text: str) -> int:
    """Return a whole number of 0 or more, for argparse."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0; expected 0 or more")
    return number


def positive(text: str) -> int:
    """Return a whole number above 0, for argparse."""
    if natural(text) == 0:
        raise argparse.ArgumentTypeError("0 is too small; expected 1 or more")
    return int(text)


def port(text: str) -> int:
    """Return the number of a port, for argparse."""
    if not 1 <= natural(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port; expected 1 to 65535")
    return int(text)
