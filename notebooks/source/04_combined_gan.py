# %% [markdown]
# # 04 · Both together: the frozen discriminator
#
# **Goals.** After this lesson you can
#
# 1. train generator and discriminator in turn, and prove that each step moves exactly one of them;
# 2. recognise the bug that silently switches the discriminator off on Keras 3, and fix it;
# 3. read the see-saw of two losses.
#
# **You need:** lessons 01 to 03. **It takes:** 45 minutes to read;
# the code runs for {running time} on two CPU cores.

# %% [markdown]
# ## Knobs

# %%
from course_lib import callbacks, combined, datasets, gan, losses, networks
from course_lib import plots, recipes, snapshots, weights
import dataclasses
import time
import warnings
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import ops

BATCH_SIZE = 64
CLASSIC_STEPS = 400  # of the classic loop; on a GPU take 3,000
DIGIT_STEPS = 2_500  # of kaggle-mlp-gan; the tutorial takes 15,000
LETTER_STEPS = 3_500  # of letters-mlp-gan; the tutorial takes 764,100
SEED = 0
FOLDER = Path("outputs/lesson04")  # where this lesson writes; delete it whenever you like

# %% [markdown]
# ## The game
#
# Picture a writing school: a pupil, a teacher, a cupboard of real letters that only the teacher
# may open. The pupil hands in a page, the teacher marks the strokes that gave it away, the pupil
# fixes them, and the teacher has to look closer. Each gets better **because** the other does.
#
# Those marks are a *gradient*: which pixel, moved which way, would have looked more real.
# Through which networks does it pass? **Predict**, then look.

# %%
digits = datasets.load_digits()
batches = digits.batches(BATCH_SIZE, seed=SEED).as_numpy_iterator()
real_images = networks.scale_pixels(next(batches))

recipe = recipes.load("workshop-mlp")
z = gan.fixed_z(BATCH_SIZE, recipe.latent_dim, seed=SEED)
ones = np.ones((BATCH_SIZE, 1), "float32")
tf.get_logger().setLevel("ERROR")  # we retrace on purpose; TensorFlow would remark on it

# %% alt="Two rows of boxes. In D's step, fakes from a frozen G and real images go into D, and the gradient of d_loss goes back into D. In G's step, z goes through G and a frozen D, and the gradient of g_loss goes back through D into G."
plots.plot_gan_steps()

# %% [markdown]
# The lower row, z → G → D → logit, is one model, the **combined model**. Train all of it to answer
# "real", and the easiest way is to spoil the teacher. So there D is **frozen**: it must not move.
#
# ### Minimax: one number, two goals
#
# Both play for one number V, where D(x) is the score (Goodfellow et al. 2014, equation 1):
#
# ```text
# min  max  V  =  mean of log D(x)  +  mean of log(1 - D(G(z)))
#  G    D
# ```
#
# What D gains, G loses: a **zero-sum** game. Which V is best for G? Here are three states of the
# game, with D's loss as a sum and as the kit's `d_loss`.

# %%
# NBVAL_CHECK_OUTPUT
for state, logit in {"D guesses": 0.0, "D is right": 3.0, "D is wrong": -3.0}.items():
    real_logits, fake_logits = np.full((4, 1), logit), np.full((4, 1), -logit)
    real_scores, fake_scores = ops.sigmoid(real_logits), ops.sigmoid(fake_logits)
    value = ops.mean(ops.log(real_scores)) + ops.mean(ops.log(1 - fake_scores))
    real_loss = ops.mean(ops.softplus(-real_logits))
    fake_loss = ops.mean(ops.softplus(fake_logits))
    d_loss = losses.bce_d_loss(real_logits, fake_logits)
    print(f"{state:10}: V {float(value):6.3f}", end=", ")
    print(f"sum {float(real_loss + fake_loss):.3f}, d_loss {float(d_loss):.3f}")

# %% [markdown]
# letters-mlp-gan minimises the *sum* of both halves, which is -V. Our `d_loss` is their *mean*, as
# is Keras's for a stacked batch, so our log shows half of that tutorial's numbers.
#
# While D is right, log(1 - D(G(z))) is almost flat for G. So the same paper lets G minimise
# -log D(G(z)), the **non-saturating** loss: the same goal, but steep there (exercise 3).

# %% [markdown]
# ## The popular way, and why it is broken
#
# Almost every tutorial compiles D, sets `trainable = False` once, and compiles the combined model.
# In old Keras, D kept the state it was compiled with. **Bet with your neighbour:** by how much does
# one training step move D?


# %%
def new_pair():
    """A fresh generator and a compiled discriminator."""
    keras.utils.set_random_seed(SEED)
    generator, discriminator = recipe.build_generator(), recipe.build_discriminator()
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    discriminator.compile(keras.optimizers.Adam(2e-4), loss)
    return generator, discriminator


generator, discriminator = new_pair()
discriminator.trainable = False  # once, for ever: the popular way
popular = combined.build_combined(generator, discriminator)
popular.compile(keras.optimizers.Adam(2e-4), keras.losses.BinaryCrossentropy(from_logits=True))

# %%
# NBVAL_CHECK_OUTPUT
warnings.simplefilter("ignore")  # there is one warning; in a long log nobody reads it
before = [np.array(weight) for weight in discriminator.weights]
discriminator.train_on_batch(real_images, ones)
after = [np.array(weight) for weight in discriminator.weights]
print(
    "largest change of any weight:", max(float(np.abs(a - b).max()) for a, b in zip(after, before))
)

# %% [markdown]
# **Zero.** The teacher never learns. Keras 3 decides what to train when a step first runs, and by
# then the flag said "frozen". There is no error, the losses move because G does, the pictures
# change. They just never become digits.
#
# Some "prime" D with one step before the freeze, so that Keras records a step that trains. Watch
# what a batch of another size does, as at the end of an epoch.

# %%
# NBVAL_CHECK_OUTPUT
generator, discriminator = new_pair()
discriminator.train_on_batch(real_images, ones)  # primed
discriminator.trainable = False
for size in (64, 64, 37, 21):
    step = lambda: discriminator.train_on_batch(real_images[:size], ones[:size])
    moved = weights.largest_change(discriminator.weights, step)
    print(f"batch of {size}: D", "moves" if moved > 0 else "does not move")

# %% [markdown]
# For a new size, Keras records the step again and looks at the flag. Training stops in mid-run,
# without a message.

# %% [markdown]
# ## The right way: the flag before every step
#
# `trainable = True` before each D step, `False` before each combined step. That is all.

# %%
# NBVAL_CHECK_OUTPUT
generator, discriminator = new_pair()
pair = combined.build_combined(generator, discriminator)
pair.compile(keras.optimizers.Adam(2e-4), keras.losses.BinaryCrossentropy(from_logits=True))


def d_step(size):
    discriminator.trainable = True
    discriminator.train_on_batch(real_images[:size], ones[:size])


def g_step(size):
    discriminator.trainable = False
    pair.train_on_batch(z[:size], ones[:size])


for size in (64, 37, 21):
    for name, step in {"D step": d_step, "G step": g_step}.items():
        d_before = [np.array(w) for w in discriminator.weights]
        g_moved = weights.largest_change(generator.weights, lambda: step(size)) > 0
        d_moved = any((np.array(w) != b).any() for w, b in zip(discriminator.weights, d_before))
        print(f"{name}, batch of {size}:  D moved {d_moved!s:5}  G moved {g_moved}")

# %% [markdown]
# Each step moves exactly one network, at every size. Try this test on any GAN code you meet.

# %% [markdown]
# ## The classic loop
#
# `combined.CombinedGAN` is those two steps. It also draws z, keeps G's batch statistics during
# D's step, and raises an error if a D step moves nothing.
#
# **Expect:** 400 steps in {time}, and grain that gathers in the middle.

# %% alt="Twenty pictures full of grain, some of them brighter in the middle: no digits after 400 steps."
loop = recipe.build_combined(seed=SEED)
history = {"step": [], "d_loss": [], "g_loss": []}
start = time.perf_counter()
for step in range(CLASSIC_STEPS):
    logs = loop.train_on_batch(next(batches))
    history["step"].append(step)
    history["d_loss"].append(logs["d_loss"])
    history["g_loss"].append(logs["g_loss"])
classic_ms = 1000 * (time.perf_counter() - start) / CLASSIC_STEPS

plots.plot_images(loop.generator(z[:20], training=False), title=f"after {CLASSIC_STEPS} steps")

# %% alt="Losses by step: the generator's rises to about 3 and falls again, the discriminator's stays close to 0 and then rises a little."
plots.plot_losses(history)

# %% [markdown]
# This is the **see-saw**: when one side goes down, the other goes up (a guess costs 0.693).
# Neither measures quality: a low `g_loss` may mean good letters or a bad teacher. You want it to
# *keep moving*; when one side stays on the ground, learning has stopped.

# %% [markdown]
# ## The same step, without flags
#
# A cleaner way to move only D is to give the optimizer only D's variables. Then nothing needs
# freezing, and the whole step compiles into one graph. Here it is in full, once.

# %%
compiled = recipe.build_gan(seed=SEED)
G, D = compiled.generator, compiled.discriminator


def gan_step(real_images, z):
    with tf.GradientTape() as g_tape:
        fake_images = G(z, training=True)  # [B, 28, 28, 1]
        with g_tape.stop_recording(), tf.GradientTape() as d_tape:
            d_loss = losses.bce_d_loss(D(real_images, training=True), D(fake_images, training=True))
        d_gradients = d_tape.gradient(d_loss, D.trainable_variables)
        compiled.d_optimizer.apply(d_gradients, D.trainable_variables)  # D, and only D
        g_loss = losses.bce_g_loss(D(fake_images, training=True))
    g_gradients = g_tape.gradient(g_loss, G.trainable_variables)  # through D, into G
    compiled.g_optimizer.apply(g_gradients, G.trainable_variables)  # G, and only G


# %% [markdown]
# The same step by hand, by the classic loop and by `gan.GAN`, from the same weights, images and z:
# all three must agree.

# %%
# NBVAL_CHECK_OUTPUT
gan_step(real_images, z)
classic = recipe.build_combined(seed=SEED)
classic.train_on_batch(real_images, d_z=z, g_z=z)
library = recipe.build_gan(seed=SEED)
library.draw_z = lambda batch_size: z
library.train_on_batch(real_images)


def difference(a, b):
    return max(float(np.abs(ops.subtract(x, y)).max()) for x, y in zip(a.weights, b.weights))


for name, other in {"the classic loop": classic, "gan.GAN": library}.items():
    print("by hand and", name, "agree:", difference(G, other.generator) < 1e-4)

# %% [markdown]
# With the sum in place of the mean, D's gradient doubles. **Guess:** how much further does D move?


# %%
# NBVAL_CHECK_OUTPUT
def distance_moved(optimizer, scale):
    """How far five steps on `scale` times our d_loss move the weights of a new D."""
    generator, discriminator = new_pair()
    fake_images = generator(z)

    def take_steps():
        for _ in range(5):
            with tf.GradientTape() as tape:
                real_logits, fake_logits = discriminator(real_images), discriminator(fake_images)
                d_loss = scale * losses.bce_d_loss(real_logits, fake_logits)
            variables = discriminator.trainable_variables
            optimizer.apply(tape.gradient(d_loss, variables), variables)

    return weights.largest_change(discriminator.weights, take_steps)


for kind in (keras.optimizers.SGD, keras.optimizers.Adam):
    factor = distance_moved(kind(2e-4), 2) / distance_moved(kind(2e-4), 1)
    print(f"{kind.__name__}: the sum moves D {factor:.1f} times as far as the mean")

# %% [markdown]
# Adam divides each gradient by its usual size, so the factor cancels. With plain SGD it would
# double the learning rate.
#
# The compiled step is also faster: XLA fuses the small operations. **Guess the factor.**

# %%
images = next(batches)
library = recipe.build_gan(seed=SEED)
library.train_on_batch(images)  # the first call compiles; it does not count
start = time.perf_counter()
for _ in range(200):
    library.train_on_batch(images)
compiled_ms = 1000 * (time.perf_counter() - start) / 200
print(f"{library.runs_on}: {classic_ms / compiled_ms:.1f} times as fast as the classic loop")

# %% [markdown]
# ## kaggle-mlp-gan: digits
#
# Now the Kaggle tutorial's own networks: 1,493,520 parameters against 533,505. `fit` loops, and
# callbacks watch. `PrintLogs` prints a line every 200 batches, as letters-mlp-gan does.
# `Snapshots` saves samples and the generator every 1,000 steps (mnist-dcgan's
# `summarize_performance`). The tutorial's own run was interrupted at step 6,115; with snapshots,
# its model would have survived. **Expect:** {time}; digits from step 1,200 on, with specks.

# %% alt="Eight rows of twelve pictures over 2,500 steps: noise, specks, blots in the middle, and from about step 1,276 on rough digits."
kaggle = recipes.load("kaggle-mlp-gan")
model = kaggle.build_gan(seed=SEED)
z = gan.fixed_z(12, kaggle.latent_dim)
history = callbacks.History()
film = callbacks.Film(z, DIGIT_STEPS, n_frames=8)
saver = snapshots.Snapshots(FOLDER, every=1_000, z=z)

model.fit(
    digits.batches(kaggle.batch_size, seed=SEED),
    steps_per_epoch=DIGIT_STEPS,
    callbacks=[history, film, saver, snapshots.PrintLogs(every=200)],
    verbose=0,
)
plots.plot_film_strip(film.frames, film.frame_steps)

# %% alt="Above, both losses: the generator's peaks early and then both lie flat, not far from 0.7; below, D's scores of real and generated images start far apart and run on just above and below one half."
plots.plot_seesaw(history.history)

# %% [markdown]
# letters-mlp-gan's text says that early on G's error is low and D's high. The plot shows the
# opposite: D's loss falls to almost 0 while G's rises to about 4. Only then do they approach each
# other, as the text says, and settle not far from 0.693, the loss of a guess: neither is "low" or
# "high". In numbers:

# %%
for first, last in ((0, 5), (100, 150), (2_000, 2_500)):
    mean = {name: np.mean(values[first:last]) for name, values in history.history.items()}
    print(f"steps {first:,} to {last:,}: d_loss {mean['d_loss']:.2f}", end=", ")
    print(f"g_loss {mean['g_loss']:.2f}", end=", ")
    print(f"D is right about {mean['real_accuracy']:.0%} of real", end=" ")
    print(f"and {mean['fake_accuracy']:.0%} of fake images")

# %% [markdown]
# D's score stands above each image, and what the image really is.

# %% alt="Eight real digits above eight generated ones, each captioned real or fake with D's score; most scores lie between 0.4 and 0.8 in both rows."
real_images = networks.scale_pixels(digits.images[:8])
images = np.concatenate([real_images, model.sample(8)])
scores = np.array(ops.sigmoid(model.discriminator(images, training=False)))
plots.plot_score_grid(images, scores, is_real=np.arange(16) < 8)

# %% [markdown]
# At its published length, on real digits: the same z after 0, 3,000, 6,000 and 15,000 steps
# (`make published`). At seed 0, a classifier is sure of 44%, 65% and 79% of the samples, and of
# 95% of real digits; two more seeds end at 77% and 80%.
#
# ![Samples of kaggle-mlp-gan: noise, digits with holes, clearer digits, mostly readable digits; two more seeds end alike](../pictures/published-kaggle-mlp-gan.png)
#
# ### Save, load, sample
#
# Training is over. Which part would you keep?

# %% alt="Forty rough, speckled digits; about half of them can be read."
model.generator.save(FOLDER / "generator.keras")
print(*sorted(path.name for path in FOLDER.iterdir()), sep="\n")
loaded = keras.models.load_model(FOLDER / "generator.keras")
print("same images as before:", np.allclose(loaded(z, training=False), model.sample(z), atol=1e-5))

new_z = np.random.default_rng(SEED).standard_normal((40, kaggle.latent_dim))
new_images = loaded(new_z, training=False)  # [40, 28, 28, 1] in [-1, 1]
plots.plot_images(new_images, title="forty digits that nobody wrote")

# %% [markdown]
# ## letters-mlp-gan: twenty-six letters
#
# A smaller pair without batch normalisation, 64 → 256 → 256 → 784, and a harder task. We take 0.5%
# of the tutorial's steps. (`fit_and_watch` is `fit` with callbacks.) **Expect:** {time}, and no
# letters yet. How will *this* see-saw differ?

# %% alt="Five rows of pictures over 3,500 steps: noise that becomes nearly the same grey cloud in every column; no letters."
letters = datasets.load_letters()
batches = letters.batches(BATCH_SIZE, seed=SEED)
small = recipes.load("letters-mlp-gan")
z = gan.fixed_z(12, small.latent_dim)
history, film = callbacks.fit_and_watch(small.build_gan(SEED), batches, LETTER_STEPS, z, 5)
plots.plot_film_strip(film.frames, film.frame_steps)

# %% alt="Above, the generator's loss swings between 2 and 8, the discriminator's is near 0; below, D's score stays near 1 for real images and near 0 for generated ones."
plots.plot_seesaw(history.history)

# %% [markdown]
# D says nearly 1 to real and nearly 0 to fake: the see-saw lies on one side. Remember what this
# looks like: *behind, not broken*. At its published settings it writes grey clouds after one epoch
# (1,698 steps), and letters after twenty; after a hundred, a classifier is sure of 45%:
#
# ![Samples of letters-mlp-gan: noise, grey clouds, bright blots, speckled letters at epoch 20, smooth ones at 50 and 100; two more seeds at epoch 20](../pictures/published-letters-mlp-gan.png)
#
# ### Two numbers changed
#
# Adam averages past gradients: with the usual `beta_1=0.9` over about ten steps, with 0.5 (Radford
# et al. 2015) over about two. Old gradients point to where the opponent stood. And we draw with a
# moving average of G's weights, which calms the specks. **Bet:** how much can that matter? (More
# such "GAN hacks" stand in the checklist at the end of this lesson.)

# %% alt="Five rows of pictures over 3,500 steps: noise, clouds, and in the last two rows shapes that look like letters."
nimble = dataclasses.replace(small, beta_1=0.5, ema_momentum=0.995)
model = nimble.build_gan(SEED)
history, film = callbacks.fit_and_watch(model, batches, LETTER_STEPS, z, 5)
plots.plot_film_strip(film.frames, film.frame_steps)

# %% alt="Fifty-two speckled pictures, most of which can be read as capital letters."
plots.plot_images(model.sample(52), columns=13, title="letters-mlp-gan, two numbers changed")

# %% [markdown]
# Smudged, but letters, from the same networks in the same time.
#
# > **Trap.** Don't stop a run because its loss is flat: both may improve at the same pace. Look at
# > the film.

# %% [markdown]
# ## Try it yourself
#
# Replace each `...` and run the cell, then the check below it. `q1.hint()` gives a push, `q1.solution()`
# shows ours where your copy has it. What you have done is kept in `progress.json` beside the notebook, and goes nowhere.

# %%
from course_lib.teaching import lesson_04, progress

q1, q2, q3, q4, q5 = lesson_04.exercises(globals())

# %% [markdown]
# ### 1 · Predict: the popular way
#
# In the popular way, after an hour of training, by how much has the largest weight of D changed?
#
# - **a** by 0.0
# - **b** by a little: its learning rate is small
# - **c** by a lot: the images do change

# %% tags=["stub"]
largest_change_of_d = ...  # "a", "b" or "c"

# %% tags=["solution"]
largest_change_of_d = "a"

# %% tags=["wrong"]
# expect: list of weights is empty
largest_change_of_d = "b"

# %% tags=["wrong"]
# expect: whose weights
largest_change_of_d = "c"

# %%
# NBVAL_CHECK_OUTPUT
q1.check()

# %% [markdown]
# ### 2 · Complete: both steps
#
# One D step on `images` and `labels`, then one step of the combined model `pair` on `z` and `ones`. It must be
# right whatever the flag was before.


# %% tags=["stub"]
def train_both(discriminator, pair, images, labels, z, ones):
    """Move D alone, then G alone."""
    return ...


# %% tags=["solution"]
def train_both(discriminator, pair, images, labels, z, ones):
    """Move D alone, then G alone."""
    discriminator.trainable = True
    discriminator.train_on_batch(images, labels)
    discriminator.trainable = False
    pair.train_on_batch(z, ones)


# %% tags=["wrong"]
# expect: step of discriminator
def train_both(discriminator, pair, images, labels, z, ones):
    discriminator.train_on_batch(images, labels)
    discriminator.trainable = False
    pair.train_on_batch(z, ones)


# %% tags=["wrong"]
# expect: step of combined
def train_both(discriminator, pair, images, labels, z, ones):
    discriminator.trainable = True
    discriminator.train_on_batch(images, labels)
    pair.train_on_batch(z, ones)


# %% tags=["wrong"]
# expect: expected discriminator then combined
def train_both(discriminator, pair, images, labels, z, ones):
    discriminator.trainable = False
    pair.train_on_batch(z, ones)
    discriminator.trainable = True
    discriminator.train_on_batch(images, labels)


# %% tags=["wrong"]
# expect: It raised TypeError
def train_both(discriminator, pair):
    pass


# %%
# NBVAL_CHECK_OUTPUT
q2.check()

# %% [markdown]
# ### 3 · Predict: two losses for G
#
# The first GAN paper minimises log(1 - D(G(z))); this lesson minimises -log D(G(z)). A clumsy fake gets the
# logit -8. How many times steeper is our loss there, as a function of the logit?

# %% tags=["stub"]
times_steeper = ...

# %% tags=["solution"]
s = 1 / (1 + np.exp(8))  # sigmoid(-8)
times_steeper = (1 - s) / s

# %% tags=["wrong"]
# expect: other way round
times_steeper = np.exp(-8)

# %% tags=["wrong"]
# expect: the logit itself
times_steeper = 8

# %% tags=["wrong"]
# expect: one slope
times_steeper = 1 - 1 / (1 + np.exp(8))

# %%
# NBVAL_CHECK_OUTPUT
q3.check()

# %% [markdown]
# ### 4 · Diagnose: a quiet run
#
# After an hour: `real_score` 1.000, `fake_score` 0.000, `g_loss` 12, and the pictures do not change. What is it?
#
# - **a** too short a run
# - **b** a discriminator that guesses
# - **c** a discriminator so sure that G hears nothing

# %% tags=["stub"]
diagnosis = ...  # "a", "b" or "c"

# %% tags=["solution"]
diagnosis = "c"

# %% tags=["wrong"]
# expect: time does not help
diagnosis = "a"

# %% tags=["wrong"]
# expect: about 0.5
diagnosis = "b"

# %%
# NBVAL_CHECK_OUTPUT
q4.check()

# %% [markdown]
# ### 5 · Complete: new images
#
# kaggle-mlp-gan asks: once training is over, which part is used again, and how do you sample? Draw `n` new
# images with one of these models and return them as floats [n, 28, 28, 1] from 0 to 1, as `plt.imshow` takes
# them.


# %% tags=["stub"]
def draw_images(generator, discriminator, pair, n, latent_dim):
    """Draw n new images, floats [n, 28, 28, 1] from 0 to 1."""
    return ...


# %% tags=["solution"]
def draw_images(generator, discriminator, pair, n, latent_dim):
    """Draw n new images, floats [n, 28, 28, 1] from 0 to 1."""
    z = np.random.default_rng().standard_normal((n, latent_dim))
    return 0.5 * np.array(generator(z, training=False)) + 0.5


# %% tags=["wrong"]
# expect: D's verdicts
def draw_images(generator, discriminator, pair, n, latent_dim):
    return np.array(pair(np.random.default_rng().standard_normal((n, latent_dim))))


# %% tags=["wrong"]
# expect: still in [-1, 1]
def draw_images(generator, discriminator, pair, n, latent_dim):
    return generator.predict(np.random.normal(size=(n, latent_dim)), verbose=0)


# %% tags=["wrong"]
# expect: G was trained on the standard normal distribution
def draw_images(generator, discriminator, pair, n, latent_dim):
    return 0.5 * np.array(generator(np.random.rand(n, latent_dim))) + 0.5


# %% tags=["wrong"]
# expect: a row of its own
def draw_images(generator, discriminator, pair, n, latent_dim):
    z = np.repeat(np.random.normal(size=(1, latent_dim)), n, axis=0)
    return 0.5 * np.array(generator(z)) + 0.5


# %% tags=["wrong"]
# expect: the same images again
def draw_images(generator, discriminator, pair, n, latent_dim):
    z = np.random.default_rng(0).standard_normal((n, latent_dim))
    return 0.5 * np.array(generator(z)) + 0.5


# %%
# NBVAL_CHECK_OUTPUT
q5.check()

# %%
progress.show()

# %% [markdown]
# ## A checklist to keep: GAN hacks
#
# mnist-dcgan promises good digits after "a few GAN hacks". These come from Soumith Chintala's list *How to Train
# a GAN?* (2016) and Jason Brownlee's articles on it. The list says itself that it's no longer maintained, so each
# line names the reason, and what this kit does.
#
# | hack | why | in the kit |
# |---|---|---|
# | pixels in [-1, 1], G ends in `tanh` | real and fake images share a range, centred on 0 | yes; mnist-dcgan keeps its own [0, 1] and sigmoid |
# | G minimises -log D(G(z)) | log(1 - D(G(z))) is flat while D is right | yes |
# | z from a normal distribution ("spherical"), not a uniform one; walk along arcs | nearly all z have the same length, and a straight line between two of them leaves that shell | yes (lesson 03) |
# | separate batches of real and fake images where D has batch normalisation | statistics of a mixed batch mix the two kinds | yes: `GAN.judge` passes them one by one if D needs it |
# | LeakyReLU; strides, not max pooling | both pass a gradient everywhere, not only through the units that won | yes; letters-mlp-gan's G has ReLU |
# | Adam at 2e-4 with `beta_1=0.5` | old gradients point to where the opponent stood | the default; letters-mlp-gan and letters-dcgan have 0.9 |
# | soft labels, such as 0.9 for real | D can't become too sure of itself | no |
# | dropout, or noise on D's input | D's task gets harder, so it can't learn the training images by heart | dropout in mnist-dcgan and letters-dcgan; no noise |
# | use labels if you have them | D says more than one number, and G is told what to write | workshop-conditional |
# | track failures early: a D loss of 0, a G loss that only falls | a run that has failed doesn't recover, and G may be fooling a weak D | `PrintLogs`, `Snapshots`, the doctor of lesson 06 |
# | don't balance G and D by their losses | such schedules are hard to find | no schedule, but letters-dcgan takes turns, as published |
# | randomly flipped labels, replaying old fakes, SGD for D | they slow D down, or remind it of old fakes | no, outdated: a moving average of G's weights (above) is in use today |

# %% [markdown]
# ## What you take with you
#
# 1. Two steps in turn: D on real and fake, G through the frozen D. `largest_change` proves who moved.
# 2. On Keras 3 set `trainable` before **every** step, or hand each optimizer its own variables.
# 3. Losses are a see-saw, not a thermometer: watch the scores, and above all the film.
#
# Next: [05 · DCGAN](05_dcgan_upsampling.ipynb), the same game with convolutions.
