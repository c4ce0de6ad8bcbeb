"""Two reports of one submission: what changed, and which recorded facts differ and may be the cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from functools import lru_cache
from sys import intern

from grader.base.text import POINTS_ROUNDING
from grader.comparison.model import CheckMove, Judged, Moved, Reason, ReportPoints
from grader.model import NO_PART, CheckResult, ExerciseResult, Report, Verdict

SHOWN_DIGITS = 12  # of a SHA-256 in hex: enough to tell versions of a course apart, short enough for one line
EXERCISES = "exercises"


def moved(name: str, before: Report, after: Report) -> Moved | None:
    """What changed between two reports; None where points, verdicts and maximums are all the same."""
    checks = tuple(_moves(before, after))
    points = _points(before), _points(after)
    if not checks and not _differ(*map(astuple, points)):
        return None
    causes = [cause for check in checks for cause in check.causes] if checks else _of_run(before, after)
    return Moved(name, *points, checks, tuple(dict.fromkeys(causes)))


def changes(before: Report, after: Report) -> Iterator[tuple[str, str, str]]:
    """The facts about the whole run that differ, as (name, before, after); both texts are empty for the submission."""
    parts = _parts(before, after)
    if EXERCISES in parts:
        retitled = before.course["title"] != after.course["title"]
        yield "course", _course(before, retitled), _course(after, retitled)
    for part in parts[1:] if EXERCISES in parts else parts:
        yield part, before.course[part][:SHOWN_DIGITS], after.course[part][:SHOWN_DIGITS]
    for what, one, two in (
        ("grader", before.grader_version, after.grader_version),
        ("python", before.environment.python, after.environment.python),
        ("numpy", before.environment.numpy, after.environment.numpy),
        ("platform", before.environment.platform, after.environment.platform),
        ("isolation", before.isolation, after.isolation),
        ("seed", str(before.seed), str(after.seed)),
    ):
        if one != two:
            yield what, one, two
    if before.submission["digest"] != after.submission["digest"]:
        yield "submission", "", ""


def _parts(before: Report, after: Report) -> list[str]:
    """The parts of the course that both sides have and that differ. Older reports name the exercises alone, and an
    installed course comes without its reference."""
    parts = [EXERCISES] if before.course["digest"] != after.course["digest"] else []
    for part in ("template", "reference"):
        one, two = (report.course.get(part, NO_PART) for report in (before, after))
        parts += [part] if NO_PART not in (one, two) and one != two else []
    return parts


def _course(report: Report, with_title: bool) -> str:
    digest = report.course["digest"][:SHOWN_DIGITS]
    return f"{report.course['title']} ({digest})" if with_title else digest


def _moves(before: Report, after: Report) -> Iterator[CheckMove]:
    old, new = ({exercise.id: exercise for exercise in report.exercises} for report in (before, after))
    same_course = not _parts(before, after)
    for name in {**new, **old}:
        one, two = old.get(name), new.get(name)
        if one is None or two is None:
            cause = Reason.ONLY if same_course else Reason.COURSE
            yield CheckMove(intern(name), "", _judged(one), _judged(two), (cause,))
            continue
        checks, new_checks = ({check.id: check for check in exercise.checks} for exercise in (one, two))
        for id in {**new_checks, **checks}:
            check, new_check = checks.get(id), new_checks.get(id)
            if check is None or new_check is None:
                causes = [] if same_course else [Reason.COURSE]
            elif _same(check, new_check):
                continue
            else:
                causes = _of_check(check, new_check, before, after)
            yield CheckMove(intern(name), intern(id), _judged(check), _judged(new_check), tuple(causes))


def _judged(result: CheckResult | ExerciseResult | None) -> Judged | None:
    return _shared(result.status, result.score, result.max_score) if result is not None else None


@lru_cache(maxsize=4096)
def _shared(status: Verdict, score: float, max_score: float) -> Judged:
    """Equal values are one object, which keeps a class in little memory."""
    return Judged(status, score, max_score)


def _points(report: Report) -> ReportPoints:
    return ReportPoints(report.score, report.max_score, report.bonus, report.max_bonus, report.pending)


def _differ(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return any(abs(left - right) > POINTS_ROUNDING for left, right in zip(one, two, strict=True))


def _same(one: CheckResult, two: CheckResult) -> bool:
    return one.status is two.status and not _differ((one.score, one.max_score), (two.score, two.max_score))


def _of_check(one: CheckResult, two: CheckResult, before: Report, after: Report) -> list[Reason]:
    other_text = bool(one.digest and two.digest and one.digest != two.digest)
    other_course = one.claim != two.claim or one.advisory != two.advisory
    other_course = other_course or _differ((one.max_score,), (two.max_score,))
    decided = _decision(one) != _decision(two)
    if decided and not other_text and not other_course and ((one.review and two.review) or _same_judge(one, two)):
        return [Reason.REVIEW]
    causes = _of_run(before, after)
    if other_text:
        causes = [Reason.SUBMISSION, *(cause for cause in causes if cause is not Reason.SUBMISSION)]
    elif one.digest and two.digest:
        causes = [Reason.ELSEWHERE if cause is Reason.SUBMISSION else cause for cause in causes]
    if other_course and Reason.COURSE not in causes:
        causes.append(Reason.COURSE)
    return [*causes, Reason.REVIEW] if decided else causes


def _decision(check: CheckResult) -> tuple[str, float] | None:
    """What a person decided, without the verdict that it replaced."""
    return (check.review.comment, check.score) if check.review else None


def _same_judge(one: CheckResult, two: CheckResult) -> bool:
    """Whether the verdicts before any decision are the same on both sides."""
    (verdict, score), (other, other_score) = (
        (check.review.was, check.review.was_score) if check.review else (check.status, check.score)
        for check in (one, two)
    )
    return verdict is other and not _differ((score,), (other_score,))


def _of_run(before: Report, after: Report) -> list[Reason]:
    facts = {
        Reason.SUBMISSION: (before.submission["digest"], after.submission["digest"]),
        Reason.COURSE: ([], _parts(before, after)),
        Reason.GRADER: ((before.grader_version, before.environment), (after.grader_version, after.environment)),
        Reason.ISOLATION: (before.isolation, after.isolation),
        Reason.SEED: (before.seed, after.seed),
    }
    causes = [cause for cause, (one, two) in facts.items() if one != two]
    return [cause for cause in causes if cause is not Reason.SEED or Reason.SUBMISSION not in causes]
