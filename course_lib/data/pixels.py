"""The pixel contract: bytes from 0 to 255 as loaded, floats in [-1, 1] inside the networks.

The dtype alone tells the two apart. NumPy arrays give NumPy arrays and tensors give tensors, so the
same line also scales a batch inside a compiled training step.
"""

from typing import TypeVar

import numpy as np

Images = TypeVar("Images")  # a NumPy array or a tensor
IMAGE_SHAPE = (28, 28, 1)
ROUNDING = 1e-3  # how far outside [-1, 1] a float may be, because float16 rounds coarsely


def scale_pixels(images: Images) -> Images:
    """Return pixels as the networks want them, float32 in [-1, 1].

    Args:
        images: uint8 as loaded (0 becomes -1, 255 becomes +1), or floats, which are taken to be in
            [-1, 1] already and are not changed. Any shape, usually [B, 28, 28, 1].

    Returns:
        A NumPy array for a NumPy array, a tensor for a tensor; the same shape.

    Raises:
        TypeError: for other integers, whose range is unknown.
    """
    dtype = np.dtype(images.dtype).name if isinstance(images, np.ndarray) else _name(images.dtype)
    if dtype != "uint8" and not dtype.startswith(("float", "bfloat")):
        raise TypeError(
            f"images are {dtype}: expected uint8 in 0–255 as loaded, or float32 in [-1, 1]; "
            "convert with images.astype('uint8') or scale them yourself"
        )
    floats = _to_float32(images)
    return floats / 127.5 - 1.0 if dtype == "uint8" else floats


def _name(dtype):
    return getattr(dtype, "name", None) or str(dtype)


def _to_float32(images):
    if isinstance(images, np.ndarray):
        return images.astype("float32")
    from keras import ops  # only a tensor needs Keras, and then Keras is already loaded

    return ops.cast(images, "float32")


def to_ink(images) -> np.ndarray:
    """Return how much ink each pixel holds: float32 from 0 (paper) to 1 (ink), [N, 28, 28].

    Args:
        images: NumPy array [N, 28, 28, 1] or [N, 28, 28], uint8 in 0–255 or floats in [-1, 1].

    Raises:
        ValueError: as `check_images`.
    """
    images = np.asarray(images)
    images = images[..., None] if images.ndim == 3 and images.shape[2] == 28 else images
    check_images(images)
    return np.clip((scale_pixels(images)[..., 0] + 1) / 2, 0, 1)


def check_images(images) -> None:
    """Raise ValueError unless images can be trained on, drawn or measured.

    Args:
        images: [N, 28, 28, 1] with N of 1 or more, uint8, or floats in [-1, 1] without nan: a NumPy
            array or an eager tensor. The values of a tensor in a compiled step aren't known, so it
            passes.
    """
    images = images.numpy() if hasattr(images, "numpy") else images
    if not isinstance(images, np.ndarray):
        return
    if images.ndim != 4 or images.shape[1:] != IMAGE_SHAPE or len(images) == 0:
        hint = _shape_hint(images)
        raise ValueError(f"images have shape {images.shape}: expected [N, 28, 28, 1], N >= 1{hint}")
    if images.dtype == np.uint8:
        return
    if images.dtype.kind != "f" or not (np.abs(images) <= 1 + ROUNDING).all():  # nan fails as well
        low, high = images.min(), images.max()
        raise ValueError(
            f"images are {images.dtype} from {low} to {high}: expected floats in [-1, 1], or uint8 "
            "in 0–255 as loaded (images.astype('uint8'), or images / 127.5 - 1)"
        )


def _shape_hint(images):
    """Return what to do about images of another shape, as the end of a sentence."""
    if images.size == 0 or images.size % 784:
        return ""
    if images.ndim == 4 and images.shape[-1] in (3, 4):  # colours, perhaps with transparency
        grey = "images[..., :3].mean(axis=-1, keepdims=True).astype(images.dtype)"
        return f". Turn the colours into grey: {grey}"
    return ". Use images.reshape(-1, 28, 28, 1)"


def describe_unit_range(images) -> str | None:
    """Return a sentence if images look like white ink on black in [0, 1]; else None.

    They do if no pixel is below 0 and most pixels are 0 or little more. In [-1, 1] that would be
    white ink on grey paper, which no dataset of the kit has. Images that are white all over don't.

    Args:
        images: as `check_images` takes them.
    """
    images = np.asarray(images)
    if images.dtype.kind != "f" or not images.size or not images.min() >= 0 or not images.any():
        return None
    if np.mean(images < 0.1) <= 0.5:
        return None
    return (
        f"images are {images.dtype} from {images.min():.3g} to {images.max():.3g}, mostly at 0: "
        "expected floats in [-1, 1], where black is -1. These look like pixels in [0, 1]: give "
        "2 * images - 1"
    )


def check_range(images) -> None:
    """Raise ValueError as `check_images`, and for images that look like pixels in [0, 1]."""
    check_images(images)
    if words := describe_unit_range(images):
        raise ValueError(words)
