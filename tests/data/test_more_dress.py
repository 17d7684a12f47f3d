"""More ways to write the same images: labels, row names and folders as tools and people do."""

import zipfile

import numpy as np
import pandas as pd
import pytest
from made_files import HEADER, assert_same, lines_of, write_mnist
from PIL import Image

from course_lib import pen
from course_lib.data import datasets
from course_lib.data.characters import characters_of
from course_lib.data.datasets import DatasetError

LABELS = np.arange(200) // 20
IMAGES = pen.draw("".join(str(label) for label in LABELS), rng=11)[..., 0]
LETTER_LABELS = np.arange(260) // 10
LETTERS = pen.draw("".join(chr(65 + label) for label in LETTER_LABELS), rng=12)[..., 0]
LINES = lines_of(IMAGES, LABELS)
R_HEADER = " ".join(f'"{name}"' for name in HEADER.split(","))
TEXTS = {
    "savetxt's header": "\n".join([f"# {HEADER}", *LINES]),
    "bars": "\n".join([HEADER, *LINES]).replace(",", "|"),
    "R's write.table": "\n".join(
        [R_HEADER, *(f'"{i}" {line}' for i, line in enumerate(LINES, 1))]
    ).replace(",", " "),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_tables_of_other_programs(tmp_path, text):
    (tmp_path / "x.txt").write_text(text)
    assert_same(datasets.load_file(tmp_path / "x.txt"), IMAGES, LABELS)


@pytest.mark.parametrize("place", [0, 784])
def test_letters_as_labels_without_a_header(tmp_path, place):
    frame = pd.DataFrame(LETTERS.reshape(260, 784))
    frame.insert(place, "label", [chr(65 + label) for label in LETTER_LABELS])
    frame.to_csv(tmp_path / "x.csv", index=False, header=False)
    dataset = datasets.load_kaggle_csv(tmp_path / "x.csv")
    assert_same(dataset, LETTERS, LETTER_LABELS)
    assert dataset.class_names == tuple(datasets.LETTERS)
    (tmp_path / "y.csv").write_text((tmp_path / "x.csv").read_text() + "A,1\n")
    with pytest.raises(DatasetError, match="row 261: found 2 columns"):
        datasets.load_kaggle_csv(tmp_path / "y.csv")


def test_empty_rows_that_a_spreadsheet_adds_are_to_be_deleted(tmp_path):
    text = "\n".join([HEADER, *LINES, "," * 784])
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(DatasetError, match="row 202: found empty cells only.*Delete the row"):
        datasets.load_kaggle_csv(tmp_path / "x.csv")


def test_a_transposed_table_is_turned_by_what_the_message_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("\n".join([HEADER, *LINES]))
    pd.read_csv("t.csv", header=None).T.to_csv("t.csv", header=False, index=False)
    with pytest.raises(DatasetError, match="seems to be transposed") as error:
        datasets.load_kaggle_csv("t.csv")
    code = str(error.value)[str(error.value).index("import pandas") :]
    exec(code, {"path": "t.csv"})  # the fix
    assert_same(datasets.load_kaggle_csv("x.csv"), IMAGES, LABELS)


BAD_STARTS = {
    "a comment": ("# mine, of 2021\n", "row 1: found 2 columns.*Delete this row: it is a comment"),
    "a blank line": ("\n", "row 1: found a blank line.*Delete the line"),
    "LIBSVM": ("5 1:3 784:255\n", "LIBSVM's form.*load_svmlight_file"),
    "True": (HEADER + "\n1,True" + ",0" * 783 + "\n", "Write 255 for True and 0 for False"),
    "commas in quotes": ('"0,0",' * 784 + '"0,0"\n', "not 7,0"),
}


@pytest.mark.parametrize("start, words", BAD_STARTS.values(), ids=BAD_STARTS.keys())
def test_first_rows_that_are_no_images_are_named(tmp_path, start, words):
    (tmp_path / "x.csv").write_text(start + "\n".join([HEADER, *LINES]))
    with pytest.raises(DatasetError, match=words):
        datasets.load_kaggle_csv(tmp_path / "x.csv")


WORDS = "zero one two three four five six seven eight nine".split()
NAMES = {
    "titled": ([f"digit_{k}" for k in range(10)], "0123456789"),
    "torchvision's": ([f"{k} - {word}" for k, word in enumerate(WORDS)], "0123456789"),
    "two places": ([f"0{k}" for k in range(10)], "0123456789"),
    "class 0 to 9": ([f"class {k}" for k in range(10)], "0123456789"),
    "letters": (["letter_a", "Letter B", "digit-7"], "aB7"),
    "a wrong word": (["3 - four", "1 - one"], None),
    "some classes": (["class_1", "class_2"], None),
    "some numbers": (["01", "02"], None),
}


@pytest.mark.parametrize("names, characters", NAMES.values(), ids=NAMES.keys())
def test_characters_that_names_stand_for(names, characters):
    assert characters_of(names) == list(characters or names)


def write_pictures(folder, images=IMAGES, ending="png", **options):
    for i, (image, label) in enumerate(zip(images, LABELS, strict=True)):
        path = folder / str(label) / f"{i:03}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path, **options)
    return folder


def test_hidden_folders_of_pictures_are_left_out(tmp_path):
    write_pictures(tmp_path)
    for name in (".ipynb_checkpoints", "__MACOSX"):
        write_pictures(tmp_path / "3" / name)
    assert_same(datasets.load_file(tmp_path), IMAGES, LABELS)


def test_photos_are_turned_as_the_camera_was_held(tmp_path):
    """Too few classes to see it from the images: the camera's note says it."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    folder = write_pictures(tmp_path, np.rot90(IMAGES, 1, (1, 2)), "png", exif=exif)
    for label in range(2, 10):
        for path in (folder / str(label)).iterdir():
            path.unlink()
    assert_same(datasets.load_file(folder), IMAGES[:40], LABELS[:40])


def test_a_folder_of_train_valid_and_test(tmp_path):
    for name, step in (("train", 1), ("valid", 2), ("test", 4)):
        for label in range(10):
            (tmp_path / name / str(label)).mkdir(parents=True)
            for i in range(0, 20, step):
                path = tmp_path / name / str(label) / f"{i:02}.png"
                Image.fromarray(IMAGES[label * 20 + i]).save(path)
    (tmp_path / "models").mkdir()
    write_pictures(tmp_path / "predictions")  # neither train nor test
    assert_same(datasets.load_file(tmp_path), IMAGES, LABELS)
    assert_same(datasets.load_file(tmp_path, "test"), IMAGES[::4], LABELS[::4])


def test_pictures_that_are_not_read_are_named(tmp_path):
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    with pytest.raises(DatasetError, match="such as IMG_1.HEIC.*save them as PNG or JPEG"):
        datasets.load_file(tmp_path)
    Image.fromarray(IMAGES[0]).save(tmp_path / "a.png")
    with pytest.raises(DatasetError, match="found a picture.*subfolder with the name of the cl"):
        datasets.load_file(tmp_path / "a.png")


def test_a_folder_of_a_kind_that_is_not_read_says_how_to_convert_it(tmp_path):
    (tmp_path / "hf").mkdir()
    for name in ("data-00000-of-00001.arrow", "state.json"):
        (tmp_path / "hf" / name).write_bytes(b"x" * 2000)
    with pytest.raises(DatasetError, match="an Arrow file.*load_from_disk"):
        datasets.load_file(tmp_path / "hf")


def test_a_folder_of_npy_files(tmp_path):
    for name, array in (("x", IMAGES), ("y", LABELS)):
        np.save(tmp_path / f"{name}_train.npy", array)
        np.save(tmp_path / f"{name}_test.npy", array[::2])
    assert_same(datasets.load_file(tmp_path), IMAGES, LABELS)
    assert_same(datasets.load_file(tmp_path, "test"), IMAGES[::2], LABELS[::2])


@pytest.mark.parametrize("nested", [True, False])
def test_lists_of_pixels_in_a_parquet_file(tmp_path, nested):
    pytest.importorskip("pyarrow")
    cells = (IMAGES if nested else IMAGES.reshape(200, 784)).tolist()
    pd.DataFrame({"image": cells, "label": LABELS}).to_parquet(tmp_path / "x.parquet")
    assert_same(datasets.load_file(tmp_path / "x.parquet"), IMAGES, LABELS)


def test_files_without_an_ending(tmp_path):
    (tmp_path / "train").write_text("\n".join([HEADER, *LINES]))
    with pytest.raises(DatasetError, match="found text.*its name ends in .csv"):
        datasets.load_file(tmp_path / "train")
    assert_same(datasets.load_file((tmp_path / "train").rename("x.csv")), IMAGES, LABELS)


def test_letters_in_kaggles_zip_and_under_their_older_name(tmp_path):
    text = "\n".join(lines_of(LETTERS, LETTER_LABELS))
    path = tmp_path / "data" / "handwritten_data_785.csv"
    path.write_text(text)
    assert str(path) in datasets.load_letters().source
    path.unlink()
    write_mnist(tmp_path / "data", IMAGES, LABELS)
    with zipfile.ZipFile(tmp_path / "data" / "archive.zip", "w") as archive:
        archive.writestr("A_Z Handwritten Data.csv", text)
    assert "archive.zip, at most 4,182 of each" in datasets.load_letters().source
