"""A student's DOT text as a graph of the judge's own: read in a worker, then validated, and laid out for reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from grader.base.text import escape_controls, pointed
from grader.maths.graphs.layout import layered
from grader.model import Drawing
from grader.model.dataclass import dataclass
from grader.sandbox.answers import ProtocolError
from grader.sandbox.data_reader import Reader
from grader.sandbox.reading import UnreadableText

LONGEST = 64 << 10  # characters of a DOT text: far more than the graphs of a check need
MOST_NODES, MOST_EDGES = 500, 1000  # as in the worker (data_readers.py); a check's graph has 30 nodes at most
MOST_SHOWN = 40  # nodes of a picture that can still be read in a report
LABEL = 24  # characters of a label in it: what fits into a node


class NotAGraph(Exception):
    """The text is not a graph: a sentence for the student, and the line where reading ended."""

    def __init__(self, message: str, snippet: str = "") -> None:
        super().__init__(message)
        self.snippet = snippet


@dataclass(frozen=True)
class Drawn:
    """A graph as it was drawn: labels by name, edges as often as they are there."""

    labels: Mapping[str, str]
    edges: tuple[tuple[str, str], ...]
    directed: bool
    strict: bool

    @property
    def structure(self) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Names and edges, each once."""
        return tuple(self.labels), tuple(dict.fromkeys(self.edges))


def drawn(text: str, reader: Reader) -> Drawn:
    """The graph in a DOT text. Raises NotAGraph; ProtocolError and WorkerLost where it takes too long to read."""
    if len(text) >= LONGEST:
        raise NotAGraph(f"the DOT text has more than {LONGEST >> 10} KiB")
    found = reader.dot(text)
    if isinstance(found, UnreadableText):
        lines = re.split(r"\r\n|\r|\n", text)
        source = escape_controls(lines[found.line - 1].replace("\t", " "))[:160] if 0 < found.line <= len(lines) else ""
        snippet = pointed(source, found.line, found.column) if source else ""
        raise NotAGraph(f"this is not valid DOT: line {found.line}, column {found.column}: {found.why}", snippet)
    return _validated(found)


def _validated(found: Any) -> Drawn:
    try:
        nodes, edges = found["nodes"], found["edges"]
        labels = dict(nodes)
        arrows = tuple((start, end) for start, end in edges)
        texts = [*labels, *labels.values(), *(end for arrow in arrows for end in arrow), found["kind"], found["strict"]]
    except (KeyError, TypeError, ValueError):
        raise ProtocolError from None
    sizes_fit = len(labels) <= MOST_NODES and len(arrows) <= MOST_EDGES
    named = {end for arrow in arrows for end in arrow} <= set(labels)
    if not sizes_fit or not named or not all(isinstance(text, str) for text in texts):
        raise ProtocolError
    return Drawn(labels, arrows, found["kind"] != "graph", bool(found["strict"]))


def picture(found: Drawn, flipped: bool = False) -> Drawing:
    """The graph laid out, leaves on the left; `flipped` where arrows point to the leaves. Large ones are left out."""
    if len(found.labels) > MOST_SHOWN:
        return Drawing()
    number = {name: index for index, name in enumerate(found.labels)}
    edges = tuple(dict.fromkeys((number[start], number[end]) for start, end in found.edges))
    places = layered(len(number), [(end, start) if flipped else (start, end) for start, end in edges])
    nodes = tuple(
        (x, y, _label(name, label)) for (x, y), (name, label) in zip(places, found.labels.items(), strict=True)
    )
    return Drawing(nodes, edges)


def _label(name: str, label: str) -> str:
    text = re.sub(r"\\[nlr]|\s+", " ", label or name)
    if text.startswith("<"):
        text = re.sub(r"<[^<>]*>", " ", text)
    text = escape_controls(text).strip()
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"
