"""Recipes by name: the tutorials' published settings, and ours, sized for two CPU cores.

`load("mnist-dcgan")` returns a `GANRecipe`; `load("style-vae")` returns a `VAERecipe`, which
`vae.style` defines.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import keras

from course_lib import networks
from course_lib.gan.alternating import AlternatingGAN
from course_lib.gan.combined import CombinedGAN
from course_lib.gan.conditional import ConditionalGAN
from course_lib.gan.gan import GAN
from course_lib.training.recipe import Recipe
from course_lib.vae.published import PUBLISHED_VAE
from course_lib.vae.style import STYLE_VAE


@dataclass(frozen=True, kw_only=True)
class GANRecipe(Recipe):
    """How to build the two networks of a GAN, and the settings to train them with.

    Args:
        generator: a function latent_dim -> model.
        discriminator: a function () -> model.
        d_learning_rate, g_learning_rate, beta_1: settings of the two Adam optimizers.
        loss: a name in `losses.LOSSES`.
        fakes_per_real, ema_momentum: as `gan.GAN` takes them.
        d_update: as `combined.CombinedGAN` takes it. Only the classic loop uses it: the compiled
            step always updates D once, on real and fake images together.
        alternating: whether the networks take turns, as in `alternating.AlternatingGAN`.
        n_classes: above 0, the GAN learns from labels of that many classes, as in
            `conditional.ConditionalGAN`, and both functions take `n_classes` too.
        steps_per_execution: the largest number of steps that `fit` takes in one call.
    """

    generator: Callable = field(repr=False)
    discriminator: Callable = field(repr=False)
    d_learning_rate: float = 2e-4
    g_learning_rate: float = 2e-4
    beta_1: float = 0.5
    loss: str = "bce"
    fakes_per_real: int = 1
    ema_momentum: float = 0.0
    d_update: str = "stacked"
    alternating: bool = False
    n_classes: int = 0
    steps_per_execution: int = 1

    def build_generator(self) -> keras.Model:
        """Build a new generator with random weights: z [B, latent_dim] -> images [B, 28, 28, 1]."""
        return self.generator(self.latent_dim, **self._classes())

    def build_discriminator(self) -> keras.Model:
        """Build a new discriminator with random weights: images [B, 28, 28, 1] -> logits [B, 1].

        With `n_classes` above 0 the logits are [B, n_classes].
        """
        return self.discriminator(**self._classes())

    def _classes(self):
        return {"n_classes": self.n_classes} if self.n_classes else {}

    def for_classes(self, n_classes) -> "GANRecipe":
        """Return this recipe for data of that many classes.

        It changes only a recipe that learns from labels: as many numbers of z as before are left
        for the style.
        """
        if not self.n_classes:
            return self
        latent_dim = self.latent_dim - self.n_classes + n_classes
        return replace(self, n_classes=n_classes, latent_dim=latent_dim)

    def build_gan(self, seed=0, jit_compile="auto") -> GAN:
        """Build a compiled GAN with new networks, ready for `fit` or `train_on_batch`.

        Args:
            seed: of the weights and of every z and dropout mask; it also seeds Python, NumPy and
                TensorFlow for this process.
            jit_compile: as `GAN.compile` takes it.
        """
        keras.utils.set_random_seed(seed)
        make = AlternatingGAN if self.alternating else ConditionalGAN if self.n_classes else GAN
        model = make(
            self.build_generator(),
            self.build_discriminator(),
            fakes_per_real=self.fakes_per_real,
            ema_momentum=self.ema_momentum,
            seed=seed,
            name=self.name.replace("-", "_"),
        )
        d_optimizer, g_optimizer = self.build_optimizers()
        model.compile(
            d_optimizer,
            g_optimizer,
            loss=self.loss,
            jit_compile=jit_compile,
            steps_per_execution=self.steps_per_execution,
        )
        return model

    def build_combined(self, seed=0) -> CombinedGAN:
        """Build the same networks in the classic loop of lesson 04.

        Its loss is always binary cross-entropy, as in the tutorials.

        Args:
            seed: as `build_gan` takes it.

        Raises:
            ValueError: for a recipe that learns from labels, which this loop doesn't have.
        """
        if self.n_classes:
            raise ValueError(
                f"{self.name} learns from labels, and the classic loop has none: expected a recipe "
                "without n_classes. Use build_gan."
            )
        keras.utils.set_random_seed(seed)
        return CombinedGAN(
            self.build_generator(),
            self.build_discriminator(),
            *self.build_optimizers(),
            d_update=self.d_update,
            fakes_per_real=self.fakes_per_real,
            seed=seed,
        )

    def build_optimizers(self) -> tuple:
        """Build two new Adam optimizers, first D's, then G's."""
        return (
            keras.optimizers.Adam(self.d_learning_rate, beta_1=self.beta_1),
            keras.optimizers.Adam(self.g_learning_rate, beta_1=self.beta_1),
        )


RECIPES = {
    recipe.name: recipe
    for recipe in (
        GANRecipe(
            name="letters-mlp-gan",
            origin="How I trained an algorithm to have its own handwritten style; 450 epochs",
            data="letters",
            latent_dim=64,
            batch_size=64,
            steps=450 * (26 * 4182 // 64),
            beta_1=0.9,
            steps_per_execution=16,
            generator=partial(networks.build_mlp_generator, widths=(256, 256), activation="relu"),
            discriminator=partial(networks.build_mlp_discriminator, (256, 256)),
        ),
        GANRecipe(
            name="kaggle-mlp-gan",
            origin="Hand written digit generation with a G.A.N.; D sees 32 + 32, G 64",
            data="digits",
            latent_dim=100,
            batch_size=32,
            fakes_per_real=2,
            steps=15_000,
            d_update="apart",
            steps_per_execution=16,
            generator=partial(
                networks.build_mlp_generator, widths=(256, 512, 1024), batch_norm_momentum=0.8
            ),
            discriminator=partial(networks.build_mlp_discriminator, (512, 256)),
        ),
        GANRecipe(
            name="mnist-dcgan",
            # Both networks work on pixels in [0, 1], as published. Where black is -1 for D, G
            # turned black within 100 steps and stayed black to step 750 (seed 0).
            origin="GANs on Hand-Written Digits Dataset; D sees 128 + 128, G 256",
            data="digits",
            latent_dim=100,
            batch_size=128,
            fakes_per_real=2,
            steps=50 * (60_000 // 256),
            generator=partial(
                networks.build_dcgan_generator,
                base_filters=128,
                filters=(128, 128),
                how="transposed",
                kernel=4,
                last_kernel=7,
                batch_norm=False,
                unit_range=True,
            ),
            discriminator=partial(
                networks.build_dcgan_discriminator,
                (64, 64),
                kernel=3,
                dropout=0.2,
                unit_range=True,
            ),
        ),
        GANRecipe(
            name="letters-dcgan",
            # The tutorial runs 5,000 iterations; its log shows 87 batches in the first 25.
            origin="Generating Letters Using Generative Adversarial Networks; 5,000 turns",
            data="both-cases",
            latent_dim=100,
            batch_size=128,
            steps=5_000 * 87 // 25,
            d_learning_rate=1e-3,
            g_learning_rate=1e-3,
            beta_1=0.9,
            alternating=True,
            generator=partial(
                networks.build_dcgan_generator,
                base_filters=256,
                filters=(128, 64),
                how="nearest",
                extra_filters=(32,),
                last_layer="transposed",
                negative_slope=0.01,
                dropout=0.4,
            ),
            discriminator=partial(
                networks.build_dcgan_discriminator,
                (64, 128, 256, 512),
                strides=(2, 2, 2, 1),
                negative_slope=0.01,
                dropout=0.4,
            ),
        ),
        GANRecipe(
            name="workshop-mlp",
            origin="ours: kaggle-mlp-gan at half the width, for a minute on two CPU cores",
            data="digits",
            latent_dim=64,
            batch_size=64,
            steps=3_000,
            steps_per_execution=16,
            generator=partial(
                networks.build_mlp_generator, widths=(128, 256, 512), batch_norm_momentum=0.8
            ),
            discriminator=partial(networks.build_mlp_discriminator, (256, 128)),
        ),
        GANRecipe(
            name="workshop-dcgan",
            origin="ours: convolutions at 7×7 and 14×14 only, for a minute on two CPU cores",
            data="digits",
            latent_dim=64,
            batch_size=16,
            steps=3_200,
            d_learning_rate=7e-4,
            g_learning_rate=1.5e-3,
            beta_1=0.0,
            loss="hinge",
            ema_momentum=0.995,
            steps_per_execution=16,
            generator=partial(networks.build_shuffle_generator, base_filters=64, filters=32),
            discriminator=partial(networks.build_shuffle_discriminator, (32, 64)),
        ),
    )
}

RECIPES["workshop-dcgan-62"] = replace(  # more classes need more images a step
    RECIPES["workshop-dcgan"],
    name="workshop-dcgan-62",
    origin="ours: workshop-dcgan for 62 classes, for two minutes on two CPU cores",
    data="alphanumeric",
    batch_size=32,
    steps=4_800,
)
RECIPES["workshop-conditional"] = replace(  # 54 of the 64 numbers in z are left for the style
    RECIPES["workshop-dcgan"],
    name="workshop-conditional",
    origin="ours: workshop-dcgan with labels, for a minute on two CPU cores",
    n_classes=10,
    steps=4_800,
)
RECIPES["style-vae"] = STYLE_VAE
RECIPES["style-vae-published"] = PUBLISHED_VAE


def load(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises:
        ValueError: for any other name; the message lists the known ones.
    """
    if name not in RECIPES:
        raise ValueError(f"unknown recipe {name!r}; known: {', '.join(RECIPES)}")
    return RECIPES[name]
