"""From a CSV of handwritten characters to networks that write.

The packages in reading order; reading all of them takes an afternoon:

1. `pen`       handwriting drawn by a simulated pen, with a known style
2. `data`      every source becomes one `Dataset`; the pixel contract; lesson 01
3. `plots`     image grids, loss curves, diagrams of networks
4. `networks`  builders of the generators, discriminators, encoders and decoders; lessons 02 and 03
5. `training`  what every training shares: freezing weights, callbacks, precision, saving
6. `vae`       reads characters and writes others in the same style; lesson 07
7. `gan`       the classic loop, the compiled GAN, its losses and the recipes; lessons 04 and 05
8. `judging`   how good the samples are, and the doctor that names what is wrong; lesson 06
9. `teaching`  the exercises of every lesson, and the judges that check them
10. `page`     the page in the browser that writes in your hand
11. `cli`      `python -m course_lib check | demo | train | page`

Imports run one way, from a later package to an earlier one. Lessons write
`from course_lib import datasets, recipes`: the names below are loaded when they are first used, so
importing the package alone loads neither TensorFlow nor anything else.
"""

import importlib
import os

# TensorFlow reads these when it is imported. The first silences all log messages below "fatal
# error": at the level of errors its graph optimizer complains in lessons 05 and 07 about graphs
# that run well, and what really goes wrong is raised as a Python exception. Set it to 0 yourself
# to see everything. The second turns on Intel's oneDNN convolutions. TensorFlow itself turns them
# on only for processors with AVX-512 VNNI or AMX, but with AVX2 alone they are still up to twice as
# fast.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__version__ = "0.1.0"

# Modules that lessons import from here, and where each one is.
FRONT_NAMES = {
    "datasets": "data.datasets",
    "pixels": "data.pixels",
    "places": "data.places",
    "engine": "training.engine",
    "callbacks": "training.callbacks",
    "snapshots": "training.snapshots",
    "weights": "training.weights",
    "losses": "gan.losses",
    "combined": "gan.combined",
    "recipes": "gan.recipes",
    "paper": "vae.paper",
    "classifier": "judging.classifier",
    "metrics": "judging.metrics",
    "doctor": "judging.doctor",
    "sliders": "teaching.sliders",
}


def __getattr__(name: str):
    """Load one of `FRONT_NAMES` when it is first used (PEP 562)."""
    if name not in FRONT_NAMES:
        raise AttributeError(f"module 'course_lib' has no attribute {name!r}")
    return importlib.import_module(f"course_lib.{FRONT_NAMES[name]}")


def __dir__() -> list[str]:
    """List the front names together with what is already loaded."""
    return sorted({*globals(), *FRONT_NAMES})
