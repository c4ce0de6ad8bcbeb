"""What macOS and Windows run, tried on Linux without Linux' own powers: the same verdicts, and everything is ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from classes import RIGHT, gradebook, make_class, make_course
from conftest import ROOT, Graded, Judged, write_files
from test_division import division
from test_workers import alive, descendants, is_python, wait_for

from grader.sandbox.backends import BACKENDS
from grader.sandbox.confinement import Confinement
from grader.sandbox.fresh_workers import Fresh
from grader.sandbox.open_sandbox import open_sandbox
from grader.sandbox.source import Sandbox

pytestmark = pytest.mark.skipif(
    not isinstance(BACKENDS["portable"](), Confinement), reason="elsewhere, all tests run what this backend runs"
)
OPTION = "--isolation=portable"
LIMITED = """\
id: "1"
title: One
file: one.py
points: 1
task: Double it.
limits: {{cpu: {cpu}, wall: {wall}, memory: {memory}, output: 1}}
checks:
  - {{id: double, claim: it doubles, kind: value, points: 1, call: double(x), equals: 2 * x,
     inputs: {{x: {{between: [1, 5]}}}}}}
"""


@pytest.fixture(scope="module")
def warm_sandbox() -> Iterator[Sandbox]:
    """All of this module's verdicts come from portable workers."""
    with contextlib.closing(open_sandbox(backend="portable")) as sandbox:
        assert isinstance(sandbox, Fresh)
        yield sandbox


@pytest.fixture
def doubles(run: Callable[..., Graded], tmp_path: Path) -> Callable[..., Graded]:
    """`doubles(body)`: grades a function with this body, under limits of its own."""

    def call(body: str, cpu: float = 30, wall: float = 60, memory: int = 2048) -> Graded:
        course = write_files(tmp_path / "course", {
            "course.yaml": "title: Doubles\nseed: 1\n", "1.yaml": LIMITED.format(cpu=cpu, wall=wall, memory=memory),
        })  # fmt: skip
        text = f"import os, subprocess, sys, time\ndef double(x):\n    {body}\n    return 2 * x\n"
        return run(write_files(tmp_path / "work", {"one.py": text}), "--course", course, OPTION)

    return call


def test_the_reference_earns_full_marks(judged: Callable[..., Judged]) -> None:
    """Written answers, functions, a checker that calls the judge, and a drawing: all that workers do."""
    files = {path.name: path.read_bytes() for path in (ROOT / "reference").iterdir() if path.is_file()}
    report = judged(files, "2.1", "2.2", "2.3", "2.5", "2.7", "2.8", "graph")
    assert [exercise["status"] for exercise in report.results["exercises"]] == ["correct"] * 7


def test_a_known_mistake_is_named(judged: Callable[..., Judged]) -> None:
    wrong = judged({"ops.py": division("a / b", "(g / b, g * a / b**2)")}, "2.5")
    assert wrong.check("2.5", "gradient")["misconception"] == "db-sign"


ENDS = {
    "an endless loop": ("while True: pass", {"cpu": 1}, "timed_out", "after 1 seconds of CPU time"),
    "a sleeper": ("time.sleep(100)", {"wall": 2}, "timed_out", "waited until its time was over"),
    "a memory hog": ("x = [bytearray(1 << 24) for i in range(100)]; time.sleep(9)", {"memory": 400},
                     "out_of_memory", "more memory than an exercise may use"),
    "endless output": ("while True: print('x' * 1000)", {}, "output_limit", "printed more than 1 MiB"),
    "an exit": ("os._exit(3)", {}, "crashed", "exit status 3"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ENDS)
def test_what_does_not_return_is_ended_and_told(kind: str, doubles: Callable[..., Graded]) -> None:
    body, limits, status, message = ENDS[kind]
    graded = doubles(body, **limits)
    assert graded.check("1", "double")["status"] == status and message in graded.out, graded.out


def test_a_child_left_behind_is_ended_and_told(doubles: Callable[..., Graded], tmp_path: Path) -> None:
    sleeper = "[sys.executable, '-c', 'import time; time.sleep(60)']"
    kept = tmp_path / "pids"
    start = f"child = subprocess.Popen({sleeper}, start_new_session=True); "
    graded = doubles(f"{start}print(child.pid, file=open({str(kept)!r}, 'a'))")
    assert graded.score == 1 and "left them running; they were ended" in graded.out
    pids = [int(line) for line in kept.read_text("utf-8").split()]
    assert pids and wait_for(lambda: not any(map(alive, pids)), 10)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_running(number: signal.Signals, tmp_path: Path) -> None:
    """No kernel ends the worker when the judge is killed: it looks for its parent itself, whatever the code does."""
    work = write_files(tmp_path / "work", {"ops.py": "while True: pass\n"})
    command = [sys.executable, "-m", "grader", str(work), "--only", "2.5", OPTION]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert wait_for(lambda: any(map(is_python, descendants(process.pid))), 30)
        time.sleep(0.5)
        workers = descendants(process.pid)
        os.kill(process.pid, number)
        _, error = process.communicate(timeout=20)
    assert number == signal.SIGKILL or (process.returncode, error.decode().strip()) == (
        130, "interrupted: nothing was written",
    )  # fmt: skip
    assert wait_for(lambda: not any(map(alive, workers)), 10)


def test_a_class_is_graded(run: Callable[..., Graded], tmp_path: Path) -> None:
    names = [f"student{number}" for number in range(6)]
    make_class(tmp_path / "class", dict.fromkeys(names, RIGHT))
    course = make_course(tmp_path / "course")
    graded = run("batch", "class", "--out", "out", "--course", course, "--jobs", "2", OPTION)
    assert graded.code == 0, graded.out + graded.err
    assert [row["final"] for row in gradebook(tmp_path / "out").values()] == ["5"] * 6
