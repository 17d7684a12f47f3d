"""What every training shares: weights, precision, callbacks, saving."""

from course_lib.networks import startup  # noqa: F401 - loads TensorFlow quietly
