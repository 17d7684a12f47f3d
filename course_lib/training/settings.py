"""Settings that are numbers, checked where they are given, so that no step fails on one later."""

import math
from numbers import Integral, Real


def check_whole(name, value, least=1, instead="") -> None:
    """Raise ValueError unless a setting is a whole number.

    Args:
        name: what the user calls it.
        value: what was given.
        least: the smallest that fits.
        instead: a sentence for the end of the message.
    """
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_whole or value < least:
        hint = f". {instead}" if instead else ""
        raise ValueError(f"{name}={value!r}: expected a whole number, {least} or more{hint}")


def check_number(name, value, below=math.inf) -> None:
    """Raise ValueError unless a setting is a number of at least 0, and below another.

    A variable passes, because its value may change while the model trains.

    Args:
        name: what the user calls it.
        value: what was given.
        below: the smallest number that is too large.
    """
    if hasattr(value, "assign"):
        return
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 <= value < below:
        range_ = "0 or more" if below == math.inf else f"at least 0 and below {below}"
        raise ValueError(f"{name}={value!r}: expected a number, {range_}")


def check_seed(seed) -> None:
    """Raise ValueError unless a seed is None, for a random one, or a whole number of 0 or more."""
    if seed is not None:
        check_whole("seed", seed, least=0)
