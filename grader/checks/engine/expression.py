"""The check kind `expression`: graphs of operations on the student's class, values and gradients in closed form.

The operations travel as data and run in the worker on objects of the student's class. Graphs may be stated, or drawn at
random; of those that fail, the smallest that still fails is looked for and shown.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from grader.checks import absent
from grader.checks.base import CORRECT, CheckContext, CheckSpec, Finding
from grader.checks.code.trivial_pairs import of_engine
from grader.checks.program import Trial
from grader.checks.spec_fields import Inputs, as_item, as_tuple, needs_known, refuse, sort_of
from grader.checks.trials import Miss, expecting, find_misses, summary
from grader.maths.compare import ExpectedValue
from grader.maths.domains import UNSTEADY, Case
from grader.maths.formula import FormulaError
from grader.maths.graphs import expression_graph as graphs
from grader.maths.graphs import graph_gradients
from grader.maths.graphs.expression_graph import Constant, Graph, Node
from grader.model import Verdict
from grader.sandbox.program import Program, Slot

DRAWS = 2  # points at which a stated graph is tried: a wrong rule that is right at one is hardly right at the next
TRIES = 400  # draws of leaves or graphs; far more than are needed, unless the course states what is never defined
FEW = 20  # draws after which a graph that was made by chance is given up
SHRINKING_ROUNDS = 8  # each leaves out a node at least; these and the next bound the time that a failure costs
MAX_CANDIDATES = 60  # smaller graphs tried in a round
LARGEST = 60.0  # of values and gradients at points drawn: numbers that a student can still follow in a report


class Stated(CheckSpec):
    """One graph: `of` it, optionally `at` fixed values of its leaves, its last statement repeated `times`.

    `a + b then a * b` is two graphs on the same leaves, one after the other, with the gradients set to 0 in between.
    """

    of: str
    at: dict[str, int | float] = {}
    times: int = Field(1, ge=1, le=6000)


class AnyOf(CheckSpec):
    """Alternatives, each a list of graphs: enough that every graph of one of them is right."""

    any: list[list[str]] = Field(min_length=1)
    at: dict[str, int | float] = {}


Item = Annotated[
    Annotated[Stated, Tag("of")] | Annotated[AnyOf, Tag("any")],
    Discriminator(sort_of),
    BeforeValidator(as_item),
    WithJsonSchema(
        {"type": ["string", "object"], "description": "a graph, {of, at, times}, or alternatives {any, at}"}
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
    """Every group of graphs earns its share of the points; `random` graphs are a group of their own."""

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
        if any(domain.shape is not None for domain in self.inputs.values()):
            refuse("inputs", "the leaves of a graph are numbers: leave `shape` out")
        rng = Random(0)
        for name, items in self.groups.items():
            if not items or any(isinstance(item, AnyOf) and not all(item.any) for item in items):
                refuse("groups", f"{name} is empty")
            for item in items:
                needs_known("groups", item.at, self.inputs)
                for text in [item.of] if isinstance(item, Stated) else [text for texts in item.any for text in texts]:
                    try:
                        graph = graphs.parse(text)
                    except FormulaError as error:
                        refuse("groups", f"{name}: {text!r}: {error}")
                    if not graph.leaves or graph.nodes[-1].op == "leaf":
                        refuse("groups", f"{name}: {text!r} makes no new value of the leaves")
                    operations = sum(node.op != "leaf" for node in graph.nodes)
                    if isinstance(item, Stated) and item.times > 1 and operations > 1:
                        refuse("groups", f"{name}: {text!r} has several operations; `times` repeats one")
                    unknown = sorted(set(graph.leaves) - set(self.inputs))
                    if unknown:
                        refuse("groups", f"{name}: {text!r} uses {unknown[0]!r}; leaves are {', '.join(self.inputs)}")
                    if not _cases(self, graph, item.at, rng, 1):
                        refuse("groups", f"{name}: {text!r} is not defined at any values of its leaves that were drawn")
        return self


def pairs(spec: Spec) -> dict[str, str]:
    """Code of operations that solve nothing."""
    return of_engine(spec.class_, spec.value, spec.gradient, spec.backward, list(graphs.METHODS))


def targets(spec: Spec) -> list[str]:
    """The method that every graph needs, and those that stated graphs use."""
    stated = " ".join(item.of for items in spec.groups.values() for item in items if isinstance(item, Stated))
    used = [method for method in graphs.METHODS if f"{method}(" in stated]
    return [f"{spec.class_}.{spec.backward}", *(f"{spec.class_}.{method}" for method in used)]


@dataclass(frozen=True)
class _Try:
    """A graph at one point."""

    graph: Graph
    trial: Trial


@dataclass(frozen=True)
class _Claim:
    """One item of a group: right when every try of the first alternative is right, or of a later one."""

    group: str
    first: tuple[_Try, ...]
    later: tuple[tuple[str, ...], ...] = ()
    at: Mapping[str, float] = field(default_factory=dict)


def run(spec: Spec, context: CheckContext) -> Finding:
    """Runs every graph in one worker, one after the other, and shows the simplest that went wrong."""
    claims = [_claim(spec, name, item, context.rng) for name, items in spec.groups.items() for item in items]
    if spec.random is not None:
        claims += [_Claim("random", (one,)) for one in _random_tries(spec, spec.random, context.rng)]
    missed = _missed([one for claim in claims for one in claim.first], context)
    wrong = [claim for claim in claims if any(id(one) in missed for one in claim.first)]
    wrong = [claim for claim in wrong if not _right_another_way(spec, claim, context)]
    if not wrong:
        return CORRECT
    failed = [one for claim in wrong for one in claim.first if id(one) in missed]
    misses = [missed[id(one)] for one in failed]
    if wrong[0].group == "random":
        misses = [_smallest(spec, failed, misses, context), *misses]
    finding = summary(misses, [one.trial for claim in claims for one in claim.first])
    if _only_after_others(spec, failed, misses, context):
        hint = (
            "Each graph by itself is right, but not after another graph on the same values: is something kept between "
            f"calls of `{spec.backward}`, such as a default argument (`seen=set()`), a list on the class or in the "
            "module, or a flag on a value?"
        )
        finding = replace(finding, hint=hint)
    groups = list(dict.fromkeys(claim.group for claim in claims))
    bad = list(dict.fromkeys(claim.group for claim in wrong))
    if len(groups) > 1:
        finding = replace(finding, message=f"{finding.message} (in: {', '.join(bad)})")
    share = 1 - len(bad) / len(groups)
    if share > 0 and finding.importable:
        return replace(finding, status=Verdict.PARTIAL, share=share)
    return finding


def _missed(tries: Sequence[_Try], context: CheckContext) -> dict[int, Miss]:
    """The misses of these tries, by the identity of the try."""
    found = {id(miss.trial): miss for miss in find_misses([one.trial for one in tries], context)} if tries else {}
    return {id(one): found[id(one.trial)] for one in tries if id(one.trial) in found}


def _right_another_way(spec: Spec, claim: _Claim, context: CheckContext) -> bool:
    """Whether a later alternative is right, all of it. Each shows the mistake in question by other operations.

    Several graphs on the same leaves may also be right where nothing sets the gradients to 0 in between: some classes
    do so themselves, and do not see what is set.
    """
    firsts = tuple(one.graph.written for one in claim.first)
    ways = [(texts, True) for texts in claim.later]
    ways += [(texts, False) for texts in (firsts, *claim.later) if any(graphs.THEN in text for text in texts)]
    for texts, reset in ways:
        parsed = [graphs.parse(text) for text in texts]
        tries = [one for graph in parsed for one in _tries(spec, graph, claim.at, context.rng, reset=reset)]
        if not _missed(tries, context):
            return True
    return False


def _only_after_others(spec: Spec, failed: Sequence[_Try], misses: Sequence[Miss], context: CheckContext) -> bool:
    """Whether graphs have wrong numbers only after others on the same leaves: each by itself comes out right."""
    if not all(one.graph.earlier for one in failed) or not all(miss.members for miss in misses):
        return False
    alone = [one for other in failed for one in _once(spec, graphs.pruned(other.graph.nodes), context.rng)]
    return not _missed(alone, context)


def _claim(spec: Spec, group: str, item: Stated | AnyOf, rng: Random) -> _Claim:
    if isinstance(item, AnyOf):
        first, *later = item.any
        tries = [one for text in first for one in _tries(spec, graphs.parse(text), item.at, rng)]
        return _Claim(group, tuple(tries), tuple(map(tuple, later)), item.at)
    return _Claim(group, tuple(_tries(spec, graphs.parse(item.of), item.at, rng, item.times)), at=item.at)


def _tries(
    spec: Spec, graph: Graph, at: Mapping[str, float], rng: Random, times: int = 1, reset: bool = True
) -> list[_Try]:
    count = 1 if at.keys() >= set(graph.leaves) else DRAWS
    cases = _cases(spec, graph, at, rng, count)
    return [_Try(graph, _trial(spec, graph, case, expected, times, reset)) for case, expected in cases]


def _once(spec: Spec, graph: Graph, rng: Random, attempts: int = TRIES, distinct: bool = False) -> list[_Try]:
    """A graph that was made by chance, at one point; none where it is never defined, or its numbers are too large.

    One that is undefined at the first few points, as a / (b - b), is so everywhere; so is one with two equal values,
    as a / a + b / b, where all are to be `distinct`.
    """
    found = _cases(spec, graph, {}, rng, 1, attempts, FEW, distinct)
    return [_Try(graph, _trial(spec, graph, case, expected, 1)) for case, expected in found]


@functools.cache
def _results_of_repeated(text: str, times: int, case: tuple[tuple[str, float], ...]) -> list[ExpectedValue]:
    graph, leaves = _repeated(graphs.parse(text), times), dict(case)
    return graph_gradients.truth(graph, leaves).results(graph_gradients.in_float32(graph, leaves))


def _repeated(graph: Graph, times: int) -> Graph:
    """A graph of one operation, repeated on its own result in place of the first argument."""
    nodes = list(graph.nodes)
    for _ in range(times - 1):
        nodes.append(Node(nodes[-1].op, (len(nodes) - 1, *nodes[-1].args[1:])))
    return Graph(graph.text, tuple(nodes))


def _cases(
    spec: Spec,
    graph: Graph,
    at: Mapping[str, float],
    rng: Random,
    count: int,
    attempts: int = TRIES,
    hopeless: int = TRIES,
    distinct: bool = False,
) -> list[tuple[Case, list[ExpectedValue]]]:
    """Values of the leaves at which the graph is defined and no number is too large, with the results expected there.

    Fixed values are kept.

    What is drawn is steady where any such values are found.

    After so many `hopeless` ones and no other, values are drawn only to leave the random stream as it always is.
    """
    found: list[tuple[Case, list[ExpectedValue]]] = []
    unsteady: list[tuple[Case, list[ExpectedValue]]] = []
    fixed = at.keys() >= set(graph.leaves)
    undefined = 0
    for attempt in range(attempts):
        case = {name: at[name] if name in at else spec.inputs[name].draw_array(rng, ()) for name in graph.leaves}
        if undefined == hopeless:
            continue
        try:
            truth = graph_gradients.truth(graph, case)
            if distinct and not truth.distinct:
                raise ValueError("two equal values")
        except (ValueError, OverflowError, ZeroDivisionError):
            undefined += undefined == attempt
            continue
        sizes = [abs(truth.value), *(abs(value) for value in truth.high.values())]
        if at or max(sizes) <= LARGEST:
            expected = truth.results(graph_gradients.in_float32(graph, case))
            steady = fixed or all(part.steady for part in expected)
            (found if steady else unsteady).append((case, expected))
        if len(found) == count or len(unsteady) >= UNSTEADY:
            break
    return (found + unsteady)[:count]


def _program(spec: Spec, graph: Graph, case: Case, times: int, reset: bool) -> Program:
    program = Program()
    made: list[Slot] = []
    leaves: dict[str, Slot] = {}
    for number, node in enumerate(graph.nodes):
        args = [arg.value if isinstance(arg, Constant) else made[arg] for arg in node.args]
        if node.op == "leaf":
            leaves[node.name] = program.call(None, spec.class_, [case[node.name]])
            made.append(leaves[node.name])
        elif node.op in graphs.METHODS:
            made.append(program.call(made[node.args[0]], node.op))  # type: ignore[index]
        else:
            made.append(program.operate(node.op, *args, times=times))
        if number in graph.earlier:
            program.call(made[-1], spec.backward)
            for leaf in leaves.values() if reset else ():  # read first: to set a name that is not there would make it
                program.get(leaf, spec.gradient)
                program.set(leaf, spec.gradient, 0.0)
    program.get(made[-1], spec.value, f"f.{spec.value}")
    program.call(made[-1], spec.backward)
    for name, leaf in leaves.items():
        program.get(leaf, spec.gradient, f"{name}.{spec.gradient}")
    return program


def _trial(
    spec: Spec, graph: Graph, case: Case, expected: Sequence[ExpectedValue], times: int, reset: bool = True
) -> Trial:
    if times > 1:
        expected = _results_of_repeated(graph.text, times, tuple(case.items()))
    shown = partial(_shown, spec, graph, case, times, reset)
    program = _program(spec, graph, case, times, reset)
    members = tuple((report,) for report in program.reports)
    return expecting(Trial(program, case, shown, members, (), each=True), expected)


def _shown(spec: Spec, graph: Graph, case: Case, times: int, reset: bool) -> str:
    made = [f"{name} = {spec.class_}({value!r})" for name, value in case.items()]
    over = f" (repeated {times} times)" if times > 1 else ""
    zeros = " = ".join([*(f"{name}.{spec.gradient}" for name in case), "0.0"])
    *earlier, last = graph.text.split(graphs.THEN)
    parts = [part for text in earlier for part in (*_built(spec, text), zeros) if reset or part is not zeros]
    text = "; ".join([*made, *parts, *_built(spec, last, over)])
    for method in graphs.METHODS:
        text = text.replace(f"{method}(", f"{spec.class_}.{method}(")
    return text


def _built(spec: Spec, text: str, over: str = "") -> list[str]:
    """The statements that make one graph, its root called f, and go back from there."""
    *before, last = text.split("; ")
    return [*before, f"f = {last}{over}", f"f.{spec.backward}()"]


def _random_tries(spec: Spec, wanted: RandomGraphs, rng: Random) -> list[_Try]:
    found: list[_Try] = []
    for _ in range(TRIES):
        graph = graphs.random_graph(rng, list(spec.inputs), wanted.operations, wanted.size)
        if len(graph.leaves) > 1:
            # An engine that confuses equal values is found by graphs that state them, not by chance in some seeds.
            found += _once(spec, graph, rng, distinct=True)
        if len(found) >= wanted.count:
            break
    return found


def _smallest(spec: Spec, failed: Sequence[_Try], misses: Sequence[Miss], context: CheckContext) -> Miss:
    """The smallest graph that still fails, met on the way down from the smallest one that failed."""
    best = min(zip(failed, misses, strict=True), key=lambda pair: len(pair[0].graph.nodes))
    graph, miss = best[0].graph, best[1]
    for _ in range(SHRINKING_ROUNDS):
        candidates = [one for smaller in graphs.smaller(graph)[:MAX_CANDIDATES]
                      for one in _once(spec, smaller, context.rng, FEW)]  # fmt: skip
        missed = _missed(candidates, context)
        fails = [one for one in candidates if id(one) in missed]
        if not fails:
            break
        smallest = min(fails, key=lambda one: len(one.graph.nodes))
        graph, miss = smallest.graph, missed[id(smallest)]
    return miss
