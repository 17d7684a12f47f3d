"""The diagram of a GAN's two steps: what is in each panel, and which network is said to learn."""

from matplotlib.patches import Rectangle

from course_lib import plots


def boxes(ax):
    """The text in each box, and the `Rectangle` around it."""
    patches = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    texts = [text for text in ax.texts if text.get_text() and "gradient" not in text.get_text()]
    assert len(patches) == len(texts)
    return {
        text.get_text().split("\n")[0]: (text.get_text(), box) for text, box in zip(texts, patches)
    }


def test_each_step_shows_its_data_and_its_loss():
    upper, lower = map(boxes, plots.plot_gan_steps().axes)
    both = {"z", "G", "fake_images", "D", "logits"}
    assert set(upper) == both | {"real_images", "d_loss"}
    assert set(lower) == both | {"g_loss"}


def test_the_network_that_learns_is_framed_and_the_frozen_one_is_hatched():
    for ax, learning, frozen in zip(plots.plot_gan_steps().axes, "DG", "GD"):
        (said, box), (other_said, other) = boxes(ax)[learning], boxes(ax)[frozen]
        assert "learns" in said and "frozen" in other_said
        assert other.get_hatch() and not box.get_hatch()
        assert box.get_linewidth() > other.get_linewidth()


def test_texts_stay_inside_their_boxes():
    figure = plots.plot_gan_steps()
    figure.canvas.draw()
    for ax in figure.axes:
        for text in ax.texts:
            around = [p.get_window_extent() for p in ax.patches if isinstance(p, Rectangle)]
            inside = text.get_window_extent()
            if text.get_text() and "gradient" not in text.get_text():
                assert any(
                    box.x0 < inside.x0 and inside.x1 < box.x1 and box.y0 < inside.y0
                    for box in around
                )
