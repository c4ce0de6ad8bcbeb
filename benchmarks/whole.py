"""The CPU time of a whole `grade reference` beside what the same calls and trainings take in one process of their own.

    python benchmarks/whole.py --rounds 5

The requests that the judge makes are recorded once. Then, in turn: `grade reference` with all its processes, and a
plain Python process that imports numpy and the reference and carries out those requests, without judge or report.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from grader.course.load import load_course, packaged_course
from grader.judge.pipeline import grade
from grader.model import Limits, Settings
from grader.sandbox.connection import Part, Serve, WorkerConnection
from grader.sandbox.open_sandbox import open_sandbox
from grader.submission.folder import read_folder

ROOT = Path(__file__).resolve().parent.parent
GOAL = 1.5


class Recorder:
    """A sandbox whose workers write down every frame that they are sent."""

    def __init__(self, inner: Any, into: Path) -> None:
        self.inner, self.into = inner, into

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def start(self, limits: Limits, cpu: int) -> WorkerConnection:
        """A worker of the inner sandbox, its `ask` wrapped."""
        worker: WorkerConnection = self.inner.start(limits, cpu)
        ask = worker.ask

        def recorded(frame: bytes, serve: Serve | None = None, part: Part | None = None) -> tuple[Any, memoryview]:
            self._write(frame)
            return ask(frame, serve and (lambda number, x, raw: self._write(serve(number, x, raw))), part)

        worker.ask = recorded  # type: ignore[method-assign]
        return worker

    def _write(self, frame: bytes) -> bytes:
        with self.into.open("ab") as file:
            file.write(frame)
        return frame


REPLAY = """
import json, os, sys
sys.path.insert(0, os.path.dirname(os.path.dirname(sys.argv[2])))
from worker import libraries
libraries.install(json.loads(sys.argv[3]), ["numpy"])
from worker import frames, request_handler

class Stream:
    def __init__(self, path):
        self.file = open(path, "rb")
    def send(self, frame):
        pass
    def receive(self, limit):
        head = self.file.read(frames.HEAD.size)
        if not head:
            raise EOFError
        total, text = frames.sizes(head, limit)
        return frames.unpack(self.file.read(total), text)

handler = request_handler.RequestHandler(Stream(sys.argv[1]), lambda: None)
sys.stdout = open(os.devnull, "w")
while True:
    try:
        request, raw = handler.stream.receive(frames.MAX_REQUEST)
    except EOFError:
        break
    getattr(handler, request["do"])(request, raw, [])
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints the ratio of the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is run, in turn")
    rounds = parser.parse_args(argv).rounds
    with tempfile.TemporaryDirectory() as folder:
        frames = Path(folder) / "frames"
        record(frames)
        whole, alone = [], []
        for _ in range(rounds):
            # Inside bubblewrap's namespaces the workers' CPU would not be counted here.
            options = ["--isolation", "lock", "--out", folder]
            whole.append(cpu([sys.executable, "-m", "grader", str(ROOT / "reference"), *options]))
            alone.append(cpu(replay(frames)))
    ratio = statistics.median(whole) / statistics.median(alone)
    print(f"grade reference, all processes   {1000 * statistics.median(whole):7.0f} ms of CPU")
    print(f"its calls alone, in one process  {1000 * statistics.median(alone):7.0f} ms of CPU")
    print(f"ratio                            {ratio:7.2f}     goal {GOAL}")


def record(frames: Path) -> None:
    """Grades the reference once and keeps every request and every answer of a planted function."""
    course = load_course(packaged_course())
    with closing(Recorder(open_sandbox(backend="plain"), frames)) as sandbox:
        grade(course, read_folder(ROOT / "reference", course.files), Settings(), sandbox)


def replay(frames: Path) -> list[str]:
    """The command that carries the recorded requests out."""
    from grader.sandbox import spawn

    installed = json.dumps(spawn.packages(False))
    return [sys.executable, "-I", "-S", "-B", "-c", REPLAY, str(frames), str(spawn.ENTRY), installed]


def cpu(command: Sequence[str]) -> float:
    """User and system seconds of a command and all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {"OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin"}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
