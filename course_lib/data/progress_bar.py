"""Progress bars that suit where they are read: a terminal, a notebook or a file.

tqdm redraws its bar in place by carriage returns. In a log file that would give hundreds of copies
on one line, so a file gets a new line every few seconds instead.
"""

import sys

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 5.0


class LineByLine:
    """A stream for tqdm: each carriage return becomes the end of a line."""

    def __init__(self, stream):
        self.stream = stream

    def write(self, text) -> None:
        """Write what tqdm draws as lines, and skip what would only clear the bar."""
        if text := text.replace("\r", "").strip():
            self.stream.write(text + "\n")

    def flush(self) -> None:
        """Flush the stream."""
        self.stream.flush()


def is_redrawn(stream) -> bool:
    """Return whether a stream shows a bar that is drawn over itself: a terminal or a notebook."""
    return stream.isatty() or type(stream).__module__.startswith("ipykernel")


class ProgressBar(tqdm):
    """A tqdm bar over `total` steps on standard output, or a line every five seconds in a file.

    Args:
        total: how many steps, or other units, there are.
        title: what is being done.
        unit: what is counted.
        options: as tqdm takes them, such as `initial` and `disable`.
    """

    def __init__(self, total, title=None, unit="step", **options):
        stream, every = sys.stdout, 0.5
        if not is_redrawn(stream):
            stream, every = LineByLine(stream), SECONDS_BETWEEN_LINES
            options = {"ncols": 100, "maxinterval": every, "miniters": 1, **options}
        super().__init__(
            total=total, desc=title, unit=unit, file=stream, mininterval=every, **options
        )
