"""Files as downloads, spreadsheets and macOS leave them: the content decides, not the name."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import numpy as np
import pandas as pd
import pytest
from made_files import assert_same, make_images, write_csv, write_mnist

from course_lib.data import datasets
from course_lib.data.datasets import DatasetError

IMAGES, LABELS = make_images(40), np.arange(40) * 7 % 10


@pytest.fixture
def text(tmp_path):
    """The text of a CSV of 40 digits."""
    return write_csv(tmp_path / "x.csv", IMAGES, LABELS).read_text()


def twice(raw):
    return gzip.compress(gzip.compress(raw))


@pytest.mark.parametrize(
    "pack",
    [twice, lzma.compress, bz2.compress, lambda raw: gzip.compress(lzma.compress(raw))],
    ids=["gzip twice", "xz", "bzip2", "xz in gzip"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_compressed_text_of_any_encoding_is_read(tmp_path, text, pack, encoding):
    path = tmp_path / "train.csv.gz"
    path.write_bytes(pack((text + "\n\n").encode(encoding)))
    assert_same(datasets.load_kaggle_csv(path), IMAGES, LABELS)


def test_idx_files_that_were_compressed_twice(tmp_path):
    write_mnist(tmp_path / "data", IMAGES, LABELS)
    for path in (tmp_path / "data").iterdir():
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert_same(datasets.load_digits(), IMAGES, LABELS)


def test_what_macos_adds_to_a_zip_is_left_out(tmp_path, text):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in ("__MACOSX/d/._train.csv", "d/._train.csv", "d/.DS_Store", "d/train.csv"):
            archive.writestr(name, text if name == "d/train.csv" else b"\0\5\x16\7")
    assert_same(datasets.load_file(tmp_path / "x.zip"), IMAGES, LABELS)


def contents():
    """Yield (content, the words of the message) of files that aren't what their name says."""
    frame = pd.DataFrame({"label": LABELS})
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("train.csv"))
    yield stream.getvalue(), "an archive.*Unpack"
    yield gzip.compress(stream.getvalue(), mtime=0), "an archive.*Unpack"
    stream = io.BytesIO()
    np.save(stream, IMAGES)
    yield stream.getvalue(), "a NumPy array.*ends in .npy"
    yield frame.to_pickle(stream := io.BytesIO()) or stream.getvalue(), "a pickle.*any code"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    yield stream.getvalue(), "an Excel workbook.*CSV UTF-8"
    yield b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 50, "an Excel workbook.*CSV UTF-8"
    yield b"\xef\xbb\xbf<!DOCTYPE html><html>" + b"x" * 900, "a web page"
    yield gzip.compress(b"<!DOCTYPE html><html>" + b"x" * 900, mtime=0), "a web page"
    yield "label,pixel0\n".encode("utf-16-le") * 50, "UTF-16 text without.*Save it as CSV UTF-8"
    yield b"\x28\xb5\x2f\xfd" + bytes(900), "compressed by Zstandard.*Unpack"


@pytest.mark.parametrize("content, words", [pytest.param(*x, id=x[1]) for x in contents()])
def test_another_kind_of_file_under_the_name_of_a_csv_is_named(tmp_path, content, words):
    path = tmp_path / "train.csv"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=f"(?s)train.csv.*found.*{words}"):
        datasets.load_file(path)


@pytest.mark.parametrize("ending", ["npz", "npy", "mat", "parquet", "h5"])
def test_a_csv_under_another_name_is_read_once_it_is_renamed(tmp_path, text, ending):
    pytest.importorskip("pyarrow")
    path = tmp_path / f"x_train.{ending}"
    path.write_text(text)
    (tmp_path / "y_train.npy").write_text(text)
    with pytest.raises(DatasetError, match="found text, which starts with 'label,pixel0.*to .csv"):
        datasets.load_file(path)
    assert_same(datasets.load_file(path.rename(tmp_path / "x.csv")), IMAGES, LABELS)  # the fix


def test_a_zip_that_is_called_npz_and_tables_without_rows(tmp_path, text):
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("train.csv", text)
    with pytest.raises(DatasetError, match="a zip with train.csv in it.*rename it to .zip"):
        datasets.load_file(tmp_path / "x.npz")
    path = (tmp_path / "x.npz").rename(tmp_path / "x.zip")
    assert_same(datasets.load_file(path), IMAGES, LABELS)  # the fix
    pytest.importorskip("pyarrow")
    for cells in ([b"x"], [[0] * 784]):
        frame = pd.DataFrame({"image": cells, "label": [1]})
        frame.iloc[:0].to_parquet(tmp_path / "x.parquet")
        with pytest.raises(DatasetError, match="x.parquet: found no rows"):
            datasets.load_file(tmp_path / "x.parquet")


def test_the_newest_mat_files_are_named(tmp_path):
    """MATLAB writes its own header of 512 bytes in front of the HDF5 file."""
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "x.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file["images"] = IMAGES
    raw = path.read_bytes()
    path.write_bytes(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512) + raw[512:])
    with pytest.raises(DatasetError, match=r"version 7.3 format.*save\('new.mat', '-v7'\)"):
        datasets.load_file(path)
