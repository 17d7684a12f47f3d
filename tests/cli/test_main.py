"""The command line on real files: what it leaves behind, and what it says when it cannot."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from course_lib.cli import check, jobs, results
from course_lib.cli import main as cli
from course_lib.data import datasets
from course_lib.gan import recipes
from course_lib.gan.recipes import GANRecipe
from course_lib.training import engine

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def kaggle_csv(tmp_path, images):
    """A file in the shape of Kaggle's Digit Recognizer, 256 rows."""
    path = tmp_path / "train.csv"
    header = ",".join(["label"] + [f"pixel{i}" for i in range(784)])
    labels = np.minimum((images.max(axis=(1, 2, 3)) - 180) // 8, 9)  # by how bright they are
    table = np.column_stack([labels, images.reshape(256, 784)])
    np.savetxt(path, table, fmt="%d", delimiter=",", header=header, comments="")
    return path


def test_train_leaves_what_it_promises(kaggle_csv, tmp_path, capsys):
    out = tmp_path / "run"
    command = ["train", "workshop-mlp", "--data", str(kaggle_csv), "--steps", "12"]
    assert cli.main([*command, "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == {
        "samples.png", "film.gif", "losses.png", "generator.keras", "history.csv", "report.json"
    }  # fmt: skip
    said = capsys.readouterr().out
    assert "samples.png" in said and "Next:" in said and "256 digits of the CSV" in said

    assert len(list(csv.DictReader(open(out / "history.csv")))) == 12
    report = json.loads((out / "report.json").read_text())
    assert (report["steps"], report["images"], report["recipe"]) == (12, 256, "workshop-mlp")
    assert "Fréchet distance" in said and "The doctor found" in said
    assert report["metrics"]["frechet"] > report["metrics_of_real_images"]["frechet"]
    assert {"illness", "evidence", "cause", "fix", "lesson"} == set(report["doctor"][0])
    for name in ("samples.png", "losses.png"):
        with Image.open(out / name) as picture:
            assert min(picture.size) > 300 and len(set(picture.convert("L").tobytes())) > 20
    generator = keras.models.load_model(out / "generator.keras")
    assert generator(np.zeros((1, 64), "float32")).shape == (1, 28, 28, 1)


@pytest.mark.slow
def test_same_seed_same_history(kaggle_csv, tmp_path):
    histories = []
    for name in ("a", "b"):
        command = ["train", "workshop-mlp", "--data", str(kaggle_csv), "--steps", "6"]
        cli.main([*command, "--out", str(tmp_path / name), "--seed", "3"])
        rows = csv.reader(open(tmp_path / name / "history.csv"))
        histories.append([[float(value) for value in row] for row in list(rows)[1:]])
    assert np.allclose(*histories, atol=1e-4)


@pytest.mark.slow
def test_labels_of_a_bare_csv_can_be_named(kaggle_csv, tmp_path, capsys):
    bare = tmp_path / "bare.csv"
    bare.write_text("\n".join(kaggle_csv.read_text().splitlines()[1:]))
    command = ["train", "workshop-mlp", "--data", str(bare), "--steps", "2"]
    assert cli.main([*command, "--out", str(tmp_path / "no")]) == 2
    assert "--class-names 0123456789" in capsys.readouterr().err
    out = tmp_path / "yes"
    assert cli.main([*command, "--out", str(out), "--class-names", "abcdefghij"]) == 0
    assert json.loads((out / "report.json").read_text())["class_names"] == "abcdefghij"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "workshop-mlp", "--data", "pen", "--class-names", "01"], "is for a CSV"),
        (["train", "stylegan", "--data", "pen"], "unknown recipe 'stylegan'; known: letters-mlp"),
        (["train", "workshop-mlp", "--data", "nowhere.csv"], "nowhere.csv.*no such file.*'pen'"),
        (["train", "workshop-mlp", "--precision", "float16"], "without a GPU"),
        (["train", "workshop-mlp", "--precision", "half"], "'half'.*expected float32, bfloat16"),
        (["train", "workshop-mlp", "--data", "pen:A?"], r"unknown: \['\?'\]"),
    ],
)
def test_unusable_input_says_why_and_leaves_nothing(
    arguments, message, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(engine, "on_gpu", lambda: False)
    out = tmp_path / "run"
    assert cli.main([*arguments, "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert re.search(message, said), said
    assert not out.exists()


def test_too_few_images_for_a_batch(kaggle_csv, tmp_path, capsys):
    short = tmp_path / "short.csv"
    short.write_text("\n".join(kaggle_csv.read_text().splitlines()[:21]))
    out = tmp_path / "run"
    command = ["train", "workshop-mlp", "--data", str(short), "--out", str(out)]
    assert cli.main(command) == 2
    assert re.search(r"short.csv.*batch_size 64.*1 to 20", capsys.readouterr().err)
    assert not out.exists()


@pytest.mark.parametrize(
    "obstacle", ["file", "read-only", "samples.png is a folder", "history.csv is a folder"]
)
def test_a_folder_that_cannot_take_the_results_is_refused_first(
    kaggle_csv, tmp_path, capsys, monkeypatch, obstacle
):
    out = tmp_path / "run"
    if obstacle == "file":
        out.write_text("")
    else:
        out.mkdir()
    if obstacle == "read-only":
        monkeypatch.setattr(
            results.os, "access", lambda path, mode: False
        )  # root may write anywhere
    if obstacle.endswith("is a folder"):
        (out / obstacle.split()[0]).mkdir()
    command = ["train", "workshop-mlp", "--data", str(kaggle_csv), "--out", str(out)]
    assert cli.main([*command, "--steps", "100000"]) == 2
    assert "--out" in capsys.readouterr().err


def test_a_run_that_diverged_is_drawn_and_diagnosed(kaggle_csv, tmp_path, capsys, monkeypatch):
    """Its weights are no numbers any more: the pictures show grey, and the doctor says why."""
    build = GANRecipe.build_gan

    def build_broken(self, *arguments):
        model = build(self, *arguments)
        kernel = model.generator.trainable_weights[0]
        kernel.assign(np.full(kernel.shape, np.nan))
        return model

    monkeypatch.setattr(GANRecipe, "build_gan", build_broken)
    out = tmp_path / "run"
    command = ["train", "workshop-mlp", "--data", str(kaggle_csv), "--steps", "2"]
    assert cli.main([*command, "--out", str(out)]) == 0
    report = json.loads((out / "report.json").read_text())
    assert report["doctor"][0]["illness"] == "non-finite" and "metrics" not in report
    assert (out / "samples.png").stat().st_size > 0


def test_interrupted_it_leaves_nothing(kaggle_csv, tmp_path, capsys, monkeypatch):
    from course_lib.training import callbacks

    def interrupt(self, path):
        raise KeyboardInterrupt

    monkeypatch.setattr(callbacks.History, "save", interrupt)  # when the pictures are written
    before = set(tmp_path.iterdir()) | {kaggle_csv.with_name("train.csv.cache.npy")}
    command = ["train", "workshop-mlp", "--data", str(kaggle_csv), "--steps", "2"]
    assert cli.main([*command, "--out", str(tmp_path / "run")]) == 130
    assert set(tmp_path.iterdir()) == before
    assert "Nothing was written" in capsys.readouterr().err


@pytest.fixture
def both_csvs(tmp_path):
    """Digits and capitals as Kaggle has them, in two files; the A is in the minority."""
    paths = []
    for name, names, n in (("train.csv", datasets.DIGITS, 20), ("A_Z.csv", datasets.LETTERS, 12)):
        drawn = datasets.load_handwriting("".join(names), per_class=n)
        table = np.column_stack([drawn.labels, drawn.images.reshape(-1, 784)])
        if names is datasets.LETTERS:
            table = np.delete(table, np.flatnonzero(drawn.labels == 0)[5:], axis=0)
        header = ",".join(["label"] + [f"pixel{i}" for i in range(784)]) if n == 20 else ""
        paths.append(tmp_path / name)
        np.savetxt(paths[-1], table, fmt="%d", delimiter=",", header=header, comments="")
    return [str(path) for path in paths]


def test_style_vae_on_digits_and_letters_together(both_csvs, tmp_path, capsys):
    out = tmp_path / "style"
    command = ["train", "style-vae", "--data", *both_csvs, "--steps", "15", "--out", str(out)]
    assert cli.main(command) == 0
    assert {path.name for path in out.iterdir()} == {
        "styles.png", "losses.png", "vae.keras", "history.csv", "report.json"
    }  # fmt: skip
    report = json.loads((out / "report.json").read_text())
    images = 10 * 20 + 25 * 12 + 5
    assert report["class_names"] == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert report["held_out"]["images"] == images // 10
    assert report["images"] == images - images // 10
    rows = list(csv.DictReader(open(out / "history.csv")))
    assert len(rows) == 15 and {"reconstruction_loss", "kl_loss", "class_loss"} <= set(rows[0])
    model = keras.models.load_model(out / "vae.keras")
    assert model.write("AZ 09").shape == (5, 28, 28, 1)
    assert "page --model" in capsys.readouterr().out
    with Image.open(out / "styles.png") as picture:
        assert min(picture.size) > 200


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--data", "pen:AB", "pen:B0", "--class-names", "AB"], "is for one CSV"),
        (["--data", "pen", "nowhere.csv"], "nowhere.csv.*no such file"),
    ],
)
def test_style_vae_refuses(extra, message, tmp_path, capsys):
    assert cli.main(["train", "style-vae", "--out", str(tmp_path / "no"), *extra]) == 2
    assert re.search(message, capsys.readouterr().err)
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "none.keras"], "no such file"),
        (["--address", ""], "cannot be served at ''"),
        (["--address", "203.0.113.1"], "cannot be served at '203.0.113.1'"),
    ],
)
def test_the_page_says_why_it_does_not_open(arguments, message, capsys):
    pytest.importorskip("streamlit", reason="needs Python 3.11")
    assert cli.main(["page", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("steps", ["0", "-5", "many"])
def test_impossible_steps_are_refused(steps, capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "workshop-mlp", "--steps", steps])
    assert "--steps" in capsys.readouterr().err


def test_check_finds_everything_here(capsys):
    assert cli.main(["check"]) == 0
    said = capsys.readouterr().out
    assert "OK    tensorflow" in said and "FAIL" not in said


def test_check_shows_a_bad_data_folder_among_the_rest(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", "nowhere")
    assert cli.main(["check"]) == 1
    said = capsys.readouterr().out
    assert "OK    keras" in said and "FAIL  real data" in said and "COURSE_DATA=nowhere" in said


def test_check_runs_before_anything_is_installed():
    """As on a new machine: Python alone, without site-packages."""
    command = [sys.executable, "-S", "-m", "course_lib", "check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and not done.stderr
    assert "FAIL  tensorflow is not installed" in done.stdout
    assert "problems were found; the arrows show the fixes" in done.stdout


def test_check_names_the_fix(monkeypatch, capsys):
    monkeypatch.setattr(check, "PACKAGES", {"keras": (99, 0), "no-such-package": (1, 0)})
    assert cli.main(["check"]) == 1
    said = capsys.readouterr().out
    assert "FAIL  keras" in said and '-> python -m pip install "keras>=99.0"' in said
    assert "FAIL  no-such-package is not installed" in said and "2 problems were found" in said


def test_a_recipe_with_labels_is_built_for_the_classes_of_its_data():
    abc = datasets.load_handwriting("ABC", per_class=30)
    job = jobs.GANJob(recipes.load("workshop-conditional"), abc, steps=3, seed=0)
    job.prepare()
    assert len(job.train().history["d_loss"]) == 3
    assert job.model.n_classes == 3
    assert job.model.latent_dim == 57  # three numbers choose, and 54 are left as with ten digits
    chosen = job.choose_z(7, seed=0)[:, :3].argmax(axis=1)
    assert chosen.tolist() == [0, 1, 2, 0, 1, 2, 0]
