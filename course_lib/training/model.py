"""The Keras plumbing that GAN and VAE share, so that their own files hold only their training.

It covers several steps in one call, saving and loading, and the random state that a resumed run
needs.
"""

import copy

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from course_lib.training import engine, entrance, habits, settings, sources


class StepModel(keras.Model):
    """A keras.Model whose subclass writes `train_step`; everything around it is here.

    A subclass names in `NETWORKS` the attributes that hold its networks and in `SETTINGS` those
    that hold the other arguments of its constructor; both are saved, and passed to the constructor
    when the model is loaded. The subclass sets `seed_generator`, the source of every z in training.
    """

    NETWORKS: tuple[str, ...] = ()
    SETTINGS: tuple[str, ...] = ()
    n_classes: int | None = None  # how many classes its labels have; None if it takes no labels

    def compile(self, *args, jit_compile="auto", steps_per_execution=1, **options) -> None:
        """Make the step ready to run; other arguments go to `keras.Model.compile`.

        Args:
            jit_compile: True, False or "auto". With "auto" on a CPU, XLA compiles only networks of
                Dense layers without Dropout, because it slows the others down; on a GPU, Keras
                chooses.
            steps_per_execution: the largest number of steps that `fit` takes in one call.
        """
        settings.check_whole("steps_per_execution", steps_per_execution)
        if jit_compile == "auto" and not engine.on_gpu():
            jit_compile = engine.gains_from_xla(*self.networks())
        super().compile(
            *args, jit_compile=jit_compile, steps_per_execution=steps_per_execution, **options
        )
        self.one_step = tf.function(self.train_step, jit_compile=self.jit_compile, autograph=False)
        self._loops = {}  # compiled loops of several steps, by their number of steps
        self._call_logs = None  # of the last call of `fit`: by name, one number a step

    @property
    def runs_on(self) -> str:
        """Describe in one line the device, the precision, the use of XLA and the steps per call."""
        return engine.describe(self.jit_compile, self.steps_per_execution)

    def networks(self) -> list[keras.Model]:
        """Return the networks this model trains, in the order of `NETWORKS`."""
        return [getattr(self, name) for name in self.NETWORKS]

    # --- Training: one step, or several in one call ----------------------------------------------

    def fit(self, x, y=None, batch_size=None, *, steps_per_epoch=None, shuffle=None, **options):
        """Train as `keras.Model.fit` does: arrays are shuffled, other sources of batches are not.

        If `steps_per_execution` is above 1, each call may take several steps, as
        `sources.count_steps` says. As everywhere in Keras, callbacks then get only the logs of the
        last step of a call; `split_logs` returns those of every step.

        Raises:
            ValueError: for images or labels that would spoil the weights, as `entrance` says, for
                batches that never end without `steps_per_epoch`, and for what `habits` lists, such
                as `validation_data`.
        """
        self.check_ready()
        habits.check_counts(batch_size, steps_per_epoch, options)
        habits.check_validation(options)
        habits.check_weights(options)
        habits.check_callbacks(options.get("callbacks"), self.optimizer is not None)
        x, y = sources.check_data(x, y, self.n_classes)
        if shuffle is None:
            shuffle = hasattr(x, "shape")  # an array; Keras warns that it can't shuffle others
        most = self.steps_per_execution
        self.steps_per_execution = sources.count_steps(x, most, steps_per_epoch)
        try:
            return super().fit(
                x, y, batch_size, steps_per_epoch=steps_per_epoch, shuffle=shuffle, **options
            )
        except tf.errors.InvalidArgumentError as error:
            if words := entrance.wrong_values(error):
                raise ValueError(words) from None
            raise
        finally:
            self.steps_per_execution = most

    def evaluate(self, *args, **options) -> None:
        """Refuse: there is no one number that says how good a generator is.

        Raises:
            ValueError: always; it names what measures samples.
        """
        raise ValueError(habits.NO_VALIDATION)

    test_on_batch = evaluate

    def make_train_function(self, force=False) -> None:
        """Build the function that Keras's `fit` calls with its iterator: several steps, one graph.

        Keras has `steps_per_execution` too, but lets XLA compile only single steps.
        """
        self._call_logs = None
        if self.takes_keras_way():
            return super().make_train_function(force)
        steps = self.steps_per_execution
        if force or steps not in self._loops:
            self._loops[steps] = self._compile_steps(steps)
        self.train_function = self._remembering(self._loops[steps])

    def takes_keras_way(self) -> bool:
        """Return whether Keras's own loop is needed: for debugging, or on several devices."""
        return self.run_eagerly or self.distribute_strategy.num_replicas_in_sync > 1

    def _compile_steps(self, steps):
        """Return a function iterator -> logs, an array of `steps` numbers by name.

        The batches are fetched first and passed on as one array [steps, B, ...]. So XLA compiles
        the whole loop, and the weights stay where they are from one step to the next.
        """

        def loop(batches):
            one = tf.nest.map_structure(lambda x: tf.TensorSpec(x.shape[1:], x.dtype), batches)
            step = tf.function(self.train_step, autograph=False).get_concrete_function(one)
            logs = tf.nest.map_structure(
                lambda x: tf.TensorSpec(x.shape, x.dtype), step.structured_outputs
            )
            return tf.map_fn(step, batches, fn_output_signature=logs, parallel_iterations=1)

        # Fetching is a function of its own: if a batch fails its check, no step has begun.
        @tf.function(autograph=False, reduce_retracing=True)
        def fetch(iterator):
            batches = [iterator.get_next() for _ in range(steps)]
            if steps == 1:
                return batches[0]
            return tf.nest.map_structure(lambda *parts: tf.stack(parts), *batches)

        if steps == 1:
            loop = self.one_step
        else:
            loop = tf.function(loop, jit_compile=self.jit_compile, autograph=False)
        return lambda iterator: loop(fetch(iterator))

    def _remembering(self, call):
        def train_function(iterator):
            logs = call(iterator)
            self._call_logs = {name: np.atleast_1d(values) for name, values in logs.items()}
            return {name: values[-1] for name, values in self._call_logs.items()}

        return train_function

    def split_logs(self, logs: dict) -> list[dict]:
        """Return one dict of logs for each step of the call that has just ended.

        Args:
            logs: what Keras passed to the callback; returned alone if Keras's own loop is used.
        """
        if self._call_logs is None:
            return [logs]
        names, columns = self._call_logs, self._call_logs.values()
        return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]

    def train_on_batch(
        self, x, y=None, sample_weight=None, class_weight=None, return_dict=True
    ) -> dict[str, float]:
        """Take one step and return its logs, which are a dict whatever `return_dict` says.

        Args:
            x: images [B, 28, 28, 1], a NumPy array or an eager tensor.
            y: their labels [B], for a model that learns from labels.

        Raises:
            ValueError: for images of another shape or range, before `compile`, and for Keras's two
                weights.
        """
        habits.check_weights({"sample_weight": sample_weight, "class_weight": class_weight})
        entrance.check_form(x, "train_on_batch")
        entrance.check_batch(x, y, n_classes=self.n_classes)
        self.check_ready()
        return self.take_step(*((x,) if y is None else (x, y)))

    def take_step(self, *data) -> dict[str, float]:
        """Take one step on images, and labels if it learns from them, without a check of them."""
        if self.takes_keras_way():
            return super().train_on_batch(*data, return_dict=True)
        tensors = tuple(tf.convert_to_tensor(part) for part in data)
        logs = self.one_step(tensors if len(tensors) > 1 else tensors[0])
        return {name: float(value) for name, value in logs.items()}

    def check_ready(self) -> None:
        """Raise ValueError unless a step can train the networks."""
        if not self.compiled:
            raise ValueError("this model has no optimizer yet: call compile() before training")

    # --- Saving and loading ----------------------------------------------------------------------

    def save(self, filepath, *args, **options) -> None:
        """Write the whole model, with its optimizers and random state, to a `.keras` file.

        Raises:
            ValueError: for a path with another ending, before anything is written.
        """
        if not str(filepath).endswith(".keras"):
            raise ValueError(
                f"{filepath}: expected a path that ends in .keras, the only format that holds the "
                "whole model. For the weights alone, call save_weights('name.weights.h5')"
            )
        super().save(filepath, *args, **options)

    def export(self, filepath, *args, **options) -> None:
        """Write `call` as a SavedModel, which TensorFlow runs without this kit.

        Args:
            filepath: the folder to write.
            args, options: as `keras.Model.export` takes them.
        """
        signature = [keras.InputSpec(dtype="float32", shape=self.input_shape)]
        super().export(filepath, *args, **{"input_signature": signature, **options})

    def load_weights(self, filepath, skip_mismatch=False, **options) -> None:
        """Load what `save_weights` wrote; of a file that doesn't fit, nothing is loaded.

        Args:
            filepath, skip_mismatch, options: as `keras.Model.load_weights` takes them.

        Raises:
            ValueError: for the weights of other networks, or of one network.
        """
        optimizers = (getattr(self, name, None) for name in ("d_optimizer", "g_optimizer"))
        parts = [self, *(part for part in (*optimizers, self.optimizer) if part is not None)]
        before = [(variable, variable.numpy()) for part in parts for variable in part.variables]
        try:
            super().load_weights(filepath, skip_mismatch, **options)
        except ValueError as error:
            for variable, value in before:
                variable.assign(value)
            if "could not be loaded" not in str(error) or "doesn't hold a whole" in str(error):
                raise
            raise ValueError(
                f"{filepath} holds the weights of other networks than those of this "
                f"{type(self).__name__}, so nothing was loaded: expected what save_weights wrote "
                "for the same networks. Build the model as it was built then, by the same recipe "
                "and with the same settings"
            ) from error

    def get_config(self) -> dict:
        """Return the networks and the settings, for `save` and `keras.models.load_model`."""
        serialize = keras.saving.serialize_keras_object
        networks = {name: serialize(getattr(self, name)) for name in self.NETWORKS}
        settings = {name: getattr(self, name) for name in self.SETTINGS}
        return {**networks, **settings, "name": self.name}

    @classmethod
    def from_config(cls, config):
        """Build the model that `get_config` describes."""
        config = copy.deepcopy(config)  # Keras empties what it reads
        for name in cls.NETWORKS:
            config[name] = keras.saving.deserialize_keras_object(config[name])
        return cls(**config)

    def compile_from_config(self, config) -> None:
        """Compile a loaded model as it was compiled when it was saved."""
        self.compile(**keras.saving.deserialize_keras_object(config))

    def state_variables(self) -> dict:
        """Return by name what a resumed run needs beside the networks and optimizers."""
        states = {"seed_state": self.seed_generator.state}
        for name, network in zip(self.NETWORKS, self.networks(), strict=True):
            for position, layer in enumerate(find_dropouts(network)):
                states[f"{name}_dropout_{position}"] = layer.seed_generator.state
        return states

    def save_own_variables(self, store) -> None:
        """Store `state_variables`; Keras itself stores the networks and the optimizers."""
        for name, variable in self.state_variables().items():
            store[name] = ops.convert_to_numpy(variable)

    def load_own_variables(self, store) -> None:
        """Load what `save_own_variables` stored.

        Raises:
            ValueError: for a file that holds something else, such as one network's weights.
        """
        if "seed_state" not in store:
            first, second = self.NETWORKS
            raise ValueError(
                f"the file doesn't hold a whole {type(self).__name__}: expected weights that its "
                "save_weights wrote. If they are those of one network, call "
                f"{first}.load_weights(path) or {second}.load_weights(path) on the model"
            )
        for name, variable in self.state_variables().items():
            variable.assign(store[name if name in store else self._old_name(name)])

    def _old_name(self, name):
        """Return what version 0.1 called the state of a dropout layer: after its layer."""
        role, _, position = name.split("_")
        network = getattr(self, role)
        return f"{network.name}_{find_dropouts(network)[int(position)].name}"


def find_dropouts(network) -> list[keras.layers.Dropout]:
    """Return the dropout layers of a network in order, those of networks inside it too."""
    found = []
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            found += find_dropouts(layer)
        elif isinstance(layer, keras.layers.Dropout):
            found.append(layer)
    return found
