"""The door the tests use: write a submission, run the command line on it, read what it wrote."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from grader.cli.grade import exit_code
from grader.cli.main import main
from grader.course import load as course_loading
from grader.course.load import load_course
from grader.judge import process_pool
from grader.judge.pipeline import grade
from grader.model import CheckResult, Course, Report, Settings
from grader.reports import html_report, json_report
from grader.reports.terminal import Terminal
from grader.sandbox import open_sandbox as opening
from grader.sandbox.open_sandbox import open_sandbox
from grader.sandbox.source import Sandbox
from grader.submission.folder import read_folder
from grader.submission.reader import read_submission

ROOT = Path(__file__).resolve().parent.parent
COURSE = ROOT / "exercises"
# How many seeds a verdict is tried with. Fixed cases make verdicts independent of seeds: three notice where one does
# not hold, and the weekly run tries ten.
SEEDS = int(os.environ.get("GRADER_TEST_SEEDS", "3"))
Files = Mapping[str, str | bytes]


class Results(ABC):
    """Short ways into results.json."""

    @property
    @abstractmethod
    def results(self) -> dict[str, Any]: ...

    @property
    def score(self) -> float:
        return self.results["score"]

    def exercise(self, name: str) -> dict[str, Any]:
        return next(exercise for exercise in self.results["exercises"] if exercise["id"] == name)

    def check(self, exercise: str, name: str) -> dict[str, Any]:
        return next(check for check in self.exercise(exercise)["checks"] if check["id"] == name)


@dataclass(frozen=True)
class Graded(Results):
    """What a user has after `grade`: exit code, both streams, and the two reports."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def results(self) -> dict[str, Any]:
        return json.loads((self.folder / "results.json").read_text("utf-8"))

    @property
    def html(self) -> str:
        return (self.folder / "report.html").read_text("utf-8")


@dataclass(frozen=True)
class Judged(Results):
    """What the judge says of a submission: the report, and what the command line would write of it."""

    report: Report

    @cached_property
    def results(self) -> dict[str, Any]:
        return json.loads(json_report.text(self.report))

    @cached_property
    def html(self) -> str:
        return html_report.text(self.report)

    @cached_property
    def out(self) -> str:
        terminal = Terminal(stream := io.StringIO())
        for exercise in self.report.exercises:
            terminal.exercise(exercise)
        terminal.summary(self.report, [])
        return stream.getvalue()

    @property
    def code(self) -> int:
        return exit_code(self.report)


def write_files(folder: Path, files: Files) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def pytest_configure() -> None:
    # A shell that starts the tests in the background has interrupts ignored, in all that they start too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """Twice as many as there are cores: a test waits half of its time for processes that it has started."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first, so that no process is left with one of them when the others have nothing more to do."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def warm_sandbox() -> Iterator[Sandbox]:
    with contextlib.closing(open_sandbox()) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def whole_course() -> Course:
    return load_course(COURSE)


@pytest.fixture
def course(whole_course: Course) -> Course:
    return whole_course


class Shared:
    """The session's sandbox, for a command that closes what it opens."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sandbox, name)

    def close(self) -> None:
        """The session closes it."""


@pytest.fixture
def run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Callable[..., Graded]:
    """`run(arguments…)`: the command line in this process, its reports in a folder of the test's own.

    Reading this repository's course and starting a sandbox takes longer than most submissions: both are done once for
    all tests of a process, unless a test asks for another sandbox or is marked `alone`. A class of two or three, or
    the verification of a small course, gets one process where a test does not say `--jobs`: pytest keeps all cores
    busy already, and starting a process takes longer than what it would do.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(process_pool, "default_processes", lambda: 1)
    if request.node.get_closest_marker("alone") is None:
        load, start = course_loading.load_course, opening.open_sandbox

        def kept_course(folder: Path, only: Collection[str] = ()) -> Course:
            return request.getfixturevalue("whole_course") if Path(folder) == COURSE else load(folder, only)

        def kept_sandbox(warm: bool = True, backend: str = "", modules: Sequence[str] = ()) -> Any:
            plain = warm and not backend and not modules
            return Shared(request.getfixturevalue("warm_sandbox")) if plain else start(warm, backend, modules)

        monkeypatch.setattr(course_loading, "load_course", kept_course)
        monkeypatch.setattr(opening, "open_sandbox", kept_sandbox)

    def call(*arguments: str | Path) -> Graded:
        capfd.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        out, err = capfd.readouterr()
        return Graded(code, out, err, tmp_path / "grade-report")

    return call


@pytest.fixture
def hand_in(tmp_path: Path, run: Callable[..., Graded]) -> Callable[..., Graded]:
    """`hand_in({"ops.py": source}, arguments…)`: writes a submission and grades it."""

    def call(files: Files, *arguments: str | Path) -> Graded:
        folder = tmp_path / "submission"
        shutil.rmtree(folder, ignore_errors=True)
        return run(write_files(folder, files), *arguments)

    return call


@pytest.fixture
def judged(whole_course: Course, warm_sandbox: Sandbox, tmp_path: Path) -> Callable[..., Judged]:
    """`judged({"ops.py": source}, "2.5")`: like `hand_in`, without a command line, a course and a sandbox of its own.

    For everything that looks at verdicts, points and messages. The judge, the files and the workers are the real ones.
    """

    def call(files: Files, *only: str, seed: int | None = None, course: Path | None = None) -> Judged:
        folder = tmp_path / "submission"
        shutil.rmtree(folder, ignore_errors=True)
        graded = whole_course if course is None else load_course(course)
        submission = read_submission(str(write_files(folder, files)), graded.files)
        if not graded.modules:
            return Judged(grade(graded, submission, Settings(only, seed), warm_sandbox))
        with contextlib.closing(open_sandbox(modules=graded.modules)) as sandbox:
            return Judged(grade(graded, submission, Settings(only, seed), sandbox))

    return call


@pytest.fixture(scope="session")
def cage() -> list[str]:
    """A command prefix for hostile code: a time limit and, where the system allows it, a pid namespace of its own."""
    limits = ["timeout", "-k", "5", "90"]
    names = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if shutil.which("unshare") and subprocess.run([*names, "true"], capture_output=True).returncode == 0:
        limits += names
    return limits


@pytest.fixture
def hand_in_hostile(tmp_path: Path, cage: list[str], quick_course: Path) -> Callable[..., Graded]:
    """Like `hand_in`, in a process tree of its own under hard limits, with a course that allows two seconds.

    The course has the exercises after `--only` and no others: reading all takes longer than judging one.
    """

    def call(files: Files, *arguments: str | Path) -> Graded:
        folder = write_files(tmp_path / "hostile", files)
        wanted = {id_ for option, id_ in pairwise(arguments) if option == "--only"}
        heads = {path.name: path.read_text("utf-8").partition("\n")[0] for path in quick_course.glob("*-*.yaml")}
        others = [name for name, head in heads.items() if head.removeprefix("id: ").strip('"') not in wanted]
        course = tmp_path / "quick" / "exercises"
        shutil.copytree(quick_course, course, ignore=lambda folder, names: others, dirs_exist_ok=True)
        shutil.copytree(ROOT / "student_template", tmp_path / "quick" / "student_template", dirs_exist_ok=True)
        command = [*cage, sys.executable, "-m", "grader", str(folder), "--course", str(course)]
        done = subprocess.run(
            [*command, *map(str, arguments)], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120
        )
        return Graded(done.returncode, done.stdout, done.stderr, tmp_path / "grade-report")

    return call


@pytest.fixture(scope="session")
def quick_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course of this repository with limits of two seconds."""
    root = tmp_path_factory.mktemp("quick")
    shutil.copytree(COURSE, root / "exercises")
    shutil.copytree(ROOT / "student_template", root / "student_template")
    head = root / "exercises" / "course.yaml"
    lines = [line for line in head.read_text("utf-8").splitlines() if not line.startswith("limits:")]
    head.write_text("\n".join([*lines, "limits: {cpu: 2, wall: 30, wait: 2}", ""]), "utf-8")
    return root / "exercises"


@dataclass(frozen=True)
class Seeds:
    """Grades one submission with several seeds, as `grade --seed N` does, over one warm worker."""

    course: Course
    sandbox: Sandbox
    folder: Path
    seeds: Sequence[int] = range(SEEDS)

    def one_of(self, name: str) -> Seeds:
        """Of many programs that are alike each with another seed; the weekly run tries each with all."""
        return self if SEEDS > 3 else replace(self, seeds=[crc32(name.encode()) % 10])

    def __call__(self, files: Files, only: str) -> Iterator[Report]:
        submission = read_folder(write_files(self.folder, files))
        for seed in self.seeds:
            yield grade(self.course, submission, Settings(only=(only,), seed=seed), self.sandbox)


@pytest.fixture
def many_seeds(whole_course: Course, warm_sandbox: Sandbox, tmp_path: Path) -> Seeds:
    """`many_seeds(files, exercise)`: the reports of some seeds, one after the other."""
    return Seeds(whole_course, warm_sandbox, tmp_path / "seeds")


def said(report: Report) -> str:
    """Everything a report tells a student in words."""
    checks = [check for exercise in report.exercises for check in exercise.checks]
    return "\n".join(f"{check.message} {check.hint} {check.evidence}" for check in checks)


def check_of(report: Report, name: str) -> CheckResult:
    return next(check for exercise in report.exercises for check in exercise.checks if check.id == name)
