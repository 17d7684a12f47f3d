# %% [markdown]
# # 01 · From a CSV to images
#
# **Goals.** After this lesson you can
#
# 1. read a CSV of handwritten characters and see the picture in a row of numbers;
# 2. bring pixels into the range that the networks of this course expect, and say why;
# 3. tell a sound data set from a broken one before any training starts.
#
# **You need:** Python lists, a little NumPy. **It takes:** 20 minutes to read;
# the code runs for {running time} on two CPU cores.

# %% [markdown]
# ## Knobs
#
# Nothing is downloaded: a simulated pen draws the characters.

# %%
from course_lib import datasets, networks, pen, plots
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

PER_CLASS = 200  # images of each digit; Kaggle's own file has about 4,200
FOLDER = Path("outputs/lesson01")  # where this lesson writes; delete it whenever you like

# %% [markdown]
# ## Somebody hands you a CSV
#
# Kaggle's *Digit Recognizer* is one text file: a header, then one line for each image. We write one
# of exactly that shape.

# %% tags=["needed"]
drawn = datasets.load_handwriting("digits", per_class=PER_CLASS)
FOLDER.mkdir(parents=True, exist_ok=True)
csv_path = FOLDER / "train.csv"

table = np.column_stack([drawn.labels, drawn.images.reshape(-1, 784)])
header = ["label"] + [f"pixel{i}" for i in range(784)]
pd.DataFrame(table, columns=header).to_csv(csv_path, index=False)
print(f"{csv_path.name}: {csv_path.stat().st_size / 1e6:.1f} MB of text")

# %% [markdown]
# Read it as most people do first, with pandas.

# %%
frame = pd.read_csv(csv_path)
frame.iloc[:4, :9]

# %%
# NBVAL_CHECK_OUTPUT
frame.shape

# %% [markdown]
# One column says *which* digit, 784 say *how* it was written. **Before you run the next cell:**
# 784 is not a round number. Which picture size would give it?

# %% alt="Left, the 784 values of one row as a line that jumps between 0 and 255; right, the same values as a picture of a 9."
row = frame.iloc[0]
pixels = row.iloc[1:].to_numpy().reshape(28, 28)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
left.plot(row.iloc[1:].to_numpy(), linewidth=0.8, color="black")
left.set(title="one row of the file", xlabel="pixel number", ylabel="value")
right.imshow(pixels, cmap="gray", vmin=0, vmax=255)
right.set_title(f"the same row as 28 lines of 28: a {row['label']}")
plt.show()

# %% [markdown]
# The humps are the lines of the picture, one after another: ink is a high number, paper is 0.
# `reshape` only breaks the row into lines.
#
# Up close there are only numbers. Eight by eight from the middle:

# %% alt="Eight lines of eight pixels, enlarged, each with its number: 0 where it is black, up to 255 where it is white."
window = pixels[10:18, 10:18]
figure, ax = plt.subplots(figsize=(3.6, 3.6), layout="constrained")
ax.imshow(window, cmap="gray", vmin=0, vmax=255)
for (y, x), value in np.ndenumerate(window):
    ax.text(x, y, value, ha="center", va="center", color="black" if value > 127 else "white")
ax.axis("off")
plt.show()

# %% [markdown]
# Grey sits on the edges of a stroke. A network that writes has to learn those soft edges too, or
# its letters look cut out with scissors.

# %% [markdown]
# ## Are there enough of each?
#
# Count before you train. A generator never sees the labels, so a character that is rare in the
# file will be rare in what it writes.

# %% alt="A bar for each digit from 0 to 9, all of the same height: 200 images."
plots.plot_class_counts(frame["label"], list("0123456789"), title="digits: balanced")

# %% [markdown]
# Digits usually come balanced. Letters do not: in Kaggle's *A–Z Handwritten Alphabets* there are
# about fifty Os for every F. We draw a small file with the same illness, in that file's shape: no
# header, labels 0 to 25, one class after the other.

# %% alt="A bar for each letter from A to Z: most have 100 images, O has 600 and S 480, F and I hardly any."
counts = dict.fromkeys(datasets.LETTERS, 100) | {"F": 12, "I": 12, "O": 600, "S": 480}
letters = "".join(letter * count for letter, count in counts.items())
images = pen.draw(letters, rng=1)
labels = np.array([ord(letter) - ord("A") for letter in letters])
az_path = FOLDER / "A_Z small.csv"
np.savetxt(az_path, np.column_stack([labels, images.reshape(-1, 784)]), fmt="%d", delimiter=",")

az = datasets.load_kaggle_csv(az_path)
plots.plot_class_counts(az.labels, az.class_names, title="letters: 50 to 1")

# %% [markdown]
# The letters tutorial's fix is a cap: at most 4,182 random images of each class. Ask for more than
# the rarest class has, and the loader refuses.

# %%
try:
    datasets.load_kaggle_csv(az_path, per_class=100)
except datasets.DatasetError as error:
    print(str(error).replace(str(az_path), az_path.name))

# %% [markdown]
# ## One line that everything depends on
#
# A file holds pixels from 0 to 255. Our generators end in `tanh`, which gives -1 to 1. Real and
# generated images must share one range; otherwise the discriminator wins by brightness alone.

# %%
real_images = drawn.images.astype("float32") / 127.5 - 1.0
real_images.min(), real_images.max(), real_images.mean()

# %% [markdown]
# The mean lies nearer to -1 than to 1, because most of every picture is paper. The library's
# version of the line must agree.

# %%
# NBVAL_CHECK_OUTPUT
bool(np.allclose(networks.scale_pixels(drawn.images), real_images))

# %% [markdown]
# We keep the images as `uint8` and scale each batch when it is needed. **Guess first:** how much
# more memory does the pandas table take?

# %%
for name, size in {
    "uint8, as we keep them": drawn.images.nbytes,
    "float32, scaled": real_images.nbytes,
    "the pandas table": frame.memory_usage().sum(),
}.items():
    print(f"{name:24} {size / 1e6:5.1f} MB   {size / drawn.images.nbytes:.0f} times")

# %% [markdown]
# Eight times: pandas gives each number eight bytes. For the 372,450 letters of the real A–Z file
# that is the difference between 0.3 and 2.3 GB.

# %% [markdown]
# ## A loader that checks
#
# `load_kaggle_csv` reads the same file into a `Dataset`: images, labels, names, and a line that
# says where they came from. A binary copy beside the CSV makes the second time quick.

# %% tags=["needed"]
for attempt in ("first", "second"):
    start = time.perf_counter()
    digits = datasets.load_kaggle_csv(csv_path)
    print(f"  {attempt} time: {time.perf_counter() - start:.3f} s")

# %%
# NBVAL_CHECK_OUTPUT
print(digits.images.shape, digits.images.dtype, digits.labels.shape, digits.class_names)

# %% [markdown]
# The last axis is the **channel**: one number for each pixel, where a colour photo has three.
# Convolutions need this axis. A file doesn't have it, and `expand_dims` adds it.

# %%
# NBVAL_CHECK_OUTPUT
without_channel = frame.iloc[:, 1:].to_numpy().reshape(-1, 28, 28)
with_channel = np.expand_dims(without_channel, axis=-1)  # or without_channel[..., None]
print(without_channel.shape, "->", with_channel.shape)
print("no pixel has changed:", np.array_equal(with_channel[:, :, :, 0], without_channel))
print("the same as the loader's:", np.array_equal(with_channel, digits.images))

# %% [markdown]
# Look at the images with their labels above them. **Does any label look wrong?**

# %% alt="Forty drawn digits in four rows, upright, white ink on black, each with its label above it."
names = [digits.class_names[label] for label in digits.labels[:40]]
plots.plot_images(digits.images[:40], names, title="the first forty rows of the file")

# %% [markdown]
# None does. Other sources (`data/README.md`) have their own loaders: MNIST, EMNIST, USPS (digits from
# envelopes) and KMNIST (Japanese characters).

# %% [markdown]
# Now break the file on purpose, the way real files break: a word where a number should be.

# %%
lines = csv_path.read_text().splitlines()
cells = lines[5].split(",")
cells[300] = "oops"
broken_path = FOLDER / "broken.csv"
broken_path.write_text("\n".join(lines[:5] + [",".join(cells)] + lines[6:]))

try:
    datasets.load_kaggle_csv(broken_path)
except datasets.DatasetError as error:
    print(str(error).replace(str(broken_path), broken_path.name))

# %% [markdown]
# File, row, column, what was found, what to do. An error like this costs a minute; the same word
# read as zero costs an evening.

# %% [markdown]
# ## What goes wrong without an error
#
# Some damage is legal: every number lies between 0 and 255, and still the data are wrong. **Which
# of these three would a table of means show?**

# %% alt="Three rows of the same eight digits: inverted, dark on white; transposed, lying on their side; with lines broken in the wrong place, cut in two halves."
sample = digits.images[:8]
figure, axes = plt.subplots(3, 1, figsize=(6, 3.4), layout="constrained")
plots.plot_images(255 - sample, title="inverted: ink and paper swapped", ax=axes[0])
plots.plot_images(sample.transpose(0, 2, 1, 3), title="transposed, as EMNIST's files", ax=axes[1])
plots.plot_images(np.roll(sample, 14, axis=2), title="lines broken in the wrong place", ax=axes[2])
plt.show()

# %% [markdown]
# Only the first. Transposed characters have the same mean and spread, and a network would learn to
# write them: perfectly, and sideways.
#
# > **Trap.** EMNIST stores its images with rows and columns exchanged and starts its letters at 1,
# > not 0. `datasets.load_emnist` corrects both; a hand-written reader often forgets one.

# %% [markdown]
# ## The pen
#
# `course_lib.pen` moves a simulated pen along single-stroke letter shapes and lets the hand shake.
# Unlike any download, it knows the truth about each writer's style.

# %% alt="The word Handwriting in five styles of the pen: upright, leaning, narrow, bold and shaky."
styles = {
    "upright": pen.Style(slant=0),
    "leaning": pen.Style(slant=25),
    "narrow": pen.Style(width=0.6),
    "bold": pen.Style(weight=3.6),
    "shaky": pen.Style(wobble=2.0),
}
figure, axes = plt.subplots(len(styles), 1, figsize=(8, 4.4), layout="constrained")
for ax, (name, style) in zip(axes, styles.items()):
    plots.plot_images(pen.draw("Handwriting", style, rng=5), title=name, columns=11, ax=ax)
plt.show()

# %% [markdown]
# It knows 62 characters, and the same seed gives the same bytes.

# %% alt="All 62 characters of the pen: ten digits, twenty-six capitals, twenty-six small letters."
everything = datasets.load_handwriting("alphanumeric", per_class=3)
order = np.argsort(everything.labels, kind="stable")[::3]
plots.plot_images(everything.images[order], columns=21)

# %% [markdown]
# ## Batches
#
# `batches` serves them endlessly, shuffled anew on every pass, still as bytes; scaling happens
# inside the compiled training step.

# %%
# NBVAL_CHECK_OUTPUT
batch = next(iter(digits.batches(batch_size=64, seed=0)))
print(batch.shape, batch.dtype.name)

# %% [markdown]
# ## Try it yourself
#
# Replace each `...` and run the cell, then the check below it. `q1.hint()` gives a push, `q1.solution()`
# shows ours where your copy has it. What you have done is kept in `progress.json` beside the notebook, and goes nowhere.

# %%
from course_lib.teaching import lesson_01, progress

q1, q2, q3, q4 = lesson_01.exercises(globals())

# %% [markdown]
# ### 1 · Predict: the mean of all zeros
#
# Stack all the pictures of a 0 and take the mean. What do you see?
#
# - **a** a crisp 0
# - **b** a soft ring, bright in places, with a dark middle
# - **c** grey all over

# %% tags=["stub"]
mean_of_zeros = ...  # "a", "b" or "c"

# %% tags=["solution"]
mean_of_zeros = "b"

# %% tags=["wrong"]
# expect: a mean is crisp only
mean_of_zeros = "a"

# %% tags=["wrong"]
# expect: in the corners
mean_of_zeros = "c"

# %% tags=["wrong"]
# expect: expected one of
mean_of_zeros = 3

# %%
# NBVAL_CHECK_OUTPUT
q1.check()

# %% [markdown]
# ### 2 · Complete: ten means
#
# Compute the mean picture of each class of `digits`, ten pictures in the order of the digits, in
# bytes (0 to 255, no scaling). The cell after the check shows them once they are right: was your prediction right?

# %% tags=["stub"]
means = ...  # [10, 28, 28]

# %% tags=["solution"]
means = np.stack([digits.images[digits.labels == k].mean(axis=0)[..., 0] for k in range(10)])

# %% tags=["wrong"]
# expect: of all classes together
means = digits.images.mean(axis=0)[..., 0]

# %% tags=["wrong"]
# expect: The channel is still there
means = np.stack([digits.images[digits.labels == k].mean(axis=0) for k in range(10)])

# %% tags=["wrong"]
# expect: no longer bytes
means = np.stack([digits.images[digits.labels == k].mean(axis=0)[..., 0] / 255 for k in range(10)])

# %% tags=["wrong"]
# expect: Picture 0 is the mean of the 1s
means = np.stack(
    [digits.images[digits.labels == (k + 1) % 10].mean(axis=0)[..., 0] for k in range(10)]
)

# %% tags=["wrong"]
# expect: Found None
means = None

# %% tags=["wrong"]
# expect: The largest difference
means = np.zeros((10, 28, 28))

# %%
# NBVAL_CHECK_OUTPUT
q2.check()

# %% alt="The mean picture of each digit: a soft ring for 0, a blurred bar for 1, and so on; the middle of each is bright, its edge soft."
if q2.state == "right":
    display(plots.plot_images(np.round(means).astype("uint8")[..., None], columns=10))

# %% [markdown]
# ### 3 · Complete: back to bytes
#
# Undo the scaling line: pixels in [-1, 1] back to `uint8`, and not one of them may change.


# %% tags=["stub"]
def unscale(real_images):
    """float32 in [-1, 1] -> uint8 in 0..255, of the same shape."""
    return ...


# %% tags=["solution"]
def unscale(real_images):
    """float32 in [-1, 1] -> uint8 in 0..255, of the same shape."""
    return np.round((real_images + 1) * 127.5).astype("uint8")


# %% tags=["wrong"]
# expect: round first
def unscale(real_images):
    return ((real_images + 1) * 127.5).astype("uint8")


# %% tags=["wrong"]
# expect: expected uint8
def unscale(real_images):
    return np.round((real_images + 1) * 127.5)


# %% tags=["wrong"]
# expect: its input unchanged
def unscale(real_images):
    return real_images


# %% tags=["wrong"]
# expect: bytes go up to 255
def unscale(real_images):
    return (real_images + 1) / 2


# %% tags=["wrong"]
# expect: instead of its own argument
def unscale(real_images):
    return digits.images


# %% tags=["wrong"]
# expect: It raised NameError
def unscale(real_images):
    return np.round((images + 1) * 127.5)


# %%
# NBVAL_CHECK_OUTPUT
q3.check()

# %% [markdown]
# ### 4 · Diagnose: one bad line
#
# One number in `puzzle.csv` is not a pixel. In which line of the file, counted from 1 with the header?

# %% tags=["stub"]
puzzle_path = lesson_01.write_puzzle(csv_path, FOLDER / "puzzle.csv")
bad_line = ...

# %% tags=["solution"]
puzzle_path = lesson_01.write_puzzle(csv_path, FOLDER / "puzzle.csv")
try:
    datasets.load_kaggle_csv(puzzle_path)
except datasets.DatasetError as error:
    print(str(error).replace(str(puzzle_path), puzzle_path.name))
bad_line = 777

# %% tags=["wrong"]
# expect: pandas counts
bad_line = 775

# %% tags=["wrong"]
# expect: off by one
bad_line = 776

# %% tags=["wrong"]
# expect: expected one number
bad_line = "777"

# %%
# NBVAL_CHECK_OUTPUT
q4.check()

# %%
progress.show()

# %% [markdown]
# ## What you take with you
#
# 1. A row of 784 numbers is a picture, once it is broken into 28 lines.
# 2. Networks see pixels in [-1, 1] because the generator's `tanh` speaks that range; on disk and in
#    memory they stay bytes.
# 3. Count the classes, look at the images, and let the loader refuse what is broken.
#
# Next: [02 · The discriminator](02_discriminator.ipynb), a network that tells real from fake.
