"""What a class costs: `grade batch` beside a cold process and pytest for each submission, and what it costs again.

    python benchmarks/classroom.py --count 60 --again 1000 --many 10000

The requests that the judge makes of the reference are recorded once. A peer carries out these same requests for each
submission in a process of its own that imports numpy and the submission: as a plain script, and as tests of pytest. It
judges nothing, confines nothing and writes no report, which is in its favour. Startup, judging, reports, gradebook and
class page all count on our side.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from whole import REPLAY, ROOT, Recorder, cpu

from grader.course.load import load_course, packaged_course
from grader.judge.pipeline import grade
from grader.model import Settings
from grader.sandbox import spawn
from grader.sandbox.open_sandbox import open_sandbox
from grader.submission.folder import read_folder

TRAINING = ("xor.py", "classifier.py")
# Reading DOT takes a peer a fifth of a second to import, which would count as the student's own time.
LEFT_OUT = ("visualize.py",)
# Each request is a test of its own, as a course that uses pytest would have them.
PYTEST = """
import sys
sys.argv = ["replay", {frames!r}, {entry!r}, {installed!r}]
{head}

def requests():
    stream = Stream({frames!r})
    while True:
        try:
            yield from ["do" in stream.receive(frames.MAX_REQUEST)[0]]
        except EOFError:
            return


import pytest

@pytest.mark.parametrize("number", range(sum(requests())))
def test_request(number):
    request, raw = handler.stream.receive(frames.MAX_REQUEST)
    assert isinstance(getattr(handler, request["do"])(request, raw, []), dict)
"""


@dataclass(frozen=True)
class Peers:
    """Medians of CPU seconds for one submission; `own` is the calls alone, without the process that they run in."""

    cold: float
    pytest: float
    own: float


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints every number beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=60, metavar="N", help="submissions that are judged")
    parser.add_argument(
        "--again", type=int, default=1000, metavar="N", help="submissions of a run that finds nothing new"
    )
    parser.add_argument(
        "--many", type=int, default=10_000, metavar="N", help="submissions for the memory; 0 leaves it out"
    )
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        side_by_side(Path(folder), arguments.count)
        again(Path(folder), arguments.again)
        if arguments.many:
            memory(Path(folder), arguments.many)


def side_by_side(folder: Path, count: int) -> None:
    """CPU of a submission: ours, and a process each of the two peers; without training and with it."""
    for name, without in (("without training", TRAINING), ("with training", ())):
        work = folder / f"work {len(without)}"
        shutil.copytree(ROOT / "reference", work)
        for file in (*LEFT_OUT, *without):
            (work / file).unlink()
        many = count if without else max(4, count // 10)
        peers = measure_peers(folder, work, 5 if without else 3)
        ours = batch_cpu(classroom(folder / f"class {len(without)}", work, many), folder / f"out {len(without)}") / many
        print(f"CPU a submission, {name}, {many} submissions")
        print(f"  grade batch                    {1000 * ours:7.1f} ms")
        for peer, spent, times in (("cold process", peers.cold, 10), ("pytest", peers.pytest, 40)):
            wanted = f"goal {times}" if without else ""
            print(f"  {peer + ', the calls alone':31}{1000 * spent:7.1f} ms  {spent / ours:6.2f} of ours   {wanted}")
        print(f"  the student's own CPU          {1000 * peers.own:7.1f} ms")
        if without:
            print(f"  overhead                       {1000 * (ours - peers.own):7.1f} ms   goal 10")
        else:
            print(f"  ours / the student's own       {ours / peers.own:7.2f}      goal 1.15")


def measure_peers(folder: Path, work: Path, rounds: int) -> Peers:
    """The same requests in a cold process and in pytest, in turn."""
    frames = folder / f"frames of {work.name}"
    course = load_course(packaged_course())
    with closing(Recorder(open_sandbox(backend="plain"), frames)) as sandbox:
        grade(course, read_folder(work, course.files), Settings(), sandbox)
    empty = folder / "no frames"
    empty.touch()
    installed = json.dumps(spawn.packages(False))
    head = REPLAY[: REPLAY.index("sys.stdout = ")]
    tests = folder / f"test_{work.name.replace(' ', '_')}.py"
    tests.write_text(PYTEST.format(frames=str(frames), entry=str(spawn.ENTRY), installed=installed, head=head), "utf-8")
    plain = [sys.executable, "-I", "-S", "-B", "-c", REPLAY]
    rest = [str(spawn.ENTRY), installed]
    pytest = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--rootdir",
        str(folder),
    ]
    cold, tested, started = [], [], []
    for _ in range(rounds):
        cold.append(cpu([*plain, str(frames), *rest]))
        started.append(cpu([*plain, str(empty), *rest]))
        tested.append(cpu([*pytest, str(tests)]))
    median = statistics.median
    return Peers(median(cold), median(tested), median(cold) - median(started))


def classroom(folder: Path, work: Path, count: int, alike: bool = False) -> Path:
    """Copies of one submission; no two files are the same, unless they may be `alike`."""
    for number in range(count):
        one = folder / f"student {number:05}"
        one.mkdir(parents=True)
        for path in work.iterdir():
            if path.is_file():
                head = "" if alike else f"# {number}\n"
                (one / path.name).write_text(head + path.read_text("utf-8"), "utf-8")
    return folder


def command(work: Path, out: Path) -> list[str]:
    """The command that grades a class. Inside bubblewrap's namespaces the workers' CPU would not be counted here."""
    return [sys.executable, "-m", "grader", "batch", str(work), "--out", str(out), "--isolation", "lock"]


def batch_cpu(work: Path, out: Path) -> float:
    """CPU seconds of grading a class, with all its processes."""
    return cpu(command(work, out))


def again(folder: Path, count: int) -> None:
    """How fast a run is that finds everything as it was."""
    work = classroom(folder / "class again", ROOT / "student_template", count, alike=True)
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
    work = classroom(folder / "class many", ROOT / "student_template", count, alike=True)
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
