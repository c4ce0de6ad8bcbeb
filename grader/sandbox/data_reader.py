"""Reads what students wrote as data, and outlines their code, in a worker that never runs any of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, TypeVar

from grader.model.dataclass import dataclass
from grader.sandbox import reading, requests
from grader.sandbox.answers import ProtocolError
from grader.sandbox.connection import WorkerLost
from grader.sandbox.reading import Answers
from grader.sandbox.requests import FunctionOutline, StudentException, Worker
from grader.sandbox.source_rules import SourceFacts, SourceRules, ask_rules

Read = TypeVar("Read")


@dataclass(frozen=True)
class CommonTexts:
    """Texts that many submissions hand in as they are, by file: the template's. What was read of them is kept."""

    texts: Mapping[str, str] = field(default_factory=dict)
    read: dict[tuple[str, str, str], Any] = field(default_factory=dict)


class Reader:
    """Reads each text once; one that cannot be read in time is not tried again."""

    def __init__(self, worker: Callable[[str], Worker], common: CommonTexts | None = None) -> None:
        """`worker` gives a running worker that reads texts of a form, has the submission's files and has run none."""
        self._worker, self._common = worker, common or CommonTexts()
        self._known: dict[tuple[str, str], Any] = {}

    def answers(self, text: str) -> Answers:
        """The written answers in a text, as far as they can be read. Raises ProtocolError, WorkerLost."""
        return self._once("answers", text, text, lambda worker: reading.read_answers(worker, text))

    def dot(self, text: str) -> Any:
        """The graphs in a DOT text as nested data, or UnreadableText. Raises ProtocolError, WorkerLost."""
        return self._once("dot", text, text, lambda worker: reading.read(worker, "dot", text))

    def outline(self, file: str, text: str, template: str) -> dict[str, FunctionOutline] | StudentException:
        """The functions of a file with this text, or the syntax error that stops it. Raises ProtocolError,
        WorkerLost."""
        return self._once("outline", file, text, lambda worker: requests.outline(worker, file, template))

    def rules(self, file: str, sources: Mapping[str, str], rules: SourceRules) -> SourceFacts | StudentException:
        """What one of the student's files says of rules about its text. Raises ProtocolError, WorkerLost."""
        text = repr((sorted(sources.items()), rules))
        return self._once("rules", f"{file}{rules}", text, lambda worker: ask_rules(worker, file, sources, rules))

    def _once(self, what: str, of: str, text: str, read: Callable[[Worker], Read]) -> Read:
        if (what, of, text) in self._common.read:
            return self._common.read[what, of, text]  # type: ignore[no-any-return]
        if (what, of) not in self._known:
            try:
                self._known[what, of] = read(self._worker(what))
                if text in self._common.texts.values():
                    self._common.read[what, of, text] = self._known[what, of]
            except (ProtocolError, WorkerLost) as error:
                if isinstance(error, WorkerLost) and error.by_the_machine:
                    raise
                self._known[what, of] = error
        found = self._known[what, of]
        if isinstance(found, (ProtocolError, WorkerLost)):
            raise found
        return found  # type: ignore[no-any-return]
