"""The illnesses of a run: of each its name, its cause, what to try, and the lesson that explains it.

How each is found stands in `doctor`.
"""

from typing import NamedTuple


class Finding(NamedTuple):
    """One illness: its name, what was seen (with the number), why it happens, what to try, and
    the lesson that explains it."""

    illness: str
    evidence: str
    cause: str
    cure: str
    lesson: str

    def __str__(self):
        return (
            f"{self.illness}\n  seen:   {self.evidence}\n  why:    {self.cause}\n"
            f"  try:    {self.cure}\n  lesson: {self.lesson}"
        )


ILLNESSES = {  # name: (cause, cure, lesson)
    "non-finite": (
        "A number grew until it no longer was one: a rate far too high, a logarithm or a division "
        "by 0 in a loss of your own.",
        "Start again from the last good weights with a tenth of the learning rate; in a loss use "
        "logits (softplus), never log of a sigmoid.",
        "04",
    ),
    "bad-dataset": (
        "A generator learns what it is shown, turned, inverted or one-sided as it may be.",
        "Look at twenty images with their labels before every training.",
        "01",
    ),
    "pixel-range-mismatch": (
        "Real and fake images live on different scales, so D tells them apart by that alone and G "
        "can do nothing about it.",
        "Scale real images to [-1, 1] (images / 127.5 - 1, or hand over uint8) and end the "
        "generator in tanh.",
        "03",
    ),
    "frozen-discriminator": (
        "On Keras 3 a model that was frozen when its training step was traced stays frozen. "
        "Another cause is a learning rate of 0.",
        "Set discriminator.trainable = True before each D step and False before each combined "
        "step, or use course_lib.gan.",
        "04",
    ),
    "frozen-generator": (
        "No gradient reaches the generator: it was frozen, left out of the optimizer's list, or "
        "its images went through NumPy on their way to D.",
        "Hand G's optimizer generator.trainable_variables, and keep G and D in one tape.",
        "04",
    ),
    "swapped-labels": (
        "A network is asked for the opposite of what it should do: 1 is for real images in D's "
        "step, and for fakes in G's.",
        "Check the labels of both steps, and the signs in a loss of your own.",
        "02",
    ),
    "learning-rate-too-high": (
        "Each step leaps over the place it was aimed at, and the next leaps back.",
        "Divide both learning rates by ten; Adam with 2e-4 is a good start for a GAN.",
        "04",
    ),
    "learning-rate-too-low": (
        "The steps are so small that the networks stay about where they began.",
        "Multiply the learning rate by ten until the losses begin to move.",
        "04",
    ),
    "batch-norm-mixing": (
        "Real and fake images pass D's batch normalisation in one batch: it sees how many of each "
        "kind there are, and at sampling time their mixture is not what it knows.",
        "Call D on real and on fake images apart, or leave batch normalisation out of D.",
        "05",
    ),
    "latent-mismatch": (
        "The generator was trained on other z than it is asked for: it answers well only where it "
        "was trained.",
        "Draw z the same way in both places: a new standard normal batch at every step.",
        "03",
    ),
    "constant-output": (
        "Whatever z says, the generator paints the same plain picture: its last layer is "
        "saturated or dead.",
        "Begin again with a smaller learning rate, batch normalisation in G and LeakyReLU.",
        "03",
    ),
    "blind-discriminator": (
        "D answers the same to everything, so G hears nothing it could learn from: D is too weak, "
        "dead, or does not see what you think it sees.",
        "Look at a batch right before it enters D; train D alone on real against noise first.",
        "02",
    ),
    "saturated-discriminator": (
        "D is so sure that the slope of its answer is almost 0, and G is told nothing.",
        "Give D a smaller learning rate or Dropout, give G a head start, take the hinge loss.",
        "04",
    ),
    "mode-collapse": (
        "G found something D accepts and writes nothing else; D chases it from class to class.",
        "Smaller learning rates, beta_1 of 0 or 0.5, a larger batch, a stronger D.",
        "05",
    ),
    "copying": (
        "The images are training images: too few of them for so large a network, or samples taken "
        "from the wrong variable.",
        "Check where the samples come from; then more data, or a smaller network.",
        "06",
    ),
    "undertrained": (
        "Nothing is wrong but the time: the images still change from one minute to the next.",
        "Train on from where it stands.",
        "05",
    ),
}
