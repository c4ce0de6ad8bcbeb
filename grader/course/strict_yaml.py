"""YAML without its traps, and with the place of every key and value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

import yaml

from grader.course.problems import Place, Problem
from grader.model.dataclass import dataclass
from grader.worker.latex_escapes import LONGEST, is_latex

Path = tuple[str | int, ...]
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")
_SPECIAL: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
# Far above what a course holds (a file of this one has some hundreds of nodes, ten levels deep), far below what aliases
# of aliases make of a few lines.
MAX_DEPTH = 30
MAX_NODES = 50_000
MAX_DIGITS = 400  # of a whole number: more than any float holds; Python refuses to read 4300 or more
IN_SINGLE_QUOTES = "put text with a backslash in 'single quotes', or behind |"
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_COMMAND = re.compile(r"[A-Za-z]+|.")
_TAG = re.compile(r"(&\S+\s+)?!")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Places(Mapping[Path, Place]):
    """Where what YAML describes is, by its path from the root; found when asked for, as few ever are."""

    def __init__(self) -> None:
        self.nodes: dict[Path, yaml.Node] = {}

    def __getitem__(self, path: Path) -> Place:
        return _place(self.nodes[path])

    def __iter__(self) -> Iterator[Path]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)


@dataclass
class Document:
    """A file's data, and the places of its keys and values by their path from the root."""

    file: str
    text: str
    data: Any = None
    values: Places = field(default_factory=Places)
    keys: Places = field(default_factory=Places)
    problems: list[Problem] = field(default_factory=list)
    nodes: int = 0

    def problem(self, message: str, place: Place | None, aside: str = "", remedy: str = "") -> None:
        """Notes one error of this file; the same one at the same place, met again through an alias, counts once."""
        problem = Problem(message, self.file, self.text, place, aside, remedy)
        if problem not in self.problems:
            self.problems.append(problem)


def read(text: str, file: str) -> Document:
    """Reads one document. Numbers and true/false/null are as in YAML 1.2; everything else plain is text.

    So `1e-6` is a number, `no` and `1:30` are text; `010`, duplicate keys, merge keys and tags are errors.
    """
    document = Document(file, text)
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _inside(text, mark) if mark else None
        problem = str(error.problem or error.context)
        document.problem(f"not YAML: {problem}", place, remedy=_remedy(problem, text, place))
        return document
    except (yaml.YAMLError, RecursionError) as error:
        document.problem(f"not YAML: {error}", None)
        return document
    if root is None:
        document.problem("the file is empty", None)
        return document
    document.data = _build(root, (), document, 0)
    return document


def _inside(text: str, mark: yaml.Mark) -> Place:
    """Where a mark is; at the end of the text for one after it, as where a bracket is never closed."""
    lines = text.split("\n")
    if mark.line < len(lines):
        return Place(mark.line, mark.column, 1)
    return Place(len(lines) - 1, len(lines[-1]), 1)


def _remedy(problem: str, text: str, place: Place | None) -> str:
    if "escape" in problem or "hex" in problem:  # \sigma, \xi
        return IN_SINGLE_QUOTES
    line = text.split("\n")[place.line] if place else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces: YAML allows no tabs there"
    if "mapping values are not allowed" in problem and place and ":" in line[: place.column]:
        return "put text that holds `: ` in quotes"
    return "check indentation, quotes and colons"


def is_text(plain: str) -> bool:
    """Whether this, without quotes, is read as text: not as a number, true, false or null."""
    return plain not in _SPECIAL and not any(form.fullmatch(plain) for form in (_INT, _FLOAT, _LEADING_ZERO))


def _place(node: yaml.Node) -> Place:
    start, end = node.start_mark, node.end_mark
    length = end.column - start.column if end.line == start.line else 1
    return Place(start.line, start.column, length)


def _build(node: yaml.Node, path: Path, document: Document, depth: int) -> Any:
    document.values.nodes.setdefault(path, node)
    document.nodes += 1
    if depth > MAX_DEPTH or document.nodes > MAX_NODES:
        if document.nodes <= MAX_NODES + 1:
            document.problem("nested too deeply, or aliases that multiply", _place(node))
            document.nodes = MAX_NODES + 1
        return None
    if _TAG.match(document.text, node.start_mark.index):
        document.problem("tags are not supported", _place(node), remedy="remove the tag")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document, depth)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, path + (index,), document, depth + 1) for index, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node, document)


def _mapping(node: yaml.MappingNode, path: Path, document: Document, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            document.problem("a key must be text", _place(key_node))
            continue
        key = key_node.value
        if key == "<<" and not key_node.style:
            document.problem(
                "merge keys (<<) are not supported",
                _place(key_node),
                remedy="repeat the keys, or use an alias of a whole value",
            )
            continue
        if key in found:
            first = document.keys[path + (key,)].line + 1
            document.problem(
                f"duplicate key {key!r}", _place(key_node), f"first in line {first}", "remove one of the two"
            )
            continue
        document.keys.nodes[path + (key,)] = key_node
        found[key] = _build(value_node, path + (key,), document, depth + 1)
    return found


def _latex(node: yaml.ScalarNode, text: str) -> Place | None:
    """The first command of LaTeX in double quotes, of which YAML would make a line break or the like; None for none."""
    start, end = node.start_mark.index, node.end_mark.index
    for found in _ESCAPE.finditer(text, start, end):
        at = found.start()
        spaced = found[0] == "\\_" and not (text[at - 1].isalpha() and text[at + 2 : at + 3].isalpha())
        if is_latex(text[at + 1 : min(end, at + LONGEST)]) and not spaced:
            before = text[:at].splitlines(keepends=True)[-1]
            name = _COMMAND.match(text, at + 1)
            column = len(before) if not before.endswith("\n") else 0
            return Place(text.count("\n", 0, at), column, name.end() - at if name else 2)
    return None


def _scalar(node: yaml.ScalarNode, document: Document) -> Any:
    text: str = node.value
    if node.style == '"' and (place := _latex(node, document.text)):
        raw = document.text.splitlines()[place.line][place.column : place.column + place.length]
        document.problem(f"double quotes change {raw}", place, f"{raw[:2]} is an escape of YAML", IN_SINGLE_QUOTES)
    elif _CONTROL.search(text):
        document.problem("control characters are not allowed in text", _place(node), remedy="remove them")
    if node.style:
        return text
    if text in _SPECIAL:
        return _SPECIAL[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) < MAX_DIGITS else float("inf")
    if _LEADING_ZERO.fullmatch(text):
        document.problem(
            f"{text} is ambiguous",
            _place(node),
            "8 in YAML 1.1, 10 in YAML 1.2" if text == "010" else "",
            f'write {text.replace("_", "").lstrip("+-0") or 0} or "{text}"',
        )
        return text
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
