"""The page in the browser that writes in your handwriting; `app` shows it from top to bottom."""

from course_lib.networks import startup  # noqa: F401 - first: it loads TensorFlow quietly
