"""The one check that every batch passes, however it reaches a model; see also `sources`."""

import re

import numpy as np
import tensorflow as tf

from course_lib.data.pixels import IMAGE_SHAPE, ROUNDING, check_images, check_range

WRONG_PIXELS = (
    "a batch has pixels from {} to {}: expected floats in [-1, 1], where black is -1. From bytes, "
    "use images / 127.5 - 1, and from [0, 1], 2 * images - 1"
)


def check_batch(images, labels=None, n_classes=None) -> None:
    """Check a batch, or a whole data set, whose values are known.

    Args:
        images: a NumPy array or an eager tensor, [N, 28, 28, 1].
        labels: [N], integers from 0 to `n_classes` - 1; None for a model that takes none.
        n_classes: how many classes the model knows.

    Raises:
        ValueError: for images of another shape or range, for pixels in [0, 1], and for labels that
            don't fit.
    """
    images = _as_array(images)
    if images.dtype.kind in "SU":
        raise ValueError(
            "images are text: expected uint8, or floats in [-1, 1]. Read the pixels as numbers, "
            "such as with images.astype('uint8')"
        )
    check_images(images)
    if images.dtype.kind == "f" and images.min() >= 0 and images.min() < images.max():
        raise ValueError(
            f"images are {images.dtype} from {images.min()} to {images.max()}, with no pixel below "
            "0: expected floats in [-1, 1], where black is -1. These look like pixels in [0, 1]: "
            "train on 2 * images - 1, or on the uint8 images as loaded"
        )
    if n_classes is not None:
        check_labels(labels, n_classes, len(images))


def _as_array(images):
    images = np.asarray(images)
    # NumPy itself has no bfloat16 and takes it for no float.
    return images.astype("float32") if images.dtype.name == "bfloat16" else images


def as_images(images) -> np.ndarray:
    """Return images to read or measure as an array [N, 28, 28, 1], also from a list or a tensor.

    Raises:
        ValueError: for something else, and as `pixels.check_range`.
    """
    array = _as_array(images)
    if array.ndim == 0:
        hint = " Of a Dataset, give its .images" * hasattr(images, "images")
        raise ValueError(
            f"got a {type(images).__name__} where images belong: expected an array, "
            f"[N, 28, 28, 1], such as gan.sample(500) returns.{hint}"
        )
    check_range(array)
    return array


def check_labels(labels, n_classes, n_images) -> np.ndarray:
    """Return labels as int64 [n_images].

    Raises:
        ValueError: unless there is a label for each image, an integer from 0 to `n_classes` - 1.
    """
    if labels is None:
        raise ValueError(
            "got images without labels: expected a pair (images, labels), such as "
            "`Dataset.batches(size, labels=True)` gives"
        )
    labels = np.asarray(labels)
    if labels.shape != (n_images,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels are {labels.dtype} of shape {list(labels.shape)}: expected integers of shape "
            f"[{n_images}], one for each image.{_fix_of_labels(labels.shape, labels.dtype.kind)}"
        )
    if n_images and not 0 <= labels.min() <= labels.max() < n_classes:
        raise ValueError(
            f"labels range from {labels.min()} to {labels.max()}: expected 0 to {n_classes - 1}, "
            "one number for each class name"
        )
    return labels.astype("int64")


def _fix_of_labels(shape, kind):
    """Return a sentence that says how to make labels of the right shape, or nothing."""
    if len(shape) == 2 and shape[1] == 1:
        return " Give one number for each image: labels[:, 0] of an array"
    if len(shape) == 2:
        return " From one-hot rows, make them with argmax(axis=1)"
    if len(shape) > 2:
        return " They say which class an image shows; don't repeat the images"
    if kind in "SU":
        return " Use the position of each name in class_names"
    return ""


def check_form(images, call) -> None:
    """Raise ValueError unless images are one array or tensor.

    Args:
        images: the first argument of `fit` or `train_on_batch`.
        call: the name of that function, for the message.
    """
    if not hasattr(images, "__array__") or isinstance(images, (list, tuple, dict)):
        parts = images if isinstance(images, list) else []  # a dataset might never end
        is_list = {getattr(part, "shape", None) for part in parts} == {IMAGE_SHAPE}
        hint = f"Labels are the second argument: {call}(images, labels)"
        hint = "Make one of them with numpy.stack(images)" if is_list else hint
        raise ValueError(
            f"images came as a {type(images).__name__}: expected one array, [N, 28, 28, 1]. {hint}"
        )


def has_equal_batches(batches) -> bool:
    """Return whether every batch of a tf.data.Dataset is known to have the same size."""
    parts = tf.nest.flatten(batches.element_spec)
    return all(part.shape.rank and part.shape[0] is not None for part in parts)


def check_dataset(batches, n_classes=None) -> tf.data.Dataset:
    """Check what a tf.data.Dataset says about its batches, and return it with a check of values.

    The values are checked as the batches come, in the input pipeline; bytes need no check.

    Args:
        batches: elements are images [B, 28, 28, 1], or a tuple that begins with them.
        n_classes: as `check_batch`.

    Raises:
        ValueError: for elements of another form. A batch with wrong values raises
            tf.errors.InvalidArgumentError with the same words when it comes.
    """
    spec = batches.element_spec
    _check_parts(spec)
    if int(batches.cardinality()) == 0:
        raise ValueError(
            "the dataset has no batches: expected 1 or more. Was a take or skip wrong?"
        )
    images = spec[0] if isinstance(spec, (tuple, list)) else spec
    rank = images.shape.rank
    if rank is not None and (
        rank != 4 or tuple(images.shape[1:]) not in (IMAGE_SHAPE, (None,) * 3)
    ):
        hint = " Use batches.batch(64)" if tuple(images.shape) == IMAGE_SHAPE else ""
        raise ValueError(
            f"the elements have images of shape {images.shape}: expected [B, 28, 28, 1].{hint}"
        )
    has_labels = isinstance(spec, (tuple, list)) and len(spec) > 1
    if n_classes is not None and not has_labels:
        check_labels(None, n_classes, 0)
    if images.dtype.is_floating:
        batches = batches.map(_check_values)
    if n_classes is not None:
        _check_label_spec(spec[1])
        batches = batches.map(_label_check(n_classes))
    return batches


def _check_label_spec(spec):
    """Raise ValueError unless the labels of a batch are integers [B]."""
    shape = spec.shape
    if shape.rank not in (1, None):
        hint = _fix_of_labels(tuple(shape), "")
        raise ValueError(f"labels have shape {shape}: expected [B], one for each image.{hint}")
    if not spec.dtype.is_integer:
        raise ValueError(
            f"labels are {spec.dtype.name}: expected integers. Use "
            "batches.map(lambda images, labels: (images, tf.cast(labels, 'int32')))"
        )


def _check_parts(spec):
    """Raise ValueError unless elements are images, or images and labels."""
    if isinstance(spec, dict):
        names = ", ".join(map(repr, spec))
        raise ValueError(
            f"the batches are dicts with {names}: expected images, or (images, labels). Use "
            "batches.map(lambda batch: (batch['image'], batch['label'])), with your own names"
        )
    if isinstance(spec, (tuple, list)) and any(isinstance(s, (tuple, list, dict)) for s in spec):
        raise ValueError(
            "the batches have parts within parts: expected images, or (images, labels). Use "
            "batches.map with a function that returns (images, labels)"
        )
    if isinstance(spec, (tuple, list)) and len(spec) > 2:
        raise ValueError(
            f"the batches have {len(spec)} parts: expected images, or (images, labels). Use "
            "batches.map(lambda images, labels, *others: (images, labels)); every image counts the "
            "same here"
        )


def _check_values(*batch):
    images = batch[0]
    low, high = tf.reduce_min(images), tf.reduce_max(images)
    fits = tf.reduce_all(tf.abs(images) <= 1 + ROUNDING) & ((low < 0) | (low == high))
    checked = _unless(fits, WRONG_PIXELS, (low, high), batch)
    return checked if len(batch) > 1 else checked[0]


def _label_check(n_classes):
    words = f"a batch has labels from {{}} to {{}}: expected 0 to {n_classes - 1}"

    def check(*batch):
        low, high = tf.reduce_min(batch[1]), tf.reduce_max(batch[1])
        return _unless((low >= 0) & (high < n_classes), words, (low, high), batch)

    return check


def _unless(fits, words, numbers, batch):
    """Return the batch, a tuple of tensors, if it `fits`; else the pipeline stops with `words`."""
    with tf.control_dependencies([tf.debugging.Assert(fits, [tf.strings.format(words, numbers)])]):
        return tuple(tf.identity(part) for part in batch)


def wrong_values(error) -> str | None:
    """Return the words of a check that failed inside `fit`; None for other errors."""
    found = re.search(r"assertion failed: \[(a batch has .*?)\]\s*$", str(error), re.MULTILINE)
    found = found or re.search(r"WrongBatch: (.*)", str(error))
    return found and found[1]
