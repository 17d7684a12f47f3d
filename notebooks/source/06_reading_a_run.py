# %% [markdown]
# # 06 · Reading a run: is it working?
#
# **Goals.** After this lesson you can
#
# 1. explain what a loss can't tell you, and measure what it hides;
# 2. compute a Fréchet distance by hand, and read precision, recall and coverage;
# 3. recognise a collapse, look for copies, walk through latent space, and ask the doctor about any GAN.
#
# **You need:** lessons 01 to 05. **It takes:** an hour to read;
# the code runs for {running time} on two CPU cores.

# %% [markdown]
# ## Settings

# %%
from course_lib import callbacks, classifier, datasets, doctor, gan, metrics, plots, recipes
from course_lib.data.pixels import scale_pixels
from course_lib.teaching import lesson_06
import dataclasses
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from scipy import linalg
from scipy.spatial import distance

STEPS = 800  # of each of three runs
N_SAMPLES = 2_000  # samples that each run is judged by
SEED = 0
keras.utils.set_random_seed(SEED)

# %% [markdown]
# ## Four runs
#
# Ada, Ben, Cleo and Dan train the same network with the same settings. One of them did everything right. Two made
# a mistake with their data, and one when drawing samples. Find out who; the section "Look" has the answer.

# %%
digits = datasets.load_digits()
recipe = recipes.load("workshop-dcgan")
everyone = lesson_06.load_data(digits)  # what each of them trains on; don't look inside yet
models, histories, films, samples = {}, {}, {}, {}
z = gan.fixed_z(N_SAMPLES, recipe.latent_dim, seed=1)

# %% [markdown]
# Three of them train now. Dan draws his samples with Ada's network. **Expect** {time}.

# %%
for name in ("Ada", "Ben", "Cleo"):
    models[name] = recipe.build_gan(seed=SEED)
    batches = everyone[name].batches(recipe.batch_size, seed=SEED)
    histories[name], films[name] = callbacks.fit_and_watch(models[name], batches, STEPS, z[:12], 5)
models["Dan"], histories["Dan"] = models["Ada"], histories["Ada"]
for name, model in models.items():
    samples[name] = lesson_06.draw_samples(name, model, z)

# %% alt="Four panels, Ada, Ben, Cleo and Dan: in each, the discriminator's loss stays near 1 and the generator's rises from below 0 to about 0.5. They look alike."
figure, axes = plt.subplots(2, 2, figsize=(9, 5), sharey=True, layout="constrained")
for ax, (name, history) in zip(axes.flat, histories.items()):
    plots.plot_losses(history.history, ax=ax)
    ax.set_title(name, loc="left")
plt.show()

# %% [markdown]
# **Who is healthy?** The curves don't tell. A GAN's loss compares two networks that both change, so we need a
# measure from outside.

# %% [markdown]
# ## A space to measure in
#
# Pixels are a poor measure: a 7 that is shifted by two pixels is far away from itself. A classifier of digits
# places similar ones close together in its second-to-last layer. These 64 numbers are an image's **features**.
# **Expect** {time}.

# %%
yardstick = metrics.Yardstick(digits)
real, real_probabilities = classifier.read(yardstick.classifier, digits.images[:N_SAMPLES])
print("features", real.shape, " probabilities", real_probabilities.shape)

# %% [markdown]
# Can its confidence measure quality? **Guess** how confident it is about pure noise.

# %%
noise = np.random.default_rng(SEED).uniform(-1, 1, (N_SAMPLES, 28, 28, 1)).astype("float32")
noise_features, probabilities = classifier.read(yardstick.classifier, noise)
print(f"median confidence for real digits: {np.median(real_probabilities.max(axis=1)):.0%}")
print(f"median confidence for noise:       {np.median(probabilities.max(axis=1)):.0%}")

# %% [markdown]
# > **Trap.** A classifier has to choose a class. Its confidence doesn't say whether the image shows a digit at all.
# > So we look at *where the features lie*.

# %% [markdown]
# ## The Fréchet distance
#
# Describe two clouds of features by their means and covariance matrices, A and B. How far must you move and reshape
# one cloud to get the other? The squared Fréchet distance says:
#
# ```text
# |difference of the means|²  +  trace(A + B - 2 √(AB))
# ```


# %%
def frechet(a, b):
    gap = a.mean(axis=0) - b.mean(axis=0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = linalg.sqrtm(cov_a @ cov_b).real
    return gap @ gap + np.trace(cov_a + cov_b - 2 * root)


by_hand, by_library = frechet(real, noise_features), metrics.frechet_distance(real, noise_features)
print(f"from real digits to noise: by hand {by_hand:.1f}, by the library {by_library:.1f}")

# %% [markdown]
# A measure should grow with the damage. We replace more and more pixels with noise.

# %% alt="The Fréchet distance against the fraction of pixels that are noise: near 0 without noise, then rising all the way to pure noise."
rng = np.random.default_rng(SEED)
some = scale_pixels(digits.images[:N_SAMPLES])
fractions = [0, 0.02, 0.05, 0.1, 0.2, 0.5, 1]
grown = []
for fraction in fractions:
    mixed = np.where(rng.random(some.shape) < fraction, noise, some)
    grown.append(frechet(real, classifier.read(yardstick.classifier, mixed)[0]))

figure, ax = plt.subplots(figsize=(6, 2.2), layout="constrained")
ax.plot(fractions, grown, marker="o", color=plots.BLUE)
ax.set(xlabel="fraction of pixels that are noise", ylabel="Fréchet distance")
plt.show()

# %% [markdown]
# It does. Now the four runs, and other real digits for comparison:

# %%
features = {}
for name, images in samples.items():
    features[name], _ = classifier.read(yardstick.classifier, images)
others, _ = classifier.read(yardstick.classifier, digits.images[N_SAMPLES : 2 * N_SAMPLES])
print(f"other real digits {frechet(real, others):6.1f}")
for name in features:
    print(f"{name:17} {frechet(real, features[name]):6.1f}")

# %% [markdown]
# One run is closer to the real digits than the others. But the number doesn't say *what* is wrong. It also grows
# if you measure fewer images, so compare only what was measured in the same way.

# %% [markdown]
# ## Precision and recall
#
# Draw a ball around each real digit that reaches to its fifth neighbour. Together, these balls are the **manifold**
# of the real digits. **Precision** is the fraction of samples inside it. **Recall** is the fraction of real digits
# inside the balls around the samples. **Predict:** a run has seen half of the digits. Which of the two is low?

# %%
print("      precision  recall  density  coverage")
for name in features:
    m = metrics.compare_manifolds(real, features[name])
    print(f"{name:5} {m.precision:9.2f} {m.recall:7.2f} {m.density:8.2f} {m.coverage:9.2f}")

# %% [markdown]
# Two more are less sensitive to outliers (Naeem et al. 2020). **Density** counts *how many* balls a sample lies in.
# **Coverage** is the fraction of real digits whose ball contains a sample; it drops for missing digits and for
# ragged strokes. Which digits do the samples inside the manifold show?

# %% alt="Four bar charts of how many samples are read as each digit. Ada has all ten digits. Ben has mostly 0, 1, 4, 6 and 7. Cleo has mostly 4 and 0. Dan has more 8 than anything else, and fewer samples in all."
reports = {name: yardstick.report(images) for name, images in samples.items()}
figure, axes = plt.subplots(1, 4, figsize=(12, 2.2), sharey=True, layout="constrained")
for ax, (name, report) in zip(axes, reports.items()):
    ax.bar(list(report.class_counts), list(report.class_counts.values()), color=plots.BLUE)
    ax.set(title=f"{name}: {report.entropy:.2f} of {np.log2(10):.2f} bits", xlabel="read as")
plt.show()

# %% [markdown]
# All measures of Ada's run, beside those of other real digits:

# %%
print(reports["Ada"])

# %% [markdown]
# ## Look
#
# Numbers tell you where to look, but your eyes decide. **Write down** your four guesses first.

# %% alt="A row of twelve samples from each run: Ada's are rough digits, Ben's are few kinds of digits, Cleo's are digits that lie on their side, Dan's are thick with torn edges."
figure, axes = plt.subplots(4, 1, figsize=(9, 4.4), layout="constrained")
for ax, (name, images) in zip(axes, samples.items()):
    plots.plot_images(images[:12], columns=12, title=name, ax=ax)
plt.show()

# %% [markdown]
# **The answer.** Ada did everything right. Ben has only the digits 0, 1, 4, 6 and 7. Cleo's images are transposed:
# rows and columns are exchanged, as in EMNIST's files. Dan draws samples with `3 * z`, far outside of where Ada's
# network was trained.
#
# Cleo's precision may surprise you. Which digits can be transposed without leaving the manifold? We ask real ones.

# %%
transposed = everyone["Cleo"].images[:N_SAMPLES]
moved, _ = classifier.read(yardstick.classifier, transposed)
inside = metrics.compare_manifolds(real, moved).is_inside
for digit in range(10):
    fraction = inside[digits.labels[:N_SAMPLES] == digit].mean()
    print(f"{digit}: {fraction:4.0%} of the transposed digits lie among upright digits")

# %% [markdown]
# A transposed 0 is still a 0, and other digits come to resemble another one. Precision alone doesn't notice; the
# Fréchet distance and the bars do. And this is how Ada's samples came about:

# %% alt="Five rows of pictures of Ada's run over 800 steps: noise, clouds, strokes, then digits."
plots.plot_film_strip(films["Ada"].frames, films["Ada"].frame_steps)

# %% [markdown]
# ## The doctor
#
# `doctor.examine` looks at the networks, losses, samples and data, takes a few training steps as a trial, and
# restores everything. **Expect** {time}.

# %%
for name in ("Ada", "Ben", "Cleo", "Dan"):
    print(f"--- {name}")
    doctor.examine(models[name], histories[name], everyone[name], samples[name], yardstick)

# %% [markdown]
# Ben's and Cleo's networks have learned what they were given. One illness can cause others, so the doctor looks in
# a fixed order: fix the first finding, then ask again.

# %% [markdown]
# ## A collapse
#
# A generator can also *lose* digits that it has seen: a **mode collapse**. To cause one, we make D thirty times
# slower than G, with cross-entropy and without the moving average. **Predict:** what will G do? **Expect** {time}.

# %% alt="Five rows of pictures over 800 steps: grey noise, then specks; in each of the last three rows, all twelve pictures are nearly the same ragged shape."
slow = dataclasses.replace(recipe, loss="bce", d_learning_rate=5e-5, ema_momentum=0.0)
collapsed = slow.build_gan(seed=SEED)
batches = digits.batches(recipe.batch_size, seed=SEED)
history, film = callbacks.fit_and_watch(collapsed, batches, STEPS, z[:12], 5)
plots.plot_film_strip(film.frames, film.frame_steps)

# %%
findings = doctor.examine(collapsed, history, digits, collapsed.sample(z), yardstick)

# %% [markdown]
# G draws one picture for every z. D judges one image at a time, so it can't object that all are the same. When it
# has learned to reject this picture, G moves on to another one: compare the rows.

# %% [markdown]
# ## The doctor and a GAN from elsewhere
#
# The doctor examines anything that has a generator, a discriminator and a training step. Here are two small
# networks of plain Keras layers.


# %%
def build_own_networks():
    generator = keras.Sequential([keras.Input((64,)), layers.Dense(256)])
    generator.add(layers.LeakyReLU(0.2))
    generator.add(layers.BatchNormalization(momentum=0.8))
    generator.add(layers.Dense(784, activation="tanh"))
    generator.add(layers.Reshape((28, 28, 1)))
    discriminator = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten()])
    discriminator.add(layers.Dense(128))
    discriminator.add(layers.LeakyReLU(0.2))
    discriminator.add(layers.Dropout(0.3))
    discriminator.add(layers.Dense(1))
    return generator, discriminator


# %% [markdown]
# The training follows the examples on keras.io: a `train_step` of its own, trained by `fit`. Fakes get the label 1
# and real images 0, which is fine if both steps agree. The class has one mistake. **Find it** before the doctor does.


# %%
class OwnGAN(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator, self.discriminator = build_own_networks()
        self.d_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)
        self.g_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def g_weights(self):
        return self.trainable_weights

    def train_step(self, real_images):
        images = ops.concatenate([real_images, self.generator(keras.random.normal((32, 64)))])
        is_fake = ops.concatenate([ops.zeros((32, 1)), ops.ones((32, 1))])
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(is_fake, self.discriminator(images, training=True))
        weights = self.discriminator.trainable_weights
        self.d_optimizer.apply(tape.gradient(d_loss, weights), weights)
        with tf.GradientTape() as tape:
            fake_images = self.generator(keras.random.normal((32, 64)), training=True)
            g_loss = self.loss_fn(ops.zeros((32, 1)), self.discriminator(fake_images))
        weights = self.g_weights()
        self.g_optimizer.apply(tape.gradient(g_loss, weights), weights)
        return {"d_loss": d_loss, "g_loss": g_loss}


# %% [markdown]
# **Expect** {time}.


# %%
def train(own_gan, epochs=10):
    keras.utils.set_random_seed(SEED)
    batches = tf.data.Dataset.from_tensor_slices(scale_pixels(digits.images))
    batches = batches.shuffle(10_000, seed=SEED).batch(32, drop_remainder=True)
    own_gan.compile()
    return own_gan.fit(batches, epochs=epochs, shuffle=False, verbose=0)


broken = OwnGAN()
broken_history = train(broken)
findings = doctor.examine(broken, broken_history, digits)

# %% [markdown]
# `self.trainable_weights` are the weights of *both* networks, so G's step also taught D to take fakes for real.
# The fix is one word. Then ask again.


# %%
class FixedGAN(OwnGAN):
    def g_weights(self):
        return self.generator.trainable_weights


fixed = FixedGAN()
fixed_history = train(fixed)
findings = doctor.examine(fixed, fixed_history, digits, yardstick=yardstick)

# %% alt="Two rows of samples: the broken GAN draws nearly the same speckled blot for every z, the fixed one different speckled strokes, a few of which can be read as digits."
z_own = gan.fixed_z(12, 64, seed=2)
rows = [broken.generator(z_own), fixed.generator(z_own)]
plots.plot_images(np.concatenate(rows), columns=12, title="broken above, fixed below")

# %% [markdown]
# One GAN draws nearly the same blot for every z, the other one different strokes. They are still rough: no mistake is
# left, but the networks are small and the run is short. A GAN without a class works, too:
# `doctor.examine((generator, discriminator), None, digits, step=train_step)`.

# %% [markdown]
# ## Did it copy?
#
# A network that copies its training images scores perfectly. Below each of Ada's samples, you see the training image
# nearest to it.

# %% alt="Twelve of Ada's samples above the training image nearest to each: similar in shape, never the same."
indices, distances = metrics.nearest_images(digits.images, samples["Ada"][:12])
nearest = scale_pixels(digits.images[indices[:, 0]])
plots.plot_images(np.concatenate([samples["Ada"][:12], nearest]), columns=12)

# %% [markdown]
# They are similar, but never the same. A sample counts as `copied` if its nearest training image is less than half
# as far away as the ten nearest are on average.

# %% [markdown]
# ## A walk through latent space
#
# Do points between two z also give digits? We start at the 1 and end at the 0 that lie closest to a real digit. The
# straight path cuts across the middle of the cloud, where hardly any z of the training lay. The **spherical** path
# keeps its distance.


# %%
def spherical(a, b, t):
    angle = np.arccos(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


read_as = classifier.read(yardstick.classifier, samples["Ada"])[1].argmax(axis=1)
gaps = distance.cdist(features["Ada"], real).min(axis=1)  # to the nearest real digit
start, end = (z[np.where(read_as == digit, gaps, np.inf).argmin()] for digit in (1, 0))
times = np.linspace(0, 1, 12)
paths = {
    "straight": np.array([(1 - t) * start + t * end for t in times]),
    "spherical": np.array([spherical(start, end, t) for t in times]),
}

# %% alt="Two walks of twelve pictures from a 1 to a 0, the straight path above and the spherical path below. The two rows look almost the same."
images = {name: models["Ada"].sample(path.astype("float32")) for name, path in paths.items()}
walk = np.concatenate(list(images.values()))
plots.plot_images(walk, columns=12, title="straight above, spherical below")

# %% [markdown]
# One digit becomes the other step by step, and some shapes in between belong to no digit. The two rows hardly
# differ. Why? Compare how long z is half way, and what G makes of it.

# %%
for name, path in paths.items():
    lengths = np.linalg.norm(path, axis=1)
    print(f"{name:10} length of z: {lengths[0]:.1f} at the start, {lengths[6]:.1f} half way")
gap = np.abs(images["straight"][6] - images["spherical"][6]).mean()
ends = np.abs(images["straight"][0] - images["straight"][-1]).mean()
print(f"mean difference of a pixel: {gap:.2f} between the paths, {ends:.2f} between the ends")

# %% [markdown]
# In 64 dimensions, two random z stand almost at a right angle, so half way, a straight path is still about 0.7
# times as long as at its ends. G hardly reacts to so small a change.

# %% [markdown]
# ## Try it yourself
#
# Replace each `...` and run the cell, then run the check below it. `q1.hint()` gives you a hint, and
# `q1.solution()` shows our solution if your copy includes it. Your progress is saved in `progress.json` beside the
# notebook; it isn't sent anywhere.

# %%
from course_lib.teaching import progress

q1, q2, q3, q4 = lesson_06.exercises(globals())

# %% [markdown]
# ### 1 · Predict: blur
#
# You blur two thousand real digits with `scipy.ndimage.gaussian_filter(images, (0, 1, 1, 0))` and measure them as
# if a generator had made them. Which of these drops most?
#
# - **a** precision
# - **b** recall
# - **c** the number of classes

# %% tags=["stub"]
falls_first = ...  # "a", "b" or "c"

# %% tags=["solution"]
falls_first = "b"

# %% tags=["wrong"]
# expect: come near the sharp ones
falls_first = "a"

# %% tags=["wrong"]
# expect: hides no digit
falls_first = "c"

# %%
# NBVAL_CHECK_OUTPUT
q1.check()

# %% [markdown]
# ### 2 · Complete: precision
#
# Return the fraction of `fake` features that lie in the ball around at least one of the `real` features. A ball
# reaches to the k-th nearest *other* real feature.


# %% tags=["stub"]
def precision(real, fake, k):
    """Features [N, d], [M, d] and k -> a number from 0 to 1."""
    return ...


# %% tags=["solution"]
def precision(real, fake, k):
    """Features [N, d], [M, d] and k -> a number from 0 to 1."""
    radii = np.sort(distance.cdist(real, real), axis=1)[:, k]  # place 0 is itself
    return (distance.cdist(real, fake) <= radii[:, None]).any(axis=0).mean()


# %% tags=["wrong"]
# expect: That is recall
def precision(real, fake, k):
    radii = np.sort(distance.cdist(fake, fake), axis=1)[:, k]
    return (distance.cdist(fake, real) <= radii[:, None]).any(axis=0).mean()


# %% tags=["wrong"]
# expect: not k - 1
def precision(real, fake, k):
    radii = np.sort(distance.cdist(real, real), axis=1)[:, k - 1]
    return (distance.cdist(real, fake) <= radii[:, None]).any(axis=0).mean()


# %% tags=["wrong"]
# expect: One ball
def precision(real, fake, k):
    radii = np.sort(distance.cdist(real, real), axis=1)[:, k]
    return (distance.cdist(real, fake) <= radii[:, None]).mean()


# %% tags=["wrong"]
# expect: expected 0.4444, given an array
def precision(real, fake, k):
    return 1.0


# %%
# NBVAL_CHECK_OUTPUT
q2.check()

# %% [markdown]
# ### 3 · Predict: Fréchet on a line
#
# One normal distribution has the mean 0 and the standard deviation 1, another one the mean 3 and the standard
# deviation 2. What is the squared Fréchet distance between them?

# %% tags=["stub"]
frechet_on_a_line = ...

# %% tags=["solution"]
frechet_on_a_line = (0 - 3) ** 2 + (1 - 2) ** 2

# %% tags=["wrong"]
# expect: with the deviations
frechet_on_a_line = 3**2 + (1 - 4) ** 2

# %% tags=["wrong"]
# expect: Leave out the root
frechet_on_a_line = np.sqrt(10)

# %% tags=["wrong"]
# expect: spreads
frechet_on_a_line = 9

# %%
# NBVAL_CHECK_OUTPUT
q3.check()

# %% [markdown]
# ### 4 · Explain: in your own words
#
# Why can a generator that writes only half of the digits fool its discriminator? And why does recall notice it,
# when precision doesn't?

# %% tags=["stub"]
explanation = ...  # a sentence or two, between quotation marks

# %% tags=["solution"]
explanation = """
D looks at one image at a time. It takes a good 1 for real, no matter how many 1s there are, so nothing
makes G write a 5. Precision also looks at each sample alone. Recall asks for each real digit whether a
sample comes near it, and no sample comes near the 5s.
"""

# %% tags=["wrong"]
# expect: Found 2 words
explanation = "mode collapse"

# %% tags=["wrong"]
# expect: Found 0 words
explanation = 5

# %%
# NBVAL_CHECK_OUTPUT
q4.check()

# %%
progress.show()

# %% [markdown]
# ## What you take with you
#
# 1. A loss compares the two networks with each other. It can't tell you how good the samples are, so measure
#    them from outside.
# 2. The Fréchet distance sums everything up in one number. Precision, recall and coverage say what is wrong. A
#    classifier's confidence says nothing.
# 3. Look at samples, at their nearest training images, and at walks between them. If all samples look alike, it is
#    a collapse. The doctor examines any GAN: two networks and a training step are enough.
#
# Next: [07 · The style VAE](07_style_vae.ipynb), a network that writes in your hand.
