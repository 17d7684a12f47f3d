"""The project's own files agree with each other: pyproject.toml, environment.yml, the lock, the
Makefile, the workflow, the citation, the pages and the `check` command."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import setuptools

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomli", reason="needs Python 3.11 to read pyproject.toml")

import course_lib
from course_lib.cli import check

ROOT = Path(__file__).parent.parent


def requirement(line):
    """('hershey-fonts', '2.1') of "Hershey-Fonts>=2.1"."""
    name, oldest = re.match(r"([A-Za-z0-9_.-]+)>=([0-9.]+)", line).groups()
    return name.lower().replace("_", "-"), oldest


def numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version))


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture
def settings():
    return tomllib.loads(read("pyproject.toml"))


@pytest.fixture
def project(settings):
    return settings["project"]


@pytest.fixture
def wanted(project):
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + extras["lab"] + extras["page"] + extras["dev"]
    return dict(requirement(line) for line in lines)


def test_the_library_alone_is_lean(project):
    """Installing it brings neither notebooks nor tests nor the page."""
    names = {requirement(line)[0] for line in project["dependencies"]}
    assert not names & {"jupyterlab", "ipywidgets", "nbval", "pytest", "streamlit", "sphinx"}


def test_every_extra_is_locked(project):
    """The GPU's packages are not: they exist for Linux alone."""
    (locked,) = re.findall(r"uv pip compile.*", read("Makefile"))
    extras = set(re.findall(r"--extra (\w+)", locked))
    assert extras == set(project["optional-dependencies"]) - {"gpu"}


def test_a_wheel_holds_every_package(settings):
    patterns = settings["tool"]["setuptools"]["packages"]["find"]["include"]
    found = setuptools.find_packages(ROOT, include=patterns)
    folders = {path.parent for path in (ROOT / "course_lib").rglob("*.py")}
    assert set(found) == {".".join(folder.relative_to(ROOT).parts) for folder in folders}


def test_conda_asks_for_the_same_packages(wanted):
    lines = read("environment.yml").splitlines()
    pip = [line.strip(" -") for line in lines if re.search(r"- [\w-]+>=", line)]
    assert dict(requirement(line) for line in pip) == wanted


def test_every_line_of_the_conda_file_says_why():
    text = read("environment.yml")
    lines = text.split("dependencies:")[1].strip().splitlines()
    assert [line for line in lines if "#" not in line and not line.endswith("pip:")] == []


def test_lock_satisfies_what_is_asked_for(wanted):
    text = read("requirements.lock")
    pins = re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE)
    for name, oldest in wanted.items():
        versions = [version for pin, version in pins if pin == name]
        assert versions, f"{name} is not in the lock: make lock"
        assert all(numbers(version) >= numbers(oldest) for version in versions), name


def test_lock_has_hashes_and_no_address():
    text = read("requirements.lock")
    blocks = re.split(r"\n(?=[a-z0-9._-]+==)", text)[1:]
    assert blocks and all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?:|file:|--index|--find-links", text)


def test_check_command_asks_for_the_same_versions(project):
    asked = dict(requirement(line) for line in project["dependencies"])
    found = {name.lower(): oldest for name, oldest in check.PACKAGES.items()}
    assert found == {name: numbers(oldest)[:2] for name, oldest in asked.items()}


def test_the_package_that_is_installed_is_this_one():
    code = "import course_lib; print(course_lib.__file__)"
    command = [sys.executable, "-c", code]
    out = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True).stdout
    assert Path(out.strip()) == ROOT / "course_lib" / "__init__.py"


def test_the_workflow_runs_the_commands_of_the_readme():
    commands = set(re.findall(r"run: make (\S+)", read(".github/workflows/test.yml")))
    first_screen = read("README.md").split("**Contents**")[0]
    assert commands == {*re.findall(r"^make (\S+)", first_screen, re.MULTILINE), "test-quick"}
    assert commands <= set(re.findall(r"^([\w-]+):", read("Makefile"), re.MULTILINE))


def test_help_names_every_command():
    makefile = read("Makefile")
    (targets,) = re.findall(r"^\.PHONY: (.+)", makefile, re.MULTILINE)
    helped = re.findall(r'@echo "make ([\w-]+) ', makefile)
    assert sorted(helped) == sorted(set(targets.split()) - {"help"})


def test_the_repository_has_one_address(project):
    address = project["urls"]["Repository"]
    for name in ("README.md", "CITATION.cff"):
        found = re.findall(r"https://github\.com/[\w.-]+/[\w.-]+", read(name))
        assert set(found) == {address}, name


def test_the_badges_are_true(project):
    oldest, too_new = re.findall(r"3\.(\d+)", project["requires-python"])
    assert f">3.{oldest} to 3.{int(too_new) - 1}<" in read("pictures/python.svg")
    assert f">{project['license']}<" in read("pictures/licence.svg")


def test_version_and_date_are_those_of_the_changelog():
    citation = read("CITATION.cff")
    version, date = re.search(r"^## ([\d.]+) \((.+)\)$", read("CHANGELOG.md"), re.M).groups()
    assert f"\nversion: {version}\n" in citation and f"\ndate-released: {date}\n" in citation
    assert version == course_lib.__version__


PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md"]
PAGES += ["notebooks/TEACHING.md", "notebooks/GLOSSARY.md"]


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere_and_nothing_is_left_to_fill_in(name):
    text = read(name)
    links = re.findall(r"\]\(([^)#]+)\)", text)
    folder = (ROOT / name).parent
    assert [link for link in links if ":" not in link and not (folder / link).exists()] == []
    assert not re.search(r"@[A-Z]+@|TODO|FIXME", text)


def test_the_contents_name_every_section():
    text = read("README.md")
    contents = dict(re.findall(r"^- \[(.+)\]\(#(.+)\)$", text, re.MULTILINE))
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert list(contents) == sections
    for section, anchor in contents.items():  # as GitHub makes it
        assert anchor == re.sub(r"[^\w -]", "", section.lower()).replace(" ", "-")
