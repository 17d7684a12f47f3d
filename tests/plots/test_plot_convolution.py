"""The diagram of a convolution: the sizes are those that Keras computes, the places are right."""

import keras
import numpy as np
import pytest

from course_lib import plots

CASES = [(5, 3, 1, 0), (5, 3, 1, 1), (5, 3, 2, 0), (6, 3, 2, 1), (7, 4, 2, 1), (4, 4, 4, 0)]


def sides(figure):
    """The (input, output) sides that the title tells."""
    words = figure.axes[0].get_title().split("\n")[0].removeprefix("transposed: ")
    return [int(size.split("×")[0]) for size in words.split(" → ")]


def grids(ax):
    """The cells of the left and of the right grid, and the frames: lists of `Rectangle`s."""
    squares = [patch for patch in ax.patches if hasattr(patch, "get_x")]
    cells = [square for square in squares if square.get_fill()]
    frames = [square for square in squares if not square.get_fill()]
    (arrow,) = [text for text in ax.texts if text.arrow_patch is not None]
    left = [cell for cell in cells if cell.get_x() < arrow.get_position()[0]]
    return left, [cell for cell in cells if cell not in left], frames


@pytest.mark.parametrize(("size", "kernel", "stride", "padding"), CASES)
def test_a_convolution_has_the_size_that_keras_computes(size, kernel, stride, padding):
    images = np.pad(np.ones((1, size, size, 1)), ((0, 0), *[(padding, padding)] * 2, (0, 0)))
    kernels = np.ones((kernel, kernel, 1, 1))
    expected = keras.ops.conv(images, kernels, stride, "valid").shape[1]
    assert expected == (size + 2 * padding - kernel) // stride + 1
    figure = plots.plot_convolution(size, kernel, stride, padding)
    assert sides(figure) == [size, expected]
    left, right, frames = grids(figure.axes[0])
    assert len(left) == (size + 2 * padding) ** 2 and len(right) == expected**2
    padded = [cell for cell in left if cell.get_hatch()]
    assert len(padded) == len(left) - size**2
    assert len(figure.axes[0].lines[0].get_xdata()) == expected**2  # a dot for each place
    assert len(frames) == 2 * min(2, expected)


@pytest.mark.parametrize(("size", "kernel", "stride", "padding"), CASES)
def test_a_transposed_convolution_has_the_size_that_keras_computes(size, kernel, stride, padding):
    kernels = np.ones((kernel, kernel, 1, 1))
    images = np.ones((1, size, size, 1))
    whole = keras.ops.conv_transpose(images, kernels, stride, "valid").shape[1]
    figure = plots.plot_convolution(size, kernel, stride, padding, transposed=True)
    assert sides(figure) == [size, whole - 2 * padding]
    left, right, _ = grids(figure.axes[0])
    assert len(left) == size**2 and len(right) == whole**2
    assert len(figure.axes[0].lines[0].get_xdata()) == size**2  # a stamp for each input


def test_cells_that_the_kernel_never_reaches_are_white():
    figure = plots.plot_convolution(6, 3, 2)  # places at 0 and 2: column 5 and row 5 are left out
    left, _, _ = grids(figure.axes[0])
    white = [cell for cell in left if cell.get_facecolor()[:3] == (1, 1, 1)]
    assert {(cell.get_x(), cell.get_y()) for cell in white} == {
        (x, y) for x in range(6) for y in range(6) if 5 in (x, y)
    }


@pytest.mark.parametrize(("options", "found"), [((2, 3), "2×2"), ((1, 2, 1, 1, True), "1×1")])
def test_nothing_left_is_refused(options, found):
    with pytest.raises(ValueError, match=f"nothing is left of {found}"):
        plots.plot_convolution(*options)
