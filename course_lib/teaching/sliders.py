"""Sliders over a picture in a notebook; where no widget can be shown, a still picture stands in."""

import base64
import io

import matplotlib.pyplot as plt


def explore(draw, names, still, reach=3.0):
    """Show one slider a name, and below them the picture that `draw` makes of their values.

    `draw`: a function of a list of numbers, each from -`reach` to `reach`, that returns a Figure.
    `still`: the Figure for wherever no widget can be shown, such as a web page or a printed copy.
    """
    picture = io.BytesIO()
    still.savefig(picture, format="png", dpi=90)
    shown = {"image/png": base64.b64encode(picture.getvalue()).decode()}
    try:
        import ipywidgets
    except ImportError:
        print("ipywidgets is not installed, so there are no sliders: a still picture instead")
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
