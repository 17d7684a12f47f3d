"""What a learner has done: kept in progress.json, shown as a table."""

import pytest

from course_lib.teaching import lesson_01, progress


@pytest.fixture
def place(monkeypatch, tmp_path):
    """The file that progress is kept in during a test."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def test_progress_is_kept_and_what_was_right_stays(place, capsys):
    variables = {"mean_of_zeros": "b"}
    lesson_01.exercises(variables)[0].check()
    variables["mean_of_zeros"] = "a"
    lesson_01.exercises(variables)[0].check()
    variables["bad_line"] = 3
    lesson_01.exercises(variables)[3].check()
    capsys.readouterr()
    progress.show()
    out = capsys.readouterr().out
    assert "01  ■ □ □ ◧    1 of 4" in out
    assert "02  □ □ □ □    0 of 4" in out
    assert "\n1 of 30 exercises done" in out


def test_a_file_of_the_last_version_is_read(place, capsys):
    place.write_text('{\n "00": {\n  "1": "right"\n },\n "07": {\n  "2": "wrong"\n }\n}')
    progress.show()
    out = capsys.readouterr().out
    assert "00  ■          1 of 1" in out and "07  □ ◧ □ □    0 of 4" in out


@pytest.mark.parametrize("text", ["{", "[1]", '{"01": 5}', '{"77": {"1": "right"}}'])
def test_a_damaged_progress_file_is_no_end(place, capsys, text):
    place.write_text(text)
    progress.show()
    assert "\n0 of" in capsys.readouterr().out
    assert place.with_suffix(".bak").exists() == (not text.startswith('{"77'))


def test_a_folder_that_cannot_be_written(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "none" / "progress.json"))
    lesson_01.exercises({"mean_of_zeros": "b"})[0].check()
    out = capsys.readouterr().out
    assert "Your progress could not be saved" in out and "Right." in out
