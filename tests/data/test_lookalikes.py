"""Files that look right but aren't: refused, and the message says why and what to do about it."""

import json

import numpy as np
import pandas as pd
import pytest
from made_files import assert_same, write_csv, write_mnist

from course_lib import pen
from course_lib.data import datasets
from course_lib.data.agreement import check_agreement
from course_lib.data.datasets import DatasetError

LABELS = np.arange(200) // 20
IMAGES = pen.draw("".join(str(label) for label in LABELS), rng=3)[..., 0]
LETTERS = np.arange(260) // 10
NAMES = ["label", *(f"pixel{i}" for i in range(784))]


def write(path, images, labels=LABELS):
    rows = np.column_stack([labels, images.reshape(len(images), 784)])
    pd.DataFrame(rows, columns=NAMES).astype({"label": int}).to_csv(path, index=False)
    return path


def refusal(path, **options):
    """Return the message with which a file is refused; it must leave no cache."""
    before = set(path.parent.iterdir())
    with pytest.raises(DatasetError) as error:
        datasets.load_file(path, **options)
    assert set(path.parent.iterdir()) == before
    assert all(word in str(error.value) for word in (path.name, "found", "expected"))
    return str(error.value)


def third_on_paper():
    images = IMAGES.copy()
    images[::3] = 255 - images[::3]
    return images


WRONG_PIXELS = {
    "0 or 1": (IMAGES // 128, ["only 0 or 1", "Multiply the pixels by 255"]),
    "a few greys": (IMAGES // 8, ["pixels from 0 to 31", "255 / 31"]),
    "16 greys": (IMAGES // 16, ["pixels from 0 to 15"]),
    "blank": (IMAGES * 0, ["nothing but zeros", "Download the file again"]),
    "white paper": (255 - IMAGES, ["white paper", "100%", "255 - pixels"]),
    "grey paper": (np.maximum(IMAGES, 60), ["grey paper", "100%", "subtract its grey"]),
    "some white paper": (third_on_paper(), ["67 of 200", "such as image 1", "255 - pixels"]),
    "0 to 1": (IMAGES / 255, ["scaled", "(pixels * 255).round()"]),
    "0 to 1, rounded": ((IMAGES / 255).round(2), ["scaled", "(pixels * 255).round()"]),
    "-1 to 1": (IMAGES / 127.5 - 1, ["scaled", "((pixels + 1) * 127.5).round()"]),
}


@pytest.mark.parametrize("images, words", WRONG_PIXELS.values(), ids=WRONG_PIXELS.keys())
@pytest.mark.parametrize("form", ["csv", "npz"])
def test_wrong_pixels_are_refused_and_the_fix_is_true(tmp_path, images, words, form):
    path = tmp_path / f"x.{form}"
    if form == "csv":
        write(path, images)
    else:
        np.savez(path, images=images, labels=LABELS)
        words = [
            word.replace("pixels *", "images *").replace("(pixels +", "(images +")
            for word in words
            if word != "scaled"
        ]
    message = refusal(path)
    assert all(word in message for word in words), message


def test_what_the_fix_proposes_gives_the_images_back(tmp_path):
    pixels = IMAGES / 255
    repaired = (pixels * 255).round().astype("uint8")
    np.testing.assert_array_equal(
        datasets.load_kaggle_csv(write(tmp_path / "x.csv", repaired)).images[..., 0], IMAGES
    )
    pixels = IMAGES / 127.5 - 1
    np.testing.assert_array_equal(((pixels + 1) * 127.5).round().astype("uint8"), IMAGES)


def _do_without_that_image(message, path, index, images, labels):
    """Do what the message says, to the letter."""
    if index:
        frame = pd.read_csv(path, index_col=0, header=None, skiprows=1)
        assert "pandas.read_csv(path, index_col=0, header=None, skiprows=1)" in message
        frame.to_csv(path, header=False, index=False)
    else:
        assert "delete row 1." in message
        path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    assert_same(datasets.load_kaggle_csv(path), images, labels)


RESAVED = {
    "as it is": lambda frame: frame,
    "label renamed": lambda frame: frame.rename(columns={frame.columns[0]: "label"}),
    "floats": lambda frame: frame.astype(float),
}


@pytest.mark.parametrize("change", RESAVED.values(), ids=RESAVED.keys())
@pytest.mark.parametrize("index", [False, True])
def test_a_header_made_of_the_first_image_is_refused(tmp_path, change, index):
    letters = pen.draw("".join(chr(65 + k) for k in LETTERS), rng=1)[..., 0]
    path = write_csv(tmp_path / "A_Z Handwritten Data.csv", letters, LETTERS, header=False)
    assert len(datasets.load_kaggle_csv(path)) == 260
    change(pd.read_csv(path)).to_csv(tmp_path / "A_Z.csv", index=index)
    message = refusal(tmp_path / "A_Z.csv")
    assert "row 1: found a header that pandas made from the first image" in message
    _do_without_that_image(message, tmp_path / "A_Z.csv", index, letters[1:], LETTERS[1:])
    assert "one image is lost" in message and "header=None" in message
    pd.read_csv(path, header=None).to_csv(tmp_path / "A_Z.csv", index=False)  # the fix
    assert len(datasets.load_kaggle_csv(tmp_path / "A_Z.csv")) == 260


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 9912422\n"
PAGE = b"\n<!DOCTYPE html><html>Please log in</html>"
ANSWER = json.dumps({"code": 403, "message": "You must accept the rules"}).encode()
STAND_INS = [
    (LFS, "Git LFS pointer.*git lfs pull"),
    (PAGE, "a web page.*Log in"),
    (ANSWER, "answer.*403.*Log in"),
]


@pytest.mark.parametrize("content, words", STAND_INS, ids=["LFS", "page", "answer"])
@pytest.mark.parametrize(
    "name, load",
    [
        ("x.csv", lambda: datasets.load_kaggle_csv("data/x.csv")),
        ("A_Z.csv", datasets.load_letters),
        ("train-images-idx3-ubyte.gz", datasets.load_digits),
        ("mnist.npz", datasets.load_mnist),
        ("emnist-letters-train-images-idx3-ubyte.gz", datasets.load_emnist),
        ("usps.bz2", datasets.load_usps),
        ("usps.h5", datasets.load_usps),
        ("x.mat", lambda: datasets.load_file("data/x.mat")),
        ("x.npy", lambda: datasets.load_file("data/x.npy")),
    ],
)
def test_stand_ins_for_a_file_are_named(tmp_path, content, words, name, load):
    path = tmp_path / "data" / name
    path.write_bytes(content)
    path.with_name("y.npy").write_bytes(content)
    with pytest.raises(DatasetError, match=f"(?s){words}"):
        load()


def clothes(count=200):
    """Broad pictures that have nothing to do with digits, with more ink than handwriting."""
    images = np.zeros((count, 28, 28), np.uint8)
    for i, image in enumerate(images):
        image[3 + i % 3 : 25, 4 + i // 20 % 4 : 24 - i % 2] = 180 + i % 60
    return images


def test_another_dataset_in_the_form_of_digits_is_refused_or_its_classes_are_named(tmp_path):
    path = write(tmp_path / "fashion-mnist_train.csv", clothes())
    message = refusal(path)
    assert "don't look like the digits" in message and "class_names=[...]" in message
    named = datasets.load_kaggle_csv(path, class_names=[f"class {k}" for k in range(10)])
    assert named.class_names[9] == "class 9" and "digits" not in named.source


def test_labels_of_other_classes_are_said_aloud(tmp_path):
    other = (LABELS + 1) % 10
    source = datasets.load_kaggle_csv(write(tmp_path / "x.csv", IMAGES, other)).source
    assert "they don't look like the digits of their labels" in source
    sound = datasets.load_kaggle_csv(write(tmp_path / "y.csv", IMAGES)).source
    assert "don't look" not in sound


@pytest.mark.parametrize("form", ["csv", "npz"])
def test_labels_in_another_order_are_refused_unless_the_classes_are_named(tmp_path, form):
    mixed = np.random.default_rng(1).permutation(200)
    images, labels = IMAGES[mixed], np.roll(LABELS[mixed], 1)  # off by one row
    path = tmp_path / f"x.{form}"
    np.savez(path, images=images, labels=labels) if form == "npz" else write(path, images, labels)
    message = refusal(path)
    assert "images 1 to 200 that say as little about them as shuffled labels" in message
    source = datasets.load_file(path, class_names="0123456789").source
    assert "say as little about them as shuffled labels would" in source


def test_a_quarter_with_shuffled_labels_is_found(tmp_path):
    rng = np.random.default_rng(2)
    order = rng.permutation(np.tile(np.arange(200), 5))
    labels = LABELS[order].copy()
    labels[500:750] = rng.permutation(labels[500:750])
    np.savez(tmp_path / "x.npz", images=IMAGES[order], labels=labels)
    assert "labels of the images 501 to 750" in refusal(tmp_path / "x.npz")
    np.savez(tmp_path / "x.npz", images=IMAGES[order], labels=LABELS[order])
    assert len(datasets.load_file(tmp_path / "x.npz")) == 1000


def test_small_digits_anywhere_in_the_image_agree_with_their_labels():
    rng = np.random.default_rng(3)
    labels = rng.permutation(np.repeat(np.arange(10), 200))
    drawn = pen.draw("".join(map(str, labels)), rng=3)
    images = np.zeros_like(drawn)
    for image, one in zip(images, drawn, strict=True):
        top, left = rng.integers(0, 15, 2)
        image[top : top + 14, left : left + 14] = one[::2, ::2]
    assert check_agreement(images, labels, "x", True) == ""
    with pytest.raises(DatasetError, match="shuffled labels"):
        check_agreement(images, rng.permutation(labels), "x", True)


def test_mnist_files_with_other_pictures_are_never_called_mnist(tmp_path):
    write_mnist(tmp_path / "data", clothes(), LABELS)
    with pytest.raises(DatasetError, match="don't look like the digits"):
        datasets.load_mnist()
    write_mnist(tmp_path / "data", IMAGES, LABELS)
    source = datasets.load_digits().source
    assert "named like MNIST's training split, but not all of it" in source
    assert "real digits" not in source


def test_mnist_files_that_are_transposed_are_set_upright_aloud(tmp_path):
    write_mnist(tmp_path / "data", IMAGES.transpose(0, 2, 1), LABELS)
    dataset = datasets.load_mnist()
    np.testing.assert_array_equal(dataset.images[..., 0], IMAGES)
    assert "the images were transposed" in dataset.source


def test_a_label_that_is_last_and_has_no_name_is_not_taken_for_a_pixel(tmp_path):
    rows = np.column_stack([IMAGES.reshape(200, 784), LABELS])
    pd.DataFrame(rows).to_csv(tmp_path / "x.csv", header=False, index=False)
    for names in (None, "0123456789"):
        message = refusal(tmp_path / "x.csv", class_names=names)
        assert "a last column that varies" in message and "names it label" in message


def test_labels_from_1_to_10_are_not_guessed(tmp_path):
    ten = np.where(LABELS == 0, 10, LABELS)
    assert "write 0 in its place" in refusal(write(tmp_path / "x.csv", IMAGES, ten))


@pytest.mark.parametrize("side", [8, 32, 64])
def test_images_of_another_size_are_named(tmp_path, side):
    frame = pd.DataFrame(np.zeros((4, side * side + 1), int))
    for header in (False, True):
        frame.to_csv(tmp_path / "x.csv", index=False, header=header)
        assert f"{side} by {side} pixels: scale" in refusal(tmp_path / "x.csv")
