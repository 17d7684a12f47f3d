"""KMNIST from npz and idx files. Its idx files have MNIST's names, but the two are told apart."""

import numpy as np
import pytest
from made_files import assert_same, make_images, rewrite, write_mnist

from course_lib import pen
from course_lib.data import datasets
from course_lib.data.datasets import DatasetError


def write_npz(folder, images, labels, split="train"):
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / f"kmnist-{split}-imgs.npz", images)
    np.savez_compressed(folder / f"kmnist-{split}-labels.npz", labels)


def test_npz_files_are_found_by_their_names(tmp_path, capsys):
    images, labels = make_images(12), (np.arange(12) % 10).astype(np.uint8)
    write_npz(tmp_path / "kaggle" / "input", images, labels, "test")
    dataset = datasets.load_kmnist()
    assert_same(dataset, images, labels)
    assert "KMNIST's test split" in capsys.readouterr().out
    assert "no training split found" in dataset.source
    write_npz(tmp_path / "data", images[:5], labels[:5])
    assert_same(datasets.load_kmnist(), images[:5], labels[:5])
    assert_same(datasets.load_kmnist("test"), images, labels)


def test_class_names_are_hiragana_in_the_order_of_the_labels(tmp_path):
    write_npz(tmp_path / "data", make_images(10), np.arange(10, dtype=np.uint8))
    names = datasets.load_kmnist().class_names
    code_points = [0x304A, 0x304D, 0x3059, 0x3064, 0x306A, 0x306F, 0x307E, 0x3084, 0x308C, 0x3092]
    assert [ord(name) for name in names] == code_points  # Unicode's chart of hiragana
    sounds = [datasets.KMNIST_SOUNDS[name] for name in names]
    assert " ".join(sounds) == "o ki su tsu na ha ma ya re wo"


@pytest.mark.parametrize("folder", ["kmnist", "KMNIST/raw", "kuzushiji-mnist", "mnist/K-MNIST"])
def test_a_folder_with_both_gives_each_its_own(tmp_path, folder):
    kana, digits, labels = make_images(12)[:5], make_images(12)[5:], np.arange(7)
    write_mnist(tmp_path / "data" / folder, kana, labels[:5])
    assert datasets.find_sources() == []
    assert_same(datasets.load_kmnist(), kana, labels[:5])
    write_mnist(tmp_path / "data" / "mnist", digits, labels)
    assert_same(datasets.load_kmnist(), kana, labels[:5])
    assert_same(datasets.load_mnist(), digits, labels)
    assert_same(datasets.load_digits(), digits, labels)


def test_the_nearest_name_decides_and_folders_above_the_searched_one_do_not(tmp_path, monkeypatch):
    images, labels = make_images(5), np.arange(5)
    project = tmp_path / "kmnist-course" / "files"
    write_mnist(project, images, labels)
    monkeypatch.setenv("COURSE_DATA", str(project))
    assert_same(datasets.load_digits(), images, labels)
    monkeypatch.setenv("COURSE_DATA", str(project.parent))
    assert datasets.find_sources() == []
    assert_same(datasets.load_kmnist(), images, labels)
    write_mnist(project / "mnist", images[:4], labels[:4])
    assert_same(datasets.load_digits(), images[:4], labels[:4])


def sample_of(labels, mean):
    """Return drawn digits, uint8 [N, 28, 28], whose pixels have about this mean."""
    drawn = pen.draw("".join(str(digit) * 20 for digit in range(10)), rng=0)[..., 0]
    images = drawn[labels * 20 + np.arange(len(labels)) % 20]
    ink = images > np.quantile(drawn, 1 - mean / 255)
    return (ink * 255).astype(np.uint8)


def even_grey(mean):
    """Return 10,000 squares of ink, each the same, whose pixels have about this mean."""
    image = np.zeros((28, 28), np.uint8)
    side = round((mean / 255) ** 0.5 * 28)
    image[4 : 4 + side, 4 : 4 + side] = 255
    return np.stack([image] * 10_000)


def test_each_is_known_by_the_size_of_its_classes(tmp_path):
    """KMNIST has 1,000 test images of each class; MNIST has 980 zeros, 1,135 ones and so on."""
    even = np.repeat(np.arange(10), 1000)
    mnist = np.repeat(np.arange(10), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    digits, kana, clothes = sample_of(mnist, 33), sample_of((even + 3) % 10, 48), even_grey(73)
    for folder, images, labels, load, words in (
        ("", kana, even, datasets.load_digits, "t10k-labels.*found KMNIST.*a folder named kmnist"),
        ("", clothes, even, datasets.load_digits, "found Fashion-MNIST.*folder named fashion"),
        ("kmnist", clothes, even, datasets.load_kmnist, "found Fashion-MNIST.*named fashion"),
        ("kmnist", digits, mnist, datasets.load_kmnist, "found the digits.*folder named mnist"),
    ):
        write_mnist(tmp_path / "data" / folder, images, labels, "t10k")
        with pytest.raises(DatasetError, match=words):
            load()
    write_mnist(tmp_path / "data", digits, mnist, "t10k")
    assert "10,000 real digits of MNIST's test split" in datasets.load_digits().source
    write_mnist(tmp_path / "data" / "kmnist", kana, even, "t10k")
    assert "10,000 real hiragana of KMNIST's test split" in datasets.load_kmnist().source


BAD_NPZ = {
    "floats": (make_images(5) / 255, np.arange(5), ["float64", "uint8 [N, 28, 28]"]),
    "shape": (make_images(5)[:, :27], np.arange(5), ["[5, 27, 28]"]),
    "nan": (
        make_images(5),
        np.array([0, 1, np.nan, 3, 4]),
        ["item 2", "the label nan", "whole numbers"],
    ),
    "counts": (make_images(5), np.arange(4), ["5 images and 4 labels"]),
    "k49": (make_images(5), np.array([0, 1, 48, 3, 4]), ["item 2", "label 48", "0 to 9"]),
}


@pytest.mark.parametrize("images, labels, words", BAD_NPZ.values(), ids=BAD_NPZ.keys())
def test_bad_arrays_are_named(tmp_path, images, labels, words):
    write_npz(tmp_path / "data", images, labels)
    with pytest.raises(DatasetError) as error:
        datasets.load_kmnist()
    for word in ["kmnist-train-labels.npz", "found", "expected", *words]:
        assert word in str(error.value)


def test_damaged_and_missing_files_are_named(tmp_path):
    data = tmp_path / "data"
    with pytest.raises(DatasetError, match="KMNIST: found no such file.*folder named kmnist"):
        datasets.load_kmnist()
    with pytest.raises(DatasetError, match="load_kmnist.*'train', 'test' or None"):
        datasets.load_kmnist("valid")
    write_npz(data, make_images(5), np.arange(5))
    images = data / "kmnist-train-imgs.npz"
    whole = images.read_bytes()
    rewrite(images, lambda raw: raw[: len(raw) // 2])
    with pytest.raises(DatasetError, match="kmnist-train-imgs.npz.*incomplete file"):
        datasets.load_kmnist()
    np.savez(images, other=make_images(5)[:, :20])
    with pytest.raises(DatasetError, match=r"kmnist-train-imgs.npz.*other \[5, 20, 28\].*here 0"):
        datasets.load_kmnist()
    images.write_bytes(whole)
    (data / "kmnist-train-labels.npz").unlink()
    with pytest.raises(DatasetError, match="kmnist-train-labels.npz: found no such file"):
        datasets.load_kmnist()
    images.unlink()
    write_mnist(data / "kmnist", make_images(5), np.arange(5) + 6)
    with pytest.raises(DatasetError, match="kmnist.*item 4: found the label 10"):
        datasets.load_kmnist()


@pytest.mark.parametrize("folder", ["benchmark-mnist", "task-mnist", "mnist_raw"])
def test_a_folder_whose_name_only_ends_like_it_holds_mnist(tmp_path, folder):
    images, labels = make_images(5), np.arange(5)
    write_mnist(tmp_path / "data" / folder, images, labels)
    assert_same(datasets.load_digits(), images, labels)
