# %% [markdown]
# # 00 · Welcome
#
# **Goals.** After this lesson you can
#
# 1. run a notebook, cell by cell, and find out whether your machine has what the course needs;
# 2. say where the handwriting comes from, with a network and without one;
# 3. answer an exercise, and let it answer back.
#
# **You need:** nothing but curiosity and a little Python. **It takes:** 10 minutes to read;
# the code runs for {running time} on two CPU cores.

# %% [markdown]
# ## What you will build
#
# ![Fifty random vectors turning into handwritten digits over a training](../pictures/film.gif)
#
# A network that writes. Nobody wrote these digits; each began as a row of random numbers. Two
# networks taught each other: the **generator** writes, the **discriminator** tells its work from real
# handwriting. Six lessons lead there, from a CSV file to this picture, and to the question that
# matters afterwards: *is it any good?*

# %% [markdown]
# ## How a notebook works
#
# Text and code take turns. Click on a code cell and press **Shift + Enter**: it runs, what it prints
# or draws appears below, and the next cell is selected. Run them from top to bottom; a later cell
# knows what the earlier ones made. If something is tangled, *Kernel → Restart Kernel and Run All
# Cells* begins anew.

# %%
from course_lib import callbacks, datasets, gan, plots, recipes
from course_lib.cli import check
from course_lib.teaching import lesson_00, progress
import keras

STEPS = 1_200  # of the first training; on a GPU take 3,000
SEED = 0
keras.utils.set_random_seed(SEED)

# %% [markdown]
# That was a cell of **knobs**: every lesson begins with one, and everything worth changing is in it.
# A cell that begins with `# NBVAL_CHECK_OUTPUT` prints the same on every
# machine; the course's own tests hold it to that.

# %% [markdown]
# ## Is everything here?
#
# Each line should begin with OK. Where one says FAIL, the arrow below it shows the fix.

# %%
problems = check.run()

# %% [markdown]
# ## Where the handwriting comes from
#
# Real digits and letters are used if you have them (`data/README.md` says where to get them and
# where to drop them). If not, a simulated pen draws some, so every lesson works without an internet
# connection.
# The loader always says which it was.

# %% alt="Two rows of twenty drawn digits, white on black, as a pen would write them."
digits = datasets.load_digits()
plots.plot_images(digits.images[:40], columns=20, title="what the network will see")

# %% [markdown]
# Look at them before you let a network look. Would you take them for handwriting?

# %% [markdown]
# ## A first network that writes
#
# Two networks, trained in turn. You will understand every word of the next cell by lesson 05; for
# now, watch. **Expect** {time}, and a bar that counts the steps.

# %%
recipe = recipes.load("workshop-dcgan")
model = recipe.build_gan(seed=SEED)
z = gan.fixed_z(40, recipe.latent_dim, seed=SEED)
batches = digits.batches(recipe.batch_size, seed=SEED)
history, film = callbacks.fit_and_watch(model, batches, STEPS, z[:10], n_frames=6)

# %% alt="Forty digits written by the network after a short training: most can be named, some strokes are broken."
plots.plot_images(model.sample(z), columns=20, title="written by the network, not one chosen")

# %% [markdown]
# Clumsy, and yet digits: some could be yours. Ten of them while it learned, from noise on:

# %% alt="Six rows of ten pictures, one row a moment of the training: grey noise at step 0, blurs, then broken strokes, and digits in the last row."
plots.plot_film_strip(film.frames, film.frame_steps)

# %% [markdown]
# ## Where help is
#
# - Every function says what it takes and returns: `help(plots.plot_images)`, or Shift + Tab inside its
#   brackets.
# - Words in **bold** are explained in the [glossary](GLOSSARY.md), each with its lesson.
# - A run looks wrong? Lesson 06 introduces the doctor: `doctor.examine` names the illness.
# - All lessons and all code are on your machine. Nothing you type leaves it.

# %% [markdown]
# ## Try it yourself
#
# Every lesson ends in exercises. Replace the `...`, run the cell, then the check. Try a wrong answer
# first, 56 say, and see what it answers. `q1.hint()` gives a push, `q1.solution()`
# shows ours, unless your teacher withholds the solutions.

# %%
(q1,) = lesson_00.exercises(globals())

# %% [markdown]
# ### 1 · Count
#
# How many pixels are in a picture of 28 × 28?

# %% tags=["stub"]
n_pixels = ...

# %% tags=["solution"]
n_pixels = 28 * 28

# %% tags=["wrong"]
# expect: added the two sides
n_pixels = 28 + 28

# %% tags=["wrong"]
# expect: expected one number
n_pixels = "28 * 28"

# %%
# NBVAL_CHECK_OUTPUT
q1.check()

# %% [markdown]
# What you have done so far, in the whole course (kept in `progress.json` beside the notebook; delete
# it to begin again):

# %%
progress.show()

# %% [markdown]
# ## What you take with you
#
# 1. Shift + Enter runs a cell; the check says what your machine misses, and how to mend it.
# 2. Real handwriting if there is some, drawn if not, and the loader says which.
# 3. `...`, then `check()`, `hint()`, `solution()`.
#
# Next: [01 · From a CSV to images](01_data_loading.ipynb).
