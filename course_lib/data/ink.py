"""Are the pixels bytes from 0 (paper) to 255 (ink)? What only looks like it is refused."""

import numpy as np

from course_lib.data.errors import fault

DIM = 128  # no set of handwriting with pixels up to 255 stays below this
BRIGHT, GREY = 128, 32  # of paper
MANY, FEW = 0.5, 0.02  # fractions of the images
BLOCK = 20_000  # images looked at together


def check_ink(images, where) -> None:
    """Raise `DatasetError` unless the pixels can be white ink on black, from 0 to 255.

    Args:
        images: uint8 [N, 28, 28] or [N, 28, 28, 1].
        where: the file, for the message.
    """
    highest = int(images.max())
    if highest < DIM:
        raise fault(where, *_describe_dim(highest))
    white = _border_is(images, BRIGHT)
    if white.mean() > MANY:
        found = f"a bright border, as of white paper, in {white.mean():.0%} of the images"
        fix = "If it is handwriting, invert the pixels (255 - pixels) and save the file again."
        raise fault(where, found, "white ink (255) on black (0)", fix)
    if white.mean() > FEW:
        found = f"{white.sum():,} of {len(images):,} images with a bright border, such as image "
        found += f"{int(white.argmax()) + 1:,}"
        fix = "Invert those on white paper (255 - pixels), or leave out what isn't handwriting."
        raise fault(where, found, "white ink (255) on black (0) in every image", fix)
    grey = _border_is(images, GREY).mean()
    if grey > MANY:
        found = f"a grey border, as of grey paper, in {grey:.0%} of the images"
        fix = "Make the paper black: subtract its grey from the pixels, and save the file again."
        raise fault(where, found, "white ink (255) on black (0)", fix)


def _describe_dim(highest):
    """Return (found, expected, fix) for images whose highest pixel is too low."""
    expected = "ink up to 255"
    if highest == 0:
        return "nothing but zeros: every image is blank", expected, "Download the file again."
    if highest == 1:
        fix = "Multiply the pixels by 255 and save the file again. If they were floats from 0 to 1 "
        fix += "that somebody cut to whole numbers, the greys are lost: start from the original."
        return "pixels that are only 0 or 1", expected, fix
    fix = f"If the pixels were scaled, undo it: pixels * (255 / {highest}), rounded."
    return f"pixels from 0 to {highest}", expected, fix


def is_white_paper(images) -> np.ndarray:
    """Return for each image whether most of its border is bright, bool [N].

    Args:
        images: uint8 [N, 28, 28] or [N, 28, 28, 1].
    """
    return _border_is(images, BRIGHT)


def _border_is(images, least):
    """Return for each image whether most of its border is at least so bright, bool [N]."""
    images = images.reshape(-1, 28, 28)
    border = np.ones((28, 28), bool)
    border[1:-1, 1:-1] = False
    blocks = range(0, len(images), BLOCK)
    bright = [images[i : i + BLOCK][:, border] >= least for i in blocks]
    return np.concatenate([block.mean(axis=1) > 0.5 for block in bright])
