"""Reads texts that students wrote in a language of data: YAML answers. Plain texts, lists and mappings come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .libraries import library

MAX_TEXT = 64 << 10
MAX_DEPTH = 8
MAX_VALUES = 4000


class Fault(Exception):
    """The text cannot be read: the line and column (from 1), and why."""

    def __init__(self, line: int, column: int, why: str) -> None:
        super().__init__(why)
        self.line, self.column, self.why = line, column, why


def read(form: str, text: str) -> dict[str, Any]:
    """The data in `text` as {"read": …}, or {"fault": [line, column, why]}."""
    try:
        if len(text) > MAX_TEXT:
            raise Fault(1, 1, f"it is longer than {MAX_TEXT >> 10} KiB")
        return {"read": READERS[form](text)}
    except Fault as fault:
        return {"fault": [fault.line, fault.column, fault.why[:300]]}
    except RecursionError:
        return {"fault": [1, 1, "it is nested too deeply"]}


def yaml(text: str) -> Any:
    """A YAML document with every scalar as text; an empty one is "". Anchors, aliases and tags are refused.

    Events are taken one at a time, so that depth is capped before anything is built.
    """
    module = library("yaml")
    events = module.parse(text, Loader=module.SafeLoader)
    try:
        return _document(events, module)
    except module.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Fault(line, column, str(getattr(error, "problem", None) or error)) from None


def _document(events: Iterator[Any], module: Any) -> Any:
    found: Any = ""
    documents = 0
    budget = [MAX_VALUES]
    for event in events:
        if isinstance(event, module.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _fault(event, "a second document starts here (---): keep all answers in one")
        elif isinstance(event, module.NodeEvent):
            found = _node(event, events, module, 0, budget)
    return found


def _node(event: Any, events: Iterator[Any], module: Any, depth: int, budget: list[int]) -> Any:
    budget[0] -= 1
    if budget[0] < 0:
        raise _fault(event, f"there are more than {MAX_VALUES} values")
    if isinstance(event, module.AliasEvent) or event.anchor is not None:
        raise _fault(event, "anchors (&) and aliases (*) are not read; put the text in quotes if it is meant as it is")
    if event.tag is not None:
        raise _fault(event, "tags (!) are not read; put the text in quotes if it is meant as it is")
    if isinstance(event, module.ScalarEvent):
        return event.value
    if depth >= MAX_DEPTH:
        raise _fault(event, "it is nested too deeply")
    if isinstance(event, module.SequenceStartEvent):
        items = []
        while not isinstance(inner := next(events), module.SequenceEndEvent):
            items.append(_node(inner, events, module, depth + 1, budget))
        return items
    mapping: dict[str, Any] = {}
    while not isinstance(inner := next(events), module.MappingEndEvent):
        key = _node(inner, events, module, depth + 1, budget)
        if not isinstance(key, str):
            raise _fault(inner, "a key is a word or a number")
        if key in mapping:
            raise _fault(inner, f"the key {key!r} stands here twice")
        mapping[key] = _node(next(events), events, module, depth + 1, budget)
    return mapping


def _fault(event: Any, why: str) -> Fault:
    return Fault(event.start_mark.line + 1, event.start_mark.column + 1, why)


READERS: dict[str, Callable[[str], Any]] = {"yaml": yaml}
