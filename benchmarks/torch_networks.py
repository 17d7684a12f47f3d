"""The tutorials' published networks in PyTorch, for the contenders that train there."""

from torch import nn


def mlp(*widths, norm=False, last=None):
    """Return a list of dense layers with these widths, LeakyReLU between them."""
    parts = []
    for a, b in zip(widths[:-2], widths[1:-1]):
        parts += [nn.Linear(a, b), nn.LeakyReLU(0.2)]
        parts += [nn.BatchNorm1d(b, momentum=0.2)] if norm else []
    return [*parts, nn.Linear(*widths[-2:]), *([last] if last else [])]


def kaggle_mlp_gan():
    """Build the dense networks of kaggle-mlp-gan."""
    g = mlp(100, 256, 512, 1024, 784, norm=True, last=nn.Tanh())
    return (
        nn.Sequential(*g, nn.Unflatten(1, (1, 28, 28))),
        nn.Sequential(nn.Flatten(), *mlp(784, 512, 256, 1)),
    )


def mnist_dcgan():
    """Build the convolutional networks of mnist-dcgan."""
    g = [nn.Linear(100, 6272), nn.LeakyReLU(0.2), nn.Unflatten(1, (128, 7, 7))]
    for _ in range(2):
        g += [nn.ConvTranspose2d(128, 128, 4, 2, 1), nn.LeakyReLU(0.2)]
    g += [nn.Conv2d(128, 1, 7, padding=3), nn.Tanh()]
    d = []
    for a, b in ((1, 64), (64, 64)):
        d += [nn.Conv2d(a, b, 3, 2, 1), nn.LeakyReLU(0.2), nn.Dropout(0.2)]
    return nn.Sequential(*g), nn.Sequential(*d, nn.Flatten(), nn.Linear(3136, 1))


def letters_dcgan():
    """Build the convolutional networks of letters-dcgan."""
    g = [nn.Linear(100, 12544), nn.LeakyReLU(0.01), nn.BatchNorm1d(12544)]
    g += [nn.Unflatten(1, (256, 7, 7)), nn.Dropout(0.4)]
    for a, b, doubled in ((256, 128, True), (128, 64, True), (64, 32, False)):
        g += [nn.Upsample(scale_factor=2)] if doubled else []
        g += [nn.ConvTranspose2d(a, b, 5, 1, 2), nn.LeakyReLU(0.01), nn.BatchNorm2d(b)]
    g += [nn.ConvTranspose2d(32, 1, 5, 1, 2), nn.Tanh()]
    d = []
    for a, b, stride in ((1, 64, 2), (64, 128, 2), (128, 256, 2), (256, 512, 1)):
        d += [nn.Conv2d(a, b, 5, stride, 2), nn.LeakyReLU(0.01), nn.Dropout(0.4)]
    return nn.Sequential(*g), nn.Sequential(*d, nn.Flatten(), nn.Linear(8192, 1))


NETWORKS = {  # recipe name: function that returns (generator, discriminator), channels first
    "kaggle-mlp-gan": kaggle_mlp_gan,
    "mnist-dcgan": mnist_dcgan,
    "letters-dcgan": letters_dcgan,
}
