"""Reads texts in a data language (written answers in YAML, DOT graphs) as plain texts, lists and mappings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .answer_reader import answers
from .libraries import library
from .unreadable import UnreadableData, line_and_column

# What bounds the work on one text: students' answers have a few KiB, the graphs that they draw some tens of nodes.
MAX_TEXT = 64 << 10  # bytes; docs/security.md says what the worst text of this length costs
MAX_NODES = 500
MAX_ARROWS = 1000
MAX_TOKENS = 8000  # pydot's parser takes its time for each of them; the largest allowed graph needs fewer
MAX_BRACES = 5  # the parser recurses at each level; a graph with clusters has three
MAX_REASON = 300  # letters of a reason: it may quote the text


def read(form: str, text: str) -> dict[str, Any]:
    """The data in `text` as {"read": …}, or {"fault": [line, column, why]}."""
    try:
        if len(text) > MAX_TEXT:
            raise UnreadableData(1, 1, f"longer than {MAX_TEXT >> 10} KiB")
        return {"read": READERS[form](text)}
    except UnreadableData as fault:
        return {"fault": [fault.line, fault.column, fault.why[:MAX_REASON]]}
    except RecursionError:
        return {"fault": [1, 1, "nested too deeply"]}


def dot(text: str) -> Any:
    """One DOT graph: {"kind": "digraph" or "graph", "strict": "yes" or "", "nodes", "edges"}, all texts.

    `nodes` are [name, label] in order of first mention, the label "" where none is given; `edges` are pairs of names,
    each as often as it is drawn. Ports are left out, and a set of nodes in braces stands for each of them.
    """
    plain = _plain_dot(text)
    grammar = library("pydot.dot_parser")
    parser = grammar.GraphParser.parser if hasattr(grammar, "GraphParser") else grammar.graph_definition()
    parser.enable_packrat()  # without it, every level of braces doubles the time
    try:
        graphs = list(parser.parse_string(plain, parse_all=True))
    except grammar.ParseException as error:
        here = plain[error.loc :].strip().partition("\n")[0][:24]
        why = f"unexpected: {here}" if here else "the text ends too early"
        raise UnreadableData(error.lineno, error.column, why) from None
    if len(graphs) > 1:
        raise UnreadableData(1, 1, f"there are {len(graphs)} graphs; write only one")
    whole = graphs[0].obj_dict
    found = _Gathered({}, [], set())
    found.add(whole)
    if len(found.labels) > MAX_NODES or len(found.arrows) > MAX_ARROWS:
        raise UnreadableData(1, 1, f"more than {MAX_NODES} nodes or {MAX_ARROWS} edges")
    return {
        "kind": str(whole["type"]),
        "strict": "yes" if whole["strict"] else "",
        "nodes": [[name, label] for name, label in found.labels.items()],
        "edges": found.arrows,
    }


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|\#[^\n]*|/\*.*?\*/|->|--|-\.?\d[\d.]*|[\w.]+|\s+|/\*|.', re.DOTALL)
_CLOSES = {"}": "{", "]": "["}


def _plain_dot(text: str) -> str:
    """The text without what graphviz reads and the parser does not, every line in its place.

    That is `;` between attributes, and negative numbers as names. Raises UnreadableData for what is not closed,
    too deep or too long, and for the edge operator of another kind of graph.
    """
    open_at: list[tuple[str, int]] = []
    found: list[str] = []
    arrow = "--" if re.match(r"\s*(?:strict\s+)?graph\b", text, re.IGNORECASE) else "->"
    budget = MAX_TOKENS
    for at, token in _tokens(text):
        in_list = bool(open_at) and open_at[-1][0] == "["
        budget -= not token.isspace()
        if budget < 0:
            raise _dot_fault(text, at, f"more than {MAX_TOKENS} words and signs")
        if token in ('"', "/*"):
            raise _dot_fault(text, at, f"this {token} is never closed")
        if token in ("{", "["):
            open_at.append((token, at))
            if len(open_at) > MAX_BRACES:
                raise _dot_fault(text, at, "nested too deeply")
        elif token in _CLOSES and (not open_at or open_at.pop()[0] != _CLOSES[token]):
            raise _dot_fault(text, at, f"this {token} closes nothing: where is its {_CLOSES[token]}?")
        elif token in ("->", "--") and token != arrow:
            raise _dot_fault(text, at, f"write edges with {arrow} in a {'digraph' if arrow == '->' else 'graph'}")
        if in_list and token == ";":
            token = ","
        elif not in_list and token.startswith("-") and token[1:2] not in ("-", ">", ""):
            token = f'"{token}"'
        found.append(token)
    if open_at:
        raise _dot_fault(text, open_at[-1][1], f"this {open_at[-1][0]} is never closed")
    return "".join(found)


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    """Every token with its place; a text in (balanced) angle brackets is one token."""
    at = 0
    while at < len(text):
        token = _html(text, at) if text[at] == "<" else _TOKEN.match(text, at).group()  # type: ignore[union-attr]
        yield at, token
        at += len(token)


def _html(text: str, start: int) -> str:
    depth = 0
    for end in range(start, len(text)):
        depth += (text[end] == "<") - (text[end] == ">")
        if depth == 0:
            return text[start : end + 1]
    raise _dot_fault(text, start, "this < is never closed")


def _dot_fault(text: str, at: int, why: str) -> UnreadableData:
    return UnreadableData(*line_and_column(text, at), why)


@dataclass(frozen=True)
class _Gathered:
    """What was found so far: labels by name, edges, and the subgraphs seen at the end of an edge.

    pydot lists such a subgraph at each edge that starts or ends at it; its own edges are drawn once.
    """

    labels: dict[str, str]
    arrows: list[list[str]]
    seen: set[int]

    def add(self, part: Mapping[str, Any]) -> list[str]:
        """The names of the nodes in a graph and the subgraphs in it; all of it is added."""
        names: dict[str, None] = {}
        for name, statements in part["nodes"].items():
            if name not in ("node", "edge", "graph"):
                names[_name(name)] = None
                self.labels.setdefault(_name(name), "")
                for statement in statements:
                    if "label" in statement["attributes"]:
                        self.labels[_name(name)] = _unquoted(str(statement["attributes"]["label"]))
        for edges in part["edges"].values():
            for edge in edges:
                starts, ends = (self.end(point) for point in edge["points"])
                names.update(dict.fromkeys([*starts, *ends]))
                if id(part) not in self.seen and len(self.arrows) <= MAX_ARROWS:
                    self.arrows.extend([start, end] for start in starts for end in ends)
        for subgraphs in part["subgraphs"].values():
            for subgraph in subgraphs:
                names.update(dict.fromkeys(self.add(subgraph)))
        self.seen.add(id(part))
        return list(names)

    def end(self, point: Any) -> list[str]:
        """The nodes at one end of an edge: one, or all of a subgraph."""
        if isinstance(point, Mapping):
            return self.add(point)
        self.labels.setdefault(_name(str(point)), "")
        return [_name(str(point))]


def _name(text: str) -> str:
    """A node's name without quotes and port."""
    return _unquoted(text) if text.startswith(('"', "<")) else text.partition(":")[0]


def _unquoted(text: str) -> str:
    quoted = re.match(r'"((?:[^"\\]|\\.)*)"', text, re.DOTALL)
    return quoted[1].replace('\\"', '"') if quoted else text


READERS: dict[str, Callable[[str], Any]] = {"answers": answers, "dot": dot}
