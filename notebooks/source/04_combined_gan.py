# %% [markdown]
# # 04 · Both together: the frozen discriminator
#
# **Goals.** After this lesson you can
#
# 1. train generator and discriminator in turn, and prove that each step moves exactly one of them;
# 2. recognise the bug that silently switches the discriminator off on Keras 3, and mend it;
# 3. read the see-saw of two losses.
#
# **You need:** lessons 01 to 03. **It takes:** 45 minutes to read;
# the code runs for {running time} on two CPU cores.

# %% [markdown]
# ## Knobs

# %%
from course_lib import callbacks, combined, datasets, gan, losses, networks, plots, recipes, weights
import dataclasses
import time
import warnings

import keras
import numpy as np
import tensorflow as tf
from keras import ops

BATCH_SIZE = 64
CLASSIC_STEPS = 400  # of the classic loop; on a GPU take 3,000
DIGIT_STEPS = 2_500  # of kaggle-mlp-gan; the tutorial takes 15,000
LETTER_STEPS = 3_500  # of letters-mlp-gan; the tutorial takes 764,100
SEED = 0

# %% [markdown]
# ## The game
#
# Picture a writing school: one pupil, one teacher, a cupboard of real letters that only the teacher
# may open. The pupil hands in a page, the teacher marks every stroke that gave it away, the pupil
# mends those strokes, and the teacher has to look closer. Each gets better **because** the other
# does.
#
# The marks are the point: the generator gets the *gradient* of the verdict, which pixel, moved
# which way, would have looked more real. So the two must be connected, and yet each trained alone.

# %%
digits = datasets.load_digits()
batches = digits.batches(BATCH_SIZE, seed=SEED).as_numpy_iterator()
real_images = networks.scale_pixels(next(batches))

recipe = recipes.load("workshop-mlp")
z = gan.fixed_z(BATCH_SIZE, recipe.latent_dim, seed=SEED)
ones = np.ones((BATCH_SIZE, 1), "float32")
tf.get_logger().setLevel("ERROR")  # we retrace on purpose; TensorFlow would remark on it

# %% [markdown]
# Connected: z → generator → discriminator → logit is one model, the **combined model**. Train it to
# answer "real", and the easiest way out is to spoil the teacher. So the discriminator must not move
# in that step: it is **frozen**.

# %% [markdown]
# ## The popular way, and why it is broken
#
# Almost every tutorial does it like this: compile D, set `trainable = False` once, build and
# compile the combined model, and go. In old Keras, D kept the state it was compiled with. **Bet
# with your neighbour:** by how much does one training step move D?


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
# **Zero.** The teacher never learns. Keras 3 decides what to train when a step runs for the first
# time, and by then the flag said "frozen". No error is raised, the losses move because G does, even
# the pictures change. They just never become digits.
#
# Some notice, and "prime" the discriminator with one step before the freeze: Keras has then
# recorded a step that trains. Watch what a batch of another size does, as at the end of an epoch.

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
# For a new size Keras records the step anew and looks at the flag again. Training stops in mid-run,
# without a word.

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
# `combined.CombinedGAN` is those two steps with the bookkeeping done: it draws z, keeps G's
# batch statistics as they were during D's step, and raises an error if a D step ever moves
# nothing. Its `frozen` is a `with` block, so that nobody forgets to thaw.
#
# **Expect:** 400 steps in {time}. The pictures will be grain that gathers in the middle.

# %% alt="Twenty clouds of bright specks, brighter in the middle: no digits after 400 steps."
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
# This is the **see-saw**: when one side goes down, the other goes up (a shrug costs 0.693, as in
# lesson 02). Neither measures quality: a low `g_loss` may mean good letters or a bad teacher. You
# want it to *keep moving*; one side lying on the ground is the end of learning.

# %% [markdown]
# ## The same step, without flags
#
# There is a cleaner way to say "move only D": give the optimizer only D's variables. Then nothing
# needs freezing, and the whole step compiles into one graph. Here it is in full, once.

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
# The same step by hand, by the classic loop and by `gan.GAN` (whose `train_step` also scales bytes
# and losses, guards batch statistics, averages G's weights if asked, and logs), from the same
# weights, images and z. All three must agree.

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
# The gain is speed (XLA fuses the many small operations). **Guess the factor** before you run this.

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
# Now the Kaggle tutorial's own networks: 1,493,520 parameters against 533,505. `fit` does the
# looping; callbacks keep each step's numbers and a film of the same twelve z. **Expect:** {time}.
# Grain at first, a blob by step 500, digits from step 1,200 on, with specks that a dense
# network never quite loses.

# %% alt="Eight rows of ten pictures over 2,500 steps: noise, specks, blots in the middle, and from about step 1,276 on rough digits."
kaggle = recipes.load("kaggle-mlp-gan")
model = kaggle.build_gan(seed=SEED)
history = callbacks.History()
film = callbacks.Film(gan.fixed_z(12, kaggle.latent_dim), DIGIT_STEPS, n_frames=8)

model.fit(
    digits.batches(kaggle.batch_size, seed=SEED),
    steps_per_epoch=DIGIT_STEPS,
    callbacks=[history, film, callbacks.Progress(DIGIT_STEPS)],
    verbose=0,
)
plots.plot_film_strip(film.frames, film.frame_steps)

# %% alt="Above, both losses: the generator's peaks early and then both lie flat at about 0.7; below, D's scores of real and generated images start far apart and run on just above and below one half."
plots.plot_seesaw(history.history)

# %% [markdown]
# The lower plot has a unit. D wins at once, nearly 1 against 0, then gives ground until it can only
# just tell real from fake. In the end only pictures count.

# %% alt="Forty rough, speckled digits; 1, 3, 7 and 9 come up most often."
plots.plot_images(model.sample(40), title="forty digits that nobody wrote")

# %% [markdown]
# D's score stands above each image, and what the image really is.

# %% alt="Eight real digits above eight generated ones, each with its title, real or generated, and D's score; most scores lie between 0.4 and 0.8 in both rows."
real_images = networks.scale_pixels(digits.images[:8])
images = np.concatenate([real_images, model.sample(8)])
scores = np.array(ops.sigmoid(model.discriminator(images, training=False)))
plots.plot_score_grid(images, scores, is_real=np.arange(16) < 8)

# %% [markdown]
# ## letters-mlp-gan: twenty-six letters
#
# A smaller pair without batch normalisation, 64 → 256 → 256 → 784, and a harder task. We take 0.5%
# of the tutorial's steps. (`fit_and_watch` is the cell above.) **Expect:** {time}, and no
# letters yet. How will *this* see-saw differ from the one above?

# %% alt="Five rows of pictures over 3,500 steps: noise that becomes the same slanted cloud in every column; no letters."
letters = datasets.load_letters()
batches = letters.batches(BATCH_SIZE, seed=SEED)
small = recipes.load("letters-mlp-gan")
z = gan.fixed_z(12, small.latent_dim)
history, film = callbacks.fit_and_watch(small.build_gan(SEED), batches, LETTER_STEPS, z, 5)
plots.plot_film_strip(film.frames, film.frame_steps)

# %% alt="Above, the generator's loss swings between 2 and 8, the discriminator's is near 0; below, D's score stays near 1 for real images and near 0 for generated ones."
plots.plot_seesaw(history.history)

# %% [markdown]
# Grain, gathered where letters stand. D says nearly 1 to real and nearly 0 to fake, and the see-saw
# lies on one side. G is pushed hard and gets nowhere yet. Remember this face of a run: *behind, not
# broken*.
#
# ### Two numbers changed
#
# Adam moves along an average of past gradients: with the usual `beta_1=0.9` of about ten steps,
# with 0.5 of about two. In a game the opponent moves, and old gradients point to where it stood
# (Radford et al. 2015 advise 0.5). And we draw with a moving average of G's weights, which calms
# the specks. **Bet:** how much can that matter?

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
# > **Trap.** Do not stop a run because its loss "stopped falling": a flat loss can mean that both
# > improve at the same pace. Look at the film.

# %% [markdown]
# ## Try it yourself
#
# Replace each `...` and run the cell, then the check below it. `q1.hint()` gives a push, `q1.solution()`
# shows ours where your copy has it. What you have done is kept in `progress.json` beside the notebook, and goes nowhere.

# %%
from course_lib.teaching import lesson_04, progress

q1, q2, q3, q4 = lesson_04.exercises(globals())

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

# %%
progress.show()

# %% [markdown]
# ## What you take with you
#
# 1. Two steps in turn: D on real and fake, G through the frozen D. `largest_change` proves who moved.
# 2. On Keras 3 set `trainable` before **every** step, or hand each optimizer its own variables.
# 3. Losses are a see-saw, not a thermometer: watch the scores, and above all the film.
#
# Next: [05 · DCGAN](05_dcgan_upsampling.ipynb), the same game with convolutions.
