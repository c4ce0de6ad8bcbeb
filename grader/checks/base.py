"""What every check kind shares: the context it works in, the finding it returns, and the protocol it follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, fields, replace
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from grader.checks import failures
from grader.checks.program import Trial
from grader.checks.written.unmatched import AnswerSheet, Questions, sheet
from grader.maths.compare import NOTED
from grader.model import Evidence, Notebook, Verdict
from grader.model.dataclass import dataclass
from grader.sandbox.data_reader import Reader
from grader.sandbox.program import Program
from grader.sandbox.requests import (
    MissingName,
    ProgramResult,
    Reply,
    Request,
    RunNotes,
    StudentException,
    Worker,
    ask,
)


@dataclass(frozen=True)
class Exchange:
    """One request of a check with its outcomes: enough to ask another worker the same and compare.

    `watch` gives how the planted functions were used since it was last called, a word for each, "" where that shows
    nothing; `seen` is what it gave for the student.
    """

    request: Request
    outcomes: Sequence[ProgramResult]
    watch: Callable[[], tuple[str, ...]] | None = None
    seen: tuple[str, ...] = ()


class CheckSpec(BaseModel):
    """The base of every kind's own fields: nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)

    @property
    def needs_reference(self) -> bool:
        """Whether the course's own solution says what is expected."""
        return False


@dataclass(frozen=True)
class Finding:
    """What a check found: the verdict, the share of its points that is earned (0 to 1), and why.

    `judged` is the text that was judged where that is less than the whole file, such as one written answer. `unread` is
    an answer that is there but could not be read: its points count as not earned until a person has marked it.
    `importable` is False where the file could not be imported, so that no other check of it can say more. `raised` is
    the failure of student code that this is about, `method` the one in which it goes wrong, where that is known.
    """

    status: Verdict
    share: float = 0.0
    message: str = ""
    hint: str = ""
    misconception: str = ""
    evidence: Evidence = field(default_factory=Evidence)
    importable: bool = True
    judged: str = ""
    unread: bool = False
    method: str = ""
    raised: StudentException | MissingName | None = None

    @classmethod
    def wrong(cls, message: str, evidence: Evidence | None = None, hint: str = "") -> Finding:
        """An answer that is wrong, and earns nothing."""
        return cls(Verdict.WRONG, 0.0, message, hint, evidence=evidence or Evidence())

    @classmethod
    def of_failure(
        cls, failure: StudentException | MissingName, call: str, sources: Mapping[str, str], hint: str = ""
    ) -> Finding:
        """What an exception or a missing name in `call` means; `sources` are the submission's texts by file."""
        verdict, message, evidence = failures.for_failure(failure, call, sources)
        hint = hint or failures.explained(failure, sources)
        return cls(verdict, 0.0, message, hint, evidence=evidence, importable=failure.step >= 0, raised=failure)


CORRECT = Finding(Verdict.CORRECT, 1.0)


class AnswerSheets:
    """The files of written answers of one submission, each read once.

    `requested` is what the course asks for in each file, by file and exercise.
    """

    def __init__(
        self, reader: Reader, sources: Mapping[str, str], requested: Mapping[str, Mapping[str, Questions]]
    ) -> None:
        self._reader, self._sources, self._requested = reader, sources, requested
        self._sheets: dict[str, AnswerSheet] = {}

    def read(self, file: str) -> AnswerSheet:
        """The answers in a file, and what no question reads. Raises ProtocolError, WorkerLost."""
        if file not in self._sheets:
            text = self._sources[file]
            self._sheets[file] = sheet(self._reader.answers(text), text, self._requested.get(file, {}))
        return self._sheets[file]

    def already_read(self, files: Iterable[str]) -> dict[str, AnswerSheet]:
        """Those of the files that some check has read."""
        return {file: self._sheets[file] for file in files if file in self._sheets}


@dataclass
class Record:
    """What happened during one check, written down for the notes of a report and for a diagnosis after a failure.

    `run_notes` is what the worker reported besides its answers, `errors` the relative errors of right answers that are
    larger than float64 leaves, `exchanges` every request with its answers, `tried` the trials with theirs.
    """

    run_notes: set[RunNotes] = field(default_factory=set)
    errors: list[float] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    tried: list[tuple[Trial, ProgramResult]] = field(default_factory=list)

    def add_errors(self, errors: Iterable[float]) -> None:
        """Keeps those that deserve a note."""
        self.errors += [error for error in errors if error > NOTED]

    def watch(self, watch: Callable[[], tuple[str, ...]]) -> None:
        """Notes of the last request how planted functions were used; see Exchange."""
        self.exchanges[-1] = replace(self.exchanges[-1], watch=watch, seen=watch())


@dataclass(frozen=True)
class CheckContext:
    """What a check is given, and the `record` in which it is written down what happened.

    `judged` gives the worker in which the judged `file` runs, `apart` another one, in which it never ran. `sources` are
    the submission's texts by file, `reader` reads them as data, `sheets` as written answers. `exercise` is the
    exercise's id, `folder` the course's folder. `known` are requests that were answered already, with their replies.
    `reference` are the texts of the course's own solution, by file, where it is there; `oracle` gives the worker in
    which it runs, and nothing else.
    `template` is the template's text of the file, `notebooks` are those that texts were read from.
    """

    judged: Callable[[], Worker]
    file: str
    sources: Mapping[str, str]
    rng: Random
    apart: Callable[[], Worker]
    reader: Reader
    sheets: AnswerSheets
    exercise: str
    folder: Path
    record: Record
    known: Sequence[tuple[Request, Reply]] = ()
    oracle: Callable[[], Worker] | None = None
    reference: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    notebooks: Mapping[str, Notebook] = field(default_factory=dict)

    def ask(self, programs: Sequence[Program]) -> list[ProgramResult]:
        """Runs programs on the judged file. Raises ProtocolError, WorkerLost."""
        return self.answers(Request(self.file, programs))

    def answers(self, request: Request) -> list[ProgramResult]:
        """The outcomes of a request: as it was answered already, or from now on. Where it comes `first`, it is no part
        of what a diagnosis repeats: it says nothing of the file that is judged. Raises ProtocolError, WorkerLost."""
        reply = next((reply for asked, reply in self.known if asked is request), None)
        if reply is None:
            reply = ask(self.apart() if request.first else self.judged(), request)
        self.record.run_notes.add(reply.notes)
        if not request.first:
            self.record.exchanges.append(Exchange(request, reply.outcomes))
        return reply.outcomes


class PlanAttempt(Protocol):
    """A plan on one submission."""

    @property
    def requests(self) -> Sequence[Request]:
        """What is asked first, all in one exchange with other checks of the exercise."""

    def prove(self, replies: Sequence[Reply], record: Record) -> Finding | None:
        """The finding where the replies are plainly right, by few operations; None where `explain` is to say more."""

    def explain(self, context: CheckContext) -> Finding:
        """What was found, in any case; the replies are known to the context. It may ask more. Raises ProtocolError,
        WorkerLost."""


class Plan(Protocol):
    """What a check tries, and what is expected: pure, and shared by those who get the same inputs."""

    def attempt(self, file: str, own: Random | None = None) -> PlanAttempt:
        """The plan on a submission's file. `own` draws what only this submission gets, so that whoever knows a shared
        plan knows no check's answers; without it, nobody else gets the plan."""


@dataclass(frozen=True)
class CheckKind:
    """A check kind, made of its module: `Spec` holds the kind's own fields in YAML.

    `plan` draws what is tried and what is expected: it needs no worker and no submission, so that a class shares it.
    Where there is none, `run` asks, compares and says what was found (raises ProtocolError, WorkerLost).

    What a kind does not have of the rest, it assigns from `grader.checks.absent`.

    `targets` names the functions of the student's file that are called, as "name" or "Class.name". `answer_form` is how
    many values formulas must give for one trial, and the names they may use; `planned` the trials that need no answer
    of the student to be planned: together they let known mistakes be stated as formulas. `files` are the files of the
    course's folder that a check reads. `form` is how a written answer has to be written: what of its check may be known
    without the key; None where any text will do. `pairs` is code that stands for forward and backward (see
    `grader.checks.code.trivial_pairs`). `derives` names the function that must be a derivative, and of which.
    """

    Spec: type[CheckSpec]
    plan: Callable[[Any, Random], Plan | None]
    run: Callable[[Any, CheckContext], Finding]
    targets: Callable[[Any], list[str]]
    answer_form: Callable[[Any], tuple[int, frozenset[str]] | None]
    planned: Callable[[Any, Random], list[Trial]]
    files: Callable[[Any], list[str]]
    form: Callable[[Any], CheckSpec | None]
    pairs: Callable[[Any], Mapping[str, str]]
    derives: Callable[[Any], tuple[str, str] | None]


def kind_of(module: ModuleType) -> CheckKind:
    """The kind that a module defines."""
    return CheckKind(**{part.name: getattr(module, part.name) for part in fields(CheckKind)})


def main_target(targets: Sequence[str]) -> str:
    """The function that a report points to, of those that a check calls; "" where there is none.

    Of forward and backward it is backward, which is listed last; of more than two the first, which all trials need.
    """
    if not targets:
        return ""
    return targets[-1] if len(targets) <= 2 else targets[0]
