"""Asks a worker to run programs on one file and returns each one's answers, or its failure."""

from __future__ import annotations

import functools
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from grader.base.text import escape_controls
from grader.model import Notebook
from grader.model.dataclass import dataclass
from grader.sandbox.answers import MAX_PARTS, Answer, ProtocolError, UnexpectedType, rebuild
from grader.sandbox.forms import answers_of
from grader.sandbox.packing import packed
from grader.sandbox.program import Program
from grader.sandbox.program_shapes import in_shapes
from grader.sandbox.shared_programs import AnswerTable, SharedPrograms

# Caps on what a worker may send, so that a hostile one cannot fill a report. They are the worker's own caps or above
# them (worker/exceptions.py, worker/programs.py, worker/answer_reader.py, worker/notebook_modules.py).
MAX_NAME, MAX_WORDS = 200, 500  # letters of a name, of a message
MAX_CELL_NOTES = 50
MAX_ABSENT, MAX_MODULE = 20, 80  # modules that are not installed, letters of the name of each
MAX_FRAMES = 16
MAX_BASES = 10
MAX_KNOWN = 200  # names beside a missing one, for a guess
MAX_LETTERS = 1 << 20  # of all forms of a reply: more than four nested lists of 64 * 64 * 64 numbers have
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, IndexError)
MAX_ASKED = 1000  # points of a table
Serve = Callable[[int, Any, memoryview], bytes]
Part = Callable[[dict[str, Any], memoryview], None]
Planted = Callable[[Answer], tuple[float, Any]]
"""A function that lives in the judge: from what student code passed to (value, gradient). Raises UnexpectedType."""


@dataclass(frozen=True)
class StudentException:
    """An exception of student code. `frames` are [file, line, function]; `step` says which step raised.

    `module` is one that is not installed, `used` what the code used of it all the same. `bases` are the names of the
    classes that the exception's class is derived from.
    """

    type: str
    text: str
    frames: tuple[tuple[str, int, str], ...]
    step: int
    syntax: tuple[str, int, int] | None = None
    module: str = ""
    used: str = ""
    bases: tuple[str, ...] = ()


@dataclass(frozen=True)
class MissingName:
    """A class, method or function that does not exist. `owner` is "" for the module."""

    owner: str
    name: str
    known: tuple[str, ...]
    step: int


@dataclass(frozen=True)
class ProgramResult:
    """The answers of one program, in order, and what ended it early."""

    answers: tuple[Answer, ...]
    failure: StudentException | MissingName | None


@dataclass(frozen=True)
class CellNote:
    """A notebook's cell that is left out: it fails in a `line` of the file's text with an exception of a `type` and its
    words; or, where the type is "", a name in it that does nothing outside of a notebook."""

    file: str
    cell: int
    line: int
    type: str
    words: str

    @property
    def what(self) -> str:
        """What it fails with."""
        return f"{self.type}: {self.words}" if self.words else self.type


@dataclass(frozen=True)
class RunNotes:
    """What a worker reports besides answers: files with a module that they import although it is not installed, and
    notebooks' cells."""

    absent: tuple[tuple[str, str], ...] = ()
    cell_notes: tuple[CellNote, ...] = ()


class Worker(Protocol):
    """The judge's end of a worker; see grader.sandbox.connection."""

    @property
    def known(self) -> frozenset[str]:
        """The keys of the programs that need not be sent."""

    def ask(self, frame: bytes, serve: Serve | None = None, part: Part | None = None) -> tuple[Any, memoryview]:
        """One request, one answer; `serve` answers calls of planted functions meanwhile, `part` takes parts of it."""


@dataclass(frozen=True)
class FunctionOutline:
    """One function of a file: whether it is a stub, uses complex numbers, how often it calls what, and whether it is a
    stub with an empty body, which does nothing whatever else the template has.

    `last` is its last line, `plain` one without decorators. `gives` is False where it returns nothing but None. `sets`
    are attributes that it assigns to, of whatever object, with `*` where that may be any; `names` its parameters and
    variables. `caret` is the line of its first `^` between numbers, 0 for none, `power` whether one has such a number
    beside it as only powers have, `divides` the line of its first x / y*z that was meant as x / (y * z).
    """

    line: int
    stub: bool
    complex: bool = False
    calls: Mapping[str, int] = field(default_factory=dict)
    empty: bool = False
    last: int = 0
    parameters: tuple[str, ...] = ()
    plain: bool = True
    gives: bool = True
    sets: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    caret: int = 0
    power: bool = False
    divides: int = 0


def load(worker: Worker, files: Mapping[str, str], notebooks: Mapping[str, Notebook] | None = None) -> None:
    """Gives the worker the submission's texts, and where the cells of notebooks are in them."""
    cells = {
        file: [(cell.number, cell.first, cell.count) for cell in book.cells]
        for file, book in (notebooks or {}).items() if not book.written
    }  # fmt: skip
    worker.ask(packed({"do": "load", "files": dict(files), "cells": cells}))


def outline(worker: Worker, file: str, template: str) -> dict[str, FunctionOutline] | StudentException:
    """The functions of a file, or the syntax error that stops it. Raises ProtocolError, WorkerLost."""
    answer, _ = worker.ask(packed({"do": "outline", "file": file, "template": template}))
    try:
        if "error" in answer:
            return exception_of(answer["error"], 0)
        return {str(name): _function_outline(entry) for name, entry in answer["outline"].items()}
    except MALFORMED:
        raise ProtocolError from None


def _function_outline(entry: dict[str, Any]) -> FunctionOutline:
    calls = {str(name): int(count) for name, count in entry["calls"].items()}
    is_so = {name: entry[name] is True for name in ("stub", "complex", "empty", "plain", "gives", "power")}
    lists = {name: [str(word)[:MAX_NAME] for word in entry[name]] for name in ("parameters", "sets", "names")}
    return FunctionOutline(
        int(entry["line"]), calls=calls, last=int(entry["last"]), caret=int(entry["caret"]), **is_so,
        divides=int(entry["divides"]),
        parameters=tuple(lists["parameters"]), sets=frozenset(lists["sets"]), names=frozenset(lists["names"]),
    )  # fmt: skip


@dataclass(frozen=True)
class Request:
    """Programs to run on one file. `planted` are the functions that programs name by their position, `also` other files
    that they use. With `first`, it is asked where no code of the check has run before.

    The first of the programs may be `shared`; an `order` of all of them is another one than theirs. `tables` are of the
    first of the planted functions.
    """

    file: str
    programs: Sequence[Program]
    planted: Sequence[Planted] = ()
    also: Sequence[str] = ()
    first: bool = False
    shared: SharedPrograms | None = None
    order: Sequence[int] = ()
    tables: Sequence[AnswerTable] = ()

    def message(self, known: Container[str]) -> dict[str, Any]:
        """What a worker is sent that knows some programs by their keys."""
        message = {
            "do": "run", "file": self.file, "also": list(self.also), "order": list(self.order),
            "tables": [table.arrays for table in self.tables],
        }  # fmt: skip
        if self.shared is not None and self.shared.key in known:
            own = self.programs[len(self.shared.programs) :]
            return {**message, "known": self.shared.key, **in_shapes(own)}
        return {**message, **in_shapes(self.programs)}

    @functools.cached_property
    def in_order(self) -> Sequence[Program]:
        """The programs as they are run."""
        return [self.programs[number] for number in self.order] if self.order else self.programs


class Reply:
    """What a worker answered to a request, and its notes on imports and cells.

    `forms` are the forms of all results, "" where some are no plain numbers; `row` has the numbers, shape (numbers,).
    Raises ProtocolError.
    """

    def __init__(self, request: Request, answer: dict[str, Any], raw: memoryview) -> None:
        self._request, self._answer, self._raw = request, answer, raw
        self.forms = ""
        self.row: NDArray[np.float64] = np.zeros(0)
        try:
            self.notes = _run_notes(answer)
            if "error" not in answer:
                _tell_calls(request.tables, answer["asked"])
                results, (start, count) = answer["results"], answer["row"]
                if len(results) != len(request.in_order):
                    raise ProtocolError
                if sum(map(_letters, results)) > MAX_LETTERS:
                    raise ProtocolError
                self.row = np.frombuffer(raw, "<f8", count, start).copy() if count else self.row
                if all(type(result) is str for result in results):
                    self.forms = "|".join(results)
        except MALFORMED:
            raise ProtocolError from None
        if not self.forms:
            _ = self.outcomes  # read at once, so that what is malformed ends the exchange

    @functools.cached_property
    def outcomes(self) -> list[ProgramResult]:
        """Each program's outcome, in order. Raises ProtocolError."""
        try:
            if "error" in self._answer:
                return [ProgramResult((), exception_of(self._answer["error"], -1))] * len(self._request.in_order)
            reader = _ReplyReader(self._raw, self.row)
            found = [_outcome(result, program, reader) for result, program in
                     zip(self._answer["results"], self._request.in_order, strict=True)]  # fmt: skip
            reader.finish()
            return found
        except MALFORMED:
            raise ProtocolError from None


def ask(worker: Worker, request: Request) -> Reply:
    """The worker's reply. Raises ProtocolError, WorkerLost."""
    frame = packed(request.message(worker.known))
    answer, raw = worker.ask(frame, lambda number, x, rest: _serve(request.planted, number, x, rest))
    return Reply(request, answer, raw)


def ask_all(worker: Worker, requests: Sequence[Request], take: Callable[[int, Reply], None]) -> None:
    """All requests in one exchange; each reply is taken as soon as it is there. Raises ProtocolError, WorkerLost."""
    running = 0

    def serve(number: int, x: Any, raw: memoryview) -> bytes:
        return _serve(requests[running].planted, number, x, raw)

    def part(answer: dict[str, Any], raw: memoryview) -> None:
        nonlocal running
        if answer.get("part") != running or running == len(requests):
            raise ProtocolError
        take(running, Reply(requests[running], answer, raw))
        running += 1

    parts = [request.message(worker.known) for request in requests]
    worker.ask(packed({"do": "run_all", "parts": parts}), serve, part)
    if running != len(requests):
        raise ProtocolError


def _letters(result: str | dict[str, Any]) -> int:
    """How long the forms of a result are."""
    if isinstance(result, str):
        return len(result)
    return sum(len(one) for one in result["told"] if isinstance(one, str))


def _tell_calls(tables: Sequence[AnswerTable], asked: Sequence[Sequence[int]]) -> None:
    """Tells tables what was looked up in them, as the worker says it: nothing but hints rests on it."""
    for table, numbers in zip(tables, asked, strict=True):
        for number in numbers[:MAX_ASKED]:
            if type(number) is not int or not 0 <= number < len(table.points):
                raise ProtocolError
            table.called(table.points[number])


class _ReplyReader:
    """The numbers of a reply that no answer has taken yet."""

    def __init__(self, raw: memoryview, row: NDArray[np.float64]) -> None:
        self._raw, self._row, self._at, self._left = raw, row, 0, [len(raw), MAX_PARTS]

    def answer(self, item: Any) -> Answer:
        """A tagged list, or the form of plain numbers."""
        return self.forms(item)[0] if isinstance(item, str) else rebuild(item, self._raw, self._left)

    def forms(self, text: str) -> tuple[Answer, ...]:
        """The answers of a form."""
        found, taken = answers_of(text, self._row[self._at :])
        self._at += taken
        return found

    def finish(self) -> None:
        """Raises ProtocolError where numbers are left."""
        if self._at != len(self._row):
            raise ProtocolError


def _run_notes(answer: dict[str, Any]) -> RunNotes:
    absent = tuple(
        (str(file)[:MAX_NAME], escape_controls(str(name))[:MAX_MODULE])
        for file, name in answer.get("absent", [])[:MAX_ABSENT]
    )
    cell_notes = tuple(
        CellNote(
            str(file)[:MAX_NAME],
            int(cell),
            int(line),
            escape_controls(str(kind))[:MAX_NAME],
            escape_controls(str(said))[:MAX_NAME],
        )
        for file, cell, line, kind, said in answer.get("cells", [])[:MAX_CELL_NOTES]
    )
    return RunNotes(absent, cell_notes)


def _serve(planted: Sequence[Planted], number: Any, x: Any, raw: memoryview) -> bytes:
    if type(number) is not int or not 0 <= number < len(planted):
        raise ProtocolError
    try:
        value, gradient = planted[number](rebuild(x, raw, [len(raw), MAX_PARTS]))
    except UnexpectedType as refusal:
        return packed({"refused": str(refusal)})
    return packed({"value": value, "gradient": gradient})


def _outcome(result: str | dict[str, Any], program: Program, reader: _ReplyReader) -> ProgramResult:
    if isinstance(result, str):
        found = reader.forms(result)
        if len(found) != len(program.reports):
            raise ProtocolError
        return ProgramResult(found, None)
    if len(result["told"]) > len(program.reports):
        raise ProtocolError
    answers = tuple(map(reader.answer, result["told"]))
    if "lost" in result:
        owner, name, known = result["lost"]
        names = tuple(str(word)[:MAX_NAME] for word in known[:MAX_KNOWN])
        return ProgramResult(
            answers, MissingName(str(owner)[:MAX_NAME], str(name)[:MAX_NAME], names, int(result["step"]))
        )
    if "error" in result:
        return ProgramResult(answers, exception_of(result["error"], int(result["step"])))
    if len(answers) != len(program.reports):
        raise ProtocolError
    return ProgramResult(answers, None)


def exception_of(error: dict[str, Any], step: int) -> StudentException:
    """An exception as a worker tells it. Raises one of MALFORMED."""
    frames = tuple(
        (str(file)[:MAX_NAME], int(line), str(function)[:MAX_NAME])
        for file, line, function in error["frames"][:MAX_FRAMES]
    )
    syntax = None
    if "syntax" in error:
        file, line, column = error["syntax"]
        syntax = (str(file)[:MAX_NAME], int(line), int(column))
    bases = tuple(str(base)[:MAX_NAME] for base in error["bases"][:MAX_BASES])
    module, used = (str(error.get(key, ""))[:MAX_NAME] for key in ("module", "used"))
    return StudentException(
        str(error["type"])[:MAX_NAME], str(error["text"])[:MAX_WORDS], frames, step, syntax, module, used, bases
    )
