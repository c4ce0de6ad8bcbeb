"""What the text of a function shows of mistakes: what it is given, keeps and returns, and what Python makes of it."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef

MOST_QUOTIENTS = 20  # of a function that are looked at: each reads its line
MOST = 100  # names of each sort that are reported; honest code has some ten
ANY_NAME = "*"  # among attributes: they are set by names that only running the code would tell
_SETTERS = ("setattr", "__setattr__", "vars", "__dict__", "__slots__")
_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def facts(node: Function, elsewhere: set[str], lines: Sequence[str]) -> dict[str, Any]:
    """`sets` are attributes that it assigns to, of whatever object, and those that are set `elsewhere` than in
    functions; `names` are its parameters and variables, and those of functions inside of it. `caret` is the line of its
    first `^` between numbers, 0 for none; `power` whether one has such a number beside it as only powers have.
    `divides` is the line of its first x / y*z that was meant as x / (y * z), which its spaces show, or the 2 of a
    difference quotient. `gives` is False where it returns nothing but None; `plain` is one without decorators.

    `lines` are those of the file.
    """
    parts = list(ast.walk(node))
    carets = [part for part in parts if isinstance(part, (ast.BinOp, ast.AugAssign)) and _is_caret(part)]
    return {
        "last": node.end_lineno or node.lineno,
        "parameters": [one.arg for one in (*node.args.posonlyargs, *node.args.args)][:MOST],
        "plain": not node.decorator_list,
        "gives": _gives(node),
        "sets": _few({name for part in parts if (name := _set_by(part))} | elsewhere),
        "names": sorted({name for part in parts if (name := _name_in(part))})[:MOST],
        "caret": min((part.lineno for part in carets), default=0),
        "power": any(_is_power(part) for part in carets),
        "divides": next((part.right.lineno for part in _quotients(parts) if _meant_as_divisor(part, lines)), 0),
    }


def set_elsewhere(body: Sequence[ast.stmt], functions: Sequence[Function]) -> set[str]:
    """The attributes that statements set which are in none of these functions."""
    inside = set(map(id, functions))
    waiting: list[ast.AST] = [part for part in body if id(part) not in inside]
    found = set()
    while waiting:
        part = waiting.pop()
        found.add(_set_by(part))
        waiting += (one for one in ast.iter_child_nodes(part) if id(one) not in inside)
    return set(_few(found - {""}))


def _few(names: set[str]) -> list[str]:
    return sorted(names) if len(names) <= MOST else [ANY_NAME]


def _gives(node: Function) -> bool:
    """Whether it may return something else than None, or ends by raising."""
    returned = (part for part in _own(node) if isinstance(part, (ast.Return, ast.Yield, ast.YieldFrom)))
    return isinstance(node.body[-1], ast.Raise) or any(
        not isinstance(part, ast.Return) or not (part.value is None or _is_none(part.value)) for part in returned
    )


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """What is in a function, without what is in functions and classes inside of it."""
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, _NESTED):
            waiting += ast.iter_child_nodes(part)


def _set_by(part: ast.AST) -> str:
    """The attribute that a part of code may set, "" for none."""
    match part:
        case ast.Attribute(attr=name, ctx=ast.Store()):
            return name
        case ast.Attribute(attr=name) | ast.Name(id=name) if name in _SETTERS:
            return ANY_NAME
    return ""


def _name_in(part: ast.AST) -> str:
    match part:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return name
    return ""


def _is_caret(part: ast.BinOp | ast.AugAssign) -> bool:
    """Whether it is `^` between what may be numbers: between truth values and sets it is what it looks like."""
    match part:
        case ast.BinOp(op=ast.BitXor(), left=left, right=right):
            return not (_is_logical(left) or _is_logical(right))
        case ast.AugAssign(op=ast.BitXor(), value=value):
            return not _is_logical(value)
    return False


def _is_logical(node: ast.expr) -> bool:
    match node:
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=bool()) | ast.Set():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in ("bool", "isinstance", "callable", "any", "all", "set", "frozenset")
    return False


def _is_power(part: ast.BinOp | ast.AugAssign) -> bool:
    """Whether a number stands beside `^` that is not 0 or 1."""
    return any(map(_is_number, [part.left, part.right] if isinstance(part, ast.BinOp) else [part.value]))


def _quotients(parts: Sequence[ast.AST]) -> Iterator[ast.BinOp]:
    """The first products x / y * z, without parentheses around the quotient."""
    found = (
        part
        for part in parts
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult)
        and isinstance(part.left, ast.BinOp) and isinstance(part.left.op, ast.Div)
        and (part.lineno, part.col_offset) == (part.left.lineno, part.left.col_offset)
    )  # fmt: skip
    return itertools.islice(found, MOST_QUOTIENTS)


def _meant_as_divisor(part: ast.BinOp, lines: Sequence[str]) -> bool:
    """Whether the product x / y * z was meant to divide by y * z."""
    quotient = part.left
    assert isinstance(quotient, ast.BinOp)
    match quotient:
        case ast.BinOp(left=ast.BinOp(op=ast.Sub()), right=ast.Constant(value=2 | 2.0)):
            return isinstance(part.right, (ast.Name, ast.Attribute))
    slash, star = _between(quotient, lines), _between(part, lines)
    return slash.startswith((" ", ") ")) and star.strip("()") == "*"


def _between(part: ast.BinOp, lines: Sequence[str]) -> str:
    """What is between the operands, where they are in one line."""
    left, right = part.left, part.right
    if left.end_lineno != right.lineno or not 0 < right.lineno <= len(lines):
        return ""
    line = lines[right.lineno - 1].encode("utf-8", "surrogatepass")
    return line[left.end_col_offset : right.col_offset].decode("utf-8", "replace")


def _is_number(node: ast.expr) -> bool:
    match node:
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float())):
            return True
        case ast.Constant(value=int() | float() as value):
            return value not in (0, 1)
    return False
