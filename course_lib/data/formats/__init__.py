"""Read CSV, idx, npz, LIBSVM and h5 files into arrays, or report the place where one is wrong.

Nothing here knows where files are or what the labels mean. Rows and columns are counted from 1, as
a spreadsheet shows them; a header is row 1. Reading order: `files` (through gzip, bzip2 and zip),
`csv_table` (the reader), `csv_rows` (what a row must look like), `csv_cache`, `idx_npz`,
`libsvm`, `h5`.
"""
