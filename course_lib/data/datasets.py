"""Every source of handwriting becomes one `Dataset`: uint8 images, integer labels, names.

Reading order: what a data set is, the loaders, what they do with a file. `places` finds the files,
`formats` reads them. Importing this module loads neither TensorFlow nor Keras.
"""

import string
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from course_lib.data import formats, places
from course_lib.data.formats import DatasetError, fault  # noqa: F401 - learners catch it from here

DIGITS, LETTERS = string.digits, string.ascii_uppercase
ALPHANUMERIC = string.digits + string.ascii_uppercase + string.ascii_lowercase
EMNIST_CLASSES = {
    "letters": LETTERS,  # both cases under one name
    "balanced": DIGITS + LETTERS + "abdefghnqrt",  # lower case only where it looks different
    "byclass": ALPHANUMERIC,
}
EMNIST_URL = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
EMNIST_MD5 = "58c8d27c78d21e728a6bc7b3cc06412e"  # as torchvision.datasets.EMNIST lists it
SPLITS = {"train": "training", "test": "test"}
LETTERS_PER_CLASS = 4182  # the letters tutorial's "up to this number"


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images of characters with what each one stands for.

    `images`: uint8 [N, 28, 28, 1], white ink (255) on black (0). `labels`: int64 [N], indices
    into `class_names`. `source`: one line that says where they came from. Raises `DatasetError`
    if these do not fit together.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    source: str

    def __post_init__(self):
        object.__setattr__(self, "class_names", tuple(self.class_names))
        if not all(isinstance(array, np.ndarray) for array in (self.images, self.labels)):
            found = f"{type(self.images).__name__}, {type(self.labels).__name__}"
            raise fault("Dataset", found, "two NumPy arrays", "Use numpy.asarray.")
        found = f"images {self.images.dtype} {list(self.images.shape)}"
        if self.images.dtype != np.uint8 or self.images.shape[1:] != (28, 28, 1):
            raise fault("Dataset", found, "uint8 [N, 28, 28, 1]", "Reshape, or undo the scaling.")
        if len(self.images) == 0 or self.labels.shape != (len(self.images),):
            found += f" and labels {list(self.labels.shape)}"
            raise fault("Dataset", found, "one label for each of 1 or more images", "Match them.")
        if self.labels.dtype != np.int64:
            cure = "Use labels.astype('int64')."
            raise fault("Dataset", f"labels {self.labels.dtype}", "int64", cure)
        if len(set(self.class_names)) != len(self.class_names):
            raise fault("Dataset", f"class names {self.class_names}", "no doubles", "Rename one.")
        _check_labels("Dataset", self.labels, len(self.class_names))

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        names = " ".join(self.class_names)
        return f"Dataset({len(self):,} images of {names}; {self.source})"

    def batches(self, batch_size, seed=0, labels=False):
        """An endless `tf.data.Dataset` of image batches, every pass in a new order.

        Yields uint8 [batch_size, 28, 28, 1], and with `labels` pairs of these and their labels,
        int64 [batch_size]; what does not fill a batch at the end of a pass is left out of it. The same seed gives the same batches. The images are not copied:
        handing TensorFlow the array would hold it twice. Raises `DatasetError` if there are fewer
        images than `batch_size`.
        """
        import tensorflow as tf

        if not isinstance(batch_size, (int, np.integer)) or not 1 <= batch_size <= len(self):
            expected = f"1 to {len(self):,}, the number of images"
            cure = "Choose one in between, or add images."
            raise fault(self.source, f"batch_size {batch_size!r}", expected, cure)

        def blocks():  # of 16 batches each: every call into Python costs half a millisecond
            rng = np.random.default_rng(seed)
            while True:
                order = rng.permutation(len(self))
                order = order[: len(self) // batch_size * batch_size].reshape(-1, batch_size)
                for start in range(0, len(order), 16):
                    rows = order[start : start + 16]
                    yield (self.images[rows], self.labels[rows]) if labels else self.images[rows]

        spec = tf.TensorSpec([None, batch_size, 28, 28, 1], tf.uint8)
        if labels:
            spec = spec, tf.TensorSpec([None, batch_size], tf.int64)
        batches = tf.data.Dataset.from_generator(blocks, output_signature=spec).unbatch()
        batches = batches.prefetch(2)
        options = tf.data.Options()
        options.autotune.enabled = False  # its thread is waited for when a fit ends, up to a second
        return batches.with_options(options)


# --- Loaders -----------------------------------------------------------------------------------


def load_digits():
    """Digits 0-9 from the first source present: MNIST, Kaggle's train.csv, else the pen.

    Returns a `Dataset`, 10 classes. Nothing is downloaded. Raises `DatasetError` if a file found
    is not sound: a damaged source is reported, not passed over.
    """
    if found := _find_digits():
        return _announce(found[1]())
    return _announce(_draw("digits", note="; no real digits found, see data/README.md"))


def load_letters():
    """Capital letters A-Z from the first source present: Kaggle's A-Z CSV, EMNIST, else the pen.

    Returns a `Dataset`, 26 classes; of the CSV at most 4,182 images a letter, as in the letters
    tutorial (its F and I have fewer). Nothing is downloaded; collections of a few hundred
    letters, such as Omniglot's, are too small to train on and are not looked for. Raises
    `DatasetError` if a file found is not sound.
    """
    if found := _find_letters():
        return _announce(found[1]())
    return _announce(_draw("letters", note="; no real letters found, see data/README.md"))


def load_handwriting(classes="digits", per_class=600, seed=0):
    """Handwriting drawn by the simulated pen of `pen.py`, in mixed order.

    `classes`: "digits" (0-9), "letters" (A-Z), "alphanumeric" (0-9A-Za-z) or the characters
    themselves, such as "ABC". Returns a `Dataset` of `per_class` images of each. Raises
    `DatasetError` for a character the pen does not know or that is named twice.
    """
    return _announce(_draw(classes, per_class, seed))


def load_mnist(split=None):
    """MNIST's digits from idx or mnist.npz files on this machine, else by Keras's download.

    `split`: "train" (60,000 images), "test" (10,000), or None for the training split if it is
    there, else the one that is. Returns a `Dataset`. Raises `DatasetError` if a file is not
    sound or there is neither file nor network. LeCun, Cortes, Burges.
    """
    if split not in (None, "train", "test"):
        raise fault("load_mnist", f"split {split!r}", "'train', 'test' or None", "Choose one.")
    if found := places.find_mnist(split):
        return _announce(_read_mnist(*found, note=split is None))
    import keras

    print("No MNIST file on this machine: Keras downloads it")
    try:
        halves = dict(zip(("train", "test"), keras.datasets.mnist.load_data(), strict=True))
    except Exception as error:
        cure = f"Connect to the network, or put MNIST's idx.gz files into {places.folders_text()}."
        raise fault("MNIST", f"no file, and {error}", "a file or a network", cure) from error
    split = split or "train"
    source = f"{len(halves[split][0]):,} real digits of MNIST's {SPLITS[split]} split, by Keras"
    return _announce(_joined(*halves[split], DIGITS, source, ["Keras's MNIST"]))


def load_emnist(kind="letters", split="train", url=EMNIST_URL, file_hash=EMNIST_MD5):
    """EMNIST's characters, upright and labelled from 0; NIST's idx files, fetched if not there.

    `kind`: "letters" (26 classes, both cases under A-Z), "balanced" (47) or "byclass" (62).
    `split`: "train" or "test". `url`, `file_hash`: of NIST's gzip.zip, 562 MB. Returns a
    `Dataset`. Raises `DatasetError`. Cohen et al. 2017, arXiv:1702.05373.
    """
    if kind not in EMNIST_CLASSES or split not in ("train", "test"):
        expected = f"one of {list(EMNIST_CLASSES)} and 'train' or 'test'"
        raise fault("load_emnist", f"{kind!r}, {split!r}", expected, "Choose from these.")
    found = places.find_emnist(kind, split) or places.in_zip(
        _fetch_emnist(url, file_hash), kind, split
    )
    return _announce(_read_emnist(kind, split, *found))


def load_kaggle_csv(path, per_class=None, seed=0, class_names=None, allow_fewer=False):
    """Read a CSV of a label and 784 pixels a row: Kaggle's digit-recognizer or A-Z handwriting.

    `path`: plain, .gz, or .zip with one CSV in it. A header `label,pixel0,...` means digits; no
    header and labels above 9 mean A-Z; no header and only 0-9 could be either, and is an error
    unless `class_names`, such as "0123456789", says what the labels stand for.
    `per_class`: a random sample of this many rows of each class, mixed; None for all rows in
    the file's order. `allow_fewer`: take all of a class that has fewer rows, as the letters
    tutorial does with 4182. A cache `<name>.cache.npy` beside the file makes the next load
    quick. Returns a `Dataset`. Raises `DatasetError` with row and column.
    """
    return _announce(_read_kaggle_csv(path, per_class, seed, class_names, allow_fewer))


def join(datasets, per_class=None, seed=0):
    """Several `Dataset`s as one: their classes side by side, images of the same class together.

    `per_class`: at most this many of each class, chosen at random; None for all. In mixed order.
    The images are copied. Raises `DatasetError` if there is none.
    """
    datasets = list(datasets)
    if not datasets:
        raise fault("join", "no dataset", "one or more", "Name some.")
    if per_class is not None:
        _check_per_class("join", per_class)
    names = list(dict.fromkeys(name for part in datasets for name in part.class_names))
    labels = [
        np.array([names.index(name) for name in part.class_names])[part.labels] for part in datasets
    ]
    images, labels = np.concatenate([part.images for part in datasets]), np.concatenate(labels)
    chosen = _sample(labels, len(names), per_class, seed)
    source = "; ".join(part.source for part in datasets)
    if per_class is not None:
        source += f"; together {len(chosen):,}, at most {per_class:,} of a class"
    return Dataset(images[chosen], labels[chosen].astype(np.int64), names, source)


def find_sources():
    """What `load_digits` and `load_letters` would read: one line for each that is real."""
    return [found[0] for found in (_find_digits(), _find_letters()) if found]


# --- From a file to a Dataset ------------------------------------------------------------------


def _announce(dataset):
    print(dataset.source)
    return dataset


def _draw(classes, per_class=600, seed=0, note=""):
    from course_lib import pen

    named = {"digits": DIGITS, "letters": LETTERS, "alphanumeric": ALPHANUMERIC}
    if not isinstance(classes, str):
        cure = "Join the characters to one string."
        raise fault("load_handwriting", f"classes {classes!r}", "a string", cure)
    names = named.get(classes, classes)
    unknown = sorted(set(names) - set(pen.CHARACTERS))
    doubled = sorted({name for name in names if names.count(name) > 1})
    if not names or unknown or doubled:
        found = f"{classes!r} (unknown: {unknown}, doubled: {doubled})"
        expected = f"{', '.join(named)} or characters of {pen.CHARACTERS}, each once"
        raise fault("load_handwriting", found, expected, "Name each character once.")
    _check_per_class("load_handwriting", per_class)
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(names), dtype=np.int64), per_class))
    images = pen.draw("".join(names[label] for label in labels), rng=rng)
    source = f"{len(labels):,} characters drawn by course_lib.pen, seed {seed}{note}"
    return Dataset(images, labels, names, source)


def _read_kaggle_csv(path, per_class=None, seed=0, class_names=None, allow_fewer=False):
    path = Path(path).expanduser()
    if per_class is not None:
        _check_per_class(path, per_class)
    stamp = formats.file_stamp(path)
    cached = formats.read_cache(path, stamp)
    table = cached or formats.read_csv(path)
    names = class_names or _kaggle_classes(path, table)
    _check_labels(path, table.labels, len(names), row=table.row)

    what = {tuple(DIGITS): "digits", tuple(LETTERS): "letters"}.get(tuple(names), "characters")
    counts = np.bincount(table.labels, minlength=len(names))
    images, labels, note = table.images, table.labels, ""
    if per_class is not None:
        _check_counts(path, counts, names, per_class, allow_fewer)
        chosen = _sample(labels, len(names), per_class, seed)
        images, labels = images[chosen], labels[chosen]
        note = f", {per_class:,} of each class" + " at most" * bool(counts.min() < per_class)
    if missing := int((counts == 0).sum()):
        note += f", {missing} of {len(names)} classes absent"
    source = f"{len(labels):,} {what} of the CSV {path}{note}"
    dataset = Dataset(images, labels, names, source)
    if cached is None:  # last, so that a file with anything wrong in it leaves no cache
        formats.write_cache(path, stamp, table)
    return dataset


def _kaggle_classes(path, table):
    """What the labels of one of Kaggle's two files stand for."""
    if table.has_header:
        return DIGITS
    if table.labels.max() > 9:
        return LETTERS
    raise fault(
        f"{path}, row 1",
        "no header, and no label above 9 in the file",
        "a header for digits, or labels up to 25 for A-Z",
        "Put the header label,pixel0,...,pixel783 back, or say what the labels stand for: "
        "class_names='0123456789', on the command line --class-names 0123456789.",
    )


def _sample(labels, class_count, per_class, seed):
    """Row indices in random order: up to `per_class` random ones of each class."""
    rng = np.random.default_rng(seed)
    rows = [rng.permutation(np.flatnonzero(labels == k))[:per_class] for k in range(class_count)]
    return rng.permutation(np.concatenate(rows))


def _read_mnist(paths, split, note=False):
    if len(paths) == 2:
        images, labels = formats.read_idx(paths[0], (28, 28)), formats.read_idx(paths[1])
    else:
        images, labels = formats.read_npz(paths[0], [f"x_{split}", f"y_{split}"])
        whole = images.dtype == np.uint8 and labels.dtype.kind in "iu"
        if images.shape[1:] != (28, 28) or labels.ndim != 1 or not whole:
            found = f"{images.dtype} {list(images.shape)}, {labels.dtype} {list(labels.shape)}"
            expected = "uint8 [N, 28, 28] and integers [N]"
            raise fault(paths[0], found, expected, "Download it again.")
    note = "; no training split found" if note and split == "test" else ""
    source = f"{len(images):,} real digits of MNIST's {SPLITS[split]} split, {paths[0]}{note}"
    return _joined(images, labels, DIGITS, source, paths)


def _read_emnist(kind, split, paths, members):
    images = formats.read_idx(paths[0], (28, 28), members[0])
    labels = formats.read_idx(paths[1], (), members[1])
    for start in range(0, len(images), 10_000):  # EMNIST stores columns as rows; no second copy
        block = images[start : start + 10_000]
        block[:] = block.transpose(0, 2, 1).copy()
    source = f"{len(images):,} real characters of EMNIST {kind}, {split} split, {paths[0]}"
    first_label = 1 if kind == "letters" else 0
    return _joined(images, labels, EMNIST_CLASSES[kind], source, paths, first_label)


def _joined(images, labels, names, source, paths, first_label=0):
    """A `Dataset` of the images and labels of an idx pair or an npz file."""
    if len(images) != len(labels):
        found = f"{len(images):,} images and {len(labels):,} labels"
        where = " and ".join(str(path) for path in paths)
        raise fault(where, found, "as many labels as images", "Download both again.")
    _check_labels(paths[-1], labels, len(names), first_label)
    labels = labels.astype(np.int64) - first_label
    return Dataset(images.reshape(-1, 28, 28, 1), labels, names, source)


def _check_labels(where, labels, class_count, first_label=0, row=None):
    """Raise `DatasetError` for the first label that is out of range; `row` maps index to row."""
    last_label = first_label + class_count - 1
    wrong = np.flatnonzero((labels < first_label) | (labels > last_label))
    if wrong.size:
        index = int(wrong[0])
        where = f"{where}, row {row(index)}, column 1 (label)" if row else f"{where}, item {index}"
        expected = f"a label from {first_label} to {last_label}"
        cure = "Is it another data set? EMNIST's own files are for load_emnist."
        if row and class_count == 10 and labels.max() < 26:
            cure = f"Are these letters under a header? Then class_names={LETTERS!r} says so."
        raise fault(where, f"the label {labels[index]}", expected, cure)


def _check_per_class(where, per_class):
    if isinstance(per_class, bool) or not isinstance(per_class, (int, np.integer)) or per_class < 1:
        expected = "a whole number of 1 or more"
        raise fault(where, f"per_class {per_class!r}", expected, "Choose another number.")


def _check_counts(path, counts, names, per_class, allow_fewer):
    short = [f"{name} {n:,}" for name, n in zip(names, counts, strict=True) if n < per_class]
    if short and not allow_fewer:
        cure = f"Use per_class={counts.min()}, or allow_fewer=True to take what there is."
        if counts.min() == 0:
            cure = "Use allow_fewer=True to take what there is."
        expected = f"{per_class:,} rows of every class"
        raise fault(path, f"fewer rows in {', '.join(short)}", expected, cure)


# --- The first source that is present ----------------------------------------------------------


def _find_digits():
    """(what it is, a function that reads it) of the first real digits found, or None."""
    if found := places.find_mnist(None):
        return f"MNIST {found[0][0]}", partial(_read_mnist, *found, note=True)
    for path in places.find("train.csv", "train.csv.zip", "train.csv.gz"):
        if formats.first_line(path).startswith("label,"):  # every competition has a train.csv
            return f"Kaggle digits {path}", partial(_read_kaggle_csv, path)
    return None


def _find_letters():
    """(what it is, a function that reads it) of the first real letters found, or None."""
    for path in places.find("A_Z*.csv", "A_Z*.csv.gz", "A_Z*.zip"):
        read = partial(
            _read_kaggle_csv, path, LETTERS_PER_CLASS, class_names=LETTERS, allow_fewer=True
        )
        return f"Kaggle letters {path}", read
    if found := places.find_emnist("letters", "train"):
        return f"EMNIST letters {found[0][0]}", partial(_read_emnist, "letters", "train", *found)
    return None


def _fetch_emnist(url, file_hash):
    """The path of NIST's zip, fetched into Keras's cache; one of a wrong hash is not kept."""
    from keras.utils import get_file

    target = places.keras_home() / "datasets" / "emnist-gzip.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    print(f"Fetching EMNIST (562 MB at NIST) from {url}")
    try:
        return Path(
            get_file(target.name, url, file_hash=file_hash, cache_dir=str(places.keras_home()))
        )
    except Exception as error:
        target.unlink(missing_ok=True)  # Keras keeps a file even if its hash is wrong
        cure = f"Download it by hand and put gzip.zip into one of {places.folders_text()}."
        raise fault(f"EMNIST from {url}", str(error), "NIST's gzip.zip", cure) from error
