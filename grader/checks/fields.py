"""Field types of check specs: formulas, calls, input domains and fixed cases, validated as the course is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from grader.checks.call import Call
from grader.maths.domains import Domain
from grader.maths.formula import Formula, FormulaError, parse


def _formula(text: Any) -> Formula:
    if type(text) in (int, float):
        text = repr(text)
    if not isinstance(text, str):
        raise PydanticCustomError("formula", "not a formula")
    try:
        return parse(text)
    except FormulaError as error:
        raise PydanticCustomError("formula", "{text}", {"text": str(error), "column": error.column}) from None


FormulaField = Annotated[Formula, BeforeValidator(_formula), WithJsonSchema({"type": ["string", "number"]})]
CallField = Annotated[Call, WithJsonSchema({"type": "string"})]
Inputs = Annotated[dict[str, Domain], Field(min_length=1, description="where each input is drawn from")]
FixedCases = Annotated[
    tuple[dict[str, int | float], ...],
    BeforeValidator(lambda cases: tuple(cases) if isinstance(cases, list) else cases),
    Field(description="cases tried before drawn ones; what a case leaves open is drawn"),
]
Objects = Annotated[dict[str, CallField], Field(max_length=4, description="objects made anew for each case")]


def needs_known(what: str, used: Iterable[str], known: Iterable[str]) -> None:
    """Raises a validation error for a name that is not among the known ones."""
    unknown = sorted(set(used) - set(known))
    if unknown:
        raise PydanticCustomError(
            "unknown_name",
            "{text}",
            {"text": f"uses {unknown[0]!r}, which is not an input; inputs are {', '.join(known)}", "key": what},
        )


def check_cases(cases: tuple[Mapping[str, Any], ...], known: Iterable[str]) -> None:
    """Raises a validation error for a fixed case that names no input."""
    for case in cases:
        needs_known("cases", case, known)
