"""Calls as course files write them, `Pow(n).forward(a)` or `out, cache = forward(x, w)`: parsed by a closed grammar."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from grader.maths.display import plain_input
from grader.maths.formula import OPERATORS
from grader.model.dataclass import dataclass

MAX_LENGTH = 500  # far more than a call needs
MAX_NESTING = 20  # brackets inside of each other, far below what Python's parser can take
NOT_A_CALL = "not a call: write it as Name().method(a, b)"
NOT_AN_ARGUMENT = (
    "arguments are names of inputs, or numbers, texts, None, True, False, and tuples, lists, dicts, sums and products "
    "of these"
)
NOT_A_PART = "what is taken of a result is named by a number or a text, as in f(x)[0]"
DIRECT = "__call__"  # the path of a call of what an earlier call returned, as in derivative(f)(x)


@dataclass(frozen=True)
class FixedArgument:
    """A text, None, True or False as an argument."""

    value: str | bool | None


@dataclass(frozen=True)
class GroupedArguments:
    """A tuple or a list of arguments."""

    kind: type[tuple[Any, ...]] | type[list[Any]]
    items: tuple[Argument, ...]


@dataclass(frozen=True)
class KeyedArguments:
    """A dict of arguments, by text keys."""

    items: tuple[tuple[str, Argument], ...]


@dataclass(frozen=True)
class OperatorArgument:
    """What an operator of Python gives for one or two arguments."""

    operator: str
    operands: tuple[Argument, ...]


Argument = str | float | FixedArgument | GroupedArguments | KeyedArguments | OperatorArgument
"""A bare text is the name of an input, an object or an earlier result."""


def _names(argument: Argument) -> Iterator[str]:
    match argument:
        case str():
            yield argument
        case GroupedArguments(items=items):
            for item in items:
                yield from _names(item)
        case KeyedArguments(items=pairs):
            for _, item in pairs:
                yield from _names(item)
        case OperatorArgument(operands=operands):
            for item in operands:
                yield from _names(item)


def _shown(argument: Argument, case: Mapping[str, Any]) -> str:
    match argument:
        case str():
            return plain_input(case[argument]) if argument in case else argument
        case FixedArgument(value=value):
            return repr(value)
        case GroupedArguments(kind=kind, items=items):
            inner = ", ".join(_shown(item, case) for item in items)
            if kind is list:
                return f"[{inner}]"
            return f"({inner},)" if len(items) == 1 else f"({inner})"
        case KeyedArguments(items=pairs):
            return "{" + ", ".join(f"{key!r}: {_shown(item, case)}" for key, item in pairs) + "}"
        case OperatorArgument(operator=operator, operands=operands):
            parts = [_operand(item, case) for item in operands]
            return f" {operator} ".join(parts) if len(parts) > 1 else f"-{parts[0]}"
    return str(argument)


def _operand(argument: Argument, case: Mapping[str, Any]) -> str:
    text = _shown(argument, case)
    return f"({text})" if isinstance(argument, OperatorArgument) or text.startswith("-") else text


@dataclass(frozen=True)
class CallLink:
    """One call of a chain: `path` as "Pow" or "forward", and its arguments."""

    path: str
    args: tuple[Argument, ...]
    kwargs: tuple[tuple[str, Argument], ...]

    @property
    def names(self) -> set[str]:
        """The names that its arguments use."""
        given = (*self.args, *(value for _, value in self.kwargs))
        return {name for argument in given for name in _names(argument)}


@dataclass(frozen=True)
class ResultPlace:
    """What is read of something that has a name: `opt.w` or `config["velocity"]`. A part is an attribute, or the
    index or key in brackets."""

    text: str
    root: str
    parts: tuple[tuple[str, str | int], ...]


@dataclass(frozen=True)
class Call:
    """A chain of calls. `root` is the name of what it starts at, or "" where that is the module.

    `results` are the names that the result gets: several take it apart. `place` is the attribute that gets it instead.
    Where there are no `links`, the result is the `value`, such as a + b: steps may be this, too.
    `parts` say what is taken of the result: indices and keys, one after the other.
    """

    text: str
    root: str
    links: tuple[CallLink, ...]
    results: tuple[str, ...] = ()
    value: Argument = ""
    place: tuple[str, str] | None = None
    parts: tuple[str | int, ...] = ()

    @property
    def start(self) -> str:
        """The name that the chain begins with: of an object, a class, a function, or of an earlier result."""
        return self.root or (self.links[0].path if self.links else "")

    @property
    def inputs(self) -> set[str]:
        """The names that its arguments use."""
        held = {*_names(self.value)} if not self.links else set()
        return held.union({self.place[0]} if self.place else (), *(link.names for link in self.links))

    def shown(self, case: Mapping[str, Any]) -> str:
        """The call with its inputs filled in, ready to paste."""
        chain = self.root
        for link in self.links:
            args = [_shown(arg, case) for arg in link.args]
            args += [f"{key}={_shown(value, case)}" for key, value in link.kwargs]
            path = "" if link.path == DIRECT else ("." if chain else "") + link.path
            chain += f"{path}({', '.join(args)})"
        chain += "".join(f"[{part!r}]" for part in self.parts)
        chain = chain if self.links else _shown(self.value, case)
        target = ".".join(self.place) if self.place else ", ".join(self.results)
        return f"{target} = {chain}" if target else chain

    def targets(self, makers: Mapping[str, Call]) -> list[str]:
        """The function it calls, as "name" or "Class.name"; none where the class of its object is not known."""
        owner = makers[self.root].links[0].path if self.root in makers else self.root
        found = []
        for link in self.links:
            if link.path != DIRECT:
                found.append(f"{owner}.{link.path}" if owner else link.path)
                owner = link.path
        return found[-1:]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            parse_call, core_schema.str_schema(strict=True, max_length=MAX_LENGTH)
        )


_MODULE = ast.Constant(None)


def parse_step(text: str) -> Call:
    """Reads a call, `c = a * b + 2`, which needs operators alone, or `p.grad = g`. Raises PydanticCustomError."""
    tree = _parsed(text, NOT_A_CALL)
    match tree.body:
        case [ast.Assign(targets=[ast.Attribute(value=ast.Name(id=owner), attr=name)], value=ast.expr() as value)]:
            return Call(text.strip(), "", (), (), _argument(value), (owner, name))
        case [ast.Assign(targets=[ast.Name(id=result)], value=ast.BinOp() | ast.UnaryOp() as value)]:
            return Call(text.strip(), "", (), (result,), _argument(value))
    return parse_call(text)


def parse_call(text: str) -> Call:
    """Reads `Name(a, 2).method(b, key=c)`, and `out, cache = name(a)`. Raises PydanticCustomError."""
    tree = _parsed(text, NOT_A_CALL)
    if len(tree.body) != 1:
        raise PydanticCustomError("call", NOT_A_CALL)
    match tree.body[0]:
        case ast.Expr(value=value):
            results: tuple[str, ...] = ()
        case ast.Assign(targets=[target], value=value):
            results = tuple(_results(target))
        case _:
            raise PydanticCustomError("call", NOT_A_CALL)
    node, links = value, list[CallLink]()
    while isinstance(node, ast.Call):
        path, under = _path(node.func)
        if any(isinstance(arg, ast.Starred) for arg in node.args) or any(key.arg is None for key in node.keywords):
            raise PydanticCustomError("call", "no `*` in calls: name each argument")
        named = tuple((str(key.arg), _argument(key.value)) for key in node.keywords)
        links.append(CallLink(path, tuple(map(_argument, node.args)), named))
        node = under
    root = node.id if isinstance(node, ast.Name) else ""
    if not links or not links[-1].path or not (root or node is _MODULE):
        raise PydanticCustomError("call", NOT_A_CALL)
    return Call(text.strip(), root, tuple(reversed(links)), results)


def parse_reference(text: str) -> Call:
    """Reads a call, or a part of what it returns: `name(a)[0]` or `name(a)["key"]`. Raises PydanticCustomError."""
    tree = _parsed(text, NOT_A_CALL)
    node = tree.body[0].value if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) else _MODULE
    parts: list[str | int] = []
    while isinstance(node, ast.Subscript):
        parts.append(_key(node.slice, NOT_A_PART))
        node = node.value
    if not parts:
        return parse_call(text)
    return replace(parse_call(ast.unparse(node)), text=text.strip(), parts=tuple(reversed(parts)))


def _key(node: ast.expr, wrong: str) -> str | int:
    """The index or key in brackets. Raises PydanticCustomError with what is `wrong` otherwise."""
    match node:
        case ast.Constant(value=key) if type(key) in (str, int):
            return cast("str | int", key)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(key))):
            return -key
    raise PydanticCustomError("call", "{text}", {"text": wrong})


def parse_object(text: str) -> Call:
    """Reads what makes an object: a call, or a dict or list of arguments. Raises PydanticCustomError."""
    if not text.strip().startswith(("{", "[")):
        return parse_call(text)
    tree = _parsed(text, NOT_A_CALL)
    match tree.body:
        case [ast.Expr(value=ast.Dict() | ast.List() as node)]:
            return Call(text.strip(), "", (), (), _argument(node))
    raise PydanticCustomError("call", "an object is a call, a dict or a list, and nothing beside it")


def parse_place(text: str) -> ResultPlace:
    """Reads `name`, `name.attribute`, `name["key"]`, `name[0]` and chains of these. Raises PydanticCustomError."""
    wrong = f"{text!r} is not a result: write a name, or what it holds, as in opt.w, cache[0] or config['velocity']"
    tree = _parsed(text, wrong)
    node = tree.body[0].value if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) else _MODULE
    parts: list[tuple[str, str | int]] = []
    while not isinstance(node, ast.Name):
        match node:
            case ast.Attribute(value=under, attr=name):
                parts.append(("attribute", name))
            case ast.Subscript(value=under, slice=inside):
                parts.append(("item", _key(inside, wrong)))
            case _:
                raise PydanticCustomError("call", "{text}", {"text": wrong})
        node = under
    return ResultPlace(text.strip(), node.id, tuple(reversed(parts)))


def _parsed(text: str, wrong: str) -> ast.Module:
    try:
        if max(map(text.count, "([{")) > MAX_NESTING:
            raise ValueError
        return ast.parse(text.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise PydanticCustomError("call", "{text}", {"text": wrong}) from None


def _results(target: ast.expr) -> Iterable[str]:
    match target:
        case ast.Name(id=name):
            return [name]
        case ast.Tuple(elts=parts) if len(parts) > 1 and all(isinstance(part, ast.Name) for part in parts):
            return [part.id for part in parts if isinstance(part, ast.Name)]
    raise PydanticCustomError("call", "on the left of `=` are names, as in out, cache = forward(x, w)")


def _path(function: ast.expr) -> tuple[str, ast.expr]:
    """The dotted name that is called, and what it belongs to: a call, a name, or the module."""
    names: list[str] = []
    while isinstance(function, ast.Attribute):
        names.append(function.attr)
        function = function.value
    if isinstance(function, ast.Name) and not names:
        return function.id, _MODULE
    return ".".join(reversed(names)) or DIRECT, function


def _argument(node: ast.expr) -> Argument:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=value) if type(value) in (int, float):
            return cast(float, value)
        case ast.Constant(value=value) if value is None or type(value) in (str, bool):
            return FixedArgument(cast("str | bool | None", value))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)) if type(value) in (int, float):
            return -cast(float, value)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return OperatorArgument("neg", (_argument(inner),))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OperatorArgument(OPERATORS[type(op)], (_argument(left), _argument(right)))
        case ast.Tuple(elts=items):
            return GroupedArguments(tuple, tuple(map(_argument, items)))
        case ast.List(elts=items):
            return GroupedArguments(list, tuple(map(_argument, items)))
        case ast.Dict(keys=keys, values=values):
            if all(isinstance(key, ast.Constant) and type(key.value) is str for key in keys):
                texts = [cast(str, key.value) for key in keys if isinstance(key, ast.Constant)]
                return KeyedArguments(tuple(zip(texts, map(_argument, values), strict=True)))
    raise PydanticCustomError("call", NOT_AN_ARGUMENT)
