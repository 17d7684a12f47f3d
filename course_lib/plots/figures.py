"""What all plots share: their colours, and opening a Figure that a notebook shows once.

The colours are after Okabe and Ito 2008, who chose them for colour-blind readers.
"""

import matplotlib.pyplot as plt
import numpy as np

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#00785A", "#C23B00", "#888888"


def open_axes(ax, **figure_options) -> tuple[plt.Figure, plt.Axes]:
    """Return the axes to draw into, and their Figure.

    Args:
        ax: the axes that the caller was given, or a list of them; None opens a new Figure.
        figure_options: of the new Figure, as `plt.subplots` takes them. If they ask for several
            axes, an array of axes is returned.
    """
    if ax is None:
        figure, ax = plt.subplots(layout="constrained", **figure_options)
        if "inline" in plt.get_backend():  # a notebook would show it now and as the cell's result
            plt.close(figure)
        return figure, ax
    return np.ravel(ax)[0].figure, ax
