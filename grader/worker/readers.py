"""Reads texts in a language of data: YAML answers, DOT graphs. Plain texts, lists and mappings come out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .libraries import library

MAX_TEXT = 64 << 10
MAX_DEPTH = 8
MAX_VALUES = 4000
MAX_NODES = 500
MAX_ARROWS = 1000


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


def dot(text: str) -> Any:
    """One DOT graph: {"kind": "digraph" or "graph", "strict": "yes" or "", "nodes", "edges"}, all texts.

    `nodes` are [name, label] in order of first mention, the label "" where none is given; `edges` are pairs of names,
    each as often as it is drawn. Ports are left out, and a set of nodes in braces stands for each of them.
    """
    plain = _plain_dot(text)
    parser, error = _dot_parser()
    try:
        graphs = list(parser.parse_string(plain, parse_all=True))
    except error as trouble:
        line, column = trouble.lineno, trouble.column
        here = plain[trouble.loc :].strip().split("\n")[0][:24]
        raise Fault(line, column, f"this does not fit: {here}" if here else "the text ends too early") from None
    if len(graphs) > 1:
        raise Fault(1, 1, f"there are {len(graphs)} graphs; one is due")
    whole = graphs[0].obj_dict
    names: dict[str, str] = {}
    arrows: list[list[str]] = []
    _gather(whole, names, arrows)
    if len(names) > MAX_NODES or len(arrows) > MAX_ARROWS:
        raise Fault(1, 1, f"there are more than {MAX_NODES} nodes or {MAX_ARROWS} edges")
    return {
        "kind": str(whole["type"]),
        "strict": "yes" if whole["strict"] else "",
        "nodes": [[name, label] for name, label in names.items()],
        "edges": arrows,
    }


def _dot_parser() -> tuple[Any, type[Exception]]:
    grammar = library("pydot.dot_parser")
    parser = grammar.GraphParser.parser if hasattr(grammar, "GraphParser") else grammar.graph_definition()
    return parser, grammar.ParseException


_DOT_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|//[^\n]*|\#[^\n]*|/\*.*?\*/|->|--|-(?:\.\d+|\d+(?:\.\d*)?)|[\w.]+|\s+|.', re.DOTALL
)


def _plain_dot(text: str) -> str:
    """The text with what graphviz reads and the parser does not in other words, every line in its place.

    That is `;` between attributes, and negative numbers as names. Raises Fault for what is never closed, too deep or
    too much, and for an edge operator that is not this kind of graph's.
    """
    open_at: list[tuple[str, int]] = []
    found: list[str] = []
    arrows = 0
    undirected = re.match(r"\s*(?:strict\s+)?graph\b", text, re.IGNORECASE)
    at = 0
    while at < len(text):
        token = _html(text, at) if text[at] == "<" else _DOT_TOKEN.match(text, at).group()  # type: ignore[union-attr]
        in_list = bool(open_at) and open_at[-1][0] == "["
        if token in '"' or text.startswith("/*", at) and len(token) == 1:
            raise _dot_fault(text, at, f"this {text[at : at + 2].strip()} is never closed")
        if token in "{[":
            open_at.append((token, at))
            if len(open_at) > MAX_DEPTH - 2:
                raise _dot_fault(text, at, "braces are nested too deeply")
        elif token in "}]":
            if not open_at or open_at.pop()[0] != {"}": "{", "]": "["}[token]:
                raise _dot_fault(text, at, f"this {token} closes nothing")
        elif token in ("->", "--"):
            arrows += 1
            if arrows > MAX_ARROWS:
                raise _dot_fault(text, at, f"there are more than {MAX_ARROWS} edges")
            if not in_list and token == ("->" if undirected else "--"):
                raise _dot_fault(text, at, "-> belongs into a digraph" if undirected else "a digraph's edges are ->")
        found.append("," if token == ";" and in_list else f'"{token}"' if _is_name(token) and not in_list else token)
        at += len(token)
    if open_at:
        raise _dot_fault(text, open_at[-1][1], f"this {open_at[-1][0]} is never closed")
    return "".join(found)


def _is_name(token: str) -> bool:
    return len(token) > 1 and token[0] == "-" and token not in ("->", "--")


def _html(text: str, start: int) -> str:
    """The text in angle brackets that starts here, brackets inside it balanced."""
    depth = 0
    for end in range(start, len(text)):
        depth += (text[end] == "<") - (text[end] == ">")
        if depth == 0:
            return text[start : end + 1]
    raise _dot_fault(text, start, "this < is never closed")


def _dot_fault(text: str, at: int, why: str) -> Fault:
    return Fault(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), why)


def _gather(part: Mapping[str, Any], names: dict[str, str], arrows: list[list[str]]) -> None:
    """Adds the nodes and edges of a graph, and of the subgraphs in it."""
    for name, statements in part["nodes"].items():
        if name not in ("node", "edge", "graph"):
            for statement in statements:
                label = statement["attributes"].get("label")
                names[_name(name)] = names.get(_name(name), "") if label is None else _name(str(label), cut=False)
    for edges in part["edges"].values():
        for edge in edges:
            starts, ends = (_ends(point, names, arrows) for point in edge["points"])
            arrows += [[start, end] for start in starts for end in ends]
            if len(arrows) > MAX_ARROWS:
                return
    for subgraphs in part["subgraphs"].values():
        for subgraph in subgraphs:
            _gather(subgraph, names, arrows)


def _ends(point: Any, names: dict[str, str], arrows: list[list[str]]) -> list[str]:
    """The nodes at one end of an edge: one, or all of a subgraph."""
    if isinstance(point, Mapping):
        inside: dict[str, str] = {}
        _gather(point, inside, arrows)
        for name, label in inside.items():
            names[name] = label or names.get(name, "")
        return list(inside)
    names.setdefault(_name(str(point)), "")
    return [_name(str(point))]


def _name(text: str, cut: bool = True) -> str:
    """What a name or label means: without its quotes, and a name without its port."""
    if quoted := re.match(r'"((?:[^"\\]|\\.)*)"', text, re.DOTALL):
        return quoted[1].replace('\\"', '"')
    if text.startswith("<"):
        return text
    return text.partition(":")[0] if cut else text


READERS: dict[str, Callable[[str], Any]] = {"yaml": yaml, "dot": dot}
