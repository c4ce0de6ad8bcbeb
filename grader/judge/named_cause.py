"""Words for a cause that several checks share: the one that is about it tells what is wrong, the others point there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.base.text import enumerate_names
from grader.checks import KINDS
from grader.checks.notebook_places import place as place_of
from grader.judge.engine_cause import EngineCause
from grader.model import Cause, CheckResult, Exercise, Notebook
from grader.sandbox.requests import FunctionOutline


def with_cause(
    exercise: Exercise,
    results: Sequence[CheckResult],
    found: EngineCause,
    functions: Mapping[str, FunctionOutline],
    notebooks: Mapping[str, Notebook],
) -> tuple[list[CheckResult], Cause]:
    """The results with what is wrong and where, in each check in which it shows itself, and the cause of them all;
    checks that follow get their points back. `functions` are those of the engine's file."""
    about = next(check for check in exercise.checks if check.id == found.about)
    class_ = KINDS[about.kind].targets(about.spec)[0].partition(".")[0]
    methods = [f"{class_}.{method}" for method in found.cause.methods]
    lines = {
        method: place_of(found.file, functions[method].line, notebooks) for method in methods if method in functions
    }
    where = enumerate_names([f"`{method}`" + (f" ({lines[method]})" if method in lines else "") for method in methods])
    place = next((f"{line}  {method}" for method, line in lines.items()), "")
    misconception = found.cause.id if found.cause.surely else ""
    told = " ".join(filter(None, [f"Look at {where}." if where else "", *found.cause.hints]))
    points_there = f"The mistake in {where} explains this, too: mend it first." if where else told

    def known_place(shown: str) -> str:
        # What was called last; a mistake that belongs to no method in particular is not there.
        return "" if misconception and shown.endswith(f"{class_}.backward") else shown

    def changed(result: CheckResult) -> CheckResult:
        follows = result.id in found.following
        message = f"follows from the mistake in {where}, which is counted there: no points are lost here"
        return replace(
            result,
            hint=told if result.id == found.about else "" if follows else points_there,
            misconception=misconception,
            evidence=replace(result.evidence, place=place or known_place(result.evidence.place)),
            message=f"{result.message}; {message}" if follows else result.message,
            follows=found.about if follows else "",
            score=result.max_score if follows else result.score,
        )

    told_of = [result.id for result in results if result.id in found.concerned]
    cause = Cause(
        misconception, told, place, exercise.id, found.about, tuple(told_of),
        tuple(id_ for id_ in told_of if id_ in found.following),
        mistakes=len(found.cause.faults) if found.cause.surely else 1,
    )  # fmt: skip
    return [changed(result) if result.id in found.concerned else result for result in results], cause
