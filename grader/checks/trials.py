"""The trials of a check: run all together, compared with the expected numbers, and summed up in one finding."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from grader.base.text import enumerate_names
from grader.checks import failures
from grader.checks.base import CheckContext, Finding, Record
from grader.checks.program import Trial
from grader.checks.wrong_parts import wrong_parts
from grader.maths import display
from grader.maths.compare import ExpectedValue, Mismatch, largest, mismatch, relative_error, tolerance
from grader.model import Evidence, Exhibit, Verdict
from grader.model.dataclass import dataclass
from grader.sandbox.answers import (
    Answer,
    Array,
    Items,
    Number,
    UnexpectedType,
    as_array,
    as_members,
    as_truths,
    describe,
)
from grader.sandbox.requests import MissingName, ProgramResult, Request, StudentException

# A part that should vanish may keep the rounding of parts that do not: in float32 some 1e-7 of them, a tenth of the
# tolerance.
ROUNDING_OF_OTHERS = 0.1
UNMEANT = frozenset(("NotImplementedError", "RecursionError"))


class CourseFault(Exception):
    """The course asks for something that cannot be judged; becomes a judge_error, never the student's fault."""


@dataclass(frozen=True)
class Miss:
    """A trial whose outcome is wrong, and what makes a finding of it: of all misses of a check one is shown.

    `members` are the indices of the wrong parts; where there is none, or the trial is `spoilt`, no part of it counts.
    """

    trial: Trial
    found: Callable[[], Finding]
    members: frozenset[int] = frozenset()
    spoilt: bool = False

    @functools.cached_property
    def finding(self) -> Finding:
        """What a report says of it."""
        return self.found()


@dataclass(frozen=True)
class WrongShape:
    """A part of a result that does not have the expected shape: what was returned, and the whole sentence."""

    got: str
    text: str


def expecting(trial: Trial, expected: Sequence[ExpectedValue]) -> Trial:
    """The trial with the expected value of each member."""
    values, scales = tuple(part.values for part in expected), tuple(part.size for part in expected)
    return replace(trial, expected=values, scales=scales, slack=tuple(part.slack for part in expected))


def find_misses(trials: Sequence[Trial], context: CheckContext, request: Request | None = None) -> list[Miss]:
    """The trials whose outcome is wrong. Unless the request that runs them was answered already, it is made now.

    Raises CourseFault where an expected value is not finite.
    """
    outcomes = context.answers(request or Request(context.file, [trial.program for trial in trials]))
    context.record.tried += zip(trials, outcomes, strict=True)
    return misses_of(trials, outcomes, context.sources, context.record)


def misses_of(
    trials: Sequence[Trial],
    outcomes: Sequence[ProgramResult],
    sources: Mapping[str, str],
    record: Record | None = None,
) -> list[Miss]:
    """The trials whose outcome is not right. The relative errors of right ones go to the `record`.

    Raises CourseFault where an expected value is not finite.
    """
    for trial in trials:
        if not all(np.isfinite(part).all() if part.ndim else math.isfinite(part) for part in trial.expected):
            raise CourseFault(f"the expected value of {trial.call()} is not finite")
    judged = [_judge(trial, outcome, sources) for trial, outcome in zip(trials, outcomes, strict=True)]
    if record is not None:
        record.add_errors(one for one in judged if not isinstance(one, Miss))
    return [one for one in judged if isinstance(one, Miss)]


def summary(misses: Sequence[Miss], trials: Sequence[Trial]) -> Finding:
    """One finding for a check: the first miss as evidence, and in how many cases which part is wrong."""
    first = misses[0]
    evidence = replace(first.finding.evidence, wrong_cases=len(misses), all_cases=len(trials))
    message = first.finding.message or _counts(misses, trials)
    if first.finding.message and first.members:
        message += _others_right(misses)
    return replace(first.finding, message=message, evidence=evidence)


def credited(credit: str, misses: Sequence[Miss], trials: Sequence[Trial]) -> Finding:
    """The finding of a check that failed; with the credit `each`, parts that are right everywhere earn their share."""
    finding = summary(misses, trials)
    if credit == "all" or finding.status is not Verdict.WRONG:
        return finding
    first = misses[0].trial
    share = len(right_members(misses)) / max(1, len(first.members) - len(first.free))
    return replace(finding, status=Verdict.PARTIAL, share=share) if share else finding


def right_members(misses: Sequence[Miss]) -> list[int]:
    """The indices of the parts that are right in every trial; none where a call crashed or changed its arguments."""
    if any(miss.spoilt or not miss.members for miss in misses):
        return []
    wrong: set[int] = set().union(*(miss.members for miss in misses))
    first = misses[0].trial
    return [index for index in range(len(first.members)) if index not in wrong and index not in first.free]


def _judge(trial: Trial, outcome: ProgramResult, sources: Mapping[str, str]) -> Miss | float:
    """The miss; where the outcome is right, its largest relative error."""
    if trial.raises:
        return _raised(trial, outcome, sources)
    if outcome.failure is not None:
        return Miss(trial, partial(_failed, trial, outcome.failure, sources))
    answer, rest = answer_of(trial, outcome.answers)
    if (error := _plainly_right(trial, answer)) is not None:
        return error
    changed = next((name for (name, given), now in zip(trial.passed, rest[len(trial.held):], strict=True)
                    if not isinstance(now, Array) or not np.array_equal(now.values, given)), "")  # fmt: skip
    try:
        parts = parts_of(answer, trial)
    except UnexpectedType as refusal:
        text = str(refusal)
        every = frozenset(range(len(trial.members))) - trial.free
        return Miss(trial, lambda: Finding.wrong(text, _with_expected(trial)), every, bool(changed))
    unfit = {index: part for index, part in enumerate(parts) if isinstance(part, WrongShape)}
    found = {index: part for index, part in enumerate(parts) if isinstance(part, Array) and index not in trial.free}
    bad = _mismatches(trial, found)
    if not (unfit or bad or changed):
        errors = (
            relative_error(part.values, trial.expected[index], scale_of(trial, index), slack_of(trial, index))
            for index, part in found.items()
        )
        return max(errors, default=0.0)

    def finding() -> Finding:
        if unfit:
            shown = [part.got if isinstance(part, WrongShape) else _display(trial, index, part.values)
                     for index, part in enumerate(parts) if index not in trial.free]  # fmt: skip
            evidence = replace(_with_expected(trial), yours=display.joined(shown) if found else "")
            return Finding.wrong(next(iter(unfit.values())).text, evidence)
        if bad:
            return Finding.wrong("", _compared(trial, found, bad))
        return Finding.wrong(failures.changed_argument(changed), _evidence(trial))

    return Miss(trial, finding, frozenset([*unfit, *bad]), bool(changed))


def _raised(trial: Trial, outcome: ProgramResult, sources: Mapping[str, str]) -> Miss | float:
    """0 where the last call ended with the exception that is expected, raised by the student's own code."""
    failure = outcome.failure
    meant = isinstance(failure, StudentException) and failure.frames and _is_meant(trial.raises, failure)
    if meant and failure is not None and failure.step >= trial.raises_from:
        return 0.0
    if failure is not None and not (isinstance(failure, StudentException) and failure.frames):
        return Miss(trial, partial(_failed, trial, failure, sources))

    def finding() -> Finding:
        if failure is None:
            text = f"must raise {trial.raises} here, and raises nothing"
            return Finding.wrong(text, replace(_evidence(trial), expected=trial.raises))
        whole = _failed(trial, failure, sources)
        before = "in the last call, not before" if meant else f"here, not {failure.type}"
        found = whole.message if meant else whole.message.removeprefix(f"{failure.type}: ")
        text = f"must raise {trial.raises} {before}: {found}"
        return replace(whole, message=text, evidence=replace(whole.evidence, expected=trial.raises))

    return Miss(trial, finding)


def _is_meant(expected: str, failure: StudentException) -> bool:
    """Whether an exception is of the class with this name: one that happens to unwritten or endless code, only by its
    own name, though it is a RuntimeError as well."""
    return failure.type == expected or (failure.type not in UNMEANT and expected in failure.bases)


def _failed(trial: Trial, failure: StudentException | MissingName, sources: Mapping[str, str]) -> Finding:
    hint = "" if trial.each else failures.plain_number(failure, trial.case)  # an engine wraps its numbers
    step = trial.program.part_of(failure.step)  # of several, the one that failed
    if isinstance(failure, MissingName) and failure.owner == "NoneType":  # which an earlier one returned
        step = ""
    finding = Finding.of_failure(failure, step or trial.call(), sources, hint)
    if isinstance(failure, MissingName) and failure.owner and step and step not in finding.message:
        finding = replace(finding, message=f"{finding.message}, in {step}")
    call = trial.call() if finding.evidence.call else ""
    return replace(finding, evidence=replace(finding.evidence, call=call, case=_evidence(trial).case))


def answer_of(trial: Trial, answers: Sequence[Answer]) -> tuple[Answer, Sequence[Answer]]:
    """The answer of a trial that came to its end, and what was reported after it."""
    if not trial.each:
        return answers[0], answers[1:]
    count = len(trial.members)
    return (Items("tuple", tuple(answers[:count])) if count > 1 else answers[0]), answers[count:]


def loosest(answers: Iterable[Answer]) -> float:
    """The largest of the relative errors that answers of these dtypes may have; 0 where there is no number."""
    return max((tolerance(answer.dtype) for answer in answers if isinstance(answer, (Array, Number))), default=0.0)


def _plainly_right(trial: Trial, answer: Answer) -> float | None:
    """The largest relative error where every part is a number and right: most answers are, and need no arrays."""
    if trial.passed or trial.free or trial.truths:
        return None
    # Where one number is expected, a list of one is wrong.
    parts = answer.items if isinstance(answer, Items) and trial.members != ((),) else (answer,)
    if len(parts) != len(trial.expected):
        return None
    error = 0.0
    for index, (part, expected) in enumerate(zip(parts, trial.expected, strict=True)):
        if expected.ndim or not isinstance(part, Number):
            return None
        scale = max(abs(float(expected)), trial.scales[index] if trial.scales else 0.0)
        distance = abs(part.value - float(expected))
        if not distance <= tolerance(part.dtype) * scale:
            return None
        error = max(error, distance / (scale or 1.0))
    return error


def _evidence(trial: Trial) -> Evidence:
    given = {name: value for name, value in trial.case.items() if trial.uses is None or name in trial.uses}
    return Evidence(call=trial.call(), case={name: display.plain_input(value) for name, value in given.items()})


def _with_expected(trial: Trial) -> Evidence:
    shown = [_display(trial, index, part) for index, part in enumerate(trial.expected) if index not in trial.free]
    return replace(_evidence(trial), expected=display.joined(shown))


def _display(trial: Trial, index: int, values: NDArray[np.float64]) -> str:
    """A part as a report shows it."""
    return display.truths(values) if index in trial.truths else display.array(values)


def _mismatches(trial: Trial, found: Mapping[int, Array]) -> dict[int, Mismatch]:
    """The wrong members by index. Each is measured against its own largest entry."""
    bad = {}
    for index, member in found.items():
        rtol = _rtol(trial, member)
        off = mismatch(member.values, trial.expected[index], scale_of(trial, index), rtol, slack_of(trial, index))
        if off is not None:
            bad[index] = off
    return bad


def _rtol(trial: Trial, member: Array) -> float:
    return max(trial.rtol, tolerance(member.dtype))


def scale_of(trial: Trial, index: int) -> float:
    """What a member's relative error is measured against."""
    size = largest(trial.expected[index])
    if trial.scales:
        return max(size, trial.scales[index])
    return max(size, ROUNDING_OF_OTHERS * max(map(largest, trial.expected)))


def slack_of(trial: Trial, index: int) -> NDArray[np.float64] | float:
    """What a member's entries may be off beside the tolerance."""
    return trial.slack[index] if trial.slack else 0.0


def members_of(answer: Answer, trial: Trial) -> list[Array]:
    """The parts of an answer in the expected shapes. Raises UnexpectedType."""
    found = []
    for part in parts_of(answer, trial):
        if isinstance(part, WrongShape):
            raise UnexpectedType(part.text)
        found.append(part)
    return found


def parts_of(answer: Answer, trial: Trial) -> list[Array | WrongShape]:
    """The parts of an answer, each in the expected shape or a WrongShape. Raises UnexpectedType without such parts."""
    if trial.members == ((),):
        return [_part(trial, 0, answer)]
    if len(trial.members) == 1:
        with suppress(UnexpectedType):
            return [_part(trial, 0, answer)]
    found: list[Array | WrongShape] = []
    parts = as_members(answer, trial.members, trial.apart)
    for index, (part, names) in enumerate(zip(parts, trial.members, strict=True)):
        if index in trial.free:
            found.append(Array(trial.expected[index], "float64"))
            continue
        try:
            found.append(_part(trial, index, part))
        except UnexpectedType as refusal:
            found.append(WrongShape(describe(part), refusal.of(names[0])))
    return found


def _part(trial: Trial, index: int, answer: Answer) -> Array:
    """A part in the expected shape. Raises UnexpectedType."""
    return (as_truths if index in trial.truths else as_array)(answer, trial.expected[index].shape)


def _compared(trial: Trial, found: Mapping[int, Array], bad: Mapping[int, Mismatch]) -> Evidence:
    pairs = [_pair(trial, index, member.values) for index, member in found.items()]
    index, worst = max(bad.items(), key=lambda item: item[1].error)
    text = ""
    if worst.total > 1:
        yours, expected = _pair(trial, index, found[index].values, worst.worst)
        member = f"{trial.members[index][0]}: " if len(trial.members) > 1 else ""
        text = (
            f"{member}{worst.off} of {worst.total} entries wrong, the largest error at {list(worst.worst)}: "
            f"yours {yours}, expected {expected}"
        )
    elif len(trial.members) > 1:
        text = trial.members[index][0]
    allowed = {index: np.asarray(_rtol(trial, found[index]) * scale_of(trial, index) + slack_of(trial, index))
               for index in bad}  # fmt: skip
    return replace(
        _evidence(trial),
        yours=display.joined([left for left, _ in pairs]),
        expected=display.joined([right for _, right in pairs]),
        worst=text,
        exhibit=Exhibit(wrong_parts(trial, found, bad, allowed)),
    )


def _pair(trial: Trial, index: int, yours: NDArray[np.float64], entry: tuple[int, ...] = ()) -> tuple[str, str]:
    """A part, or an entry of it, with what is expected."""
    left, right = yours[entry], trial.expected[index][entry]
    return (display.truths(left), display.truths(right)) if index in trial.truths else display.pair(left, right)


def _counts(misses: Sequence[Miss], trials: Sequence[Trial]) -> str:
    traps = {miss.trial.trap for miss in misses}
    if traps == {"interleaved"}:
        return (
            "right with one object, wrong when two are used in turn: is something stored on the class (or in a global) "
            "instead of on `self`?"
        )
    if traps == {"forward-twice"}:
        return "right after one forward, wrong when forward is called twice: backward belongs to the last forward"
    cases = f"wrong in {len(misses)} of {len(trials)} cases"
    members = misses[0].trial.members
    wrong = set().union(*(miss.members for miss in misses))
    if members == ((),) or not wrong:
        return f"the value is {cases}"
    names = [accepted[0] for accepted in members]
    bad = [name for index, name in enumerate(names) if index in wrong]
    return f"{_are(bad)} {cases}{_others_right(misses)}"


def _others_right(misses: Sequence[Miss]) -> str:
    names = [misses[0].trial.members[index][0] for index in right_members(misses)]
    return f"; {_are(names)} right everywhere" if names else ""


def _are(names: list[str]) -> str:
    return f"{enumerate_names(names)} {'is' if len(names) == 1 else 'are'}"
