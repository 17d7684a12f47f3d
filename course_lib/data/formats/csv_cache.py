"""The cache of a CSV: its arrays in a file beside it, so that the next load is quick."""

import os
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np

from course_lib.data.formats.csv_table import Table
from course_lib.data.formats.files import check_file

CACHE_VERSION = 3


def file_stamp(path) -> tuple[int, int]:
    """Return the size of a file in bytes and its mtime in ns: they tell whether it has changed.

    Raises:
        DatasetError: if there is no such file, or nothing in it.
    """
    check_file(path)
    return path.stat().st_size, path.stat().st_mtime_ns


def cache_path(path) -> Path:
    """Return the path of the cache of a CSV, `train.csv.cache.npy` beside `train.csv`."""
    return path.with_name(path.name + ".cache.npy")


def read_cache(path, stamp) -> Table | None:
    """Return the table cached for the CSV `path`, or None; an outdated or damaged cache is deleted.

    Args:
        path: a `Path`.
        stamp: the CSV's `file_stamp`.
    """
    try:
        with open(cache_path(path), "rb") as file:  # one .npy file, four arrays in a row
            version, size, mtime, checksum, *header = np.load(file).tolist()
            labels, images, names = np.load(file), np.load(file), np.load(file).tolist()
        has_header, is_named, label_column = header
        found = bool(has_header), bool(is_named), label_column, tuple(names)
        table = Table(images, labels, *found)
        if (version, size, mtime, checksum) == (CACHE_VERSION, *stamp, _checksum(table)):
            return table
    except Exception:  # damage raises errors of every kind, and the CSV can be read instead
        pass
    with suppress(OSError):
        cache_path(path).unlink(missing_ok=True)
    return None


def write_cache(path, stamp, table) -> None:
    """Write a complete cache beside the CSV `path`; if that fails, leave none and print why.

    Args:
        path: a `Path`.
        stamp: the CSV's `file_stamp`.
        table: what was read from it.
    """
    cache = cache_path(path)
    temporary = cache.with_name(f"{cache.name}.{os.getpid()}.tmp")
    head = np.array([CACHE_VERSION, *stamp, _checksum(table), *table[2:5]], np.int64)
    try:
        with open(temporary, "wb") as file:
            for array in (head, table.labels, table.images, np.array(table.names, str)):
                np.save(file, array)
        os.replace(temporary, cache)
    except OSError as error:
        print(f"Could not write a cache beside {path} ({error}): each load will read the CSV again")
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _checksum(table):
    return zlib.crc32(table.images, zlib.crc32(table.labels))
