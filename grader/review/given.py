"""Points given by hand, checked against the report that they are for: a sheet is taken as a whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.base.text import POINTS_ROUNDING, did_you_mean, escape_controls, points
from grader.model import CheckResult, ExerciseResult, GraderError, Report
from grader.review.decision import Decision
from grader.review.sheet import ReviewRow
from grader.submission.entry_name import stem

_NUMBER = re.compile(r"([+-]?)([0-9]{1,6}(?:[.,][0-9]{0,6})?|[.,][0-9]{1,6})")


def decisions_of_sheet(
    sheet: Path, rows: Sequence[ReviewRow], into: Path | None, open_report: Callable[[Path], Report]
) -> dict[Path, list[Decision]]:
    """The decisions by report folder; rows without points give none. `into` replaces the rows' own folder.

    `open_report` reads the report of a folder, or raises GraderError. Raises GraderError that lists every
    mistake in every row.
    """
    reports: dict[Path, Report | GraderError] = {}
    found: dict[Path, list[Decision]] = {}
    first: dict[tuple[Path, str, str], int] = {}
    problems: list[str] = []
    for row in rows:
        if not row.points:
            continue
        folder = (into if into is not None else Path(row.folder)) / row.report
        if not folder.exists():  # a sheet from before results were called `ben` instead of `ben.zip`
            folder = folder.parent / stem(folder.name)
        try:
            report = _opened(reports, folder, open_report)
            decision = decide(report, row.exercise, row.check, row.points, row.comment, row.digest)
            key = (folder, decision.exercise, decision.check)
            if key in first:
                name = f"{decision.exercise}/{decision.check}"
                raise GraderError(f"{name} has points in line {first[key]} already; keep one of the two rows")
            first[key] = row.line
            found.setdefault(folder, []).append(decision)
        except GraderError as error:
            problems.append(f"error: {sheet}:{row.line}: {error}")
    if problems:
        raise GraderError("\n".join(problems))
    return found


def decide(report: Report, exercise: str, check: str, points: str, comment: str, digest: str | None = None) -> Decision:
    """The decision to give a check so many points; `digest`, where given, must be that of what was judged.

    Raises GraderError for anything that does not fit the report.
    """
    result = _exercise(report, exercise)
    judged = _check(result, check)
    name = f"{result.id}/{judged.id}"
    if not judged.max_score:
        raise GraderError(f"{name} is only advice and has no points; leave the cell empty")
    if digest is not None and digest != judged.digest:
        raise GraderError(
            f"the answer to {name} has changed since the sheet was exported; export the sheet again to read "
            "the new one, or leave its points empty here"
        )
    given = _points(points, judged.max_score)
    return Decision(
        report.submission["name"], result.id, judged.id, judged.digest, given, escape_controls(comment, keep="\n")
    )


def _opened(reports: dict[Path, Report | GraderError], folder: Path, open_report: Callable[[Path], Report]) -> Report:
    if folder not in reports:
        try:
            reports[folder] = open_report(folder)
        except GraderError as error:
            reports[folder] = error
    report = reports[folder]
    if isinstance(report, GraderError):
        raise report
    return report


def _exercise(report: Report, name: str) -> ExerciseResult:
    known = {result.id: result for result in report.exercises}
    if name not in known:
        text = (
            f"the report has no exercise {escape_controls(name)!r}{did_you_mean(name, known)}; its exercises are "
            f"{', '.join(known)}"
        )
        raise GraderError(escape_controls(text))
    return known[name]


def _check(result: ExerciseResult, name: str) -> CheckResult:
    known = {check.id: check for check in result.checks}
    if name.lower() not in known:
        guess, others = did_you_mean(name, known), ", ".join(known)
        text = f"exercise {result.id} has no check {escape_controls(name)!r}{guess}; its checks are {others}"
        raise GraderError(escape_controls(text))
    return known[name.lower()]


def _points(text: str, max_points: float) -> float:
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise GraderError(
            f"{escape_controls(text[:40])!r} is not a number of points; type one like 1.5, or leave the cell empty"
        )
    value = float(match[2].replace(",", "."))
    if match[1] == "-" and value:
        raise GraderError(f"{points(-value)} points are negative; the minimum is 0")
    if value > max_points + POINTS_ROUNDING:
        raise GraderError(f"{points(value, 6)} points are above the maximum of {points(max_points)}; lower them")
    return min(value, max_points)
