"""Sliders above a picture in a notebook; a still picture wherever no sliders can be shown."""

import base64
import io

import matplotlib.pyplot as plt


def explore(draw, names, still, reach=3.0) -> None:
    """Show one slider for each name and, below them, the picture that `draw` makes of their values.

    Args:
        draw: a function that takes a list of numbers, one from each slider, and returns a Figure.
        names: the names of the sliders, in the order of those numbers.
        still: the Figure to show where there are no sliders, such as on a web page or on paper.
        reach: the sliders go from -`reach` to `reach`.
    """
    picture = io.BytesIO()
    still.savefig(picture, format="png", dpi=90)
    shown = {"image/png": base64.b64encode(picture.getvalue()).decode()}
    try:
        import ipywidgets
    except ImportError:
        print("Found no ipywidgets, so there are no sliders: this is a still picture.")
    else:
        sliders = {
            name: ipywidgets.FloatSlider(0.0, min=-reach, max=reach, step=0.25, description=name)
            for name in names
        }

        def redraw(**values):
            figure = draw([values[name] for name in names])
            _display(figure)
            plt.close(figure)

        output = ipywidgets.interactive_output(redraw, sliders)
        view = ipywidgets.VBox([*sliders.values(), output])
        shown |= view._repr_mimebundle_()  # a page shows the best of these that it can
    plt.close(still)
    _display(shown, raw=True)


def _display(thing, **options):
    from IPython.display import display

    display(thing, **options)
