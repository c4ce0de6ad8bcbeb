"""What each isolation costs: CPU of judge and workers for one submission, every backend in turn, beside `plain`.

    python benchmarks/isolation.py --rounds 5

Trainings are left out, so that what isolation costs is not hidden behind them. A warm worker's own CPU and that of
every child it has reaped stand in its /proc entry, also across a pid namespace, which hides them from rusage.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from grader.course.files import packaged_course
from grader.course.load import load_course
from grader.judge import pipeline
from grader.model import Course, Settings, Submission
from grader.sandbox.backends import BACKENDS
from grader.sandbox.confinement import Confinement
from grader.sandbox.open_sandbox import isolation, open_sandbox
from grader.sandbox.spawn import ENTRY
from grader.submission.folder import read_folder

ROOT = Path(__file__).resolve().parent.parent
EXERCISES = ("2.1", "2.2", "2.3", "2.5", "2.6", "2.7", "2.8", "2.9", "2.10", "value")
GOALS = {"lock": 1.10, "spare-user": 1.10, "bubblewrap": 1.30}
TICK = os.sysconf("SC_CLK_TCK")


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints milliseconds and the ratio to plain, round by round interleaved."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each backend is measured")
    parser.add_argument("--submissions", type=int, default=20, metavar="N", help="submissions a round")
    arguments = parser.parse_args(argv)
    course = load_course(packaged_course())
    submission = read_folder(ROOT / "reference", course.files)
    here = [name for name, offer in BACKENDS.items() if isinstance(offer(), Confinement)]
    spent: dict[str, list[float]] = {name: [] for name in here}
    for number in range(arguments.rounds):
        for name in here if number % 2 else reversed(here):
            spent[name].append(measure(name, course, submission, arguments.submissions))
    for name in here:
        ratio = statistics.median(one / base for one, base in zip(spent[name], spent["plain"], strict=True))
        goal = f" (goal {GOALS[name]:.2f})" if name in GOALS else ""
        milliseconds = 1000 * statistics.median(spent[name])
        print(f"{name:12} {milliseconds:7.1f} ms a submission, {ratio:.2f} of plain{goal}")


def measure(backend: str, course: Course, submission: Submission, count: int) -> float:
    """CPU seconds of judge and workers for one submission, after a first one that warms up."""
    settings = Settings(only=EXERCISES)
    with closing(open_sandbox(backend=backend)) as sandbox:
        isolation(sandbox)
        pipeline.grade(course, submission, settings, sandbox)
        warm = warm_worker()
        before = time.process_time() + cpu(warm)
        for seed in range(count):
            pipeline.grade(course, submission, Settings(only=EXERCISES, seed=seed), sandbox)
        return (time.process_time() + cpu(warm) - before) / count


def warm_worker() -> int:
    """The process id of the one warm worker that this process has, directly or inside bubblewrap."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if str(ENTRY).encode() in words and b"warm" in words and b"--" not in words and mine(int(entry.name)):
                found.append(int(entry.name))
    return max(found)


def mine(pid: int) -> bool:
    """Whether a process descends from this one."""
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
    return False


def cpu(pid: int) -> float:
    """User and system seconds of a process and of all its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return sum(map(int, fields[11:15])) / TICK


if __name__ == "__main__":
    main()
