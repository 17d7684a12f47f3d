"""Kinds of exercises that need Keras: a network, and a function that takes training steps.

Keras is imported when an answer is judged, so that the lessons can be imported without it.
"""

import contextlib
from abc import abstractmethod

from course_lib.teaching.exercise import Exercise, NotAttempted, Wrong
from course_lib.teaching.judges import call_with_timeout
from course_lib.teaching.network_judges import (
    check_activations,
    check_input_shape,
    check_layer_shapes,
    check_output_range,
    check_parameters,
)
from course_lib.teaching.wording import describe


class NetworkExercise(Exercise):
    """A keras.Model.

    Attributes:
        asked: what was asked for, in words.
        input_shape: of its input, without the batch.
        layer_shapes: of the outputs of the layers with weights in turn, without the batch.
        n_parameters: how many parameters it has in all.
        activations: names of the activations after those layers; empty if any will do.
        output_range: (low, high) that its outputs stay in and nearly reach; None if any will do.
    """

    asked = ""
    input_shape: tuple = ()
    layer_shapes: list[tuple] = []
    n_parameters = 0
    activations: list[str] = []
    output_range: tuple | None = None

    def likely_cause(self, model) -> str:
        """Return the likely cause of a wrong network, "" if it is not a typical one."""
        return ""

    def judge(self, answer) -> None:
        import keras

        if not isinstance(answer, keras.Model):
            raise Wrong(f"Found {describe(answer)}, expected a keras.Model: {self.asked}.")
        check_input_shape(answer, self.input_shape)
        cause = ""
        with contextlib.suppress(Exception):  # an unusual network: then no cause is known
            cause = self.likely_cause(answer)
        if cause:
            raise Wrong(cause)
        check_layer_shapes(answer, self.layer_shapes)
        check_parameters(answer, self.n_parameters)
        check_activations(answer, self.activations)
        if self.output_range:
            check_output_range(answer, *self.output_range)


class StepExercise(Exercise):
    """A function that takes training steps, each of which may move one network only.

    Attributes:
        asked: what the function is to do, in words.
        moves: {name of a trained model: name of the one network that its step moves}, in order.
        starts: what `build` is called with, once for each run of the learner's function.
    """

    asked = ""
    moves: dict[str, str] = {}
    starts: tuple = ()

    @abstractmethod
    def build(self, start) -> tuple:
        """Return (the arguments of the learner's function, the networks that may move)."""

    def judge(self, answer) -> None:
        if not callable(answer):
            raise Wrong(f"Found {describe(answer)}, expected a function: {self.asked}.")
        for start in self.starts:
            arguments, networks = self.build(start)
            trained = []
            for model in arguments:
                if getattr(model, "name", None) in self.moves:
                    self._watch(model, networks, trained)
            call_with_timeout(answer, *arguments)
            if not trained:
                raise NotAttempted
            if trained != list(self.moves):
                found, expected = " then ".join(trained), " then ".join(self.moves)
                raise Wrong(f"It trains {found}, expected {expected}.")

    def _watch(self, model, networks, trained):
        """Make `model.train_on_batch` note its name in `trained`, and check what it moves."""
        from course_lib.training.weights import largest_difference, snapshot

        train = model.train_on_batch

        def train_on_batch(*args, **kwargs):
            before = [snapshot(network.weights) for network in networks]
            result = train(*args, **kwargs)
            trained.append(model.name)
            for network, weights in zip(networks, before, strict=True):
                change = largest_difference(network.weights, weights)
                check_move(model, network, change, self.moves[model.name] == network.name)
            return result

        model.train_on_batch = train_on_batch


def check_move(model, network, change, must_move) -> None:
    """Make sure that a step of `model` moved the weights of `network` if, and only if, it must."""
    if (change > 0) == must_move:
        return
    expected = "move" if must_move else "stay as they are"
    raise Wrong(
        f"In the step of {model.name}, the weights of {network.name} changed by up to "
        f"{change:.2g}, but they must {expected}. Was `{network.name}.trainable` {must_move} just "
        "before?"
    )
