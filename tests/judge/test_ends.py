"""What is still at work is ended: a job past its deadline, a worker with all it started, a warm worker's children."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pool_work
import pytest
from classes import make_course
from test_workers import alive, descendants, wait_for

from grader.judge.environment import JudgeConfig
from grader.judge.process_pool import JobFailed, ProcessPool
from grader.model import Limits
from grader.sandbox import requests
from grader.sandbox.budget import Budget
from grader.sandbox.connection import WorkerConnection
from grader.sandbox.open_sandbox import open_sandbox
from grader.sandbox.program import Program

# Sleeps in a session of its own, and ends by itself after a minute whatever becomes of the test.
LEAVES = """\
import os, time

def leave():
    pid = os.fork()
    if pid == 0:
        os.setsid()
        if os.fork() == 0:
            for descriptor in range(3, 256):
                try:
                    os.close(descriptor)
                except OSError:
                    pass
            time.sleep(60)
        os._exit(0)
    os.waitpid(pid, 0)
    return 1
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="a warm worker is Linux's, and /proc is read")


@pytest.fixture
def nothing_stays() -> Iterator[None]:
    """Ends what a broken grader leaves: processes that this test started."""
    before = set(descendants(os.getpid()))
    yield
    for pid in set(descendants(os.getpid())) - before:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def leave(line: WorkerConnection) -> None:
    """Has the worker run code that leaves a process behind."""
    line.allow(Budget.of(Limits()))
    requests.load(line, {"left.py": LEAVES})
    program = Program()
    program.call(None, "leave", report="left")
    requests.ask(line, requests.Request("left.py", [program]))


def test_a_job_past_the_deadline_is_ended_and_told_so(tmp_path: Path) -> None:
    with ProcessPool(JudgeConfig(make_course(tmp_path / "course")), 1, deadline=2) as pool:
        found = dict(pool.run([40.0, 0.0], pool_work.sleep))
    assert found[0.0] is None  # the others go on, in a new process
    assert isinstance(found[40.0], JobFailed) and "took longer than 2 seconds" in found[40.0].why


def test_a_job_past_the_deadline_is_not_tried_again(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with ProcessPool(JudgeConfig(make_course(tmp_path / "course")), 1, deadline=2) as pool:
        ((_, found),) = pool.run([str(mark)], pool_work.sleep_and_count)
    assert isinstance(found, JobFailed) and mark.read_text("utf-8") == "tried\n"


@linux
@pytest.mark.usefixtures("nothing_stays")
def test_a_warm_worker_ends_its_children_when_the_judge_hangs_up() -> None:
    before = set(descendants(os.getpid()))
    sandbox = open_sandbox(backend="plain")
    with contextlib.closing(sandbox):
        line = sandbox.start(Limits(), 60)
        leave(line)
        started = set(descendants(os.getpid())) - before
        assert len(started) >= 3 and all(map(alive, started))  # the warm worker, its child, and what that one left
    assert wait_for(lambda: not any(map(alive, started)), 20)
    assert line.close() < 0  # there is nobody left to ask


@linux
@pytest.mark.usefixtures("nothing_stays")
def test_what_student_code_left_behind_ends_with_its_worker_and_nobody_elses() -> None:
    with contextlib.closing(open_sandbox(backend="plain")) as sandbox:
        other, line = sandbox.start(Limits(), 60), sandbox.start(Limits(), 60)
        before = set(descendants(os.getpid()))
        leave(line)
        left = set(descendants(os.getpid())) - before
        assert left and all(map(alive, left))
        line.close()
        assert wait_for(lambda: not any(map(alive, left)), 20)
        other.allow(Budget.of(Limits()))  # who is at work is spared
        requests.load(other, {"left.py": LEAVES})
        other.close()


STARTS = """
import sys, time
from pathlib import Path
from grader.judge import preload
preload.start(Path(sys.argv[1]))
from multiprocessing import forkserver
print(forkserver._forkserver._forkserver_address, flush=True)
time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="judging processes are forked on Linux alone")
@pytest.mark.parametrize("seconds", [0, 8])  # while the process starts, and long after
def test_a_killed_class_leaves_no_address_behind(tmp_path: Path, seconds: float) -> None:
    course = make_course(tmp_path / "course")
    with subprocess.Popen([sys.executable, "-c", STARTS, str(course)], stdout=subprocess.PIPE, encoding="utf-8") as run:
        assert run.stdout is not None
        address = Path(run.stdout.readline().strip())
        try:
            assert address.exists()
            time.sleep(seconds)
        finally:
            run.kill()
    assert wait_for(lambda: not address.parent.exists(), 60)
