"""A course by any of its names: found or fetched, then read. Nothing of it is imported or run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import field, replace
from pathlib import Path

from grader.base.text import escape_controls
from grader.course.files import packaged_course
from grader.model import Course, GraderError, Origin
from grader.model.dataclass import dataclass
from grader.origin.named import ArchiveCourse, GitCourse, read_name

Warn = Callable[[str], None]


def warn_user(text: str) -> None:
    """Prints a warning for who typed the command."""
    print(f"warning: {escape_controls(text)}", file=sys.stderr)


@dataclass(frozen=True)
class CoursePlace:
    """The folder of a course on this machine, and where it came from. What was fetched stays within `root`."""

    folder: Path
    origin: Origin = field(default_factory=Origin)
    root: Path | None = None

    def placed(self, course: Course) -> Course:
        """The course that was read here, with its origin. Raises GraderError where it uses files of this machine."""
        self.stay([course.sources.template, course.sources.reference, *course.sources.data])
        return replace(course, origin=self.origin)

    def stay(self, names: Iterable[str]) -> None:
        """Raises GraderError where one of these files or folders is this machine's, and no part of what was fetched."""
        for name in names if self.root is not None else ():
            if self.root is not None and not _is_within(self.root, self.folder, name):
                raise GraderError(
                    f"{escape_controls(self.origin.source)} is refused: it names {escape_controls(name)}, which lies "
                    "outside of what was fetched"
                )


def _is_within(root: Path, folder: Path, name: str) -> bool:
    try:
        return (folder / name).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):  # links in a circle, a null byte
        return False


def find_course(named: str | Path | None, warn: Warn = warn_user) -> CoursePlace:
    """Where the course is, once it is here; the bundled one for None. Raises GraderError."""
    if named is None:
        return CoursePlace(packaged_course())
    if isinstance(named, Path) and named.is_dir():
        return CoursePlace(named)
    found = read_name(str(named))
    if isinstance(found, Path):
        return CoursePlace(found)
    if isinstance(found, GitCourse):
        from grader.origin.git_course import fetched

        course = fetched(found, warn)
    elif isinstance(found, ArchiveCourse):
        from grader.origin.archive import unpacked

        course = unpacked(found)
    else:
        from grader.origin.installed import installed

        course = installed(found)
    place = CoursePlace(course.folder, course.origin, course.root)
    from grader.course.named_files import named_files

    place.stay(named_files(place.folder))  # before anything reads them: /proc, a pipe and /dev/zero have no end
    return place


def open_course(named: str | Path | None, only: Collection[str] = (), warn: Warn = warn_user) -> Course:
    """The course of this name; with `only`, checks of other exercises may not be read. Raises GraderError."""
    from grader.course.load import load_course

    place = find_course(named, warn)
    return place.placed(load_course(place.folder, only))
