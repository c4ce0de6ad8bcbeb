"""The check kind `tensor`: what `expression` is for numbers, for arrays."""

from __future__ import annotations

from grader.checks.engine import expression
from grader.checks.engine.expression_spec import TensorSpec as Spec

__all__ = ["Spec"]

answer_form, planned, files, form = expression.answer_form, expression.planned, expression.files, expression.form
derives, pairs, targets, plan = expression.derives, expression.pairs, expression.targets, expression.plan
run = expression.run
