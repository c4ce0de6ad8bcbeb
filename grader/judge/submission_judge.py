"""Judges one exercise at a time on one submission: each in its own worker, failures explained, points awarded."""

from __future__ import annotations

import functools
import hashlib
import itertools
import math
import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from grader.base.shell import quoted
from grader.base.text import escape_controls
from grader.checks import KINDS, code_slips, failures, notebook_places
from grader.checks.base import AnswerSheets, CheckContext, Finding, PlanAttempt, Record, main_target
from grader.checks.trials import CourseFault
from grader.checks.written.answer import asked_in
from grader.judge import numerical_note
from grader.judge.causes import diagnosed
from grader.judge.diagnosis import VariantWorkers, diagnose
from grader.judge.engine_cause import Tried, engine_causes, right_trials
from grader.judge.exhibits import with_exhibits
from grader.judge.first_answers import FirstAnswers, first_answers
from grader.judge.named_cause import with_cause
from grader.judge.plans import Plans
from grader.judge.reference_worker import ReferenceWorker
from grader.judge.scoring import UNDECIDED, with_checks
from grader.judge.seeds import Seeds, case_name
from grader.judge.unread_files import unread_file
from grader.judge.untouched import is_untouched
from grader.model import (
    Cause,
    Check,
    CheckResult,
    Course,
    Exercise,
    ExerciseResult,
    GraderError,
    Limits,
    Settings,
    Submission,
    Verdict,
)
from grader.sandbox import requests
from grader.sandbox.answers import ProtocolError
from grader.sandbox.connection import WorkerConnection, WorkerLost
from grader.sandbox.data_reader import Reader
from grader.sandbox.exercise_workers import Workers
from grader.sandbox.source import Sandbox

_BLAMELESS = {Verdict.CORRECT, Verdict.MISSING, *UNDECIDED}
DIGEST_DIGITS = 16  # of a file's digest, in hexadecimal


class _ByTheMachine(Exception):
    """The machine prevented an exercise from being judged."""


class SubmissionJudge:
    """Everything about one submission that outlives an exercise."""

    def __init__(
        self, course: Course, submission: Submission, sandbox: Sandbox, seed: int, settings: Settings, plans: Plans
    ) -> None:  # fmt: skip
        self.course, self.submission, self.sandbox = course, submission, sandbox
        self.seed, self.cpu_factor, self.extra = seed, settings.cpu_factor, settings.extra
        self._plans, self._explain = plans, settings.explain
        self._workers = Workers(sandbox, submission)
        self._reader = Reader(self._workers.reading, plans.texts)
        self._rejected: set[str] = set()
        self._sheets = AnswerSheets(self._reader, submission.files, asked_in(course))
        self._variants = VariantWorkers(self._start_for_variants)
        self._oracle = ReferenceWorker(self._start_for_variants, course, settings.cpu_factor)

    def close(self) -> None:
        """Ends the running workers."""
        self._workers.close()
        self._variants.close()
        self._oracle.close()

    def judge(self, exercise: Exercise, seeds: Seeds) -> ExerciseResult:
        """All checks of one exercise, each run once; all of them once more where the machine caused a failure."""
        factor = self.cpu_factor
        limits = replace(
            exercise.limits, cpu=exercise.limits.cpu * factor, wall=exercise.limits.wall * max(1.0, factor),
            wait=exercise.limits.wait * max(1.0, factor),
        )  # fmt: skip
        self._workers.begin(limits)
        try:
            result = self._judge(exercise, seeds, limits, last=False)
        except _ByTheMachine:
            self._workers.again()
            result = self._judge(exercise, seeds, limits, last=True)
        finally:
            self._workers.end()
        left = self._workers.left
        return replace(result, notes=(*result.notes, failures.left_running(left))) if left else result

    def _judge(self, exercise: Exercise, seeds: Seeds, limits: Limits, last: bool) -> ExerciseResult:
        """Every check in turn. Raises _ByTheMachine, unless this is the `last` time that it is tried."""
        results: list[CheckResult] = []
        output: list[str] = []
        run_notes: set[requests.RunNotes] = set()
        errors: list[float] = []
        tried: dict[str, Tried] = {}
        skip: dict[str, str] = {}
        unread = {file: unread_file(file, self.submission, self.course.files) for file in exercise.files}
        missing = next(filter(None, (unread[file] for file in exercise.needs)), None)
        self._rejected = set()
        absent = {
            check.id: unread[check.file] or (missing if check.file.endswith(".py") else None) or self._unwritten(check)
            for check in exercise.checks
        }
        attempts = self._attempts(exercise, [check for check in exercise.checks if absent[check.id] is None], seeds)
        first = self._first_answers(attempts)
        for check in exercise.checks:
            gone = absent[check.id]
            if gone is None and check.file in skip:
                gone = Finding(Verdict.SKIPPED, 0.0, skip[check.file])
            if gone is not None:
                results.append(self._checked(check, gone, 0.0))
                continue
            started = time.perf_counter()
            record = Record()
            attempt = attempts.get(check.id)
            finding = self._find(check, exercise, limits, seeds, record, attempt, first.get(check.id), last)
            run_notes |= record.run_notes
            if finding.status is Verdict.CORRECT:  # a note that "costs no points" does not stand beside lost points
                errors += record.errors
            if not finding.importable:
                wanted = "imported" if check.file.endswith(".py") else "read"
                skip[check.file] = f"not checked: {check.file} cannot be {wanted}, see above"
            elif finding.status is Verdict.TIMED_OUT:
                skip.update(dict.fromkeys(exercise.files, "not checked: the time of the exercise was used up"))
            output.append(self._workers.take_output())
            tried[check.id] = record.tried or right_trials(attempt)
            results.append(
                self._checked(
                    check,
                    self._with_command(exercise, finding, seeds.own),
                    time.perf_counter() - started + (first[check.id].seconds if check.id in first else 0.0),
                )
            )
        results = [self._consistent(exercise, result, results) for result in results]
        cell_notes = dict.fromkeys(note for one in run_notes for note in one.cell_notes)
        results = [
            self._with_cause(check, result, cell_notes) for check, result in zip(exercise.checks, results, strict=False)
        ]
        books = self.submission.notebooks
        causes: list[Cause] = []
        if self._explain:
            for found in engine_causes(exercise.checks, results, tried, self.submission.files):
                results, cause = with_cause(exercise, results, found, self._outline(found.file), books)
                causes.append(cause)
        causes += diagnosed(exercise.id, results, {id_ for cause in causes for id_ in cause.checks})
        if self._explain:
            results = [*with_exhibits(exercise.checks, results, causes, self.submission.files, self._outline, books)]
        imported = {(notebook_places.called(file, books), module) for one in run_notes for file, module in one.absent}
        notes = [
            f"{file} imports {module}, which is not installed here: importing it is free, using it raises an error"
            for file, module in sorted(imported)
        ]
        notes += notebook_places.notes(cell_notes, exercise.files, books, self.submission.files)
        notes += self._numerical(exercise, results)
        if errors:
            notes.append(
                f"{exercise.file}: correct to {math.floor(-math.log10(max(errors)))} digits, where floats keep 15; "
                "this costs no points. Is something float32, or is a small number such as 1e-8 added?"
            )
        empty = ExerciseResult(
            exercise.id, exercise.title, exercise.file, Verdict.SKIPPED, 0.0, exercise.points, exercise.bonus,
            seeds.own, escape_controls("".join(output), keep="\n\t"), tuple(notes), (), self._astray(exercise),
            tuple(causes),
        )  # fmt: skip
        judged = with_checks(empty, results)
        return judged if judged.status is Verdict.CORRECT else replace(judged, task=exercise.task)

    def _attempts(
        self, exercise: Exercise, checks: Sequence[Check], seeds: Seeds
    ) -> dict[str, PlanAttempt | Exception]:
        """What the checks that have a plan try on this submission, by their ids; or why that cannot be said."""
        plans = self._plans.of(exercise, seeds) if checks else {}
        found: dict[str, PlanAttempt | Exception] = {}
        for check in checks:
            match plans.get(check.id):
                case None:
                    pass
                case Exception() as error:
                    found[check.id] = error
                case plan:
                    try:
                        found[check.id] = plan.attempt(check.file, seeds.own_stream(check) if seeds.shared else None)
                    except Exception as error:
                        found[check.id] = error
        return found

    def _first_answers(self, made: Mapping[str, PlanAttempt | Exception]) -> dict[str, FirstAnswers]:
        """What they ask first, with the replies. A worker that cannot be started is met again when a check has its
        turn."""
        attempts = {id_: one for id_, one in made.items() if not isinstance(one, Exception)}
        if attempts:
            # Where the grader itself fails, it does so again at the check that is to blame, and at no other.
            with suppress(Exception):
                self._workers.teach(request for one in attempts.values() for request in one.requests)
                return first_answers(self._workers.judged(), attempts)
        return {}

    def _numerical(self, exercise: Exercise, results: Sequence[CheckResult]) -> Iterable[str]:
        """Notes on right derivatives that seem to be taken numerically, each once."""
        books, found = self.submission.notebooks, dict[str, None]()
        for check, result in zip(exercise.checks, results, strict=False):
            derives = KINDS[check.kind].derives(check.spec) if result.status is Verdict.CORRECT else None
            if derives is not None and numerical_note.may_have_notes(derives, self.submission.files[check.file]):
                found |= dict.fromkeys(numerical_note.notes(derives, self._outline(check.file), check.file, books))
        return found

    def _astray(self, exercise: Exercise) -> tuple[str, ...]:
        """What cannot be read in the files of answers that the exercise is written in."""
        sheets = self._sheets.already_read(exercise.files)
        return tuple(itertools.chain.from_iterable(sheet.notes(exercise.id, file) for file, sheet in sheets.items()))

    def _with_cause(self, check: Check, result: CheckResult, cell_notes: Iterable[requests.CellNote]) -> CheckResult:
        """The result, where something is missing because the notebook's cell that defines it is left out, with that."""
        book = self.submission.notebooks.get(check.file)
        if book is None or result.status is not Verdict.MISSING:
            return result
        text = self.submission.files[check.file]
        for target in KINDS[check.kind].targets(check.spec):
            found = notebook_places.why_missing(target.partition(".")[0], cell_notes, book, text)
            if found:
                return replace(result, status=Verdict.CRASHED, message=found[0], hint=found[1])
        return result

    def _consistent(self, exercise: Exercise, result: CheckResult, results: list[CheckResult]) -> CheckResult:
        """The result without a misconception that another check of the exercise contradicts."""
        failed = {other.id for other in results if other.status is not Verdict.CORRECT}
        for name in filter(None, result.misconception.split("+")):
            variant = next(variant for variant in exercise.wrong if variant.id == name)
            if name in self._rejected or not failed >= set(variant.fails):
                return replace(result, hint="", misconception="")
        return result

    def _start_for_variants(self) -> WorkerConnection:
        memory = max(exercise.limits.memory for exercise in self.course.exercises)
        cpu = sum(exercise.limits.cpu for exercise in self.course.exercises) * self.cpu_factor
        return self._workers.start(Limits(cpu=cpu, memory=memory))

    def _find(
        self, check: Check, exercise: Exercise, limits: Limits, seeds: Seeds, record: Record,
        attempt: PlanAttempt | Exception | None, first: FirstAnswers | None, last: bool,
    ) -> Finding:  # fmt: skip
        try:
            if isinstance(attempt, Exception):
                raise attempt.with_traceback(None)  # of all who meet it, which would be kept with it
            if first is not None and first.lost is not None:
                raise first.lost
            random = seeds.own_stream(check, "explain" if attempt else "")
            context = CheckContext(
                self._workers.judged, check.file, self.submission.files, random, self._workers.apart, self._reader,
                self._sheets, exercise.id, self.course.folder, record, first.known if first is not None else (),
                self._oracle.running, self.course.reference,
                self.course.template.get(check.file, ""), self.submission.notebooks,
            )  # fmt: skip
            finding = _found(check, context, attempt, first)
            if finding.status not in _BLAMELESS and finding.importable:
                finding = self._explained(finding, check, record)
                if finding.status in (Verdict.WRONG, Verdict.PARTIAL, Verdict.CRASHED):
                    return self._diagnosed(finding, check, exercise, context, limits)
            return finding
        except WorkerLost as lost:
            if lost.by_the_machine:
                if not last:
                    raise _ByTheMachine from None
                if lost.why == "wall" or self.sandbox.confinement.locked:
                    return _judge_error(failures.by_the_machine(lost))
            verdict, message, evidence = failures.for_lost_worker(lost, limits)
            return Finding(verdict, 0.0, message, evidence=evidence)
        except ProtocolError:
            self._workers.drop()
            return Finding(Verdict.FORBIDDEN, 0.0, failures.DISTURBED)
        except CourseFault as fault:
            return _judge_error(escape_controls(str(fault)))
        except Exception as error:
            self.close()
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__}: {error}, {place.name} line {place.lineno}"
            return _judge_error(escape_controls(what))

    def _diagnosed(
        self, finding: Finding, check: Check, exercise: Exercise, context: CheckContext, limits: Limits
    ) -> Finding:
        """Adds the hint of the one known mistake that explains every answer; those of engines are looked for in all
        checks at once, but for those that use methods of which a simulated engine knows nothing."""
        tried = [trial for trial, _ in context.record.tried]
        if not self._explain or (any(trial.graph for trial in tried) and not any(trial.further for trial in tried)):
            return finding
        own = {file: self.submission.files[file] for file in exercise.needs if file in self.submission.files}
        found = diagnose(exercise, check, context, self.course.reference, own, self._rejected, self._variants, limits)
        if found is None:
            return finding
        return replace(finding, hint=found.hint or finding.hint, misconception=found.misconception)

    def _outline(self, file: str) -> Mapping[str, requests.FunctionOutline]:
        """The functions of a file; empty where they are unknown."""
        with suppress(WorkerLost, ProtocolError, GraderError):
            text = self.submission.files.get(file)
            found = self._reader.outline(file, text, self.course.template.get(file, "")) if text is not None else None
            if isinstance(found, dict):
                return found
        return {}

    def _unwritten(self, check: Check) -> Finding | None:
        """The finding on an empty function in a file that is still the template's: nothing runs for it."""
        targets, template = KINDS[check.kind].targets(check.spec), self.course.template.get(check.file)
        if not targets or template is None or check.file in self.submission.notebooks:
            return None
        if not is_untouched(self.submission.files[check.file], template):
            return None
        empty = {name: function for name, function in self._outline(check.file).items() if function.empty}
        text = failures.as_stub(targets, empty, check.file, {})
        return Finding(Verdict.MISSING, 0.0, text) if text else None

    def _explained(self, finding: Finding, check: Check, record: Record) -> Finding:
        """A finding on a function that is still a stub becomes a friendly sentence; others get the function's place,
        and a hint where the code's text shows the cause."""
        targets = KINDS[check.kind].targets(check.spec)
        if not targets:
            return finding
        functions = self._outline(check.file)
        text = failures.as_stub(targets, functions, check.file, self.submission.notebooks)
        if text and not finding.evidence.yours:
            return Finding(Verdict.MISSING, 0.0, text)
        outcomes = [outcome for exchange in record.exchanges for outcome in exchange.outcomes]
        backward = getattr(check.spec, "backward", None)
        effects = [name for name in targets if isinstance(backward, str) and name.endswith(f".{backward}")]
        books = self.submission.notebooks
        hint = code_slips.explain(finding, outcomes, targets, check.file, self._outline, books, effects)
        finding = replace(finding, hint=hint)
        target = finding.method if finding.method in functions else main_target(targets)
        if not finding.evidence.place and target in functions:
            place = f"{check.file}:{functions[target].line}  {target}"
            return replace(finding, evidence=replace(finding.evidence, place=place))
        return finding

    def _checked(self, check: Check, finding: Finding, seconds: float) -> CheckResult:
        worth = 0.0 if check.advisory else check.points
        judged = finding.judged or self.submission.files.get(check.file, "")
        digest = _digest(judged)
        evidence = notebook_places.in_cells(finding.evidence, self.submission.notebooks)
        return CheckResult(
            check.id, check.claim, finding.status, worth * finding.share, worth, finding.message, finding.hint,
            finding.misconception, evidence, round(seconds, 4), check.advisory, digest, unread=finding.unread,
        )  # fmt: skip

    def _with_command(self, exercise: Exercise, finding: Finding, drawn: int) -> Finding:
        """Adds the command that repeats the check; it names the inputs, which change with the files."""
        if finding.status in (Verdict.CORRECT, Verdict.MISSING, Verdict.NEEDS_REVIEW):
            return finding
        path = self.submission.path
        path = f"./{path}" if path.startswith("-") else path
        seed = f"--seed{' ' if self.seed >= 0 else '='}{self.seed}:{case_name(drawn)}"
        command = f"grade {escape_controls(quoted(path))} --only {exercise.id} {seed}{self.extra}"
        return replace(finding, evidence=replace(finding.evidence, again=command))


def _found(check: Check, context: CheckContext, attempt: PlanAttempt | None, first: FirstAnswers | None) -> Finding:
    """What a check finds: by its plan, where it has one."""
    kind = KINDS[check.kind]
    if attempt is None:
        return kind.run(check.spec, context)
    proven = attempt.prove(first.replies, context.record) if first is not None and first.complete else None
    if first is None or proven is None:
        return attempt.explain(context)
    context.record.run_notes.update(reply.notes for reply in first.replies)
    return proven


@functools.lru_cache(maxsize=64)  # most checks of a submission judge one of a few files
def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_DIGITS]


def _judge_error(what: str) -> Finding:
    message = f"the grader itself failed here ({what}); this costs no points: tell your instructor"
    return Finding(Verdict.JUDGE_ERROR, 0.0, message)
