"""Which mistake makes a simulated engine answer as the student's did, on everything that was asked."""

from __future__ import annotations

import functools
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.maths.graphs.expression_graph import Constant, Graph
from grader.model.dataclass import dataclass
from grader.simulation import array_engine, array_faults, array_recording, engine, faults, styles
from grader.simulation.engine import Mistake, Outcome
from grader.simulation.faults import BINARY, BROADCAST, Fault
from grader.simulation.source import Source
from grader.simulation.styles import NAMES, Style, Unrecordable

RTOL = 1e-5  # far above what orders of summation and float32 leave, far below any difference of rules
# A number that should vanish may keep the rounding of others, in float32 some 1e-7 of them.
OF_OTHERS = 0.1
REFLECTED = "reflected"  # stands for operations of which one operand is a plain number
MOST_PAIRS = 400  # pairs of mistakes that are tried; each takes some tenths of a millisecond


@dataclass(frozen=True)
class Simulation:
    """Engines of one kind: their known mistakes, the choices of style that change what is recorded for a graph (where
    activations may be composed of other operations or not), the operations that are done for it, and what an engine
    answers."""

    faults: Callable[[], tuple[Fault, ...]]
    choices: Callable[[Graph, bool], frozenset[str]]
    operations: Callable[[Graph, Mapping[str, Any], Style], frozenset[str]]
    outcomes: Callable[[Graph, Mapping[str, Any], Style, Mistake, bool], Iterable[Outcome]]
    most_runs: int  # in one search: some tenths of a second
    most_styles: int  # that still fit: with more there is hardly an end
    apart: Mapping[str, Sequence[str]] = field(default_factory=dict)  # the ways of a choice that make a difference


NUMBERS = Simulation(
    faults.faults, styles.choices_in, lambda graph, leaves, style: engine.operations(graph, style), engine.outcomes,
    12_000, 200,
)  # fmt: skip
ARRAYS = Simulation(
    array_faults.faults, lambda graph, composed: array_recording.choices_in(graph), array_engine.operations,
    array_engine.outcomes, 8_000, 400, array_recording.APART,
)  # fmt: skip


@dataclass(frozen=True)
class Probe:
    """A graph at values of its leaves, what the student's engine answered, and what a right one answers."""

    graph: Graph
    leaves: Mapping[str, Any]
    outcome: Outcome
    due: Outcome

    @functools.cached_property
    def right(self) -> bool:
        """Whether the engine answered as a right one does."""
        return _equal(self.outcome, self.due)

    @property
    def simulation(self) -> Simulation:
        """The engines that can be asked this."""
        return ARRAYS if any(isinstance(value, np.ndarray) for value in self.leaves.values()) else NUMBERS

    @property
    def size(self) -> tuple[bool, int]:
        """What is asked first: what went wrong, and the small before the large."""
        return self.right, len(self.graph.nodes)


@dataclass(frozen=True)
class Explanation:
    """Mistakes that together explain every answer. With `surely` they are these; else it is known only in which method
    the mistake is, and `faults` are those that it may be."""

    faults: tuple[Fault, ...]
    surely: bool = True

    @property
    def id(self) -> str:
        """The mistakes' ids, joined by +."""
        return "+".join(fault.id for fault in self.faults)

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods at fault, each once; none where that depends on the engine."""
        return tuple(dict.fromkeys(fault.method for fault in self.faults if fault.method))

    @property
    def hints(self) -> tuple[str, ...]:
        """What helps, a sentence a mistake; none where it is not sure which one it is."""
        return tuple(fault.hint for fault in self.faults) if self.surely else ()


def cause_of(probes: Iterable[Probe], source: Source) -> Explanation | None:
    """The one mistake, or the two in different operations, with which a simulated engine of some right style answers
    every probe as the student's did; None where there is none, or where several of different methods do. Methods that
    the `source` of the engine does not name are not there to be wrong."""
    asked = sorted(probes, key=lambda probe: probe.size)
    if not asked or asked[0].right:
        return None
    simulation = asked[0].simulation
    possible = [fault for fault in simulation.faults() if _is_possible(fault, source)]
    try:
        # An engine that goes through operands in one order says more than one that may go through them in any.
        for sets in (False, True):
            search = _StyleSearch(simulation, source, sets)
            open_ = [fault for fault in possible if not sets or fault.mistake.depends_on_order or fault.mistake.order]
            fitting = [fault for fault in open_ if search.fits(fault.mistake, fault.choices, fault.needs, asked)]
            if fitting:
                return _one_of(fitting)
        return _pair(possible, asked, _StyleSearch(simulation, source, False))
    except _TooLong:
        return None


def _is_possible(fault: Fault, source: Source) -> bool:
    if fault.mistake.missing:
        return not source.names(fault.method)
    if fault.id == "visited-by-number" and source.names("__eq__"):
        return False  # then, it is the other one
    return not fault.method.startswith("__") or source.names(fault.method)


def _one_of(fitting: Sequence[Fault]) -> Explanation | None:
    first = fitting[0]
    if len({fault.hint for fault in fitting}) == 1 or all(fault.id.startswith(first.id) for fault in fitting):
        return Explanation((first,))
    for family, ids in array_faults.FAMILIES.items():
        if ids.issuperset(fault.id for fault in fitting):
            same = [fault for fault in fitting if fault.id == family]
            return Explanation((same[0] if same else replace(first, id=family, method=""),))
    methods = {fault.method for fault in fitting}
    return Explanation(tuple(fitting), False) if len(methods) == 1 and first.method else None


class _TooLong(Exception):
    """The search has taken more than it is worth."""


@dataclass
class _StyleSearch:
    """Looks for styles in which a mistake explains answers, as long as that takes a bearable time."""

    simulation: Simulation
    source: Source
    sets: bool
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.simulation.most_runs

    def fits(
        self,
        mistake: Mistake,
        choices: Sequence[str],
        needs: Sequence[tuple[str, str]],
        asked: Sequence[Probe],
    ) -> bool:
        """Whether some style answers all of these alike. Raises _TooLong."""
        if any(value not in self.source.styles[name] for name, value in needs):
            return False
        styles: list[dict[str, str]] = [dict(needs)]
        for probe in asked:
            shown = self.simulation.choices(probe.graph, self.source.is_composed).intersection(choices)
            kept: list[dict[str, str]] = []
            same: dict[tuple[str, ...], bool] = {}
            for made in styles:
                undecided = sorted(shown.difference(made))
                ways = [
                    made | dict(zip(undecided, values, strict=True))
                    for values in itertools.product(*map(self._ways, undecided))
                ]
                fitting = []
                for style in ways:
                    key = tuple(style[name] for name in sorted(shown))
                    if key not in same:
                        same[key] = self._alike(probe, Style(**style), mistake)
                    if same[key]:
                        fitting.append(style)
                # What any way of a choice explains leaves it open.
                kept += [made] if len(fitting) == len(ways) else fitting
            if not kept:
                return False
            if len(kept) > self.simulation.most_styles:
                raise _TooLong
            styles = kept
        return True

    def _ways(self, choice: str) -> Sequence[str]:
        possible = self.source.styles[choice]
        return [way for way in possible if way in self.simulation.apart.get(choice, possible)] or possible

    def _alike(self, probe: Probe, style: Style, mistake: Mistake) -> bool:
        with suppress(Unrecordable):
            done = self.simulation.operations(probe.graph, probe.leaves, style)
            if mistake.operations is not None and mistake.operations.isdisjoint(done):
                return probe.right
        for outcome in self.simulation.outcomes(probe.graph, probe.leaves, style, mistake, self.sets):
            self.left -= 1
            if self.left < 0:
                raise _TooLong
            if _equal(probe.outcome, outcome):
                return True
        return False


def _equal(one: Outcome, other: Outcome) -> bool:
    if one.raised or other.raised or len(one.numbers) != len(other.numbers) or one.shapes != other.shapes:
        return one.raised != "" and one.raised in other.raised.split("|")
    if one.shapes:
        return _equal_entries(np.array(one.numbers), np.array(other.numbers))
    largest = max((abs(number) for number in other.numbers if math.isfinite(number)), default=0.0)
    return all(_close(*pair, OF_OTHERS * largest) for pair in zip(one.numbers, other.numbers, strict=True))


def _equal_entries(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    size = np.abs(other)
    largest = float(size.max(initial=0.0, where=np.isfinite(size)))
    with np.errstate(invalid="ignore"):
        near = np.abs(one - other) <= RTOL * np.maximum(size, OF_OTHERS * largest)
    return bool((near | (one == other) | (np.isnan(one) & np.isnan(other))).all())


def _close(one: float, other: float, scale: float) -> bool:
    if not (math.isfinite(one) and math.isfinite(other)):
        return one == other or (math.isnan(one) and math.isnan(other))
    return abs(one - other) <= RTOL * max(abs(other), scale)


def operations_of(probes: Iterable[Probe]) -> frozenset[str]:
    """The operations that are tried by themselves, on values alone; REFLECTED where most are tried on plain numbers,
    BROADCAST where all are tried on arrays of different shapes. Where none is, it is the engine as a whole, ""."""
    found: Counter[str] = Counter()
    for probe in probes:
        nodes = [node for node in probe.graph.nodes if node.op != "leaf"]
        if len(nodes) == 1:
            plain = nodes[0].op in SIGNED and any(isinstance(arg, Constant) for arg in nodes[0].args)
            names = [REFLECTED] if plain else [op for op, sign in SIGNS.items() if sign == nodes[0].op]
            found.update([BROADCAST] if _broadcasts(nodes[0].op, probe) else names)
    for name in (REFLECTED, BROADCAST):
        if found[name] > found.total() / 2:
            return frozenset({name})
    return frozenset(found.keys() - {REFLECTED, BROADCAST}) or frozenset({""})


def _broadcasts(op: str, probe: Probe) -> bool:
    """Whether this operation on leaves is between arrays of different shapes."""
    operands = {np.shape(probe.leaves[name]) for name in probe.graph.leaves}
    return op in SIGNED and probe.simulation is ARRAYS and len(operands) > 1


def follows(cause: Explanation, own: frozenset[str], probes: Sequence[Probe], source: Source) -> bool:
    """Whether these operations are right, given the cause, which explains the probes: with any mistake in one of them
    besides, which would show if it were alone, the engine would have answered otherwise."""
    if not cause.surely or not probes or {fault.topic for fault in cause.faults} & {"", *own}:
        return False
    if own != {""} and any(probe.outcome.raised for probe in probes):
        return False  # where nothing comes back, nothing is known of what comes after
    named = functools.reduce(Mistake.with_other, (fault.mistake for fault in cause.faults))
    asked = sorted(probes, key=lambda probe: probe.size)
    search = _StyleSearch(asked[0].simulation, source, True)

    def fits_too(fault: Fault) -> bool:
        choices = tuple(dict.fromkeys((*fault.choices, *(name for one in cause.faults for name in one.choices))))
        needs = (*fault.needs, *(need for one in cause.faults for need in one.needs))
        return search.fits(named.with_other(fault.mistake), choices, needs, asked)

    due = [replace(probe, outcome=probe.due) for probe in asked]

    def shows(fault: Fault) -> bool:
        return not search.fits(fault.mistake, fault.choices, fault.needs, due)

    theirs = [fault for fault in search.simulation.faults() if _is_possible(fault, source)
              and (fault.topic or (REFLECTED if _is_reflected(fault) else "")) in own]  # fmt: skip
    try:
        return not any(fits_too(fault) and shows(fault) for fault in theirs)
    except _TooLong:
        return False


def _is_reflected(fault: Fault) -> bool:
    return bool(fault.mistake.copied or fault.mistake.missing or fault.mistake.wraps != "everywhere")


def _pair(possible: Sequence[Fault], asked: Sequence[Probe], search: _StyleSearch) -> Explanation | None:
    """Two mistakes in different operations, or one of them in how all sum: each explains what went wrong where only its
    own operation is used."""
    alone: dict[str, list[Fault]] = {}
    for op, signs in {BROADCAST: set(SIGNED), **{op: {sign} for op, sign in SIGNS.items()}}.items():
        own = [probe for probe in asked if _operations(probe.graph) <= signs]
        if any(not probe.right for probe in own):
            own.sort(key=lambda probe: probe.right)
            found = [fault for fault in possible if fault.op == op
                     and search.fits(fault.mistake, fault.choices, fault.needs, own)]  # fmt: skip
            if found or op != BROADCAST:
                alone[op] = found
    if BROADCAST in alone:
        for op in BINARY:
            alone.pop(op, None)
    fitting: list[tuple[Fault, Fault]] = []
    tried = 0
    for one, other in itertools.combinations(alone, 2):
        for first, second in itertools.product(alone[one], alone[other]):
            tried += 1
            if tried > MOST_PAIRS:
                return None
            choices = tuple(dict.fromkeys((*first.choices, *second.choices)))
            if search.fits(first.mistake.with_other(second.mistake), choices, (*first.needs, *second.needs), asked):
                fitting.append((first, second))
    if not fitting:
        return None
    parts = [_one_of(list({fault.id: fault for fault in each}.values())) for each in zip(*fitting, strict=True)]
    told = [part.faults[0] for part in parts if part is not None and part.surely]
    return Explanation(tuple(told)) if len(told) == len(parts) else None


SIGNS = {
    NAMES.get(sign, sign): sign
    for sign in ("+", "*", "-", "/", "neg", "**", "tanh", "relu", "sigmoid", "@", "sum", "mean")
}
SIGNED = ("+", "-", "*", "/")


def _operations(graph: Graph) -> set[str]:
    """The operations of a graph."""
    return {node.op for node in graph.nodes if node.op != "leaf"}
