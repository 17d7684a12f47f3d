"""Every source of handwriting becomes one `Dataset`; lesson 01. Nothing here loads TensorFlow.

Reading order: `dataset` (what a dataset is), `datasets` (the loaders), `kaggle`, `mnist`,
`usps` and `own_files` (from a file to a dataset), `folders` (the file of data in a folder),
`unread` (what isn't read, and how to convert it), `meaning` and `characters` (what labels and names
stand for), `checked`, `ink`, `likeness` and `agreement` (is it what it seems to be?), `choices` and
`places` (which files are found), `formats` (how files are read), `sources` (what `--data` accepts),
`pixels` (the pixel contract).
"""
