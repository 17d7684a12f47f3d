# %% [markdown]
# # 06 · Reading a run: is it working?
#
# **Goals.** After this lesson you can
#
# 1. say what a loss cannot tell you, and measure what it hides;
# 2. compute a Fréchet distance by hand, and read precision, recall and coverage;
# 3. walk through latent space, look for copies, and ask the doctor about any GAN.
#
# **You need:** lessons 01 to 05. **It takes:** 45 minutes to read;
# the code runs for {running time} on two CPU cores.

# %% [markdown]
# ## Knobs

# %%
from course_lib import callbacks, classifier, datasets, doctor, gan, metrics, plots, recipes
from course_lib.data.pixels import scale_pixels
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from scipy import linalg

STEPS = 800  # of each of three runs; on a GPU take 5,000
N_SAMPLES = 2_000  # that each run is judged by
SEED = 0
keras.utils.set_random_seed(SEED)

# %% [markdown]
# ## Four runs
#
# Four learners train the same network with the same numbers. One is fine. One lost half of the
# digits, one loaded images that lie on their side, one draws samples in another way than in
# training. Find out who is who.

# %%
digits = datasets.load_digits()
recipe = recipes.load("workshop-dcgan")
few = np.isin(digits.labels, [0, 1, 4, 6, 7])
turned = digits.images.transpose(0, 2, 1, 3).copy()
everyone = {
    "Ada": digits,
    "Ben": datasets.Dataset(digits.images[few], digits.labels[few], digits.class_names, "Ben's"),
    "Cleo": datasets.Dataset(turned, digits.labels, digits.class_names, "Cleo's"),
}

# %% [markdown]
# Ada, Ben and Cleo train now; Dan has Ada's network. **Expect** {time}.

# %%
models, histories, films, samples = {}, {}, {}, {}
z = gan.fixed_z(N_SAMPLES, recipe.latent_dim, seed=1)
for name, data in everyone.items():
    models[name] = recipe.build_gan(seed=SEED)
    batches = data.batches(recipe.batch_size, seed=SEED)
    histories[name], films[name] = callbacks.fit_and_watch(models[name], batches, STEPS, z[:12], 5)
    samples[name] = models[name].sample(z)
models["Dan"], histories["Dan"] = models["Ada"], histories["Ada"]
samples["Dan"] = models["Dan"].sample(3 * z)

# %% alt="Four panels, Ada, Ben, Cleo and Dan: in each the discriminator's loss stays near 1 and the generator's rises from below 0 to about 0.5. They look alike."
figure, axes = plt.subplots(2, 2, figsize=(9, 5), sharey=True, layout="constrained")
for ax, (name, history) in zip(axes.flat, histories.items()):
    plots.plot_losses(history.history, ax=ax)
    ax.set_title(name, loc="left")
plt.show()

# %% [markdown]
# **Who is healthy?** The curves do not say. A loss compares one network with the other, and both
# change. "Good" needs a measure from outside.

# %% [markdown]
# ## A space to measure in
#
# In pixels a 7 moved by two is far from itself. A classifier that reads the digits places similar
# digits close together in its second-to-last layer: 64 numbers an image, its **features**. It is trained on the spot,
# once for each data set. **Expect** {time}.

# %%
yardstick = metrics.Yardstick(digits)
real, real_probabilities = classifier.read(yardstick.classifier, digits.images[:N_SAMPLES])
print("features", real.shape, " probabilities", real_probabilities.shape)

# %% [markdown]
# Can its confidence serve as a measure? **Guess** how sure it is of pure noise.

# %%
noise = np.random.default_rng(SEED).uniform(-1, 1, (N_SAMPLES, 28, 28, 1)).astype("float32")
noise_features, probabilities = classifier.read(yardstick.classifier, noise)
print(f"real digits: {np.median(real_probabilities.max(axis=1)):.0%} sure")
print(f"noise:       {np.median(probabilities.max(axis=1)):.0%} sure")

# %% [markdown]
# > **Trap.** A classifier has to answer. Its confidence says which class, never whether it is one at
# > all. So we look at where the features *lie*.

# %% [markdown]
# ## The Fréchet distance, in the open
#
# Describe each cloud of features by its mean and covariance; how far must one be moved and reshaped
# to become the other? |mean difference|² + trace(A + B − 2√(AB)).


# %%
def frechet(a, b):
    gap = a.mean(axis=0) - b.mean(axis=0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = linalg.sqrtm(cov_a @ cov_b).real
    return gap @ gap + np.trace(cov_a + cov_b - 2 * root)


by_hand, by_library = frechet(real, noise_features), metrics.frechet_distance(real, noise_features)
print(f"real to noise, by hand {by_hand:.1f}, by the library {by_library:.1f}")

# %% alt="The Fréchet distance by the share of pixels that are noise: near 0 without noise, rising to more than 3,000 at all noise."
rng = np.random.default_rng(SEED)
some = scale_pixels(digits.images[:N_SAMPLES])
shares = [0, 0.02, 0.05, 0.1, 0.2, 0.5, 1]
grown = []
for share in shares:
    mixed = np.where(rng.random(some.shape) < share, noise, some)
    grown.append(frechet(real, classifier.read(yardstick.classifier, mixed)[0]))

figure, ax = plt.subplots(figsize=(6, 2.2), layout="constrained")
ax.plot(shares, grown, marker="o", color=plots.BLUE)
ax.set(xlabel="share of pixels that are noise", ylabel="Fréchet distance")
plt.show()

# %% [markdown]
# It grows with the damage. Now the four:

# %%
features = {}
for name, images in samples.items():
    features[name], _ = classifier.read(yardstick.classifier, images)
others, _ = classifier.read(yardstick.classifier, digits.images[N_SAMPLES : 2 * N_SAMPLES])
print(f"other real digits {frechet(real, others):6.1f}")
for name in features:
    print(f"{name:17} {frechet(real, features[name]):6.1f}")

# %% [markdown]
# One is nearer than the rest. But the number does not say *what* is wrong, and fewer images give a
# larger one: compare only what was measured alike.

# %% [markdown]
# ## Precision and recall
#
# Give each real image a ball that reaches to its fifth neighbour: together they are the **manifold**
# of real digits. Precision is the share of samples inside; recall, the other way round, the share
# of real digits inside the samples' balls. **Predict** which of the two is low with half the digits.

# %%
print("      precision  recall  density  coverage")
for name in features:
    m = metrics.compare_manifolds(real, features[name])
    print(f"{name:5} {m.precision:9.2f} {m.recall:7.2f} {m.density:8.2f} {m.coverage:9.2f}")

# %% [markdown]
# Ben writes well what he writes (precision), and never writes the rest (recall). Density counts in
# *how many* balls a sample lies, coverage the balls that hold one: both are less sensitive to outliers;
# coverage drops for ragged strokes as well as for missing digits.

# %% alt="Bars of how many samples are read as each digit: Ada has all ten, Ben hardly any but 0, 1, 4, 6 and 7, Cleo mostly 0 and 4, Dan mostly 8 and few in all."
reports = {name: yardstick.report(images) for name, images in samples.items()}
figure, axes = plt.subplots(1, 4, figsize=(12, 2.2), sharey=True, layout="constrained")
for ax, (name, report) in zip(axes, reports.items()):
    ax.bar(list(report.class_counts), list(report.class_counts.values()), color=plots.BLUE)
    ax.set(title=f"{name}: {report.entropy:.2f} of {np.log2(10):.2f} bits", xlabel="read as")
plt.show()

# %% [markdown]
# Only samples inside the manifold count. Ben has half of the bars; the stumps are spoilt samples.
# Now all measures of Ada's, beside what other real digits get:

# %%
print(reports["Ada"])

# %% [markdown]
# ## Look
#
# Numbers point; eyes decide.

# %% alt="A row of samples from each run: Ada writes digits, Ben few kinds of them, Cleo digits that lie on their side, Dan fat ones with torn edges."
figure, axes = plt.subplots(4, 1, figsize=(9, 4.4), layout="constrained")
for ax, (name, images) in zip(axes, samples.items()):
    plots.plot_images(images[:12], columns=12, title=name, ax=ax)
plt.show()

# %% [markdown]
# Cleo's digits lie on their side, as in EMNIST's files. Dan asks Ada's network with `3 * z`, far
# outside where it was trained, and gets caricatures. And Ada's film:

# %% alt="Five rows of pictures of Ada's run over 800 steps: noise, clouds, strokes, then digits."
plots.plot_film_strip(films["Ada"].frames, films["Ada"].frame_steps)

# %% [markdown]
# ## The doctor
#
# `doctor.examine` looks at what you have, takes a few steps as a trial, restores everything, and
# names what it finds. It is given the data that each of the four trained on. **Expect** {time}.

# %%
for name in ("Ada", "Ben", "Cleo", "Dan"):
    print(f"--- {name}")
    data = everyone.get(name, digits)  # Dan has Ada's
    doctor.examine(models[name], histories[name], data, samples[name], yardstick)

# %% [markdown]
# Ben's and Cleo's networks learned what they were given; the fault is in the data. One illness brings
# others with it, so the doctor looks in an order: fix the first, then ask again.

# %% [markdown]
# ## The doctor and a GAN from elsewhere
#
# The doctor doesn't need this kit's classes. It examines anything that has a generator, a
# discriminator and a training step. As an example, we build two small networks from plain Keras layers.


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
# The training follows the examples on keras.io: one `keras.Model` with a `train_step` of its own,
# trained by `fit`. Fakes are labelled 1 and real images 0, which is fine as long as both steps
# agree. The class below has one mistake. **Find it** before you ask the doctor.


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
# `self.trainable_weights` are the weights of *both* networks. So G's step also taught D to take
# fakes for real images. The fix is one word, and then the doctor is asked again.


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
# After as many steps, one GAN draws nearly the same blot for every z, and the other draws strokes. It
# is only undertrained, as the doctor says. A run without a class can be handed over too, as its two networks and a
# function that takes one step: `doctor.examine((generator, discriminator), None, digits, step=train_step)`.

# %% [markdown]
# ## Did it copy?
#
# A network that copies its training images scores perfectly. Above samples of Ada's; below each, the
# nearest training image.

# %% alt="Twelve of Ada's samples above the training image nearest to each: similar in shape, never the same."
indices, distances = metrics.nearest_images(digits.images, samples["Ada"][:12])
nearest = scale_pixels(digits.images[indices[:, 0]])
plots.plot_images(np.concatenate([samples["Ada"][:12], nearest]), columns=12)

# %% [markdown]
# Alike, and never the same. `report.copied` counts those far nearer to one training image than to the
# next ten.

# %% [markdown]
# ## A walk through latent space
#
# Do points between two z also give digits? The straight way leads past the middle of the cloud, where
# hardly any z of the training lay; the **spherical** way keeps its distance.


# %%
def spherical(a, b, t):
    angle = np.arccos(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


start, end = gan.fixed_z(2, recipe.latent_dim, seed=5)
ways = {
    "straight": [(1 - t) * start + t * end for t in np.linspace(0, 1, 12)],
    "spherical": [spherical(start, end, t) for t in np.linspace(0, 1, 12)],
}
for name, way in ways.items():
    print(
        f"{name:10} length half way {np.linalg.norm(way[6]):.1f}, at the ends {np.linalg.norm(way[0]):.1f}"
    )

# %% alt="Two walks of twelve pictures from one digit to another: the straight way above, the spherical below; both pass through shapes between the two."
walk = np.array(ways["straight"] + ways["spherical"], "float32")
plots.plot_images(models["Ada"].sample(walk), columns=12, title="straight above, spherical below")

# %% [markdown]
# One digit becomes another without a jump: the network has learned a space of shapes.

# %% [markdown]
# ## Try it yourself
#
# Replace each `...` and run the cell, then the check below it. `q1.hint()` gives a push, `q1.solution()`
# shows ours where your copy has it. What you have done is kept in `progress.json` beside the notebook, and goes nowhere.

# %%
from course_lib.teaching import lesson_06, progress
from scipy.spatial import distance

q1, q2, q3, q4 = lesson_06.exercises(globals())

# %% [markdown]
# ### 1 · Predict: blur
#
# You blur two thousand real digits, `scipy.ndimage.gaussian_filter(images, (0, 1, 1, 0))`, and measure them
# as if a generator had written them. What falls first?
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
# The share of `fake` features that lie in the ball of at least one of `real`; a ball reaches to the k-th
# nearest *other* real feature.


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
# One normal distribution has mean 0 and deviation 1, another mean 3 and deviation 2. How far apart are they?

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
# Why does a generator that writes only half of the digits fool its discriminator at all? And why does recall see
# it, when precision does not?

# %% tags=["stub"]
explanation = ...  # a sentence or two, between quotation marks

# %% tags=["solution"]
explanation = """
D looks at one image at a time. A fine 1 is real to it, however many 1s there are, so nothing asks G
for a 5. Precision asks the same of each sample. Recall turns round and asks of each real digit whether
the samples come near it: nobody comes near the 5s.
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
# 1. Losses compare the two players; they do not know what good is. Measure from outside.
# 2. The Fréchet distance sums up, precision, recall and coverage say what is wrong, and the
#    classifier's confidence says nothing.
# 3. Look: at samples, at their nearest training images, at walks between them. Then ask the
#    doctor, who takes any GAN: two networks and a training step are enough.
