"""Read pictures (PNG, JPEG, ...) as 28 by 28 grey values, and folders of them, one a class."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from course_lib.data.characters import characters_of, in_usual_order
from course_lib.data.errors import fault
from course_lib.data.formats.npz_pairs import of_split, split_of
from course_lib.data.progress_bar import ProgressBar

SIDE = 28
MANY = 5_000  # pictures from which a progress bar is shown
ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm"}


def read_picture(file, where) -> np.ndarray:
    """Read one picture as grey values, uint8 [28, 28].

    A transparent picture is laid on black if its ink is bright, else on white. One that isn't
    square gets paper at two of its sides; another size than 28 by 28 is scaled. Thin strokes that
    fade in a smaller picture get their contrast back.

    Args:
        file: a path or an open file.
        where: the file, for the message.

    Raises:
        DatasetError: if it isn't a picture.
    """
    try:
        with Image.open(file) as picture:
            grey = _to_grey(ImageOps.exif_transpose(picture))  # as the camera was held
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        found = f"a file that isn't a whole picture ({error})"
        fix = "Save it again as PNG, or delete it."
        raise fault(where, found, "a picture", fix) from error
    if grey.size == (SIDE, SIDE):
        return np.asarray(grey)
    longest = max(grey.size)
    square = Image.new("L", (longest, longest), _paper(grey))
    square.paste(grey, tuple((longest - side) // 2 for side in grey.size))
    way = Image.Resampling.BOX if longest > SIDE else Image.Resampling.BICUBIC
    return _stretch(np.asarray(square.resize((SIDE, SIDE), way), float), *grey.getextrema())


def _stretch(values, low, high):
    """Spread grey values from `low` to `high`, as they were before the picture was scaled."""
    spread = max(np.ptp(values), 1e-9)
    return np.round((values - values.min()) / spread * (high - low) + low).astype(np.uint8)


def _to_grey(picture):
    """Return a picture as one of mode "L", with 8 bits of grey."""
    if picture.mode.startswith("I") or picture.mode == "F":  # 16 bits
        values = np.asarray(picture, float)
        high = 65535 if values.max() > 255 else 255
        return Image.fromarray(np.round(values * (255 / high)).astype(np.uint8))
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("L")
    layers = picture.convert("LA")
    ink, alpha = (np.asarray(layer, float) for layer in layers.split())
    bright = (ink * alpha).sum() > 127.5 * alpha.sum()
    paper = 0 if bright else 255
    grey = (ink * alpha + paper * (255 - alpha)) / 255
    return Image.fromarray(np.round(grey).astype(np.uint8))


def _paper(grey):
    """Return the grey of the paper: the median of the border."""
    values = np.asarray(grey)
    border = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    return int(np.median(border))


def read_folder(folder: Path, split) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Read the pictures in the subfolders of a folder, one subfolder for each class.

    Args:
        folder: its subfolders are the classes, in the order 0-9, A-Z, a-z, then of their names;
            numbers are sorted as numbers. Files of other kinds and hidden files are left out. The
            classes may also be further down, in a folder with "train" or "test" in its name.
        split: "train" or "test".

    Returns:
        uint8 [N, 28, 28], white paper as it is; int64 [N]; what the subfolders are named after:
        characters where that is clear, as from 4a, Sample011, seven or A_caps, else their names.

    Raises:
        DatasetError: if there are fewer than two classes, or a file isn't a picture.
    """
    folder = _class_folder(folder, split)
    classes = {inner.name: _pictures(inner) for inner in _subfolders(folder)}
    classes = {name: paths for name, paths in classes.items() if paths}
    if len(classes) < 2:
        found = f"{len(classes)} subfolders with pictures in them"
        fix = "Put the pictures of each class into a subfolder with the name of the class."
        if not classes and (loose := _pictures(folder)):
            found = f"pictures in no subfolder ({len(loose):,} such as {loose[0].name})"
        elif not classes and (other := _another_file(folder)):
            found = f"no picture of a kind that is read, but files such as {other.name}"
            fix = f"If these are pictures, save them as PNG or JPEG. {fix}"
        raise fault(folder, found, "a subfolder for each of two or more classes", fix)
    classes = dict(zip(characters_of(classes), classes.values(), strict=True))
    names = in_usual_order(classes)
    paths = [path for name in names for path in classes[name]]
    images = np.empty((len(paths), SIDE, SIDE), np.uint8)
    bar = ProgressBar(len(paths), folder.name, unit=" pictures", disable=len(paths) < MANY)
    with bar:
        for image, path in zip(images, paths, strict=True):
            image[:] = read_picture(path, path)
            bar.update(1)
    return images, np.repeat(np.arange(len(names)), [len(classes[name]) for name in names]), names


def _class_folder(folder, split):
    """Return the folder whose subfolders are the classes: this one, or one of a split below it."""
    inner = [path for path in _subfolders(folder) if any(_walk_pictures(path))]
    if len(inner) == 1:
        return _class_folder(inner[0], split)
    splits = {split_of(path.name) for path in inner}
    if not splits >= {"train", "test"} and (None in splits or not inner):
        return folder
    names = of_split([path.name for path in inner], split)
    wanted = [path for path in inner if path.name in names]
    if len(wanted) != 1:
        found = f"the subfolders {', '.join(path.name for path in inner)}"
        fix = "Give the path of the folder whose subfolders are the classes."
        raise fault(folder, found, f"one subfolder with {split!r} in its name", fix)
    return _class_folder(wanted[0], split)


def _subfolders(folder):
    inner = [path for path in folder.iterdir() if path.is_dir() and path.name[0] not in "._"]
    numbers = all(path.name.isdecimal() for path in inner)
    return sorted(inner, key=lambda path: int(path.name) if numbers else path.name)


def _pictures(folder):
    """Return the paths of the pictures in a folder, at any depth, in order."""
    return sorted(_walk_pictures(folder))


def _walk_pictures(folder):
    for path in folder.rglob("*"):
        if path.suffix.lower() in ENDINGS and not is_hidden(path, folder) and path.is_file():
            yield path


def _another_file(folder):
    """Return the first file in a folder that isn't hidden, or None."""
    paths = (path for path in sorted(folder.rglob("*")) if not is_hidden(path, folder))
    return next((path for path in paths if path.is_file()), None)


def is_hidden(path, folder) -> bool:
    """Return whether a file, or a folder between it and `folder`, is hidden or made by macOS."""
    parts = path.relative_to(folder).parts
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)
