"""TensorFlow starts without its harmless lines, and no line of a real error is lost.

Each test runs a process of its own: only there is TensorFlow loaded for the first time.
"""

import os
import subprocess
import sys

from course_lib.networks import startup


def run(code, **environment):
    """Run Python code in a new process. Returns it, finished."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_nothing_is_written_while_tensorflow_loads():
    done = run("from course_lib import gan; import tensorflow as tf; tf.zeros(2)")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


HARMLESS = [
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "I0000 00:00:1 1 port.cc:153] oneDNN custom operations are on. You may see slightly "
    "different numerical results due to floating-point round-off errors",
    "2026-01-01 00:00:00.1: I tensorflow/core/util/port.cc:113] oneDNN custom operations are "
    "on. You may see slightly different numerical results due to floating-point round-off",
    "I0000 00:00:1 1 cudart_stub.cc:31] Could not find cuda drivers on your machine, GPU will "
    "not be used.",
    "E0000 00:00:1 1 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error: Failed "
    "call to cuInit: UNKNOWN ERROR (303)",
    "E0000 00:00:1 1 cuda_dnn.cc:8579] Unable to register cuDNN factory: Attempting to "
    "register factory for plugin cuDNN when one has already been registered",
]
ERRORS = [
    "F0000 00:00:1 1 cpu_feature_guard.cc:37] The TensorFlow library was compiled to use AVX "
    "instructions, but these aren't available on your machine.",
    "E0000 00:00:1 1 cuda_driver.cc:1] failed call to cuInit: CUDA_ERROR_OUT_OF_MEMORY",
    "ImportError: libcudart.so.12: cannot open shared object file",
    "Could not load dynamic library 'libcudnn.so.9'",
    "terminate called after throwing an instance of 'std::bad_alloc'",
]

# Native code writes to the file descriptor, not to sys.stderr.
WRITING = """
import os
from course_lib.networks import startup
with startup.harmless_lines_dropped():
    for line in {}:
        os.write(2, line.encode() + b"\\n")
"""


def test_harmless_lines_are_dropped_and_every_other_one_comes_through():
    mixed = [line for pair in zip(HARMLESS, [*ERRORS, "last"], strict=True) for line in pair]
    assert run(WRITING.format(mixed)).stderr.splitlines() == [*ERRORS, "last"]


def test_what_native_code_said_before_it_brought_the_process_down_is_not_lost():
    code = WRITING.format(["compiled to use AVX instructions"]) + "    os.abort()\n"
    done = run(code)
    assert done.returncode != 0
    assert "compiled to use AVX instructions\n" in done.stderr


def test_an_error_inside_comes_through_and_afterwards_standard_error_is_as_before():
    raises = "    import atexit\n    atexit.register(os.write, 2, {!r}.encode())\n    1 / 0\n"
    said = run(WRITING.format(["before"]) + raises.format(HARMLESS[1])).stderr
    assert said.startswith("before\n") and "ZeroDivisionError" in said
    assert said.endswith(HARMLESS[1]), "after the block nothing is dropped"


def test_without_standard_error_it_starts_as_well():
    """As under pythonw, or with 2>&- in a shell."""
    code = "import os; os.close(2)\nfrom course_lib.networks import startup; print('started')"
    assert run(code).stdout == "started\n"


def test_without_a_filter_nothing_is_dropped(monkeypatch, capfd):
    monkeypatch.setattr(startup.sys, "executable", "/no/such/python")
    with startup.harmless_lines_dropped():
        os.write(2, b"computation placer already registered\n")
    assert "computation placer" in capfd.readouterr().err
