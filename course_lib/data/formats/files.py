"""Open plain and compressed files, or raise an error that says what is wrong with them."""

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath

from course_lib.data.errors import fault
from course_lib.data.formats.signatures import AS_CSV, FIRST_BYTES, refuse_content

UTF16 = codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE  # how Excel's "Unicode text" begins
PACKED = {  # how a compressed file begins, and what unpacks it
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream, mode="rb"),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
MOST_LAYERS = 3  # of compression: some browsers and servers compress a .gz once more
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
        _refuse_stand_in(path, stream.read(200))


def _refuse_stand_in(path, start):
    """Raise `DatasetError` for a file that begins like a web page or like Git's pointer."""
    start = start.removeprefix(codecs.BOM_UTF8).lstrip()
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
    """Open a file for reading, through gzip, bzip2, xz and zip; its first bytes tell which.

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
            for _ in range(MOST_LAYERS):
                start = stream.peek(6)[:6]
                unpack = [opener for magic, opener in PACKED.items() if start.startswith(magic)]
                if unpack:
                    stream = stack.enter_context(unpack[0](stream))
            _refuse_stand_in(path, stream.peek(200)[:200])
            yield stream
    except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, OSError) as error:
        found = f"a file that cannot be read to its end ({error})"
        raise fault(path, found, "a complete file", "Download it again.") from error


def names_in_zip(path) -> list[str]:
    """Return the names of the files in a zip; none if `path` is not an intact one.

    What macOS adds is left out: its folder __MACOSX, and hidden files such as ._train.csv.
    """
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        return _visible(archive.namelist())


def _visible(names):
    visible = [name for name in names if not PurePosixPath(name).name.startswith(".")]
    return [name for name in visible if not name.startswith("__MACOSX/")]


def _open_member(path, archive, member):
    """Open the one file in a zip whose name ends in `member`."""
    where = f"{path} (zip)"
    if "xl/workbook.xml" in archive.namelist():
        raise fault(path, "an Excel workbook under this name", f"a {member} file", AS_CSV)
    names = [n for n in _visible(archive.namelist()) if n.lower().endswith(member.lower())]
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
    """Open a CSV as lines of text: UTF-8 with or without a BOM, or UTF-16; any line ends.

    Raises:
        DatasetError: as `open_bytes`, and if the file turns out to be no text.
    """
    with open_bytes(path, member=".csv") as stream:
        start = stream.peek(FIRST_BYTES)[:FIRST_BYTES]
        if error := refuse_content(path, start, "a CSV"):
            raise error
        encoding = "utf-16" if start.startswith(UTF16) else "utf-8-sig"
        try:
            yield io.TextIOWrapper(stream, encoding=encoding)
        except UnicodeDecodeError as error:
            kind = encoding.removesuffix("-sig").upper()
            found = f"a byte 0x{error.object[error.start]:02x} that is not {kind} text"
            fix = "Check that it is a CSV. If a spreadsheet wrote it, save it as CSV UTF-8."
            raise fault(path, found, "a CSV of whole numbers", fix) from error
