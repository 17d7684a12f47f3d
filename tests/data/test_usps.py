"""USPS from small files that h5py and bz2 write: usps.h5, usps.bz2 and usps.t.bz2."""

import bz2
import zipfile

import numpy as np
import pytest
from made_files import rewrite

from course_lib.data import datasets
from course_lib.data.datasets import DatasetError

h5py = pytest.importorskip("h5py")


def make_ink(count, seed=0):
    """Return float32 [count, 16, 16] in 0–1: a soft block, wherever chance puts it."""
    rng = np.random.default_rng(seed)
    ink = np.zeros((count, 16, 16), np.float32)
    for image in ink:
        top, left = rng.integers(2, 7), rng.integers(4, 9)
        image[top : top + 8, left : left + 4] = rng.uniform(0.5, 1, (8, 4))
    return ink


def write_h5(path, ink, labels, split="train"):
    with h5py.File(path, "a") as file:
        file[f"{split}/data"] = ink.reshape(len(ink), -1)
        file[f"{split}/target"] = np.asarray(labels, np.int32)
    return path


def write_libsvm(path, ink, labels):
    """Write ink as LIBSVM's site does: a digit plus 1, then 256 values from -1 to 1."""
    lines = []
    for image, label in zip(ink.reshape(len(ink), -1).astype(float) * 2 - 1, labels, strict=True):
        pairs = " ".join(f"{i}:{value:.7g}" for i, value in enumerate(image, 1))
        lines.append(f"{label + 1} {pairs} \n")
    path.write_bytes(bz2.compress("".join(lines).encode()))
    return path


def centre_of_mass(images):
    images = images.reshape(-1, 28, 28).astype(float)
    mass = images.sum(axis=(1, 2))
    rows = (images.sum(axis=2) * np.arange(28)).sum(axis=1) / mass
    return rows, (images.sum(axis=1) * np.arange(28)).sum(axis=1) / mass


def test_both_forms_give_the_same_digits(tmp_path, capsys):
    ink, labels = make_ink(12), np.arange(12) % 10
    path = write_libsvm(tmp_path / "data" / "usps.bz2", ink, labels)
    from_libsvm = datasets.load_usps()
    path.unlink()
    (tmp_path / "data" / "usps").mkdir()
    write_h5(tmp_path / "data" / "usps" / "usps.h5", ink, labels)
    from_h5 = datasets.load_usps("train")
    assert "12 real digits of USPS's training split" in capsys.readouterr().out
    assert "".join(from_h5.class_names) == "0123456789"
    for dataset in (from_h5, from_libsvm):
        assert dataset.images.dtype == np.uint8 and dataset.images.shape == (12, 28, 28, 1)
        assert dataset.labels.dtype == np.int64 and dataset.labels.tolist() == labels.tolist()
    assert np.abs(from_h5.images.astype(int) - from_libsvm.images).max() <= 2  # 7 digits of text


def test_digits_have_the_size_and_the_place_of_mnist(tmp_path):
    ink = make_ink(40)
    write_h5(tmp_path / "data" / "usps.h5", ink, np.arange(40) % 10)
    images = datasets.load_usps().images
    for place in centre_of_mass(images):  # in MNIST's digits 14.0, give or take half a pixel
        assert np.abs(place - 14).max() <= 0.5 + 1e-6
    # 8 by 4 pixels of 16 become 10 by 5 of 20, and ink grows with the area.
    tall, broad = (np.ptp(np.nonzero(image[..., 0] > 100), axis=1) + 1 for image in images[:2])
    assert abs(tall - [10, 5]).max() <= 1 and abs(broad - [10, 5]).max() <= 1
    growth = images.sum(axis=(1, 2, 3)) / 255 / ink.sum(axis=(1, 2))
    np.testing.assert_allclose(growth, (20 / 16) ** 2, rtol=0.05)


def test_a_digit_in_a_corner_moves_towards_the_middle_and_stays_whole(tmp_path):
    ink = np.zeros((2, 16, 16), np.float32)
    ink[0, :4, :4] = ink[1, 12:, 12:] = 1
    write_h5(tmp_path / "data" / "usps.h5", ink, [1, 2])
    first, last = datasets.load_usps().images[..., 0] / 255
    np.testing.assert_allclose([first.sum(), last.sum()], 16 * (20 / 16) ** 2, rtol=0.05)
    np.testing.assert_array_equal(last, first[::-1, ::-1])
    assert first[8:12, 8:12].min() > 0.5 and first[:8].max() == 0  # as far as the box can move


def test_a_digit_stays_upright_and_white_on_black(tmp_path):
    ink = np.zeros((1, 16, 16), np.float32)
    ink[0, :, 4:6] = ink[0, :2, 4:14] = ink[0, 7:9, 4:10] = 1  # an F
    write_h5(tmp_path / "data" / "usps.h5", ink, [5])
    image = datasets.load_usps().images[0, ..., 0]
    assert image[0].max() == image[:, 0].max() == image[:, -1].max() == 0 and image.max() > 240
    rows, columns = (np.flatnonzero((image > 100).any(axis=axis)) for axis in (1, 0))
    letter = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] > 100
    assert letter[0].all() and letter[:, 0].all()  # the upper bar and the stem
    assert letter[-1].sum() <= 4  # nothing but the stem at the bottom


def test_an_absent_feature_is_0_and_the_split_that_is_there_is_taken(tmp_path):
    pairs = " ".join(f"{i}:-1" for i in range(1, 257) if i != 120)
    text = f"3 {pairs}\n10 {pairs.replace('1:-1 ', '', 1)}"  # without the last line end
    (tmp_path / "data" / "usps.t.bz2").write_bytes(bz2.compress(text.encode()))
    dataset = datasets.load_usps()
    assert dataset.labels.tolist() == [2, 9]
    assert 100 < dataset.images[0].max() <= 128  # 0 in -1 to 1 is grey
    assert "test split" in dataset.source and "no training split found" in dataset.source
    with pytest.raises(DatasetError, match="USPS: found no such file.*usps.bz2.*data/README"):
        datasets.load_usps("train")
    with pytest.raises(DatasetError, match="'train', 'test' or None"):
        datasets.load_usps("both")


PAIRS = b" ".join(b"%d:-1" % i for i in range(1, 257))
BAD_ROWS = {
    "label 0": (b"0 " + PAIRS, ["row 2, label", "the label 0", "1 to 10"]),
    "label 11": (b"11 " + PAIRS, ["row 2, label", "the label 11", "1 to 10"]),
    "label -1": (b"-1 " + PAIRS, ["row 2, label", "'-1'", "a whole number"]),
    "no label": (PAIRS, ["row 2, label", "'1:-1'"]),
    "empty": (b"", ["row 2, label", "''"]),
    "label alone": (b"3", ["row 2", "without values"]),
    "index 257": (b"3 " + PAIRS + b" 257:1", ["row 2", "the index 257"]),
    "index 300": (b"3 1:-1 300:1", ["row 2", "the index 300", "2 to 256"]),
    "index 0": (b"3 0:-1 2:1", ["row 2", "the index 0", "1 to 256"]),
    "twice": (b"3 5:-1 5:1", ["row 2", "the index 5", "6 to 256"]),
    "1.5": (b"3 1:-1 2:1.5", ["row 2, index 2", "the value 1.5", "-1 to 1"]),
    "nan": (b"3 1:-1 2:nan", ["row 2, index 2", "the value nan", "-1 to 1"]),
    "no colon": (b"3 1:-1 2", ["row 2", "'2'", "index:value"]),
    "word": (b"3 1:-1 2:x", ["row 2", "'2:x'", "index:value"]),
}


@pytest.mark.parametrize("row, words", BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_bad_row_is_named(tmp_path, row, words):
    rows = b"\n".join([b"1 " + PAIRS, row, b"2 " + PAIRS]) + b"\n"
    (tmp_path / "data" / "usps.bz2").write_bytes(bz2.compress(rows))
    with pytest.raises(DatasetError) as error:
        datasets.load_usps()
    for word in ["usps.bz2", "found", "expected", "Download it again", *words]:
        assert word in str(error.value)


def test_a_damaged_bz2_is_refused(tmp_path):
    path = write_libsvm(tmp_path / "data" / "usps.bz2", make_ink(20), np.arange(20) % 10)
    whole = path.read_bytes()
    flipped = whole[:500] + bytes([whole[500] ^ 255]) + whole[501:]
    for damaged in (whole[:-10], whole[: len(whole) // 2], flipped):
        path.write_bytes(damaged)
        with pytest.raises(DatasetError, match="usps.bz2: found.*cannot be read to its end"):
            datasets.load_usps()
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(DatasetError, match="usps.bz2: found a web page"):
        datasets.load_usps()


def with_value(value):
    ink = make_ink(4).reshape(4, 256)
    ink[2, 17] = value
    return ink


GOOD = make_ink(4).reshape(4, 256)
BAD_ARRAYS = {
    "shape": ({"data": GOOD[:, :255], "target": np.arange(4)}, ["[4, 255]", "[N, 256]"]),
    "counts": ({"data": GOOD, "target": np.arange(3)}, ["[4, 256]", "[3]"]),
    "scalar": ({"data": GOOD, "target": 3}, ["train/target []", "[N]"]),
    "bytes": ({"data": (GOOD * 255).astype(np.uint8), "target": np.arange(4)}, ["uint8"]),
    "255": ({"data": GOOD * 255, "target": np.arange(4)}, ["item 0, pixel", "0 to 1"]),
    "nan": ({"data": with_value(np.nan), "target": np.arange(4)}, ["item 2, pixel 17", "nan"]),
    "below 0": ({"data": with_value(-1), "target": np.arange(4)}, ["item 2, pixel 17", "-1.0"]),
    "label 10": ({"data": GOOD, "target": [0, 1, 10, 2]}, ["target, item 2", "10", "0 to 9"]),
    "half labels": ({"data": GOOD, "target": np.arange(4) / 2}, ["target of float64"]),
    "no target": ({"data": GOOD}, ["['train/data']", "train/target too"]),
    "a group": ({"data/x": GOOD, "target": np.arange(4)}, ["train/data too"]),
}


@pytest.mark.parametrize("arrays, words", BAD_ARRAYS.values(), ids=BAD_ARRAYS.keys())
def test_a_bad_array_is_named(tmp_path, arrays, words):
    with h5py.File(tmp_path / "data" / "usps.h5", "w") as file:
        for name, array in arrays.items():
            file[f"train/{name}"] = array
    with pytest.raises(DatasetError) as error:
        datasets.load_usps()
    for word in ["usps.h5", "found", "expected", *words]:
        assert word in str(error.value)


def test_a_damaged_h5_is_refused(tmp_path):
    path = write_h5(tmp_path / "data" / "usps.h5", make_ink(20), np.arange(20) % 10)
    with pytest.raises(DatasetError, match="test/data too"):
        datasets.load_usps("test")
    rewrite(path, lambda raw: raw[: len(raw) // 2])
    with pytest.raises(DatasetError, match="usps.h5: found a damaged file.*Download it again"):
        datasets.load_usps()
    for other in (b"1 1:-1\n", b""):
        path.write_bytes(other)
        with pytest.raises(DatasetError, match="usps.h5: found (another format|an empty file)"):
            datasets.load_usps()


def test_unpacked_files_are_found(tmp_path):
    row = " ".join(f"{i}:{-1}" for i in range(1, 257))
    (tmp_path / "data" / "usps.t").write_text(f"3 {row}\n10 {row}\n")
    digits = datasets.load_usps()
    assert digits.labels.tolist() == [2, 9] and "test split" in digits.source


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_a_file_without_rows_is_refused(tmp_path, content):
    (tmp_path / "data" / "usps.bz2").write_bytes(bz2.compress(content))
    with pytest.raises(DatasetError, match=r"usps\.bz2.*no rows"):
        datasets.load_usps()


def test_a_zip_that_is_called_bz2_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "data" / "usps.bz2", "w") as archive:
        archive.writestr("usps", "1 1:1")
    with pytest.raises(DatasetError, match=r"usps\.bz2"):
        datasets.load_usps()
