"""Files that aren't read here, each with a way to turn it into one that is."""

import re
from pathlib import PurePath

from course_lib.data.errors import fault
from course_lib.data.formats.files import check_file, names_in_zip
from course_lib.data.formats.npz_pairs import split_of
from course_lib.data.formats.pictures import ENDINGS
from course_lib.data.formats.signatures import PICKLE, TEXT, read_start, refuse_content

READ = (
    "a CSV, TSV, ARFF, .npz, .npy, .mat, .h5 or .parquet file, idx files, or a folder of pictures"
)
UNPACK = "Unpack it, and give the path of the file or folder in it."
SAVEZ = "Save the images and labels with numpy.savez(file, images=images, labels=labels)."
FEWEST_BYTES = 1000  # of JSON that can hold an image

MNIST_PICKLE = (
    "A pickle can run any code when it is opened, so it isn't read here. If you trust its source, "
    "and it is deeplearning.net's, convert it: import gzip, pickle, numpy; train, valid, test = "
    "pickle.load(gzip.open({path!r}), encoding='latin1'); numpy.savez('mnist.npz', x_train="
    "(train[0] * 256).round().astype('uint8'), y_train=train[1], x_test="
    "(test[0] * 256).round().astype('uint8'), y_test=test[1])"
)
TORCH = (
    "If there are files such as train-images-idx3-ubyte in the folder raw beside its folder, give "
    "the path of these. Otherwise convert it where PyTorch is installed (python -m pip install "
    "torch): import torch, numpy; images, labels = torch.load({path!r})[:2]; "
    "numpy.savez('digits.npz', images=images.numpy(), labels=labels.numpy())"
)
TFRECORD = (
    "Convert it with the package tensorflow-datasets (python -m pip install tensorflow-datasets), "
    "from the folder that holds dataset_info.json: import tensorflow_datasets as tfds, numpy; "
    "builder = tfds.builder_from_directory({folder!r}); images, labels = tfds.as_numpy("
    "builder.as_dataset(split={split!r}, as_supervised=True, batch_size=-1)); "
    "numpy.savez('digits.npz', images=images, labels=labels)"
)
JSON = (
    "If it holds an object with image and label for each image, convert it: import numpy, pandas; "
    "frame = pandas.read_json({path!r}, lines={lines}); numpy.savez('digits.npz', "
    "images=numpy.array(frame['image'].tolist()), labels=frame['label'])"
)
ARROW = (
    "Convert its folder with the package datasets (python -m pip install datasets): "
    "import datasets; datasets.load_from_disk({folder!r}).to_parquet('digits.parquet')"
)
KINDS = {  # the end of a file's name: what it is, and what to do
    r"mnist[^/]*\.(pkl|pickle)\.gz": ("a pickle", MNIST_PICKLE),
    r"\.(pkl|pickle|joblib)(\.gz|\.bz2|\.xz)?": ("a pickle", PICKLE),
    r"\.(pt|pth)": ("PyTorch's format", TORCH),
    r"\.tfrecords?(-\d+-of-\d+)?": ("TensorFlow's record format", TFRECORD),
    r"\.(json|jsonl|ndjson)(\.gz)?": ("JSON", JSON),
    r"\.arrow": ("an Arrow file", ARROW),
    r"\.(xlsx?|ods)": ("a spreadsheet", "In the spreadsheet program, save it as CSV."),
    r"\.(rda|rdata|rds)": ("R's format", "In R, save the table with write.csv(table, 'x.csv')."),
    r"\.(npz|npy|mat|h5|hdf5|parquet)\.(gz|bz2|xz|zst)": ("a compressed file", UNPACK),
    r"\.(tar|tgz|tar\.(gz|bz2|xz)|rar|7z)": ("an archive", UNPACK),
}


def kind_of(path) -> tuple[str, str] | None:
    """Return (what it is, what to do) for a file of a kind that isn't read; None for others."""
    for pattern, kind in KINDS.items():
        if re.search(f"{pattern}$", path.name.lower()):
            return kind
    return None


def refuse_unread(path) -> None:
    """Raise `DatasetError` for a file of a kind that isn't read, with the way to convert it.

    Args:
        path: a `Path`.
    """
    if "idx1" in path.name.lower():
        fix = "These are labels. Give the path of the images, ...-images-idx3-ubyte."
        raise fault(path, "a file of labels", "a file of images", fix)
    if kind := kind_of(path):
        if kind[1] is not JSON or not path.exists() or path.stat().st_size < FEWEST_BYTES:
            check_file(path)
        lines = ".json." not in f"{path.name}." if kind[1] is JSON else None
        names = {"path": str(path), "folder": str(path.parent), "lines": lines}
        names["split"] = split_of(path.name) or "train"
        raise fault(path, kind[0], READ, kind[1].format(**names))
    names = names_in_zip(path) if path.suffix.lower() == ".zip" else []
    pictures = [name for name in names if PurePath(name).suffix.lower() in ENDINGS]
    if pictures and not any(".csv" in name.lower() for name in names):
        found = f"a zip of pictures ({len(pictures):,} such as {pictures[0]})"
        raise fault(path, found, "a folder of pictures", "Unzip it, and give the folder's path.")


def refuse_unknown(path) -> None:
    """Raise `DatasetError` for a file whose name doesn't say what it is."""
    check_file(path)
    start = read_start(path)
    if error := refuse_content(path, start, READ):
        raise error
    if TEXT.match(start) and re.search(rb"[,;\t| ]", start):
        fix = "If it is a table, rename it so that its name ends in .csv."
        raise fault(path, f"text, which starts with {start[:40].decode()!r}", READ, fix)
    ending = "".join(path.suffixes[-2:]) or "(none)"
    raise fault(path, f"a file with the ending {ending}", READ, SAVEZ)
