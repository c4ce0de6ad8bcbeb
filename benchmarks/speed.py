"""What a submission costs: CPU of judge and worker, forked against started afresh, and the command's wall time."""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grader.course.files import packaged_course
from grader.course.load import load_course
from grader.judge import pipeline
from grader.model import Course, Settings, Submission
from grader.sandbox.open_sandbox import open_sandbox
from grader.sandbox.source import Sandbox
from grader.submission.folder import read_folder

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "reference"
EXERCISES = ("2.5", "2.6", "2.7", "2.8")
START_UPS = 7
# The last is for the wall time of one exercise: what feels like an answer at once.
GOAL_CPU_MS, GOAL_HELP_MS, GOAL_ONE_MS = 12.0, 100.0, 400.0


@dataclass
class Spent:
    """CPU seconds of one way to get workers: the judge's for each submission, the workers' altogether."""

    judge: list[float] = field(default_factory=list)
    workers: float = 0.0

    @property
    def judge_ms(self) -> float:
        """The judge's milliseconds for one submission."""
        return 1000 * statistics.fmean(self.judge)

    @property
    def worker_ms(self) -> float:
        """The worker's milliseconds for one submission."""
        return 1000 * self.workers / len(self.judge)

    @property
    def total_ms(self) -> float:
        """Both."""
        return self.judge_ms + self.worker_ms


def main(argv: Sequence[str] | None = None) -> None:
    """Measures, then prints every number beside its goal."""
    parser = argparse.ArgumentParser(description="Measure what one submission costs.")
    parser.add_argument("--rounds", type=int, default=30, metavar="N", help="how often each thing is measured")
    rounds = max(1, parser.parse_args(argv).rounds)
    print(f"{cores()} cores, {platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}")
    print(f"exercises {', '.join(EXERCISES)} on the reference solution, {rounds} rounds\n")
    warm, fresh = measure_cpu(rounds)
    print_cpu(warm, fresh)
    print_wall(rounds)


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def children() -> float:
    """CPU seconds of every child that has ended and been waited for, with the children that it waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure_cpu(rounds: int) -> tuple[Spent, Spent]:
    """Forked and fresh workers in turn, in one process, after one submission that is not counted.

    A warm worker's CPU, with that of its forks, is known when it has ended; its own start-up is taken off.
    """
    course = load_course(packaged_course())
    warm, fresh = Spent(), Spent()
    start_up = statistics.median(start_up_cpu() for _ in range(START_UPS))
    with closing(open_sandbox(warm=False, backend="lock")) as cold:
        grade(course, cold)  # the first one imports and fills caches
        sandbox = open_sandbox(warm=True, backend="lock")
        with closing(sandbox):
            for _ in range(rounds):
                warm.judge.append(grade(course, sandbox))
                before = children()
                fresh.judge.append(grade(course, cold))
                fresh.workers += children() - before
            before = children()
        warm.workers = children() - before - start_up
    return warm, fresh


def start_up_cpu() -> float:
    """CPU seconds of a warm worker that serves nobody."""
    before = children()
    open_sandbox(warm=True, backend="lock").close()
    return children() - before


def grade(course: Course, sandbox: Sandbox) -> float:
    """CPU seconds of the judge to read and judge the reference solution, reports not included."""
    before = time.process_time()
    report = pipeline.grade(course, submission(course), Settings(only=EXERCISES), sandbox)
    spent = time.process_time() - before
    if report.score != report.max_score:
        raise SystemExit("the reference solution lost points: nothing that is worth a measurement")
    return spent


def submission(course: Course) -> Submission:
    """The reference solution, read anew."""
    return read_folder(REFERENCE, {exercise.file for exercise in course.exercises})


def print_cpu(warm: Spent, fresh: Spent) -> None:
    """CPU of a submission for both ways to get workers."""
    print(f"{'CPU a submission, ms':32}{'judge':>9}{'worker':>9}{'both':>9}{'goal':>9}")
    for name, spent, goal in (("fork of a warm worker", warm, f"< {GOAL_CPU_MS:g}"), ("fresh process", fresh, "")):
        print(f"{name:32}{spent.judge_ms:9.1f}{spent.worker_ms:9.1f}{spent.total_ms:9.1f}{goal:>9}")
    print(f"{'fresh / fork':32}{fresh.total_ms / warm.total_ms:27.1f}\n")


def print_wall(rounds: int) -> None:
    """Median wall time of the command, started anew each time."""
    with tempfile.TemporaryDirectory() as out:
        grading = [str(REFERENCE), "--out", out]
        wanted = (
            ("grade --help", ["--help"], f"< {GOAL_HELP_MS:g}"),
            ("grade reference --only 2.5", [*grading, "--only", "2.5"], f"< {GOAL_ONE_MS:g}"),
            ("grade reference", grading, ""),
        )
        print(f"{'wall time, ms':32}{'median':>9}{'fastest':>9}{'slowest':>9}{'goal':>9}")
        for name, arguments, goal in wanted:
            times = sorted(wall_ms(arguments) for _ in range(rounds))
            print(f"{name:32}{statistics.median(times):9.0f}{times[0]:9.0f}{times[-1]:9.0f}{goal:>9}")


def wall_ms(arguments: Sequence[str]) -> float:
    """Milliseconds from starting the command to its end."""
    script = Path(sys.executable).with_name("grade")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "grader"]
    started = time.perf_counter()
    subprocess.run([*command, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
