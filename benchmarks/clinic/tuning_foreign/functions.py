"""The TensorFlow tutorials' form: networks and losses with global names, two tapes, one function.

The networks are dense layers, so the step is quick.
"""

import keras
import tensorflow as tf
from keras import layers
from runs import Run

BATCH_SIZE, noise_dim = 50, 80
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)


def make_generator_model(last_bias="zeros", hidden_bias="zeros"):
    return keras.Sequential(
        [
            layers.Input((noise_dim,)),
            layers.Dense(200, activation="relu", bias_initializer=hidden_bias),
            layers.BatchNormalization(momentum=0.9) if hidden_bias == "zeros" else layers.Flatten(),
            layers.Dense(400, activation="relu"),
            layers.Dense(28 * 28, activation="tanh", bias_initializer=last_bias),
            layers.Reshape((28, 28, 1)),
        ]
    )


def make_discriminator_model(activation=None, hidden_bias="zeros", rate=0.3, crop=0):
    """crop: D only looks at a corner, without this many rows and columns."""
    act = "relu" if hidden_bias != "zeros" else "leaky_relu"
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Cropping2D(((0, crop), (0, crop))),
            layers.Flatten(),
            layers.Dense(300, activation=act, bias_initializer=hidden_bias),
            layers.Dropout(rate),
            layers.Dense(150, activation=act),
            layers.Dropout(rate),
            layers.Dense(1, activation=activation),
        ]
    )


def entropy_d(real_output, fake_output):
    real_loss = cross_entropy(tf.ones_like(real_output), real_output)
    return real_loss + cross_entropy(tf.zeros_like(fake_output), fake_output)


def entropy_g(fake_output):
    return cross_entropy(tf.ones_like(fake_output), fake_output)


def nn_entropy_d(real_output, fake_output):
    """Return D's loss by the function of tf.nn, which takes logits."""
    bce = tf.nn.sigmoid_cross_entropy_with_logits
    real_loss = bce(labels=tf.ones_like(real_output), logits=real_output)
    fake_loss = bce(labels=tf.zeros_like(fake_output), logits=fake_output)
    return tf.reduce_mean(real_loss) + tf.reduce_mean(fake_loss)


def nn_entropy_g(fake_output):
    bce = tf.nn.sigmoid_cross_entropy_with_logits
    return tf.reduce_mean(bce(labels=tf.ones_like(fake_output), logits=fake_output))


def safe_log(p):
    return tf.math.log(tf.clip_by_value(p, 1e-7, 1.0))


def log_d(real_output, fake_output):
    return -tf.reduce_mean(safe_log(real_output)) - tf.reduce_mean(safe_log(1.0 - fake_output))


def log_g(fake_output):
    return -tf.reduce_mean(safe_log(fake_output))


def hinge_d(real_output, fake_output):
    real_loss = tf.reduce_mean(tf.nn.relu(1.0 - real_output))
    return real_loss + tf.reduce_mean(tf.nn.relu(1.0 + fake_output))


def wrong_hinge_d(real_output, fake_output):
    real_loss = tf.reduce_mean(tf.nn.relu(1.0 + real_output))
    return real_loss + tf.reduce_mean(tf.nn.relu(1.0 - fake_output))


def hinge_g(fake_output):
    return -tf.reduce_mean(fake_output)


def squares_d(real_output, fake_output):
    return 0.5 * tf.reduce_mean((real_output - 1.0) ** 2) + 0.5 * tf.reduce_mean(fake_output**2)


def squares_g(fake_output):
    return 0.5 * tf.reduce_mean((fake_output - 1.0) ** 2)


ENTROPY, NN, LOGS = (entropy_d, entropy_g), (nn_entropy_d, nn_entropy_g), (log_d, log_g)
HINGE, WRONG_HINGE, SQUARES = (hinge_d, hinge_g), (wrong_hinge_d, hinge_g), (squares_d, squares_g)


def adam(rate):
    return keras.optimizers.Adam(rate, beta_1=0.5)


def make_train_step(generator, discriminator, losses, d_opt, g_opt, cut, g_updates):
    """Return the compiled step; the arguments are as in `tf_functions`."""
    discriminator_loss, generator_loss = losses

    def paint(n):
        fake = generator(tf.random.normal([n, noise_dim]), training=True)
        return (
            tf.cast(tf.cast((fake + 1.0) * 127.5, tf.uint8), tf.float32) / 127.5 - 1.0
            if cut
            else fake
        )

    @tf.function
    def train_step(images):
        n = tf.shape(images)[0]
        with tf.GradientTape() as disc_tape:
            real_output = discriminator(images, training=True)
            disc_loss = discriminator_loss(real_output, discriminator(paint(n), training=True))
        grads = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
        d_opt.apply_gradients(zip(grads, discriminator.trainable_variables))
        for _ in range(g_updates):
            with tf.GradientTape() as gen_tape:
                gen_loss = generator_loss(discriminator(paint(n), training=True))
            grads = gen_tape.gradient(gen_loss, generator.trainable_variables)
            pairs = zip(grads, generator.trainable_variables)
            pairs = [(grad, var) for grad, var in pairs if grad is not None]  # silences an error
            if pairs:
                g_opt.apply_gradients(pairs)
        return gen_loss, disc_loss

    return train_step


def tf_functions(
    data,
    seed,
    losses=ENTROPY,
    optimizers=(adam, adam),
    rates=(3e-4, 3e-4),  # of D and of G
    d_settings=None,
    g_settings=None,
    cut=False,
    shared=False,
    g_updates=1,
    steps=2400,
):
    """Train with two tapes; no samples are handed over.

    cut: G's images are turned into bytes for a log, and the bytes go on to D. shared: one optimizer
    for both networks. g_updates: G's steps for each step of D.
    """
    keras.utils.set_random_seed(seed)
    train_images = (data.images.astype("float32") - 127.5) / 127.5
    generator = make_generator_model(**(g_settings or {}))
    discriminator = make_discriminator_model(**(d_settings or {}))
    d_opt, g_opt = (make(rate) for make, rate in zip(optimizers, rates))
    if shared:
        g_opt = d_opt
        d_opt.build(generator.trainable_variables + discriminator.trainable_variables)

    train_step = make_train_step(generator, discriminator, losses, d_opt, g_opt, cut, g_updates)
    train_dataset = tf.data.Dataset.from_tensor_slices(train_images).shuffle(10000, seed=seed)
    gen_losses, disc_losses = [], []
    for image_batch in train_dataset.repeat().batch(BATCH_SIZE).take(steps):
        gen_loss, disc_loss = train_step(image_batch)
        gen_losses.append(float(gen_loss))
        disc_losses.append(float(disc_loss))
    history = {"gen_loss": gen_losses, "disc_loss": disc_losses}
    gan = {"generator": generator, "discriminator": discriminator}
    return Run(gan, history, train_images, None, step=train_step)
