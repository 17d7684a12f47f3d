"""Every source of handwriting becomes one `Dataset`; lesson 01. Nothing here loads TensorFlow.

Reading order: `dataset` (what a dataset is), `datasets` (the loaders), `kaggle`, `mnist` and
`usps` (from a file to a dataset), `places` (where to look for files), `formats` (how files are
read), `sources` (what `--data` accepts), `pixels` (the pixel contract).
"""
