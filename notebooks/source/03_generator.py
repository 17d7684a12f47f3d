# %% [markdown]
# # 03 · The generator
#
# **Goals.** After this lesson you can
#
# 1. build a network that turns random numbers into pictures, dense and convolutional;
# 2. say what an untrained generator draws, and what its architecture decides before any training;
# 3. explain why a generator with a fixed judge learns to cheat.
#
# **You need:** lessons 01 and 02. **It takes:** 25 minutes to read;
# the code runs for {running time} on two CPU cores.

# %% [markdown]
# ## Knobs

# %%
from course_lib import combined, datasets, gan, networks, plots, recipes
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers

LATENT_DIM = 100  # how many random numbers make one picture
STEPS = 80  # of training against a fixed judge
SEED = 0
keras.utils.set_random_seed(SEED)

# %% [markdown]
# ## A picture needs a cause
#
# A network is a function: the same input gives the same output. To write *many* different
# characters it needs something that differs, so we feed it random numbers, **z**. Think of z as the
# writer's mood: no plan of the letter, but each mood leads to one.

# %% tags=["needed"]
z = gan.fixed_z(4, LATENT_DIM, seed=SEED)
print(
    "z:", z.shape, "mean", round(float(z.mean()), 2), "standard deviation", round(float(z.std()), 2)
)
print("the first mood begins", z[0, :5].round(2))

# %% [markdown]
# ## Dense: every pixel for itself
#
# The Kaggle tutorial's generator is three Dense layers that grow, 256 → 512 → 1,024, and a last
# one with a number for each pixel. `tanh` keeps them in [-1, 1], the range of lesson 01.

# %% tags=["needed"]
dense = keras.Sequential(name="dense_generator")
dense.add(keras.Input((LATENT_DIM,)))
for width in (256, 512, 1024):
    dense.add(layers.Dense(width))
    dense.add(layers.LeakyReLU(0.2))
    dense.add(layers.BatchNormalization(momentum=0.8))
dense.add(layers.Dense(784, activation="tanh"))
dense.add(layers.Reshape((28, 28, 1)))

# %% [markdown]
# Batch normalisation brings each unit to mean 0 and variance 1 over the batch, with a learned
# scale and shift. It has four parameters per unit; two of them are running statistics, which no
# gradient moves. **Predict** how many of the parameters are trainable.

# %%
# NBVAL_CHECK_OUTPUT
trainable = sum(int(np.prod(weight.shape)) for weight in dense.trainable_weights)
print(f"{dense.count_params():,} parameters, {trainable:,} trainable")
print("statistics:", dense.count_params() - trainable, "= 2 x", 256 + 512 + 1024)

# %% [markdown]
# ## Convolutional: patches that know their neighbours
#
# The MNIST tutorial starts small instead: a Dense layer lays out 7×7 places with 128 channels, and
# two *transposed convolutions* double the side, 7 → 14 → 28. Lesson 05 takes that operation
# apart; here it is enough that each place paints a little patch. The tutorial ends in a sigmoid,
# for pixels in [0, 1]; here we end in `tanh`.

# %%
convolutional = keras.Sequential(
    [
        keras.Input((LATENT_DIM,), name="z"),
        layers.Dense(7 * 7 * 128),
        layers.LeakyReLU(0.2),
        layers.Reshape((7, 7, 128)),  # [B, 7, 7, 128]
        layers.Conv2DTranspose(128, 4, strides=2, padding="same"),  # [B, 14, 14, 128]
        layers.LeakyReLU(0.2),
        layers.Conv2DTranspose(128, 4, strides=2, padding="same"),  # [B, 28, 28, 128]
        layers.LeakyReLU(0.2),
        layers.Conv2D(1, 7, padding="same", activation="tanh"),  # [B, 28, 28, 1]
    ],
    name="convolutional_generator",
)

# %% [markdown]
# Both are in the library, one builder a family. The counts must agree with our own, and with what
# the tutorials print.

# %%
# NBVAL_CHECK_OUTPUT
print("ours:  ", dense.count_params(), convolutional.count_params())
for name in ("kaggle-mlp-gan", "mnist-dcgan", "letters-mlp-gan", "letters-dcgan"):
    print(f"{name:16} {recipes.load(name).build_generator().count_params():,}")

# %% [markdown]
# `summary()` shows the layers as a table, `plot_layers` as a picture. **Guess first:** does the first
# layer have most of the parameters, or the last?

# %%
dense.summary()

# %% alt="Six boxes from top to bottom: z with 100 numbers; Dense to 6,272 with 633,472 parameters; Reshape to 7 by 7 by 128; two transposed convolutions to 14 by 14 and 28 by 28, each with 262,272 parameters; a convolution to one channel with 6,273."
plots.plot_layers(convolutional)

# %% [markdown]
# The dense network has more than half of them in its last layer, where every pixel has weights of
# its own. The convolutional one has more than half in its first layer; its last, which paints all
# 784 pixels, has only 6,273.

# %% [markdown]
# ## What does a generator draw before it has learned anything?
#
# **Guess first:** will the two untrained networks draw the same kind of nonsense?

# %% alt="Two rows of eight pictures of grey noise: fine-grained from the dense network, with a regular grid from the convolutional one."
moods = gan.fixed_z(8, LATENT_DIM, seed=SEED)
figure, axes = plt.subplots(2, 1, figsize=(7, 2.6), layout="constrained")
for ax, (name, network) in zip(axes, {"dense": dense, "conv.": convolutional}.items()):
    drawing = np.array(network(moods, training=False))
    drawing = drawing / np.abs(drawing).max()  # untrained networks are timid: turn up the contrast
    plots.plot_images(drawing, title=name, columns=8, ax=ax)
plt.show()

# %% [markdown]
# The dense one draws salt and pepper: its pixels share no weights. The convolutional one draws
# cloth, with a weave that repeats every second pixel: all places share the same kernels. **Before
# any training, the architecture has already said what kind of picture is easy.** Handwriting is
# made of connected strokes, so cloth is the better start.
#
# Nearby moods give nearby pictures, since every layer is continuous. Walk from one z to another:

# %% alt="Eight squares of grey noise that change little by little from left to right."
weights = np.linspace(0, 1, 8, dtype="float32")[:, None]
walk = (1 - weights) * moods[:1] + weights * moods[1:2]  # [8, LATENT_DIM]
drawing = np.array(convolutional(walk, training=False))
plots.plot_images(drawing / np.abs(drawing).max(), title="from one mood to another")

# %% [markdown]
# > **Trap.** `network.predict(z)` is made for thousands of images. For a handful inside a loop, call
# > the model itself. **Guess** the factor between the two.

# %%
network = recipes.load("kaggle-mlp-gan").build_generator()
seconds = {}
for name, draw in {
    "predict": lambda: network.predict(moods, verbose=0),
    "call": lambda: network(moods, training=False),
}.items():
    draw()  # the first call builds things; it does not count
    start = time.perf_counter()
    for _ in range(20):
        draw()
    seconds[name] = (time.perf_counter() - start) / 20

print(
    f"predict takes {seconds['predict'] / seconds['call']:.0f} times as long as calling the model"
)

# %% [markdown]
# ## How could it learn?
#
# The obvious idea: show the generator a real image for each z and ask it to come close, by mean
# squared error. There is no "right" image for a z, so we pick one at random.
# **Expect:** 240 steps, {time}. What will it draw?

# %% alt="Eight pictures that look alike: the same blurred cloud in the middle, whatever z was."
digits = datasets.load_digits()
batches = digits.batches(64, seed=SEED).as_numpy_iterator()
rng = np.random.default_rng(SEED)

copyist = networks.build_mlp_generator(LATENT_DIM, (256, 512), batch_norm_momentum=0.8)
copyist.compile(keras.optimizers.Adam(1e-3), "mse", jit_compile=False)
for _ in range(STEPS * 3):
    random_z = rng.standard_normal((64, LATENT_DIM), dtype="float32")
    copyist.train_on_batch(random_z, networks.scale_pixels(next(batches)))

plots.plot_images(copyist(moods, training=False), title="taught by mean squared error")

# %% [markdown]
# Much the same grey smear, whatever the mood: close to the average of all digits. That *is* the
# best answer to the question we asked: if any digit may be wanted, the mean errs least. We need a
# judge who asks "could this be a digit?" and not "is it this digit?". We have one: the
# discriminator.

# %% [markdown]
# ## A judge who does not learn
#
# First train a discriminator on real digits against dice, as in lesson 02 ({time}).

# %%
judge = recipes.load("mnist-dcgan").build_discriminator()
judge.compile(
    keras.optimizers.Adam(1e-3),
    keras.losses.BinaryCrossentropy(from_logits=True),
    jit_compile=False,
)
labels = np.concatenate([np.ones((64, 1)), np.zeros((64, 1))]).astype("float32")
for _ in range(30):
    dice = rng.uniform(-1, 1, (64, 28, 28, 1)).astype("float32")
    images = np.concatenate([networks.scale_pixels(next(batches)), dice])
    combined.batch_loss(judge, images, labels)

# %% [markdown]
# Now put the generator in front of it. The combined model is z → generator → judge → score; only
# the generator may move, and its aim is the answer "real". **Expect:** 80 steps in {time}.
# Sketch the curve of the judge's score before you look, and what the pictures will show.

# %%
forger = recipes.load("workshop-mlp").build_generator()
pair = combined.build_combined(forger, judge)
judge.trainable = False  # only the forger may learn; lesson 04 is about this line
pair.compile(
    keras.optimizers.Adam(1e-3),
    keras.losses.BinaryCrossentropy(from_logits=True),
    jit_compile=False,
)
fooled = []
for _ in range(STEPS):
    random_z = rng.standard_normal((64, 64), dtype="float32")
    fooled.append(float(np.mean(keras.ops.sigmoid(pair(random_z, training=False)))))
    combined.batch_loss(pair, random_z, np.ones((64, 1), "float32"))

# %% alt="Left, the judge's score of the fakes climbs from 0 to above 0.9 in 80 steps; right, ten noisy blots that look like no digit."
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained")
left.plot(fooled, color="black")
left.set(xlabel="step", ylabel="the judge's score of the fakes", ylim=(0, 1.05))
forgeries = np.array(forger(gan.fixed_z(10, 64), training=False))
plots.plot_images(forgeries, columns=5, title="what the judge calls real", ax=right)
plt.show()

# %% [markdown]
# The forger gets through, with pictures that fool nobody else: whatever the judge's cheap rule
# rewards. It did not learn to write. It learned this judge. And the judge cannot answer, because
# it is frozen.
#
# So both must learn, in turn: each new trick meets a judge who has just learned to see it. That
# is the whole idea of a generative adversarial network, and the next lesson.

# %% [markdown]
# ## Try it yourself
#
# Replace each `...` and run the cell, then the check below it. `q1.hint()` gives a push, `q1.solution()`
# shows ours where your copy has it. What you have done is kept in `progress.json` beside the notebook, and goes nowhere.

# %%
from course_lib.teaching import lesson_03, progress

q1, q2, q3, q4 = lesson_03.exercises(globals())

# %% [markdown]
# ### 1 · Predict: count
#
# How many parameters has the letters tutorial's generator, 64 → 256 → 256 → 784, all Dense with biases?

# %% tags=["stub"]
n_parameters = ...

# %% tags=["solution"]
n_parameters = (64 + 1) * 256 + (256 + 1) * 256 + (256 + 1) * 784

# %% tags=["wrong"]
# expect: weights only
n_parameters = 64 * 256 + 256 * 256 + 256 * 784

# %% tags=["wrong"]
# expect: is missing
n_parameters = 65 * 256 + 257 * 784

# %% tags=["wrong"]
# expect: Layers add up
n_parameters = 64 * 256 * 256 * 784

# %%
# NBVAL_CHECK_OUTPUT
q1.check()

# %% [markdown]
# ### 2 · Complete: a walk in a circle
#
# Walk through z in `n` steps around a circle: step i is cos(t)·z1 + sin(t)·z2 with t = 2π·i / n. Then watch
# it in the dense generator.


# %% tags=["stub"]
def circle(z1, z2, n):
    """Two z [latent_dim] and a number of steps -> [n, latent_dim], beginning at z1."""
    return ...


# %% tags=["solution"] alt="Twelve squares of grey noise along a circle through latent space; the last is close to the first again."
def circle(z1, z2, n):
    """Two z [latent_dim] and a number of steps -> [n, latent_dim], beginning at z1."""
    turn = 2 * np.pi * np.arange(n)[:, None] / n
    return np.cos(turn) * z1 + np.sin(turn) * z2


plots.plot_images(np.array(dense(circle(z[0], z[1], 12))), columns=12)


# %% tags=["wrong"]
# expect: ends one step before
def circle(z1, z2, n):
    turn = np.linspace(0, 2 * np.pi, n)[:, None]
    return np.cos(turn) * z1 + np.sin(turn) * z2


# %% tags=["wrong"]
# expect: begins at z2
def circle(z1, z2, n):
    turn = 2 * np.pi * np.arange(n)[:, None] / n
    return np.sin(turn) * z1 + np.cos(turn) * z2


# %% tags=["wrong"]
# expect: stands still
def circle(z1, z2, n):
    return np.repeat(z1[None], n, axis=0)


# %% tags=["wrong"]
# expect: Found shape
def circle(z1, z2, n):
    return z1


# %% tags=["wrong"]
# expect: straight line
def circle(z1, z2, n):
    t = np.linspace(0, 1, n)[:, None]
    return (1 - t) * z1 + t * z2


# %%
# NBVAL_CHECK_OUTPUT
q2.check()

# %% [markdown]
# ### 3 · Change: a small convolutional generator
#
# From 32 numbers to a picture: Dense to 7·7·16, reshape, `Conv2DTranspose` with 16 filters and then with one,
# both with kernel 4, stride 2, padding `same`, biases left in. Which end keeps the pixels in [-1, 1]?

# %% tags=["stub"]
small_generator = ...

# %% tags=["solution"]
small_generator = keras.Sequential(
    [
        keras.Input((32,)),
        layers.Dense(7 * 7 * 16),
        layers.Reshape((7, 7, 16)),
        layers.Conv2DTranspose(16, 4, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
    ]
)

# %% tags=["wrong"]
# expect: from 0 to 1
small_generator = keras.Sequential(
    [
        keras.Input((32,)),
        layers.Dense(784),
        layers.Reshape((7, 7, 16)),
        layers.Conv2DTranspose(16, 4, strides=2, padding="same"),
        layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"),
    ]
)

# %% tags=["wrong"]
# expect: which activation
small_generator = keras.Sequential(
    [
        keras.Input((32,)),
        layers.Dense(784),
        layers.Reshape((7, 7, 16)),
        layers.Conv2DTranspose(16, 4, strides=2, padding="same"),
        layers.Conv2DTranspose(1, 4, strides=2, padding="same"),
    ]
)

# %% tags=["wrong"]
# expect: stays at 7
small_generator = keras.Sequential(
    [
        keras.Input((32,)),
        layers.Dense(784),
        layers.Reshape((7, 7, 16)),
        layers.Conv2DTranspose(16, 4, padding="same"),
        layers.Conv2DTranspose(1, 4, padding="same", activation="tanh"),
    ]
)

# %% tags=["wrong"]
# expect: Its input shape
small_generator = keras.Sequential(
    [
        keras.Input((100,)),
        layers.Dense(784),
        layers.Reshape((7, 7, 16)),
        layers.Conv2DTranspose(16, 4, strides=2, padding="same"),
        layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
    ]
)

# %%
# NBVAL_CHECK_OUTPUT
q3.check()

# %% [markdown]
# ### 4 · Explain: the two ends
#
# The generator ends in tanh, the discriminator in nothing. Why?
#
# - **a** pixels have a lowest and a highest value, evidence has neither
# - **b** tanh is quicker, and the generator runs more often
# - **c** the discriminator is squashed already, by its LeakyReLU

# %% tags=["stub"]
why_tanh = ...  # "a", "b" or "c"

# %% tags=["solution"]
why_tanh = "a"

# %% tags=["wrong"]
# expect: takes time
why_tanh = "b"

# %% tags=["wrong"]
# expect: squashed too
why_tanh = "c"

# %%
# NBVAL_CHECK_OUTPUT
q4.check()

# %%
progress.show()

# %% [markdown]
# ## What you take with you
#
# 1. A generator is a function from random z to pixels; dense ones paint pixels, convolutional ones
#    paint patches.
# 2. Untrained, they draw noise or cloth: the architecture speaks before the data do.
# 3. Against a fixed judge, a generator learns to fool that judge and nothing else.
#
# Next: [04 · Both together](04_combined_gan.ipynb), and the bug that most tutorials carry.
