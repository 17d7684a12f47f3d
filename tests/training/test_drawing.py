"""What users give to sample, decode, write and read: it works, or one sentence says what fits."""

import numpy as np
import pytest
import tensorflow as tf
from small_models import small_gan
from test_entrance import small_vae

from course_lib import gan, networks
from course_lib.gan.combined import CombinedGAN

NAN = np.full((2, 8), np.nan)


@pytest.mark.parametrize(
    ("z", "words"),
    [
        (2.0, "sample was given z=2.0: expected a whole number, 1 or more. It is how many"),
        (True, "z=True: expected a whole number"),
        ("4", "z='4': expected a whole number"),
        (np.int64(0), "expected a whole number, 1 or more"),
        ([["a"] * 8], r"z is a list, not an array of numbers: expected \[N, latent_dim\]"),
        ([[1, 2], [3]], "z is a list, not an array"),
        (None, "z is a NoneType, not an array of numbers"),
        (NAN, "16 of the 16 numbers of z are nan or infinite"),
        ([0.0] * 8, r"z has shape \[8\]: expected \[N, 8\].*For one image, give z\[None\]"),
    ],
)
def test_what_is_no_z(z, words):
    with pytest.raises(ValueError, match=words):
        small_gan().sample(z)


def test_z_of_the_classic_loop(images, snapshot, same):
    model = small_gan()
    loop = CombinedGAN(model.generator, model.discriminator)
    before = snapshot(loop.combined)
    for z in (NAN, 8, "z"):
        with pytest.raises(ValueError, match="z are nan|z has shape|z is a str"):
            loop.train_on_batch(images[:8], z)
    assert same(before, snapshot(loop.combined))
    loop.train_on_batch(images[:8], np.zeros((8, 8)).tolist(), tf.zeros((8, 8)))
    with pytest.raises(AttributeError, match=r"no sample.*draw with loop.generator\(z\)"):
        loop.sample(4)


@pytest.mark.parametrize(
    ("z", "labels", "words"),
    [
        (np.zeros((4, 8)), [0, 1], r"labels are int64 of shape \[2\]: expected integers \[4\]"),
        (np.zeros((4, 8)), list("ABCA"), "labels are <U1"),
        (np.zeros((4, 8)), [0.0, 1.0, 2.0, 0.0], "labels are float64"),
        (np.zeros((4, 2)), [0, 1, 2, 0], r"z has shape \[4, 2\]: .*latent_dim of at least 3"),
        (4, [0, 1, 2, 0], r"z has shape \[\]"),
    ],
)
def test_what_chooses_no_classes(z, labels, words):
    with pytest.raises(ValueError, match=words):
        gan.choose_classes(z, labels, 3)


def test_one_class_for_all():
    z = gan.fixed_z(5, 8)
    assert (gan.choose_classes(z, 2, 3)[:, :3].argmax(axis=1) == 2).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda model: model.decode(1, np.zeros(4)), r"shape \[\]: expected integers of shape"),
        (lambda model: model.decode(None, np.zeros(4)), "labels are object of shape"),
        (lambda model: model.decode(list("AB"), np.zeros(4)), "position of each name"),
        (lambda model: model.decode([0], [[np.nan] * 4]), "4 of the 4 numbers of z are nan"),
        (lambda model: model.decode([0], "abc"), "z is a str"),
        (lambda model: model.write("A", np.full(4, np.nan)), "numbers of z are nan"),
        (lambda model: model.write(None), "text is None: expected a string"),
        (lambda model: model.write(12), "text is 12: expected a string"),
        (lambda model: model.write(b"AB"), "text is b'AB': expected a string"),
        (lambda model: model.sample_style(n=-1), "n=-1: expected a whole number, 0 or more"),
        (lambda model: model.sample_style(randomness="a"), "randomness='a': expected a number"),
        (lambda model: model.sample_style(np.zeros(4)), "style is a ndarray.*infer_style"),
    ],
)
def test_what_a_vae_cannot_draw(call, words):
    with pytest.raises(ValueError, match=words):
        call(small_vae())


def test_a_style_is_not_its_z(images):
    model = small_vae()
    style = model.infer_style(images[:1])
    with pytest.raises(ValueError, match="z is a StylePosterior: expected numbers.*z_mean"):
        model.write("A", style)
    with pytest.raises(ValueError, match="isn't one style: expected what infer_style"):
        model.sample_style(model.read_styles(images[:3]), n=2)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda images: images.astype("float32"), "from 0.0 to 2.*expected floats"),
        (lambda images: np.full((2, 28, 28, 1), np.nan), "from nan to nan"),
        (lambda images: images.reshape(-1, 784), "784"),
        (lambda images: images[..., 0], "28, 28"),
        (lambda images: np.zeros((2, 32, 32, 1), "uint8"), "32, 32"),
        (lambda images: images[:0], "N >= 1"),
        (lambda images: images.astype("int32"), "int32"),
    ],
)
def test_images_that_a_vae_cannot_read(images, given, words):
    model, wrong = small_vae(), given(images[:4])
    for call in (model.read_styles, model, lambda x: model.predict(x, verbose=0)):
        with pytest.raises(ValueError, match=words):
            call(wrong)


@pytest.mark.parametrize("thing", [None, 4, small_gan])
def test_what_holds_no_images(thing):
    with pytest.raises(ValueError, match=r"got a \w+ where images belong: expected an array"):
        small_vae().read_styles(thing)


def test_images_in_other_forms_are_read_alike(images):
    model = small_vae()
    scaled = networks.scale_pixels(images[:3])
    expected = model.read_styles(images[:3]).z_mean
    for given in (list(images[:3]), tf.constant(scaled), scaled.astype("float64"), list(scaled)):
        assert np.allclose(model.read_styles(given).z_mean, expected, atol=1e-6)
    assert np.allclose(model.predict(images[:3], verbose=0), model(images[:3]), atol=1e-5)
