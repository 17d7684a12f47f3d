"""Renew the README's pictures: `make demo`, then `python tools/make_pictures.py`.

This needs real MNIST digits where `datasets.load_mnist` looks for them, to show beside drawn ones.
"""

import shutil
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from course_lib import plots
from course_lib.data import datasets

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "pictures"


def main():
    """Copy the demo's film and samples; draw the pen's digits beside MNIST's."""
    PICTURES.mkdir(exist_ok=True)
    for name in ("film.gif", "samples.png"):
        shutil.copy(ROOT / "outputs" / "demo" / name, PICTURES / name)

    figure, axes = plt.subplots(1, 2, figsize=(10, 5.2), layout="constrained")
    drawn, real = datasets.load_handwriting("digits"), datasets.load_mnist("test")
    for ax, dataset, title in zip(axes, (drawn, real), ("drawn by the pen", "MNIST")):
        rows = [dataset.images[dataset.labels == digit][:10] for digit in range(10)]
        plots.plot_images(np.concatenate(rows), title=title, ax=ax)
    figure.savefig(PICTURES / "pen_and_mnist.png", dpi=90)


if __name__ == "__main__":
    main()
