"""Do the tutorials' models write? `python benchmarks/published` trains each as published.

It says how long each run will take, keeps samples at the tutorials' own marks, and writes
`benchmarks/PUBLISHED.md` and its pictures. It may be stopped at any time: the next call goes on
where it was. The runs are kept in `outputs/published`.
"""

import argparse
import time
from pathlib import Path

from course_lib.networks import startup  # noqa: F401 - first: it loads TensorFlow quietly

# isort: split
import keras
import page
from plans import PLANS
from runs import GANRun
from vae_runs import VAERun

from course_lib import metrics

ROOT = Path(__file__).parent.parent.parent
RUNS = ROOT / "outputs" / "published"


def main():
    parser = argparse.ArgumentParser(prog="python benchmarks/published", description=__doc__)
    names = f"the recipes to train; all of them unless given: {', '.join(PLANS)}"
    parser.add_argument("--only", nargs="+", choices=PLANS, default=PLANS, help=names)
    seeds = "train with these seeds; default: 0 1 2"
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], help=seeds)
    minutes = "stop each run after this many minutes; a later call goes on; default: no limit"
    parser.add_argument("--minutes", type=float, default=float("inf"), help=minutes)
    only_page = "write the page from the runs that are there, and train nothing"
    parser.add_argument("--page", action="store_true", help=only_page)
    options = parser.parse_args()
    runs = [load_run(name, seed) for seed in options.seeds for name in options.only]
    if not options.page:
        train(runs, options.minutes)
    page.write([load_run(name, seed) for name in PLANS for seed in range(3)], ROOT)


def load_run(name, seed):
    """Return a recipe's run of that seed, as far as it got."""
    kind = VAERun if name == "style-vae-published" else GANRun
    return kind(name, PLANS[name], seed, RUNS)


def train(runs, minutes):
    """Prepare the data, say how long each run will take, then train one after the other."""
    waiting = [run for run in runs if not run.is_done()]
    sets = {run.name: run.plan.load() for run in waiting}
    yardsticks = {name: metrics.Yardstick(dataset) for name, dataset in sets.items()}
    for name, dataset in sets.items():
        first = next(run for run in waiting if run.name == name)
        precision, ms = first.measure_speed(dataset)
        for run in waiting:
            if run.name == name:
                run.state["precision"] = run.state["precision"] or precision
                run.state["ms_per_step"] = ms
        print(f"{name}: {ms:.1f} ms a step in {precision}; {expected(first, dataset)} for a seed")
    for run in waiting:
        keras.backend.clear_session(free_memory=True)
        run.prepare(sets[run.name], yardsticks[run.name])
        start = time.perf_counter()
        while not run.is_done() and time.perf_counter() - start < 60 * minutes:
            before = len(run.state["marks"])
            run.advance()
            print(line(run, before), flush=True)


def expected(run, dataset):
    """Return how long the whole run will take, in words."""
    units = run.plan.marks[-1]
    steps = (
        run.recipe.steps if run.plan.unit == "turn" else units * run.plan.steps_per_unit(dataset)
    )
    minutes = run.state["ms_per_step"] * steps / 60_000
    return f"about {minutes:.0f} min for {units:,} {run.plan.unit}s, {steps:,} steps,"


def line(run, marks_before):
    """Return a line that says how far a run is, with the measures of a mark just reached."""
    state, plan = run.state, run.plan
    place = f"{run.name}, seed {run.seed}: step {state['step']:,}"
    place += (
        f", {plan.unit} {run.position():,} of {plan.marks[-1]:,}" if plan.unit != "step" else ""
    )
    if len(state["marks"]) > marks_before:
        found = list(state["marks"].values())[-1]
        place += f"; {found['readable']:.0%} read as a character, {found['classes']} classes"
    return f"{place} ({state['seconds'] / 60:.1f} min of training)"


if __name__ == "__main__":
    main()
