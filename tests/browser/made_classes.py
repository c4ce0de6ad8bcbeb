"""Classes made from data, without grading: students of all strengths on the course of this repository."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from grader.classroom.page.statistics import CheckMark, ClassCheck, ClassExercise, ClassPage, Student
from grader.model import Course, Verdict

FIRST = ("Anna", "Ben", "Chloé", "Дана", "Emre", "李雷", "Maximiliane-Charlotte", "Jo")
LAST = ("Ng", "Okafor", "García Márquez", "von der Heydenreich-Oberstaufen", "Smith", "Ivanova", "Sato", "Lind")
NOTES = (
    "marked late by the learning platform",
    "the same files as ben-okafor, chloe-sato and 3 more",
    "graded as it was before, because the newest submission could not be read: the archive ends in the middle of "
    "value.py, so that nothing behind it is there; the student was told by the platform",
)


def made_class(course: Course, count: int, absent: int = 0, pass_mark: float | None = 0.5) -> ClassPage:
    """A page of `count` students who handed in something, and of `absent` ones."""
    exercises = tuple(
        ClassExercise(
            one.id, one.title,
            tuple(ClassCheck(check.id, check.claim, check.points, check.advisory) for check in one.checks),
            one.bonus, {variant.id: variant.hint for variant in one.wrong if variant.hint},
        )
        for one in course.exercises
    )  # fmt: skip
    students = _students(exercises, count, absent)
    return ClassPage(course.title, exercises, students, "bubblewrap + seccomp", "2026-11-20 12:00", "0.1.0", pass_mark)


def _students(exercises: tuple[ClassExercise, ...], count: int, absent: int) -> Iterator[Student]:
    rng = Random(5)
    for place in range(count + absent):
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)} {place}"
        if place >= count:
            yield Student(name, "", 0, 0, 0, 0, False, ("nothing handed in",), (), handed_in=False)
            continue
        strength, late = rng.betavariate(4, 2), rng.random() < 0.1
        notes = (rng.choice(NOTES),) if rng.random() < 0.15 else ()
        marks = [_mark(rng, strength, one, check) for one in exercises for check in one.checks]
        bonus = [one.bonus for one in exercises for _ in one.checks]
        required = [mark for mark, extra in zip(marks, bonus, strict=True) if not extra]
        pending = sum(mark.max_score for mark in required if mark.status is Verdict.NEEDS_REVIEW)
        score, most = sum(mark.score for mark in required), sum(mark.max_score for mark in required) - pending
        extra_points = sum(mark.score for mark, extra in zip(marks, bonus, strict=True) if extra)
        penalty = 2.5 if late else 0.0
        yield Student(
            name, f"{place}/report.html", score, most, extra_points, pending, late, notes, marks, penalty,
            max(0.0, score + extra_points - penalty),
        )  # fmt: skip


def _mark(rng: Random, strength: float, exercise: ClassExercise, check: ClassCheck) -> CheckMark:
    if check.advisory:  # which nobody follows: that must alarm nobody
        return CheckMark(Verdict.WRONG, 0, 0)
    if check.id == "why" and rng.random() < 0.2:
        return CheckMark(Verdict.NEEDS_REVIEW, 0, check.max_score)
    if rng.random() < strength:
        return CheckMark(Verdict.CORRECT, check.max_score, check.max_score)
    named = list(exercise.hints)[:8]
    if named and rng.random() < 0.6:
        return CheckMark(Verdict.WRONG, 0, check.max_score, named[min(len(named) - 1, int(rng.expovariate(1)))])
    status = rng.choice((Verdict.WRONG, Verdict.PARTIAL, Verdict.CRASHED, Verdict.MISSING, Verdict.TIMED_OUT))
    return CheckMark(status, check.max_score / 2 if status is Verdict.PARTIAL else 0, check.max_score)
