"""Write RESULTS.md from what the benchmarks of this run left in *.json."""

import importlib.metadata
import json
import os
import platform
from datetime import date
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
LOOPS = ("tutorial loop", "tutorial loop as Keras compiles it")


def load(name):
    path = HERE / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def machine():
    """One line: the processor, its cores and the versions."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in open("/proc/cpuinfo")
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    versions = []
    for name in ("tensorflow", "keras", "torch", "numpy", "pandas", "pyarrow", "polars"):
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, Python {platform.python_version()}; " + ", ".join(versions)


def speed_section(results):
    first = next(iter(results["recipes"].values()))["contenders"]
    rounds = len(next(iter(first.values()))["seconds"])
    lines = [
        "## Training steps",
        "",
        "One step is one update of D and one of G at the published batch sizes. Each contender runs in a",
        f"process of its own, a few steps each in turn, {rounds} rounds. *Times as fast* is the ratio of medians against the",
        "faster of the two tutorial loops; in brackets its spread, the quartiles of the ratio within a",
        "round. *Share of peak* is the published algorithm's arithmetic against this machine's float32",
        f"matrix product ({results['peak_gflops']:.0f} GFLOP/s): above 100% less was computed than published.",
        "All Keras contenders have oneDNN switched on, as `course_lib` does; TensorFlow by itself would leave",
        "it off on a processor without AVX-512 VNNI or AMX, and the tutorials' loops would be slower still.",
        "",
    ]
    if not results["bfloat16"]:
        lines += ["This processor has no bfloat16 arithmetic, so no bfloat16 was measured.", ""]
    for recipe, found in results["recipes"].items():
        times = found["contenders"]
        base = min(LOOPS, key=lambda loop: median(times[loop]["seconds"]))
        lines += [
            f"### {recipe}",
            "",
            "| | ms a step | times as fast | share of peak | first step, s | peak memory, MB |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        for name, result in times.items():
            seconds = median(result["seconds"])
            pairs = zip(times[base]["seconds"], result["seconds"], strict=True)
            ratios = sorted(a / b for a, b in pairs)
            low, high = ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]
            ratio = median(times[base]["seconds"]) / seconds
            share = found["flops"] / seconds / 1e9 / results["peak_gflops"]
            shown = name.replace("ours", "**ours**").replace("keras io", "keras.io")
            lines.append(
                f"| {shown} | {1000 * seconds:,.1f} | {ratio:.2f} ({low:.2f}–{high:.2f}) "
                f"| {share:.0%} | {result['first']:.1f} | {result['peak']:,.0f} |"
            )
        lines.append("")
    return lines


def quality_section(results):
    lines = [
        "## Seconds of training to characters one can read",
        "",
        "workshop-dcgan, for 62 classes workshop-dcgan-62, by `fit`, without the first call, which compiles.",
        "Fréchet distance in the features of a classifier trained on the same characters, and in brackets how",
        "many classes make up at least a fifth of their even share of 2,000 samples. The scale is this",
        "classifier's own: the anchors below and the pictures say what a number means.",
        "",
    ]
    for name, found in results.items():
        anchors = ", ".join(f"{what} {value:,.1f}" for what, value in found["anchors"].items())
        lines += [f"### {name}: {found['data']}", "", f"Anchors: {anchors}.", ""]
        for precision, runs in found["runs"].items():
            marks = [round(mark["seconds"]) for mark in runs[0]]
            lines += [
                f"| {precision}, seconds | " + " | ".join(f"{mark}" for mark in marks) + " |",
                "|---" * (len(marks) + 1) + "|",
            ]
            for seed, run in enumerate(runs):
                cells = [f"{mark['frechet']:,.1f} ({mark['classes']})" for mark in run]
                lines.append(f"| seed {seed} | " + " | ".join(cells) + " |")
            steps = [f"{median(run[i]['step'] for run in runs):,.0f}" for i in range(len(marks))]
            lines += ["| steps, median | " + " | ".join(steps) + " |", ""]
        picture = {"digits": "digits.png", "62 classes": "classes.png"}[name]
        if (HERE / picture).exists():
            lines += [f"![Samples of seed 0 at each mark, with their distance]({picture})", ""]
    return lines


def loading_section(results):
    rounds = len(results[next(iter(results))]["pandas"]["seconds"])
    lines = [
        "## Loading a CSV",
        "",
        f"Seconds (median of {rounds}) and peak memory above the start, each read in a process of its own, everybody",
        "ending with uint8 images; ours with its cache written. In brackets, times the size of the images.",
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
    seconds = results["import_seconds"]  # beside an empty Python's start, so it may be below 0
    return [
        "## Memory over 2,000 steps, and the import",
        "",
        f"With `gan.sample` every 100 steps the process grew by {results['sample']:.1f} MB between step 200 "
        f"and step 2,000; with `predict` in its place by {results['predict']:.1f} MB. "
        f"`import course_lib` takes {'less than 0.01' if seconds < 0.01 else f'{seconds:.2f}'} s.",
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
        "The machine was shared with others while this ran. Ratios within a table are to be trusted, times",
        "from one table to the next are not.",
        "",
    ]
    for name, section in SECTIONS.items():
        if results := load(name):
            lines += section(results)
    (HERE / "RESULTS.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    print(f"written: {HERE / 'RESULTS.md'}")


if __name__ == "__main__":
    main()
