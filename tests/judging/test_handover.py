"""What strangers hand over to the doctor, and the one sentence that they are told."""

from types import SimpleNamespace

import foreign_runs
import keras
import numpy as np
import pytest

from course_lib.judging import doctor
from course_lib.judging.doctor.case import Case
from course_lib.judging.doctor.data import NonFinite
from course_lib.judging.doctor.dataset import BadDataset
from course_lib.judging.doctor.results import Undertrained


class NoKeras:
    """A network of another library."""


@pytest.fixture
def own_networks():
    return foreign_runs.generator(), foreign_runs.discriminator()


def told(gan, images, *more):
    """The one sentence that the doctor says, which finds nothing."""
    found = doctor.examine(gan, None, images, *more)
    assert found == [] and len(found.not_examined) == 1
    return found.not_examined[0]


def test_what_cannot_be_examined_is_said_in_a_sentence(digits, own_networks):
    images, labels = digits.images / 127.5 - 1, digits.labels
    assert "is a NoKeras; the doctor examines Keras models" in told((NoKeras(), NoKeras()), images)
    unbuilt = keras.Sequential([keras.layers.Dense(784), keras.layers.Reshape((28, 28, 1))])
    assert "call it once on a batch" in told((unbuilt, own_networks[1]), images)
    translator = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(1, 1)])
    assert "a translator of images" in told((translator, own_networks[1]), images)
    assert "600 images came with 595 labels" in told(own_networks, (images, labels[:595]))
    assert "one label is -1" in told(own_networks, (images, labels - 1))
    assert f"one label is {labels[0] + 0.5}" in told(own_networks, (images, labels + 0.5))
    assert "12 real images are too few" in told(own_networks, images[:12])


def test_a_run_of_which_nothing_was_seen(digits, capsys):
    doctor.examine((NoKeras(), NoKeras()), None, digits.images)
    assert capsys.readouterr().out.startswith("The doctor couldn't examine this run.\n")


def test_labels_of_any_kind(digits, own_networks):
    images, labels = digits.images / 127.5 - 1, digits.labels
    letters = np.array(list("ABCDEFGHIJ"))[labels]
    for given in (letters, labels + 1, labels.astype(float), np.eye(10)[labels]):
        case = Case(own_networks, None, (images, given))
        assert np.array_equal(case.labels - case.labels.min(), labels)
        assert BadDataset().look(case) is None


def test_networks_that_were_never_trained_are_not_called_blind(digits, own_networks):
    case = Case(own_networks, None, digits.images / 127.5 - 1)
    assert case.is_untrained and case.is_before(1)
    finding = Undertrained().find(case)
    assert "no training step has been taken yet" in finding.evidence
    own_networks[0].layers[0].bias.assign_add([0.1] * 64)
    assert not Case(own_networks, None, digits.images / 127.5 - 1).is_untrained


def test_an_image_with_a_nan(digits, own_networks):
    images = digits.images / 127.5 - 1
    images[3] = np.nan
    assert (
        NonFinite().look(Case(own_networks, None, images)) == "the real image 3 contains nan or inf"
    )


def test_two_networks_under_other_names(digits, own_networks):
    held = {"paint": own_networks[0], "judge": own_networks[1], "epochs": 3}
    for gan in (held, SimpleNamespace(**held)):
        assert Case(gan, None, digits.images / 127.5 - 1).run.generator is own_networks[0]
