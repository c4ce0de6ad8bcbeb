"""Reference and mutant run the same programs, each in a worker of its own, and every result on the way is compared."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress

import numpy as np

from grader.maths import display
from grader.model import GraderError, Limits, Submission
from grader.model.dataclass import dataclass
from grader.sandbox.answers import (
    Answer,
    Array,
    Bool,
    Bools,
    Items,
    Named,
    Number,
    ProtocolError,
    alike,
    any_array,
    any_truths,
    describe,
)
from grader.sandbox.connection import WorkerLost
from grader.sandbox.exercise_workers import Workers
from grader.sandbox.program import Program
from grader.sandbox.requests import ProgramResult, Request, StudentException, ask
from grader.sandbox.source import Sandbox
from grader.verify.changed_function import REACHED

# Of the largest number of an answer. Another order of the same operations moves float64 by some 1e-16 each; what a
# change of the mathematics moves by less could not be told from that.
ROUNDING = 1e-12


class Side:
    """One submission that is asked, in a worker that is started again where the code has ended it."""

    def __init__(self, sandbox: Sandbox, submission: Submission, limits: Limits) -> None:
        self._workers = Workers(sandbox, submission)
        self._workers.begin(limits)

    def answers(self, file: str, programs: Sequence[Program]) -> Sequence[ProgramResult] | None:
        """The outcome of each program; None where the worker did not come to their end."""
        with suppress(WorkerLost, ProtocolError, GraderError):
            return ask(self._workers.judged(), Request(file, programs)).outcomes
        self._workers.drop()
        return None

    def close(self) -> None:
        """Ends its worker."""
        self._workers.close()


@dataclass(frozen=True)
class TwoValues:
    """Where answers differ: what the one and what the other gives, in words, and of what, "" where there is one."""

    one: str
    other: str
    of: str = ""


def reporting(program: Program) -> Program:
    """The program with the results of all its calls reported: a check may judge only some of them."""
    twin = Program(len(program.parameters))
    labels = iter(program.reports)
    for step in program.steps:
        copied = dict(step)
        if "each" in step:
            twin.reports += [next(labels) for _ in range(len(step["rows"]))]
        elif "tell" in step:
            twin.reports.append(next(labels))
        elif "call" in step and "locals" not in step:
            copied["tell"] = True
            twin.reports.append(f"{step['call'][1]}()")
        twin.steps.append(copied)
    return twin


def ran(outcome: ProgramResult) -> bool:
    """Whether a program came to the changed function, by its outcome with the reference that stops there."""
    failure = outcome.failure
    return isinstance(failure, StudentException) and failure.text == REACHED


def is_finite(outcome: ProgramResult) -> bool:
    """Whether a program came through, and all its numbers are finite."""
    return outcome.failure is None and all(math.isfinite(one) for one in _numbers(Items("", outcome.answers)))


def gives_numbers(outcome: ProgramResult, program: Program, besides: Container[str]) -> bool:
    """Whether a number is among the answers, `besides` those with these labels: True and False agree too easily."""
    pairs = zip(program.reports, outcome.answers, strict=False)
    return any(any(True for _ in _numbers(answer)) for label, answer in pairs if label not in besides)


def differing(one: ProgramResult, other: ProgramResult | None, program: Program) -> TwoValues | None:
    """The first answers to a program that differ by more than rounding; None where all agree. Without an `other`, its
    code came to no end."""
    if other is None:
        return TwoValues(_shown(one.answers[-1]) if one.answers else "a result", "no end")
    for number, (mine, its) in enumerate(zip(one.answers, other.answers, strict=False)):
        if not alike(mine, its, _close):
            first, second = _pair(mine, its)
            return TwoValues(first, second, program.reports[number])
    if other.failure is not None:
        kind = other.failure.type if isinstance(other.failure, StudentException) else f"no {other.failure.name}"
        return TwoValues(_shown(one.answers[-1]) if one.answers else "a result", kind)
    return None


def _close(one: Array, other: Array) -> bool:
    if one.values.shape != other.values.shape:
        return False
    with np.errstate(all="ignore"):
        error = np.abs(one.values - other.values)
        return bool((error <= ROUNDING * np.abs(one.values).max(initial=0.0)).all())


def _numbers(answer: Answer) -> Iterator[float]:
    match answer:
        case Number(value=value):
            yield value
        case Array(values=values):
            yield from values.ravel().tolist()
        case Items(items=items):
            for item in items:
                yield from _numbers(item)
        case Named(items=items):
            for _, item in items:
                yield from _numbers(item)


def _pair(one: Answer, other: Answer) -> tuple[str, str]:
    if isinstance(one, (Number, Array)) and isinstance(other, (Number, Array)):
        mine, its = any_array(one).values, any_array(other).values
        first, second = display.pair(mine, its)
        return (first, second) if first != second else (repr(mine.tolist()), repr(its.tolist()))
    return _shown(one), _shown(other)


def _shown(answer: Answer) -> str:
    match answer:
        case Number() | Array():
            return display.array(any_array(answer).values)
        case Bool() | Bools():
            return display.truths(any_truths(answer).values)
        case Items(items=items) if items:
            return f"({', '.join(map(_shown, items))})"
    return describe(answer)
