"""What a report shows of a failure besides its sentences: the lines of the student's file, and lines to paste."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from grader.checks import KINDS
from grader.checks.base import main_target
from grader.judge import excerpts
from grader.judge.paste_lines import paste_lines
from grader.model import Cause, Check, CheckResult, Excerpt, Exhibit, Notebook, Verdict
from grader.sandbox.requests import FunctionOutline

SHOWN = (Verdict.WRONG, Verdict.PARTIAL, Verdict.CRASHED)
_STEP = re.compile(r"`(\w+)`")
Outline = Callable[[str], Mapping[str, FunctionOutline]]


def with_exhibits(
    checks: Sequence[Check],
    results: Sequence[CheckResult],
    causes: Sequence[Cause],
    texts: Mapping[str, str],
    outline: Outline,
    notebooks: Mapping[str, Notebook],
) -> Iterator[CheckResult]:
    """The results, those that went wrong in code with what shows it; a check that another one explains needs none."""
    elsewhere = {id_ for cause in causes for id_ in cause.checks if id_ != cause.about}
    for check, result in zip(checks, results, strict=True):
        if result.status not in SHOWN or not check.file.endswith(".py") or check.file not in texts:
            yield result
        elif result.id in elsewhere:
            evidence = replace(result.evidence, exhibit=None)
            yield replace(result, evidence=evidence)
        else:
            named = any(cause.about == result.id for cause in causes)
            yield _with_exhibit(check, result, named, texts[check.file], outline(check.file), notebooks)


def _with_exhibit(
    check: Check,
    result: CheckResult,
    named: bool,
    text: str,
    functions: Mapping[str, FunctionOutline],
    notebooks: Mapping[str, Notebook],
) -> CheckResult:
    evidence = result.evidence
    exhibit = evidence.exhibit or Exhibit()
    targets = KINDS[check.kind].targets(check.spec)
    results = [names[0] for names in getattr(check.spec, "members", ()) if names]
    paste = paste_lines(evidence, check.file, targets, results, check.file in notebooks)
    shown = _excerpt(check, result, named, main_target(targets), text, functions, notebooks)
    exhibit = replace(exhibit, paste=paste, excerpt=shown)
    return replace(result, evidence=replace(evidence, exhibit=exhibit if exhibit != Exhibit() else None))


def _excerpt(
    check: Check,
    result: CheckResult,
    named: bool,
    target: str,
    text: str,
    functions: Mapping[str, FunctionOutline],
    notebooks: Mapping[str, Notebook],
) -> Excerpt | None:
    evidence = result.evidence
    if evidence.snippet:  # a line that Python cannot read, with a caret
        return None
    last = evidence.frames[-1] if evidence.frames else None
    if last is not None and last.file == check.file and check.file not in notebooks:
        inside = [one for one in functions.values() if one.line <= last.line <= one.last]
        around = max(inside, key=lambda one: one.line, default=None)
        return excerpts.excerpt(check.file, text, around, [last.line], notebooks)
    method = evidence.place.partition("  ")[2]
    function = functions.get(method)
    if function is None:
        return None
    gradient = getattr(check.spec, "gradient", "")
    if gradient:
        if method == target and not named:  # what was called last is not what is at fault
            return None
        marked = excerpts.of_gradients(text, function, gradient, "assign" in result.misconception)
    else:
        parts = evidence.exhibit.parts if evidence.exhibit else ()
        step = _STEP.match(evidence.facts.get("first wrong step", ""))
        names = [part.name for part in parts if part.name]
        marked = excerpts.of_results(text, function, names, step[1] if step else "") if parts or step else ()
    return excerpts.excerpt(check.file, text, function, marked, notebooks)
