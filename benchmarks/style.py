"""What the style VAE can do, in numbers: `python benchmarks/style.py` writes benchmarks/STYLE.md.

It reads held-out characters, redraws them beside a PCA of the same width, takes slant, width and
weight from three drawn characters and writes the other 33; on real letters (Omniglot's Latin
alphabet, if a folder of data holds it) it is asked whose hand it copies. About six minutes.
"""

import os
import time
from collections import Counter
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from scipy.stats import spearmanr

from course_lib import pen, plots, vae
from course_lib.data import datasets, places
from course_lib.judging import classifier
from course_lib.networks import scale_pixels
from course_lib.vae import paper

HERE = Path(__file__).parent
NAMES = datasets.DIGITS + datasets.LETTERS
LEVELS = {  # of the pen, each with the rest as usual
    "slant": np.linspace(-15, 35, 5),
    "width": np.linspace(0.7, 1.45, 5),
    "weight": np.linspace(1.5, 3.7, 5),
}
USUAL = pen.Style(slant=9.0, width=1.05, weight=2.4)
CASES = {  # the tutorial's five
    "narrow": USUAL._replace(width=0.7),
    "wide": USUAL._replace(width=1.5),
    "light": USUAL._replace(weight=1.4),
    "bold": USUAL._replace(weight=3.9),
    "italic": USUAL._replace(slant=35.0),
}


def read_held_out(model):
    """(class accuracy, the commonest confusions, mean squared errors of the VAE and of a PCA)."""
    train, test = (datasets.load_handwriting(NAMES, n, seed) for n, seed in ((250, 1), (60, 99)))
    found = model.encoder(scale_pixels(test.images))
    labels = np.asarray(found["logits"]).argmax(axis=1)
    wrong = Counter(
        f"{NAMES[shown]} as {NAMES[taken]}"
        for shown, taken in zip(test.labels, labels)
        if shown != taken
    )
    z_mean = np.asarray(found["z_mean"]) - np.asarray(model.class_means)[test.labels]
    ink = test.images.reshape(-1, 784) / 255
    redrawn = (model.decode(test.labels, z_mean).reshape(-1, 784) + 1) / 2
    known = train.images.reshape(-1, 784) / 255
    mean = known.mean(axis=0)
    axes = np.linalg.svd(known - mean, full_matrices=False)[2][: model.latent_dim]
    pca = np.clip((ink - mean) @ axes.T @ axes + mean, 0, 1)
    errors = [float(np.square(picture - ink).mean()) for picture in (redrawn, pca)]
    return float((labels == test.labels).mean()), wrong.most_common(6), *errors


def transfer(model, reader, n_prompts=12):
    """({trait: rank correlation of the prompt's true style with the writing's}, share read right)."""
    rng = np.random.default_rng(5)
    correlations, right = {}, []
    for trait, levels in LEVELS.items():
        true, found = [], []
        for seed in range(n_prompts):
            prompt = rng.permutation(len(NAMES))[:3]
            others = np.setdiff1d(np.arange(len(NAMES)), prompt)
            for level in levels:
                style = USUAL._replace(**{trait: float(level)})
                drawn = pen.draw([NAMES[i] for i in prompt], style, rng=seed)
                written = model.decode(others, model.infer_style(drawn, prompt).z_mean)
                true.append(level)
                found.append(paper.measure(written)[trait].mean())
                right.append(classifier.read(reader, written)[1].argmax(axis=1) == others)
        correlations[trait] = float(spearmanr(true, found).statistic)
    return correlations, float(np.mean(right))


def find_omniglot():
    """Omniglot's 520 Latin letters as a dict of arrays, None where they are not at hand."""
    path = next(places.find("latin-28x28.npz"), None)
    return path and dict(np.load(path))


def fit(images):
    """All cut to the same box, real letters and drawn ones alike."""
    return np.stack([paper.fit(image[..., 0]) for image in images])


def compare_writers(model, letters, n_prompts=10):
    """The share of pairs in which a writer's other letters are nearer to what is written from three
    of his own than to what is written from the same three of another writer; the same where slant,
    width and ink of the three real letters stand for what is written; and the number of pairs."""
    rng = np.random.default_rng(5)
    images = np.empty((20, 26, 28, 28, 1), "uint8")  # by writer and letter
    images[letters["drawers"] - 1, letters["labels"]] = fit(letters["images"][..., None])
    real = images / 127.5 - 1
    traits = np.stack(list(paper.measure(real.reshape(-1, 28, 28, 1)).values()), axis=-1)
    traits = traits.reshape(20, 26, 3) - traits.reshape(20, 26, 3).mean(axis=0)
    traits /= traits.std(axis=(0, 1))
    nearer, by_traits = [], []
    for _ in range(n_prompts):
        prompt = rng.permutation(26)[:3]
        others = np.setdiff1d(np.arange(26), prompt)
        styles = [model.infer_style(drawn, prompt).z_mean for drawn in images[:, prompt]]
        written = np.stack([model.decode(others, z) for z in styles])
        nearer += nearest_is_own(real[:, others].reshape(20, -1), written.reshape(20, -1))
        by_traits += nearest_is_own(traits[:, others].mean(axis=1), traits[:, prompt].mean(axis=1))
    return float(np.mean(nearer)), float(np.mean(by_traits)), len(nearer)


def nearest_is_own(rows, guesses):
    """Of each pair of people: is a row nearer to its own guess than to the other's?"""
    far = np.square(rows[:, None] - guesses[None]).mean(axis=2)
    return [far[a, a] < far[a, b] for a in range(len(far)) for b in range(len(far)) if a != b]


def plot_cases(model):
    """The tutorial's five styles: three drawn characters, and what is written in their style."""
    rows = []
    for style in CASES.values():
        drawn = pen.draw("A5R", style, rng=3)
        z = model.infer_style(drawn, [NAMES.index(c) for c in "A5R"]).z_mean
        blank = np.full((1, 28, 28, 1), -1.0)
        rows.append(np.concatenate([drawn / 127.5 - 1, blank, model.write("HANDWRITING2026", z)]))
    return plots.plot_film_strip([row.astype("float32") for row in rows], list(CASES))


def main():
    start = time.perf_counter()
    model = vae.train_vae(datasets.load_handwriting(NAMES, 1000))
    training = time.perf_counter() - start
    reader = classifier.load_classifier(datasets.load_handwriting(NAMES, 300, seed=7))
    accuracy, confusions, error, pca_error = read_held_out(model)
    correlations, read = transfer(model, reader)
    confused = ", ".join(f"{names} ({count})" for names, count in confusions)
    rows = [
        ("characters read right, held out", f"{accuracy:.1%}", "92%"),
        ("mean squared error of redrawn characters", f"{error:.4f}", f"PCA of 64: {pca_error:.4f}"),
        *((f"{name}: rank correlation", f"{r:.2f}", "0.80") for name, r in correlations.items()),
        ("written characters that a classifier reads as asked", f"{read:.1%}", "85%"),
    ]
    if letters := find_omniglot():
        small = "".join(chr(ord("a") + i) for i in range(26))
        drawn = datasets.load_handwriting(small, 1000)
        drawn = datasets.Dataset(fit(drawn.images), drawn.labels, small, "fitted")
        share, by_traits, pairs = compare_writers(vae.train_vae(drawn), letters)
        rows.append((f"real letters: own hand nearer, of {pairs:,} pairs", f"{share:.1%}", "65%"))
        name = "the same, were slant, width and ink of the three letters copied exactly"
        rows.append((name, f"{by_traits:.1%}", ""))
    lines = [
        "# What the style VAE can do",
        "",
        f"Written by `benchmarks/style.py`. Trained for {training:.0f} s on the pen's 36 characters;",
        "style from three characters, measured on the 33 others.",
        "",
        "| | found | wanted |",
        "|---|---:|---:|",
        *(f"| {name} | {found} | {wanted} |" for name, found, wanted in rows),
        "",
        f"Most often confused, of 60 each: {confused}.",
        "",
        "![Five rows: three drawn characters, narrow, wide, light, bold and italic, and words written in that style](../pictures/style.png)",
    ]
    (HERE / "STYLE.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    plot_cases(model).savefig(HERE.parent / "pictures" / "style.png", dpi=80, bbox_inches="tight")
    print("\n".join(lines[6:]))


if __name__ == "__main__":
    main()
