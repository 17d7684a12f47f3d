"""Draw how the two networks of a GAN are connected, and which of them learns in which step."""

import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

from course_lib.plots.figures import BLUE, RED, open_axes

LEARNS = {"facecolor": "#CFE4F2", "edgecolor": BLUE, "linewidth": 2.5}
FROZEN = {"facecolor": "white", "edgecolor": "#999999", "hatch": "////"}
PLAIN = {"facecolor": "white", "edgecolor": "black"}


def plot_gan_steps(axes=None) -> plt.Figure:
    """Plot how data flow through a GAN in the two steps of the game, and which network learns.

    The upper panel is D's step, the lower one G's. Solid arrows show where data go, dashed arrows
    where the gradient of the loss goes. The network that learns has a thick frame; the frozen one
    is hatched.

    Args:
        axes: a pair of axes to draw into, the upper and the lower.
    """
    figure, (upper, lower) = open_axes(axes, nrows=2, figsize=(9, 4.6))
    _draw_d_step(upper)
    _draw_g_step(lower)
    for ax in (upper, lower):
        ax.set(xlim=(0, 9), ylim=(0, 2.1))
        ax.axis("off")
    return figure


def _draw_d_step(ax):
    """Draw D's step: both kinds of images go through D, and D alone learns from d_loss."""
    ax.set_title("D's step: D learns to tell real images from fakes", fontsize=10, loc="left")
    draw_box(ax, (0.5, 1.65), (0.6, 0.5), "z")
    draw_box(ax, (1.85, 1.65), (1.1, 0.7), "G\nfrozen", FROZEN)
    draw_box(ax, (3.6, 1.65), (1.4, 0.5), "fake_images")
    draw_box(ax, (3.6, 0.75), (1.4, 0.5), "real_images")
    draw_box(ax, (5.3, 1.2), (1.1, 0.9), "D\nlearns", LEARNS)
    draw_box(ax, (6.75, 1.2), (0.9, 0.5), "logits")
    draw_box(ax, (8.2, 1.2), (1.3, 0.7), "d_loss\nreal → 1\nfake → 0")
    for start, end in (
        [(0.8, 1.65), (1.3, 1.65)],
        [(2.4, 1.65), (2.9, 1.65)],
        [(4.3, 1.65), (4.75, 1.4)],
        [(4.3, 0.75), (4.75, 1.0)],
        [(5.85, 1.2), (6.3, 1.2)],
        [(7.2, 1.2), (7.55, 1.2)],
    ):
        draw_arrow(ax, start, end)
    _draw_gradient(ax, 8.2, 0.85, 5.3, 0.75)


def _draw_g_step(ax):
    """Draw G's step: fakes go through D, and G alone learns from g_loss, through the frozen D."""
    ax.set_title("G's step: G learns to make fakes that D takes for real", fontsize=10, loc="left")
    draw_box(ax, (0.5, 1.2), (0.6, 0.5), "z")
    draw_box(ax, (1.85, 1.2), (1.1, 0.9), "G\nlearns", LEARNS)
    draw_box(ax, (3.6, 1.2), (1.4, 0.5), "fake_images")
    draw_box(ax, (5.3, 1.2), (1.1, 0.9), "D\nfrozen", FROZEN)
    draw_box(ax, (6.75, 1.2), (0.9, 0.5), "logits")
    draw_box(ax, (8.2, 1.2), (1.3, 0.7), "g_loss\nfake → 1")
    for x, to in ([0.8, 1.3], [2.4, 2.9], [4.3, 4.75], [5.85, 6.3], [7.2, 7.55]):
        draw_arrow(ax, (x, 1.2), (to, 1.2))
    _draw_gradient(ax, 8.2, 0.85, 5.5, 0.75)
    _draw_gradient(ax, 5.1, 0.75, 1.85, 0.75, "gradient, through D")


def _draw_gradient(ax, x, top, to_x, to_top, words="gradient"):
    """Draw the way of a gradient: down from one box, back, and up to another from below."""
    ax.plot([x, x, to_x], [top, 0.3, 0.3], color=RED, linestyle="--", linewidth=1.5)
    draw_arrow(ax, (to_x, 0.3), (to_x, to_top), color=RED, linestyle="--", linewidth=1.5)
    ax.text((x + to_x) / 2, 0.26, words, color=RED, fontsize=9, ha="center", va="top")


def draw_box(ax, centre, size, text, style=PLAIN, **text_style) -> None:
    """Draw a box with a text in its middle.

    Args:
        ax: the axes to draw into.
        centre: (x, y) of the box.
        size: its (width, height).
        text: any number of lines; they are not wrapped.
        style: of the box, as `matplotlib.patches.Rectangle` takes it.
        text_style: of the text, as `ax.text` takes it.
    """
    corner = centre[0] - size[0] / 2, centre[1] - size[1] / 2
    ax.add_patch(Rectangle(corner, *size, zorder=2, **style))
    label = ax.text(*centre, text, **{"fontsize": 9, "ha": "center", "va": "center", **text_style})
    if "hatch" in style:  # keeps the text readable
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 2})


def draw_arrow(ax, start, end, **style) -> None:
    """Draw an arrow from one point (x, y) to another; `style` as a `FancyArrowPatch` takes it."""
    properties = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "color": "black", **style}
    ax.annotate("", end, start, arrowprops=properties)
