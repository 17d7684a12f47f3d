"""The handout holds what a learner needs, and no solution."""

import json
import zipfile
from pathlib import Path

import make_handout
from course_lib import exercises

ROOT = Path(__file__).parent.parent


def test_the_handout_has_lessons_and_no_solutions(tmp_path):
    with zipfile.ZipFile(make_handout.main(tmp_path / "handout.zip")) as handout:
        names = handout.namelist()
        lessons = [json.loads(handout.read(name)) for name in names if name.endswith(".ipynb")]
    code = "\n".join("".join(cell["source"]) for lesson in lessons for cell in lesson["cells"])
    for needed in ("README.md", "requirements.lock", "course_lib/pen.py", "data/README.md"):
        assert f"networks-that-write/{needed}" in names
    sources = sorted((ROOT / "notebooks" / "source").glob("*.py"))
    for source in sources:
        assert f"networks-that-write/notebooks/{source.stem}.ipynb" in names
        for solution in exercises.solutions(source.stem[:2]):
            assert solution not in code
    assert not [name for name in names if "solutions" in name or "/source/" in name]
