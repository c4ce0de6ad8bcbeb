"""The check kind `formula`: a written formula, judged as a function at random points, whatever its notation."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from grader.checks import absent
from grader.checks.base import CheckContext, CheckSpec, Finding
from grader.checks.spec_fields import (
    FixedCases,
    FormulaField,
    Inputs,
    Sizes,
    check_cases,
    check_formulas,
    needs_known,
    refuse,
)
from grader.checks.written.answer import (
    AnswerSpec,
    Form,
    Place,
    WrittenAnswer,
    find,
    follows_from,
    in_doubt,
    may_follow_from,
    other,
    without_remarks,
)
from grader.checks.written.unmatched import is_blank
from grader.maths import display
from grader.maths.complex_step import STEP
from grader.maths.domains import Case, draw_cases
from grader.maths.formula import MAX_LENGTH, Formula, FormulaError, env_of
from grader.maths.notation.readings import FUNCTION_NAMES, readings
from grader.model import Evidence, Verdict

RTOL = 1e-6  # far above the rounding of any notation in float64, far below a wrong rule
ONE_FORMULA = "write a single formula"
# Where two functions are equal here, one of both signs, they are taken to be the same.
PROBES = (0.7, -1.3)
MAX_NAMES = 12  # letters that are tried as the one variable: f(u) = … has two, and each takes some milliseconds
_NO_VARIABLE = re.compile(
    "|".join(
        [r"\\[A-Za-z]+", r"\b(?:np|numpy|math|torch|lambda|return)\b", *sorted(FUNCTION_NAMES, key=len, reverse=True)]
    )
)
Spellings = Annotated[tuple[str, ...], Field(strict=False)]
Function = Callable[[dict[str, Any]], Any]


class KnownFormula(CheckSpec):
    """A wrong formula that is known, and what to say to who gave it."""

    equals: FormulaField = Field(description="the wrong formula")
    hint: str = Field(description="one sentence for whoever gave it")


targets, answer_form = absent.targets, absent.answer_form
planned, plan = absent.planned, absent.plan
files, pairs, derives = absent.files, absent.pairs, absent.derives


class Spec(AnswerSpec):
    """The answer must equal `equals` wherever `inputs` are drawn. With `composed`, the derivative of the student's own
    outer function of their own inner function is correct as well."""

    kind: Literal["formula"]
    equals: FormulaField
    inputs: Inputs
    sizes: Sizes = ()
    cases: FixedCases = ()
    spelled: dict[str, Spellings] = Field({}, description="other ways to write an input's name")
    any_name: bool = Field(False, description="the one input may have any name: sin(u), sin(x), sin")
    composed: tuple[Place, Place] | None = Field(
        None, strict=False, description="places of an outer and inner function"
    )
    mistakes: tuple[KnownFormula, ...] = Field((), strict=False, description="known wrong formulas, each with a hint")

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        needs_known("spelled", self.spelled, self.inputs)
        check_cases(self.inputs, self.cases, self.sizes)
        if (self.any_name or self.composed) and len(self.inputs) != 1:
            refuse("inputs", "`any_name` and `composed` need exactly one input")
        formulas = [self.equals, *(mistake.equals for mistake in self.mistakes)]
        for formula in formulas:
            needs_known("equals", formula.names, self.inputs)
        check_formulas("equals", formulas, self.inputs, self.cases, self.sizes)
        cases = draw_cases(self.inputs, self.cases, Random(0), self.sizes)
        for number, mistake in enumerate(self.mistakes):
            if _equal(mistake.equals, self.equals, cases):
                refuse("mistakes", f"is the correct answer: {mistake.equals.text}")
            known = (one.equals for one in self.mistakes[:number] if _equal(one.equals, mistake.equals, cases))
            if (same := next(known, None)) is not None:
                refuse("mistakes", f"{mistake.equals.text} is the same as {same.text}, which has a hint already")
        return self


class FormulaForm(Form):
    """The names that a formula may use, and other ways to write them."""

    kind: Literal["formula"]
    names: Annotated[tuple[str, ...], Field(strict=False, min_length=1, description="names that it may use")]
    spelled: dict[str, Spellings] = Field({}, description="other ways to write a name")
    any_name: bool = Field(False, description="the one name may be any")

    @model_validator(mode="after")
    def _sound(self) -> FormulaForm:
        needs_known("spelled", self.spelled, self.names)
        return self

    def doubt(self, data: Any) -> str:
        """Why it cannot be read as a formula of these names."""
        try:
            _readings(self, data)
        except FormulaError as error:
            return str(error)
        return ""


def form(spec: Spec) -> FormulaForm:
    """The names of the inputs."""
    return FormulaForm(kind="formula", names=tuple(spec.inputs), spelled=spec.spelled, any_name=spec.any_name)


def run(spec: Spec, context: CheckContext) -> Finding:
    """Compares every reading of the text with the truth."""
    written = find(spec.answer, context)
    if not isinstance(written, WrittenAnswer):
        return written
    try:
        found = _readings(form(spec), written.data)
    except FormulaError as error:
        return in_doubt(written, str(error))
    cases = draw_cases(spec.inputs, spec.cases, context.rng, spec.sizes)
    if any(_equal(reading, spec.equals, cases) for reading in found):
        return written.finding(Verdict.CORRECT, 1.0)
    own = _derivative(spec, context) if spec.composed else None
    if own is not None and any(_equal(reading, own, cases) for reading in found):
        return written.finding(Verdict.CORRECT, 1.0, follows_from(", ".join(spec.composed or ())))
    if own is None and (place := _unread(spec, context)):
        return in_doubt(written, may_follow_from(place))
    if any(_equal_where_defined(reading, spec.equals, cases) for reading in found):
        return in_doubt(written, "it is not defined everywhere")
    hint = next((mistake.hint for mistake in spec.mistakes
                 if any(_equal(reading, mistake.equals, cases) for reading in found)), "")  # fmt: skip
    evidence = _difference(written, found[0], spec.equals, cases)
    if evidence.yours:
        message = "your formula gives a different value, for example at the point shown"
    elif any(domain.shape for domain in spec.inputs.values()):
        message = "the shapes do not match: check which matrix is transposed, and the order of the factors"
    else:
        message = "your formula uses an operation for matrices; if `'` marks a derivative, write the derivative out"
    return written.finding(Verdict.WRONG, 0.0, message, hint, evidence)


def _readings(form: FormulaForm, data: Any) -> Sequence[Formula]:
    data = _text(data)
    try:
        return _as_written(form, data)
    except FormulaError:
        if (plain := without_remarks(data)) == data:
            raise
        return _as_written(form, plain)


def _as_written(form: FormulaForm, text: str) -> Sequence[Formula]:
    if form.any_name:
        return _of_any_name(text, form.names[0])
    names = {spelling: name for name, spellings in form.spelled.items() for spelling in spellings}
    return readings(text, list(form.names), names)


def _of_any_name(text: str, name: str) -> Sequence[Formula]:
    """The readings of a formula whose one variable may be called anything. Raises FormulaError."""
    refused: FormulaError | None = None
    letters = re.findall(r"[^\W\d_]", _NO_VARIABLE.sub(" ", text[:MAX_LENGTH]))
    for called in itertools.islice(dict.fromkeys([name, *letters]), MAX_NAMES):
        try:
            return [_renamed(reading, called, name) for reading in readings(text, [called])]
        except FormulaError as error:
            refused = refused or error
    raise refused or FormulaError(ONE_FORMULA)


def _renamed(formula: Formula, called: str, name: str) -> Formula:
    return Formula(formula.text, frozenset([name]), lambda env: formula.compute({called: env[name]}))


def _derivative(spec: Spec, context: CheckContext) -> Function | None:
    """The derivative of the student's own outer(inner(x)), by the complex step; None where one cannot be read."""
    (name,) = spec.inputs
    assert spec.composed is not None
    try:
        outer, inner = (_own_function(place, spec, context) for place in spec.composed)
    except FormulaError:
        return None
    if any(all(part({name: np.float64(probe)}) == probe for probe in PROBES) for part in (outer, inner)):
        return None  # where one of the two does nothing, no chain rule was applied

    def slope(env: dict[str, Any]) -> Any:
        between = inner({name: env[name] + 1j * STEP})
        return np.imag(outer({name: between})) / STEP

    return slope


def _own_function(place: str, spec: Spec, context: CheckContext) -> Formula:
    """The student's own function at a place. Raises FormulaError where it cannot be read, or not be computed."""
    (name,) = spec.inputs
    found = _of_any_name(_text(other(place, context)), name)[0]
    try:
        for probe in PROBES:
            found({name: np.float64(probe)})
    except (ValueError, TypeError):  # an operation of matrices on numbers, such as sin(u)'
        raise FormulaError("it cannot be computed") from None
    return found


def _unread(spec: Spec, context: CheckContext) -> str:
    """The place of the student's own outer or inner function that is there and cannot be read; "" for none."""
    for place in spec.composed or ():
        try:
            _own_function(place, spec, context)
        except FormulaError:
            if not is_blank(other(place, context)):
                return place
    return ""


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise FormulaError(ONE_FORMULA)
    return data


def _equal(one: Function, truth: Function, cases: Sequence[Case]) -> bool:
    return all(_equal_at(one, truth, case) for case in cases)


def _equal_at(one: Function, truth: Function, case: Case) -> bool:
    env = env_of(case)
    expected = np.asarray(truth(env))
    try:
        found = np.asarray(one(env))
    except (ValueError, TypeError):
        return False
    if found.shape != expected.shape or not np.isfinite(found).all() or not np.isfinite(expected).all():
        return False
    return bool(np.max(np.abs(found - expected), initial=0.0) <= RTOL * np.max(np.abs(expected), initial=1e-300))


def _equal_where_defined(one: Function, truth: Function, cases: Sequence[Case]) -> bool:
    """Whether a formula is correct at some points and not defined at the others, as exp(2 ln x) is below 0."""
    defined = []
    for case in cases:
        try:
            if np.isfinite(one(env_of(case))).all():
                defined.append(case)
        except (ValueError, TypeError):
            return False
    return bool(defined) and len(defined) < len(cases) and _equal(one, truth, defined)


def _difference(written: WrittenAnswer, one: Function, truth: Function, cases: Sequence[Case]) -> Evidence:
    case = next((case for case in cases if not _equal_at(one, truth, case)), cases[0])
    env = env_of(case)
    try:
        yours, expected = display.pair(np.real(one(env)), np.real(truth(env)))
    except (ValueError, TypeError):
        yours, expected = "", display.array(np.real(truth(env)))
    shown = {name: display.plain_input(value) for name, value in case.items()}
    return Evidence(answer=written.shown, case=shown, yours=yours, expected=expected)
