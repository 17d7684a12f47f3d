"""Start TensorFlow without its harmless messages, and set how it takes memory.

TensorFlow's native code writes a handful of lines to standard error while it loads, before any of
its settings can silence them. Learners take them for errors. So during that time, standard error
passes through a small filter process. It drops the lines known to be harmless and passes every
other line on at once. Because it is a separate process, it does so even if this process crashes.
"""

import contextlib
import ctypes
import os
import platform
import subprocess
import sys
from collections.abc import Iterator

HARMLESS = (
    rb"^WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR",
    rb"oneDNN custom operations are on\. You may see slightly different numerical results",
    rb"This TensorFlow binary is optimized to use available CPU instructions",
    rb"^To enable the following instructions: .* rebuild TensorFlow with the appropriate compiler",
    rb"Could not find cuda drivers on your machine, GPU will not be used",
    rb"failed call to cuInit: .*(UNKNOWN ERROR \(303\)|no CUDA-capable device is detected)",
    rb"Unable to register cu(FFT|DNN|BLAS) factory",
    rb"computation placer already registered",
    rb"TF-TRT Warning: Could not find TensorRT",
)
# No shell, no site packages: the filter starts in about 20 milliseconds.
FILTER = """
import re, sys
harmless = re.compile(b"|".join(part.encode("latin-1") for part in sys.argv[1:]))
for line in sys.stdin.buffer:
    if not harmless.search(line):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
"""


@contextlib.contextmanager
def harmless_lines_dropped() -> Iterator[None]:
    """Drop the lines of `HARMLESS` from standard error inside the block, even from native code.

    Every other line is passed on at once. Where no process can be started, nothing is dropped.
    """
    command = [sys.executable, "-S", "-E", "-c", FILTER, *(p.decode("latin-1") for p in HARMLESS)]
    try:
        own = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    try:
        sieve = subprocess.Popen(command, stdin=subprocess.PIPE)
    except (OSError, ValueError):
        os.close(own)
        yield
        return
    with contextlib.suppress(AttributeError, OSError, ValueError):  # a notebook's may have no file
        sys.stderr.flush()
    os.dup2(sieve.stdin.fileno(), 2)
    sieve.stdin.close()
    try:
        yield
    finally:
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stderr.flush()
        os.dup2(own, 2)  # the filter's input ends here
        os.close(own)
        with contextlib.suppress(subprocess.TimeoutExpired):  # a process started meanwhile
            sieve.wait(timeout=5)  # by another thread holds the filter's input open


def load() -> None:
    """Import TensorFlow and Keras, and set how they take memory."""
    if "tensorflow" in sys.modules:  # then its lines have been written already
        take_memory()
        return
    with harmless_lines_dropped():
        import keras  # noqa: F401
        import tensorflow  # noqa: F401

        take_memory()  # here, because looking for a GPU prints messages too


def take_memory() -> None:
    """Take GPU memory as needed, and keep freed memory between training steps on Linux."""
    import tensorflow as tf

    with contextlib.suppress(RuntimeError):  # raised if TensorFlow is already using the GPU
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    # A training step frees its memory, and glibc may return that to Linux, so that the next step
    # has to request it again. This took half of workshop-dcgan's CPU time in some runs, and none in
    # others. The next lines tell glibc to keep 64 MB for the next step.
    top_pad = -2  # M_TOP_PAD in glibc's malloc.h
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(top_pad, 64 * 2**20)


load()
