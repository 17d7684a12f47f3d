"""The doctor's clinic: does the doctor name the illness of runs that were broken on purpose?

`python benchmarks/clinic` trains every case, broken and healthy, shows each to `doctor.examine`,
and writes `benchmarks/CLINIC.md` and two pictures of the healthy runs, `clinic-healthy.png` and
`clinic-foreign-healthy.png`. The doctor gets only what a user has after training; it isn't told how
the case was made.
"""

import argparse
import multiprocessing
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from examine import CRASH, SCORE, TUNING, choose_cases, examine
from runs import digits, yardstick
from tqdm import tqdm

from course_lib import doctor, plots

BENCHMARKS = Path(__file__).parent.parent
WORKERS = 2  # runs at a time


def main():
    parser = argparse.ArgumentParser(prog="python benchmarks/clinic", description=__doc__)
    tuning = "run the cases that the doctor's limits were chosen with (other seeds); write nothing"
    parser.add_argument("--tuning", action="store_true", help=tuning)
    only = "run only the cases whose name contains this text; write nothing"
    parser.add_argument("--only", default="", metavar="TEXT", help=only)
    options = parser.parse_args()
    cases = choose_cases(TUNING if options.tuning else SCORE, options.only)
    if not cases:
        parser.error(f"no case has {options.only!r} in its name; CLINIC.md lists all of them")
    start = time.perf_counter()
    results = run_cases(cases)
    minutes = (time.perf_counter() - start) / 60
    if not options.tuning and not options.only:
        (BENCHMARKS / "CLINIC.md").write_text(page(results, minutes), encoding="utf-8")
        for is_foreign, name in (
            (False, "clinic-healthy.png"),
            (True, "clinic-foreign-healthy.png"),
        ):
            figure = plot_healthy(results, is_foreign)
            figure.savefig(BENCHMARKS / name, dpi=80, bbox_inches="tight")


def run_cases(cases):
    """Run all cases, `WORKERS` at a time, and print a line for each. Return their `Result`s."""
    yardstick(digits)  # trains and keeps the classifier now, so that the workers only load it
    results = []
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as workers:
        runs = workers.map(examine, *zip(*cases, strict=True))
        for result in tqdm(runs, total=len(cases), unit="run"):
            results.append(result)
            mark = "ok  " if result.found[0] == result.planted else "MISS"
            tqdm.write(f"{mark} {result.title}: {result.found} {result.evidence[:1]}")
            for sentence in stumbles(result):
                tqdm.write(f"     {sentence}")
    return results


def plot_healthy(results, is_foreign):
    """Draw some samples of each healthy run of the course's or of others, one run in each row."""
    well = [r for r in results if r.planted == "healthy" and r.is_foreign == is_foreign]
    rows = {r.title: r.samples for r in well if r.samples is not None}
    return plots.plot_film_strip(list(rows.values()), list(rows))


def page(results, minutes):
    """Return the text of CLINIC.md: the scores, a line for each illness, a line for each case."""
    own = [r for r in results if not r.is_foreign]
    foreign = [r for r in results if r.is_foreign]
    stumbled = sum(bool(stumbles(result)) for result in results)
    data = digits().source.split(", /")[0]
    lines = [
        "# The doctor's clinic",
        "",
        f"Written by `python benchmarks/clinic` in {minutes:.0f} minutes. Data: {data}.",
        "",
        f"**The course's own runs.** {score(own)} The doctor's limits were chosen with separate",
        "runs that used other seeds (`python benchmarks/clinic --tuning`).",
        "",
        f"**The foreign ward**, runs written as other people write them. {score(foreign)}",
        "Neither their networks nor their seeds had a part in choosing the limits of the doctor",
        "that this page scores. Other foreign runs had; they belong to the tuning runs. Whoever",
        "improves the doctor with this ward's mistakes needs a new ward for the next score.",
        "",
        f"The doctor stopped with an error in {sum(map(is_crash, results))} of all runs. In "
        f"{stumbled}, it reported an error in a part of what it looked at.",
        "",
        *count_by_illness(results),
        "",
        "Whether the healthy runs really are healthy isn't for the doctor to decide. Look at their",
        "samples:",
        "",
        "![fourteen samples from each healthy run](clinic-healthy.png)",
        "",
        "![fourteen samples from each healthy run of the foreign ward](clinic-foreign-healthy.png)",
        "",
        *every_case(own, foreign),
    ]
    return "\n".join(lines) + "\n"


def every_case(own, foreign):
    """Return two tables with a row for each run."""
    return [
        "## Every case",
        "",
        "| case | what the doctor found, in its order |",
        "|---|---|",
        *(f"| {r.title} | {', '.join(r.found)} |" for r in own),
        "",
        "### The foreign ward",
        "",
        "Not examined is what the doctor said it couldn't look at in what was handed over, such as",
        "missing classes where images came without labels.",
        "",
        "| case | planted | what the doctor found, in its order | not examined |",
        "|---|---|---|---:|",
        *(
            f"| {r.title} | {r.planted} | {', '.join(r.found)} | {len(r.not_examined)} |"
            for r in foreign
        ),
    ]


def is_crash(result):
    """Whether a case ended in an error."""
    return result.found[0].startswith(CRASH)


def stumbles(result):
    """Return the sentences in which the doctor reports an error of its own."""
    return [sentence for sentence in result.not_examined if "looking at it stopped" in sentence]


def score(results):
    """Return two sentences: how often the doctor was right about sick and about healthy runs."""
    sick = [r for r in results if r.planted != "healthy"]
    well = [r for r in results if r.planted == "healthy"]
    right = sum(r.found[0] == r.planted for r in sick)
    wrong = sum(r.found[0] != "healthy" for r in well)
    return (
        f"In {right} of {len(sick)} broken runs, the doctor named the planted illness first. It "
        f"called {wrong} of {len(well)} healthy runs sick."
    )


def count_by_illness(results):
    """Return a table of what the doctor named first, with a row for each planted illness."""
    lines = [
        "| planted | runs | named first | another name first |",
        "|---|---:|---:|---|",
    ]
    for illness in [*doctor.ILLNESSES, "healthy"]:
        firsts = Counter(r.found[0] for r in results if r.planted == illness)
        others = ", ".join(f"{name} {n}" for name, n in firsts.items() if name != illness)
        lines.append(f"| {illness} | {firsts.total()} | {firsts[illness]} | {others} |")
    return lines


if __name__ == "__main__":
    main()
