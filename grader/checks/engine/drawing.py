"""The check kind `drawing`: a function draws the graph behind a value of the student's own class, as DOT text.

Structure alone is compared, up to names: a node for each value, or one for each operation as well; arrows from operand
to result, or all of them the other way.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Literal

from pydantic import Field, model_validator

from grader.base.text import plural
from grader.checks import absent
from grader.checks.base import CORRECT, CheckContext, Finding
from grader.checks.engine.dot_graph import Drawn, NotAGraph, drawn, picture
from grader.checks.engine.value_class import (
    Behaviour,
    Expression,
    OnValues,
    add_graph,
    behaviour,
    complaint,
    measurement,
)
from grader.checks.program import CallProgram
from grader.checks.spec_fields import CallField, refuse
from grader.maths import display
from grader.maths.formula import FormulaError
from grader.maths.graphs import expression_graph as graphs
from grader.maths.graphs import graph_gradients
from grader.maths.graphs.expression_graph import Graph
from grader.maths.graphs.isomorphism import same_structure
from grader.maths.graphs.random_graphs import DrawnGraphs, values
from grader.model import Evidence, Verdict
from grader.model.dataclass import dataclass
from grader.sandbox.answers import Answer, Text, describe
from grader.sandbox.program import Program, Slot
from grader.sandbox.requests import ProgramResult, Request

Structure = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]
MOST_NODES = 30  # operations among them; a graph in which values are drawn anew for every use grows to twice as many
NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e[-+]?\d+)?|-?\.\d+", re.ASCII)
MINUS = str.maketrans("−–‐‑‒﹣－", "-------")  # signs that a pretty number may have; graphviz reads &minus; too
SHOWN = 1e-3  # how far a label's number may be from the leaf's: it may be rounded to three decimals
LABEL = 2000  # letters of a label in which numbers are looked for; `unescape` refuses a code of 4300 digits
EXPRESSION = "expression"  # the part of a program that makes the value

answer_form, planned, plan = absent.answer_form, absent.planned, absent.plan
files, form, pairs, derives = absent.files, absent.form, absent.pairs, absent.derives


class Spec(OnValues):
    """`call` is given the root of each expression in `of` as `root`; the last of them is shown in the report.

    Graphs drawn at random for this run come after them, so that a fixed text earns nothing.
    """

    kind: Literal["drawing"]
    call: CallField
    root: str = Field("root", description="the argument of `call` that is the value")
    leaves: dict[str, float] = Field(min_length=1, strict=False, description="the leaves' numbers")
    of: tuple[str, ...] = Field(min_length=1, strict=False, description="expressions of the leaves, by + and *")
    random: DrawnGraphs | None = Field(None, description="further graphs, drawn for every run")
    labels: bool = Field(False, description="judge only whether labels show the leaves' numbers")

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        if self.call.inputs != {self.root}:
            refuse("call", f"must be given {self.root!r}")
        for text in self.of:
            try:
                graph = graphs.parse(text)
            except FormulaError as error:
                refuse("of", f"{text!r}: {error}")
            if {node.op for node in graph.nodes} - {"leaf", "+", "*"}:
                refuse("of", f"{text!r} has other operations than + and *")
            if any(len({*node.args}) < len(node.args) or any(not isinstance(arg, int) for arg in node.args)
                   for node in graph.nodes):  # fmt: skip
                refuse("of", f"{text!r}: operands are two different values, since some classes keep them in a set")
            if unknown := set(graph.leaves) - set(self.leaves):
                refuse("of", f"{text!r} uses {min(unknown)!r}, which is not in `leaves`")
            if len(graph.nodes) * 2 > MOST_NODES:
                refuse("of", f"{text!r} has more than {MOST_NODES // 2} values")
        if self.random is not None:
            try:
                self.random.draw(Random(0))
            except ValueError as error:
                refuse("random", str(error))
        return self


def targets(spec: Spec) -> list[str]:
    """The function that must be written."""
    return spec.call.targets({})


def run(spec: Spec, context: CheckContext) -> Finding:
    """Has every expression drawn twice, reads the texts, and compares. Raises ProtocolError, WorkerLost."""
    drawn_ones = spec.random.draw(context.rng) if spec.random is not None else []
    tasks = [_task(spec, graphs.parse(text), spec.leaves) for text in spec.of]
    tasks += [_task(spec, graph, numbers) for graph, numbers in drawn_ones]
    outcomes = context.answers(Request(context.file, [task.program() for task in tasks], also=[spec.engine]))
    evidence = Evidence()
    for number, (task, outcome) in enumerate(zip(tasks, outcomes, strict=True)):
        finding = task.judge(outcome, context)
        if finding.status is Verdict.WRONG and not spec.labels:
            return _unless_broken(spec, tasks, finding, context)
        if finding.status is not Verdict.CORRECT:
            return finding
        evidence = finding.evidence if number < len(spec.of) else evidence
    return replace(CORRECT, evidence=evidence)


def _unless_broken(spec: Spec, tasks: Sequence[_Task], finding: Finding, context: CheckContext) -> Finding:
    """The finding; skipped where the class gets one of the expressions wrong, so that it may not know its operands."""
    measured = _measured(spec, tasks, context)
    for task, claim in zip(tasks, measured, strict=True):
        value, *gradients = (float(part.values) for part in graph_gradients.expected(task.graph, task.numbers))
        if not claim.right(value, gradients):
            return Finding(Verdict.SKIPPED, 0.0, complaint(spec, measured), evidence=finding.evidence)
    return finding


def _measured(spec: Spec, tasks: Sequence[_Task], context: CheckContext) -> list[Behaviour]:
    outcomes = context.answers(measurement(spec, [task.expression for task in tasks]))
    return [behaviour(outcome, len(task.graph.leaves)) for outcome, task in zip(outcomes, tasks, strict=True)]


@dataclass(frozen=True)
class _Task:
    """One expression that is to be drawn."""

    spec: Spec
    graph: Graph
    numbers: Mapping[str, float]
    expression: Expression

    def program(self) -> Program:
        """Makes the value, then draws it twice."""
        program = CallProgram()
        program.part = EXPRESSION
        _, root = self.expression.add_to(program, self.spec)
        program.part = "drawing"
        for _ in range(2):
            program.perform(self.spec.call, {self.spec.root: root}, {}, "drawing", whole=True)
        return program

    def judge(self, outcome: ProgramResult, context: CheckContext) -> Finding:
        """Correct where both drawings are; skipped where the class itself is to blame."""
        failure = outcome.failure
        if failure is not None and self.program().part_of(failure.step) == EXPRESSION:
            measured = _measured(self.spec, [self], context)
            return Finding(Verdict.SKIPPED, 0.0, complaint(self.spec, measured))
        if failure is not None:
            return Finding.of_failure(failure, self._shown(), context.sources)
        first, second = outcome.answers
        finding = self._compared(first, context)
        if finding.status is Verdict.CORRECT and second != first:
            again = self._compared(second, context)
            if again.status is not Verdict.CORRECT:
                message = f"the second drawing of the same value is wrong: {again.message}"
                hint = "is something kept between calls, such as a default argument `seen=set()` or a global list?"
                finding = replace(again, message=message, hint=hint)
        return finding

    def _compared(self, answer: Answer, context: CheckContext) -> Finding:
        evidence = Evidence(call=self._shown())
        if not isinstance(answer, Text):
            return Finding.wrong(f"returned {describe(answer)}; return the graph as DOT text", evidence)
        try:
            found = drawn(answer.value, context.reader)
        except NotAGraph as unfit:
            return Finding.wrong(str(unfit), replace(evidence, snippet=unfit.snippet))
        flipped = any(same_structure(_turned(one), found.structure) for one in (self._values(), self._operations()))
        facts = {"nodes drawn": str(len(found.labels)), "edges drawn": str(len(found.edges))}
        evidence = replace(evidence, facts=facts, drawing=picture(found, flipped))
        message, hint = self._unlabelled(found) if self.spec.labels else self._fault(found)
        return Finding.wrong(message, evidence, hint) if message else replace(CORRECT, evidence=evidence)

    def _fault(self, found: Drawn) -> tuple[str, str]:
        """What is wrong with the structure, and a hint; two empty texts where it is right."""
        if not found.directed and found.edges:
            return "the edges have no direction: write `digraph` and `->`", ""
        drawing = f"the drawing of {self.graph.text}"
        expected = (self._values(), self._operations())
        once = found.structure
        if self._is(once, *expected):
            if len(set(found.edges)) == len(found.edges) or found.strict:
                return "", ""
            hint = "a value that is reached in two ways is visited twice: remember which values were drawn already"
            return f"in {drawing}, an arrow is drawn more than once", hint
        if self._is(once, *map(_unfolded, expected)):
            hint = "give every value one name (such as its id()), and remember which values were drawn already"
            return f"in {drawing}, a value that is used twice is drawn twice", hint
        if self._is(once, self._merged()):
            hint = "tell values apart by `id(value)` or `is`, not by their numbers"
            return f"in {drawing}, different values with equal numbers are one node", hint
        if any(same_structure(_both_ways(one), _both_ways(once)) for one in expected):
            return f"in {drawing}, some arrows point from operand to result and some the other way", ""
        sizes = [_size(len(nodes), len(edges)) for nodes, edges in expected]
        mine = _size(len(found.labels), len(found.edges))
        if mine in sizes:
            return f"{drawing} has the right numbers of nodes and edges, but the edges join the wrong nodes", ""
        either = f" (or, with operations as nodes, {sizes[1]})" if sizes[0] != sizes[1] else ""
        return f"{drawing} has {mine}; it must have {sizes[0]}{either}", ""

    def _unlabelled(self, found: Drawn) -> tuple[str, str]:
        labels = [html.unescape(label[:LABEL]).translate(MINUS) for label in found.labels.values()]
        shown = [float(text) for label in labels for text in NUMBER.findall(label)[:20]]
        missing = [leaf for leaf in self.graph.leaves
                   if not any(abs(number - self.numbers[leaf]) < SHOWN for number in shown)]  # fmt: skip
        if not missing:
            return "", ""
        return f"no label shows {display.number(self.numbers[missing[0]])}", ""

    @staticmethod
    def _is(found: Structure, *expected: Structure) -> bool:
        return any(same_structure(one, found) or same_structure(_turned(one), found) for one in expected)

    def _values(self) -> Structure:
        """A node for each value, an edge for each operand."""
        edges = [(f"v{arg}", f"v{number}") for number, node in enumerate(self.graph.nodes) for arg in node.args]
        return tuple(f"v{number}" for number in range(len(self.graph.nodes))), tuple(edges)

    def _operations(self) -> Structure:
        """The same with a node for each operation, between its operands and its result."""
        nodes, edges = self._values()
        made = [f"v{number}" for number, node in enumerate(self.graph.nodes) if node.args]
        return (*nodes, *(f"o{name}" for name in made)), (
            *((start, f"o{end}") for start, end in edges), *((f"o{name}", name) for name in made)
        )  # fmt: skip

    def _merged(self) -> Structure:
        """The values' structure with those of equal numbers in one node."""
        same = {f"v{number}": repr(value) for number, value in enumerate(values(self.graph, self.numbers))}
        nodes, edges = self._values()
        return tuple({same[name] for name in nodes}), tuple({(same[start], same[end]) for start, end in edges})

    def _shown(self) -> str:
        made = [f"{leaf} = {self.spec.class_}({self.numbers[leaf]!r})" for leaf in self.graph.leaves]
        *before, last = self.graph.text.split("; ")
        return "; ".join([*made, *before, f"{self.spec.root} = {last}", self.spec.call.text])


def _task(spec: Spec, graph: Graph, numbers: Mapping[str, float]) -> _Task:
    def root(program: Program, leaves: Sequence[Slot]) -> Slot:
        return add_graph(program, graph, dict(zip(graph.leaves, leaves, strict=True)), leaves[0])

    return _Task(spec, graph, numbers, Expression(tuple(numbers[leaf] for leaf in graph.leaves), root))


def _turned(structure: Structure) -> Structure:
    """The structure with every arrow turned round."""
    return structure[0], tuple((end, start) for start, end in structure[1])


def _both_ways(structure: Structure) -> Structure:
    """The structure with every arrow in both directions."""
    return structure[0], (*structure[1], *_turned(structure)[1])


def _unfolded(structure: Structure) -> Structure:
    """The tree that comes of it when a node is drawn anew for every use."""
    nodes, edges = structure
    root = next(name for name in nodes if name not in {start for start, _ in edges})
    names: list[str] = []
    tree: list[tuple[str, str]] = []

    def grow(node: str) -> str:
        name = f"{len(names)}"
        names.append(name)
        for start, end in edges:
            if end == node and len(names) < 2 * MOST_NODES:
                tree.append((grow(start), name))
        return name

    grow(root)
    return tuple(names), tuple(tree)


def _size(nodes: int, edges: int) -> str:
    return f"{plural(nodes, 'node')} and {plural(edges, 'edge')}"
