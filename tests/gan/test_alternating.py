"""The networks that take turns: who moves in which step, and when a turn ends."""

import keras
import pytest
from small_models import small_gan

from course_lib import gan


def alternating(**options):
    return small_gan(gan.AlternatingGAN, **options)


def test_alternating_moves_one_network_a_step(images, snapshot, same):
    model = alternating(max_turn=2)
    for _ in range(8):
        g, d = snapshot(model.generator), snapshot(model.discriminator)
        logs = model.train_on_batch(images[:32])
        g_moved = not same(g, snapshot(model.generator))
        d_moved = not same(d, snapshot(model.discriminator))
        assert (g_moved, d_moved) == ((True, False) if logs["g_turn"] else (False, True))


@pytest.mark.parametrize(
    ("g_target", "d_target", "turns"),
    [
        (2.0, 2.0, [1, 1, 1, 0, 0, 0, 1, 1, 1]),  # never good enough: the bound of 3 ends a turn
        (0.0, 0.0, [1, 0, 1, 0, 1, 0, 1, 0, 1]),  # always good enough: one step each
        (0.0, 2.0, [1, 0, 0, 0, 1, 0, 0, 0, 1]),
    ],
)
def test_alternating_turns(images, g_target, d_target, turns):
    model = alternating(g_target=g_target, d_target=d_target, max_turn=3)
    assert [model.train_on_batch(images[:32])["g_turn"] for _ in turns] == turns


@pytest.mark.slow
def test_alternating_turn_survives_saving(images, tmp_path):
    model = alternating(g_target=2.0, d_target=2.0, max_turn=3)
    for _ in range(4):
        model.train_on_batch(images[:32])
    model.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert [loaded.train_on_batch(images[:32])["g_turn"] for _ in range(3)] == [0, 0, 1]
