"""The check kind `recorded`: a written answer without its key, in the students' edition of a course (`grade pack`).

It reports whether the answer is there and can be read; whether it is correct, it cannot know.
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

targets, answer_form = absent.targets, absent.answer_form
planned, plan = absent.planned, absent.plan
files, pairs, derives = absent.files, absent.pairs, absent.derives


class Spec(AnswerSpec):
    """The answer is marked with the instructor's edition of the course."""

    kind: Literal["recorded"]
    form: AnyForm | None = Field(None, description="how the answer has to be written; without it, in any way")

    @property
    def part_names(self) -> tuple[str, ...]:
        return self.form.parts if isinstance(self.form, NumberForm) else ()


def form(spec: Spec) -> AnyForm | None:
    """Its own."""
    return spec.form


def run(spec: Spec, context: CheckContext) -> Finding:
    """Needs review, unless it is blank."""
    written = find(spec.answer, context, spec.part_names)
    if not isinstance(written, WrittenAnswer):
        return written
    doubt = spec.form.doubt(written.data) if spec.form else ""
    message = "recorded; your instructor will mark it" + (f". Please check it again: {doubt}" if doubt else "")
    return written.finding(Verdict.NEEDS_REVIEW, 0.0, message)
