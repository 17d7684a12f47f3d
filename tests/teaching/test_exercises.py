"""The exercises: every solution is right, every stub not attempted, wrong answers are told apart.

Stubs, solutions and wrong answers come from the lessons' sources, where each wrong one says by
`# expect:` which words the learner should read.
"""

import contextlib
import io
import subprocess
import sys
import time
from pathlib import Path

import jupytext
import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.teaching import exercise as exercise_module
from course_lib.teaching import judges, lesson_01, lesson_04, lesson_06, progress
from course_lib.teaching.exercise import Wrong

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "notebooks" / "source").glob("*.py"))


class Attempts:
    """A lesson's exercises, with the notebook's variables that they stand on."""

    def __init__(self, source):
        cells = jupytext.read(source).cells
        self.cells = [
            (set(c.metadata.get("tags", [])), c.source) for c in cells if c.cell_type == "code"
        ]
        self.number = source.stem[:2]
        self.variables = {}
        self.run(self.cells[0][1])
        for tags, code in self.cells:
            if "needed" in tags or ".exercises(globals())" in code:
                self.run(code)
        self.exercises = [self.variables[f"q{i}"] for i in range(1, self.count + 1)]

    @property
    def count(self):
        return sum("stub" in tags for tags, _ in self.cells)

    def run(self, code):
        exec(compile(code, self.number, "exec"), self.variables)
        plt.close("all")

    def grouped(self):
        """(exercise, stub, solution, wrong ones), one exercise after the other."""
        groups = []
        for tags, code in self.cells:
            if "stub" in tags:
                groups.append((self.exercises[len(groups)], code, [], []))
            if tags & {"solution", "wrong"}:
                groups[-1][2 if "solution" in tags else 3].append(code)
        return groups

    def message(self, exercise, code):
        """Run the learner's cell, then the check: (state, what it says)."""
        self.run(code)
        return check(exercise)


def check(exercise):
    """(state, what it says)."""
    with contextlib.redirect_stdout(out := io.StringIO()):
        exercise.check()
    return exercise.state, out.getvalue().strip()


@pytest.fixture(scope="module", params=SOURCES, ids=lambda path: path.stem)
def attempts(request, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("lesson"))
        yield Attempts(request.param)


def test_numbers_from_other_roads():
    """Precision in float32, and a Fréchet distance from a simulation, are right answers, too."""
    precision, line = lesson_06.Precision("06", 2, {}), lesson_06.FrechetOnALine("06", 3, {})
    precision.judge(lambda *case: np.float32(lesson_06.Precision.right(*case)))
    rng = np.random.default_rng(0)
    a, b = (np.sort(rng.normal(mean, scale, 20_000)) for mean, scale in ((0, 1), (3, 2)))
    line.judge(np.mean((a - b) ** 2))  # on a line, sorted pairs are the nearest
    for wrong in (9, 9.7, 10.3, 18):
        with pytest.raises(Wrong):
            line.judge(wrong)


def test_three_to_five_in_every_lesson(attempts):
    least = 1 if attempts.number == "00" else 3
    assert least <= attempts.count <= 5
    assert attempts.count == len(progress.lessons()[attempts.number])


def test_stubs_wrong_answers_and_solutions(attempts):
    """The stub is not attempted, each wrong answer is told its own cause, the solution is right."""
    for exercise, stub, solutions, wrong_ones in attempts.grouped():
        state, message = attempts.message(exercise, stub)
        assert (state, message[:13]) == ("not attempted", "Not attempted"), message
        assert len(wrong_ones) >= 2, f"{exercise.variable} needs two typical wrong answers"
        told = set()
        for code in wrong_ones:
            expected = code.split("# expect: ")[1].splitlines()[0]
            state, message = attempts.message(exercise, code)
            assert state == "wrong" and message.startswith("Not yet."), message
            assert expected in message
            told.add(message)
        assert len(told) == len(wrong_ones)
        (solution,) = solutions
        start = time.perf_counter()
        state, message = attempts.message(exercise, solution)
        assert state == "right" and message.startswith(("Right.", "Noted.")), message
        assert time.perf_counter() - start < judges.SECONDS


def test_listed_mistakes_are_told_their_cause(attempts):
    """No listed mistake passes for right or for another one."""
    for exercise in attempts.exercises:
        for mistake, cause in getattr(exercise, "mistakes", {}).items():
            attempts.variables[exercise.variable] = mistake
            state, message = check(exercise)
            assert state == "wrong" and cause in message, message


TRIVIAL = [0, 1, -1, "", "yes", None, [], np.zeros((10, 28, 28)), np.ones(3), lambda *a: a[0]]
TRIVIAL += [lambda *a: 0, lambda *a: 1.0, lambda *a: a[-1], lambda *a: None, lambda: None, object()]
TRIVIAL += [[[1], [1, 2]], 10**400, lambda *a: "abc", lambda *a: [[1], [1, 2]]]


def test_no_trivial_answer_passes(attempts):
    for exercise in attempts.exercises:
        for answer in TRIVIAL:
            attempts.variables[exercise.variable] = answer
            state, message = check(exercise)
            assert state != "right", (exercise.variable, answer)
            assert "could not be judged" not in message


def test_solution_and_hint_are_shown(attempts, capsys):
    for exercise, _, (solution,), _ in attempts.grouped():
        exercise.solution()
        assert capsys.readouterr().out.strip() == solution.strip()
        exercise.hint()
        assert capsys.readouterr().out.startswith("Hint: ")


def test_a_flag_that_is_only_turned_over_is_refused():
    """`train_both` must be right whatever D's flag was before; turning it over is right for one."""

    def turn_over(discriminator, pair, images, labels, z, ones):
        discriminator.trainable = not discriminator.trainable
        discriminator.train_on_batch(images, labels)
        discriminator.trainable = not discriminator.trainable
        pair.train_on_batch(z, ones)

    state, message = check(lesson_04.exercises({"train_both": turn_over})[1])
    assert state == "wrong" and "Was `discriminator.trainable` True just before?" in message


def test_without_the_sources_there_is_no_solution(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(exercise_module, "SOURCE", tmp_path)
    lesson_01.exercises({})[0].solution()
    assert "ask your teacher" in capsys.readouterr().out


def test_a_name_that_was_never_set():
    assert "run the cell that sets `mean_of_zeros`" in check(lesson_01.exercises({})[0])[1]


def test_lessons_load_no_tensorflow():
    code = "from course_lib.teaching import progress; progress.lessons(); import sys; "
    code += "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
