"""How pixels were scaled before they were saved, and the line of Python that undoes it."""

import numpy as np


def undo_scaling(values, name) -> str | None:
    """Return the expression that gives the bytes back, or None if the values aren't scaled.

    Args:
        values: numbers, of one or more images.
        name: what the pixels are called in the expression.

    Returns:
        Such as "(pixels * 255).round().astype('uint8')". The factor is 256 if every value is a
        multiple of 1/256, as in deeplearning.net's mnist.pkl.gz.
    """
    values = np.asarray(values, float)
    low, high = values.min(), values.max()
    if not -1 <= low <= high <= 1:
        return None
    if low < 0:
        return f"(({name} + 1) * 127.5).round().astype('uint8')"
    by_256 = 0 < high <= 255 / 256 and (values * 256 == np.round(values * 256)).all()
    return f"({name} * {256 if by_256 else 255}).round().astype('uint8')"
