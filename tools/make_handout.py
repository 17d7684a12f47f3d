"""Pack the course for learners, without solutions: `python tools/make_handout.py`.

Writes outputs/handout.zip: everything the lessons need, and neither notebooks/solutions nor
notebooks/source, from which `q1.solution()` reads. Links to what is left out become plain words.
"""

import os
import re
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    "README.md",
    "LICENSE",
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
    "environment.yml",
    "data/README.md",
    "course_lib/**/*.py",
    "notebooks/*.ipynb",
    "notebooks/GLOSSARY.md",
    "pictures/*",
]
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#:]+)(?:#[^)]*)?\)")


def unlink(path, kept):
    """Return the text of a page without the links to files that are not in `kept`."""

    def plain(match):
        target = os.path.normpath(path.parent / match[2])
        return match[0] if Path(target) in kept else match[1]

    return LINK.sub(plain, path.read_text(encoding="utf-8"))


def main(target=ROOT / "outputs" / "handout.zip"):
    """Write the zip, with one folder in it. Return its path."""
    kept = sorted(path for pattern in FILES for path in ROOT.glob(pattern))
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".part")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as handout:
            for path in kept:
                name = str(Path("networks-that-write") / path.relative_to(ROOT))
                if path.suffix in (".md", ".ipynb"):
                    handout.writestr(name, unlink(path, kept))
                else:
                    handout.write(path, name)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, without solutions")
    return target


if __name__ == "__main__":
    main()
