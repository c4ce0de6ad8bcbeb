"""How a course states expressions on a student's class: the fields of the kinds `expression` and `tensor`."""

from __future__ import annotations

import functools
from random import Random
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from grader.base.text import did_you_mean
from grader.checks.base import CheckSpec
from grader.checks.engine.engine_methods import MethodsField, further
from grader.checks.engine.expression_points import Leaves, Numbers, draw_points
from grader.checks.engine.expression_trial import ROOTS, UNWEIGHED, Engine, Root
from grader.checks.spec_fields import Inputs, as_item, as_tuple, needs_known, refuse, sort_of
from grader.checks.trials import CourseFault
from grader.maths.formula import FormulaError
from grader.maths.graphs import expression_graph as graphs
from grader.maths.graphs.expression_graph import THEN, Graph
from grader.maths.graphs.method_form import MethodForm, Operand

OPERATIONS = ("+", "-", "*", "/", "neg", "tanh", "relu", "sigmoid")
MOST_POINTS = 100  # of one expression: all of a check are one request
OWN = ("e", "f", "C")  # names that have a meaning in what a report shows of a tensor


class Stated(CheckSpec):
    """One expression: `of` it, optionally `at` fixed values of leaves (and of C), its only operation repeated `times`;
    `plain` leaves are nested lists.

    `a + b then a * b` is two expressions on the same leaves, one after the other, with the gradients set to 0 between.
    """

    of: str = Field(description="the expression, as in a * b + a; or statements, as in d = a * b; d + d")
    at: dict[str, Numbers] = Field({}, description="fixed values of leaves")
    times: int = Field(1, ge=1, le=6000, description="how often its only operation is repeated")
    plain: bool = Field(False, description="true: leaves are made from nested lists")


class AnyOf(CheckSpec):
    """Alternatives, each a list of expressions: enough that every one of one of them is right."""

    any: list[list[str]] = Field(min_length=1, description="alternatives, each a list of expressions")
    at: dict[str, Numbers] = Field({}, description="fixed values of leaves")


Item = Annotated[
    Annotated[Stated, Tag("of")] | Annotated[AnyOf, Tag("any")],
    Discriminator(sort_of),
    BeforeValidator(as_item),
    WithJsonSchema({"anyOf": [{"type": "string"}, Stated.model_json_schema(), AnyOf.model_json_schema()]}),
]
Operation = Annotated[str, WithJsonSchema({"anyOf": [{"enum": list(OPERATIONS)}, {"type": "string"}]})]
Fixed = Annotated[tuple[dict[str, Numbers], ...], BeforeValidator(lambda value: _as_cases(value))]
Group = Annotated[tuple[Item, ...], BeforeValidator(as_tuple)]


class RandomGraphs(CheckSpec):
    """How many random graphs, of how many of which operations, over the inputs as leaves."""

    count: int = Field(10, ge=1, le=50, description="how many graphs")
    size: int = Field(6, ge=1, le=15, description="how many operations each graph has")
    operations: tuple[Operation, ...] = Field(
        strict=False, min_length=1, description="the operations that graphs are made of, those in `methods` included"
    )
    at: Fixed = Field((), description="fixed values of leaves, or a list of such cases, which the graphs take in turn")


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
    groups: dict[str, Group] = Field({}, description="expressions by the name of their group, which earns its share")
    random: RandomGraphs | None = Field(None, description="random graphs, which are a group of their own")
    methods: MethodsField = {}
    draws: int = Field(
        0,
        ge=0,
        le=MOST_POINTS,
        description="at how many points an expression is tried; 0: at 2 of numbers, 1 of arrays",
    )

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        if not self.groups and self.random is None:
            refuse("kind", "give `groups` of expressions, or `random`")
        if self.random is not None and len(self.inputs) < 2:
            refuse("random", "needs at least two inputs as leaves")
        self._check_inputs()
        _check_random(self)
        for name, items in self.groups.items():
            if not items or any(isinstance(item, AnyOf) and not all(item.any) for item in items):
                refuse("groups", f"{name} is empty")
            for item in items:
                needs_known("groups", item.at, [*self.inputs, *self._more])
                for text in texts_of(item):
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
    def leaves(self) -> Leaves:
        """Where the values of leaves come from."""
        return Leaves(self.inputs, self.roots[0])

    @functools.cached_property
    def forms(self) -> tuple[MethodForm, ...]:
        """The methods that the course adds."""
        parts = {self.value: "where the value is", self.gradient: "where the gradient is", self.backward: "backward"}
        return further(self.methods, self.arrays, parts | {"T": "written as an attribute: a.T"})

    def parse(self, text: str) -> Graph:
        """The graph of statements on the class. Raises FormulaError."""
        return graphs.parse(text, self.arrays, self.forms)

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


def texts_of(item: Stated | AnyOf) -> list[str]:
    """The expressions of one item, those of its alternatives included."""
    return [item.of] if isinstance(item, Stated) else [text for texts in item.any for text in texts]


def _as_cases(value: object) -> object:
    return (value,) if isinstance(value, dict) else as_tuple(value)


def _check_random(spec: Spec) -> None:
    """Raises a validation error for random graphs of unknown operations, or at values of unknown leaves."""
    forms = {form.name: form for form in spec.forms}
    if spec.random is None:
        return
    for name in spec.random.operations:
        if name in forms:
            try:
                forms[name].use([("", Operand(place)) for place in range(1, len(forms[name].required))])
            except FormulaError as error:
                refuse("random", f"{name} cannot be drawn: {error}")
        elif name not in OPERATIONS:
            known = [*OPERATIONS, *forms]
            refuse("random", f"unknown operation {name!r}{did_you_mean(name, known)}; known are {', '.join(known)}")
    for case in spec.random.at:
        needs_known("random", case, spec.inputs)


def _check_text(spec: Spec, group: str, item: Stated | AnyOf, text: str) -> None:
    """Raises a validation error for an expression that cannot be judged."""
    try:
        graph = spec.parse(text)
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
        if not draw_points(spec.leaves, graph, item.at, Random(0), 1):
            smooth = ", or not smooth there" if any(node.use for node in graph.nodes) else ""
            why = f"is not defined at any values of its leaves that were drawn{smooth}"
            refuse("groups", f"{group}: {text!r} {why}")
    except CourseFault as error:
        refuse("groups", f"{group}: {text!r}: {error}")
