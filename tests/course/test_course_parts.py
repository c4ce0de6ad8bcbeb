"""A course in three parts: what a report names, what `grade diff` compares, what happens when one changes in use."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from classes import DOUBLE, RIGHT, SLOW, SQUARE, gradebook, make_class, make_course
from conftest import Graded, Judged, write_files

from grader.course.load import load_course
from grader.course.on_disk import OnDisk

Run = Callable[..., Graded]
CHANGED = "was changed while it was in use: run again"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = make_course(tmp_path / "course")
    with (folder / "course.yaml").open("a", encoding="utf-8") as file:
        file.write("template: stubs\nreference: solution\n")
    write_files(folder / "stubs", {"work.py": "def double(x):\n    raise NotImplementedError\n"})
    write_files(folder / "solution", RIGHT)
    return folder


CHANGES: dict[str, tuple[str, str]] = {
    "exercises": ("2.yaml", "# a comment\n"),
    "template": ("stubs/work.py", "# a comment\n"),
    "reference": ("solution/work.py", "# a comment\n"),
}


def changed(course: Path, part: str) -> None:
    name, text = CHANGES[part]
    with (course / name).open("a", encoding="utf-8") as file:
        file.write(text)


@pytest.mark.parametrize("part", CHANGES)
def test_a_report_names_each_part(part: str, judged: Callable[..., Judged], course: Path) -> None:
    before = judged(RIGHT, course=course).results["course"]
    changed(course, part)
    after = judged(RIGHT, course=course).results["course"]
    assert [name for name in CHANGES if before[name] != after[name]] == [part]
    assert (before["digest"] != after["digest"]) == (part == "exercises")
    assert all(len(before[name]) == 64 for name in CHANGES)


def test_a_part_that_is_not_there_is_none(judged: Callable[..., Judged], course: Path, tmp_path: Path) -> None:
    shutil.rmtree(course / "solution")
    told = judged(RIGHT, course=course).results["course"]
    assert told["reference"] == "none" and told["template"] != "none"
    bare = judged(RIGHT, course=make_course(tmp_path / "bare")).results["course"]
    assert (bare["template"], bare["reference"]) == ("none", "none")


def test_inputs_are_drawn_by_exercise_and_template(judged: Callable[..., Judged], course: Path) -> None:
    """The reference has no part in it: an installed course has none, and must draw the same."""

    def case() -> dict[str, Any]:
        return judged({"work.py": SQUARE}, course=course).check("1", "value")["evidence"]["case"]

    first = case()
    changed(course, "reference")
    assert case() == first
    shutil.rmtree(course / "solution")
    assert case() == first
    changed(course, "exercises")  # another exercise's file
    assert case() == first
    changed(course, "template")
    second = case()
    assert second != first
    with (course / "1.yaml").open("a", encoding="utf-8") as file:
        file.write("# a comment\n")
    assert case() not in (first, second)


def test_diff_compares_the_parts_that_both_have(run: Run, course: Path, tmp_path: Path) -> None:
    work = write_files(tmp_path / "anna", RIGHT)

    def graded(out: str) -> None:
        assert run(work, "--course", course, "--out", out).code == 0

    def told(one: str, two: str) -> list[str]:
        return [" ".join(line.split()) for line in run("diff", one, two).out.splitlines() if line.strip()]

    graded("first")
    changed(course, "template")
    graded("template")
    lines = told("first", "template")
    assert lines[0].startswith("course: template ") and "→" in lines[0] and len(lines) == 2
    changed(course, "reference")
    graded("reference")
    lines = told("template", "reference")
    assert lines[0].startswith("course: reference ") and len(lines) == 2
    shutil.rmtree(course / "solution")
    graded("installed")
    assert told("reference", "installed")[0].startswith("course, grader, machine, seed")
    # A report of an older grader names the exercises alone.
    path = tmp_path / "first" / "results.json"
    report = json.loads(path.read_text("utf-8"))
    report["course"] = {key: report["course"][key] for key in ("title", "digest")}
    path.write_text(json.dumps(report), "utf-8")
    assert told("first", "installed")[0].startswith("course, grader, machine, seed")


def test_a_move_after_a_change_of_the_template_is_the_courses(run: Run, course: Path, tmp_path: Path) -> None:
    """The stub becomes what was handed in: it is not written yet."""
    stub = "def double(x):\n    return None\n"
    work = write_files(tmp_path / "anna", {**RIGHT, "work.py": stub})
    assert run(work, "--course", course, "--out", "before").code == 1
    write_files(course / "stubs", {"work.py": stub})
    assert run(work, "--course", course, "--out", "after").code == 1
    done = run("diff", "before", "after")
    moves = [line for line in done.out.splitlines() if " value " in f" {line} " and "→" in line]
    assert done.code == 1 and all("(course changed)" in line for line in moves) and moves, done.out


@pytest.mark.parametrize("part", CHANGES)
def test_a_change_on_disk_is_seen(part: str, course: Path) -> None:
    disk = OnDisk(load_course(course))
    assert not disk.changed()
    name = CHANGES[part][0]
    text = (course / name).read_text("utf-8")
    (course / name).write_text(text, "utf-8")  # saved as it was
    assert not disk.changed()
    changed(course, part)
    assert disk.changed() and disk.changed()
    (course / name).write_text(text, "utf-8")
    assert not disk.changed()
    (course / "stubs" / "more.py").write_text("", "utf-8")
    assert disk.changed()


@pytest.mark.parametrize("part", CHANGES)
def test_a_class_is_not_graded_with_two_courses(part: str, run: Run, course: Path, tmp_path: Path) -> None:
    """Changed while a run is at it, the run ends, keeps what it has, and is taken up with the course as it is now."""
    work = make_class(tmp_path / "class", {f"s{n:02}": {**RIGHT, "work.py": SLOW + f"# {n}\n"} for n in range(5)})
    command = ["batch", str(work), "--out", "out", "--course", str(course), "--jobs", "1"]
    running = subprocess.Popen(
        [sys.executable, "-m", "grader", *command], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8",
    )  # fmt: skip
    end = time.monotonic() + 120
    while not list((tmp_path / "out").glob("*/results.json")) and time.monotonic() < end and running.poll() is None:
        time.sleep(0.05)
    changed(course, part)
    _, told = running.communicate(timeout=120)
    assert running.returncode == 2 and f"the course in {course} {CHANGED}" in told, told
    kept = len(list((tmp_path / "out").glob("*/results.json")))
    assert 1 <= kept < 5
    again = run("batch", work, "--out", "out", "--course", course)
    assert again.code == 0 and len(gradebook(tmp_path / "out")) == 5
    reports = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "out").glob("*/results.json")]
    assert {report["course"][part] for report in reports} == {getattr(load_course(course).fingerprint, part)}


def test_a_cluster_is_not_given_another_course(course: Path) -> None:
    pytest.importorskip("distributed")
    import distributed

    from grader.classroom.dask.connection import ClusterConnection
    from grader.judge.environment import JudgeConfig
    from grader.model import GraderError

    loaded = load_course(course)
    changed(course, "reference")
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=None) as cluster,
        pytest.raises(GraderError, match=CHANGED),
    ):
        ClusterConnection(JudgeConfig(course, fingerprint=loaded.fingerprint), cluster.scheduler_address)


@pytest.mark.parametrize("part", CHANGES)
def test_watch_ends_where_the_course_has_changed(part: str, course: Path, tmp_path: Path) -> None:
    work = write_files(tmp_path / "work", {"work.py": DOUBLE})
    watching = subprocess.Popen(
        [sys.executable, "-m", "grader", "watch", str(work), "--course", str(course)], cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    try:
        assert watching.stdout
        assert any(line.startswith("watching") for line in watching.stdout)
        changed(course, part)
        (work / "work.py").write_text(SQUARE, "utf-8")
        _, told = watching.communicate(timeout=60)
    finally:
        watching.kill()
    assert watching.returncode == 2 and f"the course in {course} {CHANGED}" in told, told
