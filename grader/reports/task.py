"""The course on the terminal: the list of exercises, or one exercise with its checks."""

from __future__ import annotations

from grader.base.text import amount, points
from grader.model import Course, Exercise


def listing(course: Course) -> str:
    """One line per exercise."""
    width = max(len(exercise.id) for exercise in course.exercises)
    lines = [course.title, ""]
    for exercise in course.exercises:
        worth = f"{'+' if exercise.bonus else ''}{points(exercise.points)}"
        lines.append(f"{exercise.id:{width}}  {worth:>4}  {', '.join(exercise.files):28}  {exercise.title}")
    required = sum(exercise.points for exercise in course.exercises if not exercise.bonus)
    return "\n".join([*lines, "", f"{amount(required)}; `grade show ID` prints one exercise", ""])


def one(exercise: Exercise) -> str:
    """The task, and the claim of each check: what a student may know, no expression or key of a check."""
    files = " and ".join(exercise.handed_in)
    head = f"{exercise.id} {exercise.title}  ({amount(exercise.points)}, in {files})"
    checks = [
        f"  {'' if check.advisory else points(check.points):>4}  {check.claim}{' (advice)' if check.advisory else ''}"
        for check in exercise.checks
    ]
    return "\n".join([head, "", exercise.task.rstrip(), "", "What is checked:", *checks, ""])
