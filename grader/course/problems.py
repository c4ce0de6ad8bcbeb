"""Errors in course files, rendered with file, line, column, the line itself, a caret and a remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.model import GraderError


@dataclass(frozen=True)
class Place:
    """Where something stands in a text: line and column counted from 0, and its length on that line."""

    line: int
    column: int
    length: int


@dataclass(frozen=True)
class Problem:
    """One error of one file. `aside` stands beside the caret, `remedy` on the last line."""

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
            number = self.place.line + 1
            source = (self.text.splitlines() or [""])[min(self.place.line, len(self.text.splitlines()) - 1)]
            caret = " " * self.place.column + "^" * max(1, self.place.length)
            lines += [
                f"  --> {self.file}:{number}:{self.place.column + 1}",
                f"{number:5} | {source}",
                f"      | {caret}{' ' * bool(self.aside)}{self.aside}",
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
