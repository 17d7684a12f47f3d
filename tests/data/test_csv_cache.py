"""The cache beside a CSV: used when it is valid, renewed when it is not."""

import os

import pytest
from made_files import assert_same, rewrite, write_csv

from course_lib.data import datasets
from course_lib.data.datasets import DatasetError
from course_lib.data.formats import csv_cache, csv_table


@pytest.fixture
def count_reads(monkeypatch):
    """A list that grows by one each time a CSV's text is read."""
    reads, real = [], csv_table.read_csv
    monkeypatch.setattr(csv_table, "read_csv", lambda path: reads.append(path) or real(path))
    return reads


def test_cached_load_equals_the_first_and_reads_no_text(letters, count_reads):
    path, images, labels = letters
    first, second = datasets.load_kaggle_csv(path), datasets.load_kaggle_csv(path)
    assert_same(second, images, labels)
    assert (second.source, second.class_names) == (first.source, first.class_names)
    assert len(count_reads) == 1
    assert csv_cache.cache_path(path).exists()
    assert [p.name for p in path.parent.glob("*.tmp")] == []
    sample = datasets.load_kaggle_csv(path, per_class=2)
    csv_cache.cache_path(path).unlink()
    assert_same(datasets.load_kaggle_csv(path, per_class=2), sample.images[..., 0], sample.labels)


def test_cache_is_renewed_when_the_file_changes(digits, count_reads):
    path, images, labels = digits
    datasets.load_kaggle_csv(path)
    write_csv(path, images[::-1], labels[::-1])  # the same size
    os.utime(path, ns=(1, 1))
    assert_same(datasets.load_kaggle_csv(path), images[::-1], labels[::-1])
    assert len(count_reads) == 2


def test_stale_cache_does_not_outlive_a_bad_file(digits):
    path, _, _ = digits
    datasets.load_kaggle_csv(path)
    path.write_text(path.read_text().replace(",0", ",?", 1))
    with pytest.raises(DatasetError):
        datasets.load_kaggle_csv(path)
    assert not csv_cache.cache_path(path).exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: b"",
        lambda raw: b"\x80\x04" + raw,
        lambda raw: raw[:-400] + bytes([raw[-400] ^ 1]) + raw[-399:],
        lambda raw: raw.replace(b"'fortran_order': False", b"'fortran_order': True "),
    ],
    ids=["half", "empty", "pickle", "one bit", "order"],
)
def test_damaged_cache_is_rebuilt(digits, count_reads, damage):
    path, images, labels = digits
    datasets.load_kaggle_csv(path)
    good = csv_cache.cache_path(path).read_bytes()
    rewrite(csv_cache.cache_path(path), damage)
    assert_same(datasets.load_kaggle_csv(path), images, labels)
    assert len(count_reads) == 2
    assert csv_cache.cache_path(path).read_bytes() == good


def test_goes_on_without_a_cache_and_says_so(digits, capsys):
    path, images, labels = digits
    csv_cache.cache_path(path).mkdir()  # in the way, as a folder without write permission would be
    assert_same(datasets.load_kaggle_csv(path), images, labels)
    assert "Could not write a cache beside" in capsys.readouterr().out
    assert list(path.parent.glob("*.tmp")) == []
