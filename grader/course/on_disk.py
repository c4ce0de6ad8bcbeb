"""Whether the files that a course was read from are still the same: looked at by their times, then by their texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from grader.course.files import files_below, fingerprint_of
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
        except (CourseError, OSError, ValueError):
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
        folder, sources = self._course.folder, self._course.sources
        yield from (folder / name for name in sources.data)
        with suppress(OSError):
            yield from folder.iterdir()
        beside = [folder / one for one in (sources.template, sources.reference) if one]
        for one in beside:
            with suppress(OSError):
                yield from (path for _, path in files_below(one, (folder, *beside)))


def course_changed(folder: Path) -> GraderError:
    """The error for a course whose files are no longer those that were read."""
    return GraderError(f"the course in {folder} was changed while it was in use: run again")
