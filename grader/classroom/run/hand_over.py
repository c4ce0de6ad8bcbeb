"""What a run hands over to the processes that judge: they import what grades one submission, and the run need not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.classroom.run.task import Done, Task

if TYPE_CHECKING:
    from grader.judge.environment import JudgeEnvironment

WORK = "grader.classroom.run.grade_one"
"""The module that does it, which imports numpy and pydantic."""


def judged(environment: JudgeEnvironment, task: Task) -> Done:
    """What `grade_one.work` makes of a task."""
    from grader.classroom.run.grade_one import work

    return work(environment, task)
