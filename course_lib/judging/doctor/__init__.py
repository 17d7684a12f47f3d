"""The doctor: `examine` names what is wrong with a run, why it happens and what to try.

It sees what you have: two networks, the losses, samples, the data. It measures these, takes a few
training steps as a trial and restores everything afterwards. `rounds` holds the order in which it
looks; `data`, `steps` and `results` define the illnesses, each in one class.

The doctor can't recognise two problems from outside: that another architecture would do better, and
that a loop without a method `draw_z` was trained with the wrong z.
"""

from course_lib.judging.doctor.illness import Finding
from course_lib.judging.doctor.rounds import ILLNESSES, Diagnosis, examine, explain

__all__ = ["ILLNESSES", "Diagnosis", "Finding", "examine", "explain"]
