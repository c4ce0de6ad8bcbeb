"""What of a course may be on a student's machine: questions and known mistakes, no keys and no code of solutions.

Only keys that are named here stay, so that a new key of course files is left out until somebody decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.checks import KINDS
from grader.checks.written.answer import AnswerSpec
from grader.course.spec import CHECK_KEYS
from grader.model import Check, Exercise

OF_COURSE = ("title", "seed", "limits", "modules", "late")
OF_EXERCISE = ("id", "title", "file", "needs", "points", "bonus", "task", "limits")
OF_VARIANT = ("id", "file", "gives", "fails", "may-fail", "hint")
OF_CHECK = (*CHECK_KEYS, *AnswerSpec.model_fields)
RECORDED = "recorded"

Raw = Mapping[str, Any]


def has_key(check: Check) -> bool:
    """Whether it is a written answer of which the check says more than where it stands."""
    fields = type(check.spec).model_fields.keys()
    return isinstance(check.spec, AnswerSpec) and bool(fields - {"kind", *AnswerSpec.model_fields})


def is_beside(given: str | Raw) -> bool:
    """Whether a file is given to stand beside the student's code, who then needs it; others are solutions."""
    return isinstance(given, str) or "instead-of" not in given


def of_course(raw: Raw, template: str) -> dict[str, Any]:
    """course.yaml, with its template in the folder `template`, if not ""."""
    kept = {key: value for key, value in raw.items() if key in OF_COURSE}
    return {**kept, **({"template": template} if template else {}), "edition": "student"}


def of_exercise(exercise: Exercise, raw: Raw) -> dict[str, Any]:
    """An exercise file. Mistakes that are stated as formulas stay, for their hints.

    Where the exercise asks in writing as well they go: they may spell out what the answer is.
    """
    kept = {key: value for key, value in raw.items() if key in OF_EXERCISE}
    given = [one for one in raw.get("given", []) if is_beside(one)]
    kept |= {"given": given} if given else {}
    kept["checks"] = [_check(check, text) for check, text in zip(exercise.checks, raw["checks"], strict=True)]
    mistakes = [] if any(map(has_key, exercise.checks)) else [
        {key: value for key, value in variant.items() if key in OF_VARIANT}
        for variant in raw.get("wrong", []) if variant.get("gives") is not None
    ]  # fmt: skip
    return {**kept, **({"wrong": mistakes} if mistakes else {})}


def _check(check: Check, raw: Raw) -> Raw:
    if not has_key(check):
        return raw
    kept = {key: value for key, value in raw.items() if key in OF_CHECK}
    form = KINDS[check.kind].form(check.spec)
    stated = {} if form is None else {"form": form.model_dump(mode="json", exclude_defaults=True)}
    return {**kept, "kind": RECORDED, **stated}
