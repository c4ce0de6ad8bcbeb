"""Programs made of calls as course files write them, and the trials that they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.checks.calls import (
    DIRECT,
    Argument,
    Call,
    FixedArgument,
    GroupedArguments,
    KeyedArguments,
    OperatorArgument,
    ResultPlace,
)
from grader.maths.graphs.expression_graph import Graph
from grader.model.dataclass import dataclass
from grader.sandbox.program import DictArgument, Program, Slot, TextArgument, TupleArgument


class CallProgram(Program):
    """A program of calls as course files write them."""

    def __init__(self) -> None:
        super().__init__()
        self._passed: list[tuple[str, Any, Slot]] = []

    def bring(self, case: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs as arguments: numbers unchanged, arrays in slots of their own."""
        brought: dict[str, Any] = {}
        for name, value in case.items():
            if hasattr(value, "shape"):
                value, given = self.make(value), value
                self._passed.append((name, given, value))
            brought[name] = value
        return brought

    def perform(self, call: Call, brought: Mapping[str, Any], objects: Mapping[str, Slot], report: str = "",
                whole: bool = False, inside: bool = False) -> Slot:  # fmt: skip
        """Adds the chain's calls; the slot of the last result, which is reported under this label, or what is `inside`
        of the last call. Arguments are names of what is brought, or of `objects`."""
        base = objects.get(call.root)
        known = {**objects, **brought}
        for number, link in enumerate(call.links):
            args = [self._given(arg, known) for arg in link.args]
            named = {key: self._given(arg, known) for key, arg in link.kwargs}
            last = link is call.links[-1]
            label = report if last and not call.parts else ""
            static = number == 0 and call.root and base is None  # on a class, or on a module that the file imports
            path = f"{call.root}.{link.path}" if static else link.path
            if number == 0 and not call.root and link.path in objects:  # what an earlier step returned is called
                base, path = objects[link.path], DIRECT
            base = self.call(base, path, args, named, report=label, whole=whole, inside=inside and last)
        assert base is not None
        for number, part in enumerate(call.parts, 1):
            base = self._item(base, part, report if number == len(call.parts) else "")
        return base

    def assign(self, call: Call, brought: Mapping[str, Any], objects: dict[str, Slot]) -> None:
        """Adds a step, and its results to the `objects` by their names."""
        known = {**objects, **brought}
        if call.place:
            owner, name = call.place
            self.set(objects[owner], name, self._given(call.value, known))
            return
        result: Slot = self.perform(call, brought, objects) if call.links else self._given(call.value, known)
        if len(call.results) == 1:
            objects[call.results[0]] = result
        elif call.results:
            names = TextArgument(", ".join(call.results))
            parts = self.operate("unpack", result, TextArgument(call.links[-1].path), names)
            for place, name in enumerate(call.results):
                objects[name] = self._item(parts, place)

    def look(self, place: ResultPlace, held: Mapping[str, Slot], report: str, apart: bool = False) -> None:
        """Reports what a place holds now; where results are judged `apart`, one that is missing spoils no other."""
        slot = held[place.root]
        if apart and place.parts:
            self.peek(slot, place.parts, report)
            return
        for number, (kind, part) in enumerate(place.parts):
            label = report if number == len(place.parts) - 1 else ""
            slot = self.get(slot, str(part), label) if kind == "attribute" else self._item(slot, part, label)
        if not place.parts:
            self.read(slot, report)

    def _item(self, slot: Slot, key: str | int, report: str = "") -> Slot:
        return self.operate("item", slot, TextArgument(key) if isinstance(key, str) else key, report=report)

    def objects(self, makers: Mapping[str, Call], brought: Mapping[str, Any]) -> dict[str, Slot]:
        """Adds the calls that make a trial's objects, of which later ones may use earlier ones; their slots by name."""
        found: dict[str, Slot] = {}
        for name, maker in makers.items():
            if maker.links:
                found[name] = self.perform(maker, brought, found)
            else:  # a dict or list that several calls are given, as one object
                held = TupleArgument((self._given(maker.value, {**found, **brought}),))
                found[name] = self.operate("item", held, 0)
        return found

    def read_back(self, but: Collection[str] = ()) -> tuple[tuple[str, Any], ...]:
        """Reports, at the end, what the arrays that were passed in hold now, `but` for these: student code might change
        them. Their names, and what they should hold."""
        kept = [one for one in self._passed if one[0] not in but]
        for name, _, slot in kept:
            self.read(slot, name)
        return tuple((name, given) for name, given, _ in kept)

    def _given(self, argument: Argument, known: Mapping[str, Any]) -> Any:
        """An argument as a program takes it."""
        match argument:
            case str():
                return known.get(argument, argument)
            case FixedArgument(value=str(text)):
                return TextArgument(text)
            case FixedArgument(value=value):
                return value
            case GroupedArguments(kind=kind, items=items):
                inner = [self._given(item, known) for item in items]
                return TupleArgument(tuple(inner)) if kind is tuple else inner
            case KeyedArguments(items=pairs):
                return DictArgument(tuple((key, self._given(item, known)) for key, item in pairs))
            case OperatorArgument(operator=operator, operands=operands):
                return self.operate(operator, *(self._given(item, known) for item in operands))
        return argument


@dataclass(frozen=True)
class Trial:
    """`call` shows what is called, ready to paste.

    `members` names the parts of the result (each with its accepted names; `((),)` for one unnamed value).

    `expected` holds one float64 array per member, `scales` the sizes of the terms that were added up for each, and
    `slack` bounds on the errors of an `expected` that is itself numerical, one array per member; `rtol` is the relative
    tolerance that goes with it. `trap` names the trap this trial sets, "" for a plain one. With `each`, the program
    reports every member on its own. `uses` are the inputs that the call is given, None for all.
    `passed` are the arrays that the program reads again at its end, by name, `held` those of an engine's leaves.
    `free` are the indices of members that may be anything, `truths` those that must be True or False. Where results
    are judged `apart`, one that is missing spoils no other. With `raises`,
    the program must end with this exception of the student's code, not before its step `raises_from`, and nothing is
    expected.
    `graph` is the graph of numbers that the program builds, where it builds one, and each operation once. With
    `further`, it has operations that a course adds, of which a simulated engine knows nothing.
    """

    program: Program
    case: Mapping[str, Any]
    call: Callable[[], str]
    members: tuple[tuple[str, ...], ...]
    expected: tuple[NDArray[np.float64], ...]
    trap: str = ""
    scales: tuple[float, ...] = ()
    slack: tuple[NDArray[np.float64], ...] = ()
    rtol: float = 0.0
    each: bool = False
    uses: frozenset[str] | None = None
    passed: tuple[tuple[str, Any], ...] = ()
    held: tuple[tuple[str, Any], ...] = ()
    graph: Graph | None = None
    further: bool = False
    free: frozenset[int] = frozenset()
    truths: frozenset[int] = frozenset()
    apart: bool = False
    raises: str = ""
    raises_from: int = 0


def inputs_of(*calls: Call) -> frozenset[str]:
    """The names of the inputs that any of the calls is given."""
    return frozenset[str]().union(*(call.inputs for call in calls))


def shown(make: Mapping[str, Call], case: Mapping[str, Any], *calls: Call) -> str:
    """The whole of a trial, ready to paste: objects made, then the calls."""
    made = [f"{name} = {call.shown(case)}" for name, call in make.items()]
    return "; ".join([*made, *(call.shown(case) for call in calls)])
