"""Read the losses of a run, in whatever form its loop kept them."""

import numpy as np

NAMES = {  # of the two losses in other people's loops, without the word loss
    "d_loss": ("d", "disc", "discriminator", "critic", "errd"),
    "g_loss": ("g", "gen", "generator", "gan", "errg"),
}
LAST = 20  # values that stand for the end of a run


def read_history(history) -> dict[str, np.ndarray]:
    """Return the logs of a run by name, each a float array [steps].

    Args:
        history: a Keras or course `History`, a dict of lists, a list of dicts (one for each step),
            a list of numbers or of rows such as `[d_loss, g_loss]`, or None. A value may itself be
            a row such as `[loss, accuracy]`, as `train_on_batch` returns for a model with metrics;
            the first number of such a row is the loss.

    Returns:
        An empty dict for None. Anything that isn't a number is left out.
    """
    history = getattr(history, "history", history)
    if history is None:
        return {}
    if not isinstance(history, dict):
        history = _by_name(history) if np.iterable(history) else {"loss": history}
    logs = {str(name): _numbers(values) for name, values in history.items()}
    return {name: values for name, values in logs.items() if len(values)}


def last_loss(history, name) -> float | None:
    """Return the median of the last values of a loss, or None if the history doesn't hold it.

    Args:
        history: as `read_history` returns it.
        name: "d_loss" or "g_loss"; another usual name of the same loss counts too.
    """
    for found, values in history.items():
        plain = "".join(letter for letter in found.lower() if letter.isalnum())
        if plain.replace("loss", "") in NAMES[name]:
            return float(np.median(values[-LAST:]))
    return None


def _by_name(history):
    """Return a list of steps as a dict of lists."""
    steps = list(np.atleast_1d(history)) if hasattr(history, "dtype") else list(history)
    if steps and all(isinstance(step, dict) for step in steps):
        names = dict.fromkeys(name for step in steps for name in step)
        return {name: [step[name] for step in steps if name in step] for name in names}
    rows = [np.ravel(_plain(step)) for step in steps]
    width = min((len(row) for row in rows), default=0)
    if width < 2:
        return {"loss": steps}
    names = ("d_loss", "g_loss") if width == 2 else [f"log {n + 1}" for n in range(width)]
    return {name: [row[n] for row in rows] for n, name in enumerate(names)}


def _numbers(values):
    """Return the first number of each value, as floats [N]; a value without one is left out."""
    values = values if isinstance(values, (list, tuple, np.ndarray)) else [values]
    firsts = [np.ravel(_plain(value))[:1] for value in values if value is not None]
    return np.concatenate([np.empty(0), *firsts])


def _plain(value):
    """Return a number, a row or a tensor as a float array, empty if it is something else."""
    try:
        return np.asarray(value, float)
    except (TypeError, ValueError):
        first = value[0] if isinstance(value, (list, tuple)) and value else None
        return _plain(first) if first is not None else np.empty(0)
