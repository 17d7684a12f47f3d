"""Write `benchmarks/PUBLISHED.md` and its pictures from the runs that are there."""

import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from course_lib import plots

sys.path.insert(0, str(Path(__file__).parent.parent))  # for `report`, beside this folder
from report import machine

SHOWN = 16  # samples in a row
SMOOTH = 50  # points of a loss curve

INTRODUCTION = """# Do the tutorials' models write?

Written by `make published` on {machine}.

Each recipe is trained with its published networks, batch sizes, optimizers and losses, on real
digits or on characters drawn by the kit's pen. In the tables,

- *readable* is the fraction of 1,000 samples in which the kit's classifier is at least 90% sure
  of one character (one of its answers is "no character"); *real* is the same for real images,
- *classes*, *precision*, *recall* and *coverage* are explained in lesson 06,
- *minutes* is the time spent on training. The machine was shared, so it is an upper limit.
"""


def write(runs, root) -> None:
    """Write the page, with a section for each recipe that has been started.

    Args:
        runs: `runs.Run`s, all seeds of all recipes.
        root: the folder of the project, a `Path`.
    """
    started = [run for run in runs if run.state["marks"]]
    sections = [INTRODUCTION.format(machine=machine())]
    for name in dict.fromkeys(run.name for run in started):
        same = [run for run in started if run.name == name]
        sections.append(section(name, same, root / "pictures"))
    text = "\n".join(sections)
    (root / "benchmarks" / "PUBLISHED.md").write_text(text, encoding="utf-8")


def section(name, runs, pictures) -> str:
    """Draw the pictures of one recipe and return its section of the page."""
    first = runs[0]
    strip, losses = f"published-{name}.png", f"published-{name}-losses.png"
    save(plot_marks(first), pictures / strip)
    save(plot_losses(runs), pictures / losses)
    marks = ", ".join(f"{mark:,}" for mark in reached(first))
    unit = first.plan.unit
    lines = [
        f"## {name}",
        "",
        f"{first.recipe.origin}. {first.state.get('data', '')} {how_far(runs)}",
        "",
        *table(runs),
        "",
        f"![Rows of samples from the same {SHOWN} z after {marks} {unit}s](../pictures/{strip})",
        "",
        f"![Losses of D and G by step, for {len(runs)} seeds](../pictures/{losses})",
        "",
    ]
    if unit == "turn":
        grid = f"published-{name}-scores.png"
        save(plot_scores(first), pictures / grid)
        caption = "Real and generated letters in a grid, each with D's score"
        lines += [
            "```text",
            *status_lines(first),
            "```",
            "",
            f"![{caption}](../pictures/{grid})",
            "",
        ]
    return "\n".join(lines)


def how_far(runs) -> str:
    """Return a sentence for each seed that hasn't reached the last mark."""
    end, unit = runs[0].plan.marks[-1], runs[0].plan.unit
    short = [f"seed {run.seed} at {unit} {reached(run)[-1]:,}" for run in runs if not run.is_done()]
    return f"Stopped before the end, {unit} {end:,}: {', '.join(short)}." if short else ""


def reached(run) -> list[int]:
    """Return the marks that a run has reached."""
    return [mark for mark in run.plan.marks if str(mark) in run.state["marks"]]


def table(runs) -> list[str]:
    """Return the lines of a table: a row for each mark of each seed."""
    unit = runs[0].plan.unit
    lines = [
        f"| seed | {unit} | step | readable (real) | classes | precision | recall | coverage | ink "
        "| minutes |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for run in runs:
        for mark in reached(run):
            found = run.state["marks"][str(mark)]
            lines.append(
                f"| {run.seed} | {mark:,} | {found['step']:,} | {found['readable']:.0%} "
                f"({run.state['readable_real']:.0%}) | {found['classes']} "
                f"| {found['precision']:.2f} | {found['recall']:.2f} | {found['coverage']:.2f} "
                f"| {found['ink']:.3f} | {found['minutes']:.0f} |"
            )
    return lines


def status_lines(run) -> list[str]:
    """Return a line for each mark, as the tutorial prints them, from the logs up to this mark.

    The kit judges both networks on a fresh batch before each step, so these are validation values.
    """
    history = run.load_history()
    lines = []
    for mark in reached(run):
        step = run.state["marks"][str(mark)]["step"]
        g_steps = int(history["g_turn"][:step].sum())
        now = {name: values[step - 1] for name, values in history.items()}
        lines += [
            f"turn {mark:,}",
            f"  G: validation loss {now['g_loss']:.3f}, accuracy {now['g_accuracy']:.2f}, "
            f"{g_steps:,} batches",
            f"  D: validation loss {now['d_loss']:.3f}, accuracy {now['d_accuracy']:.2f}, "
            f"{step - g_steps:,} batches",
        ]
    return lines


def plot_marks(run) -> plt.Figure:
    """Draw a row of samples for each mark, all from the same z."""
    marks = reached(run)
    frames = [run.load_mark(mark)["samples"][:SHOWN].astype("float32") for mark in marks]
    return plots.plot_film_strip(frames, [f"{run.plan.unit} {mark:,}" for mark in marks])


def plot_scores(run) -> plt.Figure:
    """Draw real and generated images of the last mark in a random order, with D's scores."""
    kept = run.load_mark(reached(run)[-1])
    images = np.concatenate([kept["real"][:20], kept["samples"][:20]]).astype("float32")
    scores = np.concatenate([kept["real_scores"][:20], kept["scores"][:20]])
    order = np.random.default_rng(0).permutation(40)
    return plots.plot_score_grid(images[order], scores[order], order < 20, columns=10)


def plot_losses(runs) -> plt.Figure:
    """Draw smoothed losses by step, one panel for each seed."""
    figure, axes = plt.subplots(
        1, len(runs), figsize=(9, 2.4), sharey=True, squeeze=False, layout="constrained"
    )
    for run, ax in zip(runs, axes[0]):
        history = run.load_history()
        for name, style, word in (("d_loss", "-", "D"), ("g_loss", "--", "G")):
            values = history.get(name, np.zeros(0))
            size = max(1, len(values) // SMOOTH)
            n = len(values) // size
            means = values[: n * size].reshape(n, size).mean(axis=1)
            ax.plot((np.arange(n) + 0.5) * size, means, style, label=word)
        ax.set(title=f"seed {run.seed}", xlabel="step")
    axes[0][0].set_ylabel("loss")
    axes[0][0].legend(frameon=False)
    return figure


def save(figure, path) -> None:
    """Write a picture in one step, and close the figure."""
    temporary = path.with_name(f"part-{path.name}")
    figure.savefig(temporary, dpi=90, bbox_inches="tight")
    plt.close(figure)
    os.replace(temporary, path)
