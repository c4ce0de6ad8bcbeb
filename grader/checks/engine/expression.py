"""The check kinds `expression` and `tensor`: expressions on the student's class, values and gradients in closed form.

The operations travel as data and run in the worker on objects of the student's class; a number is an array of shape ().
Expressions may be stated, or drawn at random: of those that fail, the smallest that still fails is shown.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from grader.checks import absent
from grader.checks.base import CORRECT, CheckContext, CheckSpec, Finding
from grader.checks.code.trivial_pairs import of_engine
from grader.checks.engine.expression_trial import DUNDERS, ROOTS, UNWEIGHED, Engine, Root, changed, trial_of
from grader.checks.program import Trial
from grader.checks.spec_fields import Inputs, as_item, as_tuple, needs_known, refuse, sort_of
from grader.checks.trials import CourseFault, Miss, misses_of, summary
from grader.maths.compare import ExpectedValue, largest, tolerance
from grader.maths.domains import UNSTEADY, UPSTREAM, Case
from grader.maths.formula import FormulaError
from grader.maths.graphs import expression_graph as graphs
from grader.maths.graphs import graph_gradients
from grader.maths.graphs.expression_graph import METHODS, REDUCTIONS, THEN, Graph
from grader.model import Verdict
from grader.sandbox.answers import Array, Number
from grader.sandbox.requests import ProgramResult

DRAWS = 2  # points at which a stated graph of numbers is tried: a rule right at one is hardly right at the next
TRIES = 400  # draws of leaves or graphs; far more than are needed, unless the course states what is never defined
FEW = 20  # draws after which a graph that was made by chance is given up
SHRINKING_ROUNDS = 8  # each leaves out a node at least; these and the next bound the time that a failure costs
MAX_CANDIDATES = 60  # smaller graphs tried in a round
LARGEST = 60.0  # of values and gradients of drawn numbers: numbers that a student can still follow in a report
OWN = ("e", "f", "C")  # names that have a meaning in what a report shows of a tensor

Numbers = int | float | list[Any]


class Stated(CheckSpec):
    """One expression: `of` it, optionally `at` fixed values of leaves (and of C), its only operation repeated `times`;
    `plain` leaves are nested lists.

    `a + b then a * b` is two expressions on the same leaves, one after the other, with the gradients set to 0 between.
    """

    of: str
    at: dict[str, Numbers] = {}
    times: int = Field(1, ge=1, le=6000)
    plain: bool = False


class AnyOf(CheckSpec):
    """Alternatives, each a list of expressions: enough that every one of one of them is right."""

    any: list[list[str]] = Field(min_length=1)
    at: dict[str, Numbers] = {}


Item = Annotated[
    Annotated[Stated, Tag("of")] | Annotated[AnyOf, Tag("any")],
    Discriminator(sort_of),
    BeforeValidator(as_item),
    WithJsonSchema(
        {
            "type": ["string", "object"],
            "description": "an expression, {of, at, times, plain}, or alternatives {any, at}",
        }
    ),
]
Group = Annotated[tuple[Item, ...], BeforeValidator(as_tuple)]


class RandomGraphs(CheckSpec):
    """How many random graphs, of how many of which operations, over the inputs as leaves."""

    count: int = Field(10, ge=1, le=50)
    size: int = Field(6, ge=1, le=15)
    operations: tuple[Literal["+", "-", "*", "/", "neg", "tanh", "relu", "sigmoid"], ...] = Field(
        strict=False, min_length=1
    )


answer_form, planned = absent.answer_form, absent.planned
files, form, derives = absent.files, absent.form, absent.derives


class Spec(CheckSpec):
    """Every group of expressions earns its share of the points; `random` graphs are a group of their own."""

    roots: ClassVar[tuple[Root, ...]] = (UNWEIGHED,)
    arrays: ClassVar[bool] = False

    kind: Literal["expression"]
    class_: str = Field("Value", alias="class", description="the student's class; made as Class(number)")
    value: str = Field("data", description="the attribute that holds the number")
    gradient: str = Field("grad", description="the attribute that holds the gradient")
    backward: str = Field("backward", description="the method that starts at the root")
    inputs: Inputs = Field(description="the leaves")
    groups: dict[str, Group] = {}
    random: RandomGraphs | None = None

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        if not self.groups and self.random is None:
            refuse("kind", "give `groups` of expressions, or `random`")
        if self.random is not None and len(self.inputs) < 2:
            refuse("random", "needs at least two inputs as leaves")
        self._check_inputs()
        for name, items in self.groups.items():
            if not items or any(isinstance(item, AnyOf) and not all(item.any) for item in items):
                refuse("groups", f"{name} is empty")
            for item in items:
                needs_known("groups", item.at, [*self.inputs, *self._more])
                for text in _texts(item):
                    _check_text(self, name, item, text)
        return self

    def _check_inputs(self) -> None:
        """Raises a validation error for leaves that cannot be made."""
        if any(domain.shape is not None for domain in self.inputs.values()):
            refuse("inputs", "the leaves of a graph are numbers: leave `shape` out")

    @property
    def _more(self) -> tuple[str, ...]:
        """What `at` may fix besides the leaves."""
        return ()

    @property
    def engine(self) -> Engine:
        """What the parts of the student's class are called."""
        return Engine(self.class_, self.value, self.gradient, self.backward)


class TensorSpec(Spec):
    """An expression e over arrays becomes a scalar as (e * C).sum() with a random tensor C, so that each entry of e has
    its own upstream gradient. Where that fails, other roots are tried: a mistake in `*` or `sum` is charged to these
    alone."""

    roots: ClassVar[tuple[Root, ...]] = ROOTS
    arrays: ClassVar[bool] = True

    kind: Literal["tensor"]  # type: ignore[assignment]
    class_: str = Field("Tensor", alias="class", description="the student's class; made as Class(array)")
    inputs: Inputs = Field(description="the leaves, each of a fixed `shape`; without one, a scalar of shape ()")

    def _check_inputs(self) -> None:
        for name, domain in self.inputs.items():
            if name in OWN:
                refuse("inputs", f"{name!r} cannot name a leaf: {', '.join(OWN)} have a meaning here")
            if not all(isinstance(size, int) for size in domain.shape or ()):
                refuse("inputs", f"the shape of {name!r} is made of whole numbers here")
        if self.random is not None:
            refuse("random", "graphs drawn at random are of numbers: write a check of the kind `expression`")

    @property
    def _more(self) -> tuple[str, ...]:
        return ("C",)


def _texts(item: Stated | AnyOf) -> list[str]:
    return [item.of] if isinstance(item, Stated) else [text for texts in item.any for text in texts]


def _check_text(spec: Spec, group: str, item: Stated | AnyOf, text: str) -> None:
    """Raises a validation error for an expression that cannot be judged."""
    try:
        graph = graphs.parse(text, spec.arrays)
    except FormulaError as error:
        refuse("groups", f"{group}: {text!r}: {error}")
    if not graph.leaves or graph.nodes[-1].op == "leaf":
        refuse("groups", f"{group}: {text!r} makes no new value of the leaves")
    if isinstance(item, Stated) and item.times > 1 and sum(node.op != "leaf" for node in graph.nodes) > 1:
        refuse("groups", f"{group}: {text!r} has several operations; `times` repeats one")
    if spec.arrays:
        statements = [statement for part in text.split(THEN) for statement in part.split("; ")[:-1]]
        for name in {statement.partition(" = ")[0] for statement in statements} & set(OWN):
            refuse("groups", f"{group}: {text!r} makes {name!r}, which has a meaning here: use another name")
    if unknown := sorted(set(graph.leaves) - set(spec.inputs)):
        refuse("groups", f"{group}: {text!r} uses {unknown[0]!r}; leaves are {', '.join(spec.inputs)}")
    try:
        if not _points(spec, graph, item.at, Random(0), 1):
            refuse("groups", f"{group}: {text!r} is not defined at any values of its leaves that were drawn")
    except CourseFault as error:
        refuse("groups", f"{group}: {text!r}: {error}")


def pairs(spec: Spec) -> dict[str, str]:
    """Code of operations that solve nothing."""
    methods = [*(REDUCTIONS if spec.arrays else ()), *METHODS]
    return of_engine(spec.class_, spec.value, spec.gradient, spec.backward, methods)


def targets(spec: Spec) -> list[str]:
    """The method that every expression needs, the methods that are used, and the one that all have in common."""
    texts = [text for items in spec.groups.values() for item in items for text in _texts(item)]
    used = [{node.op for node in graphs.parse(text, spec.arrays).nodes} for text in texts]
    methods = [method for method in (*REDUCTIONS, *METHODS) if any(method in ops for ops in used)]
    common = set.intersection(*used) - {"leaf"} if spec.arrays and used else set[str]()
    names = [spec.backward, *methods, *(DUNDERS.get(op, op) for op in sorted(common))]
    return [f"{spec.class_}.{name}" for name in dict.fromkeys(names)]


@dataclass(frozen=True)
class _Point:
    """An expression at values of its leaves (and of C), with what is expected there."""

    graph: Graph
    case: Case
    expected: Sequence[ExpectedValue]
    times: int = 1
    plain: bool = False

    def trial(self, spec: Spec, root: Root, reset: bool = True) -> Trial:
        """The program from this root, and what it must report."""
        expected = self.expected
        if root is not spec.roots[0]:
            expected = graph_gradients.expected(self.graph, self.case, root.cotangent(self.case["C"]))
        return trial_of(spec.engine, self.graph, self.case, expected, root, self.times, self.plain, reset)


@dataclass(frozen=True)
class _Claim:
    """One item of a group: right when every point of the first alternative is right, or of a later one."""

    group: str
    first: tuple[_Point, ...]
    later: tuple[tuple[str, ...], ...]
    at: Mapping[str, Numbers]


def run(spec: Spec, context: CheckContext) -> Finding:
    """Runs every expression in one worker, one after the other, and shows the simplest that went wrong."""
    claims = _claims(spec, context.rng)
    firsts = [[point.trial(spec, spec.roots[0]) for point in claim.first] for claim in claims]
    trials = [trial for first in firsts for trial in first]
    missed = _missed(spec, trials, context)
    failed = {index: [trial for trial in first if id(trial) in missed] for index, first in enumerate(firsts)}
    wrong = [index for index, trials_missed in failed.items() if trials_missed]
    right = _right_another_way(spec, [claims[index] for index in wrong], context) if wrong else []
    wrong = [index for index, another in zip(wrong, right, strict=True) if not another]
    if not wrong:
        return CORRECT
    lost = [(point, missed[id(trial)]) for index in wrong
            for point, trial in zip(claims[index].first, firsts[index], strict=True)
            if id(trial) in missed]  # fmt: skip
    misses = [miss for _, miss in lost]
    if claims[wrong[0]].group == "random":
        misses = [_smallest(spec, lost, context), *misses]
    finding = summary(misses, trials)
    if _only_after_others(spec, lost, context):
        hint = (
            "Each graph by itself is right, but not after another graph on the same values: is something kept between "
            f"calls of `{spec.backward}`, such as a default argument (`seen=set()`), a list on the class or in the "
            "module, or a flag on a value?"
        )
        finding = replace(finding, hint=hint)
    groups = list(dict.fromkeys(claim.group for claim in claims))
    bad = list(dict.fromkeys(claims[index].group for index in wrong))
    if len(groups) > 1:
        finding = replace(finding, message=f"{finding.message} (in: {', '.join(bad)})")
    share = 1 - len(bad) / len(groups)
    if share > 0 and finding.importable:
        return replace(finding, status=Verdict.PARTIAL, share=share)
    return finding


def _claims(spec: Spec, rng: Random) -> list[_Claim]:
    claims = []
    for group, items in spec.groups.items():
        for item in items:
            texts, *later = [[item.of]] if isinstance(item, Stated) else item.any
            times, plain = (item.times, item.plain) if isinstance(item, Stated) else (1, False)
            points = [replace(point, times=times, plain=plain) for text in texts
                      for point in _stated(spec, text, item.at, rng)]  # fmt: skip
            if times > 1:
                points = [replace(point, expected=_of_repeated(point.graph, times, tuple(point.case.items())))
                          for point in points]  # fmt: skip
            claims.append(_Claim(group, tuple(points), tuple(map(tuple, later)), item.at))
    if spec.random is not None:
        claims += [_Claim("random", (point,), (), {}) for point in _random_points(spec, spec.random, rng)]
    return claims


def _stated(spec: Spec, text: str, at: Mapping[str, Numbers], rng: Random) -> list[_Point]:
    graph = graphs.parse(text, spec.arrays)
    fixed = at.keys() >= set(graph.leaves)
    return _points(spec, graph, at, rng, 1 if fixed or spec.arrays else DRAWS)


def _missed(spec: Spec, trials: Sequence[Trial], context: CheckContext) -> dict[int, Miss]:
    """The misses of these trials, by the identity of the trial.

    A trial that shows float32 anywhere is judged as float32: such data leave their rounding in float64 gradients.
    """
    outcomes = context.ask([trial.program for trial in trials]) if trials else []
    found: dict[int, Miss] = {}
    for trial, outcome in zip(trials, outcomes, strict=True):
        dtypes = [answer.dtype for answer in outcome.answers if isinstance(answer, (Array, Number))]
        judged = replace(trial, rtol=max(map(tolerance, dtypes), default=0.0))
        results = ProgramResult(outcome.answers[: len(trial.members)], outcome.failure)
        now = outcome.answers[len(trial.members) :]
        misses = changed(judged, now, spec.value) or misses_of([judged], [results], context.sources, context.record)
        found |= {id(trial): replace(miss, trial=trial) for miss in misses}
    return found


def _right_another_way(spec: Spec, claims: Sequence[_Claim], context: CheckContext) -> list[bool]:
    """For each claim, whether its first alternative is right with another root, or a later one with any.

    Several expressions on the same leaves may also be right where nothing sets the gradients to 0 in between: some
    classes do so themselves, and do not see what is set.
    """
    ways = [list(_ways(spec, claim, context.rng)) for claim in claims]
    missed = _missed(spec, [trial for claim in ways for way in claim for trial in way], context)
    return [any(all(id(trial) not in missed for trial in way) for way in claim) for claim in ways]


def _ways(spec: Spec, claim: _Claim, rng: Random) -> Iterator[list[Trial]]:
    later = [[point for text in texts for point in _stated(spec, text, claim.at, rng)] for texts in claim.later]
    for number, points in enumerate([claim.first, *later]):
        for root in spec.roots:
            for reset in (True, False) if any(point.graph.earlier for point in points) else (True,):
                if number or root is not spec.roots[0] or not reset:
                    yield [point.trial(spec, root, reset) for point in points]


def _only_after_others(spec: Spec, lost: Sequence[tuple[_Point, Miss]], context: CheckContext) -> bool:
    """Whether graphs have wrong numbers only after others on the same leaves: each by itself comes out right."""
    if not all(point.graph.earlier and miss.members for point, miss in lost):
        return False
    alone = [graphs.pruned(point.graph.nodes) for point, _ in lost]
    points = [one for graph in alone for one in _points(spec, graph, {}, context.rng, 1, hopeless=FEW)]
    return not _missed(spec, [point.trial(spec, spec.roots[0]) for point in points], context)


@functools.cache
def _of_repeated(graph: Graph, times: int, case: tuple[tuple[str, float], ...]) -> list[ExpectedValue]:
    """What a graph of one operation, repeated on its own result in place of the first argument, must give."""
    nodes = list(graph.nodes)
    for _ in range(times - 1):
        nodes.append(replace(nodes[-1], args=(len(nodes) - 1, *nodes[-1].args[1:])))
    return graph_gradients.expected(Graph(graph.text, tuple(nodes)), dict(case))


def _points(
    spec: Spec,
    graph: Graph,
    at: Mapping[str, Numbers],
    rng: Random,
    count: int,
    attempts: int = TRIES,
    hopeless: int = TRIES,
    distinct: bool = False,
) -> list[_Point]:
    """Values of the leaves (and of C) at which the graph is defined and no number is too large; fixed ones are kept.

    They are steady where any such values are found. A graph that was made by chance is `hopeless` where it is undefined
    at the first few points, as a / (b - b) is; so is one with two equal values, as a / a + b / b, where all are to be
    `distinct`. Raises CourseFault where C cannot fit.
    """
    steady: list[_Point] = []
    unsteady: list[_Point] = []
    fixed = at.keys() >= set(graph.leaves)
    undefined = 0
    for attempt in range(attempts):
        leaves = {name: _leaf(spec, name, at, rng) for name in graph.leaves}
        if undefined == hopeless:
            continue  # the random stream goes on as if it were not
        try:
            data = graph_gradients.values(graph, leaves)
            if distinct and len({float(part) for part in data}) < len(data):
                raise ValueError("two equal values")
            case, upstream = _with_upstream(spec, graph, leaves, data, at, rng)
            expected = graph_gradients.expected(graph, leaves, upstream)
        except ValueError:
            undefined += undefined == attempt
            continue
        if at or spec.arrays or all(largest(part.values) <= LARGEST for part in expected):
            found = fixed or all(part.steady for part in expected)
            (steady if found else unsteady).append(_Point(graph, case, expected))
        if len(steady) == count or len(unsteady) >= UNSTEADY:
            break
    return (steady + unsteady)[:count]


def _leaf(spec: Spec, name: str, at: Mapping[str, Numbers], rng: Random) -> Any:
    shape = [int(size) for size in spec.inputs[name].shape or ()]
    value = at[name] if name in at else spec.inputs[name].draw_array(rng, shape)
    return np.asarray(value, np.float64) if spec.arrays else value


def _with_upstream(
    spec: Spec, graph: Graph, leaves: Case, data: Sequence[Any], at: Mapping[str, Numbers], rng: Random
) -> tuple[Case, Any]:
    """The case, with C where the root is weighed by one, and the gradient that comes from above."""
    if not spec.arrays:
        return leaves, 1.0
    shape = data[-1].shape
    if any(data[root].shape != shape for root in graph.earlier):
        raise CourseFault("the expressions do not have the same shape, which they need to share C")
    weights = np.asarray(at["C"] if "C" in at else UPSTREAM.draw_array(rng, shape), np.float64)
    if weights.shape != shape:
        raise CourseFault(f"C has the shape {weights.shape}, the expression {shape}")
    return {**leaves, "C": weights}, spec.roots[0].cotangent(weights)


def _random_points(spec: Spec, wanted: RandomGraphs, rng: Random) -> list[_Point]:
    found: list[_Point] = []
    for _ in range(TRIES):
        graph = graphs.random_graph(rng, list(spec.inputs), wanted.operations, wanted.size)
        if len(graph.leaves) > 1:
            # An engine that confuses equal values is found by graphs that state them, not by chance in some seeds.
            found += _points(spec, graph, {}, rng, 1, hopeless=FEW, distinct=True)
        if len(found) >= wanted.count:
            break
    return found


def _smallest(spec: Spec, lost: Sequence[tuple[_Point, Miss]], context: CheckContext) -> Miss:
    """The smallest graph that still fails, met on the way down from the smallest one that failed."""
    best, miss = min(lost, key=lambda pair: len(pair[0].graph.nodes))
    for _ in range(SHRINKING_ROUNDS):
        smaller = [point for graph in graphs.smaller(best.graph)[:MAX_CANDIDATES]
                   for point in _points(spec, graph, {}, context.rng, 1, FEW, FEW)]  # fmt: skip
        trials = [point.trial(spec, spec.roots[0]) for point in smaller]
        missed = _missed(spec, trials, context)
        fails = [
            (point, missed[id(trial)]) for point, trial in zip(smaller, trials, strict=True) if id(trial) in missed
        ]
        if not fails:
            break
        best, miss = min(fails, key=lambda pair: len(pair[0].graph.nodes))
    return miss
