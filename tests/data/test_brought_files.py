"""Files and folders as other tools leave them: shards, HDF5, codes as names, what isn't read."""

import gzip
import io
import json
import pickle
import re
import string
import zipfile

import numpy as np
import pandas as pd
import pytest
from made_files import assert_same, emnist_parts, idx, make_images, write_csv, write_mnist
from PIL import Image

from course_lib import pen
from course_lib.cli import check
from course_lib.data import datasets
from course_lib.data.characters import characters_of
from course_lib.data.datasets import DatasetError

LABELS = np.arange(200) // 20
IMAGES = pen.draw("".join(str(label) for label in LABELS), rng=7)[..., 0]
REAL, REAL_LABELS = make_images(40), np.arange(40) * 7 % 10


def png(image):
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def write_parquet(path, images, labels, metadata=None):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    cells = [{"bytes": png(image), "path": None} for image in images]
    table = arrow.table({"image": cells, "label": labels})
    parquet.write_table(table.replace_schema_metadata(metadata), path)


def test_all_shards_of_a_parquet_file_are_read_and_the_split_is_chosen(tmp_path):
    folder = tmp_path / "data" / "mnist" / "mnist"
    folder.mkdir(parents=True)
    for shard, rows in enumerate((slice(0, 90), slice(90, 200))):
        write_parquet(folder / f"train-{shard:05}-of-00002.parquet", IMAGES[rows], LABELS[rows])
    write_parquet(folder / "test-00000-of-00001.parquet", REAL, REAL_LABELS)
    for path in (tmp_path / "data", folder / "train-00001-of-00002.parquet"):
        dataset = datasets.load_file(path)
        assert_same(dataset, IMAGES, LABELS)
        assert "2 of its 2 shards are here" in dataset.source
    test = datasets.load_file(tmp_path / "data", "test")
    assert_same(test, REAL, REAL_LABELS)
    assert "shards are here" not in test.source
    (folder / "train-00000-of-00002.parquet").unlink()
    rest = datasets.load_file(folder / "train-00001-of-00002.parquet")
    assert_same(rest, IMAGES[90:], LABELS[90:])
    assert "1 of its 2 shards are here" in rest.source


@pytest.mark.parametrize("names", [["zero", "one", "two"], ["T-shirt", "Trouser", "Pullover"]])
def test_class_names_in_a_parquet_file_are_used(tmp_path, names):
    features = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    write_parquet(tmp_path / "x.parquet", REAL, REAL_LABELS % 3, metadata)
    dataset = datasets.load_file(tmp_path / "x.parquet")
    assert_same(dataset, REAL, REAL_LABELS % 3)
    assert dataset.class_names == (("0", "1", "2") if names[0] == "zero" else tuple(names))


@pytest.mark.parametrize("kind", [int, str])
def test_a_parquet_file_of_kaggles_columns(tmp_path, kind):
    pytest.importorskip("pyarrow")
    frame = pd.read_csv(write_csv(tmp_path / "x.csv", REAL, REAL_LABELS)).astype({"label": kind})
    frame[::-1].to_parquet(tmp_path / "x.parquet")  # with an index that isn't just a range
    dataset = datasets.load_file(tmp_path / "x.parquet")
    assert_same(dataset, REAL[::-1], REAL_LABELS[::-1])
    frame.rename(columns={"pixel3": "pixel4", "pixel4": "pixel3"}).to_parquet(
        tmp_path / "y.parquet"
    )
    with pytest.raises(DatasetError, match="column 5: found the header 'pixel4'"):
        datasets.load_file(tmp_path / "y.parquet")


H5 = {
    "Keras's names": ("x_train", "y_train", "x_test", "y_test"),
    "groups": ("train/images", "train/labels", "test/images", "test/labels"),
}


@pytest.mark.parametrize("names", H5.values(), ids=H5.keys())
def test_h5_files_of_any_names(tmp_path, names):
    h5py = pytest.importorskip("h5py")
    arrays = (IMAGES, LABELS, REAL.reshape(40, 784), REAL_LABELS)
    with h5py.File(tmp_path / "digits.h5", "w") as file:
        for name, array in zip(names, arrays, strict=True):
            file[name] = array
    assert_same(datasets.load_file(tmp_path / "digits.h5"), IMAGES, LABELS)
    assert_same(datasets.load_file(tmp_path / "digits.h5", "test"), REAL, REAL_LABELS)


def test_labels_that_are_text_in_an_npz(tmp_path):
    """scikit-learn's fetch_openml gives '5' for 5."""
    np.savez(tmp_path / "x.npz", data=REAL.reshape(40, 784) * 1.0, target=REAL_LABELS.astype(str))
    assert_same(datasets.load_file(tmp_path / "x.npz"), REAL, REAL_LABELS)
    letters = np.array(list("ABCD"))[REAL_LABELS % 4]
    np.savez(tmp_path / "x.npz", images=REAL, labels=letters)
    with pytest.raises(DatasetError, match="labels that are text, such as.*'A'.*numpy.unique"):
        datasets.load_file(tmp_path / "x.npz")
    names, labels = np.unique(letters, return_inverse=True)  # the fix
    np.savez(tmp_path / "x.npz", images=REAL, labels=labels)
    dataset = datasets.load_file(tmp_path / "x.npz", class_names=list(names))
    assert [dataset.class_names[k] for k in dataset.labels] == letters.tolist()
    np.savez(tmp_path / "x.npz", images=np.zeros((9, 8, 8)), target=np.arange(9))
    with pytest.raises(
        DatasetError, match=r"\[9, 8, 8\].*Scale images of another size to 28 by 28"
    ):
        datasets.load_file(tmp_path / "x.npz")


ALL = string.digits + string.ascii_uppercase + string.ascii_lowercase
FOLDERS = {
    "NIST's by_class": ([f"{ord(c):02x}" for c in ALL], ALL),
    "NIST's by_merge": (["30", "31", "43_63", "4A_6A", "61"], "01CJa"),
    "codes of digits": ([f"{ord(c):02x}" for c in string.digits], string.digits),
    "Chars74K": ([f"Sample{i + 1:03}" for i in range(62)], ALL),
    "words": ("Zero one two three four five six seven eight nine".split(), string.digits),
    "cases": (["A_caps", "B_caps", "a", "b_small"], "ABab"),
    "cases in front": (["upper_A", "lower_a", "capital-B", "lowercase_b", "7"], "AaBb7"),
    "numbers": (["10", "9", "41", "43"], None),
    "a few of Chars74K": (["Sample001", "Sample011"], None),
    "other words": (["ka", "kha", "ga"], None),
    "twice the same": (["a", "lower_a"], None),
}


@pytest.mark.parametrize("names, characters", FOLDERS.values(), ids=FOLDERS.keys())
def test_characters_that_names_stand_for(names, characters):
    assert characters_of(names) == list(characters or names)


@pytest.mark.parametrize("deeper", ["", "/hsf_0"])
def test_folders_with_codes_as_names(tmp_path, deeper):
    for character in "b3Ja":
        folder = tmp_path / "by_class" / f"{ord(character):02x}{deeper}"
        folder.mkdir(parents=True)
        image = pen.draw(character, rng=0)[0, ..., 0]
        Image.fromarray(255 - image).save(folder / "x.png")
    dataset = datasets.load_file(tmp_path / "by_class")
    assert dataset.class_names == tuple("3Jab") and dataset.labels.tolist() == [0, 1, 2, 3]
    expected = [pen.draw(character, rng=0)[0, ..., 0] for character in "3Jab"]
    np.testing.assert_array_equal(dataset.images[..., 0], expected)


def test_folders_of_files_that_other_tools_leave(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    write_mnist(raw, IMAGES, LABELS)
    write_mnist(raw, REAL, REAL_LABELS, "t10k")
    for packed in sorted(raw.glob("*.gz")):  # torchvision keeps both
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
    (tmp_path / "MNIST" / "processed").mkdir()
    (tmp_path / "MNIST" / "processed" / "training.pt").write_bytes(b"PK")
    assert_same(datasets.load_file(tmp_path / "MNIST"), IMAGES, LABELS)
    assert_same(datasets.load_file(tmp_path / "MNIST", "test"), REAL, REAL_LABELS)
    kaggle = tmp_path / "digit-recognizer"
    kaggle.mkdir()
    write_csv(kaggle / "train.csv", IMAGES, LABELS)
    for name in ("test.csv", "sample_submission.csv"):
        (kaggle / name).write_text("ImageId,Label\n1,0\n")
    assert_same(datasets.load_file(kaggle), IMAGES, LABELS)
    for kind in ("letters", "balanced"):
        for name, content in emnist_parts(kind).items():
            (raw / name).write_bytes(content)
    with pytest.raises(DatasetError, match="found the files.*emnist-letters.*path of the file"):
        datasets.load_file(raw)


def test_mnist_in_a_folder_of_another_name_is_known_by_its_images(tmp_path, capsys):
    write_mnist(tmp_path / "data" / "fashion", IMAGES, LABELS)
    dataset = datasets.load_digits()
    assert_same(dataset, IMAGES, LABELS)
    assert "named as for Fashion-MNIST, but its images are digits" in dataset.source
    assert "Passed over" not in capsys.readouterr().out
    assert "MNIST" in check.find_data().text
    write_mnist(tmp_path / "data" / "fashion", IMAGES, np.roll(LABELS, 20))
    assert "drawn by course_lib.pen" in datasets.load_digits().source


def run(message):
    """Run the lines of Python that a message ends with."""
    code = message[message.index("import ") :]
    exec(code, {})


def test_a_pickle_is_converted_by_what_the_message_says(tmp_path):
    """deeplearning.net's mnist.pkl.gz: three pairs of images / 256 and labels."""
    pairs = [(x.reshape(-1, 784).astype("float32") / 256, y) for x, y in
             ((IMAGES, LABELS), (REAL, REAL_LABELS), (REAL, REAL_LABELS))]  # fmt: skip
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(pickle.dumps(tuple(pairs))))
    with pytest.raises(DatasetError, match="found a pickle.*can run any code") as error:
        datasets.load_file(path)
    run(str(error.value))
    assert_same(datasets.load_file("mnist.npz"), IMAGES, LABELS)
    assert_same(datasets.load_file("mnist.npz", "test"), REAL, REAL_LABELS)


@pytest.mark.parametrize("name", ["x.jsonl", "x.json", "x.json.gz"])
def test_json_is_converted_by_what_the_message_says(tmp_path, name):
    rows = [
        {"image": image.ravel().tolist(), "label": int(label)}
        for image, label in zip(REAL, REAL_LABELS, strict=True)
    ]
    text = "\n".join(map(json.dumps, rows)) if name == "x.jsonl" else json.dumps(rows)
    pack = gzip.compress if name.endswith(".gz") else bytes
    (tmp_path / name).write_bytes(pack(text.encode()))
    with pytest.raises(DatasetError, match=f"{re.escape(name)}: found JSON") as error:
        datasets.load_file(tmp_path / name)
    run(str(error.value))
    assert_same(datasets.load_file("digits.npz"), REAL, REAL_LABELS)


UNREAD = {
    "training.pt": "PyTorch.*folder raw.*pip install torch",
    "mnist-test.tfrecord-00000-of-00001": "record format.*pip install tensorflow-d.*split='test'",
    "data-00000-of-00001.arrow": "Arrow.*pip install datasets",
    "x.xlsx": "spreadsheet.*save it as CSV",
    "x.RData": "R's format.*write.csv",
    "EnglishHnd.tgz": "an archive.*Unpack it",
    "x.pickle": "a pickle.*numpy.savez",
    "x.tes": "the ending .tes.*numpy.savez",
}


@pytest.mark.parametrize("name, words", UNREAD.items(), ids=UNREAD.keys())
def test_what_is_not_read_says_how_to_convert_it_and_load_digits_names_it(
    tmp_path, name, words, capsys
):
    path = tmp_path / "data" / name
    path.write_bytes(b"x" * 2000)
    with pytest.raises(DatasetError, match=f"{re.escape(name)}: found .*{words}"):
        datasets.load_file(path)
    if path.suffix in (".pt", ".pickle", ".tgz", ".xlsx", ".RData"):
        datasets.load_digits()
        said = capsys.readouterr().out
        assert re.search(
            f"Passed over {path}: .* isn't read here. load_file.*says what to do", said
        )


def test_a_zip_of_pictures_is_refused_and_pictures_without_classes_too(tmp_path, capsys):
    path = tmp_path / "data" / "mnist_png.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images/train/7/0.png", png(IMAGES[0]))
    with pytest.raises(
        DatasetError, match="a zip of pictures .1 such as.*Unzip it, and give the folder's"
    ):
        datasets.load_file(path)
    (tmp_path / "data" / "7").mkdir()
    (tmp_path / "data" / "7" / "0.png").write_bytes(png(IMAGES[0]))
    datasets.load_digits()
    said = capsys.readouterr().out
    assert f"Passed over {path}: load_digits doesn't look into such files" in said
    assert f"Passed over {tmp_path / 'data'}: load_digits doesn't look into folders of pic" in said


def test_labels_instead_of_images(tmp_path):
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(LABELS))
    with pytest.raises(DatasetError, match="a file of labels.*Give the path of the images"):
        datasets.load_file(tmp_path / "train-labels-idx1-ubyte")
