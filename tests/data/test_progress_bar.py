"""Progress bars: drawn over themselves in a terminal, a line every few seconds in a file."""

import io

from course_lib.data import progress_bar as progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def drawn(stream, monkeypatch, steps=1000):
    monkeypatch.setattr(progress.sys, "stdout", stream)
    with progress.ProgressBar(steps, "training") as bar:
        for _ in range(steps):
            bar.update()
    return stream.getvalue()


def test_a_file_gets_lines_and_few_of_them(monkeypatch):
    """A thousand quick steps: one line at the start and one at the end."""
    text = drawn(io.StringIO(), monkeypatch)
    assert "\r" not in text and text.endswith("\n")
    lines = text.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("training:   0%") and "1000/1000" in lines[1]


def test_a_long_run_reports_every_few_seconds(monkeypatch):
    """Sixty seconds of steps give about twelve lines, whatever the number of steps."""
    clock = iter(range(10_000))
    monkeypatch.setattr("tqdm.std.time", lambda: next(clock) / 10)
    lines = drawn(io.StringIO(), monkeypatch, steps=600).splitlines()
    assert 8 <= len(lines) <= 26


def test_a_terminal_sees_one_line_drawn_over_itself(monkeypatch):
    text = drawn(Terminal(), monkeypatch)
    assert "\r" in text and text.count("\n") == 1


def test_a_notebook_counts_as_a_terminal():
    stream = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
    assert progress.is_redrawn(stream) and not progress.is_redrawn(io.StringIO())
