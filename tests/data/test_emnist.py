"""EMNIST from a small copy of NIST's zip on a loopback server, and from files."""

import hashlib
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from made_files import FLAG, assert_same, emnist_parts

from course_lib.data import datasets
from course_lib.data.datasets import DatasetError


@pytest.fixture
def nist(tmp_path):
    """(address, md5) of a small gzip.zip on a loopback server."""
    folder = tmp_path / "nist"
    folder.mkdir()
    parts = emnist_parts() | emnist_parts("balanced", 47, 0) | emnist_parts("byclass", 62, 0)
    with zipfile.ZipFile(folder / "gzip.zip", "w") as archive:
        for name, raw in parts.items():
            archive.writestr("gzip/" + name, raw)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    md5 = hashlib.md5((folder / "gzip.zip").read_bytes()).hexdigest()
    yield f"http://127.0.0.1:{server.server_port}/gzip.zip", md5
    server.shutdown()
    server.server_close()


def test_emnist_is_fetched_upright_and_labelled_from_0(nist, tmp_path):
    pytest.importorskip("keras")
    url, md5 = nist
    dataset = datasets.load_emnist("letters", url=url, file_hash=md5)
    assert_same(dataset, np.stack([FLAG] * 3), [0, 1, 2])
    assert dataset.class_names[:3] == ("A", "B", "C") and len(dataset.class_names) == 26
    fetched = tmp_path / "keras" / "datasets" / "emnist-gzip.zip"
    assert fetched.exists()
    nothing = "http://127.0.0.1:9/none"  # from here on the file in the cache must do
    balanced = datasets.load_emnist("balanced", url=nothing)
    assert "".join(balanced.class_names[36:]) == "abdefghnqrt"
    assert "".join(datasets.load_emnist("byclass", url=nothing).class_names) == (
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    )
    with pytest.raises(DatasetError, match="emnist-letters-test"):
        datasets.load_emnist("letters", split="test")


def test_emnist_refuses_a_wrong_hash_and_keeps_nothing(nist, tmp_path):
    pytest.importorskip("keras")
    with pytest.raises(DatasetError, match="put gzip.zip into one of these folders"):
        datasets.load_emnist(url=nist[0], file_hash="0" * 32)
    with pytest.raises(DatasetError, match="put gzip.zip into one of these folders"):
        datasets.load_emnist(url=nist[0] + "x", file_hash=nist[1])
    assert list((tmp_path / "keras" / "datasets").iterdir()) == []
    with pytest.raises(DatasetError, match="byclass"):
        datasets.load_emnist("digits")


def test_a_zip_of_csvs_is_not_taken_for_emnist(tmp_path):
    with zipfile.ZipFile(tmp_path / "data" / "emnist.zip", "w") as archive:
        archive.writestr("emnist-letters-train.csv", "1,2")
    assert datasets.find_sources() == []
    assert "drawn" in datasets.load_letters().source


def test_emnist_files_on_disk(tmp_path):
    for name, raw in emnist_parts("letters", 26).items():
        (tmp_path / "data" / name).write_bytes(raw)
    assert datasets.load_emnist().labels.tolist() == list(range(26))
    for name, raw in emnist_parts("letters", 2, first_label=0).items():
        (tmp_path / "data" / name).write_bytes(raw)
    with pytest.raises(DatasetError, match="item 0: found the label 0, expected a label from 1"):
        datasets.load_emnist()
