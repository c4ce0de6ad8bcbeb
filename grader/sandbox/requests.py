"""Asks a worker to run programs on one file and returns each one's answers, or its failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from grader.base.text import escape_controls
from grader.model import Notebook
from grader.sandbox.answers import Answer, ProtocolError, UnexpectedType, rebuild
from grader.sandbox.program import Program
from grader.worker import frames as wire

# Caps on what a worker may send, so that a hostile one cannot fill a report. They are the worker's own caps or above
# them (worker/exceptions.py, worker/programs.py, worker/answer_reader.py, worker/notebook_modules.py).
MAX_NAME, MAX_WORDS = 200, 500  # letters of a name, of a message
MAX_REASON = 300  # letters of why a text cannot be read
MAX_LOST = 2000  # letters of a text that cannot be read, for the instructor who reads it
MAX_CELL_NOTES = 50
MAX_ABSENT, MAX_MODULE = 20, 80  # modules that are not installed, letters of the name of each
MAX_FRAMES = 16
MAX_KNOWN = 200  # names beside a missing one, for a guess
MAX_DEPTH = 10  # of data in a text; the worker's parsers stop earlier
Serve = Callable[[int, Any, memoryview], bytes]
Planted = Callable[[Answer], tuple[float, Any]]
"""A function that lives in the judge: from what student code passed to (value, gradient). Raises UnexpectedType."""


@dataclass(frozen=True)
class StudentException:
    """An exception of student code. `frames` are [file, line, function]; `step` says which step raised.

    `module` is one that is not installed, `used` what the code used of it all the same.
    """

    type: str
    text: str
    frames: tuple[tuple[str, int, str], ...]
    step: int
    syntax: tuple[str, int, int] | None = None
    module: str = ""
    used: str = ""


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

    def ask(self, frame: bytes, serve: Serve | None = None) -> tuple[Any, memoryview]:
        """One request, one answer; `serve` answers calls of planted functions meanwhile."""


@dataclass(frozen=True)
class FunctionOutline:
    """One function of a file: whether it is a stub, uses complex numbers, and how often it calls what."""

    line: int
    stub: bool
    complex: bool = False
    calls: Mapping[str, int] = field(default_factory=dict)


def load(worker: Worker, files: Mapping[str, str], notebooks: Mapping[str, Notebook] | None = None) -> None:
    """Gives the worker the submission's texts, and where the cells of notebooks are in them."""
    cells = {
        file: [(cell.number, cell.first, cell.count) for cell in book.cells]
        for file, book in (notebooks or {}).items() if not book.written
    }  # fmt: skip
    worker.ask(_packed({"do": "load", "files": dict(files), "cells": cells}))


def outline(worker: Worker, file: str, template: str) -> dict[str, FunctionOutline] | StudentException:
    """The functions of a file, or the syntax error that stops it. Raises ProtocolError, WorkerLost."""
    answer, _ = worker.ask(_packed({"do": "outline", "file": file, "template": template}))
    try:
        if "error" in answer:
            return _exception(answer["error"], 0)
        return {str(name): _function_outline(entry) for name, entry in answer["outline"].items()}
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise ProtocolError from None


def _function_outline(entry: dict[str, Any]) -> FunctionOutline:
    calls = {str(name): int(count) for name, count in entry["calls"].items()}
    return FunctionOutline(int(entry["line"]), entry["stub"] is True, entry["complex"] is True, calls)


@dataclass(frozen=True)
class UnreadableText:
    """A text that cannot be read: line and column (from 1), and why."""

    line: int
    column: int
    why: str


def read(worker: Worker, form: str, text: str) -> Any:
    """The data in a student's text as nested dicts, lists and texts, or UnreadableText.

    Raises ProtocolError, WorkerLost.
    """
    answer, _ = worker.ask(_packed({"do": "read", "form": form, "text": text}))
    try:
        if "fault" in answer:
            return UnreadableText(*_fault(answer["fault"]))
        return _plain(answer["read"], 0)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise ProtocolError from None


@dataclass(frozen=True)
class UnreadablePart:
    """A part of the answers, or the `whole`, that is not YAML: where and why, its text, and the keys above it."""

    line: int
    column: int
    why: str
    text: str
    path: tuple[str, ...]
    whole: bool = False


@dataclass(frozen=True)
class Answers:
    """What is in a file of written answers: the data, the line and column of every key by its path, and what cannot be
    read."""

    data: Any
    keys: tuple[tuple[int, int, tuple[str, ...]], ...]
    unreadable: tuple[UnreadablePart, ...]


def read_answers(worker: Worker, text: str) -> Answers:
    """The written answers in a student's text, as far as they can be read. Raises ProtocolError, WorkerLost."""
    answer, _ = worker.ask(_packed({"do": "read", "form": "answers", "text": text}))
    try:
        if "fault" in answer:
            return Answers("", (), (UnreadablePart(*_fault(answer["fault"]), text[:MAX_LOST], (), True),))
        found = answer["read"]
        keys = tuple((int(line), int(column), tuple(map(str, path))) for line, column, path in found["keys"])
        unreadable = tuple(
            UnreadablePart(*_fault(fault), str(lost)[:MAX_LOST], tuple(map(str, path)))
            for *fault, lost, path in found["faults"]
        )
        return Answers(_plain(found["data"], 0), keys, unreadable)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise ProtocolError from None


def _fault(fault: Sequence[Any]) -> tuple[int, int, str]:
    line, column, why = fault
    return int(line), int(column), escape_controls(str(why))[:MAX_REASON]


def _plain(data: Any, depth: int) -> Any:
    if isinstance(data, str):
        return data
    if depth < MAX_DEPTH and isinstance(data, list):
        return [_plain(item, depth + 1) for item in data]
    if depth < MAX_DEPTH and isinstance(data, dict):
        return {str(key): _plain(item, depth + 1) for key, item in data.items()}
    raise ProtocolError


def ask(
    worker: Worker,
    file: str,
    programs: Sequence[Program],
    planted: Sequence[Planted] = (),
    also: Sequence[str] = (),
) -> tuple[list[ProgramResult], RunNotes]:
    """Each program's outcome, in order, and notes on imports and cells.

    `planted` are the functions that programs name by their position, `also` other files they use. Raises ProtocolError,
    WorkerLost.
    """
    request = _packed(
        {"do": "run", "file": file, "also": list(also), "programs": [program.steps for program in programs]}
    )
    answer, raw = worker.ask(request, lambda number, x, rest: _serve(planted, number, x, rest))
    try:
        notes = _run_notes(answer)
        if "error" in answer:
            return [ProgramResult((), _exception(answer["error"], -1))] * len(programs), notes
        results = answer["results"]
        if len(results) != len(programs):
            raise ProtocolError
        left = [len(raw)]
        return [_outcome(result, program, raw, left) for result, program in zip(results, programs, strict=True)], notes
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, IndexError):
        raise ProtocolError from None


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
        value, gradient = planted[number](rebuild(x, raw, [len(raw)]))
    except UnexpectedType as refusal:
        return wire.pack({"refused": str(refusal)}, [])
    blobs: list[bytes] = []
    given = _array(gradient, blobs) if isinstance(gradient, np.ndarray) else gradient
    return wire.pack({"value": value, "gradient": given}, blobs)


def _outcome(result: dict[str, Any], program: Program, raw: memoryview, left: list[int]) -> ProgramResult:
    answers = tuple(rebuild(item, raw, left) for item in result["told"])
    if "lost" in result:
        owner, name, known = result["lost"]
        names = tuple(str(word)[:MAX_NAME] for word in known[:MAX_KNOWN])
        return ProgramResult(
            answers, MissingName(str(owner)[:MAX_NAME], str(name)[:MAX_NAME], names, int(result["step"]))
        )
    if "error" in result:
        return ProgramResult(answers, _exception(result["error"], int(result["step"])))
    if len(answers) != len(program.reports):
        raise ProtocolError
    return ProgramResult(answers, None)


def _exception(error: dict[str, Any], step: int) -> StudentException:
    frames = tuple(
        (str(file)[:MAX_NAME], int(line), str(function)[:MAX_NAME])
        for file, line, function in error["frames"][:MAX_FRAMES]
    )
    syntax = None
    if "syntax" in error:
        file, line, column = error["syntax"]
        syntax = (str(file)[:MAX_NAME], int(line), int(column))
    module, used = (str(error.get(key, ""))[:MAX_NAME] for key in ("module", "used"))
    return StudentException(
        str(error["type"])[:MAX_NAME], str(error["text"])[:MAX_WORDS], frames, step, syntax, module, used
    )


def _packed(message: Any) -> bytes:
    """A frame of a message in which arrays stand as they are: their bytes go behind the JSON."""
    blobs: list[bytes] = []
    return wire.pack(message, blobs, lambda value: _array(value, blobs))


def _array(value: Any, blobs: list[bytes]) -> dict[str, Any]:
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{type(value).__name__} cannot be sent to a worker")
    offset = sum(map(len, blobs))
    blobs.append(np.ascontiguousarray(value, "<f8").tobytes())
    name = "float64" if value.dtype == np.float64 else value.dtype.name
    return {"array": [name, list(value.shape), offset]}
