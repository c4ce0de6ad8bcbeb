"""One file a check kind. A kind is a module with `Spec`, `targets`, `run`; KINDS lists them by their names in YAML."""

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
    shape,
    tensor,
    text,
    training,
    value,
)
from grader.checks.kind import Kind

KINDS: dict[str, Kind] = {
    "expression": expression,
    "gradient": gradient,
    "planted": planted,
    "choice": choice,
    "edges": edges,
    "formula": formula,
    "number": number,
    "shape": shape,
    "text": text,
    "classifier": classifier,
    "detached": detached,
    "drawing": drawing,
    "tensor": tensor,
    "training": training,
    "value": value,
}
