"""A run as the doctor works with it: any GAN, behind the same few questions.

`draw` asks the generator for images, `logits` asks the discriminator how real images are, `step`
trains on a batch. Whether pixels live in [-1, 1] or [0, 1], images are flat, labels come along, or
D ends in a sigmoid makes no difference to whoever asks. What the networks themselves see is called
native here; `view` shows it as the course's measures expect it.
"""

from contextlib import AbstractContextManager
from functools import cached_property

import keras
import numpy as np
import tensorflow as tf

from course_lib.data.dataset import Dataset
from course_lib.judging.doctor import handover
from course_lib.judging.doctor.activations import (
    RANGES,
    ends_in_sigmoid,
    sigmoid_layer,
    to_logits,
    without_sigmoid,
)
from course_lib.judging.doctor.compiled import classic_step
from course_lib.judging.doctor.illness import NotExaminedError
from course_lib.judging.doctor.images import images_and_labels
from course_lib.judging.doctor.measures import Z_KINDS
from course_lib.judging.doctor.reach import follow, names_used
from course_lib.judging.doctor.restore import put_back
from course_lib.judging.doctor.shapes import IMAGE, LABEL, Z, as_label, image_shape, ports
from course_lib.networks.endings import last_activation

LARGEST_Z = 7  # pixels: a z may be a small map, but hardly a larger one
AT_ONCE = 500  # images that a network is asked about in one call
NEEDS_LABELS = (
    "what D says: the networks take labels, and none came with the images; hand over both: "
    "doctor.examine(gan, history, (images, labels))"
)


class Run:
    """A generator, a discriminator and a way to train them.

    Args:
        gan, images, step: as `rounds.examine` takes them.

    Raises:
        NotExaminedError: if a network isn't there, or the images can't be read.
    """

    def __init__(self, gan, images, step=None):
        self.gan, self.is_ours = gan, handover.is_ours(gan)
        self.generator, self.discriminator = handover.find_networks(gan)
        self._step = handover.find_step(gan, step)
        self.labels_are_guessed = False
        if self._step is None:
            self._step = classic_step(self.generator, self.discriminator, self.things)
            self.labels_are_guessed = self._step is not None
            del self.things  # which now include the step
        self._own_step = step is None and self.is_ours
        self.dataset = images if isinstance(images, Dataset) else None
        self.given, self.labels = images_and_labels(images)
        self.wants_native = self.dataset is not None and not self.is_ours
        self.z_ports = ports(self.generator, Z)
        self.d_ports = ports(self.discriminator, IMAGE)
        self.native_shape = image_shape(self.generator, self.z_ports)
        shape = next(port.shape for port in self.z_ports if port.role == Z)
        if len(shape) == 3 and None not in shape[:2] and min(shape[:2]) > LARGEST_Z:
            raise NotExaminedError(
                f"the run: the generator is given {list(shape)}, as a translator of images is; the "
                "doctor examines generators of random vectors"
            )

    @cached_property
    def things(self) -> list:
        """Everything that a step may change, as `reach.follow` finds it."""
        return follow(self.gan, self._step, self.generator, self.discriminator)

    @cached_property
    def optimizers(self) -> list:
        """The optimizers of the run."""
        found = [t for t in self.things if isinstance(t, keras.optimizers.Optimizer)]
        return [t for t in found if not any(getattr(o, "inner_optimizer", 0) is t for o in found)]

    @cached_property
    def losses(self) -> list:
        """The loss objects and the names of losses that the run's models or its step use."""
        things = self.things
        found = [thing for thing in things if isinstance(thing, keras.losses.Loss)]
        models = [thing for thing in things if isinstance(thing, keras.Model)]
        named = [getattr(model, "loss", None) for model in models]
        return found + [loss for loss in named if isinstance(loss, str)]

    @cached_property
    def names(self) -> set[str]:
        """Every name that the run's step, and the functions that it calls, mention."""
        attributes = vars(self.gan) if hasattr(self.gan, "__dict__") else ()
        return names_used(self.things) | set(attributes)

    def put_back(self) -> AbstractContextManager:
        """Return a context that restores the run after its block."""
        return put_back(self.things)

    # --- Labels ----------------------------------------------------------------------------------

    @property
    def extra(self) -> int:
        """How many numbers of a one-hot label are appended to each image of D; usually 0."""
        port = next(port for port in self.d_ports if port.role == IMAGE)
        if not self.native_shape or not port.shape or port.shape[-1] is None:
            return 0
        same = port.shape[:-1] == self.native_shape[:-1]
        return max(0, port.shape[-1] - self.native_shape[-1]) if same else 0

    @property
    def is_labelled(self) -> bool:
        """Whether one of the networks takes labels."""
        roles = [port.role for port in (*self.z_ports, *self.d_ports)]
        return LABEL in roles or self.extra > 0

    @cached_property
    def n_classes(self) -> int:
        """How many classes there are, 0 if nobody says."""
        if self.labels is not None:
            named = len(self.dataset.class_names) if self.dataset else 0
            return max(named, int(self.labels.max()) + 1, self.extra)
        sizes = [p.size for p in (*self.z_ports, *self.d_ports) if p.role == LABEL]
        return max([self.extra, *sizes])

    @property
    def latent_dim(self) -> int:
        """How many numbers of z there are."""
        port = next(port for port in self.z_ports if port.role == Z)
        return port.size - (self.extra if LABEL not in [p.role for p in self.z_ports] else 0)

    # --- Pixels ----------------------------------------------------------------------------------

    @cached_property
    def low(self) -> float:
        """The darkest native pixel, -1 or 0; the brightest is 1."""
        floats = self.given.dtype != np.uint8
        if self.is_ours:
            return -1.0
        ends_at = RANGES.get(last_activation(self.generator), (None,))[0]
        if not floats:
            return 0.0 if ends_at == 0 else -1.0
        from_zero = self.given.min() >= 0 and self.given.max() <= 1
        reaches_below = ends_at == -1 or (ends_at is None and self._lowest() < -0.5)
        return 0.0 if from_zero and not reaches_below else -1.0

    def _lowest(self):
        z = 20 * np.random.default_rng(3).standard_normal((64, self.latent_dim))
        return float(np.min(self.paint(z.astype("float32"), self.some_labels(64))))

    def native(self, images) -> np.ndarray:
        """Return images as the networks see them, from uint8 or floats of any of the usual shapes.

        Raises:
            NotExaminedError: if they have another number of pixels than the generator's.
        """
        images = np.asarray(images)
        if images.dtype == np.uint8:
            images = images / np.float32(255) * (1 - self.low) + self.low
        images = images.astype("float32")
        if self.native_shape is None or images[0].size == np.prod(self.native_shape):
            return images.reshape(len(images), *(self.native_shape or images.shape[1:]))
        if len(self.native_shape) == 3 and images.ndim in (3, 4):
            images = images if images.ndim == 4 else images[..., None]
            if images.shape[-1] in (1, self.native_shape[-1]):
                sized = tf.image.resize(images, self.native_shape[:2]).numpy()
                return np.broadcast_to(sized, (len(images), *self.native_shape)).copy()
        raise NotExaminedError(
            f"the run: the images have the shape {list(images.shape[1:])}, the generator's "
            f"{list(self.native_shape)}; hand over the images that the networks were trained on"
        )

    def view(self, native_images) -> np.ndarray:
        """Return native images as grey floats [N, 28, 28, 1], from -1 (black) to 1."""
        images = np.asarray(native_images, "float32")
        if images.ndim == 2:
            side = int(np.sqrt(images.shape[1]))
            images = images.reshape(len(images), side, -1)
        images = images[..., None] if images.ndim == 3 else images
        if images.shape[-1] > 1:
            images = images.mean(axis=-1, keepdims=True)
        if images.shape[1:3] != (28, 28):
            images = tf.image.resize(images, (28, 28), antialias=True).numpy()
        return images if self.low == -1 else 2 * images - 1

    # --- The two networks ------------------------------------------------------------------------

    def some_labels(self, n, seed=5) -> np.ndarray | None:
        """Return `n` labels, from the data if it has some, else at random; None without classes."""
        if not self.n_classes:
            return None
        rng = np.random.default_rng(seed)
        return rng.choice(self.n_classes if self.labels is None else self.labels, n)

    def draw_z(self, n, seed, kind="standard normal", scale=1.0) -> np.ndarray:
        """Return z of a kind in `Z_KINDS`, float32 [n, latent_dim]."""
        z = Z_KINDS[kind].draw(np.random.default_rng(seed), (n, self.latent_dim))
        return (scale * z).astype("float32")

    def paint(self, z, labels=None, training=False, with_average=False) -> np.ndarray:
        """Return the generator's native images of z [N, latent_dim] and labels [N].

        Args:
            training: whether batch normalisation uses the batch; all z are one batch then.
            with_average: draw with the moving average of the weights, if the run keeps one.
        """
        if with_average and self.is_ours and hasattr(self.gan, "sample"):
            return np.asarray(self.gan.sample(z))
        size = len(z) if training else AT_ONCE
        parts = []
        for start in range(0, len(z), size):
            rows = slice(start, start + size)
            inputs = self._g_inputs(z[rows], None if labels is None else labels[rows])
            parts.append(np.asarray(_main(self.generator(inputs, training=training))))
        return np.concatenate(parts)

    def _g_inputs(self, z, labels):
        if len(self.z_ports) == 1:
            port = self.z_ports[0]
            if port.size > z.shape[1]:
                z = np.concatenate([z, np.eye(self.n_classes, dtype="float32")[labels]], axis=1)
            return z.reshape(len(z), *port.shape)
        return [
            z.reshape(len(z), *p.shape) if p.role == Z else as_label(p, labels, self.n_classes)
            for p in self.z_ports
        ]

    def logits(self, images, labels=None, training=False) -> np.ndarray:
        """Return D's logits of native images [N, ...], one for each image, [N].

        A D that ends in a sigmoid is asked without it. Of one logit for each class, the largest
        counts; of one for each patch, the mean. With several outputs, the first that has one number
        for each image counts.

        Args:
            training: whether D's noise, dropout and batch statistics are those of a training step.
        """
        if self.is_labelled and labels is None:
            raise NotExaminedError(NEEDS_LABELS)
        layer = sigmoid_layer(self.discriminator)
        with without_sigmoid(layer):
            parts = [
                self._answers(
                    images[i : i + AT_ONCE], None if labels is None else labels[i:], training
                )
                for i in range(0, len(images), AT_ONCE)
            ]
        return np.concatenate(parts)

    def answer_on(self, images, labels=None, training=False) -> tf.Tensor:
        """Return D's own answer to native images as a tensor, with its sigmoid if it has one."""
        answers = self.discriminator(self.d_inputs(images, labels), training=training)
        return _main(answers, smallest=True)

    def _answers(self, images, labels, training):
        answers = np.asarray(self.answer_on(images, labels, training)).astype("float64")
        if answers.ndim == 4:
            return answers.mean(axis=(1, 2, 3))
        answers = answers.reshape(len(images), -1)
        if sigmoid_layer(self.discriminator) is None and ends_in_sigmoid(self.discriminator):
            answers = to_logits(answers)
        if answers.shape[1] == 2 and np.allclose(answers.sum(axis=1), 1, atol=1e-3):
            return to_logits(answers[:, 1])  # a softmax of fake and real
        return answers.max(axis=1)

    def d_inputs(self, images, labels=None) -> np.ndarray | list:
        """Return native images, and labels where D takes some, as its inputs."""
        if self.extra:
            one_hot = np.eye(self.n_classes, dtype="float32")[labels[: len(images)]]
            one_hot = one_hot.reshape(len(images), *(1,) * (images.ndim - 2), -1)
            planes = np.broadcast_to(one_hot, (*images.shape[:-1], one_hot.shape[-1]))
            return np.concatenate([images, planes], axis=-1)
        if len(self.d_ports) == 1:
            return images.reshape(len(images), *self._d_shape(images))
        labels = labels[: len(images)]
        return [
            images.reshape(len(images), *p.shape)
            if p.role == IMAGE
            else as_label(p, labels, self.n_classes)
            for p in self.d_ports
        ]

    def _d_shape(self, images):
        port = self.d_ports[0]
        fits = port.shape and None not in port.shape and port.size == images[0].size
        return port.shape if fits else images.shape[1:]

    # --- Training steps --------------------------------------------------------------------------

    @cached_property
    def way(self) -> handover.Way:
        """The way to take a step.

        Raises:
            NotExaminedError: if there is none.
        """
        if self.is_labelled and self.labels is None and handover.takes_batch(self._step):
            raise NotExaminedError(f"the training step, and {NEEDS_LABELS}")
        if self._own_step:
            return handover.our_way(self.gan, self.labels is not None)
        if self._step is None:
            raise NotExaminedError(
                "the training step: the run has no method `train_on_batch` or `train_step`; hand "
                "over a function of one batch: doctor.examine(gan, history, images, step=...)"
            )
        arguments = self._step, self._try_out, self.is_labelled, self.n_classes
        try:
            return handover.find_way(*arguments)
        except NotExaminedError:
            if self.wants_native or self.is_ours:
                raise
            self.wants_native = True  # bytes, or a missing axis: try what the networks see
            return handover.find_way(*arguments)

    def _try_out(self, way):
        with self.put_back():
            way(*self.batch(np.arange(way.batch_size) % len(self.given)))

    def batch(self, rows) -> tuple:
        """Return the images and labels of some rows, as the step is given them."""
        return self.as_given(self.given[rows]), None if self.labels is None else self.labels[rows]

    def as_given(self, images) -> np.ndarray:
        """Return images of the kind that the run was handed, as its step takes them.

        An array is passed on as it is, unless the step stops at it. A `Dataset` is passed to a run
        of somebody else's as native images, because only the course's classes scale uint8.
        """
        return self.native(images) if self.wants_native else images


def _main(outputs, smallest=False):
    """Return the output that counts, of one or several: the images, or D's one number an image."""
    if isinstance(outputs, dict):
        outputs = list(outputs.values())
    if isinstance(outputs, (list, tuple)):
        sizes = [int(np.prod(output.shape[1:], dtype=int)) for output in outputs]
        outputs = outputs[int(np.argmin(sizes) if smallest else np.argmax(sizes))]
    return outputs
