"""The handout holds what a learner needs, and no solution."""

import json
import posixpath
import re
import zipfile
from pathlib import Path

import pytest

import make_handout
from course_lib.teaching.exercise import solutions

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def handout(tmp_path_factory):
    with zipfile.ZipFile(make_handout.main(tmp_path_factory.mktemp("out") / "h.zip")) as handout:
        yield {name: handout.read(name) for name in handout.namelist()}


def test_the_handout_has_lessons_and_no_solutions(handout):
    lessons = [json.loads(handout[name]) for name in handout if name.endswith(".ipynb")]
    code = "\n".join("".join(cell["source"]) for lesson in lessons for cell in lesson["cells"])
    for needed in ("README.md", "requirements.lock", "course_lib/pen/hand.py", "data/README.md"):
        assert f"networks-that-write/{needed}" in handout
    for source in sorted((ROOT / "notebooks" / "source").glob("*.py")):
        assert f"networks-that-write/notebooks/{source.stem}.ipynb" in handout
        for solution in solutions(source.stem[:2]):
            assert solution not in code
    assert not [name for name in handout if "solutions" in name or "/source/" in name]


def test_its_links_stay_inside(handout):
    for name, content in handout.items():
        if name.endswith((".md", ".ipynb")):
            for link in re.findall(r"\]\(([^)#: ]+)[)#]", content.decode()):
                target = posixpath.normpath(posixpath.join(posixpath.dirname(name), link))
                assert target in handout, (name, link)


def test_nothing_half_made_is_left(tmp_path, monkeypatch):
    def stop(path, kept):
        raise KeyboardInterrupt

    monkeypatch.setattr(make_handout, "unlink", stop)
    with pytest.raises(KeyboardInterrupt):
        make_handout.main(tmp_path / "h.zip")
    assert list(tmp_path.iterdir()) == []
