"""The Python interface: what docs/api.md says, as a program of one's own would use it."""

from __future__ import annotations

import re
import subprocess
import sys
import typing
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Graded, write_files

import grader
from grader.model import GraderError, Report, Verdict

REFERENCE = ROOT / "reference"


def python(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, encoding="utf-8")


def test_the_documented_programs_run(tmp_path: Path) -> None:
    write_files(tmp_path / "submission", {"ops.py": (REFERENCE / "ops.py").read_bytes()})
    for name in ("anna", "ben"):
        write_files(tmp_path / "class" / name, {"ops.py": (REFERENCE / "ops.py").read_bytes()})
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.S)
    told = re.findall(r"```text\n(.*?)```", page, re.S)
    assert len(blocks) == len(told) >= 2
    for block, due in zip(blocks, told, strict=True):
        done = python(block, tmp_path)
        assert (done.returncode, done.stderr, done.stdout) == (0, "", due)
    assert len(blocks[0].strip().splitlines()) <= 6


def test_a_report_is_what_the_command_writes(hand_in: Callable[..., Graded], tmp_path: Path) -> None:
    text = (REFERENCE / "ops.py").read_text("utf-8")
    graded = hand_in({"ops.py": text.replace("= -grad_output", "= grad_output")}, "--only", "2.5", "--cpu-factor", "2")
    report = grader.grade(tmp_path / "submission", only=["2.5"], cpu_factor=2)
    assert 0 < report.score < report.max_score
    html, results = grader.write(report, tmp_path / "new" / "folder")
    assert (html.name, results.name) == ("report.html", "results.json")
    by_command, by_call = graded.results, Graded(0, "", "", html.parent).results
    for one in (by_command, by_call):
        for check in one["exercises"][0]["checks"]:
            del check["seconds"]
    assert by_call == by_command


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    report = grader.grade(write_files(tmp_path / "work", {"ops.py": "print('out')\nraise SystemExit(3)\n"}), only="2.5")
    assert report.exercises[0].status is Verdict.CRASHED and "out" in report.exercises[0].output
    assert capfd.readouterr() == ("", "")


def test_what_a_user_can_repair_is_a_grader_error(tmp_path: Path) -> None:
    for act, why in (
        (lambda: grader.grade(tmp_path / "nowhere"), "no such file or folder"),
        (lambda: grader.grade(REFERENCE, only=["2.55"]), "there is no exercise '2.55'"),
        (lambda: grader.grade(REFERENCE, course=tmp_path / "nowhere"), "no course here"),
        (lambda: grader.grade(REFERENCE, isolation="moat"), "unknown sandbox 'moat'"),
        (lambda: grader.grade(REFERENCE, only="2.5", cpu_factor=float("nan")), "cpu_factor"),
        (lambda: grader.load_course(tmp_path), "course.yaml is missing"),
    ):
        with pytest.raises(grader.GraderError, match=re.escape(why)):
            act()
    report = grader.grade(REFERENCE, only="2.5")
    (tmp_path / "file").write_text("")
    with pytest.raises(GraderError, match="cannot write into"):
        grader.write(report, tmp_path / "file")


def test_one_grader_serves_many_and_another_seed(tmp_path: Path) -> None:
    course = tmp_path / "course"
    write_files(
        course, {"course.yaml": "title: Small\n", "1.yaml": (ROOT / "exercises/2.05-division.yaml").read_text()}
    )
    with grader.Grader(course, require_isolation=False) as one:
        assert [exercise.id for exercise in one.course.exercises] == ["2.5"]
        reports = [one.grade(str(REFERENCE), seed=seed) for seed in (1, 2)]
        assert [(report.seed, report.score) for report in reports] == [(1, 8.0), (2, 8.0)]
        assert reports[0].exercises[0].seed != reports[1].exercises[0].seed
        lost = one.grade(write_files(tmp_path / "empty", {}), cpu_factor=2.0)
        assert lost.score == 0.0
    one.close()


def test_everything_is_typed() -> None:
    for function in (grader.grade, grader.write, grader.load_course, grader.Grader.__init__, grader.Grader.grade):
        hints = typing.get_type_hints(function)
        taken = function.__code__.co_varnames[: function.__code__.co_argcount + function.__code__.co_kwonlyargcount]
        assert hints.keys() >= {*taken, "return"} - {"self"}
    assert typing.get_type_hints(grader.grade)["return"] is Report
    assert (Path(grader.__file__).parent / "py.typed").is_file()
    assert {name for name in grader.__all__ if getattr(grader, name) is not None} <= set(dir(grader))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        grader.nothing  # noqa: B018


def test_the_package_alone_is_imported_cheaply(tmp_path: Path) -> None:
    program = "import sys, grader; print(sorted(name for name in sys.modules if name.startswith(('grader.', 'numpy'))))"
    assert python(program, tmp_path).stdout == "[]\n"


def test_it_leaves_the_program_as_it_was(tmp_path: Path) -> None:
    program = f"""
import gc, os, grader
before = dict(os.environ)
grader.grade({str(REFERENCE)!r}, only=["2.5"])
print(gc.isenabled(), gc.get_freeze_count() == 0, before == dict(os.environ))
"""
    assert python(program, tmp_path).stdout == "True True True\n"


@pytest.mark.parametrize("seed", ["7", True, 7.0])
def test_a_seed_is_a_whole_number(seed: typing.Any) -> None:
    with pytest.raises(grader.GraderError, match=f"must be a whole number, not {re.escape(repr(seed))}"):
        grader.grade(REFERENCE, only=["2.5"], seed=seed)
