"""Models saved by version 0.1, before the library became packages, still load and go on alike.

`tests/saved/expected.npz` holds what that version gave: samples of the loaded models, and the logs
of their next training step.
"""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from course_lib import gan, vae

SAVED = Path(__file__).parent.parent / "saved"
EXPECTED = np.load(SAVED / "expected.npz")
ROOT = SAVED.parent.parent

# Keras reads files of older versions, not of newer ones; these were written by Keras 3.15.
pytestmark = pytest.mark.skipif(
    tuple(map(int, keras.__version__.split(".")[:2])) < (3, 15), reason="needs Keras 3.15"
)


@pytest.mark.parametrize(("name", "kind"), [("gan", gan.GAN), ("alternating", gan.AlternatingGAN)])
def test_a_gan_draws_and_trains_as_before(name, kind):
    model = keras.models.load_model(SAVED / f"{name}.keras")
    assert type(model) is kind
    assert np.allclose(model.sample(2), EXPECTED[f"{name}_sample"], atol=1e-5)
    logs = model.train_on_batch(EXPECTED["images"])
    for loss in ("d_loss", "g_loss"):
        assert logs[loss] == pytest.approx(float(EXPECTED[f"{name}_{loss}"]), abs=1e-4)


def test_a_vae_writes_reads_and_trains_as_before():
    model = keras.models.load_model(SAVED / "vae.keras")
    assert type(model) is vae.VAE
    images = EXPECTED["images"]
    assert np.allclose(model.write("AB BA"), EXPECTED["vae_write"], atol=1e-5)
    assert np.allclose(model.infer_style(images[:3]).z_mean, EXPECTED["vae_style"], atol=1e-5)
    assert np.allclose(model.class_means, EXPECTED["vae_class_means"], atol=1e-5)
    labels = np.arange(len(images)) % 2
    history = model.fit(images, labels, batch_size=4, shuffle=False, verbose=0).history
    assert history["loss"][0] == pytest.approx(float(EXPECTED["vae_loss"]), rel=1e-6, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["from course_lib import recipes", "import course_lib.gan, course_lib.vae"]
)
def test_one_import_is_enough_to_load_them_all(line):
    """Keras finds a class only if its module has been imported; so it was in version 0.1."""
    load = (
        "[keras.models.load_model(f'tests/saved/{n}.keras') for n in ('gan', 'alternating', 'vae')]"
    )
    command = [sys.executable, "-c", f"import keras; {line}; {load}"]
    subprocess.run(command, cwd=ROOT, check=True)
