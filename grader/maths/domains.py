"""Draws inputs: ranges, signs, choices, arrays; fixed cases first, then every combination of signs and choices once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_COMBINATIONS = 64
MAX_ENTRIES = 64
FEWEST_CASES = 4
TRIES = 20  # most cases of the course are steady at the first draw; what is not after so many is kept as it is
DIGITS = 4
DISTANCE = 0.05

_SIGNS: Mapping[str | None, tuple[float, ...]] = {"any": (1, -1), "negative": (-1,), "positive": (1,), None: (1,)}

Number = Annotated[float, Field(allow_inf_nan=False)]
Size = Annotated[int, Field(ge=0, le=16)]


class Domain(BaseModel):
    """Where one input's values come from: `between` two magnitudes with a `sign`, or one of `choices`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    between: tuple[Number, Number] | None = Field(
        None, strict=False, description="smallest and largest value (or magnitude)"
    )
    sign: Literal["any", "positive", "negative"] | None = Field(None, description="`between` is a magnitude then")
    choices: tuple[int | Number, ...] | None = Field(
        None, strict=False, description="the values themselves", min_length=1, max_length=16
    )
    avoid: tuple[Number, ...] = Field((), strict=False, description="points to stay away from, by at least 0.05")
    shape: tuple[Size | str, ...] | None = Field(
        None, strict=False, max_length=4, description="for an array: sizes, as numbers or as names from `sizes`"
    )

    @model_validator(mode="after")
    def _one_source(self) -> Domain:
        if (self.between is None) == (self.choices is None):
            raise ValueError("give either `between` or `choices`")
        if self.choices is not None and (self.sign is not None or self.avoid):
            raise ValueError("`sign` and `avoid` go with `between`; with `choices`, list the values themselves")
        if self.between is not None:
            low, high = self.between
            if low >= high:
                raise ValueError(f"`between` goes from the smaller to the larger value, not from {low} to {high}")
            if self.sign is not None and low < 0:
                raise ValueError("with `sign`, `between` holds magnitudes: both must be at least 0")
            near = sum(2 * DISTANCE for point in self.avoid if low - DISTANCE < abs(point) < high + DISTANCE)
            if near > 0.8 * (high - low):
                raise ValueError("`avoid` leaves almost nothing of `between`")
        return self

    def strata(self) -> tuple[float, ...]:
        """What every combination is made of: both signs for `any`, each of the choices; one for arrays."""
        if self.shape is not None:
            return (1,)
        return self.choices or self._signs()

    def draw(self, rng: Random, stratum: float) -> float:
        """One number of a stratum, rounded to four digits so that a report can show it whole."""
        if self.between is None:
            return stratum
        low, high = self.between
        while True:
            value = stratum * float(f"{rng.uniform(low, high):.{DIGITS}g}")
            for point in self.avoid:
                if abs(value - point) < DISTANCE:
                    break
            else:
                return value

    def draw_array(self, rng: Random, shape: Sequence[int]) -> Any:
        """An array of independent draws, every sign possible in each entry; a number for the shape ()."""
        strata = self.choices or self._signs()
        if not shape:
            return self.draw(rng, rng.choice(strata))
        flat = [self.draw(rng, rng.choice(strata)) for _ in range(math.prod(shape))]
        return np.array(flat, dtype=np.float64).reshape(shape)

    def _signs(self) -> tuple[float, ...]:
        return _SIGNS[self.sign]


UPSTREAM = Domain(between=(0.3, 3.0), sign="any", avoid=(1.0, -1.0))
Case = dict[str, Any]
Made = TypeVar("Made")


def draw_cases(
    inputs: Mapping[str, Domain],
    fixed: Sequence[Mapping[str, Any]],
    rng: Random,
    sizes: Sequence[Mapping[str, int]] = (),
) -> list[Case]:
    """The fixed cases, what they leave open drawn, then one case for every combination of strata.

    Named sizes of arrays are taken from `sizes`, one mapping a case in turn.
    """
    return draw_made(inputs, fixed, rng, sizes, lambda case: case, lambda case: True)


def draw_made(
    inputs: Mapping[str, Domain],
    fixed: Sequence[Mapping[str, Any]],
    rng: Random,
    sizes: Sequence[Mapping[str, int]],
    make: Callable[[Case], Made],
    steady: Callable[[Made], bool],
) -> list[Made]:
    """What is made of each of the cases that `draw_cases` draws; while that is not steady, the case is drawn again."""
    turns = itertools.cycle(sizes or [{}])
    made = []
    for case in fixed:
        size = next(turns)
        made.append(make({name: _fixed(case[name]) if name in case else _draw(domain, rng, None, size)
                          for name, domain in inputs.items()}))  # fmt: skip
    combinations = list(itertools.product(*(domain.strata() for domain in inputs.values())))
    if len(combinations) > MAX_COMBINATIONS:
        combinations = rng.sample(combinations, MAX_COMBINATIONS)
    while len(combinations) < max(FEWEST_CASES, len(sizes)):
        combinations += combinations
    for strata in combinations:
        size = next(turns)
        for _ in range(TRIES):
            one = make({name: _draw(domain, rng, stratum, size)
                        for (name, domain), stratum in zip(inputs.items(), strata, strict=True)})  # fmt: skip
            if steady(one):
                break
        made.append(one)
    return made


def _fixed(value: Any) -> Any:
    return np.array(value) if isinstance(value, list) else value


def _draw(domain: Domain, rng: Random, stratum: float | None, sizes: Mapping[str, int]) -> Any:
    if domain.shape is None:
        return domain.draw(rng, rng.choice(domain.strata()) if stratum is None else stratum)
    return domain.draw_array(rng, [sizes[size] if isinstance(size, str) else size for size in domain.shape])


def most_different(first: Case, cases: Sequence[Case]) -> Case:
    """The case that has the most inputs unlike `first`'s."""

    def unlike(case: Case) -> int:
        return sum(bool(np.any(case[name] != first[name])) for name in first)

    best = first
    for case in cases:
        if unlike(case) > unlike(best):
            best = case
        if unlike(best) == len(first):
            break
    return best
