"""What a submission costs by itself: its files are imported and called as the checks call them, and nobody judges.

    python benchmarks/bare.py --rounds 5

The calls that the judge makes of the reference solution are recorded once and written out as plain Python (see
statements.py). The student's own CPU is that of a process that imports a submission and makes these calls, minus what
it has used before: starting Python and importing numpy. That is read from the clock of the same process, since it
differs by some 20 ms from one process to the next. Python's garbage collector is left as it is.
"""

from __future__ import annotations

import argparse
import ctypes
import functools
import os
import py_compile
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from recorder import record
from statements import module

ROOT = Path(__file__).resolve().parent.parent
# Files that train; their calls take seconds, those of all others together less than a tenth of one.
TRAINING = ("xor.py", "classifier.py")
# The judge reads the drawing that it returns, which no call shows.
LEFT_OUT = ("visualize.py",)
# Typical mistakes: a sign, `=` for `+=`, a step of the chain rule left out.
MISTAKES = (
    ("ops.py", "grad_b = -grad_output", "grad_b = grad_output"),
    ("value.py", "self.grad += other.data * out.grad", "self.grad = other.data * out.grad"),
    ("network.py", " * (a1 > 0)", ""),
)
SCRIPT = """
import sys, time
import numpy
import calls

start = time.process_time()
calls.load(sys.argv[1])
for _, _, programs in calls.CHECKS:
    for program in programs:
        try:
            program()
        except Exception:
            pass
print()
print(time.process_time() - start)
"""
PR_SET_CHILD_SUBREAPER = 36  # of linux/prctl.h
# One thread, so that idle ones that wait for each other count nowhere.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
Times = Mapping[str, Sequence[float]]


class Bare:
    """The calls that are made of one submission, in a folder of their own beside a script that makes them."""

    def __init__(self, folder: Path, recorded: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.checks = record(recorded)
        calls = folder / "calls.py"
        calls.write_text(module(self.checks), "utf-8")
        # Who grades a class compiles the calls once, so that is nobody's own time.
        py_compile.compile(str(calls), doraise=True)
        self.script = folder / "bare.py"
        self.script.write_text(SCRIPT, "utf-8")

    def own(self, work: Path) -> float:
        """CPU seconds of importing a submission and making the calls."""
        done = subprocess.run(
            python(self.script, work), check=True, capture_output=True, encoding="utf-8", env=ENVIRONMENT
        )
        return float(done.stdout.split()[-1])


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints the student's own CPU of four submissions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is run, in turn")
    rounds = parser.parse_args(argv).rounds
    with tempfile.TemporaryDirectory() as name:
        works = submissions(Path(name))
        bare = bare_calls(Path(name), works)
        times = in_turn({kind: partial(bare[kind].own, work) for kind, work in works.items()}, rounds)
    print(f"{'the student’s own CPU, ms':32}{'min':>9}{'median':>9}")
    for kind, seconds in times.items():
        print(f"{kind:32}{1000 * min(seconds):9.1f}{1000 * statistics.median(seconds):9.1f}")


def submissions(folder: Path) -> dict[str, Path]:
    """The submissions that are measured, by what they are."""
    works = {}
    for kind, source, without in (
        ("without training", "reference", (*LEFT_OUT, *TRAINING)),
        ("with training", "reference", LEFT_OUT),
        ("three mistakes", "reference", (*LEFT_OUT, *TRAINING)),
        ("untouched template", "student_template", LEFT_OUT),
    ):
        works[kind] = folder / kind
        shutil.copytree(ROOT / source, works[kind], ignore=shutil.ignore_patterns(".*", "__pycache__", *without))
    for file, right, wrong in MISTAKES:
        path = works["three mistakes"] / file
        text = path.read_text("utf-8")
        assert text.count(right) == 1, f"{file}: {right}"
        path.write_text(text.replace(right, wrong), "utf-8")
    return works


def bare_calls(folder: Path, works: Mapping[str, Path]) -> dict[str, Bare]:
    """The calls for each kind of submission: those of the reference, so that what the judge asks again to explain a
    mistake counts as the judge's time."""
    short = Bare(folder / "calls without training", works["without training"])
    long = Bare(folder / "calls with training", works["with training"])
    return {kind: long if (work / TRAINING[0]).exists() else short for kind, work in works.items()}


def in_turn(acts: Mapping[str, Callable[[], float]], rounds: int) -> Times:
    """What each returns, over so many rounds: each round has every one once, so that other load affects all."""
    times: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            times[name].append(act())
    return times


def python(script: Path, *arguments: Path) -> list[str]:
    """The command that runs a script; what it imports of a submission is compiled each time, as it is for a new one."""
    return [sys.executable, "-B", str(script), *map(str, arguments)]


@functools.cache
def _adopt_orphans() -> None:
    """Has processes whose parent ends become children of this one, so that their time counts. On Linux."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def cpu(command: Sequence[str], folder: Path | None = None) -> float:
    """User and system seconds of a command and all processes below it, those that outlive it for a moment included."""
    _adopt_orphans()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT, cwd=folder)
    with suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
