"""A course as tests: pytest shows every check, tells what a student is told, and runs no student code itself."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from classes import DOUBLE, RIGHT, SQUARE, TRIPLE, make_course
from conftest import ROOT, Files, write_files

Outcomes = Mapping[str, str]
ADVICE = """\
id: "10"
title: Doubling, well
file: work.py
points: 1
bonus: true
task: Write double(x).
checks:
  - {id: whole, claim: double of a whole number, kind: value, points: 1, call: double(x), equals: 2 * x,
     inputs: {x: {choices: [1, 2, 3]}}}
  - {id: huge, claim: double of a huge number, kind: value, advisory: true, call: double(x), equals: 2 * x,
     inputs: {x: {choices: [1.0e+10, 2.0e+10]}}}
"""
BROKEN = """\
id: "4"
title: Broken
file: work.py
points: 7
task: Write double.
checks:
  - {id: data, claim: it learns, kind: classifier, points: 7, train: double, data: digits.npz}
"""
IDS = ["work.py::1 value", "work.py::10 whole", "work.py::10 huge", "more.py::2 value", "answers.yaml::3 why"]


@pytest.fixture(scope="module")
def sums(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with points, a bonus, advice, and a question for a person."""
    return write_files(make_course(tmp_path_factory.mktemp("sums"), written=True), {"1x.yaml": ADVICE})


def run_pytest(folder: Path, *arguments: str | Path, before: tuple[str, ...] = ()) -> tuple[int, str]:
    """The exit code, and both streams, of pytest as a user runs it in a folder."""
    names = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [*before, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, env=names, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=120
    )
    return done.returncode, done.stdout


@pytest.fixture
def hand_in_to_pytest(tmp_path: Path, sums: Path) -> Callable[..., tuple[int, str]]:
    """`call(files, arguments…)`: writes the folder `work` and runs pytest beside it."""

    def call(files: Files, *arguments: str | Path) -> tuple[int, str]:
        write_files(tmp_path / "work", files)
        return run_pytest(tmp_path, "--submission=work", f"--grader-course={sums}", *arguments)

    return call


def cases(path: Path) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Of a JUnit file, by name: the outcome, its message, and the properties."""
    found = {}
    for case in ElementTree.parse(path).iter("testcase"):
        ends = [end for end in case if end.tag in ("failure", "error", "skipped")]
        properties = {item.attrib["name"]: item.attrib["value"] for item in case.iter("property")}
        outcome = (ends[0].tag, ends[0].get("message", "")) if ends else ("passed", "")
        found[case.attrib["name"]] = (*outcome, properties)
    return found


def test_the_reference_is_green_where_the_projects_own_tests_are() -> None:
    code, out = run_pytest(ROOT, "--submission", "reference", "-k", "not xor and not classifier", "-n", "2")
    assert code == 0, out
    assert " passed" in out and "failed" not in out and "not marked yet" in out


def test_the_template_is_red_and_friendly() -> None:
    code, out = run_pytest(ROOT, "--submission", "student_template", "-k", "2.5/ or 2.4/ or value-check/", "-n", "2")
    assert code == 1 and "\n0 of 16 points" in out and " passed," not in out
    assert "`Div.forward` is not written yet (ops.py:" in out
    assert "not answered yet: `2.4: a` in answers.yaml" in out
    assert "Traceback" not in out and "pytest_course.py" not in out


def test_the_items_are_the_checks_in_the_order_of_the_course_and_nothing_is_run(
    hand_in_to_pytest: Callable[..., tuple[int, str]],
) -> None:
    endless = {"work.py": "while True: pass\n", "test_own.py": "def test_own(): pass\n"}
    code, out = hand_in_to_pytest(endless, "--collect-only", "-q")
    assert code == 0
    assert [line.removeprefix("work/") for line in out.splitlines() if "::" in line] == IDS


@pytest.mark.parametrize(
    ("keyword", "chosen"),
    [("1/", ["1 value"]), ("2/value", ["2 value"]), ("10 or tripling", ["10 whole", "10 huge", "2 value"])],
)  # fmt: skip
def test_keywords_choose_exercises_and_checks(
    keyword: str, chosen: list[str], hand_in_to_pytest: Callable[..., tuple[int, str]]
) -> None:
    _, out = hand_in_to_pytest(RIGHT, "--collect-only", "-q", "-k", keyword)
    assert [line.partition("::")[2] for line in out.splitlines() if "::" in line] == chosen


def test_a_failure_says_what_a_report_says_and_points_to_the_line(
    tmp_path: Path, hand_in_to_pytest: Callable[..., tuple[int, str]]
) -> None:
    wrong = {"work.py": "print('hello')\n\n\n" + SQUARE, "more.py": "def triple(x):\n    return 3 * x + [1][5]\n"}
    code, out = hand_in_to_pytest(wrong, "--junitxml=junit.xml", "-ra")
    assert code == 1
    assert "1 Doubling: value" in out and "double(x) is 2 x: 0 of 2 points, wrong" in out
    for piece in (
        "yours:",
        "expected:",
        "next:          Twice, not squared.",
        "run again:     grade work --only 1 --seed",
    ):
        assert piece in out
    assert "work/work.py:4: wrong" in out and "work/more.py:2: crashed" in out
    assert "FAILED work/work.py::1 value - the value is wrong in" in out
    assert "IndexError: list index out of range" in out and "hello" in out
    assert "0 of 9 points, bonus 0 of 1" in out
    outcome, message, properties = cases(tmp_path / "junit.xml")["1 value"]
    assert (outcome, properties) == ("failure", {"points": "0.0", "max_points": "2.0", "verdict": "wrong"})
    assert message.startswith("the value is wrong in")


@pytest.mark.parametrize("spread", [(), ("-n", "2")], ids=["one", "spread"])
def test_every_verdict_has_its_outcome(
    spread: tuple[str, ...], tmp_path: Path, hand_in_to_pytest: Callable[..., tuple[int, str]]
) -> None:
    huge = "def double(x):\n    return 2 * x if x < 1e9 else 0\n"
    files = {"work.py": huge, "answers.yaml": '"3":\n  why: because\n'}
    code, out = hand_in_to_pytest(files, "--junitxml=junit.xml", "-rs", *spread)
    assert code == 1 and "2 of 5 points, bonus 1 of 1, 4 points not marked yet" in out
    found = {name: case[:2] for name, case in cases(tmp_path / "junit.xml").items()}
    assert found["1 value"] == found["10 whole"] == ("passed", "")
    assert found["10 huge"][0] == "skipped" and found["10 huge"][1].startswith("advice: the value is wrong")
    assert found["2 value"] == ("failure", "more.py is not in the submission")
    assert found["3 why"][0] == "skipped" and found["3 why"][1].startswith("not marked yet")
    assert "work/answers.yaml:1: not marked yet" in out and "work/work.py:1: advice" in out


@pytest.mark.parametrize("fault", ["data", "module"])
def test_where_the_grader_fails_it_is_an_error_and_no_failure(fault: str, tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    if fault == "data":
        write_files(course, {"4.yaml": BROKEN, "digits.npz": "no data"})
    else:
        write_files(course, {"course.yaml": "title: Sums\nmodules: [nowhere_to_be_found]\n"})
    write_files(tmp_path / "work", RIGHT)
    code, out = run_pytest(tmp_path, "--submission=work", f"--grader-course={course}")
    told = "4 data - the grader itself failed here" if fault == "data" else "nowhere_to_be_found"
    assert code == 1 and told in out and "pytest_course" not in out and "failed," not in out
    assert ("2 passed, 1 error" if fault == "data" else "2 errors") in out
    assert fault == "module" or "5 of 5 points, 7 points not marked yet" in out


POISON = "open({mark!r}, 'w').close()\ndef test_own(): pass\n"


@pytest.mark.parametrize("way", ["beside", "inside", "by-a-line", "spread"])
def test_pytest_itself_never_runs_what_is_in_the_submission(way: str, tmp_path: Path, sums: Path) -> None:
    mark = tmp_path / "mark"
    names = ("conftest", "test_own", "numpy", "yaml", "jinja2", "pydantic", "__init__")
    poison = {f"{name}.py": POISON.format(mark=str(mark)) for name in names}
    work = write_files(tmp_path / "work", RIGHT | poison)
    write_files(work / "tests", {"conftest.py": POISON.format(mark=str(mark))})
    match way:
        case "beside":
            done = run_pytest(tmp_path, "--submission=work", f"--grader-course={sums}")
        case "inside":
            done = run_pytest(work, "--submission", ".", f"--grader-course={sums}")
        case "spread":
            done = run_pytest(work, "--submission", ".", f"--grader-course={sums}", "-n", "2", ".")
        case _:
            write_files(work, {"pytest.ini": f"[pytest]\nsubmission = .\naddopts = --grader-course={sums}\n"})
            done = run_pytest(work)
    assert done[0] == 1 and "1 failed, 4 passed" in done[1] and "5 of 9 points, bonus 1 of 1" in done[1], done[1]
    assert not mark.exists()


def test_other_paths_are_left_to_pytest(hand_in_to_pytest: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    write_files(tmp_path, {"test_mine.py": "def test_mine(): pass\n"})
    own = {"test_inside.py": "def test_inside(): pass\n", "conftest.py": "raise SystemExit\n"}

    def collected(*arguments: str) -> list[str]:
        _, out = hand_in_to_pytest(RIGHT | own, "--collect-only", "-q", *arguments)
        return [line.partition("::")[2] for line in out.splitlines() if "::" in line]

    course = [name.partition("::")[2] for name in IDS]
    assert collected() == collected("work") == course
    assert collected(".") == collected("test_mine.py") == [*course, "test_mine"]
    assert collected("test_mine.py::test_mine") == ["test_mine"]
    assert collected(f"{tmp_path}/work/work.py::10 whole") == ["10 whole"]
    assert collected(f"{tmp_path}/work/answers.yaml", "work/more.py::2 value") == ["2 value", "3 why"]


def test_a_line_in_pytest_ini_is_followed_from_anywhere(tmp_path: Path, sums: Path) -> None:
    write_files(tmp_path, {"pytest.ini": f"[pytest]\nsubmission = work\naddopts = -q --grader-course={sums}\n"})
    write_files(tmp_path / "work", RIGHT)
    below = write_files(tmp_path / "below", {"test_mine.py": "def test_mine(): pass\n"})
    code, out = run_pytest(below)
    assert code == 1 and "5 of 9 points, bonus 1 of 1" in out and "answers.yaml is not in the submission" in out
    code, out = run_pytest(below, "test_mine.py")
    assert code == 0 and "1 passed" in out and "points" not in out
    code, out = run_pytest(below, "-o", "submission=", "--collect-only")
    assert "::test_mine" in out and "work.py" not in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--submission=nowhere"], "no such file or folder: nowhere"), (["--submission="], "no such file or folder"),
     (["--submission=.", "--grader-course=nowhere"], "no course here"),
     (["--submission", "work"], "which is part of the submission: write --submission=work")],
)  # fmt: skip
def test_wrong_usage_is_told_in_one_line(arguments: list[str], told: str, tmp_path: Path) -> None:
    write_files(tmp_path / "work", {**RIGHT, "pytest.ini": "[pytest]\n"})
    code, out = run_pytest(tmp_path, *arguments)
    assert code == 4 and out.startswith("ERROR: ") and told in out and "Traceback" not in out


def test_hostile_code_neither_passes_nor_harms(tmp_path: Path, cage: list[str], quick_course: Path) -> None:
    mark = tmp_path / "mark"
    hostile = (
        "import gc, os, signal, sys\n"
        f"try: open({str(mark)!r}, 'w')\nexcept OSError: pass\n"
        "for fd in range(3, 64):\n    try: os.write(fd, b'passed')\n    except OSError: pass\n"
        "for pid in (os.getppid(), 1, -1):\n    try: os.kill(pid, signal.SIGKILL)\n    except OSError: pass\n"
        "os._exit(0)\n"
    )
    write_files(tmp_path / "work", {"ops.py": hostile, "conftest.py": hostile})
    work = ("--submission=work", f"--grader-course={quick_course}")
    code, out = run_pytest(tmp_path, *work, "-k", "2.5/ or 2.6/", "-n", "2", before=tuple(cage))
    assert code == 1 and "5 failed" in out and "0 of 16 points" in out, out
    assert not mark.exists()


def test_a_run_without_a_submission_pays_next_to_nothing(tmp_path: Path) -> None:
    heavy = "{'numpy', 'yaml', 'pydantic', 'grader.base.text', 'grader.pytest_plugin.items'}"
    write_files(tmp_path, {"test_mine.py": f"import sys\ndef test_mine(): assert not {heavy} & set(sys.modules)\n"})
    code, out = run_pytest(tmp_path)
    assert code == 0 and "1 passed" in out and "points" not in out


def test_one_file_alone_can_be_the_submission(tmp_path: Path, sums: Path) -> None:
    write_files(tmp_path, {"work.py": DOUBLE, "more.py": TRIPLE})
    code, out = run_pytest(tmp_path, "--submission=work.py", f"--grader-course={sums}", "-k", "1/ or 10/ or 2/")
    assert code == 1 and "2 of 5 points, bonus 1 of 1" in out and "more.py is not in the submission" in out


def test_an_answer_that_cannot_be_read_is_not_green(tmp_path: Path) -> None:
    write_files(tmp_path / "work", {"answers.yaml": "2.1:\n  a:left\n  b: 2.4\n"})
    command = [sys.executable, "-m", "pytest", "--submission", "work", "-n0", "-q", "-k", "2.1/direction or 2.1/step"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert "answers.yaml, line 2: not read: a space is missing" in done.stdout
    assert "1 of 2 points, 1 point not marked yet (1 in unreadable answers" in done.stdout
