"""Draws inputs: ranges, signs, choices; every combination of signs once, then fixed cases first of all."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from random import Random
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_COMBINATIONS = 64
DECIMALS = 3

Number = Annotated[float, Field(allow_inf_nan=False)]


class Domain(BaseModel):
    """Where one input's values come from: `between` two magnitudes with a `sign`, or one of `choices`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    between: tuple[Number, Number] | None = Field(
        None, strict=False, description="smallest and largest value (or magnitude)"
    )
    sign: Literal["any", "positive", "negative"] | None = Field(None, description="`between` is a magnitude then")
    choices: tuple[int | Number, ...] | None = Field(
        None, strict=False, description="the values themselves", min_length=1
    )
    avoid: tuple[Number, ...] = Field((), strict=False, description="points to stay away from, by at least 0.05")

    @model_validator(mode="after")
    def _one_source(self) -> Domain:
        if (self.between is None) == (self.choices is None):
            raise ValueError("give either `between` or `choices`")
        if self.between is not None:
            low, high = self.between
            if low >= high:
                raise ValueError(f"`between` goes from the smaller to the larger value, not from {low} to {high}")
            if self.sign is not None and low < 0:
                raise ValueError("with `sign`, `between` holds magnitudes: both must be at least 0")
        return self

    def signs(self) -> tuple[int, ...]:
        """The sign strata: both signs for `any`, else the one."""
        return {"any": (1, -1), "negative": (-1,)}.get(self.sign or "", (1,))

    def draw(self, rng: Random, sign: int) -> float:
        """One value, rounded to three decimals so that a report can show it whole."""
        if self.choices is not None:
            return rng.choice(self.choices)
        assert self.between is not None
        for _ in range(1000):
            value = sign * round(rng.uniform(*self.between), DECIMALS)
            if all(abs(value - point) >= 0.05 for point in self.avoid):
                return value
        raise ValueError("`avoid` leaves nothing of `between`")


UPSTREAM = Domain(between=(0.3, 3.0), sign="any", avoid=(1.0, -1.0))


def draw_cases(
    inputs: Mapping[str, Domain], fixed: tuple[Mapping[str, float], ...], rng: Random
) -> list[dict[str, Any]]:
    """The fixed cases, what they leave open drawn, then one case for every combination of signs."""
    cases = [
        {
            name: case[name] if name in case else domain.draw(rng, rng.choice(domain.signs()))
            for name, domain in inputs.items()
        }
        for case in fixed
    ]
    combinations = list(itertools.product(*(domain.signs() for domain in inputs.values())))
    if len(combinations) > MAX_COMBINATIONS:
        combinations = rng.sample(combinations, MAX_COMBINATIONS)
    while len(combinations) < 4:
        combinations += combinations
    for signs in combinations:
        cases.append({name: domain.draw(rng, sign) for (name, domain), sign in zip(inputs.items(), signs, strict=True)})
    return cases
