"""What the doctor can see of a run. A measurement is taken when first needed, and only once."""

from functools import cached_property

import numpy as np

from course_lib.data.datasets import Dataset
from course_lib.data.pixels import scale_pixels
from course_lib.judging import metrics
from course_lib.judging.doctor import trial

REAL_IMAGES = 500  # enough for steady means, few enough for any discriminator
OWN_IMAGES = 1000
SAME_ANSWER = 1e-5  # logits that differ by less count as equal, because float32 rounds


class Case:
    """One run with everything the doctor can learn about it.

    Args:
        gan, history, images, samples, yardstick: as `examine` takes them.
    """

    def __init__(self, gan, history, images, samples=None, yardstick=None):
        self.gan = gan
        self.dataset = images if isinstance(images, Dataset) else None
        self.images = np.asarray(images.images if self.dataset else images)
        history = getattr(history, "history", history)
        self.history = {name: np.asarray(values, float) for name, values in history.items()}
        self.samples = self.own if samples is None else np.asarray(samples)
        self._yardstick = yardstick

    @property
    def networks(self) -> tuple:
        """The discriminator and the generator."""
        return self.gan.discriminator, self.gan.generator

    @cached_property
    def real(self) -> np.ndarray:
        """Up to 500 real images as the networks see them, float32 [N, 28, 28, 1]."""
        order = np.random.default_rng(1).permutation(len(self.images))[:REAL_IMAGES]
        return scale_pixels(self.images[order])

    @cached_property
    def own(self) -> np.ndarray:
        """Images that the doctor draws itself, with standard normal z."""
        return self.draw(OWN_IMAGES, seed=2)

    def draw(self, n, seed, scale=1.0) -> np.ndarray:
        """Return `n` images of the run's generator, for z with the standard deviation `scale`."""
        z = np.random.default_rng(seed).standard_normal((n, self.gan.generator.input_shape[-1]))
        z = (scale * z).astype("float32")
        sample = getattr(self.gan, "sample", None)
        return np.asarray(sample(z) if sample else self.gan.generator(z, training=False))

    @cached_property
    def trial(self) -> trial.Trial:
        """What a few training steps did to both networks."""
        labels = self.dataset.labels if self.dataset else None
        return trial.try_steps(self.gan, self.images, labels)

    @cached_property
    def optimizers(self) -> list:
        """The optimizers of the run."""
        return trial.optimizers(self.gan)

    @cached_property
    def logits(self) -> list[np.ndarray]:
        """D's logits of real images and of the generator's own: two arrays [N]."""
        return [trial.logits(self.gan, x) for x in (self.real, self.own)]

    @cached_property
    def d_is_constant(self) -> bool:
        """Whether D gives the same answer to real images, to fakes and to noise."""
        noise = np.random.default_rng(4).uniform(-1, 1, (100, 28, 28, 1)).astype("float32")
        logits = np.concatenate([*self.logits, trial.logits(self.gan, noise)])
        return bool(np.ptp(logits) < SAME_ANSWER)

    @cached_property
    def yardstick(self) -> metrics.Yardstick | None:
        """The yardstick for the samples; None without a `Dataset`, which knows the classes."""
        if self._yardstick is None and self.dataset is not None:
            self._yardstick = metrics.Yardstick(self.dataset)
        return self._yardstick

    @cached_property
    def report(self) -> metrics.Report | None:
        """The measures of the samples, None without a yardstick."""
        return self.yardstick.report(self.samples) if self.yardstick else None

    @cached_property
    def steps(self) -> int:
        """How many steps were taken, by the history or by the optimizers' own count."""
        logged = max(map(len, self.history.values()), default=0)
        if len(self.history.get("step", ())):
            logged = int(self.history["step"].max())
        counts = [int(optimizer.iterations) for optimizer in self.optimizers]
        return max(logged, min((count for count in counts if count > 0), default=0))
