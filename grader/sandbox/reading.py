"""Asks a worker for the data in a student's text, which it parses and never runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.base.text import escape_controls
from grader.model.dataclass import dataclass
from grader.sandbox.answers import ProtocolError
from grader.sandbox.packing import packed
from grader.sandbox.requests import MALFORMED, Worker

# Caps on what a worker may send, its own or above them (worker/answer_reader.py).
MAX_REASON = 300  # letters of why a text cannot be read
MAX_LOST = 2000  # letters of a text that cannot be read, for the instructor who reads it
MAX_DEPTH = 10  # of data in a text; the worker's parsers stop earlier


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
    answer, _ = worker.ask(packed({"do": "read", "form": form, "text": text}))
    try:
        if "fault" in answer:
            return UnreadableText(*_fault(answer["fault"]))
        return _plain(answer["read"], 0)
    except MALFORMED:
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
    answer, _ = worker.ask(packed({"do": "read", "form": "answers", "text": text}))
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
    except MALFORMED:
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
