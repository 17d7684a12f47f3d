"""The diagram of a network: its numbers are Keras's own, and every layer is in it once."""

import keras
import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Rectangle

from course_lib import networks, plots

NETWORKS = {
    "generator": lambda: networks.build_dcgan_generator(20, 16, (8, 8), how="nearest"),
    "discriminator": lambda: networks.build_dcgan_discriminator((8, 16), dropout=0.3),
    "shuffle": lambda: networks.build_shuffle_generator(20, 8, 4),
    "encoder": lambda: networks.build_vae_encoder(5),
    "decoder": lambda: networks.build_vae_decoder(5),
}


def described(figure):
    """The two lines in each box."""
    return [text.get_text().split("\n") for text in figure.axes[0].texts if text.get_text()]


def count_arrows(figure):
    return sum(text.arrow_patch is not None for text in figure.axes[0].texts if not text.get_text())


@pytest.mark.parametrize("name", NETWORKS)
def test_the_numbers_are_those_of_keras(name):
    model = NETWORKS[name]()
    figure = plots.plot_layers(model)
    lines = described(figure)
    layers = sum(first.count("→") + 1 for first, _ in lines)
    assert layers == len(model.layers)
    counts = [second.split(" · ")[1] for _, second in lines if "·" in second]
    total = sum(int(words.removesuffix(" parameters").replace(",", "")) for words in counts)
    assert total == model.count_params()
    assert figure.axes[0].get_title() == f"{model.name}: {total:,} parameters"


def test_what_keeps_the_shape_shares_a_box():
    figure = plots.plot_layers(NETWORKS["discriminator"]())
    assert described(figure) == [
        ["images", "28 × 28 × 1"],
        ["Conv2D 5×5, stride 2 → LeakyReLU → Dropout", "14 × 14 × 8 · 208 parameters"],
        ["Conv2D 5×5, stride 2 → LeakyReLU → Dropout", "7 × 7 × 16 · 3,216 parameters"],
        ["Flatten", "784"],
        ["Dense", "1 · 785 parameters"],
    ]
    assert count_arrows(figure) == 4


def test_branches_and_named_outputs():
    figure = plots.plot_layers(NETWORKS["encoder"]())
    first_lines = [first for first, _ in described(figure)]
    assert {"logits: Dense", "z_mean: Dense", "z_log_var: Dense"} < set(first_lines)
    assert count_arrows(figure) == len(first_lines) - 1  # a tree: one arrow into each but the input
    decoder = plots.plot_layers(NETWORKS["decoder"]())
    boxes = len(described(decoder))
    assert count_arrows(decoder) == boxes - 2 + 1  # two inputs, and one box fed by two


@pytest.mark.parametrize("name", NETWORKS)
def test_boxes_hold_their_text_and_do_not_overlap(name):
    figure = plots.plot_layers(NETWORKS[name]())
    figure.canvas.draw()
    (ax,) = figure.axes
    boxes = [patch.get_window_extent() for patch in ax.patches if isinstance(patch, Rectangle)]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    texts = [text.get_window_extent() for text in ax.texts if text.get_text()]
    for box, text in zip(boxes, texts, strict=True):
        assert box.x0 < text.x0 and text.x1 < box.x1 and box.y0 < text.y0 and text.y1 < box.y1


def test_a_model_inside_a_model_is_one_box():
    generator = networks.build_mlp_generator(10, (8,))
    z = keras.Input((10,), name="z")
    judged = networks.build_mlp_discriminator((8,))(generator(z))
    figure = plots.plot_layers(keras.Model(z, judged, name="combined"))
    assert [first for first, _ in described(figure)] == ["z", "generator", "discriminator"]


def test_a_sequential_model_is_drawn_once_it_is_built():
    layers = [keras.layers.Flatten(), keras.layers.Dense(3, activation="relu")]
    with pytest.raises(ValueError, match="begins with a keras.Input"):
        plots.plot_layers(keras.Sequential(layers))
    assert plt.get_fignums() == []
    figure = plots.plot_layers(keras.Sequential([keras.Input((4, 4)), *layers]))
    assert [first for first, _ in described(figure)][1:] == ["Flatten", "Dense, relu"]
