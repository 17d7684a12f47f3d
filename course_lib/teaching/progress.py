"""A learner's progress, which is kept in progress.json and shown by `progress.show()`."""

import importlib
import json
import os
import pkgutil
from pathlib import Path

MARKS = {"right": "■", "wrong": "◧"}


def show() -> None:
    """Print the learner's progress, lesson by lesson. Delete progress.json to start again."""
    done = load()
    total = possible = 0
    for lesson, exercises in lessons().items():
        states = done.get(lesson, {})
        numbers = range(1, len(exercises) + 1)
        marks = [MARKS.get(states.get(str(number)), "□") for number in numbers]
        print(f"{lesson}  {' '.join(marks):10} {marks.count('■')} of {len(marks)}")
        total, possible = total + marks.count("■"), possible + len(marks)
    print(f"{total} of {possible} exercises done (■ right once, ◧ tried, □ not yet)")


def lessons() -> dict[str, tuple]:
    """Return {lesson number: classes of its exercises}, from the files lesson_NN.py beside this."""
    package = __name__.rpartition(".")[0]
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return {
        name.removeprefix("lesson_"): importlib.import_module(f"{package}.{name}").EXERCISES
        for name in names
        if name.startswith("lesson_")
    }


def place() -> Path:
    """Return where progress is kept: progress.json in the notebook's folder, or COURSE_PROGRESS."""
    return Path(os.environ.get("COURSE_PROGRESS") or "progress.json")


def load() -> dict[str, dict[str, str]]:
    """Return the learner's progress, {lesson: {number: state}}.

    A file that can't be read is renamed to progress.bak, and a message says so.
    """
    try:
        found = json.loads(place().read_text(encoding="utf-8"))
        known = lessons()
        return {lesson: dict(states) for lesson, states in found.items() if lesson in known}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        kept = place().with_suffix(".bak")
        place().replace(kept)
        print(f"{place()} could not be read ({error}): renamed to {kept.name}, starting a new one.")
        return {}


def keep(lesson, number, state) -> None:
    """Write down the state of an exercise; one that was right once stays right."""
    done = load()
    states = done.setdefault(lesson, {})
    if state == "not attempted" or states.get(str(number)) == "right":
        return
    states[str(number)] = state
    try:
        place().write_text(json.dumps(done, indent=1), encoding="utf-8")
    except OSError as error:
        print(f"(Your progress could not be saved: {error})")
