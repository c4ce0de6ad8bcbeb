"""A course by its outline: the same course as long as its files are the same, and never another."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from classes import DOUBLE, RIGHT, SQUARE, gradebook, make_class, make_course
from conftest import write_files

from grader.course.files import packaged_course
from grader.course.load import load_course
from grader.course.outline import course_by_outline, outline_of
from grader.judge import preload
from grader.model import Course, Variant

LATE = "late:\n  due: 2026-03-29 03:30\n  zone: Europe/Berlin\n  per-day: 10\n"
BLOCKED = """\
import sys
sys.modules["numpy"] = sys.modules["pydantic"] = None
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with a template, a reference, and a policy on lateness."""
    folder = make_course(tmp_path / "course", LATE + "template: ../template\nreference: ../reference\n")
    write_files(tmp_path, {"template/work.py": "# to do\n", "reference/work.py": DOUBLE})
    return folder


def without_specs(course: Course) -> Course:
    exercises = (
        replace(
            one,
            wrong=tuple(Variant(known.id, known.file, hint=known.hint) for known in one.wrong),
            right=(),
            equivalent=(),
            given={},
            checks=tuple(replace(check, spec=None) for check in one.checks),
        )
        for one in course.exercises
    )
    return replace(course, exercises=tuple(exercises))


@pytest.mark.parametrize("own", [True, False])
def test_an_outline_is_the_whole_course_but_what_judging_needs(course: Path, own: bool) -> None:
    folder = course if own else packaged_course()
    read = load_course(folder)
    again = course_by_outline(outline_of(read), folder)
    assert again == without_specs(read)
    if own:
        assert again is not None and again.late is not None and read.late is not None
        assert again.late.due.utcoffset() == read.late.due.utcoffset()


@pytest.mark.parametrize(
    "changed",
    [
        "course/course.yaml", "course/1.yaml", "course/9.yaml", "template/work.py", "template/more.py",
        "reference/work.py", "reference/more.py",
    ],
)  # fmt: skip
def test_an_outline_is_not_used_for_another_course(course: Path, changed: str) -> None:
    outline = outline_of(load_course(course))
    path = course.parent / changed
    path.write_text((path.read_text("utf-8") if path.exists() else "") + "# changed\n", "utf-8")
    assert course_by_outline(outline, course) is None


def test_a_reference_that_comes_later_is_seen(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course", "reference: ../reference\n")
    outline = outline_of(load_course(course))
    assert course_by_outline(outline, course) is not None
    write_files(tmp_path / "reference", {"work.py": DOUBLE})
    assert course_by_outline(outline, course) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", '{"title": 1}', "null"])
def test_what_is_no_outline_is_no_course(course: Path, text: str) -> None:
    assert course_by_outline(text, course) is None
    damaged = json.loads(outline_of(load_course(course))) | {"exercises": [{"id": "1"}]}
    assert course_by_outline(json.dumps(damaged), course) is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each process reads the course itself")
def test_a_class_is_graded_by_processes_forked_from_the_one_that_reads_the_course(tmp_path: Path, course: Path) -> None:
    work = make_class(tmp_path / "class", {"anna": RIGHT, "ben": {"work.py": SQUARE}})
    elsewhere = f"import os\nif {preload.FOLDER!r} not in os.environ:\n" + textwrap.indent(BLOCKED, "    ")
    write_files(tmp_path / "blocked", {"sitecustomize.py": elsewhere})
    command = [sys.executable, "-m", "grader", "batch", work, "--out", tmp_path / "out", "--course", course]

    def batch() -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(tmp_path / "blocked")}
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)

    for change in ("", "\n"):
        (course / "1.yaml").write_text((course / "1.yaml").read_text("utf-8") + change, "utf-8")
        graded = batch()
        assert graded.returncode == 0, graded.stderr
        assert "2 graded, 0 unchanged" in graded.stdout
    (course / "1.yaml").write_text("id: [", "utf-8")
    wrong = batch()
    assert wrong.returncode == 2 and "1.yaml:1:" in wrong.stderr and "Traceback" not in wrong.stderr


def class_page(out: Path) -> str:
    """The page of a class but for the minute in which it was made."""
    page, made = re.subn(r"\d{4}-\d\d-\d\d \d\d:\d\d[+-]\d\d:\d\d", "", (out / "index.html").read_text("utf-8"))
    assert made == 1
    return page


def test_an_unchanged_class_needs_neither_numpy_nor_pydantic(tmp_path: Path, course: Path) -> None:
    work = make_class(tmp_path / "class", {"anna": RIGHT, "ben": {"work.py": SQUARE}})
    write_files(tmp_path / "blocked", {"sitecustomize.py": BLOCKED})
    command = [sys.executable, "-m", "grader", "batch", work, "--out", tmp_path / "out", "--course", course]

    def batch(path: Path) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(path)}
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)

    assert batch(tmp_path).returncode == 0
    before, page = gradebook(tmp_path / "out"), class_page(tmp_path / "out")
    assert "Twice, not squared." in page
    again = batch(tmp_path / "blocked")
    assert again.returncode == 0, again.stderr
    assert gradebook(tmp_path / "out") == before and class_page(tmp_path / "out") == page
    (course / "1.yaml").write_text((course / "1.yaml").read_text("utf-8") + "\n", "utf-8")
    assert "ModuleNotFoundError" in batch(tmp_path / "blocked").stderr, "what has changed is read again"
