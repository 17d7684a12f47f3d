"""Draw a network as boxes from layer to layer, with shapes and numbers of parameters.

`keras.utils.plot_model` draws more, but needs graphviz, a program that pip doesn't install.
"""

from dataclasses import dataclass, field

import matplotlib.pyplot as plt

from course_lib.plots.diagrams import PLAIN, draw_arrow, draw_box
from course_lib.plots.figures import open_axes

WIDTH, HEIGHT, PITCH = 9.0, 0.44, 0.66  # inches: of the figure, of a box, from row to row
INPUT = {"facecolor": "#E4E4E4", "edgecolor": "black"}
WITH_PARAMETERS = {"facecolor": "#CFE4F2", "edgecolor": "black", "linewidth": 1.5}


@dataclass
class _Box:
    """Some layers in a row that keep the shape of the first, drawn as one box.

    `sources` are the boxes that feed it; `output` is the model's name for what it gives, if it has
    one; `row` counts from the top, and `x` is the centre of the box in inches.
    """

    layers: list
    sources: list = field(default_factory=list)
    output: str = ""
    row: int = 0
    x: float = WIDTH / 2


def plot_layers(model, ax=None) -> plt.Figure:
    """Plot the layers of a network from the top to the bottom, with shapes and parameter counts.

    Layers that keep the shape, such as activations and batch normalisation, stand in the box of the
    layer before them. Boxes with parameters are filled, and inputs are grey. The title has the
    total.

    Args:
        model: a functional keras.Model, or a keras.Sequential that has been built.
        ax: the axes to draw into.

    Raises:
        ValueError: for a model whose layers aren't known before it is called.
    """
    rows = _arrange(_group_layers(model))
    widest = min(4.6, WIDTH / max(map(len, rows)) - 0.15)
    figure, ax = open_axes(ax, figsize=(WIDTH, len(rows) * PITCH + 0.2))
    ax.set(xlim=(0, WIDTH), ylim=(len(rows) - 0.6, -0.5))
    ax.axis("off")
    ax.set_title(f"{model.name}: {model.count_params():,} parameters", fontsize=10)
    reach = HEIGHT / PITCH / 2
    for box in (box for row in rows for box in row):
        for source in box.sources:
            draw_arrow(ax, (source.x, source.row + reach), (box.x, box.row - reach))
        style = WITH_PARAMETERS if _count(box) else PLAIN if box.sources else INPUT
        draw_box(ax, (box.x, box.row), (widest, 2 * reach), _describe(box), style, fontsize=8.5)
    return figure


def _group_layers(model):
    """Return the `_Box` list of a model, every box behind those that feed it."""
    import keras  # late: all other plots are drawn without TensorFlow

    outputs = getattr(model, "output", None)
    outputs = outputs if isinstance(outputs, dict) else {}
    try:  # a Sequential model becomes a functional one
        model = keras.Model(model.inputs, model.outputs)
    except (AttributeError, ValueError, TypeError):
        raise ValueError(
            f"{type(model).__name__} {model.name!r} doesn't say how its layers are connected: "
            "expected a functional keras.Model, or a keras.Sequential that begins with a "
            "keras.Input"
        ) from None
    layers = {layer.name: layer for layer in model.operations}
    nodes = model.get_config()["layers"]
    feeds = {node["name"]: _find_sources(node["inbound_nodes"]) - {node["name"]} for node in nodes}
    box_of, boxes = {}, []
    for name, sources in feeds.items():
        users = [other for other in feeds if sources & feeds[other]]
        if users == [name] and _keeps_shape(layers[name], [layers[source] for source in sources]):
            (source,) = sources
            box_of[name] = box_of[source]
            box_of[name].layers.append(layers[name])
        else:
            box_of[name] = _Box([layers[name]], [box_of[source] for source in sources])
            boxes.append(box_of[name])
    for box in boxes:
        for name, tensor in outputs.items():
            if box.layers[-1].output is tensor:
                box.output = f"{name}: "
    return boxes


def _find_sources(part):
    """Return the names of the layers whose outputs occur anywhere in a part of a model's config."""
    if isinstance(part, dict):
        if "keras_history" in part:
            return {part["keras_history"][0]}
        part = part.values()
    elif not isinstance(part, (list, tuple)):
        return set()
    return set().union(*map(_find_sources, part))


def _keeps_shape(layer, sources):
    """Say whether a layer belongs in the box of its only source, which must not be an input."""
    if len(sources) != 1 or hasattr(layer, "kernel") or type(sources[0]).__name__ == "InputLayer":
        return False
    return _shape(layer) == _shape(sources[0])


def _arrange(boxes):
    """Place boxes: each a row below the lowest that feeds it. Return the rows, lists of boxes."""
    for box in boxes:
        box.row = max((source.row + 1 for source in box.sources), default=0)
    rows = [
        [box for box in boxes if box.row == row] for row in range(1 + max(box.row for box in boxes))
    ]
    for row in rows:
        for number, box in enumerate(row):
            box.x = WIDTH * (number + 0.5) / len(row)
        if len(row) == 1 and box.sources:
            box.x = sum(source.x for source in box.sources) / len(box.sources)
    return rows


def _describe(box):
    """Return two lines: the layers of a box; the shape they give and how many parameters."""
    shape = " × ".join(map(str, _shape(box.layers[-1])[1:]))
    count = f" · {_count(box):,} parameters" if _count(box) else ""
    return f"{box.output}{' → '.join(map(_name, box.layers))}\n{shape}{count}"


def _name(layer):
    """Return the name of an input or a model; the kind of another layer, and its settings."""
    if type(layer).__name__ == "InputLayer" or hasattr(layer, "layers"):
        return layer.name
    words = type(layer).__name__
    if kernel := getattr(layer, "kernel_size", None):
        words += f" {'×'.join(map(str, kernel))}"
        words += f", stride {layer.strides[0]}" if max(layer.strides) > 1 else ""
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return words if activation == "linear" else f"{words}, {activation}"


def _shape(layer):
    """Return the shape of a layer's output, with None for the batch."""
    return tuple(layer.output.shape)


def _count(box):
    """Return how many parameters the layers of a box have."""
    return sum(layer.count_params() for layer in box.layers if hasattr(layer, "count_params"))
