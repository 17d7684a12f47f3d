"""Read files and folders of pictures into arrays, or report the place where one is wrong.

Nothing here knows where files are or what the labels mean. Rows and columns are counted from 1, as
a spreadsheet shows them; a header is row 1. Reading order: `signatures` (what a file is by its
first bytes), `files` (through gzip, bzip2, xz and zip),
`csv_header` (where the label and the pixels are), `csv_dress` (other separators, and ARFF),
`csv_labels` (labels that are text), `csv_table` (the reader), `csv_rows` (what is wrong with a
row), `csv_cache`, `idx_npz`, `npz_pairs` (which arrays are the images), `scaling` (how to undo it),
`npy`, `mat`, `pictures`, `parquet`, `libsvm`, `h5`.
"""
