"""Parts of the protocol that a check kind does not have: its module assigns these by name.

See `grader.checks.base.CheckKind` for what each part is.
"""

from __future__ import annotations

from random import Random
from typing import Any

from grader.checks.program import Trial


def plan(spec: Any, rng: Random) -> None:
    """What is asked depends on the student's answers, or nothing is run."""


def run(spec: Any, context: Any) -> Any:
    """Everything is in the plan."""
    raise AssertionError("a kind with a plan is not run without one")


def targets(spec: Any) -> list[str]:
    """No function of the student's file is called."""
    return []


def answer_form(spec: Any) -> None:
    """Known mistakes cannot be stated as formulas."""


def planned(spec: Any, rng: Random) -> list[Trial]:
    """No trial is planned before the student's code has answered."""
    return []


def files(spec: Any) -> list[str]:
    """No file of the course's folder is read."""
    return []


def form(spec: Any) -> None:
    """The answer is code, or any text will do."""


def pairs(spec: Any) -> dict[str, str]:
    """No forward is compared with a backward."""
    return {}


def derives(spec: Any) -> None:
    """No function must be a derivative."""
