"""The doctor: `examine` names what is wrong with a run, why it happens and what to try.

It sees what you have: two networks, the losses, samples, the data. It measures these, takes a few
training steps as a trial and restores everything afterwards. `rounds` holds the order in which it
looks. The illnesses, each in one class, are in `data`, `dataset`, `wiring`, `steps`, `sampling` and
`results`. They ask a `case`, which measures a `run`, which hides how a GAN is written. `handover`,
`images` and `history` read what was handed over, `compiled` makes a step of compiled models,
`recording` sees what passes through a layer; `reach` and `restore` put everything back.

The doctor can't recognise two problems from outside: that another architecture would do better, and
what a loop does that isn't handed over as a step.
"""

from course_lib.judging.doctor.illness import Finding
from course_lib.judging.doctor.rounds import ILLNESSES, Diagnosis, examine, explain

__all__ = ["ILLNESSES", "Diagnosis", "Finding", "examine", "explain"]
