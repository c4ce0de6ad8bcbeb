"""What a class costs again, and how much memory a large one takes.

    python benchmarks/classroom.py --again 1000 --many 10000

What a submission costs the first time is in peers.py.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bare import ROOT, cpu


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints every number beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--again", type=int, default=1000, metavar="N", help="submissions of a run that finds nothing new"
    )
    parser.add_argument(
        "--many", type=int, default=10_000, metavar="N", help="submissions for the memory; 0 leaves it out"
    )
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        again(Path(folder), arguments.again)
        if arguments.many:
            memory(Path(folder), arguments.many)


def classroom(folder: Path, count: int) -> Path:
    """A class that has handed in the untouched template."""
    for number in range(count):
        one = folder / f"student {number:05}"
        one.mkdir(parents=True)
        for path in (ROOT / "student_template").iterdir():
            if path.is_file():
                (one / path.name).write_text(path.read_text("utf-8"), "utf-8")
    return folder


def command(work: Path, out: Path) -> list[str]:
    """The command that grades a class. Inside bubblewrap's namespaces the workers' CPU would not be counted here."""
    return [sys.executable, "-m", "grader", "batch", str(work), "--out", str(out), "--isolation", "lock"]


def again(folder: Path, count: int) -> None:
    """How fast a run is that finds everything as it was."""
    work = classroom(folder / "class again", count)
    cpu(command(work, folder / "out again"))
    times = [wall(lambda: cpu(command(work, folder / "out again"))) for _ in range(3)]
    print(f"nothing changed, {count} submissions: {count / statistics.median(times):.0f} a second   goal 1000")


def wall(act: Callable[[], object]) -> float:
    """Seconds of wall time."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def memory(folder: Path, count: int) -> None:
    """The largest process of a class of so many, in the run that grades it and in one that finds nothing new."""
    work = classroom(folder / "class many", count)
    for name in ("graded", "nothing changed"):
        done = subprocess.run(
            ["/usr/bin/env", "python3", "-c", MEASURED, *command(work, folder / "out many")],
            check=True, capture_output=True, encoding="utf-8",
        )  # fmt: skip
        most = int(re.findall(r"\d+", done.stdout)[-1])
        print(f"{count} submissions, {name}: the largest process takes {most / 1024:.0f} MB   goal 300")


MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


if __name__ == "__main__":
    main()
