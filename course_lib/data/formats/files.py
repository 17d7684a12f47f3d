"""Open plain and compressed files, or raise an error that says what is wrong with them."""

import bz2
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from course_lib.data.errors import fault

LFS_POINTER = b"version https://git-lfs"  # how the stand-in for a file kept elsewhere begins


def check_file(path) -> None:
    """Raise `DatasetError` unless `path`, a `Path`, is a file with data in it.

    A web page that was saved under a data file's name is refused, and so is the pointer that Git
    leaves in place of a large file.
    """
    if path.is_dir():
        inside = ", ".join(sorted(p.name for p in path.glob("*.csv"))[:3]) or "no CSV"
        raise fault(path, f"a folder (in it: {inside})", "a file", "Give the path of the file.")
    if not path.exists():
        fix = "Check the spelling; data/README.md says where to get the file."
        raise fault(path, "no such file", "a file", fix)
    if path.stat().st_size == 0:
        raise fault(path, "an empty file", "data", "Download it again.")
    with _named_permissions(path), open(path, "rb") as stream:
        start = stream.read(200).lstrip()
    if start.startswith(LFS_POINTER):
        fix = "Run git lfs pull in its repository, or download the file itself from its web page."
        raise fault(path, "a Git LFS pointer, a few lines of text", "the data it stands for", fix)
    if start[:1] in (b"<", b"{"):
        kind = "a web page" if start[:1] == b"<" else "a web server's answer or other JSON"
        found = f"{kind}, which starts with {start[:40].decode('utf-8', 'replace')!r}"
        fix = "Log in where the file comes from (Kaggle, for example), and download it again."
        raise fault(path, found, "data", fix)


@contextmanager
def _named_permissions(path):
    try:
        yield
    except PermissionError as error:
        found = "a file that you have no permission to read"
        raise fault(path, found, "a readable file", "Change its permissions.") from error


@contextmanager
def open_bytes(path, member=None) -> Iterator[io.BufferedIOBase]:
    """Open a file for reading, through gzip, bzip2 and zip; its first bytes tell which.

    Args:
        path: a `Path`.
        member: for a zip, the end of the name of the one file in it to read.

    Raises:
        DatasetError: if the file is missing or empty, or turns out to be damaged while it is read.
    """
    check_file(path)
    try:
        with ExitStack() as stack, _named_permissions(path):
            stream = stack.enter_context(open(path, "rb"))
            if member and stream.peek(2)[:2] == b"PK":
                archive = stack.enter_context(zipfile.ZipFile(stream))
                stream = stack.enter_context(_open_member(path, archive, member))
            if stream.peek(2)[:2] == b"\x1f\x8b":
                stream = stack.enter_context(gzip.GzipFile(fileobj=stream))
            elif stream.peek(3)[:3] == b"BZh":
                stream = stack.enter_context(bz2.BZ2File(stream))
            yield stream
    except (EOFError, zlib.error, zipfile.BadZipFile, OSError) as error:
        found = f"a file that cannot be read to its end ({error})"
        raise fault(path, found, "a complete file", "Download it again.") from error


def names_in_zip(path) -> list[str]:
    """Return the names of the files in a zip; none if `path` is not an intact one."""
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        return [name for name in archive.namelist() if not name.startswith("__MACOSX/")]


def _open_member(path, archive, member):
    """Open the one file in a zip whose name ends in `member`."""
    where = f"{path} (zip)"
    names = [n for n in archive.namelist() if n.lower().endswith(member.lower())]
    names = [n for n in names if not n.startswith("__MACOSX/")]  # macOS adds one for each file
    if len(names) != 1:
        found = f"{len(names)} such files ({', '.join(names)})" if names else "no such file in it"
        raise fault(where, found, f"one {member} file", "Unzip it and use the file you need.")
    try:
        return archive.open(names[0])
    except RuntimeError as error:  # a password, or a compression that Python doesn't know
        expected = "a zip that Python can open"
        raise fault(where, str(error), expected, "Unzip it with another program.") from error


@contextmanager
def open_text(path) -> Iterator[io.TextIOWrapper]:
    """Open a CSV as lines of text: UTF-8 with or without a BOM, any line ends.

    Raises:
        DatasetError: as `open_bytes`, and if the file turns out not to be UTF-8.
    """
    with open_bytes(path, member=".csv") as stream:
        try:
            yield io.TextIOWrapper(stream, encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            found = f"a byte 0x{error.object[error.start]:02x} that is not UTF-8 text"
            fix = "Check that it is a CSV. If a spreadsheet wrote it, save it as CSV UTF-8."
            raise fault(path, found, "a CSV of whole numbers", fix) from error
