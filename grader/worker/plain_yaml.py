"""Reads one YAML document with every scalar as text, and the place of each key."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .latex_escapes import LONGEST, is_latex
from .libraries import library
from .unreadable import UnreadableData, line_and_column

MAX_DEPTH = 8  # exercise, answer, part, and what an answer may be: edges in lists have two levels more
MAX_VALUES = 4000  # far more than answers have (the template has below 100); what the longest text costs stays small
PLACED_DEPTH = 3  # exercise, answer, part: a message names no place below
_WHY = {
    "mapping values are not allowed here": "there is a second `:` here: put the answer in quotes, or correct the "
    "indentation",
    "could not find expected ':'": "this is not a key with an answer: write `a: your answer`",
    "found unexpected end of stream": "these quotes are never closed",
    "special characters are not allowed": "there is a control character here: remove it",
}


UNSUPPORTED = "are not supported; if you mean the character itself, put the text in quotes"


@dataclass
class Read:
    """What is in a document, and where: each key as [line, column, path], line and column from 1.

    `values` is how many more there may be.
    """

    data: Any = ""
    keys: list[list[Any]] = field(default_factory=list)
    values: int = MAX_VALUES


def parse(text: str) -> Read:
    """A YAML document; an empty one is "". Anchors, aliases and tags are refused. Raises UnreadableData.

    Events are taken one at a time, so that depth is capped before anything is built. In double quotes, LaTeX stays
    LaTeX: `"\\frac{1}{2}"` holds no form feed.
    """
    module = library("yaml")
    text = re.sub(r"(?<=\S)[ \t]+", lambda found: " " * len(found[0]), text)  # tabs are refused only as indentation
    read = Read()
    try:
        _document(module.parse(text, Loader=_loader(module)), module, read)
        return read
    except module.YAMLError as error:
        raise _explained(error, text) from None


@functools.cache
def _loader(module: Any) -> Any:
    """The loader in Python (a hostile text crashes the one in C), with LaTeX left as it is in double quotes."""

    class Escapes(dict[str, str]):
        def __init__(self, scanner: Any) -> None:
            super().__init__(module.SafeLoader.ESCAPE_REPLACEMENTS)
            self.scanner = scanner

        def _latex(self, letter: str) -> bool:
            return is_latex(letter + self.scanner.prefix(LONGEST)[1:])

        def __contains__(self, letter: object) -> bool:
            return super().__contains__(letter) or self._latex(str(letter))

        def __getitem__(self, letter: str) -> str:
            return f"\\{letter}" if self._latex(letter) else super().__getitem__(letter)

    class Loader(module.SafeLoader):  # type: ignore[misc]
        def __init__(self, stream: str) -> None:
            super().__init__(stream)
            self.ESCAPE_REPLACEMENTS = Escapes(self)

    return Loader


def _explained(error: Any, text: str) -> UnreadableData:
    """The parser's error, in the words of somebody who writes answers, not YAML."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    opened = getattr(error, "context_mark", None)
    why = _WHY.get(problem, problem)
    if problem.startswith("expected ',' or ") and opened:
        why = "a comma or a closing bracket is missing before this"
        if "<stream end>" in problem:
            mark, why = opened, "this bracket is never closed"
    elif problem == "found unexpected end of stream" and opened:
        mark = opened
    elif "'\\t'" in problem:
        why = "indent with spaces, not with tabs"
    line, column = (mark.line + 1, mark.column + 1) if mark else line_and_column(text, getattr(error, "position", 0))
    return UnreadableData(line, column, why)


def _document(events: Iterator[Any], module: Any, read: Read) -> None:
    documents = 0
    for event in events:
        if isinstance(event, module.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _fault(event, "a second document starts here (---): keep all answers in one")
        elif isinstance(event, module.NodeEvent):
            read.data = _node(event, events, module, (), read)


def _node(event: Any, events: Iterator[Any], module: Any, path: tuple[str, ...], read: Read) -> Any:
    read.values -= 1
    if read.values < 0:
        raise _fault(event, f"there are more than {MAX_VALUES} values", limit=True)
    if isinstance(event, module.AliasEvent) or event.anchor is not None:
        raise _fault(event, f"anchors (&) and aliases (*) {UNSUPPORTED}")
    if event.tag is not None:
        raise _fault(event, f"tags (!) {UNSUPPORTED}")
    if isinstance(event, module.ScalarEvent):
        return event.value
    if len(path) >= MAX_DEPTH:
        raise _fault(event, "nested too deeply", limit=True)
    if isinstance(event, module.SequenceStartEvent):
        items = []
        while not isinstance(inner := next(events), module.SequenceEndEvent):
            items.append(_node(inner, events, module, (*path, "-"), read))
        return items
    return _mapping(event, events, module, path, read)


def _mapping(event: Any, events: Iterator[Any], module: Any, path: tuple[str, ...], read: Read) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    before: Any = None
    last = ""
    while not isinstance(inner := next(events), module.MappingEndEvent):
        key = _node(inner, events, module, (*path, "-"), read)
        if not isinstance(key, str):
            raise _fault(inner, "a key must be a word or a number")
        value = next(events)
        if event.flow_style and _is_fraction(before, inner, value):
            mapping[last] += f",{key}"
            before = inner
            continue
        if key in mapping:
            raise _fault(inner, f"`{key}:` appears twice: keep one")
        if len(path) < PLACED_DEPTH:
            read.keys.append([inner.start_mark.line + 1, inner.start_mark.column + 1, [*path, key]])
        mapping[key] = _node(value, events, module, (*path, key), read)
        before, last = value, key
    return mapping


def _is_fraction(before: Any, key: Any, value: Any) -> bool:
    """Whether YAML cut a number at its decimal comma: {value: 5,76} is {value: 5, 76: nothing} to it."""
    text = getattr(before, "value", "")
    return (
        text[-1:].isdigit() and key.value[:1].isdigit() and before.style is None and key.style is None
        and key.start_mark.index == before.end_mark.index + 1
        and getattr(value, "value", None) == "" and value.start_mark.index == value.end_mark.index
    )  # fmt: skip


def _fault(event: Any, why: str, limit: bool = False) -> UnreadableData:
    return UnreadableData(event.start_mark.line + 1, event.start_mark.column + 1, why, limit)
