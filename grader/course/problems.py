"""Errors in course files, rendered with file, line, column, the line itself, a caret and a remedy."""

from __future__ import annotations

from collections.abc import Sequence

from grader.base.text import pointed
from grader.model import GraderError
from grader.model.dataclass import dataclass


@dataclass(frozen=True)
class Place:
    """A place in a text: line and column counted from 0, and its length on that line."""

    line: int
    column: int
    length: int


@dataclass(frozen=True)
class Problem:
    """One error of one file. `aside` is printed beside the caret, `remedy` on the last line."""

    message: str
    file: str
    text: str = ""
    place: Place | None = None
    aside: str = ""
    remedy: str = ""

    def rendered(self) -> str:
        """The problem as the user sees it."""
        lines = [f"error: {self.message}"]
        if self.place is None:
            lines.append(f"  --> {self.file}")
        else:
            line, column = self.place.line + 1, self.place.column + 1
            sources = self.text.splitlines() or [""]
            source = sources[min(line, len(sources)) - 1]
            lines += [
                f"  --> {self.file}:{line}:{column}",
                f"{pointed(source, line, column, self.place.length)} {self.aside}".rstrip(),
            ]
        if self.remedy:
            lines.append(f"   = help: {self.remedy}")
        return "\n".join(lines)


class CourseError(GraderError):
    """Everything that is wrong with the files of a course, all at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n\n".join(problem.rendered() for problem in problems))

    def __reduce__(self) -> tuple[type[CourseError], tuple[tuple[Problem, ...]]]:
        return CourseError, (self.problems,)
