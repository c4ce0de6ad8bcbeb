"""Draws inputs: ranges, signs, choices, arrays; fixed cases first, then every combination of signs and choices once.

A range is drawn from in pieces, cut at -1, 0 and 1, each in its turn: a comparison with a constant that is off by one
(`x > 1` for `x > 0`) is told apart by the values between, which an even draw from a long range often misses.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_COMBINATIONS = 64  # of signs and choices, each a case; of more, so many are picked
MAX_ENTRIES = 64  # of an array whose every entry takes numerical derivatives of its own
MOST_ENTRIES = 10_000  # of any other: 80 KB, far below what a frame (worker/frames.py) can hold
MOST_DRAWS = 1000
FEWEST_CASES = 4  # where signs and choices make fewer combinations, all are drawn again
UNSTEADY = 20  # most cases of the course are steady at the first draw; what is not after so many is kept all the same
# Sums and products of entries are where thresholds are crossed by chance alone: twice as many chances.
FEWEST_WITH_ARRAYS = 8
DIGITS = 4  # significant ones of a drawn number: few enough to be read and typed
MOST_AVOIDED = 0.8  # of a range: draws from what is left would hardly differ, and be drawn over and over
DISTANCE = 0.05  # from points to avoid, such as kinks and poles, where numerical derivatives fail
CUTS = (-1.0, 0.0, 1.0)
ROOM = 0.1  # a piece with less of it is left to its neighbours: two draws from it would hardly differ

_SIGNS: Mapping[str | None, tuple[float, ...]] = {"any": (1, -1), "negative": (-1,), "positive": (1,), None: (1,)}

Piece = tuple[float, float]
Number = Annotated[float, Field(allow_inf_nan=False)]
Size = Annotated[int, Field(ge=0, le=MOST_ENTRIES)]


class Domain(BaseModel):
    """Where one input's values come from: `between` two magnitudes with a `sign`, one of `choices`, or `labels`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    between: tuple[Number, Number] | None = Field(
        None, strict=False, description="smallest and largest value (or magnitude)"
    )
    sign: Literal["any", "positive", "negative"] | None = Field(None, description="`between` is a magnitude then")
    choices: tuple[int | Number, ...] | None = Field(
        None, strict=False, description="the values themselves", min_length=1, max_length=16
    )
    labels: Annotated[int, Field(ge=1, le=MOST_ENTRIES)] | str | None = Field(
        None, description="whole numbers from 0 to below this number, or this one of `sizes`"
    )
    avoid: tuple[Number, ...] = Field((), strict=False, description="points to stay away from, by at least 0.05")
    shape: tuple[Size | str, ...] | None = Field(
        None, strict=False, max_length=4, description="for an array: sizes, as numbers or as names from `sizes`"
    )

    @model_validator(mode="after")
    def _one_source(self) -> Domain:
        if sum(source is not None for source in (self.between, self.choices, self.labels)) != 1:
            raise ValueError("give one of `between`, `choices` and `labels`")
        if self.between is None and (self.sign is not None or self.avoid):
            raise ValueError("`sign` and `avoid` go with `between`; with `choices`, list the values themselves")
        if self.between is not None:
            low, high = self.between
            if low >= high:
                raise ValueError(f"`between` goes from the smaller to the larger value, not from {low} to {high}")
            if self.sign is not None and low < 0:
                raise ValueError("with `sign`, `between` holds magnitudes: both must be at least 0")
            near = sum(2 * DISTANCE for point in self.avoid if low - DISTANCE < abs(point) < high + DISTANCE)
            if near > MOST_AVOIDED * (high - low):
                raise ValueError("`avoid` leaves almost nothing of `between`")
        return self

    def strata(self) -> tuple[float, ...]:
        """What every combination is made of: both signs for `any`, each of the choices; one for arrays and labels."""
        if self.shape is not None or self.labels is not None:
            return (1,)
        return self.choices or self.signs

    def whole(self, stratum: float) -> Piece:
        """A stratum as one piece; a choice is a piece of one value."""
        if self.between is None:
            return stratum, stratum
        low, high = sorted(stratum * end for end in self.between)
        return low, high

    @functools.cached_property
    def pieces(self) -> dict[float, tuple[Piece, ...]]:
        """The parts of each stratum that the cuts leave, each with room to draw from; of arrays, of their entries."""
        return {stratum: self._cut(stratum) for stratum in self.choices or self.signs}

    def _cut(self, stratum: float) -> tuple[Piece, ...]:
        low, high = self.whole(stratum)
        ends = [low, *(cut for cut in CUTS if low < cut < high), high]
        found = tuple(piece for piece in itertools.pairwise(ends) if self._room(piece) >= ROOM)
        return found or ((low, high),)

    def _room(self, piece: Piece) -> float:
        """How much of a piece is left beside the points to avoid, at least."""
        low, high = piece
        return (
            high - low - sum(max(0.0, min(high, point + DISTANCE) - max(low, point - DISTANCE)) for point in self.avoid)
        )

    def sized(self, sizes: Mapping[str, int]) -> Domain:
        """The domain with `labels` as choices; itself where it has none."""
        if self.labels is None:
            return self
        count = self.labels if isinstance(self.labels, int) else sizes[self.labels]
        # Without validation, which limits how many choices an author may list.
        return Domain.model_construct(choices=tuple(range(count)), shape=self.shape)

    def draw(self, rng: Random, piece: Piece) -> float:
        """One number of a piece, rounded to four digits so that a report can show it whole."""
        low, high = piece
        while low < high:
            value = float(f"{rng.uniform(low, high):.{DIGITS}g}")
            if all(abs(value - point) >= DISTANCE for point in self.avoid):
                return value
        return low

    def draw_array(self, rng: Random, shape: Sequence[int], deck: Deck | None = None) -> Any:
        """An array of draws, one piece of one stratum after the other in random order; a number for the shape ().

        Where all choices are whole numbers it is an array of integers.
        """
        if deck is None and not shape:
            return self.draw(rng, rng.choice([piece for pieces in self.pieces.values() for piece in pieces]))
        deck = deck or Deck(self, rng)
        if not shape:
            return deck.number()
        flat = [deck.number() for _ in range(math.prod(shape))]
        whole = self.choices is not None and all(isinstance(choice, int) for choice in self.choices)
        return np.array(flat, dtype=np.int64 if whole else np.float64).reshape(shape)

    @property
    def signs(self) -> tuple[float, ...]:
        """What a magnitude is multiplied by."""
        return _SIGNS[self.sign]


class Deck:
    """Deals the pieces of a domain in random order, or those of one of its strata.

    At first each once; later as many draws from a whole stratum are among them, so that an array of few entries need
    not have as many of one sign as of the other.
    """

    def __init__(self, domain: Domain, rng: Random) -> None:
        self._domain, self._rng = domain, rng
        self._left: dict[float | None, list[Piece]] = {}

    def number(self, stratum: float | None = None) -> float:
        """One number of the next piece."""
        if not self._left.get(stratum):
            self._left[stratum] = self._dealt(stratum, first=stratum not in self._left)
        return self._domain.draw(self._rng, self._left[stratum].pop())

    def dealt(self) -> dict[float | None, list[Piece]]:
        """What is left of it now."""
        return {stratum: list(left) for stratum, left in self._left.items()}

    def back(self, left: Mapping[float | None, list[Piece]]) -> Deck:
        """The deck with these pieces left, so that they are dealt again."""
        self._left = {stratum: list(pieces) for stratum, pieces in left.items()}
        return self

    def _dealt(self, stratum: float | None, first: bool) -> list[Piece]:
        domain, rng = self._domain, self._rng
        strata = (domain.choices or domain.signs) if stratum is None else (stratum,)
        pieces = [piece for each in strata for piece in domain.pieces[each]]
        if not first:
            pieces += [domain.whole(rng.choice(strata)) for _ in pieces]
        rng.shuffle(pieces)
        return pieces


UPSTREAM = Domain(between=(0.3, 3.0), sign="any", avoid=(1.0, -1.0))
Case = dict[str, Any]
Made = TypeVar("Made")


def draw_cases(
    inputs: Mapping[str, Domain],
    fixed: Sequence[Mapping[str, Any]],
    rng: Random,
    sizes: Sequence[Mapping[str, int]] = (),
    draws: int = 0,
) -> list[Case]:
    """The fixed cases, what they leave open drawn, then one case for every combination of strata, or as many as
    `draws` says.

    Named sizes of arrays are taken from `sizes`, one mapping per case, in turn, and are part of the case.
    """
    return draw_made(inputs, fixed, rng, sizes, lambda case: case, lambda case: True, draws)


def draw_made(
    inputs: Mapping[str, Domain],
    fixed: Sequence[Mapping[str, Any]],
    rng: Random,
    sizes: Sequence[Mapping[str, int]],
    make: Callable[[Case], Made],
    steady: Callable[[Made], bool],
    draws: int = 0,
) -> list[Made]:
    """What is made of each of the cases that `draw_cases` draws; while that is not steady, the case is drawn again."""
    turns = itertools.cycle(sizes or [{}])
    decks = {name: Deck(domain, rng) for name, domain in inputs.items()}
    made = []
    for case in fixed:
        size = {**next(turns), **_sizes_of(case, inputs)}
        made.append(make({name: _fixed(case[name]) if name in case else _draw(domain, rng, decks[name], None, size)
                          for name, domain in inputs.items()} | size))  # fmt: skip
    combinations = list(itertools.product(*(domain.strata() for domain in inputs.values())))
    if len(combinations) > MAX_COMBINATIONS:
        combinations = rng.sample(combinations, MAX_COMBINATIONS)
    arrays = any(domain.shape is not None for domain in inputs.values())
    while len(combinations) < max(draws or (FEWEST_WITH_ARRAYS if arrays else FEWEST_CASES), len(sizes)):
        combinations += combinations
    if draws:
        combinations = combinations[: max(draws, len(sizes))]
    return made + [_steady(inputs, rng, decks, strata, next(turns), make, steady) for strata in combinations]


def draw_few(
    inputs: Mapping[str, Domain],
    rng: Random,
    sizes: Sequence[Mapping[str, int]],
    make: Callable[[Case], Made],
    steady: Callable[[Made], bool],
    least: int = 1,
) -> list[Made]:
    """What is made of few drawn cases, as `draw_made` makes it: every stratum of every input is in one of them, not
    every combination."""
    decks = {name: Deck(domain, rng) for name, domain in inputs.items()}
    strata = [rng.sample(domain.strata(), len(domain.strata())) for domain in inputs.values()]
    count = max([least, *map(len, strata)])
    turns = zip(*(itertools.islice(itertools.cycle(some), count) for some in strata), strict=True)
    return [_steady(inputs, rng, decks, turn, rng.choice(sizes or [{}]), make, steady) for turn in turns]


def _steady(
    inputs: Mapping[str, Domain],
    rng: Random,
    decks: Mapping[str, Deck],
    strata: Sequence[float | None],
    size: Mapping[str, int],
    make: Callable[[Case], Made],
    steady: Callable[[Made], bool],
) -> Made:
    """What is made of one case; while that is not steady, the case is drawn again from the same pieces."""
    dealt = {name: deck.dealt() for name, deck in decks.items()}
    for _ in range(UNSTEADY):
        one = make({name: _draw(domain, rng, decks[name].back(dealt[name]), stratum, size)
                    for (name, domain), stratum in zip(inputs.items(), strata, strict=True)} | dict(size))  # fmt: skip
        if steady(one):
            break
    return one


def like(case: Case, inputs: Mapping[str, Domain], rng: Random) -> Case:
    """Another case with the same sizes, all of it drawn."""
    sizes = {name: value for name, value in case.items() if name not in inputs}
    drawn = {name: inputs[name].sized(sizes).draw_array(rng, np.shape(value))
             for name, value in case.items() if name in inputs}  # fmt: skip
    return {**drawn, **sizes}


def _sizes_of(case: Mapping[str, Any], inputs: Mapping[str, Domain]) -> dict[str, int]:
    """The named sizes that the arrays of a fixed case have."""
    found: dict[str, int] = {}
    for name, value in case.items():
        shape = inputs[name].shape if name in inputs else None
        if shape is not None and len(shape) == np.ndim(value):
            pairs = zip(shape, np.shape(value), strict=True)
            found.update({size: count for size, count in pairs if isinstance(size, str)})
    return found


def _fixed(value: Any) -> Any:
    return np.array(value) if isinstance(value, list) else value


def _draw(domain: Domain, rng: Random, deck: Deck, stratum: float | None, sizes: Mapping[str, int]) -> Any:
    if domain.labels is not None:
        domain = domain.sized(sizes)
        deck, stratum = Deck(domain, rng), None
    if domain.shape is None:
        return deck.number(stratum)
    return domain.draw_array(rng, [sizes[size] if isinstance(size, str) else size for size in domain.shape], deck)


def same_sizes(one: Case, other: Case) -> bool:
    """Whether every input has the same shape in both."""
    return all(np.shape(one[name]) == np.shape(other[name]) for name in one)


def most_different(first: Case, cases: Sequence[Case]) -> Case:
    """The case that has the most inputs unlike `first`'s."""

    def unlike(case: Case) -> int:
        return sum(not np.array_equal(case[name], first[name]) for name in first)

    best = first
    for case in cases:
        if unlike(case) > unlike(best):
            best = case
        if unlike(best) == len(first):
            break
    return best
