"""Generator against discriminator: the classic loop and the compiled one; lessons 04 and 05."""

from course_lib.networks import startup  # noqa: F401 - first: it loads TensorFlow quietly

# isort: split
from course_lib.gan.alternating import AlternatingGAN
from course_lib.gan.conditional import ConditionalGAN
from course_lib.gan.gan import GAN
from course_lib.networks.latent import choose_classes, chosen_classes, fixed_z

__all__ = ["GAN", "AlternatingGAN", "ConditionalGAN", "choose_classes", "chosen_classes", "fixed_z"]
