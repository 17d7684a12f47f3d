"""Shared by the tests of the page: a model to write with."""

import pytest

from course_lib import vae
from course_lib.data import datasets


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """The file of a VAE of 36 characters that has been trained for a few seconds."""
    path = tmp_path_factory.mktemp("model") / "vae.keras"
    vae.train_vae(datasets.load_handwriting(vae.CHARACTERS, 60), steps=400).save(path)
    return path
