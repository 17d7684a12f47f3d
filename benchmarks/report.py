"""Write `benchmarks/RESULTS.md` from the JSON files that the benchmarks of this run left here."""

import importlib.metadata
import json
import os
import platform
from datetime import date
from pathlib import Path
from statistics import median

from contenders import base_names

HERE = Path(__file__).parent
PACKAGES = ("tensorflow", "keras", "torch", "numpy", "pandas", "pyarrow", "polars")


def load(name):
    """Return what a benchmark wrote, or None if it didn't run."""
    path = HERE / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def processor():
    """Return the processor's name."""
    with open("/proc/cpuinfo") as file:
        names = (line.split(":")[1].strip() for line in file if line.startswith("model name"))
        return next(names, platform.processor())


def machine():
    """Return one line: the processor, its cores, and the versions of Python and the packages."""
    versions = []
    for name in PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    cores = len(os.sched_getaffinity(0))
    python = platform.python_version()
    return f"{processor()}, {cores} cores, Python {python}; {', '.join(versions)}"


def speed_section(results):
    """Return the lines on training steps: what was measured, and a table for each recipe."""
    first = next(iter(results["recipes"].values()))["contenders"]
    rounds = len(next(iter(first.values()))["seconds"])
    peak = results["peak_gflops"]
    lines = [
        "## Training steps",
        "",
        "One step is one update of D and one of G, at the published batch sizes. Each contender",
        "runs in a process of its own, and they take turns of a few steps.",
        "",
        f"- *ms per step*: the median of {rounds} rounds.",
        "- *times as fast*: the median time of the faster tutorial loop divided by this one's. In",
        "  brackets: the quartiles of the same ratio taken within each round.",
        "- *share of peak*: the arithmetic of the published algorithm per second, as a fraction of",
        f"  this machine's speed in a float32 matrix product ({peak:.0f} GFLOP/s). Above 100%, the",
        "  contender computes less than the published algorithm.",
        "",
        "All Keras contenders run with oneDNN switched on, as `course_lib` does. On a processor",
        "without AVX-512 VNNI or AMX, TensorFlow alone leaves it off, and the tutorials' loops",
        "would be slower still.",
        "",
    ]
    if not results["bfloat16"]:
        lines += ["This processor has no bfloat16 arithmetic, so bfloat16 wasn't measured.", ""]
    for recipe, found in results["recipes"].items():
        lines += [f"### {recipe}", "", *speed_table(found, peak), ""]
    return lines


def speed_table(found, peak):
    """Return the table of one recipe, with a row for each contender."""
    times = found["contenders"]
    medians = {name: median(result["seconds"]) for name, result in times.items()}
    base = min((name for name in base_names() if name in times), key=medians.get)
    lines = [
        "| | ms per step | times as fast | share of peak | first step, s | peak memory, MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, result in times.items():
        pairs = zip(times[base]["seconds"], result["seconds"], strict=True)
        ratios = sorted(a / b for a, b in pairs)
        low, high = ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]
        share = found["flops"] / medians[name] / 1e9 / peak
        lines.append(
            f"| {name.replace('ours', '**ours**')} | {1000 * medians[name]:,.1f} "
            f"| {medians[base] / medians[name]:.2f} ({low:.2f}–{high:.2f}) "
            f"| {share:.0%} | {result['first']:.1f} | {result['peak']:,.0f} |"
        )
    return lines


def quality_section(results):
    """Return the lines on quality: what was measured, and tables for each set of characters."""
    lines = [
        "## Seconds of training until the characters are readable",
        "",
        "workshop-dcgan (for 62 classes workshop-dcgan-62), trained with `fit`. The clock starts",
        "after the first call, which compiles. Each cell is the Fréchet distance of 2,000 samples,",
        "where lower is better, in the features of a classifier trained on the same characters. In",
        "brackets: how many classes have at least a fifth of an even share of the samples. The",
        "scale is this classifier's own; the reference values and the pictures show what a number",
        "means.",
        "",
    ]
    for name, found in results.items():
        anchors = ", ".join(f"{images} {value:,.1f}" for images, value in found["anchors"].items())
        lines += [f"### {name}: {found['data']}", "", f"Reference values: {anchors}.", ""]
        for precision, runs in found["runs"].items():
            lines += [*quality_table(precision, runs), ""]
        picture = {"digits": "digits.png", "62 classes": "classes.png"}[name]
        if (HERE / picture).exists():
            lines += [f"![Samples of seed 0 at each mark, with their distance]({picture})", ""]
    return lines


def quality_table(precision, runs):
    """Return the table of one precision: a column for each mark, a row for each seed."""
    marks = [round(mark["seconds"]) for mark in runs[0]]
    lines = [
        f"| {precision}, seconds | " + " | ".join(map(str, marks)) + " |",
        "|---" * (len(marks) + 1) + "|",
    ]
    for seed, run in enumerate(runs):
        cells = [f"{mark['frechet']:,.1f} ({mark['classes']})" for mark in run]
        lines.append(f"| seed {seed} | " + " | ".join(cells) + " |")
    steps = [f"{median(run[i]['step'] for run in runs):,.0f}" for i in range(len(marks))]
    return [*lines, "| steps, median | " + " | ".join(steps) + " |"]


def loading_section(results):
    """Return the lines on loading: what was measured, and a table for each file."""
    rounds = len(results[next(iter(results))]["pandas"]["seconds"])
    lines = [
        "## Loading a CSV",
        "",
        f"The median time of {rounds} rounds, and the peak memory beyond what the process held",
        "before reading. Each reader runs in a process of its own and ends with uint8 images; our",
        "first time includes writing the cache. In brackets: the peak as a multiple of the size of",
        "the images.",
        "",
    ]
    for rows, found in results.items():
        size = int(rows) * 784 / 1e6
        lines += [
            f"| {int(rows):,} rows ({size:,.0f} MB as uint8) | s | peak MB |",
            "|---|---:|---:|",
        ]
        for name, result in found.items():
            seconds, peak = median(result["seconds"]), result["peak"]
            lines.append(f"| {name} | {seconds:.2f} | {peak:,.0f} ({peak / size:.1f}) |")
        lines.append("")
    return lines


def memory_section(results):
    """Return the lines on memory and on the time that an import takes."""
    seconds = results["import_seconds"]  # beyond starting an empty Python, so it may be below 0
    taken = "less than 0.01" if seconds < 0.01 else f"{seconds:.2f}"
    return [
        "## Memory over 2,000 steps, and the import",
        "",
        f"With `gan.sample` every 100 steps, the process grew by {results['sample']:.1f} MB",
        "between step 200 and step 2,000; with `predict` instead, it grew by "
        f"{results['predict']:.1f} MB.",
        f"`import course_lib` takes {taken} s.",
        "",
    ]


SECTIONS = {
    "speed": speed_section,
    "quality": quality_section,
    "loading": loading_section,
    "memory": memory_section,
}


def main():
    lines = [
        "# Benchmarks",
        "",
        f"Written by `benchmarks/report.py` on {date.today()}: {machine()}.",
        "",
        "Other programs on the machine slow some measurements down. Rely on the ratios within a",
        "table, and don't compare times from different tables: see [how to read a ratio][ratio].",
        "",
        "[ratio]: README.md#how-to-read-a-ratio",
        "",
    ]
    for name, section in SECTIONS.items():
        if results := load(name):
            lines += section(results)
    (HERE / "RESULTS.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    print(f"written: {HERE / 'RESULTS.md'}")


if __name__ == "__main__":
    main()
