"""Which checks of an exercise each known mistake explains, and the heading that they stand under."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from grader.base.text import plural
from grader.model import Cause, CheckResult


def diagnosed(exercise: str, results: Sequence[CheckResult], explained: Collection[str]) -> Iterator[Cause]:
    """The mistakes that the checks name one by one, besides those `explained` already: it is one mistake where they
    name the same at the same place."""
    alike: dict[tuple[str, str], list[CheckResult]] = {}
    for result in results:
        if result.misconception and result.id not in explained:
            alike.setdefault((result.misconception, result.evidence.place), []).append(result)
    for (id_, place), checks in alike.items():
        first = checks[0]
        yield Cause(id_, first.hint or first.message, place, exercise, first.id, tuple(check.id for check in checks))


def heading(cause: Cause) -> str:
    """`1 mistake explains 6 checks`."""
    explains = "explains" if cause.mistakes == 1 else "explain"
    return f"{plural(cause.mistakes, 'mistake')} {explains} {plural(len(cause.checks), 'check')}"
