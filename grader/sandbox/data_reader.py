"""Reads what students wrote as data, and outlines their code, in a worker that never runs any of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from grader.sandbox import reading, requests
from grader.sandbox.answers import ProtocolError
from grader.sandbox.connection import WorkerLost
from grader.sandbox.reading import Answers
from grader.sandbox.requests import FunctionOutline, StudentException, Worker

Read = TypeVar("Read")


class Reader:
    """Reads each text once; one that cannot be read in time is not tried again."""

    def __init__(self, worker: Callable[[], Worker]) -> None:
        """`worker` gives a running worker that has the submission's files, of which it has run none."""
        self._worker = worker
        self._known: dict[tuple[str, str], Any] = {}

    def answers(self, text: str) -> Answers:
        """The written answers in a text, as far as they can be read. Raises ProtocolError, WorkerLost."""
        return self._once("answers", text, lambda worker: reading.read_answers(worker, text))

    def dot(self, text: str) -> Any:
        """The graphs in a DOT text as nested data, or UnreadableText. Raises ProtocolError, WorkerLost."""
        return self._once("dot", text, lambda worker: reading.read(worker, "dot", text))

    def outline(self, file: str, template: str) -> dict[str, FunctionOutline] | StudentException:
        """The functions of a file, or the syntax error that stops it. Raises ProtocolError, WorkerLost."""
        return self._once("outline", file, lambda worker: requests.outline(worker, file, template))

    def _once(self, what: str, of: str, read: Callable[[Worker], Read]) -> Read:
        if (what, of) not in self._known:
            try:
                self._known[what, of] = read(self._worker())
            except (ProtocolError, WorkerLost) as error:
                if isinstance(error, WorkerLost) and error.by_the_machine:
                    raise
                self._known[what, of] = error
        found = self._known[what, of]
        if isinstance(found, (ProtocolError, WorkerLost)):
            raise found
        return found  # type: ignore[no-any-return]
