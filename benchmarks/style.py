"""What can the style VAE do? `python benchmarks/style.py` measures it in about six minutes.

Does it read characters it hasn't seen? Does it redraw them better than a PCA of the same width? If
it gets three drawn characters, do the other 33 have their slant, width and weight? And on real
letters, where a data folder holds Omniglot's Latin alphabet: does it write like their writer?
Writes `benchmarks/STYLE.md` and `pictures/style.png`.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from course_lib import classifier, datasets, paper, pen, places, plots, vae
from course_lib.data.pixels import scale_pixels

HERE = Path(__file__).parent
CHARACTERS = vae.CHARACTERS
BASE = pen.Style(slant=9.0, width=1.05, weight=2.4)  # around which one trait at a time is changed
LEVELS = {
    "slant": np.linspace(-15, 35, 5),
    "width": np.linspace(0.7, 1.45, 5),
    "weight": np.linspace(1.5, 3.7, 5),
}
SHOWN = ("narrow", "wide", "light", "bold", "italic")  # of pen.NAMED_STYLES: the tutorial's five


# --- Reading and redrawing -----------------------------------------------------------------------


def read_held_out(model):
    """Return the fraction of held-out characters read correctly, and the commonest confusions."""
    test = held_out()
    labels = np.asarray(model.encoder(scale_pixels(test.images))["logits"]).argmax(axis=1)
    wrong = Counter(
        f"{CHARACTERS[shown]} as {CHARACTERS[taken]}"
        for shown, taken in zip(test.labels, labels)
        if shown != taken
    )
    return float((labels == test.labels).mean()), wrong.most_common(6)


def redraw_held_out(model):
    """Return two mean squared errors of redrawn held-out characters: the VAE's and a PCA's.

    The PCA has as many axes as z has numbers. Ink counts from 0 to 1.
    """
    train, test = datasets.load_handwriting(CHARACTERS, 250, 1), held_out()
    z_mean = np.asarray(model.encoder(scale_pixels(test.images))["z_mean"])
    z_mean = z_mean - np.asarray(model.class_means)[test.labels]
    ink, known = (data.images.reshape(-1, 784) / 255 for data in (test, train))
    redrawn = (model.decode(test.labels, z_mean).reshape(-1, 784) + 1) / 2
    mean = known.mean(axis=0)
    axes = np.linalg.svd(known - mean, full_matrices=False)[2][: model.latent_dim]
    pca = np.clip((ink - mean) @ axes.T @ axes + mean, 0, 1)
    return tuple(float(np.square(picture - ink).mean()) for picture in (redrawn, pca))


def held_out():
    """Return drawn characters that the VAE hasn't seen: 60 of each class."""
    return datasets.load_handwriting(CHARACTERS, 60, 99)


# --- Writing in a style --------------------------------------------------------------------------


def transfer(model, reader, n_prompts=12):
    """Write 33 characters in the style of three, one trait at a time.

    Returns:
        A dict of the rank correlation between each trait of the three and that of the 33, and the
        fraction of the 33 that the classifier `reader` reads correctly.
    """
    rng = np.random.default_rng(5)
    correlations, right = {}, []
    for trait, levels in LEVELS.items():
        true, found = [], []
        for seed in range(n_prompts):
            prompt = rng.permutation(len(CHARACTERS))[:3]
            others = np.setdiff1d(np.arange(len(CHARACTERS)), prompt)
            for level in levels:
                style = BASE._replace(**{trait: float(level)})
                drawn = pen.draw([CHARACTERS[i] for i in prompt], style, rng=seed)
                written = model.decode(others, model.infer_style(drawn, prompt).z_mean)
                true.append(level)
                found.append(paper.measure(written)[trait].mean())
                right.append(classifier.read(reader, written)[1].argmax(axis=1) == others)
        correlations[trait] = float(spearmanr(true, found).statistic)
    return correlations, float(np.mean(right))


def plot_styles(model):
    """Draw a row for each style: three drawn characters, and text written in their style."""
    rows = []
    for name in SHOWN:
        drawn = pen.draw("A5R", pen.NAMED_STYLES[name], rng=3)
        z = model.infer_style(drawn, [CHARACTERS.index(c) for c in "A5R"]).z_mean
        blank = np.full((1, 28, 28, 1), -1.0, "float32")
        written = model.write("HANDWRITING2026", z)
        rows.append(np.concatenate([scale_pixels(drawn), blank, written]))
    return plots.plot_film_strip(rows, list(SHOWN))


# --- Real letters --------------------------------------------------------------------------------


def find_omniglot():
    """Return Omniglot's 520 Latin letters as a dict of arrays, or None if there is no such file."""
    path = next(places.find("latin-28x28.npz"), None)
    return path and dict(np.load(path))


def fit(images):
    """Return the images cut to the same box, so that real and drawn letters are alike."""
    return np.stack([paper.fit(image[..., 0]) for image in images])


def compare_writers(model, letters, n_prompts=10):
    """Write letters in the style of three by one real writer, and compare them with two writers'.

    Returns:
        The fraction of pairs in which a writer's other letters are nearer to what the VAE wrote
        from this writer's three letters than to what it wrote from the same three letters of
        another writer; the same fraction if the slant, width and ink of the three real letters are
        compared, in place of what the VAE wrote; and the number of pairs.
    """
    rng = np.random.default_rng(5)
    images = np.empty((20, 26, 28, 28, 1), "uint8")  # by writer and letter
    images[letters["drawers"] - 1, letters["labels"]] = fit(letters["images"][..., None])
    real = scale_pixels(images)
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
    """Return for each pair of writers whether one's row is nearer to their guess than the other's.

    `rows`, `guesses`: [writers, numbers].
    """
    far = np.square(rows[:, None] - guesses[None]).mean(axis=2)
    return [far[a, a] < far[a, b] for a in range(len(far)) for b in range(len(far)) if a != b]


def real_letter_rows():
    """Train a VAE of small letters and return the table's rows on real ones; none without them."""
    letters = find_omniglot()
    if not letters:
        return []
    small = "abcdefghijklmnopqrstuvwxyz"
    drawn = datasets.load_handwriting(small, 1000)
    drawn = datasets.Dataset(fit(drawn.images), drawn.labels, small, "fitted")
    share, by_traits, pairs = compare_writers(vae.train_vae(drawn), letters)
    copied = "the same, if slant, width and ink of the three letters were copied exactly"
    return [
        (f"real letters nearer to the style of their own writer, of {pairs:,} pairs", share, "65%"),
        (copied, by_traits, ""),
    ]


# --- The page ------------------------------------------------------------------------------------


def table(model, reader):
    """Return the rows of the table, (name, measured, target), and the commonest confusions."""
    accuracy, confusions = read_held_out(model)
    error, pca_error = redraw_held_out(model)
    correlations, read = transfer(model, reader)
    rows = [
        ("held-out characters read correctly", f"{accuracy:.1%}", "92%"),
        ("mean squared error of redrawn characters", f"{error:.4f}", f"PCA of 64: {pca_error:.4f}"),
        *((f"{name}: rank correlation", f"{r:.2f}", "0.80") for name, r in correlations.items()),
        ("written characters that a classifier reads correctly", f"{read:.1%}", "85%"),
        *((name, f"{share:.1%}", target) for name, share, target in real_letter_rows()),
    ]
    return rows, ", ".join(f"{names} ({count})" for names, count in confusions)


def page(seconds, rows, confusions):
    """Return the lines of STYLE.md."""
    names = f"{', '.join(SHOWN[:-1])} and {SHOWN[-1]}"
    caption = f"Five rows, {names}: three drawn characters, and text written in their style"
    return [
        "# What the style VAE can do",
        "",
        f"Written by `benchmarks/style.py`. The VAE was trained for {seconds:.0f} s on the pen's",
        "36 characters. It takes the style from three of them, and is measured on the 33 others.",
        "",
        "| | measured | target |",
        "|---|---:|---:|",
        *(f"| {name} | {measured} | {target} |" for name, measured, target in rows),
        "",
        f"Most often confused, of 60 images of each character: {confusions}.",
        "",
        f"![{caption}](../pictures/style.png)",
    ]


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    start = time.perf_counter()
    model = vae.train_vae(datasets.load_handwriting(CHARACTERS, vae.STYLE_VAE.per_class))
    seconds = time.perf_counter() - start
    reader = classifier.load_classifier(datasets.load_handwriting(CHARACTERS, 300, seed=7))
    lines = page(seconds, *table(model, reader))
    (HERE / "STYLE.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    plot_styles(model).savefig(HERE.parent / "pictures" / "style.png", dpi=80, bbox_inches="tight")
    print("\n".join(lines[5:]))


if __name__ == "__main__":
    main()
