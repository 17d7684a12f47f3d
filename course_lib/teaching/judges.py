"""Judge numbers, arrays and functions.

`is_…` returns True or False; `…_in`, `check_…` and `call_…` raise `Wrong` with a message for the
learner.
"""

import threading

import numpy as np

from course_lib.teaching.exercise import NotAttempted, Wrong
from course_lib.teaching.wording import describe, describe_all, describe_error

SECONDS = 10  # the longest that a learner's function may run


def is_number(answer) -> bool:
    """Return whether an answer is one number; text, True and False are not."""
    if isinstance(answer, (bool, str)):
        return False
    try:
        float(answer)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def is_array(answer) -> bool:
    """Return whether NumPy can make an array of numbers from an answer."""
    try:
        np.asarray(answer).astype("float64")
    except (TypeError, ValueError, OverflowError):
        return False
    return answer is not None


def is_close(number, other, tolerance) -> bool:
    """Return whether two numbers agree up to `tolerance`, relative to `other` if it exceeds 1."""
    return bool(abs(number - other) <= tolerance * max(1, abs(other)))


def is_like(array, other, tolerance) -> bool:
    """Return whether two arrays agree in shape and, up to an absolute `tolerance`, in numbers."""
    array, other = np.asarray(array, "float64"), np.asarray(other, "float64")
    return array.shape == other.shape and np.allclose(
        array, other, atol=tolerance, rtol=0, equal_nan=True
    )


def number_in(answer, asked) -> float:
    """Return the number in an answer. Raises `Wrong`, with what was `asked`, if there is none."""
    if not is_number(answer):
        comma = " Is there a comma at its end?" if isinstance(answer, tuple) else ""
        raise Wrong(f"Found {describe(answer)}, expected one number: {asked}.{comma}")
    return float(answer)


def array_in(answer, asked, form="an array") -> np.ndarray:
    """Return the array in an answer. Raises `Wrong`, with what was `asked`, if there is none."""
    if not is_array(answer):
        raise Wrong(f"Found {describe(answer)}, expected {form}: {asked}.")
    return np.asarray(answer)


def check_array(found, right, asked, tolerance, dtype=None, given="") -> None:
    """Make sure that an array is the right one.

    Args:
        found: the learner's array.
        right: the right array; without axes, the message speaks of one number.
        asked: what was asked for, in words.
        tolerance: the largest absolute difference allowed.
        dtype: the exact type of the numbers, if it matters.
        given: what a function was called with, in words.

    Raises:
        Wrong: with the difference that matters most.
    """
    if found.shape != right.shape:
        if not right.ndim:
            raise Wrong(f"Found {describe(found)}, expected one number: {asked}.")
        raise Wrong(f"Found shape {found.shape}, expected {right.shape}: {asked}.")
    if dtype is not None and found.dtype != dtype:
        raise Wrong(f"Found numbers of type {found.dtype}, expected {np.dtype(dtype)}: {asked}.")
    if is_like(found, right, tolerance):
        return
    if not right.ndim:
        raise Wrong(f"Found {describe(found)}, expected {describe(right)}{given}: {asked}.")
    numbers = found.astype("float64")
    place = np.unravel_index(np.abs(numbers - right).argmax(), right.shape)
    raise Wrong(
        f"The shape is right, but the numbers are not. Found {describe(found)}, expected {asked}, "
        f"from {right.min():.3g} to {right.max():.3g}. The largest difference is at "
        f"{tuple(map(int, place))}: found {numbers[place]:.3g}, expected {right[place]:.3g}."
    )


def call_with_timeout(function, *arguments) -> object:
    """Return what the learner's function returns, whatever that is.

    Raises:
        Wrong: if the function raises an error, or is still running after `SECONDS`.
    """
    found = {}

    def run():
        try:
            found["value"] = function(*arguments)
        except BaseException as error:  # sys.exit too
            found["error"] = error

    thread = threading.Thread(target=run, daemon=True)  # it can't be stopped, only left behind
    thread.start()
    thread.join(SECONDS)
    if thread.is_alive():
        raise Wrong(
            f"It was still running after {SECONDS} seconds, given {describe_all(arguments)}: does "
            "it ever end? It goes on in the background until you choose Kernel → Restart Kernel."
        )
    error = found.get("error")
    if isinstance(error, Wrong):
        raise error
    if error:
        raise Wrong(f"It raised {describe_error(error)}, given {describe_all(arguments)}.")
    return found["value"]


def call_on_copies(function, arguments) -> object:
    """Return what the learner's function returns, called on copies of the arguments' arrays.

    Raises:
        Wrong: as `call_with_timeout`, and if it returns None or changes the arrays.
        NotAttempted: if it returns `...`.
    """
    copies = [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]
    found = call_with_timeout(function, *copies)
    if found is ...:
        raise NotAttempted
    if found is None:
        raise Wrong("It returned None: does it end in `return`?")
    if not all(np.array_equal(copy, a) for copy, a in zip(copies, arguments, strict=True)):
        raise Wrong("It changes the arrays it is given: work on a copy of them.")
    return found
