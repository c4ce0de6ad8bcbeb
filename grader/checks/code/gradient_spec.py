"""How a course states a check of a gradient: the fields of the kind `gradient`."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from grader.checks.base import CheckSpec
from grader.checks.calls import Call
from grader.checks.code.own_derivative import Forward
from grader.checks.expected import Reference, TruthField
from grader.checks.spec_fields import (
    CallField,
    Definitions,
    Draws,
    FixedCases,
    FormulaField,
    Inputs,
    MayChange,
    Objects,
    Rtol,
    Sizes,
    check_answer_size,
    check_calls,
    check_cases,
    check_formulas,
    defined,
    formula_of,
    needs_known,
    refuse,
    size_names,
    with_definitions,
)
from grader.maths.domains import MAX_ENTRIES, MOST_ENTRIES
from grader.maths.formula import Formula

Trap = Literal["interleaved", "forward-twice"]


class Spec(CheckSpec):
    """`backward` must return the derivatives of forward by `wrt`, times the upstream gradient.

    Traps run the calls in orders that show state kept in the wrong place: two objects in turn, forward called twice.
    """

    kind: Literal["gradient"]
    make: Objects = {}
    forward: CallField | None = Field(None, description="may be left out with `of`, where no object is made")
    backward: CallField
    of: TruthField | None = Field(None, description="the true function; without it, the student's own forward")
    wrt: tuple[str, ...] = Field(min_length=1, strict=False, description="the inputs to differentiate by, in order")
    returns: tuple[str, ...] = Field((), strict=False, description="the students' names for the returned gradients")
    upstream: str = Field("g", description="the name of the upstream gradient in calls")
    inputs: Inputs
    sizes: Sizes = ()
    cases: FixedCases = ()
    draws: Draws = 0
    let: Definitions = {}
    may_change: MayChange = ()
    rtol: Rtol = 0.0
    traps: tuple[Trap, ...] = Field(
        (),
        strict=False,
        description="interleaved: two objects in turn; forward-twice: one object, whose last call counts",
    )
    steps: dict[str, FormulaField] = Field(
        {}, description="intermediate results of backward in their order, by name: the first wrong one is shown"
    )
    credit: Literal["all", "each"] = Field("all", description="each: every gradient that is right earns its part")

    @model_validator(mode="after")
    def _names(self) -> Spec:
        if self.upstream in self.inputs:
            refuse("upstream", f"{self.upstream!r} is an input already: give the upstream gradient another name")
        if self.forward is None and (self.make or self.of is None):
            refuse("forward", "is missing: it can be left out only with `of`, and where no object is made")
        if self.forward is not None and self.upstream in self.forward.inputs:
            refuse("forward", f"is given {self.upstream!r}, the upstream gradient, which belongs to backward")
        if self.backward.results:
            refuse("backward", "is a call without `=`: name the gradients in `returns`")
        calls = [*([("forward", self.forward)] if self.forward else []), ("backward", self.backward)]
        check_calls(self.make, calls, self.inputs, [*size_names(self.sizes), self.upstream])
        if self.upstream not in self.backward.inputs:
            call, name = self.backward.text, self.upstream
            refuse(
                "backward",
                f"{call} is not given {name!r}, the upstream gradient, by which every gradient is multiplied",
                f"pass it, as in `backward(x, {name})`, or name it by `upstream`; for a derivative by itself, write a "
                "check of the kind `value`, with the derivative in `equals`",
            )
        needs_known("wrt", self.wrt, self.inputs)
        most = MOST_ENTRIES if self.formula is not None else MAX_ENTRIES
        check_cases(self.inputs, self.cases, self.sizes, [self.upstream], most)
        needs_known("may-change", self.may_change, [*self.inputs, self.upstream])
        gradients = [formula_of(name) for name in self.wrt]  # each as large as its input
        check_answer_size(self.inputs, self.cases, self.sizes, self.draws, gradients)
        if len(set(self.wrt)) < len(self.wrt):
            refuse("wrt", "names the same input twice")
        if self.returns and len(set(self.returns)) != len(self.wrt):
            refuse("returns", "must name as many different gradients as `wrt` names inputs")
        if self.traps and not self.runs_forward:
            refuse("traps", "are about objects: say in `make` how one is made")
        names = [*self.inputs, *size_names(self.sizes)]
        for name, formula in self.intermediate.items():
            needs_known(f"steps: {name}", formula.names, [*names, self.upstream])
        if self.reference is not None:
            needs_known("of", self.reference.inputs, names)
        if self.formula is not None:
            needs_known("of", self.formula.names, names)
            check_formulas("of", [self.formula], self.inputs, self.cases, self.sizes)
        return self

    @cached_property
    def formula(self) -> Formula | None:
        """The true function, with definitions filled in, where it is stated as a formula."""
        return with_definitions(self.of, self._let) if isinstance(self.of, Formula) else None

    @property
    def needs_reference(self) -> bool:
        return self.reference is not None

    @property
    def reference(self) -> Call | None:
        """The call on the course's reference that is the true function, where there is one."""
        return self.of.call if isinstance(self.of, Reference) else None

    @cached_property
    def intermediate(self) -> dict[str, Formula]:
        """The `steps` of backward, with definitions filled in."""
        return {name: with_definitions(formula, self._let) for name, formula in self.steps.items()}

    @cached_property
    def _let(self) -> dict[str, Formula]:
        return defined(self.let, [*self.inputs, *size_names(self.sizes)])

    @property
    def runs_forward(self) -> bool:
        """Whether backward needs what forward leaves or returns."""
        return bool(self.make) or bool(self.forward and self.forward.results)

    @property
    def members(self) -> tuple[tuple[str, ...], ...]:
        """The accepted names of each returned gradient."""
        names = self.returns or tuple(f"grad_{name}" for name in self.wrt)
        return tuple(zip(names, self.wrt, strict=True))

    @property
    def own_forward(self) -> Forward:
        """How forward is called."""
        return Forward(self.make, self.forward_call)

    @property
    def forward_call(self) -> Call:
        """The call of forward, where there must be one."""
        assert self.forward is not None
        return self.forward
