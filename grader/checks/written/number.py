"""The check kind `number`: a written answer of one or several numbers, with every reading of the question accepted.

An answer that follows correctly from an earlier one of the student's own earns its points, even if that one is wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from grader.base.text import escape_controls, plural
from grader.checks import absent
from grader.checks.base import CheckContext, Finding
from grader.checks.spec_fields import check_names, needs_known, refuse
from grader.checks.written.answer import (
    AnswerSpec,
    Form,
    WrittenAnswer,
    find,
    follows_from,
    in_doubt,
    may_follow_from,
    other,
    parts_of,
    single_spaced,
    without_remarks,
)
from grader.checks.written.edges import counts_of
from grader.checks.written.known_numbers import (
    KnownNumber,
    Numbers,
    Question,
    Reading,
    as_listed,
    close,
    expected_values,
    hint_for,
    is_right,
)
from grader.checks.written.unmatched import is_blank
from grader.maths.formula import FUNCTIONS, Formula, FormulaError, env_of
from grader.maths.notation.readings import readings
from grader.model import Verdict
from grader.model.dataclass import dataclass

ABOUT = 0.05  # relative: how far a number may be off that the student calls approximate, and yet be meant
Names = Annotated[tuple[str, ...], Field(strict=False)]
Source = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+(#(nodes|edges))?$")]

targets, answer_form = absent.targets, absent.answer_form
planned, plan = absent.planned, absent.plan
files, pairs, derives = absent.files, absent.pairs, absent.derives


class Spec(AnswerSpec):
    """Each reading of the question is a formula, or one for each part. Formulas may use earlier parts, and `from`."""

    kind: Literal["number"]
    parts: tuple[str, ...] = Field((), strict=False, description="the names of the parts, where there are several")
    readings: Annotated[
        tuple[Reading, ...],
        BeforeValidator(as_listed),
        Field(min_length=1, description="the right numbers, by reading of the question: any of them is right"),
    ]
    given: dict[str, Source] = Field(
        {}, alias="from", description="names for earlier answers of the student, as in b; or graph#nodes, graph#edges"
    )
    orders: dict[str, Names] = Field(
        {}, description="the parts of earlier answers, in their order where they are written without names"
    )
    at: tuple[dict[str, int | float], ...] = Field(
        (), strict=False, description="the correct values of the earlier answers, one mapping per reading"
    )
    rtol: float = Field(5e-3, ge=0, le=0.1, description="relative tolerance: answers are rounded by hand")
    mistakes: tuple[KnownNumber, ...] = Field((), strict=False, description="known wrong numbers, each with a hint")

    @property
    def part_names(self) -> tuple[str, ...]:
        return self.parts

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        check_names("parts", (name for name in self.parts if name not in FUNCTIONS))
        check_names("from", self.given)
        for reading in self.readings:
            self._check("readings", reading)
        for mistake in self.mistakes:
            if mistake.part and mistake.part not in self.parts:
                refuse("mistakes", f"{mistake.part!r} is not one of the parts: {', '.join(self.parts) or 'none'}")
            self._check("mistakes", mistake.equals, mistake.part)
        for case in self.at:
            if set(case) != set(self.given):
                refuse("at", f"must give a number for each name in `from`: {', '.join(self.given) or 'there are none'}")
        if self.given and not self.at:
            refuse("at", "must give the correct values of the earlier answers")
        for case in self.at or ({},):
            for reading in self.readings:
                if not all(math.isfinite(value) for value in expected_values(self.parts, reading, case)[1]):
                    refuse("readings", "has a value that is not finite")
        for mistake in self.mistakes:
            if is_right(mistake, self.question()):
                refuse("mistakes", f"is a correct answer: {', '.join(formula.text for formula in mistake.equals)}")
        return self

    def question(self, own: Numbers | None = None) -> Question:
        """What wrong answers are compared with. They start from the student's `own` earlier ones, if there are any."""
        starts = (own,) if own is not None and self.given else self.at or ({},)
        return Question(self.parts, self.readings, starts, self.rtol)

    def _check(self, key: str, formulas: Reading, part: str = "") -> None:
        """Refuses what has another number of formulas than there are parts, or uses later parts."""
        count = 1 if part else len(self.parts) or 1
        if len(formulas) != count:
            refuse(key, f"a reading has {plural(len(formulas), 'formula')} for {plural(count, 'part')}")
        for index, formula in enumerate(formulas, self.parts.index(part) if part else 0):
            needs_known(key, formula.names, [*self.given, *self.parts[:index]])


class NumberForm(Form):
    """The names of the parts, where there are several."""

    kind: Literal["number"]
    parts: tuple[str, ...] = Field((), strict=False, description="the names of the parts, where there are several")

    def doubt(self, data: Any) -> str:
        """Which part is no number, or blank."""
        parts = _parts(self.parts, data)
        if parts is None:
            return _count_of(self.parts)
        blank = [name for name, part in zip(self.parts, parts, strict=False) if is_blank(part)]
        return _numbers(parts)[1] or _blank(blank)


def form(spec: Spec) -> NumberForm:
    """The names of the parts."""
    return NumberForm(kind="number", parts=spec.parts)


@dataclass(frozen=True)
class _Best:
    """What the best reading accepts: which parts are correct, and whether by the student's own earlier answers."""

    right: tuple[bool, ...]
    follows: bool


def run(spec: Spec, context: CheckContext) -> Finding:
    """Compares with every reading, at the student's own earlier answers."""
    written = find(spec.answer, context, spec.parts)
    if not isinstance(written, WrittenAnswer):
        return written
    names = spec.parts or ("",)
    data = _parts(spec.parts, written.data)
    if data is None:
        return in_doubt(written, _count_of(names))
    numbers, unreadable = _numbers(data)
    own, place = own_numbers(spec.given, context, spec.orders)
    best = _best(spec, numbers, own)
    share = sum(best.right) / len(names)
    if share == 1:
        message = follows_from(", ".join(spec.given.values())) if best.follows else ""
        return written.finding(Verdict.CORRECT, 1.0, message)
    unclear = unreadable or _unclear(spec, data, numbers, own, best) or (place and may_follow_from(place))
    if unclear:
        return replace(in_doubt(written, unclear), share=share)
    blank = [name for name, part in zip(names, data, strict=True) if is_blank(part)]
    wrong = [name for name, is_right in zip(names, best.right, strict=True) if not is_right and name not in blank]
    notes = [f"wrong: {', '.join(wrong)}" if wrong and spec.parts else "", _blank(blank)]
    notes.append("the others are correct" if share else "")
    status = Verdict.PARTIAL if share else Verdict.WRONG
    hint = hint_for(spec.mistakes, spec.question(own), numbers, best.right)
    return written.finding(status, share, "; ".join(filter(None, notes)) or "not correct", hint)


def _count_of(names: Sequence[str]) -> str:
    return f"expected {plural(len(names), 'part')}: {', '.join(names)}"


def _blank(names: Sequence[str]) -> str:
    return f"left blank: {', '.join(names)}" if names else ""


def _parts(names: Sequence[str], data: Any) -> list[Any] | None:
    """The answer's parts in order; None where it is unclear which is which."""
    return parts_of(data, names) if names else [data]


def _numbers(parts: Sequence[Any]) -> tuple[list[float | None], str]:
    """The parts as numbers, None for one that is blank or none; and why one cannot be read, or ""."""
    numbers: list[float | None] = []
    unreadable = ""
    for part in parts:
        try:
            numbers.append(None if is_blank(part) else number_in(part))
        except FormulaError as error:
            numbers.append(None)
            unreadable = f"not a number: {error}"
    return numbers, unreadable


def number_in(data: Any) -> float:
    """The number that a text means: 2.4, 2,4, 5/2, 2^-10, x = 2.4. Raises FormulaError."""
    if not isinstance(data, str):
        raise FormulaError("write a single number")
    try:
        formula = readings(data, ())[0]
    except FormulaError as error:
        plain = re.sub(r"(?<=[\d)])\s*[xX]\s*(?=[-\d(])", "*", without_remarks(data))
        if plain == data:
            raise
        try:
            formula = readings(plain, ())[0]
        except FormulaError:
            raise error from None
    try:
        value = float(np.real(formula(env_of({}))))
    except (ValueError, TypeError):  # an operation of matrices on numbers, such as 2' or matmul(2, 3)
        raise FormulaError("it cannot be computed") from None
    if not math.isfinite(value):
        raise FormulaError("it is not finite")
    return value


def _unclear(spec: Spec, data: Sequence[Any], numbers: Sequence[float | None], own: Numbers | None, best: _Best) -> str:
    """Why a part that is wrong as it was read may be correct all the same; "" where it cannot."""
    for index, part in enumerate(data):
        if best.right[index] or not isinstance(part, str) or numbers[index] is None:
            continue

        def fits(other: float | None, slack: float = 0.0, at: int = index) -> bool:
            changed = [*numbers[:at], other, *numbers[at + 1 :]]
            return _best(spec, changed, own, slack).right[at]

        shown = escape_controls(part.strip())[:40]
        if fits(numbers[index], _slack(part, abs(numbers[index] or 0.0))):
            return f"{shown} is not precise enough; write more digits"
        if fits(_number(re.sub(r"(?<![\d.,])(\d{1,3})[.,](\d{3})(?![\d.,])", r"\1\2", part))):
            return f"it is unclear whether {shown} has a decimal sign or a thousands separator"
        several = re.split(r"\s?/\s?", single_spaced(part))
        if len(several) > 1 and all(fits(_number(piece)) for piece in several):
            return f"{shown} are several answers; write one"
    return ""


def _number(text: str) -> float | None:
    try:
        return number_in(text)
    except FormulaError:
        return None


def _slack(text: str, size: float) -> float:
    """How much may be lost in rounding: half a unit in the last decimal place; a share of what is `about` something."""
    if re.search(r"[≈~≃]|^\W*(?:about|approx|around|roughly|ca\b|circa)", text):
        return ABOUT * size
    found = re.fullmatch(r"-?(\d*)(?:[.,](\d*))?(?:[eE]([-+]?\d{1,3}))?", text.split("=")[-1].strip())
    if not found or not (found[1] + (found[2] or "")).strip("0"):
        return 0.0
    place = int(found[3] or 0) - len(found[2] or "")
    return 0.5 * 10.0**place if place < 0 else 0.0


def own_numbers(
    given: Mapping[str, str], context: CheckContext, orders: Mapping[str, Names] = {}
) -> tuple[Numbers | None, str]:
    """The student's own earlier answers, None where one is missing or cannot be read; and the place of one that is
    there and cannot be read, so that nobody knows what follows, or ""."""
    found: dict[str, float] = {}
    unread = ""
    for name, source in given.items():
        data = _earlier(source, context, orders)
        if (number := _own_number(source, data)) is not None:
            found[name] = number
        elif not unread and not is_blank(data):
            unread = source.partition("#")[0]
    return found if len(found) == len(given) else None, unread


def _earlier(source: str, context: CheckContext, orders: Mapping[str, Names]) -> Any:
    place = source.partition("#")[0]
    above, _, part = place.rpartition(".")
    names = orders.get(above, ())
    parts = parts_of(other(above, context, names), names) if part in names else None
    return parts[names.index(part)] if parts else other(place, context)


def _own_number(source: str, data: Any) -> float | None:
    try:
        return float(counts_of(data)[source.endswith("#edges")]) if "#" in source else number_in(data)
    except (FormulaError, ValueError):
        return None


def _best(spec: Spec, numbers: Sequence[float | None], own: Numbers | None, slack: float = 0.0) -> _Best:
    found = _Best((False,) * len(numbers), False)
    for reading in spec.readings:
        for env, follows in _worlds(spec, own):
            right = tuple(_right_parts(spec, reading, env, numbers, slack))
            if sum(right) > sum(found.right):
                found = _Best(right, follows)
    return found


def _worlds(spec: Spec, own: Numbers | None) -> Iterator[tuple[Numbers, bool]]:
    """What earlier answers may be taken to be: the student's own; the correct ones too, unless they agree."""
    if not spec.given:
        yield {}, False
        return
    fitting = own is not None and any(
        all(close(own[name], value, spec.rtol) for name, value in case.items()) for case in spec.at
    )
    if own is not None and (fitting or all(own.values())):  # nothing follows from a zero but zeros
        yield own, not fitting
    if not fitting:
        yield from ((case, False) for case in spec.at)


def _right_parts(
    spec: Spec, reading: Sequence[Formula], env: Numbers, numbers: Sequence[float | None], slack: float
) -> list[bool]:
    by_own, true = expected_values(spec.parts, reading, env, numbers)
    return [
        number is not None and any(close(number, expected, spec.rtol, slack) for expected in (one, another))
        for number, one, another in zip(numbers, by_own, true, strict=True)
    ]
