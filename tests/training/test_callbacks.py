"""Callbacks on a short real run: every step counted, the film on a fixed z, the files written."""

import csv

import numpy as np
import pytest
from PIL import Image

from course_lib import gan
from course_lib.data.datasets import Dataset
from course_lib.gan import recipes
from course_lib.judging import metrics
from course_lib.training import callbacks

STEPS = 12


def short_run(images, *watch):
    dataset = Dataset(images, np.zeros(len(images), "int64"), ["bar"], "made in this test")
    model = recipes.load("workshop-mlp").build_gan(jit_compile=False)  # XLA takes long to start
    model.fit(
        dataset.batches(32), steps_per_epoch=STEPS // 2, epochs=2, verbose=0, callbacks=list(watch)
    )
    return model


def test_history_has_every_step_and_its_file_too(images, tmp_path):
    history = callbacks.History()
    short_run(images, history)
    assert history.history["step"] == list(range(1, STEPS + 1))
    assert all(len(values) == STEPS for values in history.history.values())
    assert len(set(history.history["d_loss"])) == STEPS, "a loss that never changes is a mean"
    history.save(tmp_path / "history.csv")
    rows = list(csv.DictReader(open(tmp_path / "history.csv")))
    assert [float(row["d_loss"]) for row in rows] == history.history["d_loss"]


def test_film_is_denser_early_and_shows_the_same_z(images, tmp_path):
    z = gan.fixed_z(6, 64)
    film = callbacks.Film(z, STEPS, n_frames=5)
    model = short_run(images, film)
    assert film.frame_steps[0] == 0 and film.frame_steps[-1] == STEPS
    gaps = np.diff(film.frame_steps)
    assert (np.diff(gaps) >= 0).all() and gaps[0] < gaps[-1]
    assert np.array_equal(film.frames[-1], model.sample(z))
    assert not np.array_equal(film.frames[0], film.frames[-1])
    film.save(tmp_path / "film.gif", columns=3)
    with Image.open(tmp_path / "film.gif") as gif:
        assert gif.n_frames == len(film.frames)
        assert gif.size == (2 * (3 * 30 + 2), 2 * (2 * 30 + 2))


def test_a_second_fit_goes_on_counting(images):
    z = gan.fixed_z(2, 64)
    dataset = Dataset(images, np.zeros(len(images), "int64"), ["bar"], "made in this test")
    model = recipes.load("workshop-mlp").build_gan(jit_compile=False)
    history, film = callbacks.History(), callbacks.Film(z, 6, n_frames=3)
    for _ in range(2):
        watch = [history, film]
        model.fit(dataset.batches(32), steps_per_epoch=3, verbose=0, callbacks=watch)
    assert history.history["step"] == [1, 2, 3, 4, 5, 6]
    assert film.frame_steps == [0, 2, 6]


def test_impossible_films_are_refused(tmp_path):
    z = gan.fixed_z(2, 64)
    for steps, n_frames in ((0, 40), (-1, 40), (10, 1)):
        with pytest.raises(ValueError, match="expected at least 1 step and 2 frames"):
            callbacks.fit_and_watch(None, None, steps, z, n_frames)
    with pytest.raises(ValueError, match="no frames yet"):
        callbacks.Film(z, 10).save(tmp_path / "film.gif")


@pytest.mark.slow
def test_watching_does_not_change_the_run(images):
    film = callbacks.Film(gan.fixed_z(6, 64), STEPS, n_frames=12)
    watched = short_run(images, film, callbacks.History())
    alone = short_run(images)
    assert np.array_equal(watched.generator.weights[0], alone.generator.weights[0])


def test_progress_bar_ends_at_the_last_step(images, capsys):
    short_run(images, callbacks.Progress(STEPS))
    last = capsys.readouterr().out.rstrip().splitlines()[-1]
    assert f"{STEPS}/{STEPS}" in last and "d_loss" in last


class FakeYardstick:
    """Reports the same numbers each time, and takes no time."""

    seconds = 0.0

    def report(self, images):
        self.images = images
        return metrics.Report(
            len(images), 1.5, 0, 0, 0, 0, 0, 0, {"bar": len(images)}, 0.0, 0.0, 0.0
        )


def test_measures_stand_in_the_rows_of_their_steps(images, tmp_path):
    history = callbacks.History()
    yardstick = FakeYardstick()
    measure = callbacks.Measure(yardstick, history, every=4, budget=1.0, n_samples=30)
    model = short_run(images, history, measure)
    assert min(history.reports) >= 4 and max(history.reports) <= STEPS
    assert np.array_equal(yardstick.images, model.sample(gan.fixed_z(30, 64)))
    history.save(tmp_path / "history.csv")
    rows = list(csv.DictReader(open(tmp_path / "history.csv")))
    measured = {int(row["step"]): float(row["frechet"]) for row in rows if row["frechet"]}
    assert measured == dict.fromkeys(history.reports, 1.5)


def test_measuring_keeps_to_its_budget(images):
    """A measure that would take more than its fraction of the run time is put off."""
    history, slow = callbacks.History(), FakeYardstick()
    slow.seconds = 1000.0
    short_run(images, history, callbacks.Measure(slow, history, every=1))
    assert history.reports == {}


def test_runs_with_different_logs_do_not_fit_in_one_file(tmp_path):
    history = callbacks.History()
    history.on_step(1, {"d_loss": 0.7})
    history.on_step(2, {"loss": 0.7})
    with pytest.raises(ValueError, match=r"different logs \(step, d_loss, loss\)"):
        history.save(tmp_path / "history.csv")
