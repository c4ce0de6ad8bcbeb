"""The Python interface: grades from a program, and prints nothing."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from grader.base.atomic_write import written
from grader.judge import pipeline
from grader.judge.environment import repeat_options
from grader.judge.plans import Plans
from grader.model import LARGEST_CPU_FACTOR, LEAST_CPU_FACTOR, Course, GraderError, Report, Settings
from grader.origin.open_course import open_course
from grader.reports import html_report, json_report
from grader.sandbox.open_sandbox import open_sandbox
from grader.sandbox.open_sandbox import require_isolation as refuse_open_sandbox
from grader.sandbox.source import Sandbox
from grader.submission.reader import read_submission


def load_course(name: str | Path | None = None) -> Course:
    """The course in a folder, or by another name that `--course` takes (default: the bundled course).

    Raises GraderError with every error in it. Warns where a server cannot be asked and a cached course is taken.
    """
    return open_course(name, warn=lambda text: warnings.warn(text, stacklevel=4))


class Grader:
    """A course, and a warm source of workers for many submissions. Use it in `with`, or close it at the end.

    `isolation` is the name of a sandbox, as `grade doctor` shows it (default: the strongest on this machine). Raises
    GraderError for an error in the course, or where the sandbox does not work here; with `require_isolation` also where
    the sandbox does not block everything or, with a name as in `require_isolation="lock"`, is weaker than that one.
    Not shared between threads.
    """

    def __init__(
        self, course: str | Path | None = None, *, isolation: str = "", require_isolation: bool | str = False
    ) -> None:
        self.course: Course = load_course(course)
        self._given, self._plans = course, Plans(self.course)
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
        """Grades a folder, a file, an archive, or `REPO@REVISION`: the exercises in `only`, or all.

        `seed` repeats a run, `cpu_factor` (0.01 to 1000) multiplies every time limit. Raises GraderError for what
        cannot be read and for an exercise that is not in the course. Points given by hand on earlier reports are not
        applied.
        """
        if not LEAST_CPU_FACTOR <= cpu_factor <= LARGEST_CPU_FACTOR:
            raise GraderError(
                f"cpu_factor must be between {LEAST_CPU_FACTOR} and {LARGEST_CPU_FACTOR}, not {cpu_factor!r}"
            )
        if seed is not None and type(seed) is not int:
            raise GraderError(f"seed must be a whole number, not {seed!r}")
        ids = (only,) if isinstance(only, str) else tuple(only)
        pipeline.select(self.course, ids)
        settings = Settings(ids, seed, cpu_factor, repeat_options(self._given, cpu_factor))
        handed_in = read_submission(str(submission), self.course.files)
        return pipeline.grade(self.course, handed_in, settings, self._sandbox, plans=self._plans)

    def close(self) -> None:
        """Ends every process that was started; may be called again."""
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
    """Grades one submission, as `Grader.grade` does. Raises GraderError as that does."""
    with Grader(course, isolation=isolation, require_isolation=require_isolation) as grader:
        return grader.grade(submission, only=only, seed=seed, cpu_factor=cpu_factor)


def write(report: Report, folder: str | Path) -> tuple[Path, Path]:
    """Writes report.html and results.json into a folder, which is made if it is missing; returns both paths.

    Raises GraderError where that is not possible.
    """
    out = Path(folder)

    def both() -> list[Path]:
        out.mkdir(parents=True, exist_ok=True)
        return [html_report.write(report, out), json_report.write(report, out)]

    html, json = written(out, both)
    return html, json
