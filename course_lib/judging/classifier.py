"""A classifier of characters; `metrics` measures distances between its features.

It is trained on the characters at hand and kept in Keras's cache folder. One extra class stands for
everything that isn't a character: a network that knows only ten digits places noise among them,
and distances between its features couldn't tell the two apart.
"""

import hashlib

import keras
import numpy as np
import tensorflow as tf

from course_lib.data.pixels import scale_pixels
from course_lib.data.progress_bar import ProgressBar
from course_lib.networks import build_classifier
from course_lib.training import model_cache
from course_lib.training.distortion import distort
from course_lib.training.entrance import as_images

JUNK = 8  # pictures without a character in each batch, a multiple of 4
VERSION = 2  # raise it with every change of the classifier or its training


def train_classifier(dataset, steps=None, batch_size=64, seed=0) -> keras.Model:
    """Train a new classifier of a dataset's characters, in 10 to 30 seconds on two CPU cores.

    It sees each image about a dozen times, each time slightly distorted, together with pictures
    that show no character (outlier exposure: Hendrycks et al. 2018, arXiv:1812.04606).

    Args:
        dataset: a `Dataset`.
        steps: a dozen passes over the data unless given, but at most 900.
        batch_size: characters in a batch.
        seed: of the weights, the batches and the distortions.

    Returns:
        A model images [B, 28, 28, 1] in [-1, 1] -> {"features": [B, 64], "logits": [B, C + 1]} for
        C classes; the last logit stands for everything that isn't a character.
    """
    n_classes = len(dataset.class_names)
    steps = steps or min(900, 12 * len(dataset) // batch_size + 50)
    classifier = build_classifier(n_classes + 1, seed=seed)
    student = keras.Model(classifier.input, classifier.output["logits"])
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    student.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    batches = _training_batches(dataset, batch_size, seed)
    with ProgressBar(steps, f"learning to read {n_classes} classes") as bar:
        step = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: bar.update())
        student.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0, callbacks=[step])
    return classifier


def _training_batches(dataset, batch_size, seed):
    """Return endless batches (images, labels): distorted characters, then junk."""
    n_classes = len(dataset.class_names)

    def prepare(batch, seed):
        images, labels = batch
        images = distort(scale_pixels(images), seed)
        nothing = tf.fill([JUNK], tf.cast(n_classes, labels.dtype))
        return tf.concat([images, make_junk(JUNK, seed)], 0), tf.concat([labels, nothing], 0)

    batches = dataset.batches(min(batch_size, len(dataset)), seed, labels=True)
    seeds = tf.data.Dataset.random(seed=seed).batch(2)
    return tf.data.Dataset.zip(batches, seeds).map(prepare)


def make_junk(n, seed) -> tf.Tensor:
    """Make pictures that aren't characters, inside a graph.

    There are equal numbers of four kinds: grey noise, black-and-white noise, small smooth stains
    and large ones. Contrast and brightness are random.

    Args:
        n: how many, a multiple of 4.
        seed: a tensor of two integers.

    Returns:
        float32 [n, 28, 28, 1] in [-1, 1].
    """
    pictures = []
    for kind, size in enumerate((28, 28, 14, 7)):
        kind_seed = seed + tf.constant([kind, 0], seed.dtype)
        noise = tf.random.stateless_uniform((n // 4, size, size, 1), kind_seed, -1.0, 1.0)
        pictures.append(tf.image.resize(tf.sign(noise) if kind == 1 else noise, (28, 28)))
    r = tf.random.stateless_uniform((2, n, 1, 1, 1), seed + tf.constant([4, 0], seed.dtype))
    contrast, brightness = 2 * r[0], 3 * r[1] - 1.5
    return tf.clip_by_value(contrast * tf.concat(pictures, axis=0) + brightness, -1.0, 1.0)


def load_classifier(dataset) -> keras.Model:
    """Load the classifier of a `Dataset` from Keras's cache folder, or train and keep a new one.

    Its file is named after a hash of images, labels and class names, so a classifier is never used
    for data other than its own. Prints whether it was loaded or trained.
    """
    name = f"classifier-{_hash(dataset)}"
    title = f"the classifier of {len(dataset.class_names)} classes"
    return model_cache.load_or_train(name, title, lambda: train_classifier(dataset))


def _hash(dataset):
    digest = hashlib.sha256(f"{VERSION} {dataset.class_names}".encode())
    for array in (dataset.images, dataset.labels):
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()[:16]


def read(classifier, images) -> tuple[np.ndarray, np.ndarray]:
    """Read images with a classifier.

    Args:
        classifier: a model as `train_classifier` returns it.
        images: [N, 28, 28, 1], uint8 or float32 in [-1, 1].

    Returns:
        (features [N, 64], probabilities [N, C]). The probabilities are over the C classes alone,
        as if each image were a character, so they can be high even for noise.

    Raises:
        ValueError: as `entrance.as_images`.
    """
    images = as_images(images)
    parts = [_read(classifier, images[i : i + 500]) for i in range(0, len(images), 500)]
    features, probabilities = zip(*parts, strict=True)
    return np.concatenate(features), np.concatenate(probabilities)


def _read(classifier, images):
    found = classifier(scale_pixels(images), training=False)
    return found["features"].numpy(), tf.nn.softmax(found["logits"][:, :-1]).numpy()
