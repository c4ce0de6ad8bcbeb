"""Field types of check specs: formulas, calls, input domains and fixed cases, validated as the course is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from grader.checks.call import Call
from grader.maths.domains import MAX_ENTRIES, Domain
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
    tuple[dict[str, int | float | list[Any]], ...],
    BeforeValidator(lambda cases: tuple(cases) if isinstance(cases, list) else cases),
    Field(description="cases tried before drawn ones; what a case leaves open is drawn"),
]
Sizes = Annotated[
    tuple[dict[str, Annotated[int, Field(ge=0, le=16)]], ...],
    BeforeValidator(lambda sizes: tuple(sizes) if isinstance(sizes, list) else sizes),
    Field(description="values of the named sizes, one mapping a case in turn"),
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


def check_sizes(inputs: Mapping[str, Domain], sizes: tuple[Mapping[str, int], ...]) -> None:
    """Raises a validation error for an array whose named sizes are not given, or that is too large."""
    for name, domain in inputs.items():
        for size in sizes or ({},):
            count = 1
            for part in domain.shape or ():
                if isinstance(part, str) and part not in size:
                    raise PydanticCustomError("sizes", "{text}", {"text": f"`{name}` has the size {part!r}, which "
                                                                 "is not in `sizes`", "key": "inputs"})  # fmt: skip
                count *= size[part] if isinstance(part, str) else part
            if count > MAX_ENTRIES:
                raise PydanticCustomError("sizes", "{text}", {"text": f"`{name}` would have {count} entries; at most "
                                                             f"{MAX_ENTRIES} are allowed", "key": "inputs"})  # fmt: skip
