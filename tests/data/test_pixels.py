"""The pixel contract on numbers worked by hand: NumPy stays NumPy, tensors stay tensors."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_lib.data import pixels

BYTES = np.array([0, 51, 255], "uint8").reshape(1, 1, 3, 1)


def test_bytes_are_scaled_and_floats_pass():
    assert pixels.scale_pixels(BYTES).ravel() == pytest.approx([-1.0, -0.6, 1.0], abs=1e-6)
    floats = np.array([[-1.0, 0.25]], "float64")
    scaled = pixels.scale_pixels(floats)
    assert scaled.dtype == "float32" and np.array_equal(scaled, floats)


def test_numpy_stays_numpy_and_tensors_stay_tensors():
    assert type(pixels.scale_pixels(BYTES)) is np.ndarray
    for tensor in (tf.constant(BYTES), tf.cast(tf.constant([[0.25]]), "bfloat16")):
        scaled = pixels.scale_pixels(tensor)
        assert tf.is_tensor(scaled) and scaled.dtype == tf.float32
    assert np.allclose(pixels.scale_pixels(tf.constant(BYTES)), pixels.scale_pixels(BYTES))


def test_the_same_line_scales_inside_a_compiled_step():
    step = tf.function(pixels.scale_pixels)
    assert np.allclose(step(tf.constant(BYTES)), pixels.scale_pixels(BYTES))


@pytest.mark.parametrize("make", [np.zeros, keras.ops.zeros], ids=["NumPy", "tensor"])
def test_other_integers_are_refused(make):
    with pytest.raises(TypeError, match="int32.*uint8"):
        pixels.scale_pixels(make((1, 28, 28, 1), dtype="int32"))


def one_value(value, dtype="float32"):
    return np.full((1, 28, 28, 1), value, dtype)


@pytest.mark.parametrize(
    "images",
    [one_value(0, "uint8"), one_value(255, "uint8"), one_value(-1), one_value(1.0005)],
)
def test_fit_images_pass(images):
    pixels.check_images(images)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (one_value(1.002), "float32 from 1.00.* expected floats in"),
        (one_value(200), r"from 200.0 to 200.0: .*images / 127.5 - 1"),
        (one_value(np.nan), "from nan"),
        (one_value(0, "int64"), "int64 from 0 to 0"),
        (np.zeros((0, 28, 28, 1), "uint8"), r"shape \(0, 28, 28, 1\): .* N >= 1"),
        (np.zeros((28, 28, 1), "uint8"), r"shape \(28, 28, 1\)"),
        (np.zeros((1, 1, 28, 28), "uint8"), r"shape \(1, 1, 28, 28\)"),
    ],
)
def test_unfit_images_are_refused(images, message):
    with pytest.raises(ValueError, match=message):
        pixels.check_images(images)


def test_ink_is_the_same_of_bytes_and_of_floats():
    images = np.array([0, 128, 255], "uint8").reshape(3, 1, 1, 1) * one_value(1, "uint8")
    ink = pixels.to_ink(images)
    assert ink.shape == (3, 28, 28) and ink.dtype == "float32"
    assert ink[:, 0, 0] == pytest.approx([0, 128 / 255, 1])
    assert np.allclose(pixels.to_ink(images.astype("float32") / 127.5 - 1), ink, atol=1e-6)
    assert np.array_equal(pixels.to_ink(images[..., 0]), ink), "without the axis of channels"


def test_ink_stays_within_0_and_1():
    assert pixels.to_ink(one_value(1.0005)).max() == 1.0
    assert pixels.to_ink(one_value(-1.0005)).min() == 0.0


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28), (2, 14, 14)])
def test_ink_wants_a_batch(shape):
    with pytest.raises(ValueError, match=r"expected \[N, 28, 28, 1\]"):
        pixels.to_ink(np.zeros(shape))


@pytest.mark.parametrize("channels", [3, 4])
def test_the_advice_for_colours_gives_images(channels):
    """A reshape would scramble the channels."""
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28, channels)).astype("uint8")
    with pytest.raises(ValueError, match="into grey") as found:
        pixels.check_images(images)
    grey = eval(str(found.value).split("into grey: ")[1])  # the advice itself
    pixels.check_images(grey)
    assert grey[2, 3, 4, 0] == images[2, 3, 4, :3].astype(int).sum() // 3
