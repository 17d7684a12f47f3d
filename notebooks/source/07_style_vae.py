# %% [markdown]
# # 07 · The style VAE: writing in your hand
#
# **Goals.** After this lesson you can
#
# 1. say why a plain autoencoder cannot be asked at random, and a variational one can;
# 2. write its two lines, the reparameterisation and the KL divergence, and check them;
# 3. read a style from a few characters, and write all others in it.
#
# **You need:** lessons 01 to 03. **It takes:** 45 minutes to read;
# the code runs for {running time} on two CPU cores.

# %% [markdown]
# ## Knobs

# %%
from course_lib import datasets, networks, paper, pen, plots, sliders, vae
from course_lib.vae import losses
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops

LATENT_DIM = 16  # numbers that an image is squeezed into
STEPS = 2_000  # of each small network; more makes them sharper
STYLE_STEPS = 3_500  # of the style VAE at the end; the page trains it for 7,500
SEED = 0
keras.utils.set_random_seed(SEED)

# %% [markdown]
# ## Through the eye of a needle
#
# A GAN learns by being judged. An **autoencoder** learns by packing and unpacking: an encoder squeezes
# 784 pixels into 16 numbers, and a decoder rebuilds the image from them.


# %%
def build_encoder(width):
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dense(width),
        ]
    )


# %%
def build_decoder():
    return keras.Sequential(
        [
            keras.Input((LATENT_DIM,)),
            layers.Dense(256, activation="relu"),
            layers.Dense(784),
            layers.Reshape((28, 28, 1)),
        ]
    )


# %% [markdown]
# The decoder gives **pixel logits**; their sigmoid is the probability of ink. The loss is the cross-entropy
# with the image itself, summed over the pixels: 41 is the least possible here, and the mean image costs 196.
# **Expect** {time}.

# %%
digits = datasets.load_handwriting("digits")
real_images = networks.scale_pixels(digits.images)
encoder, decoder = build_encoder(LATENT_DIM), build_decoder()
autoencoder = keras.Sequential([encoder, decoder])
autoencoder.compile("adam", losses.reconstruction_loss, jit_compile=False)
epochs = STEPS * 64 // len(digits)
history = autoencoder.fit(real_images, real_images, batch_size=64, epochs=epochs, verbose=0)
print(f"reconstruction loss: {history.history['loss'][-1]:.0f}")

# %% [markdown]
# Below, digits come first, then the same digits redrawn. **Guess:** what does the decoder write if we give it
# *random* numbers, as we do with a generator?


# %%
def to_images(pixel_logits):
    return np.asarray(2 * ops.sigmoid(pixel_logits) - 1)


# %% alt="Three rows of twelve: drawn digits, the same digits redrawn almost as well, and grey fog that random numbers give."
z = np.random.default_rng(SEED).standard_normal((12, LATENT_DIM)).astype("float32")
codes = encoder(real_images[:1000]).numpy()
rows = [real_images[:12], to_images(decoder(codes[:12])), to_images(decoder(z))]
plots.plot_film_strip(rows, ["digits", "redrawn", "random"])

# %% [markdown]
# The redrawn digits are good; random numbers give fog. Where do the codes of real digits lie?

# %%
print("mean of each number:     ", codes.mean(axis=0).round(1)[:6], "...")
print("deviation of each number:", codes.std(axis=0).round(1)[:6], "...")

# %% [markdown]
# They spread about nine times as widely as a normal z, which lands where no digit ever was. It is better
# to decide in advance where codes lie.

# %% [markdown]
# ## The variational idea, in two lines
#
# Let the encoder output not a point but a **cloud**: its mean, `z_mean`, and `z_log_var`, the logarithm of its
# variance. The decoder gets a random point of the cloud and must cope with all of them, so neighbours
# come to mean similar things. Every cloud is pulled towards one **prior**, with mean 0 and variance 1. That is where
# we sample.
#
# But how can a gradient flow through a random draw? Draw the noise *outside*: then z is
# a sum and a product. This is the **reparameterisation trick**.


# %%
def draw_z(z_mean, z_log_var):
    noise = keras.random.normal(ops.shape(z_mean))
    return z_mean + ops.exp(z_log_var / 2) * noise  # exp(log(variance) / 2) is the deviation


# %% [markdown]
# A cloud pays for differing from the prior. The price is the **Kullback-Leibler divergence**:


# %%
def kl_loss(z_mean, z_log_var):
    each = ops.exp(z_log_var) + z_mean**2 - 1 - z_log_var
    return ops.mean(ops.sum(each, axis=1)) / 2


# %% [markdown]
# To check it: the divergence is the mean of log q(z) − log p(z), with z drawn from the cloud q; p is the prior.

# %%
mean, log_var = np.array([[[1.0, -0.5]], [[-1.0, 0.3]]], "float32")
many = draw_z(np.repeat(mean, 100_000, 0), np.repeat(log_var, 100_000, 0)).numpy()
log_q = -((many - mean) ** 2) / np.exp(log_var) / 2 - log_var / 2
log_p = -(many**2) / 2  # what both share cancels
print(f"by drawing {(log_q - log_p).sum(axis=1).mean():.2f}")
print(f"by formula {kl_loss(mean, log_var):.2f}, library {losses.kl_loss(mean, log_var):.2f}")

# %% [markdown]
# Now the encoder outputs two numbers for each one, and the loss has two parts. One optimizer moves both networks.

# %%
encoder, decoder = build_encoder(2 * LATENT_DIM), build_decoder()
weights = encoder.trainable_variables + decoder.trainable_variables
optimizer = keras.optimizers.Adam(1e-3)


@tf.function
def step(images):
    with tf.GradientTape() as tape:
        z_mean, z_log_var = tf.split(encoder(images), 2, axis=1)
        pixel_logits = decoder(draw_z(z_mean, z_log_var))
        reconstruction = losses.reconstruction_loss(images, pixel_logits)
        kl = kl_loss(z_mean, z_log_var)
        loss = reconstruction + kl
    optimizer.apply(tape.gradient(loss, weights), weights)
    return reconstruction, kl


# %% [markdown]
# **Expect** {time}, and digits redrawn more softly than before. **Guess** what random z give.

# %% alt="Three rows of twelve: drawn digits, the same digits redrawn softly, and shapes of strokes from random numbers, some of them digits."
for _, batch in zip(range(STEPS), digits.batches(64, seed=SEED)):
    reconstruction, kl = step(networks.scale_pixels(batch))
print(f"reconstruction loss {reconstruction:.0f}, KL {kl:.0f}")
z_mean = encoder(real_images[:12])[:, :LATENT_DIM]
rows = [real_images[:12], to_images(decoder(z_mean)), to_images(decoder(z))]
plots.plot_film_strip(rows, ["digits", "redrawn", "random"])

# %% [markdown]
# Strokes in place of fog, and a digit now and then; others mix two digits. This network keeps *what* was
# written and *how* in the same 16 numbers. Let us take the *what* out.

# %% [markdown]
# ## Tell it the character
#
# In the **supervised VAE**, the encoder also reads the character, and the decoder is *told* it, as
# 36 numbers with a single 1. Its losses are reconstruction, KL, and the cross-entropy of the reading. Ours adds a
# **writing loss**: the encoder must read what the decoder writes in another character's style.
# What is left for z, we hope, is the style. **Expect** {time} of training.

# %%
drawings = vae.draw_characters()
model = vae.train_vae(drawings, STYLE_STEPS, seed=SEED)

# %% alt="Boxes from the image, 28 by 28, through two convolutions to 1568 numbers, and from there to three outputs: logits by way of 128 units, z_log_var and z_mean."
plots.plot_layers(model.encoder)

# %% [markdown]
# **Guess:** which characters does it confuse?


# %%
test = datasets.load_handwriting(vae.CHARACTERS, per_class=30, seed=99)
found = model.encoder.predict(networks.scale_pixels(test.images), verbose=0)
labels = found["logits"].argmax(axis=1)
print(f"{len(test):,} new characters, {np.mean(labels == test.labels):.1%} read right")
names = np.array(list(vae.CHARACTERS))
wrong = labels != test.labels
pairs, counts = np.unique(
    names[test.labels[wrong]] + " as " + names[labels[wrong]], return_counts=True
)
print("most often:", ", ".join(pairs[np.argsort(-counts)][:4]))

# %% [markdown]
# People confuse them too: only its neighbours tell whether a ring is a 0 or an O. Character by character:

# %% alt="A dot for each of 36 characters, from the worst read to the best; I and O are read worst, most others nearly always right."
right = [np.mean(labels[test.labels == i] == i) for i in range(36)]
plots.plot_class_accuracy(right, vae.CHARACTERS)

# %% [markdown]
# **Guess:** where in the image do redrawn characters go wrong?

# %% alt="A map of the mean squared error, 28 by 28: largest in the middle, where most strokes pass, and near zero at the border."
each = model.read_styles(test.images, test.labels)
redrawn = model.decode(test.labels, each.z_mean)
plots.plot_error_map(test.images, redrawn)

# %% [markdown]
# The border is nearly always black, which is easy. Inside, a stroke may pass or not.
#
# The decoder models p(x | z, y): how likely the pixels x are, given style z and character y. The encoder
# gives p(y | x) and p(z | x). To write like somebody, choose y and draw z from what their drawings say:
#
# > p(x | y, drawings) = ∫ p(x | z, y) · p(z | drawings) dz

# %% alt="Boxes from the two inputs, classes and z, through their maps of 7 by 7, which are added, to the 28 by 28 pixel logits, with shapes and parameters."
plots.plot_layers(model.decoder)

# %% [markdown]
# > **Trap.** Being told the character doesn't stop the encoder from putting it into z *too*. Then everything written in
# > the style of three A's looks like an A: when we built this, fewer than half could be read. The library
# > subtracts the **mean of each class** from `z_mean`, since what all A's share is no style; now 98% can be read.

# %% [markdown]
# ## Walks through the space of styles
#
# One z gives all characters one hand: first z = 0, the average hand, then four random ones.

# %% alt="Five lines of the same characters, each in a hand of its own: the average; a similar one; leaning far to the right; light; leaning and bold."
hands = [np.zeros(64), *model.sample_style(n=4, seed=3)]
figure, axes = plt.subplots(5, 1, figsize=(8, 4.2), layout="constrained")
for ax, hand in zip(axes, hands):
    ax.imshow(paper.typeset(model.write("THE QUICK BROWN FOX 2026", hand), 600), cmap="gray")
    ax.axis("off")
plt.show()

# %% [markdown]
# In which directions of its 64 numbers do hands differ most? A principal component analysis of `z_mean` finds
# them, and `paper.measure` says what changes: slant in degrees, width over height, weight
# in pixels of ink. **Guess** what the first three are.

# %%
directions = model.find_directions(test.images, test.labels, n=3)
for number, direction in enumerate(directions, 1):
    low, high = (paper.measure(model.decode(range(36), t * direction)) for t in (-2, 2))
    changes = (f"{trait} {low[trait].mean():6.2f} to {high[trait].mean():6.2f}" for trait in low)
    print(f"direction {number}:", *changes, sep="   ")

# %% [markdown]
# Slant, width, weight: nobody told it about these. Move the sliders, in standard deviations (a web page
# shows a still picture).


# %%
def draw(values):
    bent = model.write("HAMBURG 2026", np.dot(values, directions))
    figure, ax = plt.subplots(figsize=(7, 1), layout="constrained")
    ax.imshow(paper.typeset(bent, 600), cmap="gray")
    ax.axis("off")
    return figure


# %% alt="Three rows of R, 5 and H, five times each: each row follows one direction from minus to plus two; slant, width and weight change."
walk = [[model.write("R5H", t * d) for t in (-2, -1, 0, 1, 2)] for d in directions]
words = [f"direction {number}" for number in (1, 2, 3)]
still = plots.plot_film_strip([np.concatenate(row) for row in walk], words)
sliders.explore(draw, words, still)

# %% [markdown]
# ## Reading a style, step by step
#
# Somebody draws three characters. Each gives a cloud over z, with the mean of its class subtracted.

# %% alt="Three drawn characters, K, 3 and S: bold and leaning to the right, the 3 narrow."
style = pen.Style(slant=25, width=1.3, weight=3.2)
drawn = pen.draw("K3S", style, rng=1)
labels = np.array([vae.CHARACTERS.index(name) for name in "K3S"])
found = {
    name: np.asarray(value) for name, value in model.encoder(networks.scale_pixels(drawn)).items()
}
means = found["z_mean"] - np.asarray(model.class_means)[labels]
variances = np.exp(found["z_log_var"])
plots.plot_images(drawn)

# %% [markdown]
# How do we combine three clouds? A plain mean trusts a vague one as much as a sure one. Bayes' rule says: **multiply**.
# The product of normal densities is normal, up to a factor. Its precision, one over the variance, is the sum of theirs; its
# mean is theirs, weighted by precision. But each cloud already contains the prior, which must count
# once, not three times: p(z) · Π [q(z | image) / p(z)].

# %%
precisions = np.maximum(1 / variances, 1)  # a cloud wider than the prior counts as no drawing
precision = 1 + (precisions - 1).sum(axis=0)
z_mean = (precisions * means).sum(axis=0) / precision
by_library = model.infer_style(drawn, labels)
print("as the library has it:", np.allclose(z_mean, by_library.z_mean, atol=1e-5))
print(
    f"mean variance: prior 1, one drawing {variances.mean():.2f}, all {np.mean(1 / precision):.2f}"
)

# %% alt="Bells along direction 1: a broad prior around 0, three narrower ones of K, 3 and S beside it, and the still narrower product of them."
along = directions[0] / np.linalg.norm(directions[0])  # the slant, mostly
x = np.linspace(-5, 5, 400)
bell = lambda mean, variance: np.exp(-((x - mean) ** 2) / variance / 2) / np.sqrt(variance)
figure, ax = plt.subplots(figsize=(7, 2.4), layout="constrained")
ax.plot(x, bell(0, 1), color=plots.GREY, linestyle=":", label="prior")
for name, mean, variance in zip("K3S", means @ along, variances @ along**2):
    ax.plot(x, bell(mean, variance), color=plots.BLUE, linestyle="--")
    ax.text(mean, 1.05 / np.sqrt(variance), name, ha="center")
ax.plot(x, bell(z_mean @ along, along**2 @ (1 / precision)), color=plots.RED, label="product")
ax.set(xlabel="direction 1 of z", yticks=[])
ax.legend(frameon=False)
plt.show()

# %% [markdown]
# The product is the narrowest; too narrow, in fact, for the 3 shows how far one hand strays.
# Now it writes what the hand never showed:

# %% alt="Two lines, the text SHE WRITES LIKE ME 123: first in the average hand, then bolder and leaning more, like the drawn characters."
figure, axes = plt.subplots(2, 1, figsize=(8, 1.9), layout="constrained")
for ax, hand in zip(axes, (np.zeros(64), z_mean)):
    page = paper.typeset(model.write("SHE WRITES LIKE ME 123", hand), 600)
    ax.imshow(page, cmap="gray")
    ax.axis("off")
plt.show()

# %%
others = [name for name in vae.CHARACTERS if name not in "K3S"]
all_drawn = pen.draw(vae.CHARACTERS, style, rng=1)
hands = {
    "average hand": np.zeros(64),
    "from three": z_mean,
    "from all 36": model.infer_style(all_drawn, range(36)).z_mean,
}
found = {name: paper.measure(model.write("".join(others), hand)) for name, hand in hands.items()}
found["the hand itself"] = paper.measure(pen.draw(others, style, rng=2))
for name, traits in found.items():
    print(f"{name:15}", *(f"{trait} {values.mean():6.2f}" for trait, values in traits.items()))

# %% [markdown]
# Weight comes near, slant goes almost halfway, and width a quarter of the way: this S is nearly upright, this 3 narrow,
# and three drawings are few. W and M stay soft.

# %% [markdown]
# ## The tutorial's model beside ours
#
# *Hand Writing Generation* published its code: kernels of 4, strides of 2, padding of 1. Its loss is the mean
# cross-entropy over pixels + 0.1 · that of the reading + 0.001 · epoch · KL, for ten epochs with Adam at 1e-3
# and batches of 64. Its decoder gets the class *probabilities* that the encoder predicts.

# %%
published = vae.PUBLISHED_VAE.build_vae(vae.CHARACTERS)
for network in (published.encoder, published.decoder):
    convolutions = [layer for layer in network.layers if "conv" in layer.name]
    sizes = [(layer.kernel_size[0], layer.strides[0]) for layer in convolutions]
    print(f"{network.name}: {network.count_params():,} parameters, (kernel, stride) {sizes}")

# %% [markdown]
# To write, its page decodes one z from each drawing's cloud and averages the *images*, or else averages z:

# %% alt="Three lines, the text SHE WRITES LIKE ME: written from the product of the clouds, from images averaged, softer and with double strokes, and from z averaged."
ways = [
    model.write("SHE WRITES LIKE ME", z_mean),
    vae.write_averaged(model, "SHE WRITES LIKE ME", drawn, "images"),
    vae.write_averaged(model, "SHE WRITES LIKE ME", drawn, "z"),
]
figure, axes = plt.subplots(3, 1, figsize=(8, 2.8), layout="constrained")
for ax, images, way in zip(axes, ways, ("product", "images averaged", "z averaged")):
    ax.imshow(paper.typeset(images, 600), cmap="gray")
    ax.set_title(way, fontsize=9, loc="left")
    ax.axis("off")
plt.show()

# %% [markdown]
# An average of images blurs where they disagree; an average of z stays sharp. `randomness` scales the standard
# deviation of z:

# %% alt="Three rows of twelve letters R, all in one hand: identical with randomness 0, hardly different with 1; with 4 they differ in slant, width and weight."
rows = [model.write("R" * 12, model.sample_style(by_library, 12, randomness=r)) for r in (0, 1, 4)]
plots.plot_film_strip(rows, ["randomness 0", "1", "4"])

# %% [markdown]
# Three drawings leave little open, so at 1 the letters hardly differ. Here are both networks, trained in full on
# the same drawings (`benchmarks/STYLE.md`):
#
# ![Two rows for each of narrow, wide, light, bold and italic: three drawn characters, and text written in their style by our network and, softer, by the tutorial's](../pictures/style.png)
#
# A classifier reads 98% of ours as asked, and 95% of the tutorial's; the edges are 89% and 63% as sharp as drawn ones.

# %% [markdown]
# ## The page, and what it cannot do
#
# `make page` in a terminal, or `python -m course_lib page`, opens a page for your own hand, with this network
# trained for longer. Draw with mouse or finger, see what the encoder sees, type a text or take the full
# character set. Its sliders follow such directions, and one sets the randomness.
#
# The network knows slant, width and weight, in which its training hands differ. Twenty real writers' letters
# (Omniglot) are harder: they are nearer to what is written from their own three letters than from
# another's in 61% of pairs. Guessing gives 50.

# %% [markdown]
# ## Try it yourself
#
# Replace each `...` and run the cell, then the check below it. `q1.hint()` gives a push, `q1.solution()`
# shows ours where your copy has it.

# %%
from course_lib.teaching import lesson_07, progress

q1, q2, q3, q4 = lesson_07.exercises(globals())

# %% [markdown]
# ### 1 · Predict: what a cloud pays
#
# z has a single number. The encoder says mean 2 and variance 1. What is the KL divergence from the prior?

# %% tags=["stub"]
kl_of_one = ...

# %% tags=["solution"]
kl_of_one = 2**2 / 2  # the variance is the prior's and costs nothing

# %% tags=["wrong"]
# expect: half
kl_of_one = 4

# %% tags=["wrong"]
# expect: mean is squared
kl_of_one = 1

# %% tags=["wrong"]
# expect: cancel
kl_of_one = 2.5

# %%
# NBVAL_CHECK_OUTPUT
q1.check()

# %% [markdown]
# ### 2 · Complete: the trick
#
# Given the noise, return z.


# %% tags=["stub"]
def reparameterise(z_mean, z_log_var, noise):
    """Three arrays [B, d] -> z [B, d]."""
    return ...


# %% tags=["solution"]
def reparameterise(z_mean, z_log_var, noise):
    """Three arrays [B, d] -> z [B, d]."""
    return z_mean + np.exp(z_log_var / 2) * noise


# %% tags=["wrong"]
# expect: variance
def reparameterise(z_mean, z_log_var, noise):
    return z_mean + np.exp(z_log_var) * noise


# %% tags=["wrong"]
# expect: logarithm
def reparameterise(z_mean, z_log_var, noise):
    return z_mean + z_log_var * noise


# %% tags=["wrong"]
# expect: noise is missing
def reparameterise(z_mean, z_log_var, noise):
    return z_mean


# %%
# NBVAL_CHECK_OUTPUT
q2.check()

# %% [markdown]
# ### 3 · Complete: one hand from many drawings
#
# The product of the clouds, the prior counted once. All variances here are below 1.


# %% tags=["stub"]
def combine(z_means, z_log_vars):
    """Means and log variances [N, d] of N drawings -> the mean of their product [d]."""
    return ...


# %% tags=["solution"]
def combine(z_means, z_log_vars):
    """Means and log variances [N, d] of N drawings -> the mean of their product [d]."""
    precisions = np.exp(-z_log_vars)
    return (precisions * z_means).sum(axis=0) / (1 + (precisions - 1).sum(axis=0))


# %% tags=["wrong"]
# expect: plain mean
def combine(z_means, z_log_vars):
    return z_means.mean(axis=0)


# %% tags=["wrong"]
# expect: N times
def combine(z_means, z_log_vars):
    precisions = np.exp(-z_log_vars)
    return (precisions * z_means).sum(axis=0) / precisions.sum(axis=0)


# %% tags=["wrong"]
# expect: once too often
def combine(z_means, z_log_vars):
    precisions = np.exp(-z_log_vars)
    return (precisions * z_means).sum(axis=0) / (1 + precisions.sum(axis=0))


# %%
# NBVAL_CHECK_OUTPUT
q3.check()

# %% [markdown]
# ### 4 · Predict: twenty times the KL
#
# You train the small VAE of the digits again, with `loss = reconstruction + 20 * kl`. What do the redrawn digits look like?
#
# - **a** sharper than before
# - **b** all nearly the same, an average of everything
# - **c** as before, only random z write better

# %% tags=["stub"]
too_much_kl = ...  # "a", "b" or "c"

# %% tags=["solution"]
too_much_kl = "b"

# %% tags=["wrong"]
# expect: costs
too_much_kl = "a"

# %% tags=["wrong"]
# expect: nothing about the image
too_much_kl = "c"

# %%
# NBVAL_CHECK_OUTPUT
q4.check()

# %%
progress.show()

# %% [markdown]
# ## What you take with you
#
# 1. An autoencoder packs and unpacks; with clouds instead of points, drawn towards one prior, its decoder
#    can be asked at random.
# 2. The noise stands outside, z = mean + deviation · noise, so gradients pass; the KL divergence has a formula.
# 3. Told the character, and freed of each class's mean, z keeps the style. Clouds are multiplied, the prior counted once, and the hand is read.
