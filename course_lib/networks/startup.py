"""Start TensorFlow: without its harmless remarks, and with memory taken as a course needs it.

TensorFlow's native code writes a handful of lines to standard error while it loads, before any
setting of its own could silence them. A learner reads them as errors. So standard error passes
through a small filter process meanwhile: it drops the lines known to be harmless and hands on every
other one at once. Being a process of its own, it hands them on even if TensorFlow brings this
one down.
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
    """Drop the lines of `HARMLESS` from standard error inside the block, native code's included.

    Every other line is handed on as it comes. Where no process can be started, nothing is dropped.
    """
    command = [sys.executable, "-S", "-E", "-c", FILTER, *(p.decode("latin-1") for p in HARMLESS)]
    try:
        sieve = subprocess.Popen(command, stdin=subprocess.PIPE)
    except (OSError, ValueError):
        yield
        return
    with contextlib.suppress(AttributeError, OSError, ValueError):  # a notebook's may have no file
        sys.stderr.flush()
    own = os.dup(2)
    os.dup2(sieve.stdin.fileno(), 2)
    sieve.stdin.close()
    try:
        yield
    finally:
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stderr.flush()
        os.dup2(own, 2)  # the filter's input ends here
        os.close(own)
        sieve.wait()


def load() -> None:
    """Import TensorFlow and Keras, and set how they take memory."""
    if "tensorflow" in sys.modules:  # then its lines have been written already
        take_memory()
        return
    with harmless_lines_dropped():
        import keras  # noqa: F401
        import tensorflow  # noqa: F401

        take_memory()  # here, because looking for a GPU makes a remark as well


def take_memory() -> None:
    """Take GPU memory as needed, and keep freed memory between training steps on Linux."""
    import tensorflow as tf

    with contextlib.suppress(RuntimeError):  # raised if TensorFlow is already using the GPU
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    # A training step frees what it used, and glibc may hand that back to Linux, so that the next
    # step has to fetch it again. It took half of workshop-dcgan's CPU time in some runs, and
    # nothing in others. This tells glibc to keep 64 MB for the next step.
    top_pad = -2  # M_TOP_PAD in glibc's malloc.h
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(top_pad, 64 * 2**20)


load()
