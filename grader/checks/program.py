"""Calls as course files write them, `Pow(n).forward(a)`: parsed by a closed grammar, added to programs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from grader.maths.display import plain_input
from grader.maths.graphs.expression_graph import Graph
from grader.sandbox.program import Program, Slot


@dataclass(frozen=True)
class CallLink:
    """One call of a chain: `path` as "Pow" or "forward", the names of inputs (or numbers) it is given."""

    path: str
    args: tuple[str | float, ...]
    kwargs: tuple[tuple[str, str | float], ...]


@dataclass(frozen=True)
class Call:
    """A chain of calls. `root` is the name of an object made before, or "" where the chain starts at the module."""

    text: str
    root: str
    links: tuple[CallLink, ...]

    @property
    def inputs(self) -> set[str]:
        """The names of inputs that it uses."""
        given = [arg for link in self.links for arg in (*link.args, *(value for _, value in link.kwargs))]
        return {name for name in given if isinstance(name, str)}

    def shown(self, case: Mapping[str, Any]) -> str:
        """The call with its inputs filled in, ready to paste."""
        chain = self.root
        for link in self.links:
            args = [_shown(arg, case) for arg in link.args]
            args += [f"{key}={_shown(value, case)}" for key, value in link.kwargs]
            chain += ("." if chain else "") + f"{link.path}({', '.join(args)})"
        return chain

    def targets(self, makers: Mapping[str, Call]) -> list[str]:
        """The functions it calls, as "name" or "Class.name"; classes themselves are left out."""
        owner = makers[self.root].links[0].path if self.root in makers else ""
        found = []
        for link in self.links:
            found.append(f"{owner}.{link.path}" if owner else link.path)
            owner = link.path
        return found[-1:]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            parse_call,
            core_schema.str_schema(strict=True, max_length=200),  # far more than a call needs
        )


def _shown(arg: str | float, case: Mapping[str, Any]) -> str:
    return plain_input(case[arg]) if isinstance(arg, str) and arg in case else str(arg)


_MODULE = ast.Constant(None)


def parse_call(text: str) -> Call:
    """Reads `Name(a, 2).method(b, key=c)`: names, calls, names or numbers as arguments, nothing else."""
    try:
        node: ast.expr = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise PydanticCustomError("call", "not a call: write it as Name().method(a, b)") from None
    links: list[CallLink] = []
    while isinstance(node, ast.Call):
        path = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if any(isinstance(arg, ast.Starred) for arg in node.args) or any(key.arg is None for key in node.keywords):
            raise PydanticCustomError("call", "no `*` in calls: name each argument")
        links.append(
            CallLink(path, tuple(map(_arg, node.args)), tuple((str(key.arg), _arg(key.value)) for key in node.keywords))
        )
        node = node.func.value if isinstance(node.func, ast.Attribute) else _MODULE
    root = node.id if isinstance(node, ast.Name) else ""
    if not links or not links[-1].path or not (root or node is _MODULE):
        raise PydanticCustomError("call", "not a call: write it as Name().method(a, b)")
    return Call(text.strip(), root, tuple(reversed(links)))


def _arg(node: ast.expr) -> str | float:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=value) if type(value) in (int, float):
            return cast(float, value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)) if type(value) in (int, float):
            return -cast(float, value)
    raise PydanticCustomError("call", "arguments are names of inputs, or numbers")


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
        of the last call."""
        base = objects.get(call.root)
        for link in call.links:
            args = [brought.get(arg, arg) if isinstance(arg, str) else arg for arg in link.args]
            named = {key: brought.get(arg, arg) if isinstance(arg, str) else arg for key, arg in link.kwargs}
            last = link is call.links[-1]
            label = report if last else ""
            base = self.call(base, link.path, args, named, report=label, whole=whole, inside=inside and last)
        assert base is not None
        return base

    def objects(self, makers: Mapping[str, Call], brought: Mapping[str, Any]) -> dict[str, Slot]:
        """Adds the calls that make a trial's objects; their slots by name."""
        return {name: self.perform(maker, brought, {}) for name, maker in makers.items()}

    def read_back(self) -> tuple[tuple[str, Any], ...]:
        """Reports, at the end, what the arrays that were passed in hold now: student code might change them. Their
        names, and what they should hold."""
        for name, _, slot in self._passed:
            self.read(slot, name)
        return tuple((name, given) for name, given, _ in self._passed)


@dataclass(frozen=True)
class Trial:
    """`call` shows what is called, ready to paste.

    `members` names the parts of the result (each with its accepted names; `((),)` for one unnamed value).

    `expected` holds one float64 array per member, `scales` the sizes of the terms that were added up for each, and
    `slack` bounds on the errors of an `expected` that is itself numerical, one array per member; `rtol` is the relative
    tolerance that goes with it. `trap` names the trap this trial sets, "" for a plain one. With `each`, the program
    reports every member on its own. `uses` are the inputs that the call is given, None for all.
    `passed` are the arrays that the program reads again at its end, by name, `held` those of an engine's leaves.
    `graph` is the graph of numbers that the program builds, where it builds one, and each operation once.
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


def inputs_of(*calls: Call) -> frozenset[str]:
    """The names of the inputs that any of the calls is given."""
    return frozenset[str]().union(*(call.inputs for call in calls))


def shown(make: Mapping[str, Call], case: Mapping[str, Any], *calls: Call) -> str:
    """The whole of a trial, ready to paste: objects made, then the calls."""
    made = [f"{name} = {call.shown(case)}" for name, call in make.items()]
    return "; ".join([*made, *(call.shown(case) for call in calls)])
