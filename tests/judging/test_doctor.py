"""The doctor as a whole: healthy runs, what a finding says. Each illness is planted in the files
`test_doctor_data`, `test_doctor_steps` and `test_doctor_results`; benchmarks/clinic has whole runs.
"""

from pathlib import Path

import numpy as np
import pytest
import tiny_runs

from course_lib.data import datasets
from course_lib.gan import recipes
from course_lib.judging import classifier, doctor, metrics
from course_lib.training import callbacks

HERE = Path(__file__).parent


def test_the_run_that_faults_are_planted_in_is_healthy(run, digits, capsys):
    assert doctor.examine(*run, digits, yardstick=tiny_runs.Yardstick()) == []
    assert "healthy" in capsys.readouterr().out


def test_a_few_steps_are_seen_without_classes(run, digits):
    """The run has taken few steps; an array of images is enough to see that."""
    (found,) = doctor.examine(*run, digits.images)
    assert found.illness == "undertrained" and "a collapsed run would look" in found.evidence


@pytest.mark.slow
def test_a_trained_run_is_healthy():
    """A recipe of the course, trained just long enough, measured for real."""
    digits = datasets.load_handwriting("digits", per_class=300, seed=0)
    recipe, history = recipes.load("workshop-dcgan"), callbacks.History()
    model = recipe.build_gan(seed=0)
    batches = digits.batches(recipe.batch_size)
    model.fit(batches, steps_per_epoch=800, verbose=0, callbacks=[history])
    reader = classifier.train_classifier(digits, steps=300)
    assert doctor.examine(model, history, digits, yardstick=metrics.Yardstick(digits, reader)) == []


def test_every_illness_is_planted_somewhere():
    tests = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_doctor_*.py"))
    assert [name for name in doctor.ILLNESSES if f'"{name}"' not in tests] == []


def test_every_illness_names_a_lesson_that_exists():
    lessons = HERE.parent.parent / "notebooks" / "source"
    for name, illness in doctor.ILLNESSES.items():
        assert illness.cause and illness.fix, name
        assert len(list(lessons.glob(f"{illness.lesson}_*.py"))) == 1, name


def test_a_finding_reads_as_advice(run, digits, capsys):
    inverted = datasets.Dataset(255 - digits.images, digits.labels, digits.class_names, "inverted")
    findings = doctor.examine(*run, inverted)
    text = capsys.readouterr().out
    for word in ("1. bad-dataset", "seen:", "why:", "try:", "lesson: 01"):
        assert word in text
    assert findings[0]._asdict().keys() == {"illness", "evidence", "cause", "fix", "lesson"}


def test_only_the_first_round_that_finds_something_is_told(run, digits):
    """A run with nan in it and without any classes: the nan explains everything else."""
    model, history = run
    findings = doctor.examine(
        model,
        {**history, "d_loss": [np.nan] * 20},
        digits,
        yardstick=tiny_runs.Yardstick(class_counts=dict.fromkeys("0123456789", 0), coverage=0.0),
    )
    assert [finding.illness for finding in findings] == ["non-finite"]
