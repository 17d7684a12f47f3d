"""Write `benchmarks/PUBLISHED.md` and its pictures from the runs that are there."""

import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from vae_runs import SHOWN as STYLES
from vae_runs import TEXT, VAERun

from course_lib import plots

sys.path.insert(0, str(Path(__file__).parent.parent))  # for `report`, beside this folder
from report import machine

SHOWN = 16  # samples in a row
SMOOTH = 50  # points of a loss curve
COLUMNS = (  # of a table: title, name among the measures, format
    ("steps", "step", "{:,}"),
    ("readable", "readable", "{:.0%}"),
    ("classes", "classes", "{}"),
    ("precision", "precision", "{:.2f}"),
    ("recall", "recall", "{:.2f}"),
    ("coverage", "coverage", "{:.2f}"),
    ("ink", "ink", "{:.3f}"),
    ("minutes", "minutes", "{:.0f}"),
)

INTRODUCTION = """# Do the tutorials' models write?

Written by `make published` on {machine}.

Each recipe is trained with its published networks, batch sizes, optimizers and losses, on real
digits or on characters drawn by the kit's pen. In the tables,

- *readable* is the fraction of 1,000 samples in which the kit's classifier is at least 90% sure
  of one character (one of its answers is "no character"). A VAE is told what to write; for it,
  *readable* is the fraction that the classifier reads as asked, over 36 characters in five styles
  from six prompts each. The classifier names many a blot too, so look at the pictures as well,
- *classes*, *precision*, *recall* and *coverage* are explained in lesson 06; for a VAE, *classes*
  counts the characters that are read as asked more often than not,
- *ink* is the mean brightness of the samples, from 0 (black) to 1,
- *minutes* is the time spent on training. The machine was shared, so it is an upper limit.
"""

FOOLED = """\\* The recall is 0: these samples are nearly all alike, and the classifier takes
them for a character. The precision is computed from its features and is fooled with it."""


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
    writes, losses = f"published-{name}.png", f"published-{name}-losses.png"
    figure, caption = draw_writing(runs)
    save(figure, pictures / writes)
    save(plot_losses(runs), pictures / losses)
    about = [
        f"{first.recipe.origin}. {first.state['data']}",
        f"Of these, {first.state['readable_real']:.0%} are readable.",
        first.plan.note,
        how_far(runs),
    ]
    lines = [f"## {name}", "", " ".join(filter(None, about)), "", *table(runs), ""]
    lines += [f"![{caption}](../pictures/{writes})", ""]
    lines += [f"![Losses by step, one panel a seed](../pictures/{losses})", ""]
    if "g_turn" in first.load_history():
        grid = f"published-{name}-scores.png"
        save(plot_scores(first), pictures / grid)
        caption = "Real and generated letters in a grid, each with D's score"
        lines += ["```text", *status_lines(first), "```", ""]
        lines += [f"![{caption}](../pictures/{grid})", ""]
    return "\n".join(lines)


def how_far(runs) -> str:
    """Return which seeds haven't reached the last mark, and how long the rest would take."""
    end, unit = runs[0].plan.marks[-1], runs[0].plan.unit
    short = [run for run in runs if not run.is_done()]
    if not short:
        return ""
    places = ", ".join(f"seed {run.seed} at {unit} {reached(run)[-1]:,}" for run in short)
    first, last = short[0], reached(short[0])[-1]
    hours = first.state["marks"][str(last)]["minutes"] / 60 * (end - last) / max(last, 1)
    rest = f"The rest would take seed {first.seed} about {hours:.1f} hours on this machine."
    return f"Stopped before the end, {unit} {end:,}: {places}. {rest}"


def reached(run) -> list[int]:
    """Return the marks that a run has reached."""
    return [mark for mark in run.plan.marks if str(mark) in run.state["marks"]]


def table(runs) -> list[str]:
    """Return the lines of a table: a row for each mark of each seed."""
    measured = next(iter(runs[0].state["marks"].values()))
    unit = f"{runs[0].plan.unit}s"
    columns = [c for c in COLUMNS if c[1] in measured and c[0] != unit]
    names = ["seed", unit, *(name for name, _, _ in columns)]
    lines, note = [f"| {' | '.join(names)} |", "|---:" * len(names) + "|"], []
    for run in runs:
        for mark in reached(run):
            found = run.state["marks"][str(mark)]
            cells = [form.format(found[key]) for _, key, form in columns]
            if is_fooled(found):
                cells = [f"{cell} *" if cell.endswith("%") else cell for cell in cells]
                note = ["", FOOLED]
            lines.append(f"| {run.seed} | {mark:,} | {' | '.join(cells)} |")
    return lines + note


def is_fooled(measures) -> bool:
    """Return whether samples are read as characters, but resemble hardly any real one."""
    return measures["readable"] >= 0.01 and measures.get("recall", 1) < 0.01


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


def draw_writing(runs) -> tuple[plt.Figure, str]:
    """Draw what the first run writes at each mark, and the others at their last one.

    Returns:
        (Figure, alternative text).
    """
    first, unit = runs[0], runs[0].plan.unit
    shown = [(first, mark) for mark in reached(first)]
    if isinstance(first, VAERun):
        lines = first.load_mark(shown[-1][1])["samples"].astype("float32")
        caption = f"{TEXT} written in five styles, after {shown[-1][1]} {unit}s"
        return plots.plot_film_strip(list(lines), list(STYLES)), caption
    shown += [(run, reached(run)[-1]) for run in runs[1:]]
    frames = [run.load_mark(mark)["samples"][:SHOWN].astype("float32") for run, mark in shown]
    words = [
        f"{unit} {mark:,}" + (f", seed {run.seed}" if run is not first else "")
        for run, mark in shown
    ]
    caption = f"{SHOWN} samples in a row, for {'; '.join(words)}"
    return plots.plot_film_strip(frames, words), caption


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
        names = [name for name in history if name.endswith("_loss")]
        for name, style in zip(names, ("-", "--", ":")):
            size = max(1, len(history[name]) // SMOOTH)
            n = len(history[name]) // size
            means = history[name][: n * size].reshape(n, size).mean(axis=1)
            ax.plot((np.arange(n) + 0.5) * size, means, style, label=name)
        ax.set(title=f"seed {run.seed}", xlabel="step")
        if isinstance(run, VAERun):
            ax.set_yscale("log")  # the three losses have very different sizes
    axes[0][0].set_ylabel("loss")
    axes[0][0].legend(frameon=False, fontsize=8)
    return figure


def save(figure, path) -> None:
    """Write a picture in one step, and close the figure."""
    temporary = path.with_name(f"part-{path.name}")
    figure.savefig(temporary, dpi=90, bbox_inches="tight")
    plt.close(figure)
    os.replace(temporary, path)
