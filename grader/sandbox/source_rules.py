"""Asks a worker what the text of a file says of rules about it; the file is read there, and none of it is run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from grader.model.dataclass import dataclass
from grader.sandbox.answers import ProtocolError
from grader.sandbox.packing import packed
from grader.sandbox.requests import MALFORMED, MAX_KNOWN, MAX_NAME, StudentException, Worker, exception_of

# Caps on what a worker may send, its own or above them (worker/source_rules.py).
MAX_PLACES = 50


@dataclass(frozen=True)
class SourceRules:
    """What is asked of a file: `inside` are functions, methods and classes, "" the whole file; words that are
    forbidden, and lists of words of which one must be called."""

    inside: tuple[str, ...]
    forbids: tuple[str, ...]
    calls: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class SourcePlace:
    """A place in a file, from `column` on as many characters as it is wide; the `function` around it, "" for none."""

    file: str
    line: int
    column: int
    width: int
    function: str = ""


@dataclass(frozen=True)
class SourceFacts:
    """What a file says of rules: names that it lacks, and has; words that it uses and where, and whether that is sure;
    for each list of calls whether one is made: True, False, or None where the text does not tell; and places that hide
    what they call, with whether they run a text. `read` is False for a file that could not be
    followed, as where it is nested too deeply."""

    missing: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    found: tuple[tuple[str, SourcePlace, bool], ...] = ()
    called: tuple[bool | None, ...] = ()
    hidden: tuple[tuple[SourcePlace, bool], ...] = ()
    read: bool = True


def ask_rules(worker: Worker, file: str, own: Collection[str], rules: SourceRules) -> SourceFacts | StudentException:
    """What a file says, with the student's `own` files that it calls; or the syntax error that stops it.

    Raises ProtocolError, WorkerLost.
    """
    asked = {"inside": rules.inside, "forbids": rules.forbids, "calls": rules.calls}
    answer, _ = worker.ask(packed({"do": "rules", "file": file, "own": sorted(own), "rules": asked}))
    try:
        if "error" in answer:
            return exception_of(answer["error"], -1)
        if answer["rules"] is None:
            return SourceFacts(read=False)
        return _facts(answer["rules"], rules)
    except MALFORMED:
        raise ProtocolError from None


def _facts(found: dict[str, Any], rules: SourceRules) -> SourceFacts:
    called = [int(sure) for sure in found["called"]]
    if len(called) != len(rules.calls):
        raise ProtocolError
    return SourceFacts(
        tuple(name for name in rules.inside if name in found["missing"]),
        tuple(str(name)[:MAX_NAME] for name in found["known"][:MAX_KNOWN]),
        tuple(
            (str(word)[:MAX_NAME], _place(place), sure is True) for word, *place, sure in found["found"][:MAX_PLACES]
        ),
        tuple(True if sure == _SURE else False if sure < 0 else None for sure in called),
        tuple((_place(place), text is True) for *place, text in found["open"][:MAX_PLACES]),
    )


_SURE = 2  # as worker/source_rules.py says it


def _place(place: Sequence[Any]) -> SourcePlace:
    file, line, column, width, *function = place
    name = str(function[0])[:MAX_NAME] if function else ""
    return SourcePlace(str(file)[:MAX_NAME], int(line), int(column), int(width), name)
