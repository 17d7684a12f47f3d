"""What the doctor can see of a run. A measurement is taken when first needed, and only once."""

from functools import cached_property

import numpy as np

from course_lib.data.dataset import Dataset
from course_lib.judging import features, metrics
from course_lib.judging.doctor import trial
from course_lib.judging.doctor.activations import ends_in_sigmoid
from course_lib.judging.doctor.history import last_loss, read_history
from course_lib.judging.doctor.images import as_dataset
from course_lib.judging.doctor.measures import (
    UNLIKE,
    Z_KINDS,
    fraction_ranked_right,
    is_of_kind,
    pooled_difference,
    spread,
)
from course_lib.judging.doctor.recording import z_of_training
from course_lib.judging.doctor.run import Run
from course_lib.judging.doctor.strokes import place_among
from course_lib.judging.doctor.trial import Later, Trial
from course_lib.networks.endings import last_activation

REAL_IMAGES = 500  # enough for steady means, few enough for any discriminator
OWN_IMAGES = 1000
LITTLE = 0.1  # of the coverage of other real images; untrained runs: to 0.05, rough ones from 0.13
LITTLE_UNLABELLED = 0.2  # the same in features of drawn digits: to 0.16, rough ones from 0.27
CATCHING_UP = 1.0  # logits in sixty steps; under a saturated D they fall or rise by less
SURELY_WRONG = 0.2  # of the pairs ranked right with 1 for real: then 1 stands for fakes
MANY_Z = 256  # z: enough to know their mean and deviation to about 0.01
NO_LOSS = 0.1  # a cross-entropy: an answer of 0.9 where 1 is wanted
SAME_ANSWER = 1e-5  # logits that differ by less count as equal, because float32 rounds


class Case:
    """One run with everything the doctor can learn about it.

    Images are as the course's measures expect them, float32 [N, 28, 28, 1] in [-1, 1], unless a
    name says `native`: those are as the networks see them.

    Args:
        gan, history, images, samples, yardstick, step: as `examine` takes them.

    Raises:
        NotExaminedError: if a network isn't there, or the images can't be read.
    """

    def __init__(self, gan, history, images, samples=None, yardstick=None, step=None):
        self.run = Run(gan, images, step)
        self.gan, self.dataset = gan, self.run.dataset
        self.images, self.labels = self.run.given, self.run.labels
        self.history = read_history(history)
        self.were_given = samples is not None and len(samples) >= metrics.LEAST
        self._samples, self._yardstick = samples, yardstick
        self.notes = []  # sentences about what couldn't be used
        if samples is not None and not self.were_given:
            self.notes.append(
                f"the samples: {len(samples)} are too few to measure, so the doctor drew its own; "
                "hand over 200 or more"
            )

    @property
    def networks(self) -> tuple:
        """The discriminator and the generator."""
        return self.run.discriminator, self.run.generator

    # --- Images ----------------------------------------------------------------------------------

    @cached_property
    def real_rows(self) -> np.ndarray:
        """Which of the images `real` is made of: up to 500 row numbers."""
        return np.random.default_rng(1).permutation(len(self.images))[:REAL_IMAGES]

    @cached_property
    def native_real(self) -> np.ndarray:
        """Up to 500 real images as the networks see them."""
        return self.run.native(self.images[self.real_rows])

    @cached_property
    def real(self) -> np.ndarray:
        """The same images, float32 [N, 28, 28, 1] in [-1, 1]."""
        return self.run.view(self.native_real)

    @property
    def class_names(self) -> tuple:
        """What the labels stand for; labels without names from 0 to 9 are taken for digits."""
        if self.dataset is not None:
            return self.dataset.class_names
        return tuple(str(label) for label in range(int(self.labels.max()) + 1))

    @cached_property
    def all_images(self) -> np.ndarray:
        """All real images, in a form in which they can be compared with `samples`."""
        if self.dataset is not None:
            return self.dataset.images
        return np.clip(self.run.view(self.run.native(self.images)), -1, 1)

    @cached_property
    def own_labels(self) -> np.ndarray | None:
        """The labels of `own`, None if the run has no classes."""
        return self.run.some_labels(OWN_IMAGES)

    @cached_property
    def native_own(self) -> np.ndarray:
        """Images that the doctor draws itself, with `z_kind`."""
        return self.draw(OWN_IMAGES, seed=2, kind=self.z_kind)

    @cached_property
    def own(self) -> np.ndarray:
        """The same images, float32 [N, 28, 28, 1] in [-1, 1]."""
        return self.run.view(self.native_own)

    def draw(self, n, seed, scale=1.0, kind="standard normal") -> np.ndarray:
        """Return `n` native images of the run's generator, for z with the deviation `scale`."""
        z = self.run.draw_z(n, seed, kind, scale)
        return self.run.paint(z, self.run.some_labels(n), with_average=True)

    @cached_property
    def answers_to_z(self) -> bool:
        """Whether the generator's images vary several times as much if z is ten times as long.

        Then images that are all alike are so only because the first weights are small: nothing in
        the generator is saturated or dead.
        """
        near, far = (spread(self.draw(100, seed=9, scale=scale)) for scale in (1.0, 10.0))
        return near > 1e-4 and far > 4 * near

    @cached_property
    def training_z(self) -> list[np.ndarray] | None:
        """Batches of z [B, latent_dim] as training steps draw them, None if that can't be seen.

        A method `draw_z` is asked; without one, the generator's input is recorded in a few steps.
        """
        if hasattr(self.gan, "draw_z"):
            try:
                with self.run.put_back():
                    return [np.asarray(self.gan.draw_z(MANY_Z)) for _ in range(2)]
            except TypeError:  # somebody else's method of this name, with other arguments
                pass
        try:
            found = z_of_training(self.run)
        except Exception:  # whatever somebody else's step may raise
            return None
        return found if len(found) > 1 else None

    @cached_property
    def z_kind(self) -> str:
        """How z is drawn in training; standard normal if it is drawn in no usual way.

        Where this can't be seen, the samples show whether it may be another usual kind.
        """
        normal = next(iter(Z_KINDS))
        if hasattr(self.gan, "draw_z"):
            return normal
        if self.training_z:
            z = np.concatenate(self.training_z)
            return next((kind for kind in Z_KINDS if is_of_kind(z, kind)), normal)
        if not self.were_given:
            return normal
        gaps = {kind: self._gap_of_samples(kind) for kind in Z_KINDS}
        best = min(gaps, key=gaps.get)
        return best if gaps[normal] > UNLIKE > gaps[best] else normal

    def _gap_of_samples(self, kind):
        images = self.run.view(self.draw(OWN_IMAGES, seed=2, kind=kind))
        return pooled_difference(images, self.samples)

    @cached_property
    def native_samples(self) -> np.ndarray:
        """The samples that were handed over, or else `native_own`."""
        return self.run.native(self._samples) if self.were_given else self.native_own

    @cached_property
    def samples(self) -> np.ndarray:
        """The same images, float32 [N, 28, 28, 1] in [-1, 1]."""
        return self.run.view(self.native_samples)

    # --- The training step -----------------------------------------------------------------------

    @cached_property
    def trial(self) -> Trial:
        """What a few training steps did to both networks."""
        return trial.try_steps(self.run)

    @cached_property
    def trial_of_new_g(self) -> Trial:
        """The same with a generator that starts anew: a saturated one can't move."""
        return trial.try_steps(self.run, new_generator=True)

    @cached_property
    def later(self) -> Later:
        """What sixty more steps lead to."""
        return trial.long_trial(self.run)

    @property
    def optimizers(self) -> list:
        """The optimizers of the run."""
        return self.run.optimizers

    # --- What D says -----------------------------------------------------------------------------

    @property
    def d_has_sigmoid(self) -> bool:
        """Whether D ends in a sigmoid."""
        return ends_in_sigmoid(self.run.discriminator)

    @property
    def g_ends_in(self) -> str | None:
        """The name of the activation that G ends in, None if it ends otherwise."""
        return last_activation(self.run.generator)

    @property
    def real_labels(self) -> np.ndarray | None:
        """The labels of `real`, None without labels."""
        return None if self.labels is None else self.labels[self.real_rows]

    @cached_property
    def raw_logits(self) -> list[np.ndarray]:
        """D's logits of real images and of the generator's own: two arrays [N]."""
        return [
            self.run.logits(self.native_real, self.real_labels),
            self.run.logits(self.native_own, self.own_labels),
        ]

    @cached_property
    def training_logits(self) -> list[np.ndarray]:
        """The same logits in training mode, where noise and dropout are at work."""
        images = (self.native_real, self.real_labels), (self.native_own, self.own_labels)
        with self.run.put_back():
            return [self.run.logits(*pair, training=True) for pair in images]

    @cached_property
    def fakes_are_one(self) -> bool:
        """Whether the run labels fakes 1 and real images 0, as some popular GANs do.

        Then D learns to give fakes the higher logits, and G to lower them. A G that stands still
        doesn't show it, so then D's answers decide, unless G stands still because it is content.
        """
        if self.run.is_ours:
            return False
        now = fraction_ranked_right(*self.raw_logits)
        if self.run.labels_are_guessed or (self.trial.g_moved == 0 and not self.g_is_content):
            return now < SURELY_WRONG
        if self.trial.g_gain >= 0:
            return False
        if now < SURELY_WRONG or (now > 0.5 and self.trial.d_gain > 0):
            return now < 0.5
        return self.later.ranked_right < 0.5

    @property
    def g_is_content(self) -> bool:
        """Whether G's last losses are near 0: D already says what G's step wants to hear.

        The minimax loss comes near 0 from below, where D is sure and G learns nothing.
        """
        loss = last_loss(self.history, "g_loss")
        return loss is not None and 0 < loss < NO_LOSS

    @cached_property
    def logits(self) -> list[np.ndarray]:
        """The same logits, the other way round if the run labels fakes 1: high means real."""
        return [-logits if self.fakes_are_one else logits for logits in self.raw_logits]

    @property
    def g_catches_up(self) -> bool:
        """Whether D's logits of fakes rise clearly within sixty steps, with old momenta or new."""
        sign = -1 if self.fakes_are_one else 1
        trials = (self.later, trial.long_trial(self.run, forgetful=True))
        return min(sign * later.fake_rise for later in trials) > CATCHING_UP

    @cached_property
    def d_is_constant(self) -> bool:
        """Whether D gives the same answer to real images, to fakes and to noise."""
        shape = (100, *self.native_real.shape[1:])
        noise = np.random.default_rng(4).uniform(self.run.low, 1, shape).astype("float32")
        of_noise = self.run.logits(noise, self.run.some_labels(100))
        return bool(np.ptp(np.concatenate([*self.raw_logits, of_noise])) < SAME_ANSWER)

    @property
    def labelled(self) -> Dataset:
        """The real images and their labels, as the `Dataset` they came as, or made of arrays."""
        if self.dataset is not None:
            return self.dataset
        return as_dataset(self.all_images, self.labels, self.class_names)

    @cached_property
    def yardstick(self) -> metrics.Yardstick | None:
        """The yardstick for the samples; None for images without labels, or for too few."""
        known = self.labels is not None and len(self.images) >= 2 * metrics.LEAST
        if self._yardstick is None and known:
            self._yardstick = metrics.Yardstick(self.labelled)
        return self._yardstick

    @cached_property
    def report(self) -> metrics.Report | None:
        """The measures of the samples, None without a yardstick."""
        samples = np.clip(self.samples, -1, 1)
        return self.yardstick.report(samples) if self.yardstick else None

    @cached_property
    def among_real(self) -> tuple[features.Manifold, float]:
        """Where the samples lie among real images, and the coverage of as many other real images.

        It needs no labels, but is less exact than the report.
        """
        n = min(REAL_IMAGES, len(self.samples))
        rows = np.random.default_rng(1).permutation(len(self.images))[-n:]
        others = self.run.view(self.run.native(self.images[rows]))
        return place_among(self.real, self.samples[:n], others)

    @property
    def coverage(self) -> tuple[float, float]:
        """The fraction of real images near a sample, and near one of as many other real images."""
        if self.report:
            return self.report.coverage, self.report.real.coverage
        return self.among_real[0].coverage, self.among_real[1]

    @property
    def precision(self) -> float:
        """The fraction of samples that lie among real images."""
        return (self.report or self.among_real[0]).precision

    @property
    def covers_little(self) -> bool:
        """Whether the samples lie near so few real images that hardly anything can be read."""
        near, usual = self.coverage
        return near <= (LITTLE if self.report else LITTLE_UNLABELLED) * usual

    @cached_property
    def steps(self) -> int:
        """How many steps were taken, by the history or by the optimizers' own count."""
        logged = max(map(len, self.history.values()), default=0)
        if len(self.history.get("step", ())):
            logged = int(np.nanmax(self.history["step"]))
        counts = [int(optimizer.iterations) for optimizer in self.optimizers]
        return max(logged, min((count for count in counts if count > 0), default=0))

    @cached_property
    def is_untrained(self) -> bool:
        """Whether no step was taken, and every bias of the networks is 0, as it starts."""
        biases = [w for network in self.networks for w in network.weights if w.path[-4:] == "bias"]
        moved = [np.any(np.array(bias)) for bias in biases]
        return self.steps == 0 and len(moved) > 0 and not any(moved)

    def is_before(self, step) -> bool:
        """Return whether the run is known to have taken fewer steps than `step`."""
        return 0 < self.steps < step or self.is_untrained
