"""Draw the arithmetic of convolutions: where the kernel lies, and how large the output is.

After Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning",
arXiv:1603.07285.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from course_lib.plots.diagrams import draw_arrow
from course_lib.plots.figures import BLUE, RED, open_axes

CELL = 0.2  # inches
GAP = 2.5  # cells between the two grids
FIRST = {"edgecolor": BLUE, "linestyle": "-", "linewidth": 2.5}
SECOND = {"edgecolor": RED, "linestyle": "--", "linewidth": 2}
PAPER, REACHED, PADDING = "white", "#CFE4F2", "#DDDDDD"


def plot_convolution(size, kernel, stride=1, padding=0, transposed=False, ax=None) -> plt.Figure:
    """Plot where a kernel lies on a square input, and the output that it makes.

    Solid and dashed frames show the first two places of the kernel and the outputs that belong to
    them; a dot is the centre of each place. A convolution makes one output from each place. A
    transposed one reads the picture backwards: each input stamps a kernel onto the output, and
    where stamps overlap, they add up. Grey hatched cells are padding: zeros around the input, or
    the edge that is cut off the output of a transposed convolution. White cells are never reached.

    Args:
        size: side of the input, in cells.
        kernel: side of the kernel.
        stride: cells from one place to the next.
        padding: cells added at each of the four sides. (Keras's "same" adds only what the last
            place needs; if that is an odd number, above and on the left one cell less.)
        transposed: whether to draw a transposed convolution.
        ax: the axes to draw into.

    Raises:
        ValueError: if the kernel doesn't fit into the padded input, or nothing is left.
    """
    places = size if transposed else (size + 2 * padding - kernel) // stride + 1
    large = (size - 1) * stride + kernel - 2 * padding if transposed else size
    if places < 1 or large < 1:
        raise ValueError(
            f"nothing is left of {size}×{size} with kernel {kernel}, stride {stride} and padding "
            f"{padding}: expected a kernel of at most size + 2 · padding"
        )
    whole = large + 2 * padding
    left, right = (places, whole) if transposed else (whole, places)
    figure, ax = open_axes(ax, figsize=((left + GAP + right) * CELL + 0.2, whole * CELL + 0.6))
    ax.set(
        xlim=(-0.2, left + GAP + right + 0.2), ylim=(whole + 0.2, -0.2), aspect="equal", anchor="N"
    )
    ax.axis("off")
    small_x = 0 if transposed else left + GAP
    _draw_large(ax, (left + GAP) if transposed else 0, large, kernel, stride, padding, places)
    _draw_small(ax, small_x, (whole - places) / 2, places)
    draw_arrow(ax, (left + 0.5, whole / 2), (left + GAP - 0.5, whole / 2))
    result = large if transposed else places
    words = (
        f"{size}×{size} → {result}×{result}\nkernel {kernel}, stride {stride}, padding {padding}"
    )
    ax.set_title(f"transposed: {words}" if transposed else words, fontsize=9)
    return figure


def _draw_large(ax, x, large, kernel, stride, padding, places):
    """Draw the grid that the kernel lies on, from column `x`: padding, reached cells, places."""
    whole = large + 2 * padding
    covered = {step * stride + i for step in range(places) for i in range(kernel)}
    for row in range(whole):
        for column in range(whole):
            inside = padding <= min(row, column) and max(row, column) < padding + large
            colour = REACHED if {row, column} <= covered else PAPER
            style = {"facecolor": colour} if inside else {"facecolor": PADDING, "hatch": "////"}
            _draw_cell(ax, x + column, row, **style)
    centres = np.arange(places) * stride + kernel / 2
    ax.plot(*(grid.ravel() for grid in np.meshgrid(x + centres, centres)), "k.", markersize=4)
    _draw_frames(ax, x, 0, kernel, stride, places)


def _draw_small(ax, x, y, places):
    """Draw the grid with one cell for each place of the kernel, from column `x` and row `y`."""
    for row in range(places):
        for column in range(places):
            _draw_cell(ax, x + column, y + row, facecolor=PAPER)
    _draw_frames(ax, x, y, 1, 1, places)


def _draw_cell(ax, x, y, **style):
    ax.add_patch(Rectangle((x, y), 1, 1, edgecolor="#888888", linewidth=0.6, **style))


def _draw_frames(ax, x, y, side, step, places):
    """Frame the first square of a grid and, if there is one, the second."""
    for number, style in enumerate([FIRST, SECOND][:places]):
        corner = x + number * step, y
        ax.add_patch(Rectangle(corner, side, side, fill=False, zorder=3 - number / 10, **style))
