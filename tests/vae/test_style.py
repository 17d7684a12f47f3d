"""The style VAE: its recipe's numbers, the kit's own model trained once, the style it writes in."""

import dataclasses

import numpy as np
import pytest

from course_lib import pen, recipes, vae
from course_lib.data import datasets
from course_lib.training import model_cache
from course_lib.vae import style


def test_parameters_of_the_recipe():
    """36 classes; 5×5 kernels in the encoder, sub-pixel convolutions in the decoder, by hand."""
    model = recipes.load("style-vae").build_vae(style.CHARACTERS)
    assert model.class_names == tuple("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    encoder = (25 * 32 + 32) + (25 * 32 * 32 + 32) + 2 * (1568 * 64 + 64)
    encoder += (1568 * 128 + 128) + (128 * 36 + 36)
    decoder = (36 * 128 + 128) + (128 * 1568 + 1568) + (64 * 1568 + 1568)
    decoder += (9 * 32 * 96 + 96) + (9 * 24 * 24 + 24) + (25 * 24 * 4 + 4)
    assert (model.encoder.count_params(), model.decoder.count_params()) == (encoder, decoder)
    assert (encoder, decoder) == (432_772, 344_284)
    assert model.writing_weight == style.STYLE_VAE.writing_weight > 0


def test_drawn_characters_have_more_and_wilder_digits(monkeypatch):
    """Three of each digit for each letter; wobble up to 2.5, and up to 1.5 for letters."""
    seen = []
    draw = pen.draw
    monkeypatch.setattr(pen, "draw", lambda *a: (seen.append(a), draw(*a))[1])
    drawn = vae.draw_characters(per_class=40, seed=1)
    assert np.bincount(drawn.labels).tolist() == [120] * 10 + [40] * 26
    assert drawn.class_names == tuple(vae.CHARACTERS)
    characters, styles, _ = seen[0]
    assert characters == [vae.CHARACTERS[label] for label in drawn.labels]
    wobbles = np.array([one.wobble for one in styles])
    for rows, widest in ((drawn.labels < 10, 2.5), (drawn.labels >= 10, 1.5)):
        assert widest - 0.1 < wobbles[rows].max() <= widest and wobbles[rows].min() >= 0.5
    again, other = vae.draw_characters(40, seed=1), vae.draw_characters(40, seed=2)
    assert np.array_equal(drawn.images, again.images)
    assert not np.array_equal(drawn.images, other.images)


def test_learning_rate_falls_from_the_recipes_to_0():
    """Along half a cosine: half way through it is half of what it was."""
    schedule = style.STYLE_VAE.build_vae("AB", steps=100).optimizer._learning_rate
    assert [float(schedule(step)) for step in (0, 50, 100)] == pytest.approx([2e-3, 1e-3, 0])


@pytest.fixture
def small_kit(tmp_path, monkeypatch):
    """An empty cache, and one drawing of each character instead of a thousand."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(style, "STYLE_VAE", dataclasses.replace(style.STYLE_VAE, per_class=1))


def test_the_kits_own_model_is_trained_once(small_kit, monkeypatch, capsys):
    trained = []

    def train(dataset, callbacks):
        trained.append("".join(dataset.class_names))
        return vae.VAE(dataset.class_names)

    monkeypatch.setattr(style, "train_vae", train)
    first, again = vae.load_vae(), vae.load_vae()
    assert trained == ["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    assert "the style VAE of 36 characters, kept from an earlier run" in capsys.readouterr().out
    z = np.ones(64, "float32")
    assert np.array_equal(first.write("CAB", z), again.write("CAB", z))


def test_another_pen_gets_another_model(monkeypatch):
    before = vae.kept_name()
    monkeypatch.setattr(pen, "draw", lambda *a, **k: np.zeros((36, 28, 28, 1), "uint8"))
    assert vae.kept_name() != before


def test_other_settings_get_another_model(monkeypatch):
    before = vae.kept_name()
    monkeypatch.setattr(style, "STYLE_VAE", dataclasses.replace(style.STYLE_VAE, steps=10))
    assert vae.kept_name() != before


def test_a_damaged_model_is_trained_again(small_kit, monkeypatch, capsys):
    monkeypatch.setattr(style, "train_vae", lambda data, callbacks: vae.VAE(data.class_names))
    kept = model_cache.path(vae.kept_name())
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"half a file")
    vae.load_vae()
    assert f"{kept} cannot be read" in capsys.readouterr().out
    vae.load_vae()
    assert "kept from an earlier run" in capsys.readouterr().out


@pytest.mark.slow
def test_trained_it_writes_what_is_asked_in_the_style_it_saw(capsys):
    """Bold prompts give more ink than light ones, in letters that were not among the prompts."""
    letters = datasets.load_handwriting("ABCDE", per_class=150)
    model = vae.train_vae(letters, steps=250)
    ink = {}
    for weight in (1.4, 3.8):
        drawn = pen.draw("AB", pen.Style(weight=weight), rng=1)
        ink[weight] = model.write("CDE", model.infer_style(drawn).z_mean).mean()
    assert ink[3.8] > ink[1.4] + 0.05
