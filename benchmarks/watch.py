"""From a save to the printed verdict: how long `grade watch` takes for one exercise without training."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from grader.cli.file_watcher import LOOK_EVERY

ROOT = Path(__file__).resolve().parent.parent
GOAL_MS = 500.0
RIGHT, WRONG = "grad_b = -grad_output", "grad_b = grad_output"


def main(argv: Sequence[str] | None = None) -> None:
    """Watches a copy of the reference, saves right and wrong in turn, prints the times beside the goal."""
    parser = argparse.ArgumentParser(description="Measure the time from a save to the printed verdict.")
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="how often right and wrong are saved")
    parser.add_argument("--only", default="2.5", metavar="ID", help="the exercise that is watched; all for `all`")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "work"
        shutil.copytree(ROOT / "reference", work)
        only = [] if arguments.only == "all" else ["--only", arguments.only]
        command = [sys.executable, "-m", "grader", "watch", str(work), *only, "--out", f"{folder}/report"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
            try:
                right, wrong = measure(process, work / "ops.py", max(1, arguments.rounds))
            finally:
                process.terminate()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"{machine}; a look every {LOOK_EVERY:g} s")
    print(f"\nfrom a save to the printed points, ms  {'median':>8} {'fastest':>8} {'slowest':>8} {'goal':>8}")
    for name, seconds in (("right again", right), ("wrong, with a hint", wrong)):
        times = [1000 * one for one in (statistics.median(seconds), min(seconds), max(seconds))]
        print(f"{name:38} " + " ".join(f"{one:8.0f}" for one in times) + f" {f'< {GOAL_MS:g}':>8}")


def measure(process: subprocess.Popen[str], file: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds from each save of right and of wrong code until the points are printed."""
    text = file.read_text("utf-8")
    assert RIGHT in text and process.stdout
    wait_for(process, "^watching ")
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(2 * rounds):
        new = text if number % 2 else text.replace(RIGHT, WRONG)
        # Looks are taken at fixed times, people save at any: the pauses are spread over the time between two looks.
        time.sleep(0.5 + LOOK_EVERY * number / (2 * rounds))
        start = time.perf_counter()
        file.write_text(f"{new}\n# save {number}\n", "utf-8")
        wait_for(process, r"of [0-9.]+ points")
        times[(number + 1) % 2].append(time.perf_counter() - start)
    return times


def wait_for(process: subprocess.Popen[str], pattern: str) -> None:
    """Reads until a line with this pattern. Raises EOFError where the process has ended."""
    assert process.stdout
    for line in process.stdout:
        if re.search(pattern, line):
            return
    raise EOFError(f"`grade watch` ended before it printed {pattern!r}")


if __name__ == "__main__":
    main()
