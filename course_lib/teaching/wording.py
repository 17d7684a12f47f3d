"""Put answers and errors into words for the messages to the learner."""

import numpy as np


def describe(answer) -> str:
    """Describe an answer in a few words: give a number itself, and an array's shape and range."""
    if isinstance(answer, (str, int, float, bool)) or answer is None:
        return repr(answer)
    if isinstance(answer, np.generic) or (isinstance(answer, np.ndarray) and not answer.ndim):
        return f"{answer:.4g}" if np.isrealobj(answer) else str(answer)
    if isinstance(answer, np.ndarray):
        text = f"an array {answer.shape} of {answer.dtype}"
        has_range = answer.dtype.kind in "biuf" and answer.size
        return f"{text} from {answer.min():.3g} to {answer.max():.3g}" if has_range else text
    kind = type(answer).__name__
    return f"{'an' if kind[0] in 'AEIOUaeiou' else 'a'} {kind}"


def describe_all(arguments) -> str:
    """Return the arguments of a call in a few words each."""
    return ", ".join(describe(argument) for argument in arguments)


def describe_error(error) -> str:
    """Return the type of an exception and the first line of its message."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"
