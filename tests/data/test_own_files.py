"""Files and folders that users bring, written by other libraries: NumPy, SciPy, Arrow, Pillow."""

import gzip
import io
import sys
import zipfile

import numpy as np
import pytest
from made_files import assert_same, idx
from PIL import Image
from scipy.io import savemat

from course_lib import pen
from course_lib.data import datasets
from course_lib.data.datasets import DatasetError

LABELS = np.arange(200) // 20
IMAGES = pen.draw("".join(str(label) for label in LABELS), rng=4)[..., 0]
FLAT, DEEP = IMAGES.reshape(200, 784), IMAGES[..., None]

NPZ = {
    "Keras's": {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:9], "y_test": LABELS[:9]},
    "images and labels": {"images": DEEP, "labels": LABELS},
    "X and y": {"X": FLAT, "y": LABELS[:, None]},
    "one-hot": {
        "training_images": FLAT[..., None],
        "training_labels": np.eye(10)[LABELS],
        "test_images": FLAT[:9],
        "test_labels": np.eye(10)[LABELS[:9]],
    },
    "channels first": {"data": IMAGES[:, None], "target": LABELS.astype("uint8")},
    "whole floats": {"images": FLAT.astype("float32"), "labels": LABELS.astype(float)},
    "validation": {"x_train": IMAGES, "y_train": LABELS, "x_val": IMAGES[:9], "y_val": LABELS[:9]},
    "names and writers": {"images": IMAGES, "labels": LABELS, "names": np.array(["a", "b"])},
}


@pytest.mark.parametrize("arrays", NPZ.values(), ids=NPZ.keys())
def test_npz_of_any_keys_and_shapes(tmp_path, arrays):
    np.savez(tmp_path / "x.npz", **arrays)
    assert_same(datasets.load_file(tmp_path / "x.npz"), IMAGES, LABELS)
    if any("test" in name for name in arrays):
        test = datasets.load_file(tmp_path / "x.npz", split="test")
        assert_same(test, IMAGES[:9], LABELS[:9])
    (tmp_path / "x.npz").rename(tmp_path / "data" / "mnist.npz")
    assert_same(datasets.load_digits(), IMAGES, LABELS)


def test_npz_without_names_in_keras_order(tmp_path):
    np.savez(tmp_path / "x.npz", IMAGES, LABELS, IMAGES[:9], LABELS[:9])
    assert_same(datasets.load_file(tmp_path / "x.npz"), IMAGES, LABELS)
    assert_same(datasets.load_file(tmp_path / "x.npz", "test"), IMAGES[:9], LABELS[:9])


BAD_NPZ = {
    "two of a kind": ({"a": IMAGES, "b": IMAGES, "labels": LABELS}, "images.*here 2"),
    "no labels": ({"images": IMAGES}, "labels.*here 0"),
    "27 pixels": ({"images": IMAGES[:, 1:], "labels": LABELS}, r"images \[200, 27, 28\]"),
    "normalised": ({"x": (FLAT / 255 - 0.13) / 0.31, "y": LABELS}, "from -0.4.*normalisation"),
    "nan": ({"x": FLAT * np.nan, "y": LABELS}, "aren't numbers"),
    "half labels": (
        {"x": FLAT, "y": LABELS / 2},
        "the first of 100 wrong labels",
    ),
    "two ones": ({"x": FLAT, "y": np.ones((200, 10))}, "one 1 in each row"),
    "objects": ({"x": np.array([IMAGES, 1], object), "y": LABELS}, "isn't plain.*numpy.savez"),
    "47 classes of 60": ({"x": FLAT, "y": LABELS * 6}, "labels up to 54.*class_names="),
}


@pytest.mark.parametrize("arrays, words", BAD_NPZ.values(), ids=BAD_NPZ.keys())
def test_bad_npz_is_named(tmp_path, arrays, words):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(DatasetError, match=f"x.npz.*found.*{words}"):
        datasets.load_file(tmp_path / "x.npz")


@pytest.mark.parametrize(
    "images, labels",
    [("images", "labels"), ("x_train", "y_train"), ("X", "y"), ("train_images", "train_labels")],
)
def test_a_pair_of_npy_files(tmp_path, images, labels):
    np.save(tmp_path / f"{images}.npy", FLAT)
    with pytest.raises(DatasetError, match="no .npy file of labels beside it.*labels.npy"):
        datasets.load_file(tmp_path / f"{images}.npy")
    np.save(tmp_path / f"{labels}.npy", LABELS)
    assert_same(datasets.load_file(tmp_path / f"{images}.npy"), IMAGES, LABELS)


def emnist_part(images, labels):
    """Return a split as EMNIST's MATLAB files have it: rows of 784, column by column."""
    columns = np.stack([image.flatten(order="F") for image in images])
    return {"images": columns, "labels": labels[:, None].astype(np.uint8), "writers": labels}


@pytest.mark.parametrize("count", [2, 20])  # 52 images are too few to see that they're transposed
def test_mat_files_of_emnist(tmp_path, count):
    letters = np.repeat(np.arange(26), count)
    images = pen.draw("".join(chr(97 + k) for k in letters), rng=2)[..., 0]
    mapping = np.array([[k + 1, 65 + k, 97 + k] for k in range(26)])
    parts = {
        "train": emnist_part(images, letters + 1),
        "test": emnist_part(images[:9], letters[:9]),
    }
    savemat(tmp_path / "letters.mat", {"dataset": parts | {"mapping": mapping}})
    dataset = datasets.load_file(tmp_path / "letters.mat")
    assert_same(dataset, images, letters)
    assert "".join(dataset.class_names) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_mat_files_with_an_image_in_each_column(tmp_path):
    """As mnist-original.mat, which scikit-learn once downloaded."""
    content = {"data": FLAT.T, "label": LABELS[None].astype(float), "order": "label data"}
    savemat(tmp_path / "mnist-original.mat", content)
    assert_same(datasets.load_file(tmp_path / "mnist-original.mat"), IMAGES, LABELS)


def test_bad_mat_files_are_named(tmp_path):
    for content, words in (
        ({"X": IMAGES}, "images.*here 1.*labels.*here 0"),
        ({"dataset": {"images": FLAT}}, "no 'train'.*emnist-letters.mat"),
        ({"dataset": {"train": emnist_part(IMAGES[:, 1:], LABELS)}}, r"images \[200, 756\]"),
    ):
        savemat(tmp_path / "x.mat", content)
        with pytest.raises(DatasetError, match=f"x.mat: found.*{words}"):
            datasets.load_file(tmp_path / "x.mat")
    (tmp_path / "x.mat").write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(DatasetError, match="version 7.3.*'-v7'"):
        datasets.load_file(tmp_path / "x.mat")
    (tmp_path / "x.mat").write_bytes(b"nothing of the kind" * 20)
    with pytest.raises(DatasetError, match="x.mat: found text, which starts with 'nothing"):
        datasets.load_file(tmp_path / "x.mat")


def encode(image, form="PNG"):
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, form)
    return stream.getvalue()


@pytest.mark.parametrize("in_struct", [True, False])
def test_parquet_of_hugging_face(tmp_path, in_struct):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    cells = [encode(image) for image in IMAGES]
    cells = [{"bytes": cell, "path": None} for cell in cells] if in_struct else cells
    table = arrow.table({"image": cells, "label": LABELS})
    parquet.write_table(table, tmp_path / "train-00000-of-00001.parquet")
    assert_same(datasets.load_file(tmp_path / "train-00000-of-00001.parquet"), IMAGES, LABELS)
    parquet.write_table(arrow.table({"pixel0": [1], "label": [0]}), tmp_path / "x.parquet")
    with pytest.raises(DatasetError, match="2 columns: pixel0.*drop the others"):
        datasets.load_file(tmp_path / "x.parquet")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DatasetError, match="x.parquet: found a damaged file"):
        datasets.load_file(tmp_path / "x.parquet")


def test_a_package_that_is_missing_is_named(tmp_path, monkeypatch):
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DatasetError, match="the package pyarrow.*pip install pyarrow"):
        datasets.load_file(tmp_path / "x.parquet")


def write_folder(folder, change=lambda image: image, ending="png", names="0123456789"):
    for number, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True)):
        inner = folder / names[label]
        inner.mkdir(parents=True, exist_ok=True)
        Image.fromarray(change(image)).save(inner / f"{number:03}.{ending}")
    return folder


PICTURES = {
    "as they are": (lambda image: image, False),
    "white paper": (lambda image: 255 - image, True),
    "five times as big": (lambda image: np.kron(255 - image, np.ones((5, 5), np.uint8)), True),
    "colour": (lambda image: np.stack([image] * 3, axis=-1), False),
    "black ink, transparent": (
        lambda image: np.stack([image * 0, image * 0, image * 0, image], axis=-1),
        True,
    ),
    "one bit": (lambda image: image > 127, False),
    "16 bits": (lambda image: image.astype(np.uint16) * 257, False),
}


@pytest.mark.parametrize("change, is_inverted", PICTURES.values(), ids=PICTURES.keys())
def test_a_folder_of_pictures_for_each_class(tmp_path, change, is_inverted):
    folder = write_folder(tmp_path / "mine", change)
    (folder / "notes").mkdir()
    (folder / "0" / "Thumbs.db").touch()
    (folder / ".DS_Store").touch()
    dataset = datasets.load_file(folder)
    expected = np.where(IMAGES > 127, 255, 0) if change(IMAGES[0]).dtype == bool else IMAGES
    assert_same(dataset, expected, LABELS)
    assert "".join(dataset.class_names) == "0123456789"
    assert ("200 of them, dark ink on white paper, were inverted" in dataset.source) == is_inverted


def test_pictures_of_any_shape_keep_theirs(tmp_path):
    """A wide picture gets paper above and below; JPEG's losses are small."""
    wide = write_folder(tmp_path / "wide", lambda x: np.pad(255 - x, ((0, 0), (14, 14)), "edge"))
    shrunk = datasets.load_file(wide).images[..., 0].astype(int)
    assert shrunk[:, :7].max() == 0 and shrunk[:, 7:21].max() > 100
    photos = write_folder(tmp_path / "photos", lambda x: 255 - x, "jpg")
    assert np.abs(datasets.load_file(photos).images[..., 0].astype(int) - IMAGES).mean() < 3


def test_thin_strokes_of_a_big_picture_stay_visible_and_grey_paper_is_refused(tmp_path):
    def thin(image):
        return 255 - np.kron(image // 200 * 255, np.pad(np.ones((2, 2), np.uint8), 4))

    images = datasets.load_file(write_folder(tmp_path / "thin", thin)).images[..., 0]
    np.testing.assert_array_equal(images > 127, IMAGES >= 200)
    write_folder(tmp_path / "grey", lambda image: np.minimum(190, 255 - image))
    with pytest.raises(DatasetError, match="a grey border.*subtract its grey"):
        datasets.load_file(tmp_path / "grey")


def test_folders_of_splits_and_names_of_folders(tmp_path):
    write_folder(tmp_path / "png" / "training", names="abcdefghij")
    write_folder(tmp_path / "png" / "testing", lambda image: image.T, names="abcdefghij")
    dataset = datasets.load_file(tmp_path / "png", class_names="0123456789")
    assert_same(dataset, IMAGES, LABELS)
    test = datasets.load_file(tmp_path / "png", "test", "0123456789")
    assert_same(test, IMAGES, LABELS)
    assert "transposed" in test.source
    for number in range(10):
        (tmp_path / "png" / "training" / "abcdefghij"[number]).rename(tmp_path / str(number + 2))
    for other in ("png", "data"):
        (tmp_path / other).rename(tmp_path.parent / f"{tmp_path.name}-{other}")
    names = datasets.load_file(tmp_path).class_names
    assert names == tuple(str(number) for number in range(2, 12))  # not 10, 11, 2, ...


def test_bad_folders_are_named(tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    (flat / "0_1.png").write_bytes(encode(IMAGES[0]))
    with pytest.raises(
        DatasetError, match="flat: found pictures in no subfolder.*name of the class"
    ):
        datasets.load_file(flat)
    folder = write_folder(tmp_path / "mine")
    (folder / "3" / "x.png").write_bytes(encode(IMAGES[0])[:60])
    with pytest.raises(DatasetError, match="x.png: found a file that isn't a whole picture"):
        datasets.load_file(folder)


def test_idx_files_in_every_wrapping(tmp_path):
    plain = [gzip.decompress(idx(array)) for array in (IMAGES, LABELS)]
    names = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
    folder = tmp_path / "data" / "a" / "b" / "c" / "d" / "e" / "f"  # at any depth
    for name, raw in zip(names, plain, strict=True):  # as some tools unpack: one folder each
        (folder / name).mkdir(parents=True)
        (folder / name / name).write_bytes(raw)
    assert_same(datasets.load_mnist(), IMAGES, LABELS)
    assert_same(datasets.load_file(folder / names[0] / names[0]), IMAGES, LABELS)
    (folder / names[1] / names[1]).rename(folder / names[0] / "train-labels-idx1-ubyte")
    (folder / names[0] / (names[0] + ".gz")).write_bytes(idx(IMAGES))  # plain beside gz
    assert_same(datasets.load_mnist(), IMAGES, LABELS)


@pytest.mark.parametrize("dot", ["-", "."])
@pytest.mark.parametrize("pack", [idx, lambda array: gzip.decompress(idx(array))])
def test_idx_files_in_a_zip(tmp_path, dot, pack):
    path = tmp_path / "data" / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for split, rows in (("train", slice(None)), ("t10k", slice(9))):
            archive.writestr(f"m/{split}-images{dot}idx3-ubyte", pack(IMAGES[rows]))
            archive.writestr(f"m/{split}-labels{dot}idx1-ubyte", pack(LABELS[rows]))
    for load in (datasets.load_mnist, lambda split: datasets.load_file(path, split)):
        assert_same(load("train"), IMAGES, LABELS)
        assert_same(load("test"), IMAGES[:9], LABELS[:9])


def test_labels_with_another_name_and_missing_labels(tmp_path):
    images = tmp_path / "data" / "t10k-images-idx3-ubyte.gz"
    images.write_bytes(idx(IMAGES))
    with pytest.raises(DatasetError, match="labels-idx1.*no such file.*Download the labels"):
        datasets.load_digits()
    labels = images.with_name("t10k-labels-idx3-ubyte.gz")  # a common slip
    labels.write_bytes(idx(LABELS))
    assert_same(datasets.load_digits(), IMAGES, LABELS)
    labels = labels.rename(labels.with_name("t10k-labels-idx1-ubyte"))  # gzipped all the same
    assert_same(datasets.load_digits(), IMAGES, LABELS)
    with pytest.raises(DatasetError, match="These are labels. Give the path of the images"):
        datasets.load_file(labels)


def test_other_files_are_refused_with_what_is_accepted(tmp_path):
    (tmp_path / "mnist.pkl.gz").write_bytes(b"\x80\x04")
    with pytest.raises(DatasetError, match="found a pickle.*A pickle can run any code.*savez"):
        datasets.load_file(tmp_path / "mnist.pkl.gz")
    with pytest.raises(DatasetError, match="none.npz: found no such file.*spelling"):
        datasets.load_file(tmp_path / "none.npz")
    with pytest.raises(DatasetError, match="split 'valid'"):
        datasets.load_file(tmp_path, "valid")
