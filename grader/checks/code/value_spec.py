"""How a course states a check of results: the fields of the kind `value`."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from grader.base.text import did_you_mean
from grader.checks.base import CheckSpec
from grader.checks.calls import Call
from grader.checks.code.formula_functions import FunctionsField, check_functions
from grader.checks.expected import Results, ResultsField
from grader.checks.spec_fields import (
    CallField,
    Definitions,
    Draws,
    FixedCases,
    Inputs,
    MayChange,
    Objects,
    Rtol,
    Sizes,
    Steps,
    check_answer_size,
    check_calls,
    check_cases,
    check_formulas,
    defined,
    needs_known,
    refuse,
    size_names,
    with_definitions,
)
from grader.maths.domains import MOST_ENTRIES
from grader.maths.formula import Formula


class Spec(CheckSpec):
    """`call`, or the last of several `steps`, must give what `equals` says, over fixed `cases` and drawn `inputs`."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {"oneOf": [{"required": ["call"]}, {"required": ["steps"]}]},
                {"oneOf": [{"required": ["equals"]}, {"required": ["raises"]}]},
            ]
        }
    )

    kind: Literal["value"]
    make: Objects = {}
    call: CallField | None = Field(None, description="the call whose result is judged")
    steps: Steps = ()
    equals: ResultsField | None = Field(None, description="the result as a formula of the inputs, or several by name")
    raises: str = Field("", description="the exception that is expected instead of a result, as in ValueError")
    let: Definitions = {}
    functions: FunctionsField = {}
    inputs: Inputs
    sizes: Sizes = ()
    cases: FixedCases = ()
    draws: Draws = 0
    rtol: Rtol = 0.0
    may_change: MayChange = ()
    credit: Literal["all", "each"] = Field("all", description="each: every result that is right earns its part")

    @model_validator(mode="after")
    def _names(self) -> Spec:
        if self.call is None and not self.steps:
            refuse("call", "is missing: say what is called, or several calls in `steps`")
        if self.call is not None and self.steps:
            refuse("steps", "stands beside `call`: give one of them")
        if self.equals is None and not self.raises:
            refuse("equals", "is missing: say what the call returns, or the exception that it `raises`")
        if self.equals is not None and self.raises:
            refuse("raises", "stands beside `equals`: give one of them")
        if self.call is not None and self.call.results:
            refuse("call", "names its result with `=`: write it as one of `steps`, or leave the name out")
        key = "call" if self.call else "steps"
        known = [*size_names(self.sizes), *self.functions]
        check_calls(self.make, [(key, call) for call in self.calls], self.inputs, known)
        check_functions(self.functions, [*self.inputs, *size_names(self.sizes)])
        check_cases(self.inputs, self.cases, self.sizes, most=MOST_ENTRIES)
        needs_known("may-change", self.may_change, self.inputs)
        if self.raises and not self.raises.isidentifier():
            refuse("raises", "is the name of an exception, as in ValueError")
        if self.raises in ("Exception", "BaseException"):
            refuse("raises", f"any mistake would raise an {self.raises}: name the exception that is meant")
        meant = [name for name in dir(builtins) if name.lower() == self.raises.lower()]
        if meant and self.raises not in meant:
            refuse("raises", f"there is no {self.raises!r} in Python; did you mean `{meant[0]}`?")
        if self.equals is not None:
            self._check_places(self.equals)
            names = [*self.inputs, *size_names(self.sizes)]
            for call in self.equals.references:
                needs_known("equals", call.inputs, names)
            formulas = self.due.formulas
            for formula in formulas:
                needs_known("equals", formula.names, names)
            check_formulas("equals", formulas, self.inputs, self.cases, self.sizes)
            check_answer_size(self.inputs, self.cases, self.sizes, self.draws, formulas)
        return self

    def _check_places(self, equals: Results) -> None:
        places = [place for place, _ in equals.by_place]
        if self.steps and None in places:
            refuse("equals", "belongs to `call`: with `steps`, say by name what is expected, as in {out: x @ w}")
        if self.call is None:
            results = [name for call in self.steps for name in call.results]
            for place in filter(None, places):
                arrays = [name for name, domain in self.inputs.items() if domain.shape is not None]
                _needs_given(place.root, results, [*self.make, *arrays])
        elif any(place is not None and place.parts for place in places) and len(places) > 1:
            refuse("equals", "names the parts of one result: for attributes or entries, write the call in `steps`")
        if len(equals.free) == len(equals.by_place):
            refuse("equals", "judges nothing: state at least one result as a formula")

    @property
    def needs_reference(self) -> bool:
        return self.equals is not None and bool(self.equals.references)

    @property
    def calls(self) -> tuple[Call, ...]:
        """What is called, in order."""
        return self.steps or ((self.call,) if self.call else ())

    @cached_property
    def due(self) -> Results:
        """What is expected, with definitions filled in and what is assigned first coming first."""
        assert self.equals is not None
        let = defined(self.let, [*self.inputs, *size_names(self.sizes)])
        found = [(place, with_definitions(one, let) if isinstance(one, Formula) else one)
                 for place, one in self.equals.by_place]  # fmt: skip
        if self.steps:
            found.sort(key=lambda one: self.bound(one[0].text) if one[0] else 0)
        return Results(tuple(found))

    def bound(self, name: str) -> int:
        """The number of the last step that gives this result; after all steps for what is not a result by itself."""
        numbers = [number for number, call in enumerate(self.steps) if name in call.results]
        return numbers[-1] if numbers else len(self.steps)

    @property
    def changing(self) -> set[str]:
        """Inputs whose arrays may be changed: those of which the check says so, or what they are to hold in the end."""
        # Of `call`, the places are its results: one that is called as an input is does not stand for this input.
        judged = self.equals.by_place if self.equals and self.steps else ()
        places: Iterable[str] = (place.root for place, _ in judged if place)
        return {*self.may_change, *(name for name in places if name in self.inputs)}


def _needs_given(root: str, results: Sequence[str], others: Sequence[str]) -> None:
    """Raises a validation error for the name of a result that no step gives."""
    if root not in results and root not in others:
        text = f"names {root!r}, which no step gives{did_you_mean(root, [*results, *others])}"
        remedy = f"names before `=` in `steps` are {', '.join(results) or 'none'}"
        remedy += f"; others are {', '.join(others)}" if others else ""
        refuse("equals", text, remedy, root)
