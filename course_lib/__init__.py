"""From a CSV of handwritten characters to networks that write.

The modules in reading order, an afternoon in all:

1. `pen`        handwriting drawn by a simulated pen, its style known (`glyphs`: the letter shapes)
2. `datasets`   every source becomes one `Dataset` (`places` finds files, `formats` reads them)
3. `plots`      image grids, loss curves, score titles
4. `networks`   builders of the generators and discriminators (`rewrites`: two layers made cheaper)
5. `losses`     logits in, one number out
6. `combined`   the classic GAN loop with a frozen discriminator, done right
7. `gan`        the same game as one compiled `train_step` (`engine`: memory, precision, XLA)
8. `recipes`    the tutorials' published settings, and workshop sizes
9. `vae`        reads characters, and writes others in the style of a few (`cache` keeps it; `paper`:
                from a drawing to the network, and from characters to a line of writing)
10. `metrics`   how good the samples are, measured in the features of a `classifier`
11. `doctor`    what ails a run, in plain words (`illnesses`: the words; `trial`: a few steps on trial)
12. `callbacks` progress bar, step history, measures, film
13. `exercises` what the notebooks' exercises are made of (`questions`: the exercises; `sliders`)
14. `dashboard` the page that writes in your hand
15. `__main__`  `python -m course_lib check | demo | train | page` (`runs`: its trainings)

Importing the package alone loads nothing else; each module brings what it needs.
"""

import os

# Without a GPU, TensorFlow reports an error about CUDA at start-up that is none.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Intel's oneDNN convolutions. TensorFlow takes them by itself only on processors with AVX-512 VNNI
# or AMX; with AVX2 alone they are still up to twice as fast.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__version__ = "0.1.0"
