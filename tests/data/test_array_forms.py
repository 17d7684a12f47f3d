"""Arrays in the shapes of MATLAB, SciPy and h5 files; arrays that hold no images of 28 by 28."""

import numpy as np
import pandas as pd
import pytest
from made_files import assert_same
from scipy import sparse
from scipy.io import savemat

from course_lib import pen
from course_lib.data import datasets
from course_lib.data.datasets import DatasetError

LABELS = np.arange(200) // 20
IMAGES = pen.draw("".join(str(label) for label in LABELS), rng=9)[..., 0]
FLAT = IMAGES.reshape(200, 784)

FORMS = {
    "one after another": {"X": IMAGES, "y": LABELS},
    "image by image last": {"X": IMAGES.transpose(1, 2, 0), "y": LABELS[:, None]},
    "columns": {"X": FLAT.T, "y": LABELS[None]},
    "order F": {"X": np.asfortranarray(IMAGES), "y": LABELS},
    "numbers beside the labels": {"X": IMAGES, "labels": LABELS, "drawers": LABELS % 7},
    "names beside the labels": {"X": IMAGES, "y": LABELS, "classes": np.arange(10)},
    "an array for each class": {f"train{k}": FLAT[LABELS == k] for k in range(10)},
}


@pytest.mark.parametrize("arrays", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("ending", ["npz", "mat", "h5"])
def test_images_come_upright_and_with_their_labels(tmp_path, arrays, ending):
    path = tmp_path / f"x.{ending}"
    if ending == "npz":
        np.savez(path, **arrays)
    elif ending == "mat":
        savemat(path, arrays)
    else:
        write_h5(path, arrays)
    assert_same(datasets.load_file(path), IMAGES, LABELS)


def test_one_image_with_a_1_among_zeros_is_no_row_of_labels(tmp_path):
    np.savez(tmp_path / "x.npz", X=IMAGES[60:61], y=np.eye(10)[[3]])
    assert_same(datasets.load_file(tmp_path / "x.npz"), IMAGES[60:61], [3])


def write_h5(path, arrays):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array


def test_images_that_matlab_stores_by_columns_are_set_upright_aloud(tmp_path):
    savemat(tmp_path / "x.mat", {"X": IMAGES.transpose(2, 1, 0), "y": LABELS})
    dataset = datasets.load_file(tmp_path / "x.mat")
    assert_same(dataset, IMAGES, LABELS)
    assert "transposed" in dataset.source and "set upright" in dataset.source


def test_labels_of_text_in_an_h5_file(tmp_path):
    h5py = pytest.importorskip("h5py")
    labels = np.array([str(label) for label in LABELS], h5py.string_dtype())
    write_h5(tmp_path / "x.h5", {"images": IMAGES, "labels": labels})
    assert_same(datasets.load_file(tmp_path / "x.h5"), IMAGES, LABELS)


def test_a_validation_split_is_the_test_split_only_if_there_is_no_other(tmp_path):
    parts = {"train_images": IMAGES, "train_labels": LABELS}
    parts |= {"val_images": IMAGES[::4], "val_labels": LABELS[::4]}
    np.savez(tmp_path / "x.npz", **parts)
    assert_same(datasets.load_file(tmp_path / "x.npz", "test"), IMAGES[::4], LABELS[::4])
    np.savez(tmp_path / "x.npz", **parts, test_images=IMAGES[::2], test_labels=LABELS[::2])
    assert_same(datasets.load_file(tmp_path / "x.npz", "test"), IMAGES[::2], LABELS[::2])
    assert_same(datasets.load_file(tmp_path / "x.npz"), IMAGES, LABELS)


def test_mat_files_with_structs_and_cells(tmp_path):
    cells = np.empty((1, 200), object)
    cells[0] = list(IMAGES)
    for content in ({"data": {"images": IMAGES, "labels": LABELS}}, {"X": cells, "y": LABELS}):
        savemat(tmp_path / "x.mat", content)
        assert_same(datasets.load_file(tmp_path / "x.mat"), IMAGES, LABELS)


NO_IMAGES = {
    "colour": ({"X": np.stack([IMAGES] * 3, -1), "y": LABELS}, "in colour: save one grey value"),
    "32 by 32": ({"X": np.zeros((9, 32, 32)), "y": LABELS[:9]}, "seem to be 32 by 32 pixels"),
    "20 by 20": ({"X": np.zeros((9, 400)), "y": LABELS[:9]}, "seem to be 20 by 20 pixels"),
    "none": ({"X": IMAGES[:0], "y": LABELS[:0]}, "X is empty"),
    "no labels": ({"X": IMAGES}, "Save the labels as an array .N., one for each image"),
    "text": ({"X": IMAGES, "y": np.array(["A"] * 200)}, "such as 'A',"),
    "-1": ({"X": IMAGES, "y": LABELS - 1}, "y, item 0: found the label -1, the first of 20 wrong"),
}


@pytest.mark.parametrize("arrays, words", NO_IMAGES.values(), ids=NO_IMAGES.keys())
def test_what_is_missing_is_named(tmp_path, arrays, words):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(DatasetError, match=words):
        datasets.load_file(tmp_path / "x.npz")


def message(path):
    with pytest.raises(DatasetError) as error:
        datasets.load_file(path)
    return str(error.value)


def test_the_fix_for_other_arrays_is_true(tmp_path, monkeypatch):
    """Each fix is carried out as the message says, and the file is loaded."""
    monkeypatch.chdir(tmp_path)
    table = np.column_stack([LABELS, FLAT])
    np.savez("x.npz", data=table)
    assert "numpy.savez(file, images=data[:, 1:], labels=data[:, 0])" in message("x.npz")
    np.savez("x.npz", images=table[:, 1:], labels=table[:, 0])
    assert_same(datasets.load_file("x.npz"), IMAGES, LABELS)
    sparse.save_npz("s.npz", sparse.csr_matrix(FLAT))
    assert "scipy.sparse.load_npz(path).toarray()" in message("s.npz")
    np.savez("x.npz", images=sparse.load_npz("s.npz").toarray(), labels=LABELS)
    assert_same(datasets.load_file("x.npz"), IMAGES, LABELS)
    np.savez("x.npz", images=IMAGES.astype(np.uint16) * 257, labels=LABELS)
    assert "(images // 257).astype('uint8')" in message("x.npz")
    for signed in (IMAGES.view(np.int8), (IMAGES.astype(int) - 128).astype(np.int8)):
        np.savez("x.npz", images=signed, labels=LABELS)
        undone = message("x.npz").partition("unsigned bytes: ")[2].rstrip(".")
        np.savez("x.npz", images=eval(undone, {"images": signed}), labels=LABELS)
        assert_same(datasets.load_file("x.npz"), IMAGES, LABELS)
    np.savez("x.npz", x_test=IMAGES, y_test=LABELS)
    assert "split='test'" in message("x.npz")
    assert_same(datasets.load_file("x.npz", "test"), IMAGES, LABELS)
    np.save("train.npy", table)
    assert "numpy.savetxt('x.csv', table, fmt='%d', delimiter=',')" in message("train.npy")
    np.savetxt("x.csv", table, fmt="%d", delimiter=",")
    assert_same(datasets.load_kaggle_csv("x.csv"), IMAGES, LABELS)


@pytest.mark.parametrize("form", ["npz", "csv with a header", "csv"])
def test_labels_from_1_to_10_are_not_letters(tmp_path, form):
    """Andrew Ng's course writes 10 for the digit 0."""
    labels = np.where(LABELS == 0, 10, LABELS)
    path = tmp_path / f"x.{form[:3]}"
    if form == "npz":
        np.savez(path, X=FLAT, y=labels)
    else:
        frame = pd.DataFrame(FLAT, columns=[f"pixel{i}" for i in range(784)])
        frame.insert(0, "label", labels)
        frame.to_csv(path, index=False, header=form != "csv")
    assert "class_names='1234567890'" in message(path)
    dataset = datasets.load_file(path, class_names="1234567890")  # the fix
    assert [dataset.class_names[k] for k in dataset.labels] == [str(k) for k in LABELS]
