"""Pack the course for learners, without solutions: `python tools/make_handout.py`.

Writes outputs/handout.zip: everything the lessons need, and neither notebooks/solutions nor
notebooks/source, from which `q1.solution()` reads.
"""

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
    "course_lib/*.py",
    "notebooks/*.ipynb",
    "notebooks/GLOSSARY.md",
    "pictures/*",
]


def main(target=ROOT / "outputs" / "handout.zip"):
    """Write the zip, one folder inside it. Returns its path."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".part")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as handout:
        for pattern in FILES:
            for path in sorted(ROOT.glob(pattern)):
                handout.write(path, Path("networks-that-write") / path.relative_to(ROOT))
    temporary.replace(target)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, without solutions")
    return target


if __name__ == "__main__":
    main()
