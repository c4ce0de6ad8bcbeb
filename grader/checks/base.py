"""What every check kind shares: the context it works at, the finding it returns, and the protocol it follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict

from grader.checks.program import Trial
from grader.checks.written.unmatched import AnswerSheet, Questions, sheet
from grader.model import Evidence, Verdict
from grader.sandbox.data_reader import Reader
from grader.sandbox.requests import Planted, ProgramResult, RunNotes, Step, Worker, ask


@dataclass(frozen=True)
class Exchange:
    """One request of a check and what came back: enough to ask another worker the same and compare.

    `watch` tells how the planted functions were used since it was last called, a word for each and "" where that tells
    nothing; `seen` is what it told of the student.
    """

    programs: Sequence[Sequence[Step]]
    planted: Sequence[Planted]
    outcomes: Sequence[ProgramResult]
    also: Sequence[str] = ()
    watch: Callable[[], tuple[str, ...]] | None = None
    seen: tuple[str, ...] = ()


class CheckSpec(BaseModel):
    """The base of every kind's own fields: nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


@dataclass(frozen=True)
class Finding:
    """What a check found: the verdict, the share of its points that is earned (0 to 1), and why.

    `judged` is the text that was judged where that is less than the whole file, such as one written answer. `unread`
    answers are there, and the judge cannot read them: their points count as not earned until a person has.
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


CORRECT = Finding(Verdict.CORRECT, 1.0)


@dataclass(frozen=True)
class CheckContext:
    """Where a check is made: the file judged, the submission's texts, and a random stream.

    `judged` gives the worker in which the file runs, `apart` another one, in which it never ran; `reader` reads data.
    `exercise` is the exercise's id, `asked` what is asked in files of written answers, by file and exercise,
    `documents` what these hold, once they are read, `folder` the course's. `run_notes` collects what the worker tells
    besides its answers, `errors` the relative errors of right answers that are larger than float64 leaves, `exchanges`
    all that was asked and answered, `tried` the trials with their answers: what a diagnosis needs after a failure.
    """

    judged: Callable[[], Worker]
    file: str
    sources: Mapping[str, str]
    rng: Random
    apart: Callable[[], Worker]
    reader: Reader
    exercise: str = ""
    folder: Path = Path()
    documents: dict[str, AnswerSheet] = field(default_factory=dict)
    run_notes: set[RunNotes] = field(default_factory=set)
    errors: list[float] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    tried: list[tuple[Trial, ProgramResult]] = field(default_factory=list)
    asked: Mapping[str, Mapping[str, Questions]] = field(default_factory=dict)

    def document(self) -> AnswerSheet:
        """The written answers in the judged file, and what is astray in it. Raises ProtocolError, WorkerLost."""
        if self.file not in self.documents:
            text = self.sources[self.file]
            self.documents[self.file] = sheet(self.reader.answers(text), text, self.asked.get(self.file, {}))
        return self.documents[self.file]

    def ask(
        self, programs: Sequence[Sequence[Step]], planted: Sequence[Planted] = (), also: Sequence[str] = ()
    ) -> list[ProgramResult]:
        """Runs programs on the file; `also` are other files that they use. Raises ProtocolError, WorkerLost."""
        outcomes, notes = ask(self.judged(), self.file, programs, planted, also)
        self.run_notes.add(notes)
        self.exchanges.append(Exchange(programs, planted, outcomes, also))
        return outcomes

    def ask_apart(self, file: str, programs: Sequence[Sequence[Step]]) -> list[ProgramResult]:
        """Runs programs on another file, where the judged one never ran. It is no part of what a diagnosis repeats: it
        says nothing of the file that is judged. Raises ProtocolError, WorkerLost."""
        outcomes, notes = ask(self.apart(), file, programs)
        self.run_notes.add(notes)
        return outcomes

    def watch(self, watch: Callable[[], tuple[str, ...]]) -> None:
        """Notes of the last request how planted functions were used; see Exchange."""
        self.exchanges[-1] = replace(self.exchanges[-1], watch=watch, seen=watch())


@dataclass(frozen=True)
class CheckKind:
    """A check kind, made of its module: `Spec` holds the kind's own fields in YAML, `run` asks, compares and says what
    was found (raises ProtocolError, WorkerLost). The rest is for kinds that have it.

    `targets` names the functions of the student's file that are called, as "name" or "Class.name". `answer_form` is how
    many values formulas must give for one trial, and the names they may use; `planned` the trials that need no answer
    of the student to be planned: together they let known mistakes be stated as formulas. `files` are the files of the
    course's folder that a check reads. `form` is how a written answer has to be written: what of its check may be known
    without the key; None where any text will do. `pairs` is code that stands for forward and backward (see
    `grader.checks.code.trivial_pairs`). `derives` names the function that must be a derivative, and of which.
    """

    Spec: type[CheckSpec]
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
    return CheckKind(
        module.Spec,
        module.run,
        getattr(module, "targets", lambda spec: []),
        getattr(module, "answer_form", lambda spec: None),
        getattr(module, "planned", lambda spec, rng: []),
        getattr(module, "files", lambda spec: []),
        getattr(module, "form", lambda spec: None),
        getattr(module, "pairs", lambda spec: {}),
        getattr(module, "derives", lambda spec: None),
    )
