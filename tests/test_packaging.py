"""environment.yml, pyproject.toml, the lock and the `check` command agree with each other."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomli", reason="reading pyproject.toml takes Python 3.11")

from course_lib.cli import main as cli

ROOT = Path(__file__).parent.parent


def requirement(line):
    """('hershey-fonts', '2.1') of "Hershey-Fonts>=2.1"."""
    name, oldest = re.match(r"([A-Za-z0-9_.-]+)>=([0-9.]+)", line).groups()
    return name.lower().replace("_", "-"), oldest


def numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version))


@pytest.fixture
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture
def wanted(project):
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + extras["dev"] + extras["dashboard"]
    return dict(requirement(line) for line in lines)


def test_conda_asks_for_the_same_packages(wanted):
    lines = (ROOT / "environment.yml").read_text().splitlines()
    pip = [line.strip(" -") for line in lines if re.search(r"- [\w-]+>=", line)]
    assert dict(requirement(line) for line in pip) == wanted


def test_every_line_of_the_conda_file_says_why():
    text = (ROOT / "environment.yml").read_text()
    lines = text.split("dependencies:")[1].strip().splitlines()
    assert [line for line in lines if "#" not in line and not line.endswith("pip:")] == []


def test_lock_satisfies_what_is_asked_for(wanted):
    text = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE)
    for name, oldest in wanted.items():
        versions = [version for pin, version in pins if pin == name]
        assert versions, f"{name} is not in the lock: make lock"
        assert all(numbers(version) >= numbers(oldest) for version in versions), name


def test_lock_has_hashes_and_no_address():
    text = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"\n(?=[a-z0-9._-]+==)", text)[1:]
    assert blocks and all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?:|file:|--index|--find-links", text)


def test_check_command_asks_for_the_same_versions(project):
    asked = dict(requirement(line) for line in project["dependencies"])
    for name, oldest in cli.PACKAGES.items():
        assert numbers(asked[name.lower()])[:2] == oldest, name


def test_the_package_that_is_installed_is_this_one():
    code = "import course_lib; print(course_lib.__file__)"
    command = [sys.executable, "-c", code]
    out = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True).stdout
    assert Path(out.strip()) == ROOT / "course_lib" / "__init__.py"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "data/README.md"])
def test_links_lead_somewhere_and_nothing_is_left_to_fill_in(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    broken = [
        link
        for link in links
        if ":" not in link and not (ROOT / name).parent.joinpath(link).exists()
    ]
    assert broken == []
    assert not re.search(r"@[A-Z]+@|TODO|FIXME", text)
