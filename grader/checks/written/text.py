"""The check kind `text`: an answer in the student's own words, which a person marks."""

from __future__ import annotations

from typing import Literal

from grader.checks import absent
from grader.checks.base import CheckContext, Finding
from grader.checks.written.answer import AnswerSpec, WrittenAnswer, find
from grader.model import Verdict

targets, answer_form = absent.targets, absent.answer_form
planned, plan = absent.planned, absent.plan
files, form, pairs, derives = absent.files, absent.form, absent.pairs, absent.derives


class Spec(AnswerSpec):
    """A person marks the answer; a blank one is missing."""

    kind: Literal["text"]


def run(spec: Spec, context: CheckContext) -> Finding:
    """Needs review, unless it is blank."""
    written = find(spec.answer, context)
    if not isinstance(written, WrittenAnswer):
        return written
    return written.finding(Verdict.NEEDS_REVIEW, 0.0, "your instructor will mark this answer")
