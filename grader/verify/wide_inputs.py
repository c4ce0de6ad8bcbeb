"""Further inputs for a check than the course draws: round numbers, ties, the constants of the code, other sizes."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from grader.checks.base import CheckSpec
from grader.checks.program import Trial
from grader.maths.domains import Domain

# Where functions bend, jump or vanish more often than elsewhere; and numbers that are small and large beside the usual.
POINTS = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 10.0, -10.0, 0.001, 100.0)
UNITS = (0.0, 1.0, -1.0)
SIZES = (1, 2, 3, 5, 8)
FAR = 6.0  # of a range: most functions of a course are still far from overflowing there
ROUNDS, RANGES = 5, 20  # draws of the mixed ways, and from the range where that is quick: four inputs at least in each
MOST_CONSTANTS = 6  # of the changed function; each is tried by itself and a half above and below it
MOST_CHOICES = 16  # that a domain has


def wider(spec: CheckSpec, constants: Sequence[float], beside: Sequence[str], each: bool) -> Iterator[CheckSpec]:
    """The check with other inputs, one way after the other; the ways that give one input one value only with `each`.
    `beside` are numbers that the check draws beside its inputs, such as the upstream gradient.

    Some of them may be inputs for which the check's formula is not defined.
    """
    inputs: Mapping[str, Domain] | None = getattr(spec, "inputs", None)
    if not inputs:
        return
    near = [value for constant in constants[:MOST_CONSTANTS] for value in (constant, constant - 0.5, constant + 0.5)]
    points = list(dict.fromkeys([*near, *(-value for value in near), *POINTS]))
    some = tuple(points[:MOST_CHOICES])
    if beside and hasattr(spec, "cases"):
        yield spec.model_copy(update={"cases": tuple(_stated(inputs, beside, points))})
    for _ in range(ROUNDS):
        yield _with(spec, {name: _of(domain, some) for name, domain in inputs.items()})
        yield _with(spec, {name: _of(domain, POINTS) for name, domain in inputs.items()})
    for _ in range(RANGES if each else ROUNDS):
        yield _with(spec, {name: _range(domain) for name, domain in inputs.items()})
    if not each:
        return
    for value in points:
        yield _with(spec, {name: _only(domain, value) for name, domain in inputs.items()})
    sizes: Sequence[Mapping[str, int]] = getattr(spec, "sizes", ())
    for size in SIZES if sizes else ():
        yield _with(spec, dict(inputs), [dict.fromkeys(sizes[0], size)])
    for name, domain in inputs.items():
        for value in _values(domain, points):
            yield _with(spec, {**inputs, name: _only(domain, value)})


def _stated(inputs: Mapping[str, Domain], beside: Sequence[str], points: Sequence[float]) -> Iterator[dict[str, float]]:
    """Cases that state what is drawn beside the inputs: with inputs that are drawn, and with all of them alike."""
    numbers = [name for name, domain in inputs.items() if domain.shape is None]
    for name in beside:
        yield from ({name: value} for value in (*points, *(0.0 for _ in points)))
        for value in UNITS:
            yield from ({name: value, **dict.fromkeys(numbers, point)} for point in points)


def zeroed(trial: Trial, names: Iterable[str]) -> Iterator[Trial]:
    """The trial with one of these arrays, which the check draws beside its inputs, 0 everywhere."""
    for name in names:
        array, program = trial.case[name], copy.copy(trial.program)
        program.steps = [
            {**step, "make": np.zeros_like(array)} if step.get("make") is array else step for step in program.steps
        ]
        yield replace(trial, program=program, call=partial(_where_zero, trial, name))


def _where_zero(trial: Trial, name: str) -> str:
    return f"{trial.call()}  where {name} is 0 everywhere"


def _with(spec: CheckSpec, inputs: dict[str, Domain], sizes: Sequence[Mapping[str, int]] = ()) -> CheckSpec:
    update: dict[str, Any] = {"inputs": inputs}
    if hasattr(spec, "cases"):
        update["cases"] = ()
    if sizes:
        update["sizes"] = tuple(sizes)
    groups: Mapping[str, Sequence[Any]] = getattr(spec, "groups", {})
    if groups:  # of expressions, whose leaves the course may give fixed values
        update["groups"] = {
            name: tuple(item.model_copy(update={"at": {}}) for item in group) for name, group in groups.items()
        }
    return spec.model_copy(update=update)


def _only(domain: Domain, value: float) -> Domain:
    return Domain(choices=(value,), shape=domain.shape)


def _of(domain: Domain, values: Sequence[float]) -> Domain:
    """One of these values; where the course lists whole numbers, such as labels, others like them."""
    return Domain(choices=tuple(_values(domain, values))[:MOST_CHOICES], shape=domain.shape)


def _values(domain: Domain, values: Sequence[float]) -> list[float]:
    if domain.choices is None or not all(isinstance(choice, int) for choice in domain.choices):
        return list(values)
    near = {int(value) for value in values if value == int(value) and abs(value) <= MOST_CHOICES}
    return sorted(near | {int(choice) + step for choice in domain.choices for step in (-1, 0, 1)}, key=abs)


def _range(domain: Domain) -> Domain:
    if domain.choices is not None:
        return domain
    return Domain(between=(-FAR, FAR), shape=domain.shape)
