"""The doctor: `examine` names what is wrong with a run, why it happens and what to try."""

from course_lib.judging.doctor.doctor import *  # noqa: F403
from course_lib.judging.doctor.doctor import see_turned, see_undertrained, trial  # noqa: F401
