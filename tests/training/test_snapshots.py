"""What is left behind during a run: pictures, networks that plain Keras loads, and lines."""

import re

import keras
import numpy as np
import pytest
from PIL import Image
from small_models import small_gan

from course_lib import gan
from course_lib.training import snapshots


def fit(images, steps, *watch):
    model = small_gan()
    data = np.repeat(images[:8], steps, axis=0)
    model.fit(data, batch_size=8, epochs=1, shuffle=False, verbose=0, callbacks=list(watch))
    return model


def test_a_snapshot_holds_the_network_of_its_step(images, tmp_path, capsys):
    z = gan.fixed_z(4, 8)
    at_three = []
    look = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: batch == 2 and at_three.append(look.model.sample(z))
    )
    fit(images, 7, look, snapshots.Snapshots(tmp_path / "new" / "folder", 3, z, columns=2))
    folder = tmp_path / "new" / "folder"
    assert sorted(path.name for path in folder.iterdir()) == [
        "generator-0000003.keras", "generator-0000006.keras",
        "samples-0000003.png", "samples-0000006.png",
    ]  # fmt: skip
    generator = keras.models.load_model(folder / "generator-0000003.keras")
    assert np.allclose(generator(z, training=False), at_three[0], atol=1e-6)
    with Image.open(folder / "samples-0000003.png") as picture:
        assert picture.width > 100
    found = re.findall(r"step (\d+): .* of real and \d+% of fake", capsys.readouterr().out)
    assert found == ["3", "6"]


def test_accuracies_count_the_images_that_d_is_right_about():
    logits = (
        np.array([[2.0], [-1.0], [0.5], [3.0]], "float32"),
        np.array([[-1.0], [4.0]], "float32"),
    )
    logs = gan.gan.judge_logs(*logits)
    assert float(logs["real_accuracy"]) == 0.75 and float(logs["fake_accuracy"]) == 0.5
    assert "75% of real and 50% of fake" in snapshots.describe({"d_loss": 1, **logs})


def test_a_line_every_so_many_steps(images, capsys):
    fit(images, 7, snapshots.PrintLogs(every=2))
    assert re.findall(r"step (\d+): d_loss", capsys.readouterr().out) == ["2", "4", "6"]


def test_every_zero_steps_is_refused(tmp_path):
    with pytest.raises(ValueError, match="every 0 steps"):
        snapshots.Snapshots(tmp_path, 0, gan.fixed_z(1, 8))
