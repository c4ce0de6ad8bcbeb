"""Which known mistake a student made: wrong variants get the requests that the student got, and answers are compared.

A hint is given only when exactly one variant, or several with the same hint, equals the student on every probe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np

from grader.checks.base import CheckContext, Exchange
from grader.checks.program import Trial
from grader.checks.trials import answer_of, members_of
from grader.maths.compare import largest, mismatch, tolerance
from grader.maths.formula import Formula, env_of
from grader.model import Check, Exercise, Limits, Variant
from grader.model.dataclass import dataclass
from grader.sandbox import requests
from grader.sandbox.answers import Array, ProtocolError, UnexpectedType, alike
from grader.sandbox.budget import Budget
from grader.sandbox.connection import WorkerConnection, WorkerLost
from grader.sandbox.requests import MissingName, ProgramResult, Reply, StudentException, Worker

ALONE = "import math\nimport numpy as np\n\n"
MAX_EXCHANGES = 40  # requests that a variant repeats: most checks send a few, and more evidence tells no more
FIRST_PROGRAMS = 3  # that a variant runs before the rest, four times as many each time: most differ in the first


@dataclass(frozen=True)
class Diagnosis:
    """The mistake's id (several with one hint are joined by +) and its hint."""

    misconception: str
    hint: str


class VariantWorkers:
    """Where variants answer: one worker for all whose file stands alone, each as a module of its own."""

    def __init__(self, start: Callable[[], WorkerConnection]) -> None:
        self._start = start
        self._connection: WorkerConnection | None = None
        self._names: dict[str, str] = {}
        self._loaded: set[str] = set()
        self._beside: Mapping[str, str] = {}

    def alone(
        self, texts: Sequence[str], beside: Mapping[str, str], limits: Limits
    ) -> tuple[WorkerConnection, list[str]]:
        """A worker that has each of these texts as a file, with the course's own files `beside` them, and the names of
        these files. As in the worker of an exercise, a file is imported once for all of its checks."""
        if self._connection is None or not self._connection.alive:
            self._connection, self._loaded = self._start(), set()
        self._connection.allow(Budget.of(limits))
        names = [self._names.setdefault(text, f"variant_{len(self._names)}.py") for text in texts]
        if not self._loaded.issuperset(names) or self._beside != beside:
            requests.load(self._connection, {**dict(zip(names, texts, strict=True)), **beside})
            self._loaded, self._beside = set(names), beside
        return self._connection, names

    def together(self, files: Mapping[str, str], limits: Limits) -> WorkerConnection:
        """A fresh worker that has these files, the caller's to close."""
        connection = self._start()
        connection.allow(Budget.of(limits))
        requests.load(connection, files)
        return connection

    def close(self) -> None:
        """Ends the worker that is shared."""
        if self._connection is not None:
            self._connection.close()


def diagnose(
    exercise: Exercise,
    check: Check,
    context: CheckContext,
    reference: Mapping[str, str],
    own: Mapping[str, str],
    rejected: set[str],
    workers: VariantWorkers,
    limits: Limits,
) -> Diagnosis | None:
    """The one known mistake that explains every answer of a failed check; None where none or several do.

    `workers` is where variants answer that are code, or a change of the `reference`'s, where that is there; beside
    them stand the student's `own` files, which the exercise needs as well: what they get wrong, they get wrong alike.
    `rejected` are variants that an earlier check of the exercise has ruled out; this check's are added.
    """
    possible = [variant for variant in exercise.wrong if _may_explain(variant, check) and variant.id not in rejected]
    exchanges = context.record.exchanges[:MAX_EXCHANGES]
    if not exchanges and not context.record.tried:
        return None  # nothing was run, which no variant can be compared with
    of_code, fits = {}, {}
    for variant in possible:
        if check.id in variant.gives:
            fits[variant.id] = _formulas_fit(variant.gives[check.id], context.record.tried)
        elif source := source_of(variant, reference.get(variant.file, "")):
            alone = variant.file == check.file and not exercise.needs and "/" not in variant.file
            others = {} if alone else {**reference, **own, **exercise.beside}
            of_code[variant.id] = {**others, variant.file: source}
    if exchanges:
        fits |= _code_fits(of_code, check.file, exercise.beside, exchanges, workers, limits)
    fitting = [variant for variant in possible if fits.get(variant.id)]
    rejected.update(variant.id for variant in possible if not fits.get(variant.id))
    if not fitting or len({variant.hint for variant in fitting}) > 1:
        return None
    return Diagnosis("+".join(variant.id for variant in fitting), fitting[0].hint)


def _may_explain(variant: Variant, check: Check) -> bool:
    """Whether the variant can fail the check; one that is stated as formulas says for which checks."""
    if not variant.file.endswith(".py"):
        return False
    named = check.id in (*variant.fails, *variant.may_fail)
    return named and (not variant.gives or check.id in variant.gives)


def source_of(variant: Variant, reference: str) -> str:
    """The file that a variant hands in: its code, or the reference with its swap; "" where that cannot be made."""
    if variant.function:
        return ALONE + variant.function
    if not variant.swap or any(reference.count(old) != 1 for old in variant.swap):
        return ""
    for old, new in variant.swap.items():
        reference = reference.replace(old, new)
    return reference


def _formulas_fit(formulas: Sequence[Formula], tried: Sequence[tuple[Trial, ProgramResult]]) -> bool:
    return bool(tried) and all(_formulas_fit_one(formulas, trial, outcome) for trial, outcome in tried)


def _formulas_fit_one(formulas: Sequence[Formula], trial: Trial, outcome: ProgramResult) -> bool:
    if outcome.failure is not None:
        return False
    try:
        found = members_of(answer_of(trial, outcome.answers)[0], trial)
    except UnexpectedType:
        return False
    env = env_of(trial.case)
    judged = [member for index, member in enumerate(found) if index not in trial.free]
    for member, formula in zip(judged, formulas, strict=True):
        with suppress(ValueError):
            given = np.asarray(formula(env), np.float64)
            if given.shape == member.values.shape and np.isfinite(given).all():
                size = largest(given)
                if mismatch(member.values, given, size, tolerance(member.dtype)) is None:
                    continue
        return False
    return True


def _code_fits(
    variants: Mapping[str, Mapping[str, str]],
    judged: str,
    beside: Mapping[str, str],
    exchanges: Sequence[Exchange],
    workers: VariantWorkers,
    limits: Limits,
) -> dict[str, bool]:
    """Whether each variant's files answer like the student's, of which `judged` got the requests."""
    alone = {} if any(exchange.request.also for exchange in exchanges) else {
        id_: files[judged] for id_, files in variants.items() if [*files] == [judged]
    }  # fmt: skip
    found = _alone_fit(alone, beside, exchanges, workers, limits) if alone else {}
    for id_, files in variants.items():
        if id_ not in found:
            found[id_] = _fits_with_others(files, judged, exchanges, workers, limits)
    return found


def _alone_fit(
    texts: Mapping[str, str],
    beside: Mapping[str, str],
    exchanges: Sequence[Exchange],
    workers: VariantWorkers,
    limits: Limits,
) -> dict[str, bool]:
    """Of each of these files, which run in one worker; nothing where one of them has ended it, or used up its time:
    then each is tried by itself."""
    try:
        connection, names = workers.alone(list(texts.values()), beside, limits)
        left = dict(zip(texts, names, strict=True))
        for exchange in exchanges:
            left = _that_answer_alike(connection, left, exchange)
        return {id_: id_ in left for id_ in texts}
    except (WorkerLost, ProtocolError):
        workers.close()
        return {}


def _fits_with_others(
    files: Mapping[str, str], judged: str, exchanges: Sequence[Exchange], workers: VariantWorkers, limits: Limits
) -> bool:
    try:
        connection = workers.together(files, limits)
        try:
            return all(_that_answer_alike(connection, {judged: judged}, exchange) for exchange in exchanges)
        finally:
            connection.close()
    except (WorkerLost, ProtocolError):
        return False


def _that_answer_alike(worker: Worker, files: Mapping[str, str], exchange: Exchange) -> dict[str, str]:
    """Those of the files, by id, that answer as the student's did. The programs come in their order, a few at first:
    most variants give themselves away at once.

    Answers alone are weak evidence where they are True or False: what was done to get there must be the same, too.
    """
    left = dict(files)
    programs = exchange.request.in_order
    watch = exchange.watch or (lambda: ())
    watch()
    used: dict[str, list[tuple[str, ...]]] = {id_: [] for id_ in files}
    start, count = 0, FIRST_PROGRAMS
    while start < len(programs) and left:
        expected = exchange.outcomes[start : start + count]
        asked = replace(exchange.request, programs=programs[start : start + count], shared=None, order=(), tables=())
        ids = list(left)

        def take(
            number: int, reply: Reply, ids: Sequence[str] = ids, expected: Sequence[ProgramResult] = expected
        ) -> None:
            used[ids[number]].append(watch())
            if not all(map(_same_outcome, reply.outcomes, expected)):
                del left[ids[number]]

        requests.ask_all(worker, [replace(asked, file=left[id_]) for id_ in ids], take)
        start, count = start + count, 4 * count
    return {id_: file for id_, file in left.items() if _same_manner(used[id_], exchange.seen)}


def _same_manner(used: Sequence[tuple[str, ...]], seen: Sequence[str]) -> bool:
    """Whether functions were used in the same way, where both show one; each in one of several requests."""
    manners = [next(filter(None, words), "") for words in zip(*used, strict=True)]
    return all(one == other or not (one and other) for one, other in zip(manners, seen, strict=True))


def _same_outcome(one: ProgramResult, other: ProgramResult) -> bool:
    if len(one.answers) != len(other.answers) or not _same_failure(one.failure, other.failure):
        return False
    return all(alike(left, right, _close) for left, right in zip(one.answers, other.answers, strict=True))


def _same_failure(one: StudentException | MissingName | None, other: StudentException | MissingName | None) -> bool:
    """Whether both came through, or both met shapes that do not fit, for which numpy raises a ValueError.

    Other exceptions have too many causes to name one.
    """
    if one is None or other is None:
        return one is other
    if not (isinstance(one, StudentException) and isinstance(other, StudentException)):
        return False
    return one.type == other.type == "ValueError" and one.step == other.step and bool(one.frames and other.frames)


def _close(one: Array, other: Array) -> bool:
    if one.values.shape != other.values.shape or not np.isfinite(one.values).all():
        return False
    rtol = max(tolerance(one.dtype), tolerance(other.dtype))
    return mismatch(one.values, other.values, largest(one.values), rtol) is None
