"""Every command in README and docs is run here, as a new user would: in a fresh copy with a fresh environment."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXPECTED_EXIT = {"grade submissions/anna --seed 161192509578869": 1, "grade my-work": 1, "grade my-work --only 2.5": 1}


def commands(page: Path) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.S)
    return [line for block in blocks for line in block.splitlines() if line.strip() and not line.startswith("#")]


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a fresh clone holds."""
    folder = tmp_path_factory.mktemp("fresh") / "a clone"
    ignored = shutil.ignore_patterns(".git", ".venv*", "__pycache__", "grade-report", ".*_cache", "build", "dist")
    shutil.copytree(ROOT, folder, ignore=ignored)
    shutil.copytree(ROOT / "student_template", folder / "my-work")
    return folder


def session(page: Path) -> list[str]:
    """The commands of a page that belong together, in their order."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.S)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


OWN_TEST = ("tutorial.md",)  # test_tutorial.py follows it, with its edits between the commands
SESSIONS = {page.name: session(page) for page in PAGES if session(page) and page.name not in OWN_TEST}
EXPORT = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework 2 (77)
    Points Possible,,,,,100
"Ärmel, Anna",101,1,anna,S1,
"""
WORKSHEET = """\
Identifier,Full name,Status,Grade,Maximum grade,Last modified (grade),Feedback comments
Participant 11,Anna Ärmel,Submitted,,120.00,-,
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """What an instructor has before the first command: a class in several exports, a roster, sheets."""
    shutil.copytree(ROOT / "reference", tmp_path / "reference")
    anna = tmp_path / "submissions" / "anna"
    shutil.copytree(ROOT / "reference", anna)
    for slow in ("xor.py", "classifier.py"):
        (anna / slow).unlink()
    shutil.copytree(anna, tmp_path / "submissions-moodle" / "Anna Ärmel_11_assignsubmission_file")
    (tmp_path / "submissions-canvas").mkdir()
    shutil.copyfile(anna / "ops.py", tmp_path / "submissions-canvas" / "armelanna_101_501_ops.py")
    repository = tmp_path / "repositories" / "homework-anna"
    shutil.copytree(anna, repository)
    for command in ("init -q -b main", "add .", "-c user.name=a -c user.email=a@b commit -qm work"):
        subprocess.run(["git", *command.split()], cwd=repository, check=True)
    sheets = {"roster.csv": "id,name,login\n1,Anna Ärmel,anna\n2,Ben Bo,ben\n", "export.csv": EXPORT}
    sheets |= {"times.csv": "name,submitted at\nanna,2026-11-20T10:00:00Z\n", "worksheet.csv": WORKSHEET}
    for name, text in sheets.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", SESSIONS)
def test_a_page_can_be_followed_from_top_to_bottom(page: str, desk: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in SESSIONS[page]:
        done = subprocess.run(
            command, shell=True, cwd=desk, env={**os.environ, "PATH": path}, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == EXPECTED_EXIT.get(command, 0), f"{command}\n{done.stdout}{done.stderr}"


@pytest.mark.slow
def test_the_first_command_installs_and_grades_the_reference(clone: Path, tmp_path: Path) -> None:
    command = next(line for line in commands(ROOT / "README.md") if "pip install . " in line)
    done = subprocess.run(command, shell=True, cwd=clone, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    points = re.search(r"(\d+) of (\d+) points", done.stdout)
    assert points and points[1] == points[2]
    installed = clone / ".venv" / "bin" / "grade"
    elsewhere = subprocess.run(
        [installed, clone / "student_template"], cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert (elsewhere.returncode, elsewhere.stderr) == (1, "")
    shipped = subprocess.run(
        [clone / ".venv" / "bin" / "python", "-c", "import grader; print(grader.__path__[0])"],
        cwd=tmp_path, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    package = Path(shipped.stdout.strip())
    assert (package / "_course" / "exercises" / "course.yaml").is_file()
    assert not list(package.rglob("reference"))


def test_ci_runs_the_test_command_of_the_readme() -> None:
    tests = [line for line in commands(ROOT / "README.md") if "pytest" in line]
    assert len(tests) == 1 and "'.[test]'" in tests[0]
    assert "grep -m1 -F \"'.[test]'\" README.md" in (ROOT / ".ci" / "run").read_text("utf-8")


DOCUMENTED = dict.fromkeys(line for page in PAGES for line in commands(page) if not line.startswith("python3 -m venv"))


def test_the_course_verifies_itself_in_one_of_these_commands() -> None:
    """`grade verify` is run once, here, with one seed: it exits with 0 only where nothing was found."""
    assert "grade verify" in DOCUMENTED


@pytest.mark.slow
@pytest.mark.parametrize("command", DOCUMENTED)
def test_a_documented_command_works(command: str, clone: Path) -> None:
    words = shlex.split(command)
    if "init" in words:
        shutil.rmtree(clone / words[-1], ignore_errors=True)
    assert words[0] == "grade", f"teach this test to run {command!r}"
    if words == ["grade", "verify"]:  # by itself it takes two seeds, and twice the time
        words += ["--seeds", "1"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "grader", *words[1:]], cwd=clone, env={**os.environ, "PATH": path},
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == EXPECTED_EXIT.get(command, 0), done.stdout + done.stderr


def test_the_examples_of_the_readme_are_a_course(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert example
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "course.yaml").write_text("title: Example\n")
    (folder / "1.yaml").write_text(example[1], "utf-8")
    run = [sys.executable, "-m", "grader", str(ROOT / "reference"), "--course", str(folder)]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
