"""The check kind `tensor`: expressions over arrays on the student's class, values and gradients in closed form.

An expression e becomes a scalar as (e * C).sum() with a random tensor C, so that every entry of e has its own upstream
gradient. Where that fails, other roots are tried: a mistake in `*` or `sum` is charged to these alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from grader import words
from grader.checks.call import Program
from grader.checks.fields import Inputs, needs_known, refuse
from grader.checks.kind import CORRECT, Bench, CheckSpec, Finding
from grader.checks.trial import CourseFault, Miss, Trial, misses_of, summary
from grader.judge.answers import Array, Number
from grader.judge.asking import Outcome
from grader.maths import tensors
from grader.maths.compare import tolerance
from grader.maths.domains import UPSTREAM, Case
from grader.maths.formula import FormulaError
from grader.maths.graph import Constant, Graph
from grader.model import Verdict

DRAWS = 2
TRIES = 200
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


class Stated(CheckSpec):
    """One expression: `of` it, optionally `at` fixed values of its leaves; `plain` ones are given as nested lists."""

    of: str
    at: dict[str, Numbers] = {}
    plain: bool = False


class AnyOf(CheckSpec):
    """Alternatives, each a list of expressions: enough that every one of one of them is right."""

    any: list[list[str]] = Field(min_length=1)
    at: dict[str, Numbers] = {}


def _item(value: Any) -> Any:
    return {"of": value} if isinstance(value, str) else value


def _sort_of(value: Any) -> str:
    return "any" if isinstance(value, AnyOf) or (isinstance(value, dict) and "any" in value) else "of"


Item = Annotated[
    Annotated[Stated, Tag("of")] | Annotated[AnyOf, Tag("any")],
    Discriminator(_sort_of),
    BeforeValidator(_item),
    WithJsonSchema(
        {"type": ["string", "object"], "description": "an expression, {of, at, plain}, or alternatives {any, at}"}
    ),
]
Group = Annotated[tuple[Item, ...], BeforeValidator(lambda items: tuple(items) if isinstance(items, list) else items)]


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
            if not items or any(isinstance(item, AnyOf) and not all(item.any) for item in items):
                refuse("groups", f"{name} holds nothing")
            for item in items:
                needs_known("groups", item.at, self.inputs)
                for text in _texts(item):
                    _check_text(self, name, text, item.at)
        return self


def _texts(item: Stated | AnyOf) -> list[str]:
    return [item.of] if isinstance(item, Stated) else [text for texts in item.any for text in texts]


def _check_text(spec: Spec, group: str, text: str, at: Mapping[str, Numbers]) -> None:
    """Raises a validation error for an expression that cannot be judged."""
    try:
        graph = tensors.parse(text)
        unknown = sorted(set(graph.leaves) - set(spec.inputs))
        if unknown:
            refuse("groups", f"{group}: {text!r} uses {unknown[0]!r}; leaves are {', '.join(spec.inputs)}")
        tensors.shape_of(graph, _leaves(spec, graph, at, Random(0)))
        _points(spec, graph, at, Random(0), ROOTS[0], 1)
    except (FormulaError, ValueError, CourseFault) as error:
        refuse("groups", f"{group}: {text!r}: {error}")


def targets(spec: Spec) -> list[str]:
    """The method that every expression needs, those that are used, and the one that all expressions have in common."""
    used = [{node.op for node in tensors.parse(text).nodes} for group in spec.groups.values()
            for item in group for text in _texts(item)]  # fmt: skip
    methods = [method for method in tensors.METHODS if any(method in ops for ops in used)]
    common = [DUNDERS.get(op, op) for op in sorted(set.intersection(*used) - {"leaf"})]
    return [f"{spec.class_}.{method}" for method in dict.fromkeys([spec.backward, *methods, *common])]


def answer_form(spec: Spec) -> None:
    """No formula can stand for a class."""


def planned(spec: Spec, rng: Random) -> list[Trial]:
    """Not used: see `answer_form`."""
    return []


@dataclass(frozen=True)
class _Claim:
    """One item of a group: right when every trial of the first alternative is right, or of another or with another root.

    `others` are the alternatives as texts, the first one included.
    """

    group: str
    first: tuple[Trial, ...]
    others: tuple[tuple[str, ...], ...]
    at: Mapping[str, Numbers] = field(default_factory=dict)
    plain: bool = False


def run(spec: Spec, bench: Bench) -> Finding:
    """Runs every expression in one worker, one after the other, and shows the first that went wrong."""
    claims = [_claim(spec, name, item, bench.rng) for name, items in spec.groups.items() for item in items]
    missed = _missed([trial for claim in claims for trial in claim.first], bench)
    wrong = [claim for claim in claims if any(id(trial) in missed for trial in claim.first)]
    wrong = [claim for claim in wrong if not _right_another_way(spec, claim, bench)]
    if not wrong:
        return CORRECT
    misses = [missed[id(trial)] for claim in wrong for trial in claim.first if id(trial) in missed]
    finding = summary(misses, [trial for claim in claims for trial in claim.first])
    bad = list(dict.fromkeys(claim.group for claim in wrong))
    if len(spec.groups) > 1:
        finding = replace(finding, message=words.IN_GROUPS.format(message=finding.message, groups=", ".join(bad)))
    share = 1 - len(bad) / len(spec.groups)
    if share > 0 and finding.importable:
        return replace(finding, status=Verdict.PARTIAL, share=share)
    return finding


def _claim(spec: Spec, group: str, item: Stated | AnyOf, rng: Random) -> _Claim:
    alternatives = ((item.of,),) if isinstance(item, Stated) else tuple(map(tuple, item.any))
    plain = isinstance(item, Stated) and item.plain
    first = [trial for text in alternatives[0] for trial in _trials(spec, text, item.at, rng, ROOTS[0], plain)]
    return _Claim(group, tuple(first), alternatives, item.at, plain)


def _right_another_way(spec: Spec, claim: _Claim, bench: Bench) -> bool:
    """Whether another root, or another alternative with any root, is right, all of it."""
    for texts in claim.others:
        for root in ROOTS:
            trials = [trial for text in texts for trial in _trials(spec, text, claim.at, bench.rng, root, claim.plain)]
            if not _missed(trials, bench):
                return True
    return False


def _missed(trials: Sequence[Trial], bench: Bench) -> dict[int, Miss]:
    """The misses of these trials, by the identity of the trial. A trial that shows float32 is judged as float32."""
    outcomes = bench.ask([trial.program.steps for trial in trials])
    bench.tried.extend(zip(trials, outcomes, strict=True))
    judged = [replace(trial, rtol=_rtol(outcome)) for trial, outcome in zip(trials, outcomes, strict=True)]
    found = {id(miss.trial): miss for miss in misses_of(judged, outcomes, bench.sources)}
    return {id(trial): found[id(twin)] for trial, twin in zip(trials, judged, strict=True) if id(twin) in found}


def _rtol(outcome: Outcome) -> float:
    """What the coarsest of the dtypes that came back allows: float32 data leave their rounding in float64 gradients."""
    return max((tolerance(told.dtype) for told in outcome.told if isinstance(told, (Array, Number))), default=0.0)


def _trials(
    spec: Spec, text: str, at: Mapping[str, Numbers], rng: Random, root: Root, plain: bool
) -> list[Trial]:
    graph = tensors.parse(text)
    return [_trial(spec, graph, case, truth, root, plain)
            for case, truth in _points(spec, graph, at, rng, root, DRAWS)]  # fmt: skip


def _leaves(spec: Spec, graph: Graph, at: Mapping[str, Numbers], rng: Random) -> dict[str, NDArray[np.float64]]:
    return {
        name: np.asarray(at[name] if name in at else
                         spec.inputs[name].draw_array(rng, [int(size) for size in spec.inputs[name].shape or ()]),
                         np.float64)
        for name in graph.leaves
    }  # fmt: skip


def _points(
    spec: Spec, graph: Graph, at: Mapping[str, Numbers], rng: Random, root: Root, count: int
) -> list[tuple[Case, tensors.Truth]]:
    """Values of the leaves and of C, and the truth there. Raises CourseFault where none is found."""
    found: list[tuple[Case, tensors.Truth]] = []
    for _ in range(TRIES):
        leaves = _leaves(spec, graph, at, rng)
        weights = np.asarray(UPSTREAM.draw_array(rng, tensors.shape_of(graph, leaves)), np.float64)
        try:
            truth = tensors.truth(graph, leaves, root.cotangent(weights))
        except ValueError:
            continue
        found.append(({**leaves, "C": weights}, truth))
        if len(found) == count:
            return found
    raise CourseFault(f"{graph.text!r} is not defined at the values of its leaves that were drawn")


def _trial(spec: Spec, graph: Graph, case: Case, truth: tensors.Truth, root: Root, plain: bool) -> Trial:
    program = Program()
    made = {name: _make(program, spec, value, plain and name != "C") for name, value in case.items()}
    slots: list[int] = []
    for node in graph.nodes:
        if node.op == "leaf":
            slots.append(made[node.name])
            continue
        args = [arg.value if isinstance(arg, Constant) else {"slot": slots[arg]} for arg in node.args]
        if node.op in tensors.METHODS:
            axis = {"axis": args[1]} if len(args) > 1 else {}
            program.steps.append({"call": [slots[node.args[0]], node.op], "kwargs": axis})  # type: ignore[index]
        else:
            program.steps.append({"op": node.op, "args": args})
        slots.append(len(program.steps) - 1)
    program.steps.append({"get": [slots[-1], spec.value], "tell": True})
    program.steps.append({"op": root.weigh, "args": [{"slot": slots[-1]}, {"slot": made["C"]}]})
    if truth.value.shape:
        program.steps.append({"call": [len(program.steps) - 1, root.add]})
    program.steps.append({"call": [len(program.steps) - 1, spec.backward]})
    for attribute in (spec.gradient, spec.value):
        program.steps += [{"get": [made[name], attribute], "tell": True} for name in graph.leaves]
    names = graph.leaves
    zeros = [np.zeros(case[name].shape) for name in names]
    return Trial(
        program, case, partial(_shown, spec, graph, case, root, plain),
        ((f"e.{spec.value}",), *((f"{name}.{spec.gradient}",) for name in names),
         *((f"{name}.{spec.value}",) for name in names)),
        (truth.value, *(truth.gradients[name] for name in names), *(case[name] for name in names)),
        slack=(np.zeros(truth.value.shape), *(truth.slack[name] for name in names), *zeros),
        scales=(truth.value_size, *(truth.sizes[name] for name in names), *(0.0 for _ in names)), each=True,
    )  # fmt: skip


def _make(program: Program, spec: Spec, value: NDArray[np.float64], plain: bool) -> int:
    """Adds the steps that make a leaf; its slot."""
    if plain:
        program.steps.append({"call": [None, spec.class_], "args": [_listed(value)]})
    else:
        program.steps.append({"make": value})
        program.steps.append({"call": [None, spec.class_], "args": [{"slot": len(program.steps) - 1}]})
    return len(program.steps) - 1


def _listed(value: NDArray[np.float64]) -> Any:
    """Nested lists, of whole numbers where all are whole."""
    return (value.astype(np.int64) if (value == np.round(value)).all() else value).tolist()


def _shown(spec: Spec, graph: Graph, case: Case, root: Root, plain: bool) -> str:
    names = ", ".join(case)
    values = [f"{spec.class_}({_listed(case[name]) if plain and name != 'C' else name})" for name in case]
    *before, last = graph.text.split("; ")
    scalar = f"f = e {root.weigh} C" if not case["C"].shape else f"f = (e {root.weigh} C).{root.add}()"
    return "; ".join([f"{names} = {', '.join(values)}", *before, f"e = {last}", scalar, f"f.{spec.backward}()"])
