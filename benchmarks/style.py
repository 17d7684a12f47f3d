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

from course_lib import classifier, datasets, pen, places, plots, vae
from course_lib.networks import scale_pixels

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


def measure(images):
    """Slant in degrees, width over height, and ink in pixels of images [N, 28, 28, 1], by moments."""
    ink = (np.asarray(images, float)[..., 0] + 1) / 2
    ink = np.where(ink > 0.25, ink, 0)
    y, x = np.mgrid[:28, :28]
    mass = ink.sum(axis=(1, 2)) + 1e-9
    mean = lambda a: (ink * a).sum(axis=(1, 2)) / mass  # noqa: E731
    dx, dy = x - mean(x)[:, None, None], y - mean(y)[:, None, None]
    xx, yy, xy = mean(dx * dx), mean(dy * dy) + 1e-9, mean(dx * dy)
    upright = np.maximum(xx - xy**2 / yy, 0)  # the spread to the sides once the slant is undone
    slant = np.degrees(np.arctan(-xy / yy))
    return {"slant": slant, "width": np.sqrt(upright / yy), "weight": mass}


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
                found.append(measure(written)[trait].mean())
                right.append(classifier.read(reader, written)[1].argmax(axis=1) == others)
        correlations[trait] = float(spearmanr(true, found).statistic)
    return correlations, float(np.mean(right))


def find_omniglot():
    """Omniglot's 520 Latin letters as a dict of arrays, None where they are not at hand."""
    path = next(places.find("latin-28x28.npz"), None)
    return path and dict(np.load(path))


def compare_writers(model, letters, n_prompts=5):
    """The share of pairs in which a writer's other letters are nearer to what is written from three
    of his own than to what is written from the same three of another writer."""
    rng = np.random.default_rng(5)
    images, labels, writers = letters["images"][..., None], letters["labels"], letters["drawers"]
    people = np.unique(writers)
    nearer = []
    for _ in range(n_prompts):
        prompt = rng.permutation(26)[:3]
        others = np.setdiff1d(np.arange(26), prompt)
        own, written = {}, {}
        for who in people:
            by_letter = {labels[i]: i for i in np.flatnonzero(writers == who)}
            style = model.infer_style(images[[by_letter[k] for k in prompt]], prompt)
            written[who] = model.decode(others, style.z_mean)
            own[who] = images[[by_letter[k] for k in others]] / 127.5 - 1
        far = {(a, b): np.square(own[a] - written[b]).mean() for a in people for b in people}
        nearer += [far[a, a] < far[a, b] for a in people for b in people if a != b]
    return float(np.mean(nearer)), len(nearer)


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
        hand = vae.train_vae(datasets.load_handwriting(small, 1000))
        share, pairs = compare_writers(hand, letters)
        rows.append((f"real letters: own hand nearer, of {pairs:,} pairs", f"{share:.1%}", "65%"))
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
