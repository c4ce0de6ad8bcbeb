"""Honest networks through the judge's own door: every style of tests/networks.py with many seeds, and what they lost.

    python benchmarks/networks.py [SEEDS] [FIRST SEED] [STYLE...]

Prints a line for each style, and each report in which a point is missing; exits with 1 where there is one.
"""

from __future__ import annotations

import contextlib
import runpy
import sys
import time
from pathlib import Path

from grader.course.load import load_course
from grader.judge.pipeline import grade
from grader.model import Settings
from grader.sandbox.open_sandbox import open_sandbox
from grader.submission.collect import submission

ROOT = Path(__file__).resolve().parent.parent
NETWORKS = runpy.run_path(str(ROOT / "tests" / "networks.py"))  # the folder of the tests is not a package
STYLES: dict[str, str] = {**NETWORKS["RIGHT"], **NETWORKS["SMALL"]}


def main() -> int:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    styles = {name: text for name, text in STYLES.items() if name in sys.argv[3:] or len(sys.argv) < 4}
    engine = (ROOT / "reference" / "value.py").read_text("utf-8")
    course = load_course(ROOT / "exercises")
    lost = 0
    with contextlib.closing(open_sandbox()) as sandbox:
        for name, source in styles.items():
            files = {"xor.py": source, "value.py": engine}
            handed_in = submission("network", "network", files, {}, files, (), ())
            started, bad = time.perf_counter(), 0
            for seed in range(first, first + seeds):
                report = grade(course, handed_in, Settings(only=("xor",), seed=seed), sandbox)
                if report.score < report.max_score:
                    bad += 1
                    (check,) = report.exercises[0].checks
                    print(f"LOST {name}, seed {seed}: {check.status.value} {check.message} | {check.hint}", flush=True)
            print(f"{name}: {seeds} seeds, {bad} lost, {time.perf_counter() - started:.1f} s", flush=True)
            lost += bad
    print(f"{len(styles)} styles with {seeds} seeds each: {lost} lost points")
    return int(lost > 0)


if __name__ == "__main__":
    sys.exit(main())
