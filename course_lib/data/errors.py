"""The only error of this package: it says where the data is wrong, and how to fix it."""


class DatasetError(ValueError):
    """Data that cannot be used. The message says where, what was found and expected, and a fix."""


def fault(where, found, expected, fix) -> DatasetError:
    """Return a `DatasetError` with its four parts in the usual order; the caller raises it.

    Args:
        where: the file, with row and column where there are any, or the function that was called.
        found: what is there.
        expected: what should be there.
        fix: what to do about it, one or more sentences.
    """
    return DatasetError(f"{where}: found {found}, expected {expected}. {fix}")
