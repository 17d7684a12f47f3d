"""The kinds of exercises and their judges, on answers of their own."""

import time

import numpy as np
import pytest

from course_lib.teaching import judges
from course_lib.teaching.exercise import NotAttempted, Wrong
from course_lib.teaching.kinds import ArrayExercise, FunctionExercise, NumberExercise


def message_to(kind, answer):
    """What an exercise of this kind says to an answer, "" if it is right."""
    try:
        kind("00", 1, {}).judge(answer)
    except (Wrong, NotAttempted) as found:
        return str(found) or "not attempted"
    return ""


class PlusOne(FunctionExercise):
    asked = "x + 1"
    cases = [(np.arange(3.0),)]

    def right(self, x):
        return x + 1


def test_a_function_without_an_end(monkeypatch):
    monkeypatch.setattr(judges, "SECONDS", 0.2)
    assert "still running after 0.2 seconds" in message_to(PlusOne, lambda x: time.sleep(3))


def test_what_goes_wrong_inside_a_function():
    def spoils(x):
        x += 1
        return x

    assert message_to(PlusOne, lambda x: x + 1) == ""
    assert message_to(PlusOne, lambda x: [1, 2, 3]) == ""
    assert "changes the arrays" in message_to(PlusOne, spoils)
    assert "returned None" in message_to(PlusOne, lambda x: None)
    assert "ZeroDivisionError" in message_to(PlusOne, lambda x: 1 / 0)
    assert "TypeError" in message_to(PlusOne, lambda: 1)
    assert "nan or inf" in message_to(PlusOne, lambda x: x * np.nan)
    assert message_to(PlusOne, lambda x: ...) == "not attempted"
    assert "expected a function" in message_to(PlusOne, 3)


class Dozen(NumberExercise):
    asked = "a dozen"
    right = 12
    mistakes = {10: "That is a ten."}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (12, ""),
        (np.float32(12), ""),
        (np.array(12), ""),
        (12.1, "Found 12.1, expected a dozen."),
        (10, "Found 10, expected a dozen. That is a ten."),
        (True, "Found True, expected one number: a dozen."),
        ("12", "Found '12', expected one number: a dozen."),
        ((12,), "Found a tuple, expected one number: a dozen. Is there a comma at its end?"),
        (float("nan"), "Found nan, expected a dozen."),
    ],
)
def test_numbers(answer, words):
    assert message_to(Dozen, answer) == words


class OneToThree(ArrayExercise):
    asked = "one to three"

    def right(self):
        return np.array([1, 2, 3])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.ones((2, 2)), "Found shape (2, 2), expected (3,)"),
        ("abc", "expected an array"),
        (None, "Found None, expected an array"),
        ([1, 2, 4], "The largest difference is at (2,): found 4, expected 3"),
        (["1", "2", "4"], "The largest difference is at (2,): found 4, expected 3"),
        ([0, 0, 0], "The largest difference"),
        ([1, 2, 3], ""),
    ],
)
def test_arrays(answer, words):
    message = message_to(OneToThree, answer)
    assert words in message and bool(words) == bool(message)
