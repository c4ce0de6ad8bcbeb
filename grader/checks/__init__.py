"""One file a check kind. A kind is a module with `Spec` and `run`; KINDS lists them by their names in YAML."""

from __future__ import annotations

from grader.checks import (
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
from grader.checks.kind import Kind, kind_of

KINDS: dict[str, Kind] = {
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
