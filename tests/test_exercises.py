"""The exercises: every solution is right, every stub not attempted, wrong answers are told apart.

Stubs, solutions and wrong answers come from the lessons' sources, where each wrong one says by
`# expect:` which words the learner should read. The judges are tried on answers of their own.
"""

import contextlib
import io
import time
from pathlib import Path

import jupytext
import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib.teaching import exercises, questions
from course_lib.teaching.exercises import NotAttempted, Wrong

SOURCES = sorted((Path(__file__).parent.parent / "notebooks" / "source").glob("*.py"))


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
            if "needed" in tags or "questions.lesson_" in code:
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
        with contextlib.redirect_stdout(out := io.StringIO()):
            exercise.check()
        return exercise.state, out.getvalue().strip()


@pytest.fixture(scope="module", params=SOURCES, ids=lambda path: path.stem)
def attempts(request, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("lesson"))
        yield Attempts(request.param)


def test_three_to_five_in_every_lesson(attempts):
    least = 1 if attempts.number == "00" else 3
    assert least <= attempts.count <= 5
    assert attempts.count == exercises.LESSONS[attempts.number] == len(attempts.exercises)


def test_stubs_wrong_answers_and_solutions(attempts):
    """The stub is not attempted, each wrong answer is told its own cause, the solution is right."""
    for exercise, stub, solutions, wrong_ones in attempts.grouped():
        state, message = attempts.message(exercise, stub)
        assert (state, message[:13]) == ("not attempted", "Not attempted"), message
        assert len(wrong_ones) >= 2, f"{exercise.name} needs two typical wrong answers"
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
        assert time.perf_counter() - start < exercises.SECONDS


TRIVIAL = [0, 1, -1, "", "yes", None, [], np.zeros((10, 28, 28)), np.ones(3), lambda *a: a[0]]
TRIVIAL += [lambda *a: 0, lambda *a: 1.0, lambda *a: a[-1], lambda *a: None, lambda: None, object()]


def test_no_trivial_answer_passes(attempts):
    for exercise in attempts.exercises:
        for answer in TRIVIAL:
            attempts.variables[exercise.name] = answer
            with contextlib.redirect_stdout(out := io.StringIO()):
                exercise.check()
            assert exercise.state != "right", (exercise.name, answer)
            assert "could not be judged" not in out.getvalue()


def test_solution_and_hint_are_shown(attempts, capsys):
    for exercise, _, (solution,), _ in attempts.grouped():
        exercise.solution()
        assert capsys.readouterr().out.strip() == solution.strip()
        exercise.hint()
        assert capsys.readouterr().out.startswith("Hint: ")


# --- One exercise at a time ----------------------------------------------------------------------


def test_without_the_sources_there_is_no_solution(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(exercises, "SOURCE", tmp_path)
    questions.lesson_01({})[0].solution()
    assert "ask your teacher" in capsys.readouterr().out


def test_a_name_that_was_never_set(capsys):
    questions.lesson_01({})[0].check()
    assert "run the cell that sets `mean_of_zeros`" in capsys.readouterr().out


def judge(judge, answer):
    """The message of a judge, "" if the answer is right."""
    try:
        judge(answer)
    except (Wrong, NotAttempted) as found:
        return str(found) or "not attempted"
    return ""


def test_a_function_without_an_end(monkeypatch):
    monkeypatch.setattr(exercises, "SECONDS", 0.2)
    message = judge(exercises.function([(1,)], lambda x: x, "x"), lambda x: time.sleep(3))
    assert "still running after 0.2 seconds" in message


def test_what_goes_wrong_inside_a_function():
    ask = exercises.function([(np.arange(3.0),)], lambda x: x + 1, "x + 1")

    def spoils(x):
        x += 1
        return x

    assert judge(ask, lambda x: x + 1) == ""
    assert "changes the arrays" in judge(ask, spoils)
    assert "returned None" in judge(ask, lambda x: None)
    assert "ZeroDivisionError" in judge(ask, lambda x: 1 / 0)
    assert "TypeError" in judge(ask, lambda: 1)
    assert "nan or inf" in judge(ask, lambda x: x * np.nan)
    assert judge(ask, lambda x: ...) == "not attempted"
    assert "wanted a function" in judge(ask, 3)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.ones((2, 2)), "Found shape (2, 2), wanted (3,)"),
        ("abc", "wanted an array"),
        ([1, 2, 4], "Farthest off at (2,): found 4, wanted 3"),
        ([0, 0, 0], "Farthest off"),
        ([1, 2, 3], ""),
    ],
)
def test_arrays(answer, words):
    message = judge(exercises.array([1, 2, 3], "one to three"), answer)
    assert words in message and bool(words) == bool(message)


def test_a_trained_result():
    ask = exercises.result(len, "at least three of them", at_least=3, advice="Take more.")
    assert judge(ask, [1, 2, 3]) == ""
    assert judge(ask, [1]) == "Measured 1, wanted at least three of them. Take more."


# --- Progress ------------------------------------------------------------------------------------


def test_progress_is_kept_and_what_was_right_stays(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    variables = {"mean_of_zeros": "b"}
    questions.lesson_01(variables)[0].check()
    variables["mean_of_zeros"] = "a"
    questions.lesson_01(variables)[0].check()
    variables["bad_line"] = 3
    questions.lesson_01(variables)[3].check()
    capsys.readouterr()
    exercises.progress()
    out = capsys.readouterr().out
    assert "01  ■ □ □ ◧    1 of 4" in out
    assert f"1 of {sum(exercises.LESSONS.values())} exercises" in out


@pytest.mark.parametrize("text", ["{", "[1]", '{"01": 5}', '{"77": {"1": "right"}}'])
def test_a_damaged_progress_file_is_no_end(monkeypatch, tmp_path, capsys, text):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    (tmp_path / "progress.json").write_text(text)
    exercises.progress()
    assert "0 of" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "none" / "progress.json"))
    questions.lesson_01({"mean_of_zeros": "b"})[0].check()
    assert "Progress is not kept" in (out := capsys.readouterr().out) and "Right." in out
