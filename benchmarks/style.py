"""What can the style VAE do, and the tutorial's? `python benchmarks/style.py` takes half an hour.

Both are trained on the same drawings. Do they read characters they haven't seen, and real digits?
Do they redraw better than a PCA of the same width? If they get three drawn characters, do the other
33 have their slant, width and weight, sharp edges, and can they be read? Where a data folder holds
MNIST, both are also trained on real digits; where it holds Omniglot's Latin alphabet, both write
like its writers. Writes `benchmarks/STYLE.md` and `pictures/style.png`.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from course_lib import classifier, datasets, paper, pen, places, plots, vae
from course_lib.data.pixels import scale_pixels, to_ink

HERE = Path(__file__).parent
CHARACTERS = vae.CHARACTERS
SHORTER = 3_000  # steps of ours where there are fewer than 30,000 images
REAL_DIGITS_TO_LEARN = 8_000  # of MNIST's test split; the other 2,000 are read
BASE = pen.Style(slant=9.0, width=1.05, weight=2.4)  # around which one trait at a time is changed
LEVELS = {
    "slant": np.linspace(-15, 35, 5),
    "width": np.linspace(0.7, 1.45, 5),
    "weight": np.linspace(1.5, 3.7, 5),
}
TARGETS = {"slant": "0.97", "width": "0.88", "weight": "0.95"}
RECIPES = vae.STYLE_VAE, vae.PUBLISHED_VAE
SHOWN = ("narrow", "wide", "light", "bold", "italic")  # of pen.NAMED_STYLES: the tutorial's five


# --- Reading and redrawing -----------------------------------------------------------------------


def read_labels(model, images):
    """Return the class that the model reads in each image, and the likeliest among the digits."""
    parts = [images[i : i + 500] for i in range(0, len(images), 500)]
    logits = np.concatenate([model.encoder(scale_pixels(part))["logits"] for part in parts])
    return logits.argmax(axis=1), logits[:, :10].argmax(axis=1)


def read_held_out(model):
    """Return the fraction of held-out characters read correctly, and the commonest confusions."""
    test = held_out()
    labels = read_labels(model, test.images)[0]
    wrong = Counter(
        f"{CHARACTERS[shown]} as {CHARACTERS[taken]}"
        for shown, taken in zip(test.labels, labels)
        if shown != taken
    )
    return float((labels == test.labels).mean()), wrong.most_common(6)


def find_real_digits():
    """Return MNIST's test images in random order, in two parts, or None where there are none."""
    if not places.find_mnist("test"):
        return None
    digits = datasets.load_mnist("test")
    order = np.random.default_rng(0).permutation(len(digits))
    return [
        datasets.Dataset(digits.images[rows], digits.labels[rows], datasets.DIGITS, digits.source)
        for rows in np.split(order, [REAL_DIGITS_TO_LEARN])
    ]


def read_digits(model, digits):
    """Return the fractions of real digits read correctly: among 36 classes, and among ten."""
    return tuple(
        float((found == digits.labels).mean()) for found in read_labels(model, digits.images)
    )


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


def write(model, labels, z):
    """Return images of the characters as `VAE.write` draws them, with all its drafts."""
    return model.decode(labels, model.redraft(labels, z))


def transfer(model, reader, n_prompts=12):
    """Write 33 characters in the style of three, one trait at a time.

    Returns:
        A dict of the rank correlation between each trait of the three and that of the 33; the
        fraction of the 33 that the classifier `reader` reads correctly; and how sharp their edges
        are, as a fraction of what the pen draws in the same style.
    """
    rng = np.random.default_rng(5)
    correlations, right, sharp = {}, [], []
    for trait, levels in LEVELS.items():
        true, found = [], []
        for seed in range(n_prompts):
            prompt = rng.permutation(len(CHARACTERS))[:3]
            others = np.setdiff1d(np.arange(len(CHARACTERS)), prompt)
            for level in levels:
                style = BASE._replace(**{trait: float(level)})
                drawn = pen.draw([CHARACTERS[i] for i in prompt], style, rng=seed)
                written = write(model, others, model.infer_style(drawn, prompt).z_mean)
                by_pen = pen.draw([CHARACTERS[i] for i in others], style, rng=100 + seed)
                true.append(level)
                found.append(paper.measure(written)[trait].mean())
                right.append(classifier.read(reader, written)[1].argmax(axis=1) == others)
                sharp.append((edge_sharpness(written), edge_sharpness(by_pen)))
        correlations[trait] = float(spearmanr(true, found).statistic)
    ours, pens = np.mean(sharp, axis=0)
    return correlations, float(np.mean(right)), float(ours / pens)


def edge_sharpness(images):
    """Return the mean gradient of the ink at the edges of strokes, in ink (0 to 1) a pixel.

    An edge consists of the pixels that have a neighbour, of four, on the other side of half the
    ink.
    """
    ink = to_ink(images)
    inked = ink > 0.5
    padded = np.pad(inked, ((0, 0), (1, 1), (1, 1)), "edge")
    edge = np.zeros_like(inked)
    for dy, dx in ((0, 1), (2, 1), (1, 0), (1, 2)):
        edge |= padded[:, dy : dy + 28, dx : dx + 28] != inked
    return float(np.hypot(*np.gradient(ink, axis=(1, 2)))[edge].mean())


def plot_styles(models):
    """Draw two rows for each style: three drawn characters, then what each model writes."""
    rows, names = [], []
    blank = np.full((1, 28, 28, 1), -1.0, "float32")
    for style in SHOWN:
        drawn = pen.draw("A5R", pen.NAMED_STYLES[style], rng=3)
        for name, model in models.items():
            z = model.infer_style(drawn, [CHARACTERS.index(c) for c in "A5R"]).z_mean
            written = model.write("HANDWRITING2026", z)
            rows.append(np.concatenate([scale_pixels(drawn), blank, written]))
            names.append(f"{style}, {name}")
    return plots.plot_film_strip(rows, names)


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
        written = np.stack([write(model, others, z) for z in styles])
        nearer += nearest_is_own(real[:, others].reshape(20, -1), written.reshape(20, -1))
        by_traits += nearest_is_own(traits[:, others].mean(axis=1), traits[:, prompt].mean(axis=1))
    return float(np.mean(nearer)), float(np.mean(by_traits)), len(nearer)


def nearest_is_own(rows, guesses):
    """Return for each pair of writers whether one's row is nearer to their guess than the other's.

    `rows`, `guesses`: [writers, numbers].
    """
    far = np.square(rows[:, None] - guesses[None]).mean(axis=2)
    return [far[a, a] < far[a, b] for a in range(len(far)) for b in range(len(far)) if a != b]


def real_letter_shares():
    """Train both models on small letters and compare real writers; None without Omniglot.

    Returns:
        The name of the row, the shares of the two models, and the share by copied traits.
    """
    letters = find_omniglot()
    if not letters:
        return None
    small = "abcdefghijklmnopqrstuvwxyz"
    drawn = datasets.load_handwriting(small, 1000)
    drawn = datasets.Dataset(fit(drawn.images), drawn.labels, small, "fitted")
    found = [compare_writers(model, letters) for model in train_both(drawn)]
    _, by_traits, pairs = found[0]
    return pairs, [share for share, *_ in found], by_traits


# --- The page ------------------------------------------------------------------------------------


def train_both(dataset):
    """Train both models on fewer images: ours for 3,000 steps, the tutorial's for ten epochs."""
    ours, published = RECIPES
    epochs = vae.published.EPOCHS * (len(dataset) // published.batch_size)
    return [
        vae.train_vae(dataset, SHORTER, recipe=ours),
        vae.train_vae(dataset, epochs, recipe=published),
    ]


def measure(model, reader):
    """Return the rows that are measured on the kit's own drawings: a dict of texts by name."""
    error, pca_error = redraw_held_out(model)
    correlations, read, sharp = transfer(model, reader)
    return {
        ("held-out characters read correctly", "92%"): f"{read_held_out(model)[0]:.1%}",
        ("mean squared error of redrawn characters", f"PCA of 64: {pca_error:.4f}"): f"{error:.4f}",
        **{
            (f"{name}: rank correlation", TARGETS[name]): f"{r:.2f}"
            for name, r in correlations.items()
        },
        ("written characters that a classifier reads as asked", "97%"): f"{read:.1%}",
        ("sharpness of written edges, of the drawn ones'", "85%"): f"{sharp:.0%}",
    }


def real_digit_rows(models):
    """Return rows about real digits; none where there is no MNIST."""
    parts = find_real_digits()
    if parts is None:
        return []
    learned, test = parts
    whole = datasets.join(parts)
    by_pen = np.array([read_digits(model, whole) for model in models])
    capitals = datasets.load_handwriting(datasets.LETTERS, 800)
    mixed = datasets.join([learned, capitals])
    by_real = np.array([read_digits(model, test) for model in train_both(mixed)])
    trained = "trained on 8,000 real digits and drawn capitals: 2,000 other digits read"
    return [
        ("10,000 real digits read, among 36 classes", by_pen[:, 0], "88%"),
        ("the same, among the ten digits", by_pen[:, 1], ""),
        (f"{trained}, among 36", by_real[:, 0], "95%"),
        ("the same, among the ten digits", by_real[:, 1], "98%"),
    ]


def table(models, reader):
    """Return the rows of the table: (name, what each model reaches, target)."""
    measured = [measure(model, reader) for model in models]
    rows = [(name, [m[name, target] for m in measured], target) for name, target in measured[0]]
    rows += [
        (name, [f"{x:.1%}" for x in xs], target) for name, xs, target in real_digit_rows(models)
    ]
    if found := real_letter_shares():
        pairs, shares, by_traits = found
        name = f"real letters nearer to the style of their own writer, of {pairs:,} pairs"
        rows.append((name, [f"{share:.1%}" for share in shares], "65%"))
        copied = "the same, if slant, width and ink of the three letters were copied exactly"
        rows.append((copied, [f"{by_traits:.1%}"] * len(shares), ""))
    return rows


def page(seconds, rows, confusions):
    """Return the lines of STYLE.md."""
    names = f"{', '.join(SHOWN[:-1])} and {SHOWN[-1]}"
    caption = f"Two rows for each of {names}: three drawn characters, and text in their style"
    drawn = f"{vae.style.count_drawn(vae.STYLE_VAE.per_class):,}"
    ours, published = RECIPES
    return [
        "# What the style VAE can do",
        "",
        f"Written by `benchmarks/style.py`. Both models learned from the pen's same {drawn} images",
        f"of 36 characters. `{ours.name}` took {ours.steps:,} steps and {seconds[0]:.0f} s of",
        f"processor time, `{published.name}` took the tutorial's ten epochs, which are",
        f"{published.steps:,} steps, and {seconds[1]:.0f} s.",
        "They take the style from three characters, and are measured on the 33 others.",
        "",
        f"| | {ours.name} | {published.name} | target for ours |",
        "|---|---:|---:|---:|",
        *(f"| {name} | {' | '.join(values)} | {target} |" for name, values, target in rows),
        "",
        f"On real digits and on small letters, ours is trained anew for {SHORTER:,} steps and the",
        "tutorial's for ten epochs.",
        "The targets of the rows trained on real digits are what the tutorial's own weights reach",
        "on MNIST's test split; they have seen MNIST's 60,000 training digits.",
        "",
        f"Ours most often confuses, of 60 images of each character: {confusions}.",
        "",
        f"![{caption}](../pictures/style.png)",
    ]


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    models, seconds = [], []
    for recipe in RECIPES:
        drawn, start = vae.draw_characters(), time.process_time()
        models.append(vae.train_vae(drawn, recipe=recipe))
        seconds.append(time.process_time() - start)
    reader = classifier.load_classifier(datasets.load_handwriting(CHARACTERS, 300, seed=7))
    figure = plot_styles(dict(zip(("ours", "published"), models)))
    figure.savefig(HERE.parent / "pictures" / "style.png", dpi=80, bbox_inches="tight")
    confused = ", ".join(f"{names} ({count})" for names, count in read_held_out(models[0])[1])
    lines = page(seconds, table(models, reader), confused)
    (HERE / "STYLE.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
