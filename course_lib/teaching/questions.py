"""The exercises of every lesson: `q1, q2, q3, q4 = questions.lesson_01(globals())`.

What is asked stands in the notebook, how it is answered in notebooks/source. Here stands what a
right answer is, which wrong ones are usual, and what to say to them. The parts are in `exercises`.
"""

from pathlib import Path

import numpy as np

from course_lib.teaching import exercises
from course_lib.teaching.exercises import (
    Exercise,
    array,
    choice,
    function,
    network,
    step,
    text,
    value,
)

BAD_LINE = 777  # of the puzzle in lesson 01
BOUNDS = np.log(1e-7), -np.log(1e-7)  # the logits that remain apart with an epsilon of 1e-7


def spoil(csv_path, puzzle_path):
    """Copy a CSV and write one number into it that is no pixel. Returns `puzzle_path`."""
    lines = Path(csv_path).read_text(encoding="utf-8").splitlines()
    cells = lines[BAD_LINE - 1].split(",")
    cells[500] = "999"
    lines[BAD_LINE - 1] = ",".join(cells)
    Path(puzzle_path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return puzzle_path


def lesson_00(variables):
    """Welcome: how an exercise works."""
    return exercises.lesson(
        "00",
        variables,
        [
            Exercise(
                "n_pixels",
                value(784, "the number of pixels", {56: "You added the two sides."}),
                "A picture of 28 × 28 is 784 numbers, and you know how exercises work.",
                "28 rows of 28 pixels each.",
            )
        ],
    )


def lesson_01(variables):
    """Data."""

    def means():
        digits = variables["digits"]
        sums = np.zeros((10, 28, 28))
        for image, label in zip(digits.images, digits.labels, strict=True):
            sums[label] += image[:, :, 0]
        return sums / np.bincount(digits.labels, minlength=10)[:, None, None]

    every_byte = np.arange(256, dtype="uint8").reshape(1, 16, 16, 1)
    scaled = (every_byte.astype("float32") / 127.5 - 1,)
    return exercises.lesson(
        "01",
        variables,
        [
            Exercise(
                "mean_of_zeros",
                choice(
                    "b",
                    {
                        "a": "a mean is crisp only where all pictures agree. Do all writers draw "
                        "their 0 in the same place?",
                        "c": "grey all over would need ink everywhere. Nobody writes in the corners.",
                    },
                ),
                "Bright where writers agree, soft where they do not: the mean shows the variety "
                "that a generator has to learn.",
                "Lay two hundred transparent sheets on each other, a 0 on each.",
            ),
            Exercise(
                "means",
                array(
                    means,
                    "the mean picture of each class, [10, 28, 28]",
                    [
                        (
                            lambda a: a.shape == (10, 28, 28, 1),
                            "The channel is still there: [..., 0] takes it off.",
                        ),
                        (lambda a: a.shape == (28, 28), "One mean: of all classes together?"),
                        (lambda a: np.isnan(a).any(), "nan is the mean of no image: range(10)."),
                        (
                            lambda a: np.abs(a[0] - means()[1]).max() < 1,
                            "Picture 0 is the mean of the 1s: begin with class 0.",
                        ),
                        (
                            lambda a: a.shape == (10,),
                            "One number a class: axis=0 averages over the images alone.",
                        ),
                        (
                            lambda a: 0 < a.max() <= 1,
                            "Those are not bytes any more: leave the scaling out.",
                        ),
                    ],
                    tolerance=0.51,
                ),
                "Ten soft pictures, each the centre of its class.",
                "digits.images[digits.labels == k].mean(axis=0)[..., 0] for each k, then np.stack.",
            ),
            Exercise(
                "unscale",
                function(
                    [scaled],
                    lambda x: np.round((x + 1) * 127.5).astype("uint8"),
                    "the bytes that the pictures were made of",
                    [
                        (
                            lambda x: ((x + 1) * 127.5).astype("uint8"),
                            "`astype` cuts off what stands after the point, so 6.9999 becomes 6: "
                            "round first.",
                        ),
                        (
                            lambda x: (x * 127.5).round().astype("uint8"),
                            "Undo the last step first: add 1, then multiply.",
                        ),
                        (lambda x: x, "It returns what it was given."),
                        (
                            lambda x: (x + 1) / 2,
                            "From 0 to 1 is half of the way: bytes reach 255.",
                        ),
                    ],
                    tolerance=0,
                    dtype="uint8",
                ),
                "Not one of the 256 bytes is lost on the way there and back.",
                "Turn the scaling line round, and mind what astype does to 6.9999.",
            ),
            Exercise(
                "bad_line",
                value(
                    BAD_LINE,
                    "the line of the file, counted from 1, the header too",
                    {
                        BAD_LINE - 2: "pandas counts rows from 0 and leaves the header out.",
                        BAD_LINE - 1: "Off by one: is the header counted?",
                        BAD_LINE + 1: "Off by one: the header is line 1.",
                        501: "That is the column.",
                    },
                ),
                "The loader's message names line, column and value; a viewer would hide it among "
                "1.5 million numbers.",
                "Let datasets.load_kaggle_csv read the file, and read what it says.",
            ),
        ],
    )


def lesson_02(variables):
    """The discriminator."""
    rng = np.random.default_rng(2)
    logits = [
        (rng.normal(2, 2, (6, 1)).astype("float32"), rng.normal(-1, 3, (4, 1)).astype("float32")),
        (np.array([[120.0], [-120.0]], "float32"), np.array([[90.0], [-150.0]], "float32")),
    ]

    def d_loss(real, fake):
        return (np.logaddexp(0, -real).mean() + np.logaddexp(0, fake).mean()) / 2

    return exercises.lesson(
        "02",
        variables,
        [
            Exercise(
                "loss_of_a_real",
                value(
                    -np.log(0.9),
                    "the loss for one real image with the score 0.9",
                    {
                        -np.log(0.1): "That is what it would pay if the image were a fake.",
                        -np.log10(0.9): "That is log10: np.log is the natural logarithm.",
                        -np.log2(0.9): "Those are bits, log2: np.log is the natural logarithm.",
                        0.1: "Cross-entropy takes the logarithm, not the difference from 1.",
                        np.log(0.9): "A loss is never below 0: mind the sign.",
                        0.9: "That is the score itself.",
                    },
                    tolerance=1e-3,
                ),
                "0.105: nearly right costs little. For a fake the same score would cost 2.303.",
                "-log of the probability it gave to the truth; np.log is the natural logarithm.",
            ),
            Exercise(
                "small_discriminator",
                network(
                    (28, 28, 1),
                    [(14, 14, 32), (7, 7, 32), (1,)],
                    320 + 9_248 + 1_569,
                    "two strided convolutions of 32 filters and one logit",
                    ["leaky_relu", "leaky_relu", "linear"],
                    mistakes=[
                        (
                            lambda m: "sigmoid" in str(m.layers[-1].get_config()),
                            "It ends in a sigmoid: in this course D returns logits.",
                        ),
                        (
                            lambda m: m.output_shape[1:] == (7, 7, 1),
                            "One answer for each place: a Flatten is missing before the Dense.",
                        ),
                        (
                            lambda m: (28, 28, 32) in [x.output.shape[1:] for x in m.layers],
                            'A convolution keeps the side at 28: strides=2 and padding="same".',
                        ),
                        (
                            lambda m: (13, 13) in [x.output.shape[1:3] for x in m.layers],
                            'From 28 to 13 a border is lost: padding="same" keeps it.',
                        ),
                    ],
                ),
                "320 + 9,248 + 1,569 = 11,137 parameters, about a quarter of the tutorial's.",
                'Input, Conv2D(32, 3, strides=2, padding="same"), LeakyReLU, once more, Flatten, '
                "Dense(1).",
            ),
            Exercise(
                "d_loss",
                function(
                    logits,
                    d_loss,
                    "the average of the real half's mean loss and the fake half's",
                    [
                        (
                            lambda r, f: d_loss(f, r),
                            "Real and fake are exchanged: it pays for being right.",
                        ),
                        (
                            lambda r, f: d_loss(-r, -f),
                            "The signs are turned: it pays for being right.",
                        ),
                        (
                            lambda r, f: 2 * d_loss(r, f),
                            "That is the sum of the two means, a shrug would cost 1.386: halve it.",
                        ),
                        (
                            lambda r, f: np.logaddexp(0, -r).mean(),
                            "Only the real half is there.",
                        ),
                        (lambda r, f: np.logaddexp(0, f).mean(), "Only the fake half is there."),
                        (
                            lambda r, f: np.logaddexp(0, -r).sum() + np.logaddexp(0, f).sum(),
                            "That is the sum over the batch, wanted is the mean of each half.",
                        ),
                        (
                            lambda r, f: np.logaddexp(0, np.concatenate([-r, f])).mean(),
                            "That is the mean over all images. Take each half's own mean first: "
                            "then they weigh the same, however many images each has.",
                        ),
                        (
                            lambda r, f: d_loss(np.clip(r, *BOUNDS), np.clip(f, *BOUNDS)),
                            "There an epsilon or a clip hides how wrong an answer is: use softplus.",
                        ),
                    ],
                    tolerance=1e-3,
                ),
                "softplus(-x) is -log(sigmoid(x)), and bears logits of any size.",
                "keras.ops.softplus(-real_logits) is the loss of each real image; log(sigmoid(x)) would be "
                "-inf at a logit of -120.",
            ),
            Exercise(
                "what_it_learned",
                choice(
                    "c",
                    {
                        "a": "two steps are too few to learn strokes. What differs without a look at "
                        "shapes?",
                        "b": "it saw hundreds of real digits, and memory was not needed: one "
                        "number a picture was enough.",
                    },
                ),
                "It learned the cheapest rule that wins. That is why both sides must share one "
                "range of pixels.",
                "What is the largest pixel on each side?",
            ),
        ],
    )


def lesson_03(variables):
    """The generator."""
    rng = np.random.default_rng(3)
    z1, z2 = rng.standard_normal((2, 16)).astype("float32")

    def circle(first, second, n):
        turn = (2 * np.pi * np.arange(n) / n)[:, None]
        return np.cos(turn) * first + np.sin(turn) * second

    def closed(first, second, n):
        turn = np.linspace(0, 2 * np.pi, n)[:, None]
        return np.cos(turn) * first + np.sin(turn) * second

    def straight(first, second, n):
        t = np.linspace(0, 1, n)[:, None]
        return (1 - t) * first + t * second

    return exercises.lesson(
        "03",
        variables,
        [
            Exercise(
                "n_parameters",
                value(
                    283_920,
                    "the parameters of 64 → 256 → 256 → 784",
                    {
                        282_624: "Those are the weights alone: each unit has a bias too.",
                        64 * 256 * 256 * 784: "Layers add up, they do not multiply.",
                        16_640 + 201_488: "The middle layer, 256 → 256, is missing.",
                    },
                ),
                "16,640 + 65,792 + 201,488: most of it sits in the last layer, one weight for each "
                "pixel and unit.",
                "A Dense layer from m to n has m · n weights and n biases.",
            ),
            Exercise(
                "circle",
                function(
                    [(z1, z2, 8), (z2, z1, 3)],
                    circle,
                    "n steps around the circle through z1 and z2, [n, width of z]",
                    [
                        (
                            closed,
                            "The last step is the first one again: a circle of n steps ends one "
                            "step before 2π.",
                        ),
                        (straight, "That is the straight way: it leads past the middle."),
                        (
                            lambda a, b, n: circle(b, a, n),
                            "It begins at z2: cosine belongs to z1.",
                        ),
                        (
                            lambda a, b, n: circle(a, b, n) * 0 + a,
                            "It stands still at z1.",
                        ),
                    ],
                ),
                "cos² + sin² = 1: the walk keeps the length of a typical z, which the straight way "
                "does not.",
                "An angle for each step, 2π · i / n, as a column; then cos · z1 + sin · z2.",
            ),
            Exercise(
                "small_generator",
                network(
                    (32,),
                    [(7 * 7 * 16,), (14, 14, 16), (28, 28, 1)],
                    25_872 + 4_112 + 257,
                    "Dense to 7·7·16 and two transposed convolutions with 4×4 kernels",
                    output_range=(-1, 1),
                    mistakes=[
                        (
                            lambda m: "sigmoid" in str(m.layers[-1].get_config()),
                            "It ends in a sigmoid, from 0 to 1: our pixels live in [-1, 1].",
                        ),
                        (
                            lambda m: m.output_shape[1:3] == (7, 7),
                            "It stays at 7 × 7: strides=2 doubles the side.",
                        ),
                        (
                            lambda m: m.output_shape[1:3] == (30, 30),
                            'The sides grow past 28: padding="same" cuts them to twice the size.',
                        ),
                    ],
                ),
                "32 numbers become 784 pixels in [-1, 1], with a fiftieth of the dense network's "
                "parameters.",
                "Input, Dense(784), Reshape((7, 7, 16)), Conv2DTranspose(16, 4, strides=2, "
                'padding="same"), LeakyReLU, Conv2DTranspose(1, ..., activation="tanh").',
            ),
            Exercise(
                "why_tanh",
                choice(
                    "a",
                    {
                        "b": "tanh costs time like any other activation. Look at the ranges.",
                        "c": "D's answer is squashed too, by a sigmoid, but only where it is shown "
                        "or inside the loss. What must the pixels fit?",
                    },
                ),
                "Pixels have a floor and a ceiling, evidence has none.",
                "Which range do the real images have when D sees them?",
            ),
        ],
    )


def lesson_04(variables):
    """Both together."""

    def build():
        import keras

        from course_lib.gan import combined

        keras.utils.set_random_seed(4)
        generator = keras.Sequential(
            [keras.Input((8,)), keras.layers.Dense(784), keras.layers.Reshape((28, 28, 1))]
        )
        inputs = keras.Input((28, 28, 1))
        logits = keras.layers.Dense(1)(keras.layers.Flatten()(inputs))
        discriminator = keras.Model(inputs, logits, name="discriminator")
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        discriminator.compile(keras.optimizers.Adam(1e-3), loss, jit_compile=False)
        pair = combined.build_combined(generator, discriminator)
        pair.compile(keras.optimizers.Adam(1e-3), loss, jit_compile=False)
        discriminator.trainable = bool(build.thawed)  # as an earlier step may have left it
        build.thawed = not build.thawed
        rng = np.random.default_rng(4)
        images = rng.uniform(-1, 1, (6, 28, 28, 1)).astype("float32")
        z = rng.standard_normal((5, 8)).astype("float32")
        labels = np.repeat(np.array([1, 0], "float32"), 3)[:, None]
        parts = {"generator": generator.weights, "discriminator": discriminator.weights}
        return (discriminator, pair, images, labels, z, np.ones((5, 1), "float32")), parts

    build.thawed = False
    once = step(
        build,
        {
            0: {"discriminator": True, "generator": False},
            1: {"discriminator": False, "generator": True},
        },
        "a D step, then a G step",
    )

    def both_ways(answer):
        once(answer)
        once(answer)

    return exercises.lesson(
        "04",
        variables,
        [
            Exercise(
                "largest_change_of_d",
                choice(
                    "a",
                    {
                        "b": "nothing slows D's optimizer down. Its list of weights is empty.",
                        "c": "G moves, and its images with it; but whose weights did we watch?",
                    },
                ),
                "0.0 at every step: Keras 3 looks at the flag when a step is first traced.",
                "Look at the cell that prints the largest change.",
            ),
            Exercise(
                "train_both",
                both_ways,
                "Each step moves exactly one network, in whatever state it finds the flag.",
                "Set discriminator.trainable before each of the two calls.",
            ),
            Exercise(
                "times_steeper",
                value(
                    np.exp(8),
                    "the slope of -log D over that of log(1 - D), at a logit of -8",
                    {
                        np.exp(-8): "The other way round: which of the two is nearly flat there?",
                        8: "The logit itself; its exponential comes in through the sigmoid.",
                        np.exp(8) / (1 + np.exp(8)): "That is one slope; wanted is their ratio.",
                    },
                    tolerance=0.01,
                ),
                "Some 3,000 times: with the first paper's loss a clumsy G hears almost nothing.",
                "With s = sigmoid(-8), the slopes are s - 1 and -s.",
            ),
            Exercise(
                "diagnosis",
                choice(
                    "c",
                    {
                        "a": "time does not help here: G's gradient is next to nothing.",
                        "b": "then its answer would be about 0.5 for both. Look at the scores.",
                    },
                ),
                "D is saturated. Slow it down, or give G a loss with a slope.",
                "real_score 1.000 and fake_score 0.000: what is left for G to hear?",
            ),
        ],
    )


def lesson_05(variables):
    """Up-sampling."""
    rng = np.random.default_rng(5)
    maps = rng.normal(size=(2, 3, 4, 2)).astype("float32")
    channels = rng.normal(size=(2, 3, 4, 8)).astype("float32")

    def nearest(x):
        return x.repeat(2, axis=1).repeat(2, axis=2)

    def shuffle(x):
        out = np.zeros((len(x), 2 * x.shape[1], 2 * x.shape[2], x.shape[3] // 4), x.dtype)
        for row in (0, 1):
            for column in (0, 1):
                part = (2 * row + column) * out.shape[3]
                out[:, row::2, column::2] = x[..., part : part + out.shape[3]]
        return out

    def blocks(x):  # a plain reshape: the channels end up in the wrong pixels
        return x.reshape(len(x), 2 * x.shape[1], 2 * x.shape[2], -1)

    return exercises.lesson(
        "05",
        variables,
        [
            Exercise(
                "checkerboard",
                choice(
                    "b",
                    {
                        "a": "count how many stamps reach each pixel: 6 / 3 on each axis.",
                        "c": "the weights come into it later. Even equal weights weave one where "
                        "the overlap is uneven.",
                    },
                ),
                "Two stamps on each axis, everywhere: the stride divides the kernel.",
                "Change the overlap cell to kernel 6 and stride 3.",
            ),
            Exercise(
                "nearest",
                function(
                    [(maps,), (maps[:1, :2, :2, :1],)],
                    nearest,
                    "each pixel as a block of 2 × 2, [B, 2H, 2W, C]",
                    [
                        (
                            lambda x: np.tile(x, (1, 2, 2, 1)),
                            "`tile` sets whole maps side by side; wanted is each pixel beside "
                            "itself, as `repeat` does.",
                        ),
                        (
                            lambda x: x.repeat(2, axis=0).repeat(2, axis=1),
                            "The axes are off by one: 0 is the batch.",
                        ),
                        (lambda x: x.repeat(2, axis=1), "Only the rows are doubled."),
                        (lambda x: x, "It returns what it was given."),
                    ],
                ),
                "What UpSampling2D does: four times the pixels, not one new number.",
                "np.repeat, once along axis 1 and once along axis 2.",
            ),
            Exercise(
                "shuffle",
                function(
                    [(channels,), (channels[:1, :1, :1, :4],)],
                    shuffle,
                    "four channels turned into a block of 2 × 2 pixels, [B, 2H, 2W, C / 4]",
                    [
                        (
                            blocks,
                            "The shape is right by a plain reshape, but the channels land in the "
                            "wrong pixels: split, transpose, then join.",
                        ),
                        (
                            lambda x: shuffle(x).transpose(0, 2, 1, 3),
                            "Rows and columns are exchanged.",
                        ),
                        (lambda x: x, "It returns what it was given."),
                        (
                            lambda x: nearest(x)[..., : x.shape[-1] // 4],
                            "That repeats one channel four times; the other three are lost.",
                        ),
                    ],
                ),
                "A convolution on the small map has made a large one, at a quarter of the cost.",
                "reshape to [B, H, W, 2, 2, C/4], then transpose so that H stands beside the first "
                "2 and W beside the second.",
            ),
            Exercise(
                "times_cheaper",
                value(
                    16,
                    "the multiplications at 28 × 28 over those at 7 × 7",
                    {
                        4: "That is the ratio of the sides; a map has two.",
                        1 / 16: "The other way round: wanted is how many times cheaper.",
                        5: "The kernel is the same on both and drops out.",
                    },
                ),
                "The same layer, a sixteenth of the work: this is why workshop-dcgan lives on "
                "small maps.",
                "A convolution does the same work at each place of its map.",
            ),
        ],
    )


def lesson_06(variables):
    """Reading a run."""
    rng = np.random.default_rng(6)
    cases = [
        (rng.normal(size=(60, 2)), rng.normal(1, 1.5, (90, 2)), 2),
        (rng.normal(size=(25, 3)), rng.normal(1, 0.5, (50, 3)), 5),
    ]

    def distances(a, b):
        return np.sqrt(((a[:, None] - b[None]) ** 2).sum(axis=-1))

    def precision(real, fake, k, skip=0):
        radii = np.sort(distances(real, real), axis=1)[:, k - skip]
        return (distances(real, fake) <= radii[:, None]).any(axis=0).mean()

    return exercises.lesson(
        "06",
        variables,
        [
            Exercise(
                "falls_first",
                choice(
                    "b",
                    {
                        "a": "a soft digit still lies among the real ones, some of which are soft "
                        "too. But do soft digits come near the sharp ones?",
                        "c": "the classes can still be read: a little blur hides no digit.",
                    },
                ),
                "Measured on drawn digits, sigma 1: precision 0.90, recall 0.28. All are soft "
                "alike, and no sample comes near the sharp ones.",
                "Think of the two clouds of features: where does the blurred one lie, and how wide is it?",
            ),
            Exercise(
                "precision",
                function(
                    cases,
                    precision,
                    "the share of fake features within reach of a real one",
                    [
                        (
                            lambda r, f, k: precision(f, r, k),
                            "That is recall: the balls belong to the real features here.",
                        ),
                        (
                            lambda r, f, k: precision(r, f, k, skip=1),
                            "The nearest of a feature is itself, at distance 0: the k-th neighbour "
                            "is at place k, not k - 1.",
                        ),
                        (
                            lambda r, f, k: (
                                distances(r, f) <= np.sort(distances(r, r), axis=1)[:, k][:, None]
                            ).mean(),
                            "One ball around a sample is enough: `any` over the real features, "
                            "then the mean.",
                        ),
                    ],
                    tolerance=1e-9,
                ),
                "Four lines, and the number of the library.",
                "scipy.spatial.distance.cdist(real, real), sorted along a row: place k is the "
                "radius. Then cdist(real, fake).",
            ),
            Exercise(
                "frechet_on_a_line",
                value(
                    10,
                    "the Fréchet distance of a normal with mean 0, deviation 1, from one with mean "
                    "3, deviation 2",
                    {
                        18: "The formula's second part is (1 - 2)², of the deviations; variances "
                        "give 9.",
                        np.sqrt(10): "Without the root: the distance of Fréchet is used squared.",
                        9: "The means are right; the spreads differ too.",
                        4: "Square the difference of the means.",
                    },
                ),
                "3² + (1 - 2)²: means and spreads both count.",
                "In one dimension |gap|² + A + B - 2√(AB), with variances A = 1 and B = 4.",
            ),
            Exercise(
                "explanation",
                text(),
                "Compare it with q4.solution().",
                "What does G gain from writing a 5 that D never asks for?",
            ),
        ],
    )


def lesson_07(variables):
    """The style VAE."""
    rng = np.random.default_rng(7)
    clouds = [
        (rng.normal(size=(n, d)), rng.uniform(-3, -0.1, (n, d)))
        for n, d in ((3, 4), (1, 2), (5, 8))
    ]
    draws = [tuple(rng.normal(size=(3, n, d)).astype("float32")) for n, d in ((2, 3), (5, 8))]

    def combine(z_means, z_log_vars, prior=None):
        precisions = np.exp(-z_log_vars)
        prior = 1 - len(z_means) if prior is None else prior
        return (precisions * z_means).sum(axis=0) / (precisions.sum(axis=0) + prior)

    def root(z_mean, z_log_var, noise):
        with np.errstate(invalid="ignore"):
            return z_mean + np.sqrt(z_log_var) * noise

    return exercises.lesson(
        "07",
        variables,
        [
            Exercise(
                "kl_of_one",
                value(
                    2,
                    "the divergence of a normal with mean 2 and variance 1 from the standard normal",
                    {
                        4: "Take half of the sum.",
                        1: "The mean is squared: 2² / 2.",
                        2.5: "The variance 1 and the 1 that is taken off cancel: only the mean pays.",
                        1.5: "The variance 1 and the 1 that is taken off cancel: only the mean pays.",
                        (np.e + 2) / 2: "The variance is 1, so its logarithm, z_log_var, is 0.",
                        0: "As broad as the prior, but it stands off by 2, and that costs.",
                    },
                ),
                "Only the mean pays. Had it variance 1/4 as well, the log would add 0.69 and the "
                "variance take 0.375 off: narrow clouds pay too.",
                "Put variance 1, mean 2 and log variance 0 into the line of `kl_loss`.",
            ),
            Exercise(
                "reparameterise",
                function(
                    draws,
                    lambda m, lv, e: m + np.exp(lv / 2) * e,
                    "z, one for each noise",
                    [
                        (
                            lambda m, lv, e: m + np.exp(lv) * e,
                            "exp(z_log_var) is the variance; noise is multiplied by the deviation, "
                            "its root.",
                        ),
                        (
                            lambda m, lv, e: m + lv * e,
                            "z_log_var is a logarithm: undo it first.",
                        ),
                        (root, "z_log_var is a logarithm: undo it with exp, do not take its root."),
                        (lambda m, lv, e: m, "The noise is missing: that is always the same z."),
                    ],
                ),
                "A sum and a product: gradients reach mean and variance as if there were no dice.",
                "The deviation is the root of the variance: exp(log_var) ** 0.5, or exp(log_var / 2).",
            ),
            Exercise(
                "combine",
                function(
                    clouds,
                    combine,
                    "the mean of the product",
                    [
                        (
                            lambda m, lv: m.mean(axis=0),
                            "That is the plain mean: a vague cloud counts as much as a sure one.",
                        ),
                        (
                            lambda m, lv: combine(m, lv, 0),
                            "Each cloud holds the prior already, so the prior is counted N times here.",
                        ),
                        (
                            lambda m, lv: combine(m, lv, 1),
                            "The prior is counted once too often for each drawing: add up "
                            "precision - 1, not precision.",
                        ),
                        (
                            lambda m, lv: combine(m, -lv),
                            "Precision is one over the variance: exp(-z_log_var).",
                        ),
                        (
                            lambda m, lv: combine(m, lv, -len(m)),
                            "The prior is missing: of the product it is 1 + sum(precision - 1).",
                        ),
                        (
                            lambda m, lv: combine(m, lv / 2),
                            "exp(-z_log_var / 2) is one over the deviation; precision is one over "
                            "the variance.",
                        ),
                        (
                            lambda m, lv: (
                                ((np.exp(-lv) - 1) * m).sum(axis=0)
                                / (1 + (np.exp(-lv) - 1).sum(axis=0))
                            ),
                            "Above, the precision stands whole: the prior's mean is 0, so only below "
                            "is it taken off.",
                        ),
                        (
                            lambda m, lv: (np.exp(lv) * m).sum(axis=0) / np.exp(lv).sum(axis=0),
                            "Those weights are variances: the vaguest cloud counts most. Precision "
                            "is 1 / variance.",
                        ),
                    ],
                ),
                "A sure drawing counts more than a vague one, and no drawing at all is the prior.",
                "precision = exp(-z_log_var). Of the product: 1 + sum(precision - 1).",
            ),
            Exercise(
                "too_much_kl",
                choice(
                    "b",
                    {
                        "a": "What is kept of an image costs KL, and KL has become dear.",
                        "c": "The cheapest cloud is the prior itself, and it says nothing of the image.",
                    },
                ),
                "Measured: the KL falls from 23 to less than 1, and every digit is redrawn as much the "
                "same grey blur. This is called posterior collapse.",
                "What would an encoder do that pays dearly for every cloud that is not the prior?",
            ),
        ],
    )


ALL = {
    "00": lesson_00,
    "01": lesson_01,
    "02": lesson_02,
    "03": lesson_03,
    "04": lesson_04,
    "05": lesson_05,
    "06": lesson_06,
    "07": lesson_07,
}
