"""How far generated characters are from real ones: Fréchet distance in a classifier's features.

Heusel et al. 2017, arXiv:1706.08500, with a small classifier of the characters at hand in place of
Inception. The scale is this classifier's own, so `quality.py` also measures real characters, blank
paper and noise, and draws samples with their distances.
"""

import numpy as np
from scipy import linalg

from course_lib.data.pixels import scale_pixels


class Judge:
    """A classifier that measures other images.

    Args:
        images, labels: what it is trained on, uint8 [N, 28, 28, 1] and integers [N].
        epochs, seed: of the training.
    """

    def __init__(self, images, labels, epochs=6, seed=0):
        import keras
        from keras import layers

        keras.utils.set_random_seed(seed)
        inputs = keras.Input((28, 28, 1))
        x = inputs
        for filters in (32, 64):
            x = layers.Conv2D(filters, 3, strides=2, activation="relu")(x)
        x = layers.Dropout(0.3)(layers.Flatten()(x))
        features = layers.Dense(64, activation="relu")(x)
        self.n_classes = int(labels.max()) + 1
        logits = layers.Dense(self.n_classes)(features)
        model = keras.Model(inputs, logits)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", loss, jit_compile=False)
        real_images = scale_pixels(images)
        model.fit(real_images, labels, epochs=epochs, batch_size=64, verbose=0)
        self.network = keras.Model(inputs, [features, logits])
        self.real_features = self.read(real_images)[0]

    def read(self, images):
        """Return the features [N, 64] and the class [N] of float32 images in [-1, 1]."""
        features, logits = self.network.predict(images, batch_size=500, verbose=0)
        return features, logits.argmax(axis=1)

    def judge(self, images):
        """Return the Fréchet distance of float32 images in [-1, 1], and how many classes they have.

        A class counts if it has at least a fifth of an even share of the images.
        """
        features, classes = self.read(images)
        counts = np.bincount(classes, minlength=self.n_classes)
        enough = counts >= 0.2 * len(classes) / self.n_classes
        return frechet_distance(self.real_features, features), int(enough.sum())


def frechet_distance(a, b):
    """Return |mean(a) - mean(b)|² + trace(A + B - 2 (AB)^½) of two sets of features [N, d].

    A and B are their covariances.
    """
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    root = linalg.sqrtm(cov_a @ cov_b + 1e-6 * np.eye(len(cov_a))).real
    gap = a.mean(axis=0) - b.mean(axis=0)
    return float(gap @ gap + np.trace(cov_a + cov_b - 2 * root))
