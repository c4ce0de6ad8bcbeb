"""What a process needs to grade one submission after the other: the course, read once, and its own sandbox."""

from __future__ import annotations

import gc
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.base.shell import quoted
from grader.base.urls import without_secret
from grader.course.on_disk import course_changed
from grader.judge import preload
from grader.model import Course, Fingerprint, Origin
from grader.model.dataclass import dataclass

if TYPE_CHECKING:
    from grader.judge.plans import Plans
    from grader.sandbox.source import Sandbox

# New objects between two runs of the collector (Python itself: 700 or 2000, by version), and runs between two of its
# wider ones. The plans that a class shares stay, and to look through them took 24 ms of CPU for each submission with
# mistakes.
GC_THRESHOLDS = 10_000, 10, 10


@dataclass(frozen=True)
class JudgeConfig:
    """How to open an environment. With `required`, none
    opens where student code can do something that it should not or, if not empty, where it is confined by less than
    that backend. With a `fingerprint`, none opens for another version of the course. `origin` is where it came from."""

    course: Path
    warm: bool = True
    isolation: str = ""
    required: str | None = None
    fingerprint: Fingerprint | None = None
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class JudgeEnvironment:
    """A course, a source of workers, to be closed at the end, and the plans that submissions share."""

    course: Course
    sandbox: Sandbox
    plans: Plans

    def close(self) -> None:
        """Ends the sandbox's processes."""
        self.sandbox.close()


def open_environment(plan: JudgeConfig) -> JudgeEnvironment:
    """Reads the course and opens a sandbox. Raises GraderError."""
    from grader.course.load import load_course
    from grader.judge.plans import Plans
    from grader.sandbox.open_sandbox import open_sandbox, require_isolation

    course = preload.course_in(plan.course, plan.fingerprint) or load_course(plan.course)
    if plan.fingerprint not in (None, course.fingerprint):
        raise course_changed(plan.course)
    course = replace(course, origin=plan.origin)
    sandbox = open_sandbox(plan.warm, plan.isolation, course.modules)
    if plan.required is not None:
        try:
            require_isolation(sandbox, plan.required)
        except BaseException:
            sandbox.close()
            raise
    gc.collect()
    gc.freeze()  # what has been read stays: the collector need not look through it again
    gc.set_threshold(*GC_THRESHOLDS)
    return JudgeEnvironment(course, sandbox, Plans(course))


def repeat_options(course: Path | str | None, cpu_factor: float) -> str:
    """What a command must say, besides submission, exercise and seed, to repeat a run."""
    said = f" --course {quoted(without_secret(str(course)))}" if course else ""
    return said + (f" --cpu-factor {cpu_factor:g}" if cpu_factor != 1.0 else "")
