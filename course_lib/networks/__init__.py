"""Builders of every network in the course, and the layers they are made of; lessons 02 and 03."""

from course_lib.networks import startup  # noqa: F401 - first: it loads TensorFlow quietly

# isort: split
from course_lib.data.pixels import IMAGE_SHAPE, check_images, scale_pixels
from course_lib.networks.builders import (
    build_classifier,
    build_dcgan_discriminator,
    build_dcgan_generator,
    build_mlp_discriminator,
    build_mlp_generator,
    build_shuffle_discriminator,
    build_shuffle_generator,
    channels_to_pixels,
    pixels_to_channels,
    upsample,
)
from course_lib.networks.vae_builders import (
    build_published_vae_decoder,
    build_vae_decoder,
    build_vae_encoder,
)

__all__ = [
    "IMAGE_SHAPE",
    "build_classifier",
    "build_dcgan_discriminator",
    "build_dcgan_generator",
    "build_mlp_discriminator",
    "build_mlp_generator",
    "build_published_vae_decoder",
    "build_shuffle_discriminator",
    "build_shuffle_generator",
    "build_vae_decoder",
    "build_vae_encoder",
    "channels_to_pixels",
    "check_images",
    "pixels_to_channels",
    "scale_pixels",
    "upsample",
]
