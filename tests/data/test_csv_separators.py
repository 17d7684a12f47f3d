"""Tables with other separators than commas, ARFF files, and labels that are text."""

import numpy as np
import pandas as pd
import pytest
from made_files import assert_same, make_images

from course_lib import pen
from course_lib.data import datasets
from course_lib.data.datasets import DatasetError

LABELS = np.arange(200) // 20
IMAGES = pen.draw("".join(str(label) for label in LABELS), rng=6)[..., 0]
REAL, REAL_LABELS = make_images(40), np.arange(40) * 7 % 10
PIXELS = [f"pixel{i}" for i in range(784)]
WORDS = "zero one two three four five six seven eight nine".split()


def table(images=REAL, labels=REAL_LABELS, label="label"):
    frame = pd.DataFrame(images.reshape(len(images), 784), columns=PIXELS)
    frame.insert(0, label, labels)
    return frame


def one_cell(write):
    return pd.DataFrame({"label": REAL_LABELS, "pixels": [write(i.ravel()) for i in REAL]})


def arff(frame):
    """As OpenML's mnist_784.arff and Weka write it, with remarks before and after."""
    names = [*PIXELS, "class"]
    lines = [f"@ATTRIBUTE '{name}' NUMERIC" for name in PIXELS] + ["@attribute class {0,1,2,3}"]
    rows = frame[names].to_csv(index=False, header=False)
    return "% MNIST\n@RELATION mnist\n\n" + "\n".join(lines) + f"\n\n@DATA\n% rows\n{rows}%\n%\n"


def with_commas_at_the_end(frame, header):
    first, *rows = frame.to_csv(index=False).splitlines()
    return "\n".join([first + "," * header, *(f"{row}," for row in rows)]) + "\n"


DRESSES = {
    "semicolons.csv": table().to_csv(sep=";", index=False),
    "semicolons with a BOM.csv": "\ufeff" + table().to_csv(sep=";", index=False),
    "decimal commas.csv": table().astype(float).to_csv(sep=";", decimal=",", index=False),
    "semicolons, quotes, row numbers.csv": table().to_csv(sep=";", quoting=1),
    "semicolons at the end.csv": with_commas_at_the_end(table(), True).replace(",", ";"),
    "tabs.tsv": table().to_csv(sep="\t", index=False),
    "spaces.txt": table().to_csv(sep=" ", index=False).replace(" ", "  "),
    "commas at the end.csv": with_commas_at_the_end(table(), True),
    "commas at the end of rows.csv": with_commas_at_the_end(table(), False),
    "pixels in a cell.csv": one_cell(lambda x: " ".join(map(str, x))).to_csv(index=False),
    "a list in a cell.csv": one_cell(lambda x: str(x.tolist())).to_csv(),
    "mnist_784.arff": arff(table(label="class")),
    "words.csv": table(labels=[WORDS[k] for k in REAL_LABELS]).to_csv(index=False),
    "quoted digits.csv": table(labels=REAL_LABELS.astype(str)).to_csv(index=False, quoting=2),
}


@pytest.mark.parametrize("name, text", DRESSES.items(), ids=DRESSES.keys())
def test_the_same_images_come_back_whatever_separates_the_cells(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    for _ in range(2):  # from the text, then from the cache
        dataset = datasets.load_file(tmp_path / name)
        assert_same(dataset, REAL, REAL_LABELS)
        assert dataset.class_names == tuple("0123456789")


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.arff"])
def test_load_digits_finds_such_tables_too(tmp_path, name):
    frame = table(IMAGES, LABELS, "class")
    text = {
        "x.csv": frame.to_csv(sep=";", index=False),
        "x.tsv": frame.to_csv(sep="\t", index=False),
        "x.arff": arff(frame),
    }[name]
    (tmp_path / "data" / name).write_text(text)
    assert_same(datasets.load_digits(), IMAGES, LABELS)


@pytest.mark.parametrize("column", ["label", "y"])  # a header may be y, and so may a label
def test_letters_as_labels_are_put_in_order(tmp_path, column):
    letters = np.repeat(list("cYaBANZ"), 3)
    images = pen.draw("".join(letters), rng=1)[..., 0]
    table(images, letters, column).to_csv(tmp_path / "x.csv")
    for _ in range(2):  # from the text, then from the cache
        dataset = datasets.load_file(tmp_path / "x.csv")
        assert dataset.class_names == tuple("ABNYZac")
        np.testing.assert_array_equal(np.array(list("ABNYZac"))[dataset.labels], letters)
        np.testing.assert_array_equal(dataset.images[..., 0], images)
    with pytest.raises(DatasetError, match="names already.*Leave class_names out"):
        datasets.load_file(tmp_path / "x.csv", class_names="ABNYZac")


def test_names_of_other_characters_stay_as_they_are(tmp_path):
    names = np.repeat(["character_02_kha", "character_01_ka"], 20)
    table(labels=names).to_csv(tmp_path / "x.csv", index=False)
    dataset = datasets.load_file(tmp_path / "x.csv")
    assert dataset.class_names == ("character_01_ka", "character_02_kha")
    assert dataset.labels.tolist() == [1] * 20 + [0] * 20


BAD = {
    "an empty label": (lambda lines: ["," + lines[2].partition(",")[2]], "column 1.*missing value"),
    "a second header": (lambda lines: [lines[0]], "row 42.*a second header 'label'"),
    "a short row": (lambda lines: ["A,1,2"], "row 42: found 3 columns"),
    "a bad pixel": (lambda lines: [lines[2].replace(",0,", ",x,", 1)], "row 42.*the text 'x'"),
}


@pytest.mark.parametrize("more, words", BAD.values(), ids=BAD.keys())
def test_bad_rows_among_labels_of_text_are_named(tmp_path, more, words):
    lines = table(labels=[WORDS[k] for k in REAL_LABELS]).to_csv(index=False).splitlines()
    (tmp_path / "x.csv").write_text("\n".join(lines + more(lines) + lines[1:2]) + "\n")
    with pytest.raises(DatasetError, match=words):
        datasets.load_file(tmp_path / "x.csv")


def test_a_text_in_every_row_is_no_label(tmp_path):
    images = np.repeat(REAL, 7, axis=0)[:257]
    table(images, [f"img{i}.png" for i in range(257)]).to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(DatasetError, match="column 1: found more than 256 different labels"):
        datasets.load_file(tmp_path / "x.csv")


def test_bad_rows_of_arff_are_counted_from_the_line_data(tmp_path):
    sound = arff(table(label="class"))
    (tmp_path / "x.arff").write_text(sound.replace("% rows\n0,", "300,"))
    with pytest.raises(DatasetError, match=r"row 2, column 1 \(pixel0\): found the value '300'"):
        datasets.load_file(tmp_path / "x.arff")
    head = sound[: sound.index("% rows")]
    (tmp_path / "x.arff").write_text(head + "{0 1,784 7}\n")
    with pytest.raises(DatasetError, match="row 2 from @DATA: found a sparse row.*SparseToNon"):
        datasets.load_file(tmp_path / "x.arff")


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORDERS = ["0123456789" + LETTERS, LETTERS + "0123456789", LETTERS + LETTERS.lower()]


@pytest.mark.parametrize("names", ORDERS)
@pytest.mark.parametrize("form", ["csv", "npz"])
def test_digits_and_letters_are_told_by_their_looks(tmp_path, names, form):
    labels = np.repeat(np.arange(len(names)), 10)
    images = pen.draw("".join(names[k] for k in labels), rng=2)[..., 0]
    path = tmp_path / f"x.{form}"
    if form == "npz":
        np.savez(path, images=images, labels=labels)
    else:
        table(images, labels).to_csv(path, index=False)
    dataset = datasets.load_file(path)
    assert_same(dataset, images, labels)
    assert dataset.class_names == tuple(names)


def test_pixels_divided_by_256_get_the_right_factor(tmp_path):
    """As in deeplearning.net's mnist.pkl.gz: by 255 they would come back wrong."""
    np.savez(tmp_path / "x.npz", images=REAL / 256, labels=REAL_LABELS)
    frame = table(REAL / 256)
    frame.to_csv(tmp_path / "x.csv", index=False)
    for name, variable in (("x.npz", "images"), ("x.csv", "pixels")):
        with pytest.raises(DatasetError) as error:
            datasets.load_file(tmp_path / name)
        expression = f"({variable} * 256).round().astype('uint8')"
        assert expression in str(error.value)
        np.testing.assert_array_equal(eval(expression, {variable: REAL / 256}), REAL)
