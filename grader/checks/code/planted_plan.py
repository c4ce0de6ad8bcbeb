"""Planted gradients that a class shares, and what one checker says of them: the kinds `planted` and `detached`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from functools import cached_property
from random import Random, SystemRandom
from typing import Any, Generic, Protocol, TypeVar

from grader.checks.base import CheckContext, Finding, PlanAttempt
from grader.checks.code import planted_answers
from grader.checks.code.difference_hints import Point, never_moved
from grader.model import Evidence
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Answer, Bool
from grader.sandbox.program import Program
from grader.sandbox.requests import MissingName, ProgramResult, Request, StudentException
from grader.sandbox.shared_programs import AnswerTable, SharedPrograms


class PlantedTrial(Protocol):
    """One plant at one point, for one checker."""

    @property
    def calls(self) -> list[Point]:
        """The points at which the checker called the function."""

    @property
    def plant(self) -> str:
        """Which gradient is planted."""

    @property
    def point(self) -> Point:
        """The point that the checker gets."""

    def anew(self, plant: str) -> Any:
        """The same function with another gradient planted, not called yet."""

    def program(self, number: int) -> Program:
        """Calls the checker on the judge's function of this number, and reports its verdict first."""

    def table(self) -> AnswerTable:
        """What the function gives at the points that others asked for."""

    def serve(self, answer: Answer) -> tuple[float, Any]:
        """What the judge's function returns. Raises UnexpectedType for what is no point."""

    def failed(self, failure: StudentException | MissingName, sources: Any) -> Finding:
        """The finding on a checker that gave no answer."""

    def hint(self, accepted: bool) -> str:
        """What the calls show of a checker that was wrong."""

    def evidence(self, yours: str, expected: bool) -> Evidence:
        """The call, the function and both gradients."""

    def never_away(self) -> str:
        """The end of a sentence on a checker that called the function at no other point."""


Of = TypeVar("Of", bound=PlantedTrial)
Drawn = TypeVar("Drawn")


@dataclass(frozen=True)
class SharedParts:
    """The programs that a class shares: what asks for the checker's verdicts, and what is measured before."""

    asked: SharedPrograms
    measured: SharedPrograms


@dataclass(frozen=True, eq=False)
class PlantedPlan(Generic[Of]):
    """Planted gradients in functions that a class shares; at each of `points` points there is every plant, or there is
    one function a plant. `begin` makes an attempt of them, `measure` programs that come before."""

    trials: Sequence[Of]
    begin: Callable[[Sequence[Of], str, SharedParts | None], PlanAttempt]
    measure: Callable[[Sequence[Of]], Sequence[Program]] = lambda trials: ()
    points: int = 1
    _known: dict[tuple[int, str], Of] = field(default_factory=dict)

    def attempt(self, file: str, own: Random | None = None) -> PlanAttempt:
        """Where a class shares the functions, which of them has which plant is drawn for each submission: nothing that
        is known of a function says more than that it may have any."""
        if own is None:
            return self.begin([trial.anew(trial.plant) for trial in self.trials], file, None)
        plants = [trial.plant for trial in self.trials]
        for first in range(self.points):
            plants[first :: self.points] = own.sample(plants[first :: self.points], len(plants) // self.points)
        return self.begin([self._planted(place, plant) for place, plant in enumerate(plants)], file, self._shared)

    def _planted(self, place: int, plant: str) -> Of:
        """The function at a place with this plant, not called yet; what follows from the plant is computed once."""
        known = self._known.get((place, plant))
        if known is None:
            known = self._known[place, plant] = self.trials[place].anew(plant)
        found: Of = known.anew(plant)
        return found

    @cached_property
    def _shared(self) -> SharedParts:
        programs = [trial.program(number) for number, trial in enumerate(self.trials)]
        return SharedParts(SharedPrograms(programs), SharedPrograms(self.measure(self.trials)))


@dataclass(frozen=True)
class Asked(Generic[Of]):
    """A request for the checker's verdicts; `order` are the numbers of the trials in it."""

    trials: Sequence[Of]
    order: Sequence[int]
    request: Request

    @classmethod
    def of(cls, trials: Sequence[Of], file: str, shared: SharedParts | None) -> Asked[Of]:
        """In an order that nobody can foresee: who knows the course and counts the calls would know every answer."""
        order = shuffled(len(trials))
        if shared is not None:
            tables, functions = [trial.table() for trial in trials], [trial.serve for trial in trials]
            asked = shared.asked
            return cls(
                trials, order, Request(file, asked.programs, functions, shared=asked, order=order, tables=tables)
            )
        programs = [trials[index].program(number) for number, index in enumerate(order)]
        return cls(trials, order, Request(file, programs, [trials[index].serve for index in order]))

    def outcomes(self, outcomes: Sequence[ProgramResult]) -> list[ProgramResult]:
        """The outcomes in the order of the trials."""
        by_trial = dict(zip(self.order, outcomes, strict=True))
        return [by_trial[index] for index in range(len(self.trials))]

    def watch(self, context: CheckContext, manner: Callable[[Of], str]) -> None:
        """Has the manner of the calls noted, and what was called forgotten, so that it starts anew for another
        checker."""

        def manners() -> tuple[str, ...]:
            found = tuple(manner(self.trials[index]) for index in self.order)
            for trial in self.trials:
                trial.calls.clear()
            return found

        context.record.watch(manners)


def shuffled(count: int) -> list[int]:
    """So many numbers in an order that nobody can foresee."""
    return SystemRandom().sample(range(count), count)


def misjudged(trial: PlantedTrial, outcome: ProgramResult, expected: bool, sources: Any) -> Finding | None:
    """None where the checker gave the expected answer."""
    if outcome.failure is not None:
        return trial.failed(outcome.failure, sources)
    said = outcome.answers[0]
    if not isinstance(said, Bool):
        return Finding.wrong(planted_answers.not_a_bool(said), trial.evidence("", expected))
    if said.value is expected:
        return None
    message = planted_answers.misjudged(trial.plant, said.value)
    if never_moved(trial.point, trial.calls):
        message += trial.never_away()
    return Finding.wrong(message, trial.evidence(str(said.value), expected), trial.hint(said.value))


def drawn(tries: int, draw: Callable[[], Drawn | None]) -> Drawn:
    """The first of so many draws that gives anything. Raises ValueError where none does."""
    for _ in range(tries):
        found = draw()
        if found is not None:
            return found
    raise ValueError(
        "no function was found for which all correct checkers agree: are its terms too steep, or `slopes` 0?"
    )
