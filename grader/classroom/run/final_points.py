"""Final points: for each submission the attempt that counts, its points, and the deduction for lateness."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from sys import intern

from grader.base.text import escape_controls
from grader.classroom.gradebook import late
from grader.classroom.model import ClassRow, ExercisePoints, HandedIn, Points, Status
from grader.classroom.people.copies import Copies
from grader.classroom.run.grade_class import GradeStatus
from grader.classroom.run.report_folders import attempt_folder
from grader.classroom.run.store import Attempt, Store
from grader.classroom.run.summary import Summary, from_text, summary_of
from grader.judge.cache_key import course_digest
from grader.model import Course, GraderError
from grader.reports import html_report, json_report
from grader.review import store as reviews

LATEST, BEST = "latest", "best"
REPORT = html_report.NAME
FEW = 5  # names in one note


@dataclass(frozen=True, slots=True)
class FinalPoints:
    """One submission's row, its report's path in the results' folder (empty where nothing was judged), and how its code
    was sandboxed; `dropped` decisions of a person no longer apply."""

    row: ClassRow
    link: str
    isolation: str = ""
    dropped: int = 0


def final_points(
    course: Course,
    handed: Sequence[HandedIn],
    outcomes: Mapping[str, GradeStatus],
    store: Store,
    policy: str,
    out: Path,
    alike: Iterable[Copies],
) -> Iterator[FinalPoints]:
    """Each submission's final points, in the order of `handed`, read from the store one by one."""
    same, digest = {name: one for one in alike for name in one.names}, course_digest(course)
    for one in handed:
        yield _final_points(course, digest, one, outcomes[one.name], store.attempts(one.name), policy, same, out)


def _final_points(
    course: Course,
    digest: str,
    one: HandedIn,
    outcome: GradeStatus,
    attempts: Sequence[Attempt],
    policy: str,
    same: Mapping[str, Copies],
    out: Path,
) -> FinalPoints:
    newest = outcome.status is Status.GRADED
    notes = [*outcome.notes]
    if one.late:
        notes.append("marked late by the learning platform")
    alike = same.get(one.name)
    if alike is not None:
        twins = list(islice(alike.of_others(one.name), FEW))
        rest = alike.count(one.name) - len(twins)
        notes.append(f"the same files as {escape_controls(', '.join(twins))}{f' and {rest} more' if rest else ''}")
    graded = [(attempt, _summary(out, attempt)) for attempt in attempts if attempt.summary]
    if not graded or (policy == LATEST and not newest):
        status = outcome.status if not newest else Status.FAILED
        row = ClassRow(one.name, None, status=status, attempt=0, notes=tuple(notes), lms_id=one.id)
        return FinalPoints(row, "")
    rows = [_row(course, one, attempt, summary) for attempt, summary in graded]
    # Points of different versions of the course cannot be compared: only attempts graded by this one can be the best.
    able = [place for place, (attempt, _) in enumerate(graded) if attempt.course == digest] or [len(graded) - 1]
    finals = {place: rows[place].final or 0.0 for place in able}
    at = len(graded) - 1 if policy == LATEST else max(able, key=lambda place: (finals[place], place))
    (attempt, summary), last = graded[at], attempts[-1]
    if attempt.number != last.number or not newest:
        notes.append(f"attempt {attempt.number} of {last.number} counts")
    elif summary.errors:
        notes.append("the grader failed on a check; run again, and report it if it fails again")
    if policy == BEST and len(able) < len(graded):
        notes.append("attempts graded with an earlier version of the course do not count")
    if attempt.course != digest:
        notes.append("graded with an earlier version of the course")
    if summary.dropped:
        notes.append("points given by hand no longer apply, because the work has changed")
    places = (f"{one.name}/{attempt_folder(attempt.number)}", one.name)
    place = next((place for place in places[attempt.number == last.number :] if (out / place / REPORT).is_file()), "")
    whole = replace(rows[at], notes=tuple(map(intern, (*notes, *summary.notes))))
    return FinalPoints(whole, f"{place}/{REPORT}" if place else "", intern(summary.isolation), summary.dropped)


def _summary(out: Path, attempt: Attempt) -> Summary:
    """The points of an attempt; for an earlier attempt with decisions of a person, those of its own report."""
    folder = out / attempt.name / attempt_folder(attempt.number)
    if (folder / reviews.NAME).is_file():
        with suppress(GraderError):
            report = json_report.read(folder)
            if report.submission["digest"] == attempt.digest:
                return summary_of(report)
    return from_text(attempt.summary)


def _row(course: Course, one: HandedIn, attempt: Attempt, summary: Summary) -> ClassRow:
    row = ClassRow(
        one.name, None, summary.score, summary.max_score, summary.bonus, summary.max_bonus, summary.pending,
        _compact(summary.exercises), Status.GRADED, attempt.handed_in, attempt=attempt.number, digest=attempt.digest,
        lms_id=one.id, unread=summary.unread,
    )  # fmt: skip
    if course.late is None or not attempt.handed_in:
        return row
    seconds = late.lateness(course.late, datetime.datetime.fromisoformat(attempt.handed_in))
    taken = late.penalty(course.late, seconds, summary.score + summary.bonus, row.possible)
    return replace(row, late_seconds=seconds, penalty=taken)


def _compact(exercises: Mapping[str, ExercisePoints]) -> Points:
    """The same points with equal ones as one object: a class has few different ones."""
    return Points(_places(tuple(exercises)), tuple(map(_one, exercises.values())))


@functools.lru_cache(4096)
def _one(points: ExercisePoints) -> ExercisePoints:
    return points


@functools.lru_cache(64)
def _places(exercises: tuple[str, ...]) -> Mapping[str, int]:
    return {exercise: place for place, exercise in enumerate(exercises)}
