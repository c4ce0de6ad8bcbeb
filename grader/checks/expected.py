"""What a course expects of results: one formula, several by name, what the reference returns, or anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from grader.checks.calls import Call, ResultPlace, parse_place, parse_reference
from grader.checks.spec_fields import formula_of
from grader.maths.compare import ExpectedValue
from grader.maths.domains import Case
from grader.maths.formula import Formula
from grader.maths.rounding import value_of
from grader.model.dataclass import dataclass

NAMES = "write several by name: `equals: {loss: …, dx: …}`"


@dataclass(frozen=True)
class Anything:
    """A result that is not judged."""


@dataclass(frozen=True)
class Reference:
    """A call on the course's reference, whose result is expected."""

    call: Call


@dataclass(frozen=True)
class Referred:
    """What the reference returned; `truth` where that is True and False."""

    expected: ExpectedValue
    truth: bool


Expected = Formula | Anything | Reference
NOT_JUDGED = ExpectedValue(np.zeros(()), 1.0, 0.0)


@dataclass(frozen=True)
class Results:
    """Every result that is expected, by the place where it is found; one without a name is the whole result."""

    by_place: tuple[tuple[ResultPlace | None, Expected], ...]

    @property
    def references(self) -> list[Call]:
        """The calls on the reference."""
        return [one.call for _, one in self.by_place if isinstance(one, Reference)]

    @property
    def formulas(self) -> list[Formula]:
        """The formulas."""
        return [one for _, one in self.by_place if isinstance(one, Formula)]

    @property
    def members(self) -> tuple[tuple[str, ...], ...]:
        """The name of each; none where there is one without a name."""
        return tuple(() if place is None else (place.text,) for place, _ in self.by_place)

    @property
    def free(self) -> frozenset[int]:
        """The indices of those that may be anything."""
        return frozenset(index for index, (_, one) in enumerate(self.by_place) if isinstance(one, Anything))

    def truths(self, referred: Mapping[Call, Referred] | None = None) -> frozenset[int]:
        """The indices of those that must be True or False."""
        known = referred or {}
        return frozenset(
            index for index, (_, one) in enumerate(self.by_place)
            if (isinstance(one, Formula) and one.boolean) or (isinstance(one, Reference) and known[one.call].truth)
        )  # fmt: skip

    def values(self, case: Case, referred: Mapping[Call, Referred] | None = None) -> list[ExpectedValue]:
        """What each is for a case; what the reference returned there is given."""
        found = []
        for _, one in self.by_place:
            match one:
                case Formula():
                    found.append(value_of(one, case))
                case Reference(call=call):
                    found.append((referred or {})[call].expected)
                case _:
                    found.append(NOT_JUDGED)
        return found


def _expected(value: Any) -> Expected:
    if value == "any":
        return Anything()
    if isinstance(value, Mapping) and [*value] == ["reference"]:
        if not isinstance(value["reference"], str):
            raise PydanticCustomError("formula", "`reference` is a call on the course's reference, as in conv2d(x, w)")
        call = parse_reference(value["reference"])
        if call.results:
            text = "`reference` is a call without `=`; [0] takes the first of several results, as in conv2d(x, w)[0]"
            raise PydanticCustomError("formula", text)
        return Reference(call)
    if isinstance(value, Mapping):
        raise PydanticCustomError("formula", "what is expected here is a formula, `any`, or {reference: a call}")
    return formula_of(value)


def _results(value: Any) -> Results:
    if isinstance(value, Results):
        return value
    if isinstance(value, list):
        raise PydanticCustomError("formula", "one formula goes here, not a list: " + NAMES)
    if isinstance(value, Mapping) and [*value] != ["reference"]:
        if not value:
            raise PydanticCustomError("formula", "no result is expected: " + NAMES)
        return Results(tuple((_named(name, str(name), parse_place), _named(one, one, _expected))
                             for name, one in value.items()))  # fmt: skip
    if value == "any":
        raise PydanticCustomError("formula", "a result that may be anything is not judged: state a formula")
    return Results(((None, _expected(value)),))


def _named(written: Any, value: Any, read: Callable[[Any], Any]) -> Any:
    """What is read of one of several; an error says which text it is about."""
    try:
        return read(value)
    except PydanticCustomError as error:
        context = {"text": error.message(), "column": (error.context or {}).get("column", 0)}
        if isinstance(written, str):
            context["name"] = written
        raise PydanticCustomError("formula", "{text}", context) from None


_ONE = {"type": ["string", "number"], "format": "formula"}
_REFERENCE = {
    "type": "object",
    "format": "{reference: call}",
    "properties": {"reference": {"type": "string", "description": "a call on the course's reference"}},
    "required": ["reference"],
    "additionalProperties": False,
}
ResultsField = Annotated[
    Results,
    BeforeValidator(_results),
    WithJsonSchema(
        {"anyOf": [_ONE, _REFERENCE, {"type": "object", "additionalProperties": {"anyOf": [_ONE, _REFERENCE]}}]}
    ),
]


def _truth(value: Any) -> Formula | Reference:
    found = _expected(value)
    if isinstance(found, Anything):
        raise PydanticCustomError("formula", "`any` says nothing of the true function: state a formula")
    return found


TruthField = Annotated[Formula | Reference, BeforeValidator(_truth), WithJsonSchema({"anyOf": [_ONE, _REFERENCE]})]
