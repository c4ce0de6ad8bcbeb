"""Whether the files that a course was read from are still the same: looked at by their times, then by their texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from grader.course.load import course_head, data_names, fingerprint_of
from grader.course.problems import CourseError
from grader.model import Course, GraderError

_Marks = dict[str, tuple[int, int, int]]


class OnDisk:
    """The files of a course in use."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._marks: _Marks | None = None

    def changed(self) -> bool:
        """Whether exercises, data, template or reference are others than when the course was read."""
        marks = self._look()
        if marks == self._marks:
            return False
        try:
            same = fingerprint_of(self._course) == self._course.fingerprint
        except (CourseError, OSError, ValueError, ValidationError):
            return True
        if same:
            self._marks = marks
        return not same

    def _look(self) -> _Marks:
        found = {}
        for path in self._paths():
            try:
                status = path.stat()
            except OSError:
                continue
            found[str(path)] = status.st_size, status.st_mtime_ns, status.st_ino
        return found

    def _paths(self) -> Iterator[Path]:
        folder = self._course.folder
        yield from (folder / name for name in data_names(self._course))
        try:
            head = course_head(folder)
            for source in (folder, *(folder / beside for beside in (head.template, head.reference) if beside)):
                yield from source.iterdir()
        except (OSError, ValueError, ValidationError):
            return


def course_changed(folder: Path) -> GraderError:
    """The error for a course whose files are no longer those that were read."""
    return GraderError(f"the course in {folder} was changed while it was in use: run again")
