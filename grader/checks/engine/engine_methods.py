"""Further methods of a student's class: a course names them, with the formula of what each computes."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from grader.checks.spec_fields import refuse
from grader.maths.formula import FormulaError
from grader.maths.graphs.expression_graph import METHODS, REDUCTIONS
from grader.maths.graphs.method_form import MethodForm, method_form


def _methods(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise PydanticCustomError("formula", "methods are stated with their formulas, as in {exp: exp(x)}")
    found: dict[str, MethodForm] = {}
    for signature, formula in value.items():
        if isinstance(formula, MethodForm):
            found[formula.name] = formula
            continue
        if not isinstance(formula, (str, int, float)):
            raise PydanticCustomError("formula", "{text}", {"text": f"{signature!r} needs a formula, as in exp(x)"})
        try:
            form = method_form(str(signature), str(formula))
        except FormulaError as error:
            text = str(error)
            whose = "" if text.startswith((str(signature).partition("(")[0], repr(signature))) else f"{signature}: "
            raise PydanticCustomError("formula", "{text}", {"text": whose + text}) from None
        if form.name in found:
            raise PydanticCustomError("formula", "{text}", {"text": f"{form.name!r} is stated twice"})
        found[form.name] = form
    return found


MethodsField = Annotated[
    dict[str, MethodForm],
    BeforeValidator(_methods),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "number"], "format": "formula"}}),
    Field(description="further methods of the class with what they compute, as in {exp: exp(x)}; x is the object"),
]


def further(methods: Mapping[str, MethodForm], arrays: bool, taken: Mapping[str, str]) -> tuple[MethodForm, ...]:
    """Those that are not known without being stated. Raises a validation error for a name that means something else;
    `taken` says what."""
    found = []
    for name, form in methods.items():
        if keyword.iskeyword(name) or name in taken:
            refuse("methods", f"{name!r} cannot name a method: it is {taken.get(name, 'a word of Python')}")
        if name in METHODS:
            if form.parameters != ("x",) or form.text.replace(" ", "") != f"{name}(x)":
                refuse("methods", f"{name} is known already, as {name}(x): leave it out")
        elif name in REDUCTIONS:
            what = f"x.{name}(axis=0)" if arrays else "sum([a, b])"
            refuse("methods", f"{name} is known already, as in {what}: leave it out")
        else:
            found.append(form)
    return tuple(found)
