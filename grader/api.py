"""The Python interface: to grade from a program, without a command and without a word printed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from grader.base.atomic_write import written
from grader.course import load
from grader.judge import pipeline
from grader.judge.environment import repeat_options
from grader.model import Course, GraderError, Report, Settings
from grader.reports import html_report, json_report
from grader.sandbox.open_sandbox import open_sandbox
from grader.sandbox.open_sandbox import require_isolation as refuse_open_sandbox
from grader.sandbox.source import Sandbox
from grader.submission.reader import read_submission


def load_course(folder: str | Path | None = None) -> Course:
    """The course in a folder, without one the course that comes along. Raises GraderError with every error in it."""
    return load.load_course(load.packaged_course() if folder is None else Path(folder))


class Grader:
    """A course, and a warm source of workers for one submission after the other. Used in `with`, or closed at the end.

    `isolation` is a name that `grade doctor` shows (default: the strongest that this machine offers). Raises
    GraderError for an error in the course, and where student code cannot be confined like that; with
    `require_isolation` also where anything is left open to it or, as in `require_isolation="lock"`, where it is
    confined by less than that. Not shared between threads.
    """

    def __init__(
        self, course: str | Path | None = None, *, isolation: str = "", require_isolation: bool | str = False
    ) -> None:
        self.course: Course = load_course(course)
        self._given = course
        self._sandbox: Sandbox = open_sandbox(True, isolation, self.course.modules)
        if require_isolation:
            try:
                refuse_open_sandbox(self._sandbox, "" if require_isolation is True else require_isolation)
            except BaseException:
                self.close()
                raise

    def grade(
        self, submission: str | Path, *, only: Iterable[str] = (), seed: int | None = None, cpu_factor: float = 1.0
    ) -> Report:
        """Judges a folder, a file, an archive, or `REPO@REVISION`; of the exercises those in `only`, or all.

        `seed` repeats a run, `cpu_factor` (0.01 to 1000) stretches every time limit. Raises GraderError for what cannot
        be read and for an exercise that is not in the course. What a person decided on earlier reports is not put in.
        """
        if not 0.01 <= cpu_factor <= 1000:
            raise GraderError(f"cpu_factor is a number between 0.01 and 1000, not {cpu_factor!r}")
        if seed is not None and type(seed) is not int:
            raise GraderError(f"seed is {seed!r}, not a whole number")
        ids = (only,) if isinstance(only, str) else tuple(only)
        pipeline.select(self.course, ids)
        told = repeat_options(self._given, cpu_factor)
        settings = Settings(ids, seed, cpu_factor, told)
        return pipeline.grade(self.course, read_submission(str(submission), self.course.files), settings, self._sandbox)

    def close(self) -> None:
        """Ends every process that was started. Once is enough, twice does no harm."""
        self._sandbox.close()

    def __enter__(self) -> Grader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def grade(
    submission: str | Path,
    *,
    course: str | Path | None = None,
    only: Iterable[str] = (),
    seed: int | None = None,
    cpu_factor: float = 1.0,
    isolation: str = "",
    require_isolation: bool | str = False,
) -> Report:
    """One submission, as `Grader.grade` with a grader of its own. Raises GraderError as that does."""
    with Grader(course, isolation=isolation, require_isolation=require_isolation) as grader:
        return grader.grade(submission, only=only, seed=seed, cpu_factor=cpu_factor)


def write(report: Report, folder: str | Path) -> tuple[Path, Path]:
    """Writes report.html and results.json into a folder, which is made where it is not there; the paths of both.

    Raises GraderError where that is not possible.
    """
    out = Path(folder)

    def both() -> list[Path]:
        out.mkdir(parents=True, exist_ok=True)
        return [html_report.write(report, out), json_report.write(report, out)]

    html, json = written(out, both)
    return html, json
