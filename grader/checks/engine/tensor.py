"""The check kind `tensor`: expressions over arrays on the student's class, values and gradients in closed form.

An expression e becomes a scalar as (e * C).sum() with a random tensor C, so that every entry of e has its own upstream
gradient. Where that fails, other roots are tried: a mistake in `*` or `sum` is charged to these alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from grader.checks import absent
from grader.checks.base import CORRECT, CheckContext, CheckSpec, Finding
from grader.checks.code.trivial_pairs import of_engine
from grader.checks.program import Trial
from grader.checks.spec_fields import Inputs, as_item, as_tuple, needs_known, refuse, sort_of
from grader.checks.trials import CourseFault, Miss, expecting, misses_of, summary
from grader.maths import display
from grader.maths.compare import ExpectedValue, tolerance
from grader.maths.domains import UNSTEADY, UPSTREAM, Case
from grader.maths.formula import FormulaError
from grader.maths.graphs import array_graph
from grader.maths.graphs.expression_graph import THEN, Constant, Graph
from grader.model import Evidence, Verdict
from grader.sandbox.answers import Array, Number, UnexpectedType, as_array
from grader.sandbox.program import Program, Slot
from grader.sandbox.requests import ProgramResult

TRIES = 200  # draws of leaves; far more than are needed, unless the course states what is never defined
OWN = ("e", "f", "C")
DUNDERS = {"+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__", "@": "__matmul__"}

Numbers = int | float | list[Any]


@dataclass(frozen=True)
class Root:
    """How an expression e becomes a scalar: `weigh` it by C, `add` up what that gives."""

    weigh: Literal["*", "/"]
    add: Literal["sum", "mean"]

    def cotangent(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The derivative of the scalar by e."""
        slope = weights if self.weigh == "*" else 1 / weights
        return slope / weights.size if self.add == "mean" else slope


ROOTS = (Root("*", "sum"), Root("/", "sum"), Root("*", "mean"), Root("/", "mean"))


class StatedArrays(CheckSpec):
    """One expression: `of` it, optionally `at` fixed values of leaves and of C; `plain` leaves are nested lists.

    `a + b then a * b` is two expressions on the same leaves, one after the other, with the gradients set to 0 between.
    """

    of: str
    at: dict[str, Numbers] = {}
    plain: bool = False


class AnyOfArrays(CheckSpec):
    """Alternatives, each a list of expressions: enough that every one of one of them is right."""

    any: list[list[str]] = Field(min_length=1)
    at: dict[str, Numbers] = {}


Item = Annotated[
    Annotated[StatedArrays, Tag("of")] | Annotated[AnyOfArrays, Tag("any")],
    Discriminator(sort_of),
    BeforeValidator(as_item),
    WithJsonSchema(
        {"type": ["string", "object"], "description": "an expression, {of, at, plain}, or alternatives {any, at}"}
    ),
]
Group = Annotated[tuple[Item, ...], BeforeValidator(as_tuple)]

answer_form, planned = absent.answer_form, absent.planned
files, form, derives = absent.files, absent.form, absent.derives


class Spec(CheckSpec):
    """Every group of expressions earns its share of the points."""

    kind: Literal["tensor"]
    class_: str = Field("Tensor", alias="class", description="the student's class; made as Class(array)")
    value: str = Field("data", description="the attribute that holds the array")
    gradient: str = Field("grad", description="the attribute that holds the gradient")
    backward: str = Field("backward", description="the method that starts at a scalar")
    inputs: Inputs = Field(description="the leaves, each of a fixed `shape`; without one, a scalar of shape ()")
    groups: dict[str, Group] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        for name, domain in self.inputs.items():
            if name in OWN:
                refuse("inputs", f"{name!r} cannot name a leaf: {', '.join(OWN)} have a meaning here")
            if not all(isinstance(size, int) for size in domain.shape or ()):
                refuse("inputs", f"the shape of {name!r} is made of whole numbers here")
        for name, items in self.groups.items():
            if not items or any(isinstance(item, AnyOfArrays) and not all(item.any) for item in items):
                refuse("groups", f"{name} is empty")
            for item in items:
                needs_known("groups", item.at, [*self.inputs, "C"])
                for text in _texts(item):
                    _check_text(self, name, text, item.at)
        return self


def _texts(item: StatedArrays | AnyOfArrays) -> list[str]:
    return [item.of] if isinstance(item, StatedArrays) else [text for texts in item.any for text in texts]


def _check_text(spec: Spec, group: str, text: str, at: Mapping[str, Numbers]) -> None:
    """Raises a validation error for an expression that cannot be judged."""
    try:
        graph = array_graph.parse(text)
        statements = [statement for part in text.split(THEN) for statement in part.split("; ")[:-1]]
        for name in {statement.partition(" = ")[0] for statement in statements} & set(OWN):
            refuse("groups", f"{group}: {text!r} makes {name!r}, which has a meaning here: use another name")
        unknown = sorted(set(graph.leaves) - set(spec.inputs))
        if unknown:
            refuse("groups", f"{group}: {text!r} uses {unknown[0]!r}; leaves are {', '.join(spec.inputs)}")
        _point(spec, graph, at, Random(0), False)
    except (FormulaError, ValueError, CourseFault) as error:
        refuse("groups", f"{group}: {text!r}: {error}")


def pairs(spec: Spec) -> dict[str, str]:
    """Code of operations that solve nothing."""
    return of_engine(spec.class_, spec.value, spec.gradient, spec.backward, list(array_graph.METHODS))


def targets(spec: Spec) -> list[str]:
    """The method that every expression needs, those that are used, and the one that all expressions have in common."""
    used = [{node.op for node in array_graph.parse(text).nodes} for group in spec.groups.values()
            for item in group for text in _texts(item)]  # fmt: skip
    methods = [method for method in array_graph.METHODS if any(method in ops for ops in used)]
    common = [DUNDERS.get(op, op) for op in sorted(set.intersection(*used) - {"leaf"})]
    return [f"{spec.class_}.{method}" for method in dict.fromkeys([spec.backward, *methods, *common])]


@dataclass(frozen=True)
class _ArrayPoint:
    """An expression at values of its leaves, and of C; what is expected for C itself as the cotangent."""

    graph: Graph
    case: Case
    expected: list[ExpectedValue]
    plain: bool


@dataclass(frozen=True)
class _ArrayClaim:
    """One item of a group: right when all points of one alternative are right, whatever the root."""

    group: str
    alternatives: tuple[tuple[_ArrayPoint, ...], ...]


def run(spec: Spec, context: CheckContext) -> Finding:
    """Runs every expression in one worker, one after the other, and shows the first that went wrong."""
    claims = [_claim(spec, name, item, context.rng) for name, items in spec.groups.items() for item in items]
    firsts = [[_trial(spec, point, ROOTS[0]) for point in claim.alternatives[0]] for claim in claims]
    trials = [trial for first in firsts for trial in first]
    missed = _missed(spec, trials, context)
    wrong = [number for number, first in enumerate(firsts) if any(id(trial) in missed for trial in first)]
    right = _right_another_way(spec, [claims[number] for number in wrong], context) if wrong else []
    wrong = [number for number, another in zip(wrong, right, strict=True) if not another]
    if not wrong:
        return CORRECT
    misses = [missed[id(trial)] for number in wrong for trial in firsts[number] if id(trial) in missed]
    finding = summary(misses, trials)
    bad = list(dict.fromkeys(claims[number].group for number in wrong))
    if len(spec.groups) > 1:
        finding = replace(finding, message=f"{finding.message} (in: {', '.join(bad)})")
    share = 1 - len(bad) / len(spec.groups)
    if share > 0 and finding.importable:
        return replace(finding, status=Verdict.PARTIAL, share=share)
    return finding


def _claim(spec: Spec, group: str, item: StatedArrays | AnyOfArrays, rng: Random) -> _ArrayClaim:
    alternatives = [[item.of]] if isinstance(item, StatedArrays) else item.any
    plain = isinstance(item, StatedArrays) and item.plain
    return _ArrayClaim(group, tuple(
        tuple(_point(spec, array_graph.parse(text), item.at, rng, plain) for text in texts) for texts in alternatives
    ))  # fmt: skip


def _right_another_way(spec: Spec, claims: Sequence[_ArrayClaim], context: CheckContext) -> list[bool]:
    """For each claim, whether its first alternative is right with another root, or a later one with any.

    Several expressions on the same leaves may also be right where nothing sets the gradients to 0 in between: some
    classes do so themselves, and do not see what is set.
    """
    ways = [
        [[_trial(spec, point, root, reset) for point in points] for points in claim.alternatives for root in ROOTS
         for reset in (True, False) if reset or any(point.graph.earlier for point in points)][1:]
        for claim in claims
    ]  # fmt: skip
    missed = _missed(spec, [trial for claim in ways for way in claim for trial in way], context)
    return [any(all(id(trial) not in missed for trial in way) for way in claim) for claim in ways]


def _missed(spec: Spec, trials: Sequence[Trial], context: CheckContext) -> dict[int, Miss]:
    """The misses of these trials, by the identity of the trial.

    A trial that shows float32 anywhere is judged as float32: such data leave their rounding in float64 gradients.
    """
    outcomes = context.ask([trial.program for trial in trials])
    found: dict[int, Miss] = {}
    for trial, outcome in zip(trials, outcomes, strict=True):
        dtypes = [answer.dtype for answer in outcome.answers if isinstance(answer, (Array, Number))]
        judged = replace(trial, rtol=max(map(tolerance, dtypes), default=0.0))
        results = ProgramResult(outcome.answers[: len(trial.members)], outcome.failure)
        misses = _changed(spec, judged, outcome) or misses_of([judged], [results], context.sources, context.record)
        found |= {id(trial): miss for miss in misses}
    return found


def _changed(spec: Spec, trial: Trial, outcome: ProgramResult) -> list[Miss]:
    """A miss where a leaf no longer holds what it was made of."""
    for name, now in zip(trial.case, outcome.answers[len(trial.members) :], strict=False):
        try:
            values = as_array(now, trial.case[name].shape).values
        except UnexpectedType as refusal:
            text = refusal.of(f"{name}.{spec.value}")
        else:
            if np.allclose(values, trial.case[name], rtol=trial.rtol, atol=0):
                continue
            text = (
                f"{name}.{spec.value} has changed: an operation must make a new array, not change the one it is given"
            )
        case = {name: display.plain_input(value) for name, value in trial.case.items()}
        return [Miss(trial, Finding.wrong(text, Evidence(call=trial.call(), case=case)))]
    return []


def _point(spec: Spec, graph: Graph, at: Mapping[str, Numbers], rng: Random, plain: bool) -> _ArrayPoint:
    """Values of the leaves where the expression is defined, and steady where such are found. Raises CourseFault."""
    unsteady: list[_ArrayPoint] = []
    for _ in range(TRIES):
        leaves = {name: _leaf(spec, name, at, rng) for name in graph.leaves}
        data = array_graph.forward(graph, leaves)[0]
        shape = data[-1].shape
        if any(data[root].shape != shape for root in graph.earlier):
            raise CourseFault("the expressions do not have the same shape, which they need to share C")
        weights = np.asarray(at["C"] if "C" in at else UPSTREAM.draw_array(rng, shape), np.float64)
        if weights.shape != shape:
            raise CourseFault(f"C has the shape {weights.shape}, the expression {shape}")
        try:
            expected = array_graph.expected(graph, leaves, weights)
        except ValueError:
            continue
        point = _ArrayPoint(graph, {**leaves, "C": weights}, expected, plain)
        if at.keys() >= set(graph.leaves) or all(part.steady for part in expected):
            return point
        unsteady.append(point)
        if len(unsteady) == UNSTEADY:
            break
    if unsteady:
        return unsteady[0]
    raise CourseFault(f"{graph.text!r} is not defined at the values of its leaves that were drawn")


def _leaf(spec: Spec, name: str, at: Mapping[str, Numbers], rng: Random) -> NDArray[np.float64]:
    shape = [int(size) for size in spec.inputs[name].shape or ()]
    return np.asarray(at[name] if name in at else spec.inputs[name].draw_array(rng, shape), np.float64)


def _trial(spec: Spec, point: _ArrayPoint, root: Root, reset: bool = True) -> Trial:
    graph, case = point.graph, point.case
    names = graph.leaves
    program = Program()
    leaves = {name: _leaf_slot(program, spec, value, point.plain and name != "C") for name, value in case.items()}
    made: list[Slot] = []
    for number, node in enumerate(graph.nodes):
        if node.op == "leaf":
            made.append(leaves[node.name])
            continue
        args = [arg.value if isinstance(arg, Constant) else made[arg] for arg in node.args]
        if node.op in array_graph.METHODS:
            axis = {"axis": args[1]} if len(args) > 1 else {}
            made.append(program.call(made[node.args[0]], node.op, named=axis))  # type: ignore[index]
        else:
            made.append(program.operate(node.op, *args))
        if number in graph.earlier:
            _go_back(program, spec, root, made[-1], leaves["C"], case["C"].shape)
            for name in names if reset else ():  # read first: to set a name that is not there would make it
                program.get(leaves[name], spec.gradient)
                program.set(leaves[name], spec.gradient, np.zeros(case[name].shape))
    program.get(made[-1], spec.value, f"e.{spec.value}")
    _go_back(program, spec, root, made[-1], leaves["C"], case["C"].shape)
    for attribute in (spec.gradient, spec.value):
        for name in names:
            program.get(leaves[name], attribute, f"{name}.{attribute}")
    expected = point.expected if root == ROOTS[0] else array_graph.expected(graph, case, root.cotangent(case["C"]))
    members = tuple((report,) for report in program.reports[: 1 + len(names)])
    return expecting(Trial(program, case, partial(_shown, spec, point, root, reset), members, (), each=True), expected)


def _go_back(program: Program, spec: Spec, root: Root, made: Slot, weights: Slot, shape: tuple[int, ...]) -> None:
    """Adds the steps that make a scalar of an expression, and go back from there."""
    scalar = program.operate(root.weigh, made, weights)
    if shape:
        scalar = program.call(scalar, root.add)
    program.call(scalar, spec.backward)


def _leaf_slot(program: Program, spec: Spec, value: NDArray[np.float64], plain: bool) -> Slot:
    """Adds the steps that make a leaf; its slot."""
    return program.call(None, spec.class_, [_listed(value) if plain else program.make(value)])


def _listed(value: NDArray[np.float64]) -> Any:
    """Nested lists, of whole numbers where all are whole."""
    return (value.astype(np.int64) if (value == np.round(value)).all() else value).tolist()


def _shown(spec: Spec, point: _ArrayPoint, root: Root, reset: bool) -> str:
    case = point.case
    given = {name: str(_listed(value)) if point.plain and name != "C" else name for name, value in case.items()}
    made = f"{', '.join(case)} = {', '.join(f'{spec.class_}({value})' for value in given.values())}"
    weighed = f"e {root.weigh} C"
    scalar = f"({weighed}).{root.add}()" if case["C"].shape else weighed
    zeros = [f"{name}.{spec.gradient} = np.zeros({case[name].shape})" for name in point.graph.leaves if reset]
    parts: list[str] = []
    for text in point.graph.text.split(THEN):
        *before, last = text.split("; ")
        parts += [*(zeros if parts else []), *before, f"e = {last}", f"f = {scalar}", f"f.{spec.backward}()"]
    return "; ".join([made, *parts])
