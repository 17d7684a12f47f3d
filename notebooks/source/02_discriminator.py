# %% [markdown]
# # 02 · The discriminator
#
# **Goals.** After this lesson you can
#
# 1. build a convolutional network that tells real characters from fakes, and account for every
#    one of its parameters;
# 2. move between logit, score and loss;
# 3. say what a discriminator has really learned, and why that depends on its opponent.
#
# **You need:** lesson 01, and an idea of how a network learns (loss, gradient). **It takes:** 35 minutes to read;
# the code runs for {running time} on two CPU cores.

# %% [markdown]
# ## Knobs

# %%
from course_lib import combined, datasets, losses, networks, plots, recipes
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers

BATCH_SIZE = 256  # half of it real, half of it fake, as in the tutorial
STEPS = 60  # the tutorial takes 100; the answer is clear earlier
SEED = 0

# %% [markdown]
# ## Two piles of pictures
#
# An editor has two piles on her desk: letters that people wrote, and forgeries. She asks one
# question: *did a person write this?* The easiest forgery is pixels thrown like dice.

# %% alt="Eight drawn digits above eight squares of random black and white pixels."
digits = datasets.load_digits()
rng = np.random.default_rng(SEED)


def throw_dice(n):
    """n fake images of independent pixels, evenly spread over [-1, 1]."""
    return rng.uniform(-1, 1, (n, 28, 28, 1)).astype("float32")


real_images = networks.scale_pixels(digits.images[:8])
both = np.concatenate([real_images, throw_dice(8)])
plots.plot_images(both, columns=8, title="eight real ones, eight fakes")

# %% [markdown]
# You can tell them apart at once. How long does a network need?

# %% [markdown]
# ## The network
#
# A **convolution** slides a small window of weights, its *kernel*, over the picture; each kernel
# makes one *channel*. *Stride* 2 moves two pixels at a time and halves the side: 28 → 14 → 7.
# `LeakyReLU` damps negative values, `Dropout` silences units at random, and one `Dense` unit adds
# up the evidence. This is the discriminator of the tutorial *GANs on Hand-Written Digits Dataset*
# without its sigmoid.

# %%
keras.utils.set_random_seed(SEED)
discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        # [B, 14, 14, 64]: B images, 64 channels. "same" adds a border; without it the side is 13
        layers.Conv2D(64, 3, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Dropout(0.2),
        layers.Conv2D(64, 3, strides=2, padding="same"),  # [B, 7, 7, 64]
        layers.LeakyReLU(0.2),
        layers.Dropout(0.2),
        layers.Flatten(),  # [B, 3136], the map as one row
        layers.Dense(1),  # [B, 1], a logit
    ]
)

# %% [markdown]
# **Predict** the number of parameters before you run the next cell. A convolution has one
# kernel of 3·3 numbers for each pair of input and output channel, and one bias for each output.

# %%
# NBVAL_CHECK_OUTPUT
first = 3 * 3 * 1 * 64 + 64
second = 3 * 3 * 64 * 64 + 64
last = 7 * 7 * 64 * 1 + 1
print(first, "+", second, "+", last, "=", first + second + last)
print("Keras counts", discriminator.count_params())
print("the library's", recipes.load("mnist-dcgan").build_discriminator().count_params())

# %% [markdown]
# `summary()` prints the same as a table. **Which layer has most of the parameters?**

# %%
discriminator.summary()

# %% [markdown]
# The second convolution has nine tenths of them. `plot_layers` draws such a table. Here is a bigger
# discriminator, from the tutorial *letters-dcgan*:

# %% alt="Seven boxes from top to bottom: images of 28 by 28, four convolutions that shrink the side to 14, 7 and 4 while the channels grow from 64 to 512, Flatten, and Dense with one number; 4,311,553 parameters in all."
letters_discriminator = recipes.load("letters-dcgan").build_discriminator()
plots.plot_layers(letters_discriminator)

# %% [markdown]
# ## Strides or pooling?
#
# Many classifiers halve the side by **pooling** instead: the convolution moves one pixel at a time,
# and `MaxPooling2D` keeps the largest of each four values. **Predict** which way costs more.

# %%
# NBVAL_CHECK_OUTPUT
ways = {
    "stride 2": [layers.Conv2D(64, 3, strides=2, padding="same")],
    "pooling": [layers.Conv2D(64, 3, padding="same"), layers.MaxPooling2D(2)],
}
for name, steps in ways.items():
    part = keras.Sequential([keras.Input((28, 28, 1)), *steps])
    _, height, width, channels = steps[0].output.shape
    multiplications = height * width * channels * 3 * 3 * 1
    print(f"{name}: {part.output_shape[1:]}, {part.count_params()} parameters", end=", ")
    print(f"{multiplications:,} multiplications for each image")

# %% [markdown]
# The shapes and parameters are the same, but pooling costs four times as much: it computes four
# values and throws three away. DCGANs use strides (Radford et al. 2015, arXiv:1511.06434), so the
# kernels learn how to shrink the image.

# %% [markdown]
# ## Logit, score, loss
#
# The network's raw answer is a **logit**: any number, positive for "real". The sigmoid squeezes it
# into a **score** from 0 to 1, the probability of being real. We keep logits inside and make
# scores only to show them. The loss is **binary cross-entropy**: minus the logarithm of the
# probability that was given to the truth.

# %%
logits = np.array([-4.0, -1.0, 0.0, 1.0, 4.0], "float32")
scores = np.array(keras.ops.sigmoid(logits))
cost_if_real = -np.log(scores)
for row in zip(logits, scores, cost_if_real):
    print("logit {:5.1f}   score {:.3f}   costs {:.3f} if the image is real".format(*row))

# %% [markdown]
# It punishes the confident mistake: saying 0.018 about a real image costs 4.018, saying 0.982 costs
# 0.018. A shrug, score 0.5, always costs `np.log(2)` = 0.693. **Remember that number**: a
# discriminator that can't tell anything apart pays exactly this, on average over real and fake.

# %%
# NBVAL_CHECK_OUTPUT
shrug = np.zeros((4, 1), "float32")
print(f"{float(losses.bce_d_loss(shrug, shrug)):.3f}")

# %% [markdown]
# Why no sigmoid in the network? To a computer, `log(sigmoid(-200))` is minus infinity. From the
# logit, the loss is `softplus(200)` = 200, which a gradient can work with.

# %%
# NBVAL_CHECK_OUTPUT
hopeless = np.array([[-200.0]], "float32")
with np.errstate(divide="ignore"):
    print("through the sigmoid:", -np.log(np.array(keras.ops.sigmoid(hopeless)))[0, 0])
# softplus(x) is log(1 + exp(x)), computed so that nothing overflows
print("from the logit:     ", float(keras.ops.softplus(-hopeless)[0, 0]))

# %% [markdown]
# ## Backpropagation: which way to move each weight
#
# The **gradient** holds a slope for each weight: how fast the loss changes with it.
# **Backpropagation** finds all slopes in one pass. It goes back from the loss to the first layer,
# multiplying the derivatives of the layers (the chain rule). Then the optimizer moves every weight
# a little *against* its slope.


# %%
def loss_of_both():
    """D's loss on the sixteen pictures above, without Dropout."""
    logits = discriminator(both, training=False)
    return losses.bce_d_loss(logits[:8], logits[8:])


with tf.GradientTape() as tape:
    loss = loss_of_both()
gradients = tape.gradient(loss, discriminator.trainable_weights)
print(sum(gradient.shape.num_elements() for gradient in gradients), "slopes, one for each weight")

# %% [markdown]
# Is that right? Take the steepest weight of the first layer, change it by hand, and measure.

# %%
kernel, slopes = discriminator.trainable_weights[0], gradients[0].numpy()
place = np.unravel_index(np.abs(slopes).argmax(), slopes.shape)
direction = np.zeros(slopes.shape, "float32")
direction[place] = 1.0
original = kernel.numpy()
changes, curve = np.linspace(-0.5, 0.5, 21), []
for change in changes:
    kernel.assign(original + change * direction)
    curve.append(float(loss_of_both()))
kernel.assign(original)

measured = (curve[11] - curve[9]) / (changes[11] - changes[9])
print(f"slope by backpropagation {slopes[place]:.3f}, measured {measured:.3f}")

# %% alt="The loss as a curve over the change of one weight, falling from 0.70 to 0.65; a dashed straight line with the slope from backpropagation touches it in the middle and leaves it at both ends."
figure, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
ax.plot(changes, curve, "o-", color="black", markersize=3, label="measured")
line = float(loss) + slopes[place] * changes
ax.plot(changes, line, "--", color=plots.ORANGE, label="slope by backpropagation")
ax.set(xlabel="change of the weight", ylabel="loss")
ax.legend(frameon=False)
plt.show()

# %% [markdown]
# The line fits near the middle only. That is one reason why training takes many small steps.

# %% [markdown]
# ## Training: half real, half fake
#
# Each step shows real images with the label 1 and fakes with the label 0. Nobody has to label
# them: we know which ones we made. That is why a GAN counts as *unsupervised*, although it is made
# of two *supervised* problems. D learns from the labels 1 and 0; G learns from the label 1 for all
# its fakes, which means "D should call this real".
#
# **Expect:** 60 steps in {time}. Will D be certain after 5 steps, 50, or never?

# %%
discriminator.compile(
    keras.optimizers.Adam(2e-4, beta_1=0.5),  # less momentum than the usual 0.9, as in most GANs
    keras.losses.BinaryCrossentropy(from_logits=True),
    jit_compile=False,  # on a CPU, compiled convolutions are slower than plain ones
)
half = BATCH_SIZE // 2
labels = np.concatenate([np.ones((half, 1)), np.zeros((half, 1))]).astype("float32")
batches = digits.batches(half, seed=SEED).as_numpy_iterator()
keys = ("step", "real_score", "fake_score", "real_accuracy", "fake_accuracy")
history = {key: [] for key in keys}

# %% alt="D's mean score by step: on real images it climbs from one half towards 1, on generated ones it falls towards 0."
for step in range(STEPS):
    real_images = networks.scale_pixels(next(batches))
    images = np.concatenate([real_images, throw_dice(half)])
    scores = np.array(keras.ops.sigmoid(discriminator(images, training=False)))  # Dropout off
    loss = combined.batch_loss(discriminator, images, labels)
    history["step"].append(step)
    history["real_score"].append(float(scores[:half].mean()))
    history["fake_score"].append(float(scores[half:].mean()))
    history["real_accuracy"].append(float((scores[:half] > 0.5).mean()))
    history["fake_accuracy"].append(float((scores[half:] <= 0.5).mean()))

print(f"loss of the last step: {loss:.3f}")
plots.plot_scores(history)

# %% [markdown]
# The curves start together at a shrug and part. How many images does D get right? **Guess** why we
# count real and fake images apart.

# %%
for step in (0, 2, 5, 10, 20, STEPS - 1):
    real_accuracy, fake_accuracy = history["real_accuracy"][step], history["fake_accuracy"][step]
    both_accuracy = (real_accuracy + fake_accuracy) / 2
    print(f"step {step:2}: real {real_accuracy:4.0%}, fake {fake_accuracy:4.0%}", end=", ")
    print(f"both {both_accuracy:4.0%}")

# %% [markdown]
# At step 0, 61% together looks like a little skill. Apart, the numbers show that D has none yet: it
# calls most images fake, whatever they are. At step 10, all its mistakes are fakes that pass.
#
# > **Trap.** We call `combined.batch_loss`, two lines around Keras's `train_on_batch`. Before 3.15,
# > Keras 3 returned the *mean of all losses since the last reset*, which looks smooth and hides what
# > happens now. Newer versions return this batch's loss; `batch_loss` does so on both.

# %% [markdown]
# ## What did it learn?
#
# It is sure. But sure of what? Show it six kinds of pictures, five of them new to it.

# %% alt="Six pictures: a real digit, one upside down, a smudge that is the average of digits, shuffled pixels, a few bright dots on black, and blank black paper."
real = networks.scale_pixels(digits.images[-6:])
shuffled = real.reshape(6, 784)[:, rng.permutation(784)].reshape(real.shape)
blank = np.full_like(real, -1.0)
upside_down = real[:, ::-1]
average = np.repeat(real.mean(axis=0, keepdims=True), 6, axis=0)
few_dots = np.where(throw_dice(6) > 0.9, 1.0, -1.0).astype("float32")

trial = {
    "real": real,
    "upside down": upside_down,
    "average": average,
    "pixels shuffled": shuffled,
    "few bright dots": few_dots,
    "blank paper": blank,
}
plots.plot_images(np.concatenate([group[:1] for group in trial.values()]), list(trial))

# %% [markdown]
# **Write down your guess for each**: would a person call it handwriting? Will the network?

# %%
for name, images in trial.items():
    scores = np.array(keras.ops.sigmoid(discriminator(images, training=False)))
    print(f"{name:16} mean score {scores.mean():.2f}")

# %% [markdown]
# Everything passes as real, even blank paper. The editor never learned what handwriting *is*. Did
# she learn only that handwriting is mostly dark? Then plain paper of the right grey should do, and
# a real digit with ink and paper exchanged should not.

# %%
tests = {"a digit, inverted": -real}
tests |= {f"flat grey, {level:+.1f}": np.full_like(real, level) for level in (-1, -0.5, 0, 0.5)}
for name, images in tests.items():
    scores = np.array(keras.ops.sigmoid(discriminator(images, training=False)))
    print(f"{name:17} mean score {scores.mean():.2f}")

# %% [markdown]
# So dark means real: the cheapest rule that separates her two piles. The loss was almost zero, so
# nothing asked for more. **A discriminator becomes exactly as clever as its opponent forces it to
# be.**

# %% [markdown]
# ## A better opponent
#
# To prove that, we train on for as many steps, but the fakes are now shuffled digits: the right
# amount of ink, in the wrong places. Darkness can't separate these two piles. **Expect:** {time}.

# %%
shuffle = rng.permutation(784)
for step in range(STEPS):
    real_images = networks.scale_pixels(next(batches))
    fake_images = networks.scale_pixels(next(batches))
    fake_images = fake_images.reshape(half, 784)[:, shuffle].reshape(half, 28, 28, 1)
    images = np.concatenate([real_images, fake_images])
    combined.batch_loss(discriminator, images, labels)

for name, images in trial.items():
    scores = np.array(keras.ops.sigmoid(discriminator(images, training=False)))
    print(f"{name:16} mean score {scores.mean():.2f}")

# %% [markdown]
# Scattered ink no longer fools her. Upside-down digits, a smudge and blank paper still pass,
# because no opponent has tried them. Next we build a network whose only aim is to find the forgery
# that still works: the generator.

# %% [markdown]
# ## Whose task is easier?
#
# Both networks learn by backpropagation, but D's task is easier:
#
# - D answers with one number, G with 784 that must fit together.
# - Each image has a right answer for D. No z has a right picture for G.
# - G's gradient comes back through D, so G can only learn what D has noticed.
#
# The tutorial adds that D has fewer parameters. **Guess**: is that so?

# %%
# NBVAL_CHECK_OUTPUT
for name in ("kaggle-mlp-gan", "letters-mlp-gan", "mnist-dcgan", "letters-dcgan"):
    recipe = recipes.load(name)
    g_count = recipe.build_generator().count_params()
    d_count = recipe.build_discriminator().count_params()
    fewer = "D has fewer" if d_count < g_count else "D has more"
    print(f"{name:16} G {g_count:>9,}   D {d_count:>9,}   {fewer}")

# %% [markdown]
# In three of the four tutorials it is. In *letters-dcgan* D is the bigger one, and its task is still
# the easier one: size isn't the reason.

# %% [markdown]
# ## Try it yourself
#
# Replace each `...` and run the cell, then the check below it. `q1.hint()` gives a push, `q1.solution()`
# shows ours where your copy has it. What you have done is kept in `progress.json` beside the notebook, and goes nowhere.

# %%
from course_lib.teaching import lesson_02, progress

q1, q2, q3, q4 = lesson_02.exercises(globals())

# %% [markdown]
# ### 1 · Predict: what does 0.9 cost?
#
# D gives a *real* image the score 0.9. What does it pay for that image? Work it out, to three decimals.

# %% tags=["stub"]
loss_of_a_real = ...

# %% tags=["solution"]
loss_of_a_real = -np.log(0.9)

# %% tags=["wrong"]
# expect: if the image were a fake
loss_of_a_real = -np.log(0.1)

# %% tags=["wrong"]
# expect: the logarithm, not the difference
loss_of_a_real = 0.1

# %% tags=["wrong"]
# expect: never below 0
loss_of_a_real = np.log(0.9)

# %%
# NBVAL_CHECK_OUTPUT
q1.check()

# %% [markdown]
# ### 2 · Complete: a smaller discriminator
#
# Build one with half the width: two convolutions of 32 filters, kernel 3, stride 2, padding `same`,
# a `LeakyReLU` after each, and one logit.

# %% tags=["stub"]
small_discriminator = ...

# %% tags=["solution"]
small_discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Conv2D(32, 3, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Flatten(),
        layers.Dense(1),
    ]
)

# %% tags=["wrong"]
# expect: ends in a sigmoid
small_discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, strides=2, padding="same"),
        layers.Conv2D(32, 3, strides=2, padding="same"),
        layers.Flatten(),
        layers.Dense(1, "sigmoid"),
    ]
)

# %% tags=["wrong"]
# expect: Flatten is missing
small_discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, strides=2, padding="same"),
        layers.Conv2D(32, 3, strides=2, padding="same"),
        layers.Dense(1),
    ]
)

# %% tags=["wrong"]
# expect: keeps the side at 28
small_discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, padding="same"),
        layers.Conv2D(32, 3, padding="same"),
        layers.Flatten(),
        layers.Dense(1),
    ]
)

# %% tags=["wrong"]
# expect: expected 11,137
small_discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 5, strides=2, padding="same"),
        layers.Conv2D(32, 5, strides=2, padding="same"),
        layers.Flatten(),
        layers.Dense(1),
    ]
)

# %% tags=["wrong"]
# expect: expected a keras.Model
small_discriminator = 11137

# %% tags=["wrong"]
# expect: comes no activation, expected a LeakyReLU
small_discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, strides=2, padding="same"),
        layers.Conv2D(32, 3, strides=2, padding="same", activation="leaky_relu"),
        layers.Flatten(),
        layers.Dense(1),
    ]
)

# %% tags=["wrong"]
# expect: comes tanh, expected no activation
small_discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, strides=2, padding="same", activation="leaky_relu"),
        layers.Conv2D(32, 3, strides=2, padding="same", activation="leaky_relu"),
        layers.Flatten(),
        layers.Dense(1, activation="tanh"),
    ]
)

# %% tags=["wrong"]
# expect: a border is lost
small_discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, strides=2),
        layers.Conv2D(32, 3, strides=2),
        layers.Flatten(),
        layers.Dense(1),
    ]
)

# %% tags=["wrong"]
# expect: are unknown
small_discriminator = keras.Sequential(
    [
        layers.Conv2D(32, 3, strides=2, padding="same", activation="leaky_relu"),
        layers.Conv2D(32, 3, strides=2, padding="same", activation="leaky_relu"),
        layers.Flatten(),
        layers.Dense(1),
    ]
)

# %% tags=["wrong"]
# expect: Layer 1 of those with weights
small_discriminator = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(64, 3, strides=2, padding="same"),
        layers.Conv2D(64, 3, strides=2, padding="same"),
        layers.Flatten(),
        layers.Dense(1),
    ]
)

# %%
# NBVAL_CHECK_OUTPUT
q2.check()

# %% [markdown]
# ### 3 · Complete: the loss, from logits
#
# Write D's loss: the average of two halves, the mean over the real logits of the cross-entropy with 1,
# and the mean over the fake logits of that with 0. A shrug costs 0.693, and it must cope with logits of ±120.


# %% tags=["stub"]
def d_loss(real_logits, fake_logits):
    """Two arrays of logits [B, 1] -> one number."""
    return ...


# %% tags=["solution"]
def d_loss(real_logits, fake_logits):
    """Two arrays of logits [B, 1] -> one number."""
    softplus = keras.ops.softplus
    return (keras.ops.mean(softplus(-real_logits)) + keras.ops.mean(softplus(fake_logits))) / 2


# %% tags=["wrong"]
# expect: exchanged
def d_loss(real_logits, fake_logits):
    return (np.logaddexp(0, real_logits).mean() + np.logaddexp(0, -fake_logits).mean()) / 2


# %% tags=["wrong"]
# expect: a shrug would cost 1.386
def d_loss(real_logits, fake_logits):
    return np.logaddexp(0, -real_logits).mean() + np.logaddexp(0, fake_logits).mean()


# %% tags=["wrong"]
# expect: mean over all images
def d_loss(real_logits, fake_logits):
    return np.logaddexp(0, np.concatenate([-real_logits, fake_logits])).mean()


# %% tags=["wrong"]
# expect: epsilon or a clip
def d_loss(real_logits, fake_logits):
    real, fake = keras.ops.sigmoid(real_logits), keras.ops.sigmoid(fake_logits)
    real_loss = -keras.ops.mean(keras.ops.log(real + 1e-7))
    return (real_loss - keras.ops.mean(keras.ops.log(1 - fake + 1e-7))) / 2


# %% tags=["wrong"]
# expect: It raised SystemExit
def d_loss(real_logits, fake_logits):
    raise SystemExit(1)


# %% tags=["wrong"]
# expect: sum over the batch
def d_loss(real_logits, fake_logits):
    return np.logaddexp(0, -real_logits).sum() + np.logaddexp(0, fake_logits).sum()


# %% tags=["wrong"]
# expect: Only the real half
def d_loss(real_logits, fake_logits):
    return np.logaddexp(0, -real_logits).mean()


# %% tags=["wrong"]
# expect: nan or inf
def d_loss(real_logits, fake_logits):
    real, fake = keras.ops.sigmoid(real_logits), keras.ops.sigmoid(fake_logits)
    return -(keras.ops.mean(keras.ops.log(real)) + keras.ops.mean(keras.ops.log(1 - fake))) / 2


# %% tags=["wrong"]
# expect: given an array
def d_loss(real_logits, fake_logits):
    return 0.0


# %%
# NBVAL_CHECK_OUTPUT
q3.check()

# %% [markdown]
# ### 4 · Diagnose: a quick victory
#
# Somebody trains D on real images in 0 to 255, against dice in [-1, 1]. After two steps it is right every
# time. What has it learned?
#
# - **a** what strokes look like
# - **b** the training images by heart
# - **c** that large numbers are real

# %% tags=["stub"]
what_it_learned = ...  # "a", "b" or "c"

# %% tags=["solution"]
what_it_learned = "c"

# %% tags=["wrong"]
# expect: too few to learn strokes
what_it_learned = "a"

# %% tags=["wrong"]
# expect: memory was not needed
what_it_learned = "B"

# %%
# NBVAL_CHECK_OUTPUT
q4.check()

# %%
progress.show()

# %% [markdown]
# ## What you take with you
#
# 1. Two strided convolutions and a Dense unit: 640 + 36,928 + 3,137 = 40,705 parameters.
# 2. Logits inside, scores for people; a shrug costs 0.693.
# 3. A discriminator learns the cheapest rule that beats its opponent, and no more.
#
# Next: [03 · The generator](03_generator.ipynb), the opponent that learns.
