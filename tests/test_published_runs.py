"""benchmarks/published: a run that is stopped goes on, and reaches the same marks."""

import json
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib.data import datasets
from course_lib.judging import metrics

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks" / "published"))

plans = pytest.importorskip("plans")
runs = pytest.importorskip("runs")

MARKS = (0, 16, 40)


@pytest.fixture(scope="module")
def digits():
    return datasets.load_handwriting("digits", 60)


@pytest.fixture(scope="module")
def yardstick(digits):
    return metrics.Yardstick(digits)


def start(folder, digits, yardstick):
    plan = plans.Plan(MARKS, "step", lambda: digits, 64)
    run = runs.GANRun("workshop-mlp", plan, 0, folder)
    run.state |= {"precision": "float32", "ms_per_step": 3_000.0}  # a stretch of 40 steps
    run.prepare(digits, yardstick)
    return run


def finish(run):
    while not run.is_done():
        run.advance()
    return run


@pytest.mark.slow
def test_a_stopped_run_goes_on_as_if_it_had_not_been_stopped(tmp_path, digits, yardstick):
    whole = finish(start(tmp_path / "whole", digits, yardstick))
    first = start(tmp_path / "stopped", digits, yardstick)
    first.advance()  # to mark 0
    first.advance()  # to mark 16
    rest = finish(start(tmp_path / "stopped", digits, yardstick))
    assert rest.state["step"] == whole.state["step"] == 40
    for mark in MARKS:
        ours, theirs = rest.load_mark(mark)["samples"], whole.load_mark(mark)["samples"]
        assert np.allclose(ours, theirs, atol=2e-3), mark
    assert len(rest.load_history()["d_loss"]) == 40
    assert sorted(path.name for path in rest.folder.glob("model-*")) == ["model-40.keras"]


@pytest.mark.slow
def test_a_run_that_is_cut_off_while_it_saves_goes_on_from_the_save_before(
    tmp_path, digits, yardstick, monkeypatch
):
    run = start(tmp_path, digits, yardstick)
    run.advance()
    monkeypatch.setattr(runs, "write", lambda path, text: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run.advance()
    monkeypatch.undo()
    assert json.loads((run.folder / "run.json").read_text())["step"] == 0
    assert finish(start(tmp_path, digits, yardstick)).state["step"] == 40


def test_a_turn_ends_when_g_has_it_back():
    watch = runs.Watch(turn=0, g_turn=1)
    watch.set_model(keras.Sequential())
    watch.model.stop_training, watch.stop_at_turn = False, 2
    stopped = []
    for step, g_turn in enumerate([1, 1, 0, 1, 0, 0, 1, 1], 1):
        watch.on_step(step, {"g_turn": g_turn})
        stopped.append(watch.model.stop_training)
    assert watch.turn == 2 and stopped.index(True) == 6
    assert watch.take()["g_turn"].tolist() == [1, 1, 0, 1, 0, 0, 1, 1] and not watch.logs
