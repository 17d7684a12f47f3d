"""How good the samples are (`metrics`), and what is wrong with a run (`doctor`); lesson 06."""

from course_lib.networks import startup  # noqa: F401 - loads TensorFlow quietly
