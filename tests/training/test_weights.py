"""Freezing, borrowing and comparing weights, on numbers worked by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from course_lib.training import weights


@pytest.fixture
def model():
    """Batch normalisation of four numbers, and a Dense layer behind it."""
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
    )


def test_largest_change_by_hand():
    a, b = keras.Variable([1.0, 2.0]), keras.Variable(5.0)

    def step():
        a.assign([1.5, 2.0])
        b.assign(2.0)

    assert weights.largest_change([a, b], step) == 3.0
    assert weights.largest_change([a, b], step) == 0.0, "the second time nothing moves"


def test_largest_change_raises_no_false_alarm():
    with pytest.raises(ValueError, match="no weights to watch"):
        weights.largest_change([], lambda: None)
    pair = [keras.Variable(0.0), keras.Variable(0.0)]
    assert np.isnan(weights.largest_change(pair, lambda: pair[1].assign(np.nan)))


def test_a_snapshot_stays_as_it_was():
    variable = keras.Variable([1.0, 2.0])
    before = weights.snapshot([variable])
    variable.assign([3.0, 2.0])
    assert before[0].tolist() == [1.0, 2.0]
    assert weights.largest_difference([variable], before) == 2.0


def test_frozen_gives_the_flag_back_even_after_an_error(model):
    with pytest.raises(RuntimeError), weights.frozen(model):
        assert not model.trainable
        raise RuntimeError
    assert model.trainable
    model.trainable = False
    with weights.frozen(model):
        pass
    assert not model.trainable, "what was frozen before stays frozen"


@pytest.mark.parametrize("wrap", [lambda call: call, tf.function], ids=["eager", "compiled"])
def test_untouched_puts_the_statistics_back(model, snapshot, same, wrap):
    def call(borrow):
        x = tf.random.stateless_normal((8, 4), seed=(1, 2), mean=3.0)
        if borrow:
            with weights.untouched(model):
                return model(x, training=True)
        return model(x, training=True)

    call, before = wrap(call), snapshot(model)
    call(True)
    assert same(before, snapshot(model))
    call(False)
    assert not same(before, snapshot(model)), "without it, the call moves them"
