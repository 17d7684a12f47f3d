"""Progress bars that suit where they are read: a terminal, a notebook or a file.

tqdm draws its bar over itself by carriage returns. In a log file that gives hundreds of copies on
one line, so there a line of its own is written every few seconds instead.
"""

import sys

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 5.0


class LineByLine:
    """A stream for tqdm: each carriage return becomes the end of a line."""

    def __init__(self, stream):
        self.stream = stream

    def write(self, text) -> None:
        """Write what tqdm draws, as lines; it clears nothing that stands above."""
        if text := text.replace("\r", "").strip():
            self.stream.write(text + "\n")

    def flush(self) -> None:
        """Hand on to the stream."""
        self.stream.flush()


def is_redrawn(stream) -> bool:
    """Return whether a stream shows a bar that is drawn over itself: a terminal or a notebook."""
    return stream.isatty() or type(stream).__module__.startswith("ipykernel")


class ProgressBar(tqdm):
    """A tqdm bar over `total` steps on standard output, or a line every five seconds in a file.

    Args:
        total: how many there are.
        title: what is being done.
        unit: what is counted.
        options: as tqdm takes them, such as `initial` and `disable`.
    """

    def __init__(self, total, title=None, unit="step", **options):
        stream, every = sys.stdout, 0.5
        if not is_redrawn(stream):
            stream, every = LineByLine(stream), SECONDS_BETWEEN_LINES
            options = {"ncols": 80, "maxinterval": every, "miniters": 1, **options}
        super().__init__(
            total=total, desc=title, unit=unit, file=stream, mininterval=every, **options
        )
