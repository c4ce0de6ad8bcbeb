"""One file a check kind. A kind is a module with `Spec` and `run`; KINDS lists them by their names in YAML."""

from __future__ import annotations

from grader.checks.base import CheckKind, kind_of
from grader.checks.code import gradient, planted, value
from grader.checks.engine import detached, drawing, expression, tensor
from grader.checks.training import classifier, training
from grader.checks.written import choice, edges, formula, number, recorded, shape, text

KINDS: dict[str, CheckKind] = {
    module.__name__.rpartition(".")[2]: kind_of(module)
    for module in (
        choice,
        classifier,
        detached,
        drawing,
        edges,
        expression,
        formula,
        gradient,
        number,
        planted,
        recorded,
        shape,
        tensor,
        text,
        training,
        value,
    )
}
