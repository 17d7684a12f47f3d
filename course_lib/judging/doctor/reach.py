"""What a run refers to: its networks, optimizers, losses, lists and random numbers.

A training step may use anything: attributes of an object, variables of a notebook, the surroundings
of a function. `follow` collects it all, so that `restore` can put it back after a trial.
"""

import dis
import functools
import types

import keras
import numpy as np

MOST = 4000  # objects; a run refers to a few hundred
LONGEST = 20_000  # items of a list: longer ones are data, not something that a step changes
LIBRARIES = {"keras", "tensorflow", "numpy", "matplotlib", "builtins", "course_lib", "pandas"}
MATHS = {"math", "tf", "np", "numpy", "ops", "K", "backend"}  # a module with a logarithm
PLAIN = (str, bytes, int, float, complex, bool, type(None), np.ndarray, np.generic)


def follow(*roots) -> list:
    """Return every object that the roots lead to, the roots included, each once.

    A function leads to the variables that its code names, an object to its attributes and to what
    the methods of its class name. Nothing inside a library is followed.
    """
    found, waiting = {}, list(reversed(roots))
    while waiting and len(found) < MOST:
        thing = waiting.pop()
        if isinstance(thing, (*PLAIN, types.ModuleType)) or id(thing) in found:
            continue
        found[id(thing)] = thing
        waiting.extend(_leads_to(thing))
    return list(found.values())


def _leads_to(thing):
    if isinstance(thing, dict):
        return list(thing.values()) if len(thing) < LONGEST else []
    if isinstance(thing, (list, tuple, set)):
        return list(thing) if len(thing) < LONGEST else []
    if isinstance(thing, functools.partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    if isinstance(thing, types.MethodType):
        return [thing.__self__, thing.__func__]
    if isinstance(thing, types.FunctionType):
        return list(surroundings(thing).values()) if _is_own(thing.__module__) else []
    if hasattr(thing, "python_function"):  # what tf.function returns
        return [thing.python_function]
    if isinstance(thing, type):
        return list(vars(thing).values()) if _is_own(thing.__module__) else []
    return _attributes_of(thing)


def _attributes_of(thing):
    """Return the values of an object's attributes, and the classes whose methods it has."""
    if isinstance(thing, keras.Model):
        parts = [getattr(thing, "optimizer", None), getattr(thing, "loss", None)]
        parts += [layer for layer in thing.layers if isinstance(layer, keras.Model)]
    elif not _is_own(type(thing).__module__) and type(thing).__module__[:10] != "course_lib":
        return []
    else:
        parts = []
    own = [value for name, value in attributes(thing).items() if name[0] != "_"]
    return [*parts, *own, *(kind for kind in type(thing).__mro__ if _is_own(kind.__module__))]


def attributes(thing) -> dict:
    """Return what an object holds itself, by name; empty for one without attributes."""
    return dict(getattr(thing, "__dict__", {}))


def surroundings(function) -> dict:
    """Return the variables from outside that a function uses, by name."""
    names = set(code_names(function.__code__))
    used = {name: function.__globals__[name] for name in names if name in function.__globals__}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            used[name] = cell.cell_contents
        except ValueError:  # a cell that was never filled
            continue
    wrapped = {"__wrapped__": getattr(function, "__wrapped__", None)}
    return used | wrapped | (function.__kwdefaults__ or {})


def code_names(code) -> list[str]:
    """Return the names in a code object and in the functions defined inside it."""
    inner = [part for part in code.co_consts if isinstance(part, types.CodeType)]
    return [*code.co_names, *(name for part in inner for name in code_names(part))]


def calls_logarithm(function) -> bool:
    """Return whether a user's function takes a logarithm from one of the `MATHS` modules."""
    if not _is_own(function.__module__):
        return False
    codes = [function.__code__]
    for code in codes:
        codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]
        names = [step.argval for step in dis.get_instructions(code) if step.opname != "PUSH_NULL"]
        if any(name == "log" and home in MATHS for home, name in zip(names, names[1:])):
            return True
    return False


def names_used(things) -> set[str]:
    """Return every name that the functions among `things` mention, and their own names."""
    functions = [f for f in things if isinstance(f, types.FunctionType)]
    named = {name for f in functions if _is_own(f.__module__) for name in code_names(f.__code__)}
    return named | {f.__name__ for f in functions if _is_own(f.__module__)}


def _is_own(module):
    """Whether a module is the user's own, not a library's."""
    return (module or "").split(".")[0] not in LIBRARIES
