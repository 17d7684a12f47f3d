"""Two Keras layers rewritten to do less work, with the same weights and the same results.

Each overrides `call` and nothing else. mnist-dcgan ends in the first; letters-dcgan upsamples with
the second. Lesson 05 explains the idea behind both: do the work where the map is small. `plain`
copies a model into ordinary Keras layers, so that it can be saved for people without this kit.
"""

import keras
import numpy as np
from keras import layers, ops

register = keras.saving.register_keras_serializable("course_lib")


@register
class NarrowConv2D(layers.Conv2D):
    """A `Conv2D` to one channel with stride 1 and padding "same", computed row by row.

    A K×K convolution to one channel is a matrix product one column wide, which processors compute
    slowly. Here each row of the kernel becomes a 1×K kernel with a channel of its own,
    [B, h, w, K]; the K channels are then shifted vertically and added.
    """

    def call(self, inputs):
        """Convolve [B, h, w, C] -> [B, h, w, 1]."""
        size, height = self.kernel_size[0], inputs.shape[1]
        rows = ops.transpose(self.kernel[..., 0], (1, 2, 0))[None]  # [1, K, C, K]
        by_row = ops.conv(inputs, rows, padding="same")  # [B, h, w, K]
        above = (size - 1) // 2
        by_row = ops.pad(by_row, [[0, 0], [above, size - 1 - above], [0, 0], [0, 0]])
        planes = ops.split(by_row, size, axis=-1)
        total = sum(plane[:, i : i + height] for i, plane in enumerate(planes))
        return self.activation(total + self.bias)


@register
class NearestConv2DTranspose(layers.Conv2DTranspose):
    """A `Conv2DTranspose` of stride 1 behind an `UpSampling2D()`, computed on the small map.

    Once pixels are repeated in 2×2 blocks, a 5×5 kernel meets each small pixel several times.
    Adding up the weights that meet the same pixel leaves a 3×3 kernel for each of the four
    positions within a block: 36 products instead of 100. It needs an odd kernel, padding "same"
    and an input from `UpSampling2D()`, of which it reads every second pixel.
    """

    def call(self, inputs):
        """Convolve 2×2 blocks of equal pixels, [B, 2h, 2w, C] -> [B, 2h, 2w, filters]."""
        size = self.kernel_size[0]
        reach = size // 2
        small = -(-reach // 2)  # how far the kernel reaches on the small map
        # Output 2j + p meets small pixel j + d through these taps u of the kernel.
        meets = np.zeros((2, 2 * small + 1, size), "float32")
        for p in (0, 1):
            for u in range(size):
                meets[p, (p - reach + u) // 2 + small, size - 1 - u] = 1.0
        meets = ops.cast(meets, self.compute_dtype)  # the kernel's own in mixed precision
        kernel = ops.einsum("pdu,qev,uvoc->decpqo", meets, meets, self.kernel)
        kernel = ops.reshape(kernel, (*kernel.shape[:3], 4 * self.filters))
        blocks = ops.conv(inputs[:, ::2, ::2], kernel, padding="same")  # [B, h, w, 4·filters]
        return self.activation(to_pixels(blocks) + self.bias)


def to_pixels(x) -> keras.KerasTensor:
    """Lay out each four channels as a 2×2 block, [B, h, w, 4c] -> [B, 2h, 2w, c].

    `networks.channels_to_pixels` does the same with layers; inside a `call` there are only tensors.
    """
    _, h, w, c = x.shape
    x = ops.reshape(x, (-1, h, w, 2, 2, c // 4))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))  # [B, h, 2, w, 2, c]
    return ops.reshape(x, (-1, 2 * h, 2 * w, c // 4))


def plain(model) -> keras.Model:
    """Return a copy of the model, weights included, that is made of ordinary Keras layers.

    Args:
        model: a functional keras.Model.

    Returns:
        A model that gives the same results and, once saved, loads without this kit.
    """

    def ordinary(layer):
        kind = type(layer)
        if kind.__module__ == __name__:
            kind = kind.__bases__[0]
        return kind.from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=ordinary)
    copy.set_weights(model.get_weights())
    return copy
