"""Exercises that answer back: `q1.check()`, `q1.hint()`, `q1.solution()`, offline, in the notebook.

The exercises themselves are in `questions`; here is what they are made of. An `Exercise` looks its
variable up in the notebook and hands it to a judge. The functions below make judges: `value`,
`array`, `function`, `network`, `step`, `result`, `choice`, `text`. A judge returns when the answer is
right (a word in place of "Right.", if it has a better one) and raises `Wrong` with what it found,
what was wanted and the likely cause. Nothing is sent anywhere; what is done is kept in the one file
progress.json beside the notebook.
"""

import json
import os
import re
import threading
from functools import partial
from pathlib import Path

import numpy as np

SECONDS = 10  # that a learner's function may take
LESSONS = {
    "00": 1,
    "01": 4,
    "02": 4,
    "03": 4,
    "04": 4,
    "05": 4,
    "06": 4,
    "07": 4,
}  # exercises in each
SOURCE = Path(__file__).resolve().parent.parent / "notebooks" / "source"


class Wrong(Exception):
    """The message says what was found, what was wanted, and the likely cause."""


class NotAttempted(Exception):
    """The stub is still there."""


class Exercise:
    """One exercise of a lesson.

    `name`: the variable that the learner sets, `...` until then. `judge`: see this module's
    docstring. `shows`: the sentence that a right answer earns. `clue`: what `hint()` prints.
    After `check()`, `state` is "not attempted", "wrong" or "right".
    """

    def __init__(self, name, judge, shows, clue):
        self.name, self.judge, self.shows, self.clue = name, judge, shows, clue
        self.lesson, self.number, self.variables, self.state = "", 0, {}, "not attempted"

    def check(self):
        """Judge the variable as it now stands, and say what comes of it."""
        self.state, message = self._look()
        keep(self.lesson, self.number, self.state)
        print(message)

    def _look(self):
        if self.name not in self.variables:
            return (
                "not attempted",
                f"Not attempted yet: run the cell that sets `{self.name}` first.",
            )
        try:
            if self.variables[self.name] is ...:
                raise NotAttempted
            verdict = self.judge(self.variables[self.name]) or "Right."
        except NotAttempted:
            return "not attempted", f"Not attempted yet: replace the ... in `{self.name}`."
        except Wrong as wrong:
            return "wrong", f"Not yet. {wrong}"
        except Exception as error:  # a learner is told, never shown a traceback of ours
            return "wrong", f"Not yet. `{self.name}` could not be judged: {_name(error)}"
        return "right", f"{verdict} {self.shows}"

    def hint(self):
        """A push in the right direction."""
        print(f"Hint: {self.clue}")

    def solution(self):
        """The solution as the course has it, or where it has gone."""
        found = solutions(self.lesson)
        print(found[self.number - 1] if found else "This copy has no solutions: ask your teacher.")


def lesson(number, variables, exercises):
    """Tie a lesson's exercises to a notebook's `variables`, its globals(). Returns them."""
    if len(exercises) != LESSONS[number]:
        raise ValueError(f"lesson {number} has {len(exercises)} exercises, LESSONS says another")
    for n, exercise in enumerate(exercises, 1):
        exercise.lesson, exercise.number, exercise.variables = number, n, variables
    return exercises


def solutions(number):
    """The solutions of a lesson in their order, read from notebooks/source; none without it."""
    paths = sorted(SOURCE.glob(f"{number}_*.py"))
    cells = re.split(r"^# %%", paths[0].read_text(encoding="utf-8"), flags=re.M) if paths else []
    parts = (cell.partition("\n") for cell in cells)
    return [code.strip() for header, _, code in parts if '"solution"' in header]


# --- Progress ------------------------------------------------------------------------------------


def progress_file():
    """Where progress is kept: progress.json in the notebook's folder, or COURSE_PROGRESS."""
    return Path(os.environ.get("COURSE_PROGRESS") or "progress.json")


def load_progress():
    """What was reached so far: {lesson: {number: state}}."""
    try:
        found = json.loads(progress_file().read_text(encoding="utf-8"))
        return {number: dict(states) for number, states in found.items() if number in LESSONS}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        kept = progress_file().with_suffix(".bak")
        progress_file().replace(kept)
        print(
            f"{progress_file()} could not be read ({error}): it is now {kept.name}, a new one begins."
        )
        return {}


def keep(number, exercise, state):
    """Write down the state of an exercise; what was right once stays right."""
    done = load_progress()
    states = done.setdefault(number, {})
    if state != "not attempted" and states.get(str(exercise)) != "right":
        states[str(exercise)] = state
        try:
            progress_file().write_text(json.dumps(done, indent=1), encoding="utf-8")
        except OSError as error:
            print(f"(Progress is not kept: {error})")


def progress():
    """Print what is done, lesson by lesson. Delete progress.json to begin again."""
    done = load_progress()
    total = 0
    for number, n in LESSONS.items():
        states = done.get(number, {})
        marks = [{"right": "■", "wrong": "◧"}.get(states.get(str(i)), "□") for i in range(1, n + 1)]
        right = marks.count("■")
        total += right
        print(f"{number}  {' '.join(marks):10} {right} of {n}")
    print(f"{total} of {sum(LESSONS.values())} exercises done (■ once right, ◧ tried, □ not yet)")


# --- Judges --------------------------------------------------------------------------------------


def value(expected, wanted, mistakes=None, tolerance=1e-6):
    """A number, up to a relative `tolerance`.

    `wanted`: what was asked for, in words. `mistakes`: {wrong number: its likely cause}.
    """

    def judge(answer):
        try:
            found = float("no" if isinstance(answer, (bool, str)) else answer)
        except (TypeError, ValueError):
            comma = " Is there a comma at its end?" if isinstance(answer, tuple) else ""
            raise Wrong(f"Found {_show(answer)}, wanted one number: {wanted}.{comma}") from None
        for number, cause in [(expected, None), *(mistakes or {}).items()]:
            if abs(found - number) <= tolerance * max(1, abs(number)):
                if cause is None:
                    return
                raise Wrong(f"Found {found:,g}, wanted {wanted}. {cause}")
        raise Wrong(f"Found {found:,g}, wanted {wanted}.")

    return judge


def array(expected, wanted, mistakes=(), tolerance=1e-5, dtype=None, given=""):
    """An array of one shape and, up to an absolute `tolerance`, of the right numbers.

    `expected`: the array, or a function that makes it; `mistakes`: (function of the answer that is
    true for the mistake, likely cause); `dtype`: the exact one, if it matters; `given`: what a
    function was called with, in words.
    """

    def judge(answer):
        if answer is None:
            raise Wrong(f"Found None, wanted an array: {wanted}.")
        right = np.asarray(expected() if callable(expected) else expected)
        try:
            found = np.asarray(answer)
            numbers = found.astype("float64")
        except (TypeError, ValueError):
            raise Wrong(f"Found {_show(answer)}, wanted an array: {wanted}.") from None
        same = found.shape == right.shape
        if same and dtype is None or same and found.dtype == dtype:
            if np.abs(numbers - right).max(initial=0) <= tolerance:
                return
        for is_mistake, cause in mistakes:
            if _holds(is_mistake, found):
                raise Wrong(f"Found {_show(found)}, wanted {wanted}. {cause}")
        if not same and not right.ndim:
            raise Wrong(f"Found {_show(found)}, wanted one number: {wanted}.")
        if not same:
            raise Wrong(f"Found shape {found.shape}, wanted {right.shape}: {wanted}.")
        if dtype is not None and found.dtype != dtype:
            raise Wrong(f"Found numbers of type {found.dtype}, wanted {np.dtype(dtype)}: {wanted}.")
        if not right.ndim:
            raise Wrong(f"Found {_show(found)}, wanted {_show(right)}{given}: {wanted}.")
        place = np.unravel_index(np.abs(numbers - right).argmax(), right.shape)
        raise Wrong(
            f"The shape is right, the numbers are not. Found {_show(found)}, wanted {wanted}, from "
            f"{right.min():.3g} to {right.max():.3g}. Farthest off at {tuple(map(int, place))}: "
            f"found {numbers[place]:.3g}, wanted {right[place]:.3g}."
        )

    return judge


def function(cases, oracle, wanted, mistakes=(), tolerance=1e-4, dtype=None):
    """A function, called on `cases`, a list of argument tuples, and held against `oracle`.

    `mistakes`: (function that makes the mistake, likely cause).
    """

    def judge(answer):
        if not callable(answer):
            raise Wrong(f"Found {_show(answer)}, wanted a function that returns {wanted}.")
        for case in cases:
            handed = tuple(_copy(argument) for argument in case)
            found = call(answer, *handed)
            if not all(np.array_equal(a, b) for a, b in zip(handed, case, strict=True)):
                raise Wrong("It changes the arrays it is given: work on a copy of them.")
            causes = [
                (partial(_alike, wrong=wrong(*case), tolerance=tolerance), cause)
                for wrong, cause in mistakes
            ]
            given = ", given " + ", ".join(_show(argument) for argument in case)
            known = any(_holds(is_mistake, found) for is_mistake, _ in causes)
            if not known and _holds(lambda found: not np.isfinite(found).all(), found):
                raise Wrong(f"It gives nan or inf{given}: an exp, log or root went too far.")
            right = np.asarray(oracle(*case))
            shapes = [np.shape(argument) for argument in case]
            if right.ndim and right.shape in shapes and np.shape(found) not in (*shapes, ()):
                raise Wrong(
                    f"Found shape {np.shape(found)}{given}. Does it sum over an axis, or use a "
                    "variable of the notebook in place of its own argument?"
                )
            array(right, wanted, causes, tolerance, dtype, given)(found)

    return judge


def call(answer, *arguments):
    """What the learner's function returns; `Wrong` if it raises, or ends late, or returns None.

    Raises `NotAttempted` for a returned `...`.
    """
    found = within(answer, *arguments)
    if found is ...:
        raise NotAttempted
    if found is None:
        raise Wrong("It returned None: does it end in `return`?")
    return found


def within(answer, *arguments):
    """What `answer` returns, whatever it is; `Wrong` if it raises or takes over `SECONDS`."""
    found = {}

    def run():
        try:
            found["value"] = answer(*arguments)
        except BaseException as error:  # sys.exit too
            found["error"] = error

    thread = threading.Thread(target=run, daemon=True)  # it cannot be stopped, but left behind
    thread.start()
    thread.join(SECONDS)
    given = ", ".join(_show(argument) for argument in arguments)
    if thread.is_alive():
        raise Wrong(
            f"It was still running after {SECONDS} seconds, given {given}: is there an end? It goes "
            "on in the background until you choose Kernel → Restart Kernel."
        )
    if isinstance(error := found.get("error"), Wrong):
        raise error
    if error:
        raise Wrong(f"It raised {_name(error)}, given {given}.")
    return found["value"]


def network(
    input_shape, layer_shapes, parameters, wanted, activations=None, output_range=None, mistakes=()
):
    """A keras.Model: the shapes its layers give in turn, its parameters and its output's range.

    `layer_shapes`: of the layers with weights, without the batch. `activations`: their names, one
    a layer with weights, None for any. `output_range`: (low, high) that the outputs for large
    random inputs keep and nearly reach; None for any. `mistakes`: (function of the model that is
    true for the mistake, likely cause).
    """

    def judge(answer):
        import keras

        if not isinstance(answer, keras.Model):
            raise Wrong(f"Found {_show(answer)}, wanted a keras.Model: {wanted}.")
        try:
            takes = tuple(answer.input_shape[1:])
        except AttributeError:
            raise Wrong(
                "The shapes of its layers cannot be seen: build a keras.Sequential that begins with "
                f"keras.Input({tuple(input_shape)}), or a keras.Model(inputs, outputs)."
            ) from None
        if takes != tuple(input_shape):
            raise Wrong(f"It takes {takes}, wanted {tuple(input_shape)}.")
        for is_mistake, cause in mistakes:
            if _holds(is_mistake, answer):
                raise Wrong(cause)
        found = activations_of(answer)
        with_weights = [layer for layer, _ in found]
        for n, (layer, shape) in enumerate(zip(with_weights, layer_shapes), 1):
            if tuple(layer.output.shape[1:]) != tuple(shape):
                raise Wrong(
                    f"Layer {n} of those with weights, {layer.name}, gives {layer.output.shape[1:]}, "
                    f"wanted {tuple(shape)}."
                )
        if len(with_weights) != len(layer_shapes):
            raise Wrong(f"{len(with_weights)} layers have weights, wanted {len(layer_shapes)}.")
        if answer.count_params() != parameters:
            raise Wrong(
                f"It has {answer.count_params():,} parameters, wanted {parameters:,}: look at the "
                "kernel sizes and at the biases."
            )
        for (layer, name), right in zip(found, activations or ()):
            if name != right:
                comes, due = (ACTS.get(act, act) for act in (name, right))
                raise Wrong(f"After {layer.name} comes {comes}, wanted {due}.")
        if output_range:
            rng = np.random.default_rng(0)
            outputs = np.asarray(answer(20 * rng.standard_normal((64, *input_shape))))
            low, high, margin = *output_range, 0.3 * (output_range[1] - output_range[0])
            if not (low <= outputs.min() < low + margin and high - margin < outputs.max() <= high):
                raise Wrong(
                    f"Its outputs run from {outputs.min():.2f} to {outputs.max():.2f}, wanted "
                    f"{low:g} to {high:g}: which activation does it end in?"
                )

    return judge


ACTS = {"linear": "no activation", "leaky_relu": "a LeakyReLU"}


def activations_of(model):
    """[(layer with weights, name of the activation that follows it, "linear" for none)]."""
    found = []
    for layer in _unpack(model):
        name = {"LeakyReLU": "leaky_relu", "ReLU": "relu", "Softmax": "softmax"}.get(
            type(layer).__name__, getattr(getattr(layer, "activation", None), "__name__", "linear")
        )
        if layer.weights:
            found.append((layer, name))
        elif found and name != "linear":
            found[-1] = (found[-1][0], name)
    return found


def _unpack(model):
    """The layers of a model, those of models inside it too."""
    for layer in model.layers:
        yield from _unpack(layer) if hasattr(layer, "layers") else (layer,)


def step(build, calls, wanted):
    """A function that takes training steps: each must move some weights and leave others.

    `build`: a function that makes (arguments, parts), parts being {name: list of variables}.
    `calls`: the models among the arguments whose `train_on_batch` is watched, {position: {part:
    whether it must move}}, in the order in which they are to be called.
    """

    def judge(answer):
        if not callable(answer):
            raise Wrong(f"Found {_show(answer)}, wanted a function: {wanted}.")
        arguments, parts = build()
        names, called = {}, []
        for position, expected in calls.items():
            model = arguments[position]
            names[position] = model.name
            model.train_on_batch = _watch(
                model, parts, expected, lambda p=position: called.append(p)
            )
        within(answer, *arguments)
        if not called:
            raise NotAttempted
        if called != list(calls):
            found, right = (" then ".join(names[p] for p in order) for order in (called, calls))
            raise Wrong(f"It trains {found}, wanted {right}.")

    return judge


def _watch(model, parts, expected, tell):
    """`model.train_on_batch`, raising `Wrong` if a part moves that must not, or the reverse."""
    train = model.train_on_batch

    def train_on_batch(*args, **kwargs):
        before = {name: [np.array(w) for w in weights] for name, weights in parts.items()}
        result = train(*args, **kwargs)
        tell()
        for name, must_move in expected.items():
            pairs = zip(parts[name], before[name], strict=True)
            change = max(float(np.abs(np.array(new) - old).max()) for new, old in pairs)
            if (change > 0) != must_move:
                asked = "that it moves" if must_move else "that it stays as it is"
                flag = "True" if must_move else "False"
                raise Wrong(
                    f"In the step of {model.name} the largest change of a weight of {name} is "
                    f"{change:.2g}, wanted {asked}. Was its `trainable` {flag} right before?"
                )
        return result

    return train_on_batch


def result(measure, wanted, at_least=-np.inf, at_most=np.inf, advice=""):
    """Something trained: `measure`, a function of the answer, gives a number within bounds."""

    def judge(answer):
        number = float(measure(answer))
        if not at_least <= number <= at_most:
            raise Wrong(f"Measured {number:.3g}, wanted {wanted}. {advice}")

    return judge


def choice(right, reasons):
    """One letter; `reasons`: {wrong letter: why it is not so}."""

    def judge(answer):
        letters = sorted([right, *reasons])
        letter = answer.strip(" ().").lower() if isinstance(answer, str) else None
        if letter not in letters:
            known = ", ".join(f'"{letter}"' for letter in letters)
            raise Wrong(f"Found {_show(answer)}, wanted one of {known}, with the quotation marks.")
        if letter != right:
            raise Wrong(f'Not "{letter}": {reasons[letter]}')

    return judge


def text(words=10):
    """An answer in the learner's own words: only its length is looked at."""

    def judge(answer):
        n = len(answer.split()) if isinstance(answer, str) else 0
        if n < words:
            raise Wrong(f"Found {n} words, wanted a sentence or two between the quotation marks.")
        return "Noted."

    return judge


def _holds(is_mistake, answer):
    try:
        return bool(is_mistake(answer))
    except Exception:  # then it is another mistake
        return False


def _alike(found, wrong, tolerance):
    found, wrong = np.asarray(found, "float64"), np.asarray(wrong, "float64")
    return found.shape == wrong.shape and np.allclose(
        found, wrong, atol=tolerance, rtol=0, equal_nan=True
    )


def _copy(argument):
    return argument.copy() if isinstance(argument, np.ndarray) else argument


def _name(error):
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


def _show(answer):
    """An answer in a few words: a number itself, an array by its shape, type and range."""
    if isinstance(answer, (str, int, float, bool)) or answer is None:
        return repr(answer)
    if isinstance(answer, np.generic) or isinstance(answer, np.ndarray) and not answer.ndim:
        return f"{answer:.4g}" if np.isrealobj(answer) else str(answer)
    if isinstance(answer, np.ndarray) and answer.dtype.kind in "biuf" and answer.size:
        return (
            f"an array {answer.shape} of {answer.dtype} from {answer.min():.3g} to "
            f"{answer.max():.3g}"
        )
    kind = type(answer).__name__
    return f"{'an' if kind[0] in 'AEIOUaeiou' else 'a'} {kind}"
