"""Budgets hold over all workers of an exercise, and what the machine does is never the student's: it is tried again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Graded, Judged, write_files
from test_workers import alive, descendants, is_python, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="waiting is told by /proc")
TRIES = 3  # of a test on a busy machine, where a run of two seconds may be over before it is seen
CHECK = "  - {{id: {0}, claim: {0} doubles, kind: value, points: 1, call: {0}(x), equals: 2 * x, inputs: {{x: any}}}}\n"
COURSE = {
    "course.yaml": "title: Doubles\nseed: 1\nlimits: {cpu: 30, wall: 120, wait: 2}\n",
    "1.yaml": "id: one\ntitle: One\nfile: one.py\npoints: 4\ntask: Double it.\nchecks:\n"
    + "".join(map(CHECK.format, ["first", "second", "third", "fourth"])),
    "2.yaml": "id: two\ntitle: Two\nfile: two.py\npoints: 1\ntask: Double it.\nchecks:\n" + CHECK.format("first"),
    "3.yaml": "id: answer\ntitle: An answer\nfile: answers.yaml\npoints: 1\ntask: Say 3.\nchecks:\n"
    "  - {id: a, claim: it is 3, kind: number, points: 1, answer: a, readings: [3]}\n",
}
RIGHT = "def double(x):\n    return 2 * x\n\nfirst = second = third = fourth = double\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    text = {name: body.replace("{x: any}", "{x: {between: [1, 2]}}") for name, body in COURSE.items()}
    return write_files(tmp_path / "course", text)


@pytest.fixture
def doubles(course: Path, run: Callable[..., Graded], tmp_path: Path) -> Callable[..., Graded]:
    """`doubles({"one.py": source}, arguments…)`: grades files, with right ones for those that are not given."""

    def call(files: dict[str, str], *arguments: str) -> Graded:
        whole = {"one.py": RIGHT, "two.py": RIGHT, "answers.yaml": "answer: {a: 3}\n"} | files
        return run(write_files(tmp_path / "submission", whole), "--course", course, *arguments)

    return call


def statuses(graded: Graded, exercise: str) -> list[str]:
    return [check["status"] for check in graded.exercise(exercise)["checks"]]


@contextmanager
def grading(tmp_path: Path, course: Path, source: str) -> Iterator[subprocess.Popen[bytes]]:
    """A grader at work on one.py; not tried further than `with` lasts."""
    folder = write_files(tmp_path / "submission", {"one.py": source})
    command = [sys.executable, "-m", "grader", str(folder), "--course", str(course), "--only", "one"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def told(tmp_path: Path) -> list[dict[str, Any]]:
    results = json.loads((tmp_path / "grade-report" / "results.json").read_text("utf-8"))
    return results["exercises"][0]["checks"]  # type: ignore[no-any-return]


def worker(pid: int) -> int:
    """The forked worker below the grader `pid` that sleeps, 0 while there is none: its parent is a worker, too."""
    for one in descendants(pid):
        if alive(one) and all(is_python(number) for number in (one, parent(one))):
            states = set()
            for _ in range(6):
                states.add(part(one, "stat").rpartition(b")")[2][1:2])
                time.sleep(0.05)
            return one if states == {b"S"} else 0
    return 0


def parent(pid: int) -> int:
    return int(part(pid, "stat").rpartition(b")")[2].split()[1] or 0)


def part(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b") S 0"


def test_waiting_is_spent_once_and_not_once_a_worker(doubles: Callable[..., Graded]) -> None:
    graded = doubles({"one.py": "import os, time\ndef first(x):\n    time.sleep(0.8)\n    os.abort()\n"
                                "second = third = fourth = first\n"})  # fmt: skip
    assert statuses(graded, "one") == ["crashed", "crashed", "timed_out", "skipped"]
    assert (graded.exercise("one")["status"], graded.code) == ("timed_out", 1)
    assert graded.exercise("two")["score"] == 1


@pytest.mark.parametrize("sleepers", [0, 3])
def test_who_lets_three_exercises_wait_may_wait_less_in_the_next(
    sleepers: int, judged: Callable[..., Judged], tmp_path: Path
) -> None:
    names = ["a", "b", "c", "last"]
    files = {f"{name}.yaml": COURSE["2.yaml"].replace("two", name) for name in names}
    files["course.yaml"] = COURSE["course.yaml"].replace("wait: 2", "wait: 0.5")
    course = write_files(
        tmp_path / "waits", {n: text.replace("{x: any}", "{x: {choices: [1]}}") for n, text in files.items()}
    )
    slow = "import time\ntime.sleep({0})\ndef first(x):\n    return 2 * x\n"
    work = {f"{name}.py": slow.format(100 if number < sleepers else 0) for number, name in enumerate(names)}
    report = judged({**work, "last.py": slow.format(0.3)}, course=course)
    found = [report.check(name, "first")["status"] for name in names]
    assert found == ["timed_out"] * sleepers + ["correct"] * (3 - sleepers) + ["timed_out" if sleepers else "correct"]


def test_computing_is_spent_once_and_not_once_a_worker(course: Path, doubles: Callable[..., Graded]) -> None:
    head = course / "course.yaml"
    head.write_text(head.read_text("utf-8").replace("cpu: 30", "cpu: 1"), "utf-8")
    spends = "import os, time\ndef first(x):\n    while time.process_time() < 0.7: pass\n    os.abort()\n"
    graded = doubles({"one.py": spends + "second = third = fourth = first\n"})
    assert statuses(graded, "one") == ["crashed", "timed_out", "skipped", "skipped"]


def test_a_sleeper_that_wakes_up_all_the_time_waits_all_the_same(doubles: Callable[..., Graded]) -> None:
    naps = "import time\ndef first(x):\n    while True: time.sleep(0.01)\nsecond = third = fourth = first\n"
    graded = doubles({"one.py": naps})
    assert statuses(graded, "one")[0] == "timed_out" and "waited until its time was over" in graded.out


def test_an_exercise_is_run_once_and_each_in_a_worker_of_its_own(doubles: Callable[..., Graded]) -> None:
    notes = "import builtins\nprint('seen' if hasattr(builtins, 'mark') else 'new')\nbuiltins.mark = 1\n"
    wrong = notes + "def first(x):\n    return 3 * x\nsecond = third = fourth = first\n"
    graded = doubles({"one.py": wrong, "two.py": wrong})
    assert graded.exercise("one")["output"] == graded.exercise("two")["output"] == "new\n"
    assert statuses(graded, "one") == ["wrong"] * 4


def test_no_code_changes_what_a_written_answer_is_read_as(doubles: Callable[..., Graded]) -> None:
    patch = "import sys, types\nfor module in list(sys.modules.values()):\n    for name in dir(module):\n"
    patch += "        if name in ('read', 'safe_load', 'load', 'compose', 'parse'):\n"
    patch += (
        "            try:\n                setattr(module, name, lambda *a, **k: {'read': {'answer': {'a': '3'}}})\n"
    )
    patch += "            except Exception: pass\n"
    graded = doubles({"one.py": patch + RIGHT, "two.py": patch + RIGHT, "answers.yaml": "answer: {a: 4}\n"})
    assert statuses(graded, "answer") == ["wrong"]


def test_a_checker_is_not_in_the_process_that_its_engine_is_measured_in(judged: Callable[..., Judged]) -> None:
    engine = (ROOT / "reference" / "value.py").read_text("utf-8")
    checker = "import value\nvalue.Value.backward = lambda self: None\ndef check_autograd(f, inputs, epsilon=1e-5):\n"
    graded = judged({"value.py": engine, "autograd_check.py": checker + "    return True\n"}, "value-check")
    assert graded.exercise("value-check")["checks"][0]["status"] == "wrong"  # and not: the engine must work first


def test_a_thread_that_computes_is_not_waited_for(doubles: Callable[..., Graded]) -> None:
    source = "import threading, time\ndef work():\n    while time.thread_time() < 3: pass\ndef first(x):\n"
    source += "    thread = threading.Thread(target=work)\n    thread.start()\n    thread.join()\n    return 2 * x\n"
    source += "def second(x):\n    return 2 * x\nthird = fourth = second\n"
    assert statuses(doubles({"one.py": source}), "one") == ["correct"] * 4


def test_stopped_processes_do_not_wait(tmp_path: Path, course: Path) -> None:
    """Both the judge and the worker are stopped in the middle of a short sleep, for longer than a worker may wait."""
    head = course / "course.yaml"
    head.write_text(head.read_text("utf-8").replace("wait: 2", "wait: 4"), "utf-8")
    printed = []
    for _ in range(TRIES):
        with grading(tmp_path, course, "import time\ntime.sleep(2)\n" + RIGHT) as process:
            seen = wait_for(lambda: process.poll() is not None or len(descendants(process.pid)) >= 2, 30)
            if seen and process.poll() is None:
                time.sleep(0.5)
                _stop_and_continue([process.pid, *descendants(process.pid)])
                process.wait(60)
                assert [check["status"] for check in told(tmp_path)] == ["correct"] * 4
                return
            process.kill()
            printed.append((process.communicate(), process.returncode))
    raise AssertionError(printed)


def _stop_and_continue(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(5)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("times", [1, 2])
def test_who_is_killed_from_outside_is_tried_once_more(times: int, tmp_path: Path, course: Path) -> None:
    """Twice is the grader's trouble and costs no points, but is never a verdict."""
    head = course / "course.yaml"
    head.write_text(head.read_text("utf-8").replace("wait: 2", "wait: 10"), "utf-8")
    with grading(tmp_path, course, "import time\ntime.sleep(3)\n" + RIGHT) as process:
        killed = 0
        for _ in range(times):
            killed = waited(lambda: (one := worker(process.pid)) != killed and one)  # noqa: B023
            os.kill(killed, signal.SIGKILL)
        process.wait(60)
    found = [check["status"] for check in told(tmp_path)]
    assert found[0] == ("correct" if times == 1 else "judge_error")
    assert process.returncode == (0 if times == 1 else 3)


def waited(condition: Callable[[], int]) -> int:
    """What a condition gives once it gives something."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if found := condition():
            return found
    raise AssertionError("it did not come")
