"""A reader of characters: the measuring space of `metrics`.

It is trained on the characters at hand and kept in Keras's cache folder. Beside the classes it
learns an answer of its own for what is no character at all: a network that knows ten digits alone
puts noise anywhere, among the digits too, and a measure taken there could not tell them apart.
"""

import hashlib

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from course_lib.data.pixels import check_images, scale_pixels
from course_lib.data.progress import ProgressBar
from course_lib.networks import build_classifier
from course_lib.training import model_cache

JUNK = 8  # pictures of nothing beside each batch
VERSION = 2  # to be raised with every change of the classifier or its training


def train_classifier(dataset, steps=None, batch_size=64, seed=0):
    """A new classifier of a `Dataset`'s characters, some 25 seconds on two CPU cores.

    It sees each image a little turned, stretched and moved, a dozen times or so, and junk beside
    them (outlier exposure: Hendrycks et al. 2018, arXiv:1812.04606); `steps` is 900 at the most
    unless given. Returns a keras.Model: images [B, 28, 28, 1] in [-1, 1] ->
    {"features": [B, 64], "logits": [B, classes + 1]}, the last one for what is no character.
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

    def prepare(batch, seed):
        images, labels = batch
        images = distort(scale_pixels(images), seed)
        nothing = tf.fill([JUNK], tf.cast(n_classes, labels.dtype))
        return tf.concat([images, make_junk(JUNK, seed)], 0), tf.concat([labels, nothing], 0)

    batches = dataset.batches(min(batch_size, len(dataset)), seed, labels=True)
    seeds = tf.data.Dataset.random(seed=seed).batch(2)
    batches = tf.data.Dataset.zip(batches, seeds).map(prepare)
    with ProgressBar(steps, f"learning to read {n_classes} classes") as bar:
        step = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: bar.update())
        student.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0, callbacks=[step])
    return classifier


def make_junk(n, seed):
    """`n` pictures of nothing, a multiple of 4: [n, 28, 28, 1] in [-1, 1], inside a graph.

    A quarter each of noise, of black and white noise, and of smooth stains of two sizes, in every
    contrast and brightness; `seed`: two integers.
    """
    pictures = []
    for kind, size in enumerate((28, 28, 14, 7)):
        kind_seed = seed + tf.constant([kind, 0], seed.dtype)
        noise = tf.random.stateless_uniform((n // 4, size, size, 1), kind_seed, -1.0, 1.0)
        pictures.append(tf.image.resize(tf.sign(noise) if kind == 1 else noise, (28, 28)))
    r = tf.random.stateless_uniform((2, n, 1, 1, 1), seed + tf.constant([4, 0], seed.dtype))
    contrast, brightness = 2 * r[0], 3 * r[1] - 1.5
    return tf.clip_by_value(contrast * tf.concat(pictures, axis=0) + brightness, -1.0, 1.0)


def distort(images, seed, turn=0.15, stretch=0.1, shift=2.0):
    """Each of images [B, 28, 28, 1] in [-1, 1] in another slight way, inside a graph.

    Turned by up to `turn` radians, stretched by `stretch` either way, moved by `shift` pixels;
    `seed`: two integers. Paper (-1) comes in from the sides.
    """
    r = tf.random.stateless_uniform((5, tf.shape(images)[0]), seed, -1.0, 1.0)
    cos, sin = tf.cos(turn * r[0]), tf.sin(turn * r[0])
    wide, high = 1 + stretch * r[1], 1 + stretch * r[2]
    a, b, c, d = cos / wide, -sin / wide, sin / high, cos / high  # where a pixel comes from
    x = 13.5 * (1 - a - b) + shift * r[3]  # about the centre
    y = 13.5 * (1 - c - d) + shift * r[4]
    nothing = tf.zeros_like(x)
    matrix = tf.stack([a, b, x, c, d, y, nothing, nothing], axis=1)
    return ops.image.affine_transform(images, matrix, fill_value=-1.0)


def load_classifier(dataset):
    """The classifier of a `Dataset`: from Keras's cache folder if it was trained before, else new.

    Its file is named after a hash of images, labels and class names, so other data never meet an
    old classifier. Says which it was.
    """
    name = f"classifier-{_hash(dataset)}"
    what = f"the classifier of {len(dataset.class_names)} classes"
    return model_cache.load_or_train(name, what, lambda: train_classifier(dataset))


def _hash(dataset):
    digest = hashlib.sha256(f"{VERSION} {dataset.class_names}".encode())
    for array in (dataset.images, dataset.labels):
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()[:16]


def read(classifier, images):
    """What a classifier makes of images: (features [N, 64], probability of each class [N, C]).

    `images`: uint8 or float32 in [-1, 1], [N, 28, 28, 1]. The probabilities are those of the
    classes alone, as if each image were a character: it can be quite sure of noise.
    """
    check_images(images)
    found = [_read(classifier, images[i : i + 500]) for i in range(0, len(images), 500)]
    features, probabilities = zip(*found, strict=True)
    return np.concatenate(features), np.concatenate(probabilities)


def _read(classifier, images):
    found = classifier(scale_pixels(images), training=False)
    return found["features"].numpy(), tf.nn.softmax(found["logits"][:, :-1]).numpy()
