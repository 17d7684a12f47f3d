"""How far a generator's characters are from real ones: Fréchet distance in a classifier's features.

Heusel et al. 2017, arXiv:1706.08500, with a small classifier of the characters at hand in place of
Inception. Its scale is its own: `quality.py` measures what real characters, blank paper and noise
get, and draws what some distances look like.
"""

import numpy as np
from scipy import linalg


class Judge:
    """A classifier trained on images [N, 28, 28, 1] uint8 with labels; measures other images."""

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
        scaled = images.astype("float32") / 127.5 - 1
        model.fit(scaled, labels, epochs=epochs, batch_size=64, verbose=0)
        self.network = keras.Model(inputs, [features, logits])
        self.real = self.look(scaled)[0]

    def look(self, images):
        """float32 images in [-1, 1] -> (features [N, 64], class of each [N])."""
        features, logits = self.network.predict(images, batch_size=500, verbose=0)
        return features, logits.argmax(axis=1)

    def judge(self, images):
        """(Fréchet distance, classes with at least a fifth of an even share of the images)."""
        features, classes = self.look(images)
        counts = np.bincount(classes, minlength=self.n_classes)
        enough = counts >= 0.2 * len(classes) / self.n_classes
        return frechet(self.real, features), int(enough.sum())


def frechet(a, b):
    """|mean difference|² + trace(A + B - 2 (AB)^½) of two sets of features [N, d]."""
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    root = linalg.sqrtm(cov_a @ cov_b + 1e-6 * np.eye(len(cov_a))).real
    gap = a.mean(axis=0) - b.mean(axis=0)
    return float(gap @ gap + np.trace(cov_a + cov_b - 2 * root))
