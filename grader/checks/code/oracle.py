"""What the course's own reference returns: it runs in a worker of its own, where no student's code has been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.checks.base import CheckContext, Finding
from grader.checks.calls import Call
from grader.checks.expected import Referred
from grader.checks.program import CallProgram
from grader.checks.trials import CourseFault
from grader.maths.compare import ExpectedValue, largest
from grader.maths.domains import Case
from grader.model import Verdict
from grader.sandbox.answers import Bool, Bools, ProtocolError, UnexpectedType, any_array, any_truths
from grader.sandbox.connection import WorkerLost
from grader.sandbox.requests import MissingName, Request, ask

NO_REFERENCE = Finding(
    Verdict.NEEDS_REVIEW,
    0.0,
    "this check compares with the course's own solution, which is not here; your instructor will grade it",
)


def referred(calls: Sequence[Call], cases: Sequence[Case], context: CheckContext) -> list[Mapping[Call, Referred]]:
    """What each of the calls returns on the reference, for every case. Raises CourseFault where it does not."""
    programs = []
    for case in cases:
        program = CallProgram()
        brought = program.bring(case)
        for call in calls:
            program.perform(call, brought, {}, call.text)
        programs.append(program)
    if context.file not in context.reference:
        raise CourseFault(f"the reference has no {context.file}")
    try:
        assert context.oracle is not None
        outcomes = ask(context.oracle(), Request(context.file, programs)).outcomes
    except (WorkerLost, ProtocolError) as error:
        raise CourseFault(f"the reference gave no answer ({type(error).__name__})") from None
    found: list[Mapping[Call, Referred]] = []
    for case, outcome in zip(cases, outcomes, strict=True):
        failure = outcome.failure
        if failure is not None:
            if isinstance(failure, MissingName):
                raise CourseFault(f"the reference has no {failure.name!r}")
            raise CourseFault(f"the reference raised {failure.type}: {failure.text}")
        values = {}
        for call, answer in zip(calls, outcome.answers, strict=True):
            truth = isinstance(answer, (Bool, Bools))
            try:
                value = (any_truths if truth else any_array)(answer).values
            except UnexpectedType as refusal:
                raise CourseFault(f"{call.shown(case)} of the reference {refusal}") from None
            values[call] = Referred(ExpectedValue(value, largest(value), 0.0), truth)
        found.append(values)
    return found
