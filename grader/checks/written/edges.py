"""The check kind `edges`: a computational graph written as a list of edges, judged up to the names of inner nodes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, model_validator

from grader.base.text import escape_controls, plural
from grader.checks import absent
from grader.checks.base import CheckContext, CheckSpec, Finding
from grader.checks.spec_fields import refuse
from grader.checks.written.answer import AnswerSpec, Form, WrittenAnswer, find, in_doubt, single_spaced, unwrapped
from grader.maths.formula import FormulaError
from grader.maths.graphs import expression_graph as graphs
from grader.maths.graphs.expression_graph import Constant
from grader.maths.graphs.isomorphism import same_structure
from grader.model import Verdict

MAX_EDGES = 100  # far above the 9 of the course's graph with its operations drawn; keeps the comparison quick
MAX_TEXT = 8000  # room for 200 edges between names of 16 letters
MAX_NAME = 24  # letters; whatever is longer is probably a remark
SHOWN_NAME, SHOWN_NAMES = 20, 8  # letters of a name, and names, in a message of one line
MALFORMED = "write a list of edges, for example [p -> q, q -> r]"
# Texts are single-spaced, and a run of dashes is tried from its first alone: so the time is linear.
_ARROW = re.compile(r"\s?(?:(?<![-–—−])[-–—−]+>|(?<!=)=+>|>|[→⟶⇒⟹➔➜↦]|\\to\b|\\rightarrow\b|\bto\b)\s?")
_BACK = re.compile(r"\s?(?:<[-–—−]+|<=+|[←⟵⇐])\s?")
_TWO = re.compile(r"([\w']+)\s([\w']+)")
_PAIRS = re.compile(r"(?:\([^(),>]+,[^(),>]+\)[\s,;]*)+")
Edges = frozenset[tuple[str, str]]

targets, answer_form = absent.targets, absent.answer_form
planned, plan = absent.planned, absent.plan
files, pairs, derives = absent.files, absent.pairs, absent.derives


class KnownGraph(CheckSpec):
    """A wrong graph that is known, as statements, and what to say to who drew it. Leaves that the right one does not
    have may have any name."""

    equals: str = Field(description="the wrong graph, as statements")
    hint: str = Field(description="one sentence for whoever drew it")


class Spec(AnswerSpec):
    """The graph of the statements in `of`. Every value is a node; operations may be nodes of their own beside them."""

    kind: Literal["edges"]
    of: str = Field(description="the last statement is the root, as in: s = a + b; d = a - b; s * d")
    mistakes: tuple[KnownGraph, ...] = Field((), strict=False, description="known wrong graphs, each with a hint")

    @model_validator(mode="after")
    def _sound(self) -> Spec:
        for key, text in (("of", self.of), *(("mistakes", mistake.equals) for mistake in self.mistakes)):
            try:
                graph = graphs.parse(text)
            except FormulaError as error:
                refuse(key, str(error))
            if any(isinstance(arg, Constant) for node in graph.nodes for arg in node.args):
                refuse(key, "contains a plain number, which students may or may not draw as a node")
        leaves = graphs.parse(self.of).leaves
        for mistake in self.mistakes:
            if _same(_accepted(mistake.equals)[0], _accepted(self.of)[0], leaves):
                refuse("mistakes", f"is the right graph: {mistake.equals}")
        return self


class EdgesForm(Form):
    """Any list of edges."""

    kind: Literal["edges"]

    def doubt(self, data: Any) -> str:
        """Why it cannot be read as edges."""
        try:
            edges_in(data)
        except ValueError as error:
            return str(error)
        return ""


def form(spec: Spec) -> EdgesForm:
    """Nothing of the graph."""
    return EdgesForm(kind="edges")


def run(spec: Spec, context: CheckContext) -> Finding:
    """Looks for a renaming of inner nodes that makes the graphs equal."""
    written = find(spec.answer, context)
    if not isinstance(written, WrittenAnswer):
        return written
    try:
        found = edges_in(written.data)
    except ValueError as error:
        return in_doubt(written, str(error))
    leaves, accepted = graphs.parse(spec.of).leaves, _accepted(spec.of)
    small = frozenset((start.casefold(), end.casefold()) for start, end in found)
    try:
        if any(_same(variant, one, leaves) for variant in (found, small) for one in accepted):
            return written.finding(Verdict.CORRECT, 1.0)
        turned = any(_same(frozenset((end, start) for start, end in found), one, leaves) for one in accepted)
        known = next((mistake.hint for mistake in spec.mistakes
                      if any(_same(found, one, leaves) for one in _accepted(mistake.equals))), "")  # fmt: skip
    except ValueError as error:
        return in_doubt(written, str(error))
    plain_name = re.compile(rf"[\w'+*/·×−-]{{1,{MAX_NAME}}}")
    if unclear := next((name for name in _nodes(found) if not plain_name.fullmatch(name)), ""):
        return in_doubt(written, f"{_shown(unclear)!r} may be a remark; write only the names of nodes")
    hint = "every arrow is reversed: draw arrows from what is used to what is computed from it" if turned else known
    return written.finding(Verdict.WRONG, 0.0, _message(found, leaves), hint)


def counts_of(data: Any) -> tuple[int, int]:
    """Nodes and edges of a graph that is written as edges. Raises ValueError where it cannot be read."""
    edges = edges_in(data)
    return len(_nodes(edges)), len(edges)


def edges_in(data: Any) -> Edges:
    """The edges in an answer: a list or a text of `a -> s`, chains too; pairs; a mapping from nodes to what they feed.

    Raises ValueError with words for a student.
    """
    if len(str(data)) > MAX_TEXT:
        raise ValueError(MALFORMED)
    found = list(itertools.islice(_edges(single_spaced(data)), 2 * MAX_EDGES + 1))
    if not 0 < len({*found}) <= MAX_EDGES or len(found) > 2 * MAX_EDGES:
        raise ValueError(MALFORMED)
    return frozenset(found)


def _edges(data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        if {*data} == {"from", "to"}:
            data = {str(data["from"]): data["to"]}
        for start, ends in data.items():
            for end in [ends] if isinstance(ends, str) else ends:
                if not isinstance(end, str):
                    raise ValueError(MALFORMED)
                numbered = _ARROW.search(end) and re.fullmatch(r"\W*\d+\W*", start)
                yield from _edges([end]) if numbered else _chain([start, *_ARROW.split(end)])
        return
    if isinstance(data, list) and all(isinstance(item, str) and not _ARROW.search(item) for item in data):
        pairs = ", ".join(data)
        data = pairs if _PAIRS.fullmatch(pairs) else data
    if isinstance(data, str):
        text = unwrapped(re.sub(r"^\s?(?:strict\s)?digraph\b[^{]*", "", data))
        data = re.findall(r"\([^()]*\)", text) if _PAIRS.fullmatch(text) else _lines(text)
    for number, item in enumerate(data, 1):
        if isinstance(item, dict):
            yield from _edges(item)
        elif isinstance(item, list) and len(item) == 2 and all(isinstance(name, str) for name in item):
            yield from _chain(item)
        elif isinstance(item, str) and not item.strip():
            continue
        else:
            names = _named(item) if isinstance(item, str) else []
            if len(names) < 2:
                raise ValueError(f"write an edge as `p -> q`; line {number} is {escape_controls(str(item))[:40]!r}")
            yield from _chain(names)


def _lines(text: str) -> list[str]:
    """The edges in a text, one or several in a line; YAML puts lines without dashes into one: a -> s b -> s."""
    first, *between, last = _ARROW.split(text) if _ARROW.search(text) else ["", ""]
    pairs = [_TWO.fullmatch(names) for names in between]
    if all(pairs) and all(re.fullmatch(r"[\w']+", name) for name in (first, last)):
        names = [first, *(name for pair in pairs if pair for name in pair.groups()), last]
        return [f"{start} -> {end}" for start, end in zip(names[::2], names[1::2], strict=True)]
    return [part for line in re.split(r"[;\n]", text) for part in _at_commas(line)]


def _at_commas(line: str) -> list[str]:
    """The edges between commas, or the whole line where the commas part the names on one side of an arrow."""
    parts = [part for part in line.split(",") if part.strip()]
    return parts if all(_ARROW.search(part) for part in parts) else [line]


def _named(item: str) -> list[str]:
    """The names along an edge or chain; a pair as in (a, s) is an edge too."""
    item = unwrapped(re.sub(r"^\s?\d+[.)]\s", "", item.rstrip(" .;,")))
    if _BACK.search(item):
        return _BACK.split(item)[::-1]
    names = _ARROW.split(item)
    return item.split(",") if len(names) == 1 and item.count(",") == 1 else names


def _chain(names: list[str]) -> Iterator[tuple[str, str]]:
    """The edges along a chain, each name perhaps a list of names, as in a, b -> s."""
    groups = []
    for name in names:
        inner = unwrapped(name.strip(" \t\n\"'`.;"))
        several = [name] if re.search(r"[+*/]", inner) else re.split(r"\s?[,&]\s?|\sand\s", inner)
        groups.append([re.sub(r"\s(?=\W)|(?<=[^\w\s])\s", "", unwrapped(one.strip(" \"'`.;"))) for one in several])
    if len(groups) < 2 or not all(name for group in groups for name in group):
        raise ValueError(MALFORMED)
    for starts, ends in itertools.pairwise(groups):
        yield from itertools.product(starts, ends)


def _nodes(edges: Edges) -> list[str]:
    return sorted({name for edge in edges for name in edge})


def _accepted(text: str) -> list[Edges]:
    """The graph with a node for each value, and with operations as nodes between the values."""
    nodes = graphs.parse(text).nodes
    names = [node.name or f"#{number}" for number, node in enumerate(nodes)]
    feeds = [(arg, number) for number, node in enumerate(nodes) for arg in node.args if isinstance(arg, int)]
    values = frozenset((names[arg], names[number]) for arg, number in feeds)
    through = {(names[arg], f"op {number}") for arg, number in feeds}
    made = {(f"op {number}", names[number]) for number, node in enumerate(nodes) if node.op != "leaf"}
    return [values, frozenset(through | made)]


def _same(found: Edges, expected: Edges, leaves: tuple[str, ...]) -> bool:
    known = {leaf.casefold() for leaf in leaves}
    return same_structure(
        (_nodes(found), found), (_nodes(expected), expected),
        label=lambda name: name.casefold() if name.casefold() in known else "",
    )  # fmt: skip


def _message(found: Edges, leaves: tuple[str, ...]) -> str:
    own = {start for start, _ in found} - {end for _, end in found}
    if {name.casefold() for name in own} != {leaf.casefold() for leaf in leaves}:
        shown = ", ".join(_shown(name) for name in sorted(own)[:SHOWN_NAMES])
        what = f"its leaves are {shown or 'none'}, but should be {', '.join(leaves)}"
    else:
        what = "the leaves are correct, but the edges from them to the root are not"
    return f"your graph has {plural(len(_nodes(found)), 'node')} and {plural(len(found), 'edge')}; {what}"


def _shown(name: str) -> str:
    return escape_controls(name)[:SHOWN_NAME]
