"""Broken runs in which one network never learns, or learns far too well."""

import keras
from keras import layers, ops
from planting import planter
from popular_loop import PopularLoop
from runs import build, digits, finish, train

from course_lib import gan

SICK = {}
plant = planter(SICK)


# --- The discriminator never moves ---------------------------------------------------------------


@plant("frozen-discriminator", "the popular loop on Keras 3")
def popular(recipe, seed):
    return finish(PopularLoop(recipe, seed), digits(), seed=seed)


@plant("frozen-discriminator", "the popular loop, D trained once before with another batch size")
def primed(recipe, seed):
    return finish(PopularLoop(recipe, seed, primed=8), digits(), seed=seed)


@plant("frozen-discriminator", "D's learning rate is 0")
def d_rate_zero(recipe, seed):
    return finish(build(recipe, seed, d_learning_rate=0.0), digits(), seed=seed)


class NeverMovesD(gan.GAN):
    """Computes D's loss, but no update."""

    def update_discriminator(self, real_images, fake_images):
        logits = self.judge(real_images, fake_images)
        real_score, fake_score = (ops.mean(ops.sigmoid(side)) for side in logits)
        return {"d_loss": self.d_loss(*logits), "real_score": real_score, "fake_score": fake_score}


@plant("frozen-discriminator", "D's gradients are never applied")
def forgotten(recipe, seed):
    return finish(build(recipe, seed, NeverMovesD), digits(), seed=seed)


# --- The generator never moves -------------------------------------------------------------------


@plant("frozen-generator", "G's learning rate is 0")
def g_rate_zero(recipe, seed):
    return finish(build(recipe, seed, g_learning_rate=0.0), digits(), seed=seed)


@plant("frozen-generator", "the loop's generator is frozen with the discriminator")
def g_frozen(recipe, seed):
    return finish(PopularLoop(recipe, seed, thaw=True, freeze_g=True), digits(), seed=seed)


class NeverMovesG(gan.GAN):
    """Computes G's gradients, but doesn't apply them."""

    def apply_g_gradients(self, tape, scaled_loss):
        pass


@plant("frozen-generator", "G's gradients never arrive")
def cut_off(recipe, seed):
    return finish(build(recipe, seed, NeverMovesG), digits(), seed=seed)


# --- The discriminator is far ahead --------------------------------------------------------------


class ManySteps(gan.GAN):
    """Gives D twelve updates for each of G's."""

    def update_discriminator(self, real_images, fake_images):
        for _ in range(12):
            logs = super().update_discriminator(real_images, fake_images)
        return logs


@plant("saturated-discriminator", "D takes twelve steps for one of G's")
def many_d_steps(recipe, seed):
    slow = recipe.g_learning_rate / 10
    model = build(recipe, seed, ManySteps, g_learning_rate=slow, loss="bce")
    return finish(model, digits(), steps=150, seed=seed, load=digits)


@plant("saturated-discriminator", "D was trained alone for 1,500 steps, and G learns slowly")
def head_start(recipe, seed):
    model = build(recipe, seed, NeverMovesG, loss="bce")
    train(model, digits(), 1500, seed=seed)
    slow = build(recipe, seed, loss="bce", g_learning_rate=recipe.g_learning_rate / 100)
    slow.discriminator.set_weights(model.discriminator.get_weights())
    return finish(slow, digits(), steps=150, seed=seed, load=digits)


# --- The discriminator sees nothing --------------------------------------------------------------


@plant("blind-discriminator", "D's input is multiplied by 0 on its way in")
def blanked(recipe, seed):
    images = keras.Input((28, 28, 1))
    logits = recipe.build_discriminator()(layers.Rescaling(0.0)(images))
    blind = keras.Model(images, logits)
    return finish(build(recipe, seed, discriminator=lambda: blind), digits(), seed=seed)


@plant("blind-discriminator", "D's first layer is a ReLU that no image wakes")
def dead(recipe, seed):
    def blind():
        images = keras.Input((28, 28, 1))
        asleep = layers.Dense(64, "relu", bias_initializer=keras.initializers.Constant(-50))
        return keras.Model(images, layers.Dense(1)(asleep(layers.Flatten()(images))))

    return finish(build(recipe, seed, discriminator=blind), digits(), seed=seed)


class SeesOnlyFakes(gan.GAN):
    """Shows D fakes in place of the real images."""

    def update_discriminator(self, real_images, fake_images):
        return super().update_discriminator(fake_images, fake_images)


@plant("blind-discriminator", "D is shown fakes in place of real images")
def never_sees_real(recipe, seed):
    return finish(build(recipe, seed, SeesOnlyFakes), digits(), seed=seed)
