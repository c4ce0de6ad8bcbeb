"""The course of a class by its outline: what a run needs that judges nothing itself."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from grader.classroom.run.hand_over import WORK
from grader.classroom.run.store import NAME, Store
from grader.course.outline import course_by_outline
from grader.judge import preload
from grader.judge.cache_key import grader_digest
from grader.model import Course


def known_course(folder: Path, out: Path, elsewhere: bool) -> Course | None:
    """The course as the results of the last run in `out` know it, where nothing has changed since.

    Otherwise a process begins to read it, from which those are forked that judge, unless they run `elsewhere`.
    """
    path = out / NAME
    if path.exists():
        with closing(Store(path)) as store:
            course = course_by_outline(store.outline(grader_digest()), folder)
        if course is not None:
            return course
    if not elsewhere:
        preload.start(folder, [WORK])
    return None


def read_course(folder: Path) -> Course:
    """The course, once that process has read it; read here where there is none. Raises CourseError."""
    course = course_by_outline(preload.outline(folder), folder)
    if course is None:
        from grader.course.load import load_course

        course = load_course(folder)
    return course
