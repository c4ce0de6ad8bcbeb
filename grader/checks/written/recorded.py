"""The check kind `recorded`: a written answer without its key, in the students' edition of a course (`grade pack`).

Whether the answer is there and can be read is told; whether it is right, nobody can say here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.checks import absent
from grader.checks.base import CheckContext, Finding
from grader.checks.written.answer import AnswerSpec, WrittenAnswer, find
from grader.checks.written.choice import ChoiceForm
from grader.checks.written.edges import EdgesForm
from grader.checks.written.formula import FormulaForm
from grader.checks.written.number import NumberForm
from grader.checks.written.shape import ShapeForm
from grader.model import Verdict

AnyForm = Annotated[ChoiceForm | EdgesForm | FormulaForm | NumberForm | ShapeForm, Field(discriminator="kind")]

targets, answer_form, planned = absent.targets, absent.answer_form, absent.planned
files, pairs, derives = absent.files, absent.pairs, absent.derives


class Spec(AnswerSpec):
    """The points wait: the instructor's edition of the course judges the answer."""

    kind: Literal["recorded"]
    form: AnyForm | None = Field(None, description="how the answer has to be written; without it, in any way")


def form(spec: Spec) -> AnyForm | None:
    """Its own."""
    return spec.form


def run(spec: Spec, context: CheckContext) -> Finding:
    """Needs review, unless nothing is written there."""
    written = find(spec.answer, context, spec.form.parts if isinstance(spec.form, NumberForm) else ())
    if not isinstance(written, WrittenAnswer):
        return written
    doubt = spec.form.doubt(written.data) if spec.form else ""
    message = (
        f"recorded, judged by your instructor; but look at it once more: {doubt}"
        if doubt
        else "recorded, judged by your instructor"
    )
    return Finding(Verdict.NEEDS_REVIEW, 0.0, message, evidence=written.evidence, judged=written.judged)
