"""Windows' own Python, run by Wine: the commands that students and instructors type, and code that does not return.

`.ci/wine .venv-wine` makes it. Wine's Jobs end what they hold, and limit and count nothing: so here the judge itself
looks at memory and time, as it does on Windows beside the Job.
"""

from __future__ import annotations

import filecmp
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from classes import RIGHT, gradebook, make_class, make_course
from conftest import ROOT, Graded, write_files
from test_division import division

WINE = ROOT / ".venv-wine"
PATIENCE = 240  # seconds; a command takes some, on a crowded machine ten times as many


def why_not() -> str:
    """Why these tests cannot be run; "" where they can."""
    if not (WINE / "python").is_file():
        return "there is no Wine here: `.ci/wine .venv-wine` installs it"
    ours, theirs = ROOT / "grader", WINE / "site" / "grader"
    names = [str(path.relative_to(ours)) for path in ours.rglob("*.py")]
    _, differ, missing = filecmp.cmpfiles(ours, theirs, names)
    return "Wine has other code than this: run `.ci/wine .venv-wine`" if differ or missing else ""


pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "Wine is here")
Grade = Callable[..., Graded]
CHECK = """\
id: {name}
title: {name}
file: {name}.py
points: 1
task: Double it.
limits: {{cpu: {cpu}, wall: {wall}, memory: 500, output: 1}}
checks:
  - {{id: double, claim: it doubles, kind: value, points: 1, call: double(x), equals: 2 * x,
     inputs: {{x: {{choices: [1, 2]}}}}}}
"""
# What a function does, how it ends, and what its report says.
ENDS = {
    "loop": ("while True: pass", "timed_out", "seconds of CPU time"),
    "sleep": ("time.sleep(100)", "timed_out", "waited until its time was over"),
    "hog": ("x = [bytearray(1 << 24) for i in range(100)]; time.sleep(50)", "out_of_memory", "more memory"),
    "chatter": ("while True: print('x' * 5000)", "output_limit", "printed more than 1 MiB"),
    "leave": ("os._exit(3)", "crashed", "exit status 3"),
    "child": ("subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(99)'])", "correct",
              "left them running; they were ended"),
    "speak": ("print('Grüße ✓')", "correct", "| Grüße ✓"),
}  # fmt: skip


def as_windows(path: Path) -> str:
    """How Wine calls a file of this machine."""
    return "Z:" + str(path).replace("/", "\\")


@pytest.fixture
def grade(tmp_path: Path) -> Grade:
    """`grade(arguments…)`: the command under Wine, in the test's folder; paths are given as Windows has them."""

    def call(*arguments: str | Path) -> Graded:
        typed = [as_windows(one) if isinstance(one, Path) else one for one in arguments]
        command = [str(WINE / "python"), "-m", "grader", *typed]
        done = subprocess.run(command, input=b"", capture_output=True, cwd=tmp_path, timeout=PATIENCE)
        out, err = (stream.decode("utf-8").replace("\r\n", "\n") for stream in (done.stdout, done.stderr))
        return Graded(done.returncode, out, err, tmp_path / "grade-report")

    return call


def test_right_work_and_a_known_mistake_are_told_apart(grade: Grade, tmp_path: Path) -> None:
    """Written answers, a function in a folder with blanks and letters of no ASCII, a checker that asks the judge."""
    files = {path.name: path.read_bytes() for path in (ROOT / "reference").iterdir() if path.is_file()}
    files["ops.py"] = division("a / b", "(g / b, g * a / b**2)").replace("\n", "\r\n").encode()
    work = write_files(tmp_path / "Jörg Müller" / "hw 2", files)
    graded = grade(work, "--only", "2.1", "--only", "2.5", "--only", "2.8")
    assert [graded.exercise(name)["score"] for name in ("2.1", "2.8")] == [4, 10], graded.out + graded.err
    wrong = graded.check("2.5", "gradient")
    assert (graded.code, wrong["misconception"]) == (1, "db-sign") and "sandbox: basic" in graded.out
    assert f'grade "{as_windows(work)}" --only 2.5' in graded.out  # to be pasted into cmd or PowerShell


def test_the_template_earns_nothing(grade: Grade, tmp_path: Path) -> None:
    shutil.rmtree(WINE / "prefix" / "drive_c" / "hw", ignore_errors=True)
    made = grade("init", "C:\\hw")
    assert made.code == 0 and "C:\\hw\\ops.py" in made.out
    graded = grade("C:\\hw", "--only", "2.5", "--only", "2.8")
    assert (graded.code, graded.score) == (1, 0) and "not written yet" in graded.out


def test_what_does_not_return_is_ended_and_told(grade: Grade, tmp_path: Path) -> None:
    caps = {"loop": (2, 200), "sleep": (30, 5)}
    course = {
        f"{name}.yaml": CHECK.format(name=name, cpu=caps.get(name, (30, 300))[0], wall=caps.get(name, (30, 300))[1])
        for name in ENDS
    }
    write_files(tmp_path / "course", {"course.yaml": "title: Ends\nseed: 1\n", **course})
    head = "import os, subprocess, sys, time\n"
    work = {
        f"{name}.py": f"{head}def double(x):\n    {body}\n    return 2 * x\n" for name, (body, _, _) in ENDS.items()
    }
    graded = grade(write_files(tmp_path / "work", work), "--course", tmp_path / "course")
    found = {name: graded.check(name, "double")["status"] for name in ENDS}
    assert found == {name: status for name, (_, status, _) in ENDS.items()}, graded.out
    assert [text for _, _, text in ENDS.values() if text not in graded.out] == []


def test_a_class_is_graded(grade: Grade, tmp_path: Path) -> None:
    names = [f"Jörg Müller {number}" for number in range(6)]
    make_class(tmp_path / "class", dict.fromkeys(names, RIGHT))
    course = make_course(tmp_path / "course")
    graded = grade("batch", tmp_path / "class", "--out", tmp_path / "out", "--course", course, "--jobs", "2")
    assert graded.code == 0, graded.out + graded.err
    assert {name: row["final"] for name, row in gradebook(tmp_path / "out").items()} == dict.fromkeys(names, "5")


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`grade watch` on a submission of two files."""
    write_files(tmp_path / "work", RIGHT)
    course = as_windows(make_course(tmp_path / "course"))
    command = [str(WINE / "python"), "-m", "grader", "watch", "work", "--course", course]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=tmp_path, **pipes) as process:
        end = threading.Timer(PATIENCE, process.kill)
        end.start()
        try:
            yield process
        finally:
            end.cancel()
            process.kill()


def test_a_save_is_graded_again(watching: subprocess.Popen[bytes], tmp_path: Path) -> None:
    lines = iter(watching.stdout or ())
    assert any(line.startswith(b"watching work") for line in lines)
    time.sleep(1.5)  # a file system may note the times of files in steps of a second
    (tmp_path / "work" / "work.py").write_text("def double(x):\n    return x ** 2\n", "utf-8")
    seen = b""
    for line in lines:
        seen += line
        if b" of 5 points" in line:
            break
    assert b"saved work.py: re-grading 1" in seen and "5 → 3 of 5 points".encode() in seen


def test_what_this_machine_offers_is_told(grade: Grade) -> None:
    told = grade("doctor")
    assert told.code == 0 and "windows" in told.out and "bubblewrap   not available: needs Linux" in told.out


def test_the_pages_of_an_instructor_are_written(grade: Grade, tmp_path: Path) -> None:
    """A student edition, and what changed between two runs."""
    course = make_course(tmp_path / "course")
    write_files(tmp_path / "work", RIGHT)
    before = grade(tmp_path / "work", "--course", course, "--out", tmp_path / "one")
    (tmp_path / "work" / "more.py").unlink()
    after = grade(tmp_path / "work", "--course", course, "--out", tmp_path / "two")
    assert (before.code, after.code) == (0, 1)
    compared = grade("diff", tmp_path / "one" / "results.json", tmp_path / "two" / "results.json")
    assert "5 → 2" in compared.out, compared.out + compared.err
    assert json.loads((tmp_path / "two" / "results.json").read_text("utf-8"))["score"] == 2
