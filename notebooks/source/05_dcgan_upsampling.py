# %% [markdown]
# # 05 · DCGAN: how a small map becomes a picture
#
# **Goals.** After this lesson you can
#
# 1. say what strided, transposed and up-sampling layers do to a picture, by hand;
# 2. see a checkerboard coming before you train, and avoid it;
# 3. train a convolutional GAN on a CPU in a minute, and let two networks take turns.
#
# **You need:** lessons 01 to 04. **It takes:** 45 minutes to read;
# the code runs for {running time} on two CPU cores.

# %% [markdown]
# ## Knobs

# %%
from course_lib import callbacks, datasets, gan, networks, pen, plots, recipes
from course_lib.networks.layers import NearestConv2DTranspose
import dataclasses
import time
from functools import partial

import keras
import matplotlib.pyplot as plt
import numpy as np

STEPS = 2_400  # of workshop-dcgan; on a GPU take 10,000
LETTER_STEPS = 2_000  # of the schedule with turns
REMEDY_STEPS = 640  # of each remedy against a D that wins
SEED = 0
keras.utils.set_random_seed(SEED)

# %% [markdown]
# ## Down: a strided convolution
#
# A convolution lays a small kernel on the picture, multiplies, adds, and moves on. Stride 2 moves
# two pixels at a time and halves the side. This kernel answers to vertical edges.

# %%
picture = pen.draw("4", pen.Style(weight=2.2), rng=2)
picture = (networks.scale_pixels(picture) + 1) / 2  # paper 0, ink 1, like the padding
edge = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]], "float32").reshape(3, 3, 1, 1)
halved = np.array(keras.ops.conv(picture, edge, strides=2, padding="same"))
print("28 ->", halved.shape[1])

# %%
y, x = np.unravel_index(halved[0, ..., 0].argmax(), (14, 14))  # the strongest answer
patch = picture[0, 2 * y : 2 * y + 3, 2 * x : 2 * x + 3, 0]
by_hand = (patch * edge[..., 0, 0]).sum()
print(f"by hand: {by_hand:.3f}   by Keras: {halved[0, y, x, 0]:.3f}")

# %% alt="Left, a 4 of 28 by 28 pixels; right, what a strided convolution makes of it: 14 by 14, bright where ink begins, dark where it ends, grey elsewhere."
figure, (left, right) = plt.subplots(1, 2, figsize=(6, 3), layout="constrained")
left.imshow(picture[0, ..., 0], cmap="gray")
left.set_title("28 × 28")
right.imshow(halved[0, ..., 0], cmap="gray")
right.set_title("14 × 14: where ink begins and ends")
for ax in (left, right):
    ax.axis("off")
plt.show()

# %% [markdown]
# The discriminator does this two or three times: 28 → 14 → 7 → 4. The generator goes the other way,
# and there is more than one way up.

# %% [markdown]
# How large is the result? Its side is (side + 2 · padding - kernel) / stride + 1, rounded down. (That the
# letters tutorial has 2×2 for the first of these is a slip.)

# %% alt="Four pairs of grids: 5 by 5 without padding gives 3 by 3; with padding 5 by 5; 6 by 6 with padding and stride 2 gives 3 by 3; transposed, 3 by 3 gives 6 by 6. The places of the kernel are framed, padding is hatched."
figure, axes = plt.subplots(2, 2, figsize=(9, 5), layout="constrained")
plots.plot_convolution(5, 3, ax=axes[0, 0])
plots.plot_convolution(5, 3, padding=1, ax=axes[0, 1])
plots.plot_convolution(6, 4, stride=2, padding=1, ax=axes[1, 0])
plots.plot_convolution(3, 4, stride=2, padding=1, transposed=True, ax=axes[1, 1])
plt.show()

# %% [markdown]
# ## Up, first way: the transposed convolution
#
# Read it backwards: each small pixel **stamps** the kernel, times its own value, onto the large
# picture; where stamps overlap, they add up. **Predict** what one white pixel becomes, and what two
# neighbours with stride 2 and a 3×3 kernel become.

# %%
stamp = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], "float32").reshape(3, 3, 1, 1)
one, two = np.zeros((1, 3, 3, 1), "float32"), np.zeros((1, 3, 3, 1), "float32")
one[0, 1, 1] = two[0, 1, 1] = two[0, 1, 2] = 1

# %% alt="Two grids of numbers: one pixel stamps a 3 by 3 pattern 1 2 1, 2 4 2, 1 2 1; two stamps side by side overlap in a column where the numbers add up."
figure, axes = plt.subplots(1, 2, figsize=(6, 2.8), layout="constrained")
for ax, small, title in zip(axes, (one, two), ("one pixel stamps", "two stamps overlap")):
    large = np.array(keras.ops.conv_transpose(small, stamp, strides=2, padding="same"))[0, ..., 0]
    ax.imshow(large, cmap="gray", vmin=0, vmax=4)
    for (y, x), value in np.ndenumerate(large):
        ax.text(x, y, int(value), ha="center", va="center", color="black" if value > 2 else "white")
    ax.set_title(title)
plt.show()

# %% [markdown]
# ## Checkerboards, seen before training
#
# Stamps of side 3 that land 2 apart overlap here and not there. Count the overlaps: an all-ones map
# through an all-ones kernel. **Which kernel sizes will be even?**

# %% alt="How many stamps fall on each pixel: kernel 2 is even, kernel 3 shows a fine check from 1 to 4, kernel 4 is even, kernel 5 a check from 4 to 9."
even_map = np.ones((1, 7, 7, 1), "float32")
figure, axes = plt.subplots(1, 4, figsize=(9, 2.6), layout="constrained")
for ax, size in zip(axes, (2, 3, 4, 5)):
    kernel = np.ones((size, size, 1, 1), "float32")
    overlap = np.array(keras.ops.conv_transpose(even_map, kernel, strides=2, padding="same"))
    inside = overlap[0, 3:-3, 3:-3, 0]
    ax.imshow(overlap[0, ..., 0], cmap="gray", vmin=0, vmax=9)
    ax.set_title(f"kernel {size}: {inside.min():.0f} to {inside.max():.0f} stamps")
    ax.axis("off")
plt.show()

# %% [markdown]
# A kernel whose size is a multiple of the stride, 2 or 4, stamps every place equally often. Kernels of 3 and 5 weave
# a checkerboard that training must first unlearn (Odena et al. 2016, *Deconvolution and
# Checkerboard Artifacts*). That is why mnist-dcgan takes 4×4.

# %% [markdown]
# ## Up, second way: enlarge, then convolve
#
# letters-dcgan repeats each pixel in a 2×2 block (`UpSampling2D`), then runs a layer of stride 1.
# Every place is treated alike, at a price: the convolution works on four times as many.
#
# There is a way out: where a kernel meets the same repeated pixel several times, add up its weights
# first. Of 100 products 36 remain, and the result is the same: `NearestConv2DTranspose`.

# %%
# NBVAL_CHECK_OUTPUT
repeated = np.random.default_rng(0).random((1, 7, 7, 8), "float32").repeat(2, 1).repeat(2, 2)
plain = keras.layers.Conv2DTranspose(4, 5, padding="same")
quick = NearestConv2DTranspose(4, 5, padding="same")
expected, _ = plain(repeated), quick(repeated)  # the first call makes the weights
quick.set_weights(plain.get_weights())
print("largest difference below 1e-5:", bool(np.abs(quick(repeated) - expected).max() < 1e-5))

# %% [markdown]
# ## Up, third way: channels become pixels
#
# Convolve while the map is small, but compute four times as many channels; then lay each group of
# four out as a 2×2 block. This is sub-pixel convolution or pixel shuffle (Shi et al. 2016).

# %%
# NBVAL_CHECK_OUTPUT
four_channels = np.arange(1, 17, dtype="float32").reshape(1, 2, 2, 4)
inputs = keras.Input((2, 2, 4))
shuffle = keras.Model(inputs, networks.channels_to_pixels(inputs))
print(four_channels[0].reshape(4, 4), "four places, four channels each\n")
print(np.array(shuffle(four_channels))[0, ..., 0].astype(int), "one channel, 4 × 4")

# %% [markdown]
# Take 64 channels from 14×14 to 28×28 with 5×5 kernels and count the multiplications. **Guess**
# which way is cheapest.

# %%
# NBVAL_CHECK_OUTPUT
places_small, places_large, kernel = 14 * 14, 28 * 28, 5 * 5
cost = {
    "transposed": places_small * kernel * 64 * 64,
    "nearest": places_large * kernel * 64 * 64,
    "nearest, weights added up": places_small * 3 * 3 * 64 * (4 * 64),
    "shuffle": places_small * kernel * 64 * (4 * 64),
}
for how, multiplications in cost.items():
    inputs = keras.Input((14, 14, 64))
    layer = keras.Model(inputs, networks.upsample(inputs, 64, 5, how.split(",")[0]))
    print(f"{how:25} {multiplications / 1e6:3.0f} million   {layer.count_params():,} parameters")

# %% [markdown]
# Enlarging first pays four times for its evenness, unless its weights are added up. The shuffle
# costs as much, but its kernel lies on the *small* map, where 3×3 places reach as far as 6×6 large
# pixels. With 3×3 it costs 29 million and sees further than the 5×5 above.
#
# The mean of 200 untrained drawings shows what the architecture itself prefers.

# %% alt="Mean pictures of four untrained generators: checks of lines with transposed convolutions of kernel 5 and 4 and with shuffling, a smooth square with nearest neighbours."
moods = gan.fixed_z(200, 64, seed=SEED)
figure, axes = plt.subplots(1, 4, figsize=(9, 2.7), layout="constrained")
variants = [("transposed", 5), ("transposed", 4), ("nearest", 5), ("shuffle", 5)]
for ax, (how, kernel) in zip(axes, variants):
    network = networks.build_dcgan_generator(64, 32, (32, 16), how=how, kernel=kernel)
    mean = np.array(network(moods, training=False)).mean(axis=0)[..., 0]
    ax.imshow(mean, cmap="gray")
    ax.set_title(f"{how}, kernel {kernel}")
    ax.axis("off")
plt.show()

# %% [markdown]
# Every layer with a stride or a shuffle starts with a grid pattern, even the 4×4 kernel: as many stamps in each
# place, but through different weights. Training levels that in a few hundred steps; uneven *counts*
# it has to fight for as long as it runs.

# %% [markdown]
# ## The two tutorials' networks
#
# mnist-dcgan goes up by transposed convolutions, letters-dcgan by enlarging. The library's builder
# makes both; here is the letters tutorial's table, from our network.

# %%
# NBVAL_CHECK_OUTPUT
letters_dcgan = recipes.load("letters-dcgan")
generator = letters_dcgan.build_generator()
for layer in generator.layers:
    if layer.count_params() or "up_sampling" in layer.name:
        print(
            f"{type(layer).__name__:23} {str(layer.output.shape[1:]):15} {layer.count_params():>9,}"
        )
print(f"{'total':39} {generator.count_params():>9,}")

# %% [markdown]
# How long would they train here? One step of each tells. (**Expect** {time}; the first step
# of each is not counted.)

# %%
digits = datasets.load_digits()
for name in ("mnist-dcgan", "letters-dcgan", "workshop-dcgan"):
    recipe = recipes.load(name)
    model = recipe.build_gan(seed=SEED)
    images = digits.images[: recipe.batch_size]
    model.train_on_batch(images)
    start = time.perf_counter()
    model.train_on_batch(images)
    seconds = time.perf_counter() - start
    hours = seconds * recipe.steps / 3600
    print(
        f"{name:15} {1000 * seconds:5.0f} ms a step, {hours:6.2f} hours for {recipe.steps:,} steps"
    )

# %% [markdown]
# As published they are for a night or a GPU (`make published`; what they become is below the exercises).
# mnist-dcgan first turns black, then writes:
#
# ![Samples of mnist-dcgan: grey at epoch 0, black at 10, strokes at 20, digits with gaps at 50; two more seeds end alike](../pictures/published-mnist-dcgan.png)
#
# Our first translation, with pixels in [-1, 1] for [0, 1], stayed black. What does an empty picture give in D?

# %%
# NBVAL_CHECK_OUTPUT
kernels = keras.random.normal((3, 3, 1, 64), seed=1)
for black in (0.0, -1.0):
    empty = np.full((1, 28, 28, 1), black, "float32")
    answers = np.array(keras.ops.conv(empty, kernels, strides=2, padding="same"))
    print(f"black is {black:4}: mean size of the answers {np.abs(answers).mean():.1f}")

# %% [markdown]
# With 0 nothing; with -1 every kernel answers. Now train both kinds of D to tell digits from empty pictures, and
# then add a hundredth of ink everywhere. **Predict:** whose answer changes more?

# %%
empty = np.full((1_600, 28, 28, 1), -1.0, "float32")
pictures = np.concatenate([networks.scale_pixels(digits.images[:1_600]), empty])
is_real = np.repeat([1.0, 0.0], 1_600)
loss = keras.losses.BinaryCrossentropy(from_logits=True)
for black, unit_range in ((0, True), (-1, False)):
    keras.utils.set_random_seed(SEED)
    judge = networks.build_dcgan_discriminator((64, 64), kernel=3, unit_range=unit_range)
    judge.compile(keras.optimizers.Adam(2e-4, beta_1=0.5), loss)
    judge.fit(pictures, is_real, verbose=0)
    before, after = np.array(judge(np.stack([empty[0], empty[0] + 0.02])))[:, 0]
    print(f"black is {black:2}: logit {before:.2f}, with a little ink {after:.2f}")

# %% [markdown]
# Both know the empty picture. Where black is -1, a little ink hardly changes the answer: once G is black, it learns
# little about ink. Where black is 0, only ink reaches the kernels. The recipe now works in [0, 1].

# %% [markdown]
# ## workshop-dcgan: work where it is cheap
#
# Both tutorials convolve wide maps at 28×28. Ours never does: the generator ends in a shuffle, four
# channels at 14×14 that become one at 28×28, and the discriminator begins with the inverse.

# %%
# NBVAL_CHECK_OUTPUT
workshop = recipes.load("workshop-dcgan")
for network in (workshop.build_generator(), workshop.build_discriminator()):
    print(f"{network.name}, {network.count_params():,} parameters")
    shapes = [str(layer.output.shape[1:]) for layer in network.layers if "Conv" in str(type(layer))]
    print("   convolutions end at", ", ".join(shapes))

# %% [markdown]
# Three things make it quick: the **hinge** loss, which stops asking once an answer is clear
# enough; a **moving average** of the generator's weights, which draws the samples and takes no part
# in the game; and Adam without momentum (`beta_1=0`): a moving opponent makes old gradients stale.
# Without labels, nothing else we tried helped as much (`benchmarks/SEARCH.md`).
#
# **Expect:** {time}. Strokes after 200 steps, first digits after 500, mostly readable
# ones at the end.

# %% alt="Eight rows of twelve pictures over 2,400 steps: noise, clouds, dots and strokes, and clear digits from about step 784 on."
model = workshop.build_gan(seed=SEED)
batches = digits.batches(workshop.batch_size, seed=SEED)
z = gan.fixed_z(12, workshop.latent_dim)
history, film = callbacks.fit_and_watch(model, batches, STEPS, z, 8)
plots.plot_film_strip(film.frames, film.frame_steps)

# %% alt="Sixty digits by the workshop DCGAN in five rows; most can be named, about ten are smudged or lie between two digits."
plots.plot_images(model.sample(60), columns=12, title="workshop-dcgan: sixty new digits")

# %% [markdown]
# Compare them with lesson 04: no specks, round strokes, in the same time and with a sixth of the
# parameters. A patch painter knows what a stroke is; a pixel painter has to find out 784 times.
#
# `model.runs_on` says what it ran on. Newer processors and GPUs are quicker in 16 bits:
# `engine.use_precision("bfloat16")` before building.

# %% alt="Above, the generator's loss rises to about 0.5 and the discriminator's falls to about 0.8, then both stay level; below, D's scores of real and generated images stay close to one half."
plots.plot_seesaw(history.history)

# %% [markdown]
# With the hinge loss a shrug costs 1, and the generator's loss may be negative: it is minus the
# mean logit of its fakes. Neither losses nor scores of different games can be compared; films can.

# %% [markdown]
# ## Ask D for one digit at a time
#
# A stroke between a 3 and a 5 may pass for *a digit*, but not for *a 3*. In `workshop-conditional`, the largest of
# the first ten numbers of z chooses the digit, and D has a logit for each (Mirza and Osindero 2014,
# arXiv:1411.1784). `make demo` trains it. **Guess:** are they clearer?

# %% alt="Forty digits in four rows, the columns 0 to 9: nearly all can be named, about six have smudged strokes."
conditional = recipes.load("workshop-conditional")
by_class = conditional.build_gan(seed=SEED)
pairs = digits.batches(conditional.batch_size, seed=SEED, labels=True)
progress_bar = callbacks.Progress(STEPS)
by_class.fit(pairs, steps_per_epoch=STEPS, verbose=0, callbacks=[progress_bar])
z_of_classes = gan.choose_classes(
    gan.fixed_z(40, conditional.latent_dim), np.tile(np.arange(10), 4), 10
)
plots.plot_images(by_class.sample(z_of_classes), title="workshop-conditional")

# %% [markdown]
# Nearly all forty can be named. After 4,800 steps the *precision* of lesson 06 is 0.91 to 0.94 in three runs,
# against 0.68 without labels (`benchmarks/SEARCH.md`).

# %% [markdown]
# ## Taking turns
#
# letters-dcgan lets one network train until it is **good enough**, then the other: the generator
# until it fools the discriminator with 20% of a fresh batch, the discriminator until it is right
# about 50% of one. `AlternatingGAN` does that, with a bound on every turn.
#
# We try the schedule, and the tutorial's own loss, on capital letters with the workshop's networks.
# **Expect** {time}. Which of the two will need more steps?

# %% alt="Six rows of twelve pictures over 2,000 steps: noise, clouds, rough strokes, then capital letters."
letters = datasets.load_letters()
turns = dataclasses.replace(workshop, name="workshop-turns", loss="bce", alternating=True)
model = turns.build_gan(seed=SEED)
batches = letters.batches(turns.batch_size, seed=SEED)
history, film = callbacks.fit_and_watch(model, batches, LETTER_STEPS, z, 6)
plots.plot_film_strip(film.frames, film.frame_steps)

# %% alt="A line that jumps between two levels over 120 steps: D trains or G trains, mostly one step each."
g_turn = np.array(history.history["g_turn"])
print(f"generator {int(g_turn.sum())} steps, discriminator {int((1 - g_turn).sum())}")
figure, ax = plt.subplots(figsize=(9, 1.2), layout="constrained")
ax.step(range(120), g_turn[:120], color="black", where="mid")
ax.set(yticks=[0, 1], yticklabels=["D trains", "G trains"], xlabel="step")
plt.show()

# %% [markdown]
# The discriminator is soon right half of the time, so its turns are short. The generator's grow
# long whenever it has fallen behind. The tutorial's status lines give loss and accuracy, on fresh batches:
# validation values.

# %%
for end in (50, 500, LETTER_STEPS):
    mean = {name: np.mean(values[end - 50 : end]) for name, values in history.history.items()}
    print(f"steps {end - 49:,} to {end:,}")
    for side in ("g", "d"):
        accuracy = mean[f"{side}_accuracy"]  # G's: the fraction of its images that fool D
        print(f"   {side.upper()}: loss {mean[f'{side}_loss']:.3f}, accuracy {accuracy:.2f}")

# %% alt="Fifty-two generated capital letters; U, H, A and R can be named at once, some others are between two letters."
plots.plot_images(model.sample(52), columns=13, title="letters, by taking turns")

# %% [markdown]
# Against a D that wins, the tutorial names two remedies: a stronger G, or more training for G, as by turns. Let D learn
# ten times as fast as G. **Guess:** what do they change, the losses or the letters? (**Expect** {time}.)

# %% alt="Three rows of twelve pictures: rough strokes with specks where D wins and where G is twice as wide, blurred blots among many specks by turns."
winning = dataclasses.replace(workshop, loss="bce", d_learning_rate=3e-3, g_learning_rate=3e-4)
wide = partial(networks.build_shuffle_generator, base_filters=128, filters=64)
games = {
    "D wins": winning,
    "G twice as wide": dataclasses.replace(winning, generator=wide),
    "taking turns": dataclasses.replace(winning, alternating=True),
}
samples = []
for name, recipe in games.items():
    game, run, start = recipe.build_gan(seed=SEED), callbacks.History(), time.perf_counter()
    game.fit(batches, steps_per_epoch=REMEDY_STEPS, verbose=0, callbacks=[run])
    d_loss, g_loss = (np.mean(run.history[of][-160:]) for of in ("d_loss", "g_loss"))
    seconds = time.perf_counter() - start
    print(f"{name:16} d_loss {d_loss:.2f}   g_loss {g_loss:.2f}   {seconds:.0f} s")
    samples.append(game.sample(z))
plots.plot_images(
    np.concatenate(samples), columns=12, title="D wins; G twice as wide; taking turns"
)

# %% [markdown]
# Both bring the losses closer to 0.69, where D can only guess. The letters are no clearer: a wide G takes longer, and
# a step of a turn trains only one network. Balance isn't quality.

# %% [markdown]
# > **Trap.** "D is right 50% of the time" is a low bar by design: it keeps D from running away, as it
# > did from the letters of lesson 04.

# %% [markdown]
# ## Try it yourself
#
# Replace each `...` and run the cell, then the check below it. `q1.hint()` gives a push, `q1.solution()`
# shows ours where your copy has it. What you have done is kept in `progress.json` beside the notebook, and goes nowhere.

# %%
from course_lib.teaching import lesson_05, progress

q1, q2, q3, q4 = lesson_05.exercises(globals())

# %% [markdown]
# ### 1 · Predict: kernel 6, stride 3
#
# Does a transposed convolution with kernel 6 and stride 3 weave a checkerboard?
#
# - **a** yes, 6 is larger than 3
# - **b** no, every pixel inside gets the same number of stamps
# - **c** it depends on the weights

# %% tags=["stub"]
checkerboard = ...  # "a", "b" or "c"

# %% tags=["solution"]
checkerboard = "b"

# %% tags=["wrong"]
# expect: count how many stamps
checkerboard = "a"

# %% tags=["wrong"]
# expect: uneven
checkerboard = "c"

# %%
# NBVAL_CHECK_OUTPUT
q1.check()

# %% [markdown]
# ### 2 · Complete: nearest
#
# Write `nearest` by hand: every pixel becomes a block of 2 × 2.


# %% tags=["stub"]
def nearest(maps):
    """[B, H, W, C] -> [B, 2H, 2W, C]."""
    return ...


# %% tags=["solution"]
def nearest(maps):
    """[B, H, W, C] -> [B, 2H, 2W, C]."""
    return maps.repeat(2, axis=1).repeat(2, axis=2)


# %% tags=["wrong"]
# expect: maps side by side
def nearest(maps):
    return np.tile(maps, (1, 2, 2, 1))


# %% tags=["wrong"]
# expect: Only the rows
def nearest(maps):
    return maps.repeat(2, axis=1)


# %% tags=["wrong"]
# expect: its input unchanged
def nearest(maps):
    return maps


# %% tags=["wrong"]
# expect: off by one
def nearest(maps):
    return maps.repeat(2, axis=0).repeat(2, axis=1)


# %%
# NBVAL_CHECK_OUTPUT
q2.check()

# %% [markdown]
# ### 3 · Complete: shuffle
#
# Turn channels into pixels: of the 4·C channels at a place, the first C become the upper left pixel of its 2 × 2
# block, then upper right, lower left, lower right.


# %% tags=["stub"]
def shuffle(maps):
    """[B, H, W, 4C] -> [B, 2H, 2W, C]."""
    return ...


# %% tags=["solution"]
def shuffle(maps):
    """[B, H, W, 4C] -> [B, 2H, 2W, C]."""
    b, h, w, c = maps.shape
    blocks = maps.reshape(b, h, w, 2, 2, c // 4).transpose(0, 1, 3, 2, 4, 5)
    return blocks.reshape(b, 2 * h, 2 * w, c // 4)


# %% tags=["wrong"]
# expect: plain reshape
def shuffle(maps):
    b, h, w, c = maps.shape
    return maps.reshape(b, 2 * h, 2 * w, c // 4)


# %% tags=["wrong"]
# expect: its input unchanged
def shuffle(maps):
    return maps


# %% tags=["wrong"]
# expect: other three are lost
def shuffle(maps):
    return maps[..., : maps.shape[-1] // 4].repeat(2, axis=1).repeat(2, axis=2)


# %%
# NBVAL_CHECK_OUTPUT
q3.check()

# %% [markdown]
# ### 4 · Predict: where a layer works
#
# The same convolution, 64 to 64 channels, kernel 5: how many times more multiplications does it make on a map of
# 28 × 28 than on one of 7 × 7?

# %% tags=["stub"]
times_cheaper = ...

# %% tags=["solution"]
times_cheaper = 28**2 / 7**2

# %% tags=["wrong"]
# expect: ratio of the sides
times_cheaper = 4

# %% tags=["wrong"]
# expect: other way round
times_cheaper = 7**2 / 28**2

# %%
# NBVAL_CHECK_OUTPUT
q4.check()

# %%
progress.show()

# %% [markdown]
# ## What the DCGANs become
#
# `benchmarks/PUBLISHED.md` has the numbers. At epoch 10, mnist-dcgan was black with seed 0, and drew stripes and dots
# with seeds 1 and 2. By epoch 20 all three wrote strokes, and at epoch 50 34%, 35% and 40% of their samples could be
# read. The tutorial stops at epoch 50 and recommends 100; but on all of MNIST an epoch has 234 steps, and on our 10,000
# images 39, so our epoch 50 is its epoch 9.
#
# letters-dcgan, at turn 500: G had trained on 1,590 batches and D on 504, D was right about 68% of a fresh batch, and
# 13% of the samples could be read. The tutorial goes on to turn 5,000.
#
# ![Samples of letters-dcgan: grey at turns 1 and 2, bent grey bands at 25, dark blots at 100, white strokes like letters at 500; two more seeds write white blots at 100](../pictures/published-letters-dcgan.png)
#
# D's score of each, and of real letters between them:
#
# ![Forty letters in four rows, real ones and generated ones mixed, each with D's score; most scores of generated ones are below 0.35](../pictures/published-letters-dcgan-scores.png)
#
# ## Relatives to know by name
#
# | name | what it changes | paper |
# |---|---|---|
# | LSGAN | squared error in place of cross-entropy | Mao et al. 2016, arXiv:1611.04076 |
# | WGAN | a critic estimates the Wasserstein distance | Arjovsky et al. 2017, arXiv:1701.07875 |
# | BEGAN | D is an autoencoder, kept in balance with G | Berthelot et al. 2017, arXiv:1703.10717 |
# | CycleGAN | translates images of one kind into another, without pairs | Zhu et al. 2017, arXiv:1703.10593 |
# | BigGAN | large networks and batches, told the class | Brock et al. 2018, arXiv:1809.11096 |

# %% [markdown]
# ## What you take with you
#
# 1. Strides halve by skipping, transposed convolutions stamp, up-sampling repeats, a shuffle turns
#    channels into pixels.
# 2. A kernel that the stride does not divide makes a checkerboard before any data are seen.
# 3. Where a layer works decides what it costs: keep the convolutions on the small maps.
#
# You have met every model of the four GAN tutorials. `python -m course_lib train -h` says how to
# train them on your own CSV.
