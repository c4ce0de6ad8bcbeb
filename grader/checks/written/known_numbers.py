"""Wrong numbers that are known, in the check kind `number`: what they equal, and what is said to who wrote them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema

from grader.checks.base import CheckSpec
from grader.checks.spec_fields import FormulaField
from grader.maths.formula import Formula, env_of
from grader.model.dataclass import dataclass

Numbers = Mapping[str, float]
Written = Sequence[float | None]  # the parts of an answer in order, None for one that is blank or no number
ZERO = 1e-12  # absolute: what rounding leaves of a 0, where a relative tolerance allows nothing


def as_listed(value: Any) -> Any:
    """A list as a tuple, one formula as a tuple of one."""
    return tuple(value) if isinstance(value, list) else (value,)


Reading = Annotated[
    tuple[FormulaField, ...], BeforeValidator(as_listed), WithJsonSchema({"type": ["string", "number", "array"]})
]


class KnownNumber(CheckSpec):
    """A wrong answer that is known: what it equals, and what to say to who gave it; of one `part` alone, or of all."""

    equals: Reading = Field(description="the wrong number, as a formula; a list where there are several parts")
    hint: str = Field(description="one sentence for whoever gave it")
    part: str = Field("", description="the part that it is about; without it, all parts are as in `equals`")


@dataclass(frozen=True)
class Question:
    """What wrong answers are compared with: the readings, each a formula for each of the `parts`, and the values of
    earlier answers that they may start from."""

    parts: tuple[str, ...]
    readings: tuple[Reading, ...]
    starts: tuple[Numbers, ...]
    rtol: float


def close(value: float, expected: float, rtol: float, slack: float = 0.0) -> bool:
    """Whether two numbers agree; 0 is met exactly, but for rounding."""
    return math.isfinite(expected) and abs(value - expected) <= max(rtol * abs(expected), slack) + ZERO


def expected_values(
    parts: Sequence[str], reading: Sequence[Formula], env: Numbers, numbers: Written = ()
) -> tuple[list[float], list[float]]:
    """What each part should be: by the student's own earlier parts where these are numbers, and by the correct ones."""
    own, true = dict(env), dict(env)
    expected: tuple[list[float], list[float]] = ([], [])
    for index, formula in enumerate(reading):
        for known, values in ((own, expected[0]), (true, expected[1])):
            values.append(float(np.real(formula(env_of(known)))))
        if parts:
            given = numbers[index] if index < len(numbers) else None
            true[parts[index]] = expected[1][-1]
            own[parts[index]] = given or expected[0][-1]
    return expected


def hint_for(mistakes: Iterable[KnownNumber], question: Question, numbers: Written, right: Sequence[bool]) -> str:
    """What is said of the whole answer; else of each part that is not `right`, each sentence once."""
    mistakes = tuple(mistakes)
    for mistake in mistakes:
        if not mistake.part and _is_whole(mistake, question, numbers):
            return mistake.hint
    found: dict[str, None] = {}
    for index, part in enumerate(question.parts):
        about = [one for one in mistakes if one.part == part and not right[index]]
        hint = next((one.hint for one in about if _is_part(one, question, numbers, index)), "")
        found |= {hint: None} if hint else {}
    return " ".join(found)


def is_right(mistake: KnownNumber, question: Question) -> bool:
    """Whether a mistake that is stated is a correct answer, whatever the earlier answers are."""
    return all(any(_agree(mistake, question, reading, start) for reading in question.readings)
               for start in question.starts)  # fmt: skip


def _agree(mistake: KnownNumber, question: Question, reading: Reading, start: Numbers) -> bool:
    right = expected_values(question.parts, reading, start)[1]
    if mistake.part:
        index = question.parts.index(mistake.part)
        return close(_values_of_part(mistake, question, reading, start, (), index)[1], right[index], question.rtol)
    values = expected_values(question.parts, mistake.equals, start)[1]
    return all(close(value, other, question.rtol) for value, other in zip(values, right, strict=True))


def _is_whole(mistake: KnownNumber, question: Question, numbers: Written) -> bool:
    return any(
        all(number is not None and close(number, value, question.rtol)
            for number, value in zip(numbers, expected_values(question.parts, mistake.equals, start)[1], strict=True))
        for start in question.starts
    )  # fmt: skip


def _is_part(mistake: KnownNumber, question: Question, numbers: Written, index: int) -> bool:
    number = numbers[index]
    return number is not None and any(
        close(number, value, question.rtol)
        for reading in question.readings for start in question.starts
        for value in _values_of_part(mistake, question, reading, start, numbers, index)
    )  # fmt: skip


def _values_of_part(
    mistake: KnownNumber, question: Question, reading: Reading, start: Numbers, numbers: Written, index: int
) -> tuple[float, float]:
    """What a mistake gives in place of a part: by the student's own earlier parts, and by the correct ones."""
    own, true = expected_values(question.parts, (*reading[:index], *mistake.equals), start, numbers)
    return own[-1], true[-1]
