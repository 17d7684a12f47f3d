"""Two of Keras's layers with the same weights and the same results, computed with less work.

Each overrides `call` and nothing else. mnist-dcgan ends in the first, letters-dcgan enlarges with
the second. Lesson 05 takes the idea apart: do the work where the map is small. `plain` turns a
model back into ordinary Keras layers, to be saved for people without this kit.
"""

import keras
import numpy as np
from keras import layers, ops

register = keras.saving.register_keras_serializable("course_lib")


@register
class NarrowConv2D(layers.Conv2D):
    """`Conv2D` to one channel with stride 1 and padding "same", as K sums of rows.

    A K×K convolution to one channel is a matrix product one column wide, which a processor does
    badly. Here each row of the kernel becomes a channel of its own, [B, h, w, K] by 1×K kernels;
    the K channels are then shifted up and added.
    """

    def call(self, inputs):
        """[B, h, w, C] -> [B, h, w, 1]."""
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
    """`Conv2DTranspose` of stride 1 behind an `UpSampling2D()`, as a convolution of the small map.

    After pixels were repeated in 2×2 blocks, a 5×5 kernel meets each small pixel several times.
    Adding up the weights that meet the same pixel leaves a 3×3 kernel for each of the four kinds
    of output pixels: 36 products where there were 100. Only for an odd kernel and padding "same";
    the input must come from `UpSampling2D()`, of which every second pixel is read.
    """

    def call(self, inputs):
        """[B, 2h, 2w, C], of 2×2 blocks of equal pixels -> [B, 2h, 2w, filters]."""
        size = self.kernel_size[0]
        reach = size // 2
        small = -(-reach // 2)  # how far the kernel reaches on the small map
        # Output 2j + p meets small pixel j + d through these taps u of the kernel.
        meets = np.zeros((2, 2 * small + 1, size), "float32")
        for p in (0, 1):
            for u in range(size):
                meets[p, (p - reach + u) // 2 + small, size - 1 - u] = 1.0
        kernel = ops.einsum("pdu,qev,uvoc->decpqo", meets, meets, self.kernel)
        kernel = ops.reshape(kernel, (*kernel.shape[:3], 4 * self.filters))
        blocks = ops.conv(inputs[:, ::2, ::2], kernel, padding="same")  # [B, h, w, 4·filters]
        return self.activation(to_pixels(blocks) + self.bias)


def to_pixels(x):
    """Depth to space: four channels become a 2×2 block, [B, h, w, 4c] -> [B, 2h, 2w, c].

    `networks.channels_to_pixels` says the same in layers; inside a `call` there are only tensors.
    """
    _, h, w, c = x.shape
    x = ops.reshape(x, (-1, h, w, 2, 2, c // 4))
    x = ops.transpose(x, (0, 1, 3, 2, 4, 5))  # [B, h, 2, w, 2, c]
    return ops.reshape(x, (-1, 2 * h, 2 * w, c // 4))


def plain(model):
    """The same model, weights copied, of ordinary Keras layers: loads without this kit."""

    def ordinary(layer):
        kind = type(layer)
        if kind.__module__ == __name__:
            kind = kind.__bases__[0]
        return kind.from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=ordinary)
    copy.set_weights(model.get_weights())
    return copy
