"""A GAN small enough for a test of one second, with everything in it that has a state."""

import keras

from course_lib import gan, networks


def small_gan(cls=gan.GAN, seed=0, **options):
    """A compiled GAN with batch normalisation on both sides and dropout in D."""
    keras.utils.set_random_seed(seed)
    generator = networks.build_mlp_generator(8, (16,), batch_norm_momentum=0.8)
    images = keras.Input((28, 28, 1))
    x = keras.layers.Dense(16, use_bias=False)(keras.layers.Flatten()(images))
    x = keras.layers.LeakyReLU(0.2)(keras.layers.BatchNormalization()(x))
    logits = keras.layers.Dense(1)(keras.layers.Dropout(0.2)(x))
    discriminator = keras.Model(images, logits, name="discriminator")
    model = cls(generator, discriminator, seed=seed, **options)
    model.compile(jit_compile=False)
    return model
