"""One expression on the student's class as a trial: the program that makes it and goes back, and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from grader.checks.base import Finding
from grader.checks.program import Trial
from grader.checks.trials import Miss
from grader.maths import display
from grader.maths.domains import Case
from grader.maths.graphs.expression_graph import ITEM, METHODS, REDUCTIONS, THEN, Constant, Graph, Node
from grader.maths.graphs.method_form import Operand, Span
from grader.model import Evidence
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Answer, UnexpectedType, as_array
from grader.sandbox.program import Program, SliceArgument, Slot, TupleArgument

DUNDERS = {
    "+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__", "@": "__matmul__", "**": "__pow__",
    "neg": "__neg__", ITEM: "__getitem__",
}  # fmt: skip


@dataclass(frozen=True)
class Engine:
    """What the parts of the student's class are called."""

    class_: str
    value: str
    gradient: str
    backward: str


@dataclass(frozen=True)
class Root:
    """How an expression e becomes a scalar: `weigh` it by C, `add` up what that gives; or not at all."""

    weigh: Literal["", "*", "/"]
    add: Literal["", "sum", "mean"]

    def cotangent(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The derivative of the scalar by e, in the shape of C."""
        slope = weights if self.weigh == "*" else 1 / weights
        return slope / weights.size if self.add == "mean" else slope


UNWEIGHED = Root("", "")
ROOTS = (Root("*", "sum"), Root("/", "sum"), Root("*", "mean"), Root("/", "mean"))


def trial_of(
    engine: Engine, graph: Graph, case: Case, root: Root, times: int, plain: bool, reset: bool, inner: bool = False
) -> Trial:
    """The graph at a case, without what is expected: its last operation done `times` over, `plain` leaves made of
    nested lists, gradients set to 0 between several graphs unless `reset` is off, those of `inner` nodes reported by
    the number of the node."""
    built = _Built(engine, graph, case, root)
    members = tuple((label,) for label in built.run(times, plain, reset, inner))
    held = tuple((name, case[name]) for name in graph.leaves if root.weigh)
    shown = partial(_shown, engine, graph, case, root, times, plain, reset)
    further = any(node.use for node in graph.nodes)
    plainly = times == 1 and reset and not plain and not further and root in (UNWEIGHED, ROOTS[0])
    return Trial(built.program, case, shown, members, (), each=True, held=held, graph=graph if plainly else None,
                 further=further)  # fmt: skip


class _Built:
    """A program under construction, and the slots of the leaves and of what has been made of them."""

    def __init__(self, engine: Engine, graph: Graph, case: Case, root: Root) -> None:
        self.engine, self.graph, self.case, self.root = engine, graph, case, root
        self.program = Program()
        self.leaves: dict[str, Slot] = {}
        self.made: list[Slot] = []

    def run(self, times: int, plain: bool, reset: bool, inner: bool) -> list[str]:
        """Adds all steps; the labels of the value and of the gradients."""
        program, engine = self.program, self.engine
        for name, value in self.case.items():
            if isinstance(value, np.ndarray):
                value = _listed(value) if plain and name != "C" else program.make(value)
            self.leaves[name] = program.call(None, engine.class_, [value])
        for number in range(len(self.graph.nodes)):
            self.made.append(self._node(number, times))
            if number in self.graph.earlier:
                self._go_back()
                for name in self.graph.leaves if reset else ():
                    # Read first: to set a name that is not there would make it.
                    program.get(self.leaves[name], engine.gradient)
                    zero = np.zeros_like(self.case[name]) if isinstance(self.case[name], np.ndarray) else 0.0
                    program.set(self.leaves[name], engine.gradient, zero)
        program.get(self.made[-1], engine.value, f"{_name(self.root)}.{engine.value}")
        self._go_back()
        for name in self.graph.leaves:
            program.get(self.leaves[name], engine.gradient, f"{name}.{engine.gradient}")
        for number, node in enumerate(self.graph.nodes[:-1] if inner else ()):
            if node.op != "leaf":
                program.get(self.made[number], engine.gradient, f"{number}.{engine.gradient}")
        labels = list(program.reports)
        for name in self.graph.leaves if self.root.weigh else ():
            program.get(self.leaves[name], engine.value, f"{name}.{engine.value}")
        return labels

    def _node(self, number: int, times: int) -> Slot:
        node = self.graph.nodes[number]
        if node.op == "leaf":
            return self.leaves[node.name]
        if node.use is not None:
            return self._used(node, times)
        args = [arg.value if isinstance(arg, Constant) else self.made[arg] for arg in node.args]
        if node.op in (*METHODS, *REDUCTIONS):
            axis = {"axis": args[1]} if len(args) > 1 else {}
            made: Slot = self.made[node.args[0]]  # type: ignore[index]
            for _ in range(times):
                made = self.program.call(made, node.op, named=axis)
            return made
        return self.program.operate(node.op, *args, times=times)

    def _used(self, node: Node, times: int) -> Slot:
        """Adds an operation that has a formula: its result, or the last of so many."""
        operands = [arg.value if isinstance(arg, Constant) else self.made[arg] for arg in node.args]
        made = self.made[node.args[0]]  # type: ignore[index]
        assert node.use is not None
        given = [(key, operands[value.place] if isinstance(value, Operand) else _argument(value))
                 for key, value in node.use.given]  # fmt: skip
        for _ in range(times):
            if node.use.way == "attribute":
                made = self.program.get(made, node.op)
            elif node.use.way == "item":
                made = self.program.operate("item", made, given[0][1])
            else:
                plain = [value for key, value in given if not key]
                made = self.program.call(made, node.op, plain, {key: value for key, value in given if key})
        return made

    def _go_back(self) -> None:
        """Adds the steps that make a scalar of the last value, and go back from there."""
        scalar = self.made[-1]
        if self.root.weigh:
            scalar = self.program.operate(self.root.weigh, scalar, self.leaves["C"])
            if np.shape(self.case["C"]):
                scalar = self.program.call(scalar, self.root.add)
        self.program.call(scalar, self.engine.backward)


def changed(trial: Trial, now: Sequence[Answer], value: str) -> list[Miss]:
    """A miss where a leaf no longer holds what it was made of; `now` is what the leaves hold, in order."""
    for name, answer in zip(trial.case, now, strict=False):
        try:
            values = as_array(answer, trial.case[name].shape).values
        except UnexpectedType as refusal:
            text = refusal.of(f"{name}.{value}")
        else:
            if np.array_equal(values, trial.case[name]) or np.allclose(
                values, trial.case[name], rtol=trial.rtol, atol=0
            ):
                continue
            text = f"{name}.{value} has changed: an operation must make a new array, not change the one it is given"
        return [Miss(trial, partial(_altered, trial, text))]
    return []


def _altered(trial: Trial, text: str) -> Finding:
    case = {name: display.plain_input(value) for name, value in trial.case.items()}
    return Finding.wrong(text, Evidence(call=trial.call(), case=case))


def _argument(value: Any) -> Any:
    """A literal as an argument of a program."""
    if isinstance(value, tuple):
        return TupleArgument(tuple(map(_argument, value)))
    return SliceArgument(value.start, value.stop, value.step) if isinstance(value, Span) else value


def _listed(value: NDArray[np.float64]) -> Any:
    """Nested lists, of whole numbers where all are whole."""
    return (value.astype(np.int64) if (value == np.round(value)).all() else value).tolist()


def _name(root: Root) -> str:
    """What a report calls the expression."""
    return "e" if root.weigh else "f"


def _shown(engine: Engine, graph: Graph, case: Case, root: Root, times: int, plain: bool, reset: bool) -> str:
    """The trial as Python, ready to paste; arrays are named."""
    given = {name: repr(value) if not isinstance(value, np.ndarray) else
             str(_listed(value)) if plain and name != "C" else name for name, value in case.items()}  # fmt: skip
    over = f" (repeated {times} times)" if times > 1 else ""
    made = {name: f"{engine.class_}({value})" for name, value in given.items()}
    parts = [f"{name} = {value}" for name, value in made.items()]
    if root.weigh:
        parts = [f"{', '.join(made)} = {', '.join(made.values())}"]
    called = {*METHODS, *(node.op for node in graph.nodes if node.use and node.use.way == "call")}
    *earlier, last = graph.text.split(THEN)
    for text in earlier:
        parts += [*_statements(engine, text, root, case, called), *(_zeros(engine, graph, case) if reset else ())]
    parts += _statements(engine, last, root, case, called, over)
    return "; ".join(parts)


def _statements(
    engine: Engine, text: str, root: Root, case: Case, called: Collection[str], over: str = ""
) -> list[str]:
    """The statements that make one expression and go back from it; methods may be `called` as functions in it."""
    *before, last = re.sub(
        rf"(?<![\w.])({'|'.join(map(re.escape, sorted(called)))})\(", rf"{engine.class_}.\1(", text
    ).split("; ")
    if not root.weigh:
        return [*before, f"f = {last}{over}", f"f.{engine.backward}()"]
    weighed = f"e {root.weigh} C"
    scalar = f"({weighed}).{root.add}()" if np.shape(case["C"]) else weighed
    return [*before, f"e = {last}{over}", f"f = {scalar}", f"f.{engine.backward}()"]


def _zeros(engine: Engine, graph: Graph, case: Case) -> list[str]:
    """The statements that set all gradients to 0."""
    names = [f"{name}.{engine.gradient}" for name in graph.leaves]
    if not any(isinstance(case[name], np.ndarray) for name in graph.leaves):
        return [" = ".join([*names, "0.0"])]
    return [f"{full} = np.zeros({case[name].shape})" for full, name in zip(names, graph.leaves, strict=True)]
