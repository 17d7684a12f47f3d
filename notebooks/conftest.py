"""nbval runs each lesson once and proves both of its copies.

The learner's copy runs from top to bottom; then, in the same kernel, those cells of the solved copy
that differ from it: the exercises, solved. What stands before them is the same in both copies
(tests/test_notebooks.py holds that), so its trainings need not be repeated.
"""

import pytest
from nbval.plugin import IPyNbFile


class Lesson(IPyNbFile):
    """A learner's copy, and its solved copy behind it."""

    def collect(self):
        """Yield the learner's cells, then the solved ones that differ."""
        self.cells = list(super().collect())
        yield from self.cells
        solved = self.path.parent / "solutions" / self.path.name
        yield SolvedCells.from_parent(self, path=solved, nodeid=f"{self.nodeid}::solved")


class SolvedCells(IPyNbFile):
    """The cells of a solved copy from the first exercise on, in the kernel of the learner's."""

    def setup(self):
        """Take over the kernel."""
        self.kernel = self.parent.kernel
        self.setup_sanitize_files()

    def teardown(self):
        """Leave the kernel to the learner's copy."""

    def collect(self):
        """Yield the cells from the first one that differs."""
        solved = list(super().collect())
        pairs = zip(self.parent.cells, solved)
        differ = (n for n, (a, b) in enumerate(pairs) if a.cell.source != b.cell.source)
        return solved[next(differ) :]


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Collect lessons instead of what nbval would collect; solved copies come with them."""
    found = yield
    if not found or file_path.suffix != ".ipynb":
        return found
    if file_path.parent.name == "solutions":
        return []
    return [Lesson.from_parent(parent, path=file_path)]
