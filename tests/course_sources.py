"""A course in every place that it can come from, for tests of these."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from classes import make_course
from conftest import write_files
from test_submissions import committed, git, tarred, zipped

TRAP = "import pathlib\npathlib.Path(__file__).with_name('SPRUNG').write_text(__name__)\n"
WORKFLOW = "on: push\n"


def course_files(root: Path) -> Path:
    """A repository's files: a course in `autodiff`, its template and reference beside it, and traps for whom imports
    any of it."""
    make_course(root / "autodiff", "template: ../stubs\nreference: ../reference\n")
    return write_files(
        root,
        {
            "stubs/work.py": "# to do\n", "stubs/.github/workflows/grade.yml": WORKFLOW, "reference/work.py": TRAP,
            "__init__.py": TRAP, "conftest.py": TRAP, "setup.py": TRAP, "autodiff/__init__.py": TRAP,
        },
    )  # fmt: skip


def repository(root: Path) -> str:
    """A git repository of the course, tagged v1, and its address."""
    committed(course_files(root))
    git(root, "tag", "-a", "-m", "first", "v1")
    return f"git+{root.as_uri()}"


def commit_of(root: Path, revision: str = "HEAD") -> str:
    """The commit that a revision is."""
    return git(root, "rev-parse", f"{revision}^{{commit}}")


def members(root: Path, prefix: str = "") -> dict[str, str | bytes]:
    """The files below a folder, by path."""
    return {
        prefix + path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def package(site: Path, name: str = "autodiff-course", **offered: str) -> Path:
    """An installed distribution whose package `my_course` runs a trap when it is imported."""
    course_files(site / "my_course")
    told = "".join(f"{entry} = {value}\n" for entry, value in (offered or {"autodiff": "my_course.autodiff"}).items())
    info = {"METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n", "RECORD": ""}
    info["entry_points.txt"] = f"[grader.courses]\n{told}"
    info["RECORD"] = "".join(f"my_course/{path},,\n" for path in members(site / "my_course"))
    write_files(site / f"{name.replace('-', '_')}-1.2.dist-info", info)
    return site


def _git(at: Path, revision: str) -> str:
    return f"{repository(at / 'repository')}@{revision}#autodiff"


def _commit(at: Path) -> str:
    address = repository(at / "repository")
    return f"{address}@{commit_of(at / 'repository')}#autodiff"


def _package(at: Path) -> str:
    sys.path.append(str(package(at / "site")))
    return "pkg:autodiff"


FORMS: dict[str, Callable[[Path], str]] = {
    "folder": lambda at: str(course_files(at / "here") / "autodiff"),
    "tag": lambda at: _git(at, "v1"),
    "branch": lambda at: _git(at, "main"),
    "commit": _commit,
    "zip": lambda at: f"{zipped(at / 'course.zip', members(course_files(at / 'here')))}#autodiff",
    "tar.gz": lambda at: f"{tarred(at / 'c.tar.gz', members(course_files(at / 'here'), 'all/'), 'w:gz')}#autodiff",
    "package": _package,
}


def sprung(folder: Path) -> list[Path]:
    """What traps have left."""
    return [*folder.rglob("SPRUNG")]


def forget(root: Path) -> None:
    """Takes a repository off the net."""
    shutil.move(root, root.with_name("gone"))
