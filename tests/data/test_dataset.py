"""The class `Dataset`: what it refuses, its batches, and several joined into one."""

import numpy as np
import pytest

from course_lib.data import datasets
from course_lib.data.datasets import Dataset, DatasetError


@pytest.mark.parametrize(
    "change, words",
    [
        ({"images": np.zeros((3, 28, 28), np.uint8)}, "[3, 28, 28]"),
        ({"images": np.zeros((3, 28, 28, 1), np.float32)}, "float32"),
        ({"images": np.zeros((0, 28, 28, 1), np.uint8)}, "1 or more images"),
        ({"images": [[0]]}, "list"),
        ({"labels": np.zeros(2, np.int64)}, "labels [2]"),
        ({"labels": np.zeros(3, np.int32)}, "astype('int64')"),
        ({"labels": np.array([0, 2, 1])}, "the label 2"),
        ({"class_names": "AA"}, "different name"),
    ],
)
def test_dataset_refuses_what_does_not_fit(change, words):
    good = {"images": np.zeros((3, 28, 28, 1), np.uint8), "labels": np.array([0, 1, 1])}
    good |= {"class_names": "AB", "source": "made here"}
    assert repr(Dataset(**good)) == "Dataset(3 images of A B; made here)"
    with pytest.raises(DatasetError) as error:
        Dataset(**(good | change))
    assert words in str(error.value)


def test_batches_hold_every_image_once_a_pass_in_a_new_order():
    images = np.arange(12, dtype=np.uint8)[:, None, None, None] * np.ones((1, 28, 28, 1), np.uint8)
    dataset = Dataset(images, np.zeros(12, np.int64), "A", "made here")
    batches = [batch.numpy() for batch in dataset.batches(4, seed=1).take(6)]
    assert {batch.shape for batch in batches} == {(4, 28, 28, 1)}
    seen = [int(number) for batch in batches for number in batch[:, 0, 0, 0]]
    assert sorted(seen[:12]) == sorted(seen[12:]) == list(range(12))
    assert seen[:12] != seen[12:]
    again = [int(n) for batch in dataset.batches(4, seed=1).take(6) for n in batch[:, 0, 0, 0]]
    assert again == seen
    odd = [int(n) for batch in dataset.batches(5).take(2) for n in batch[:, 0, 0, 0]]
    assert len(set(odd)) == 10  # the two left over wait for another pass
    for batch_size in (0, 13, None, "4", 2.5):
        with pytest.raises(DatasetError, match="1 to 12"):
            dataset.batches(batch_size)


def test_joined_datasets_keep_each_character():
    """Classes are merged by name, each image keeps its character, no class exceeds the limit."""
    a = datasets.load_handwriting("AB", per_class=30, seed=1)
    b = datasets.load_handwriting("B0", per_class=9, seed=2)
    whole = datasets.join([a, b])
    assert whole.class_names == ("A", "B", "0")
    assert np.bincount(whole.labels).tolist() == [30, 39, 9]
    name_of = {}
    for part in (a, b):
        for image, label in zip(part.images, part.labels):
            name_of[image.tobytes()] = part.class_names[label]
    for image, label in zip(whole.images, whole.labels):
        assert name_of[image.tobytes()] == whole.class_names[label]
    few = datasets.join([a, b], per_class=12)
    assert np.bincount(few.labels).tolist() == [12, 12, 9]
    assert "at most 12 of each class" in few.source
    with pytest.raises(DatasetError, match="per_class 0"):
        datasets.join([a, b], per_class=0)
    with pytest.raises(DatasetError, match="no dataset"):
        datasets.join([])
