"""Operations of a class that a course adds: how each is called, and the formula of what it computes."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from grader.base.text import did_you_mean, enumerate_names, plural
from grader.maths.formula import CONSTANTS, Formula, FormulaError, parse
from grader.model.dataclass import dataclass

OBJECT = "x"  # what formulas call the object, where its name is left out: exp is exp(x)
_NAME = re.compile(r"[^\W\d]\w*")
_LITERALS = (int, float, bool, type(None))
_REFUSED = (SyntaxError, ValueError, MemoryError, RecursionError)


@dataclass(frozen=True)
class Operand:
    """An argument that is a value of the class, by its place among the operands."""

    place: int


@dataclass(frozen=True)
class Span:
    """A slice in an index."""

    start: int | None
    stop: int | None
    step: int | None


@dataclass(frozen=True)
class MethodUse:
    """One use of an operation that has a formula: a method that is called, an attribute, or an item.

    `given` are the arguments after the object, each with its keyword or "": an Operand, or a literal, which stands in
    the formula already. `operands` are the formula's names for the operands.
    """

    way: Literal["call", "attribute", "item"]
    given: tuple[tuple[str, Any], ...]
    formula: Formula
    operands: tuple[str, ...]


@dataclass(frozen=True)
class MethodForm:
    """A method with the names of its arguments, the object first, the literals that some are by default, and the
    text of its formula."""

    name: str
    parameters: tuple[str, ...]
    defaults: tuple[tuple[str, Any], ...]
    text: str

    @property
    def required(self) -> tuple[str, ...]:
        """The arguments without a default: an operation of a random graph has these as operands."""
        known = dict(self.defaults)
        return tuple(name for name in self.parameters if name not in known)

    def use(self, given: Sequence[tuple[str, Any]]) -> MethodUse:
        """The use with these arguments after the object, each an Operand or a literal. Raises FormulaError."""
        bound: dict[str, Any] = {self.parameters[0]: Operand(0)}
        rest = iter(self.parameters[1:])
        for keyword, value in given:
            name = keyword or next(rest, "")
            if not name or name in bound or name not in self.parameters:
                hint = did_you_mean(keyword, self.parameters) if keyword else ""
                raise FormulaError(f"{self.name} takes {self._takes()}{hint}")
            bound[name] = value
        if missing := [name for name in self.required if name not in bound]:
            raise FormulaError(f"{self.name} takes {self._takes()}: {missing[0]} is missing")
        operands = {value.place: name for name, value in bound.items() if isinstance(value, Operand)}
        literals = {**dict(self.defaults), **bound}
        text = with_literals(self.text, {name: value for name, value in literals.items()
                                         if not isinstance(value, Operand)})  # fmt: skip
        names = tuple(operands[place] for place in sorted(operands))
        formula = formula_of(text)
        if unknown := sorted(formula.names - {*self.parameters}):
            raise FormulaError(f"{self.name}: {self.text!r} uses {unknown[0]!r}, which is not one of its arguments: "
                               f"{enumerate_names(list(self.parameters))}")  # fmt: skip
        if formula.boolean:
            raise FormulaError(f"{self.name}: {self.text!r} is a condition, which has no derivative")
        return MethodUse("call", tuple(given), formula, names)

    def _takes(self) -> str:
        count = len(self.parameters) - 1
        if not count:
            return "no arguments besides the object"
        return f"{plural(count, 'argument')} besides the object: {enumerate_names(list(self.parameters[1:]))}"


def method_form(signature: str, formula: str) -> MethodForm:
    """A method from `exp` or `leaky(x, slope=0.1)`, and its formula. Raises FormulaError."""
    if _NAME.fullmatch(signature):
        signature = f"{signature}({OBJECT})"
    try:
        call = ast.parse(signature.strip(), mode="eval").body
        match call:
            case ast.Call(func=ast.Name(id=name), args=[ast.Name(), *_] as args, keywords=keywords):
                required = [arg.id for arg in args if isinstance(arg, ast.Name)]
                if len(required) < len(args):
                    raise ValueError
                defaults = tuple((keyword.arg or "", _literal(keyword.value)) for keyword in keywords)
            case _:
                raise ValueError
    except _REFUSED:
        raise FormulaError(f"{signature!r} is no method: write `exp`, or its arguments, the object first, as in "
                           "`leaky(x, slope=0.1)`") from None  # fmt: skip
    parameters = (*required, *(key for key, _ in defaults))
    if len({*parameters}) < len(parameters) or {"", *CONSTANTS} & {*parameters}:
        raise FormulaError(
            f"{signature!r}: each argument needs a name of its own, which is not {' or '.join(CONSTANTS)}"
        )
    form = MethodForm(name, parameters, defaults, formula)
    if len(required) == 1:
        form.use(())  # others may need literals in their formula, and are read where they are used
    else:
        with_literals(formula, {})
    return form


@functools.lru_cache(4096)
def formula_of(text: str) -> Formula:
    """The formula of a text, one and the same for equal texts: graphs are compared by it. Raises FormulaError."""
    return parse(text)


def with_literals(text: str, values: Mapping[str, Any]) -> str:
    """The formula with literals in place of names. Raises FormulaError where it cannot be read."""
    if not values:
        formula_text(text)
        return text
    return ast.unparse(_Filled(values).visit(formula_text(text)))


def formula_text(text: str) -> ast.Expression:
    """The tree of a formula's text. Raises FormulaError."""
    try:
        return ast.parse(text.strip(), mode="eval")
    except _REFUSED as error:
        raise FormulaError(f"{text!r} is not a formula: {getattr(error, 'msg', error)}") from None


class _Filled(ast.NodeTransformer):
    """Puts literals in place of names that stand for values."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self.values:
            return node
        return ast.parse(repr(self.values[node.id]), mode="eval").body

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.args = [self.visit(arg) for arg in node.args]  # never the function, which may have the name of an argument
        node.keywords = [ast.keyword(keyword.arg, self.visit(keyword.value)) for keyword in node.keywords]
        return node


def is_literal(node: ast.expr) -> bool:
    """Whether an argument stands for itself: a number, True, False, None, or a tuple of these."""
    try:
        _literal(node)
    except ValueError:
        return False
    return True


def _literal(node: ast.expr) -> Any:
    value = ast.literal_eval(node)
    if not all(type(part) in _LITERALS for part in (value if isinstance(value, tuple) else (value,))):
        raise ValueError("not a literal")
    return value


def literal(node: ast.expr) -> Any:
    """The value of an argument that stands for itself."""
    return _literal(node)


def transposed() -> MethodUse:
    """The attribute T."""
    return MethodUse("attribute", (), formula_of(f"{OBJECT}.T"), (OBJECT,))


def item(place: ast.expr) -> MethodUse:
    """An item, as in `x[0]`, `x[:, 1]` and `x[:, None]`: of whole numbers. Raises FormulaError."""
    parts = tuple(map(_place, place.elts)) if isinstance(place, ast.Tuple) else _place(place)
    return MethodUse("item", (("", parts),), formula_of(f"{OBJECT}[{_written_place(parts)}]"), (OBJECT,))


def _place(node: ast.expr) -> int | Span | None:
    match node:
        case ast.Slice(lower=lower, upper=upper, step=step):
            return Span(*(None if part is None else _whole(part) for part in (lower, upper, step)))
        case ast.Constant(value=None):
            return None
    return _whole(node)


def _whole(node: ast.expr) -> int:
    with_sign = ast.unparse(node)
    if re.fullmatch(r"-?\d{1,9}", with_sign):
        return int(with_sign)
    raise FormulaError(f"{with_sign!r} is no index of a graph: write whole numbers, slices of them, or None")


def written_use(use: MethodUse, op: str, parts: Sequence[str]) -> str:
    """The use as it stands in a graph's text, with these texts of its operands."""
    first = parts[0]
    if use.way == "attribute":
        return f"{first}.{op}"
    if use.way == "item":
        return f"{first}[{_written_place(use.given[0][1])}]"
    given = [(f"{key}=" if key else "") + (parts[value.place] if isinstance(value, Operand) else repr(value))
             for key, value in use.given]  # fmt: skip
    return f"{op}({', '.join([first, *given])})"


def _written_place(place: Any) -> str:
    if isinstance(place, tuple):
        return ", ".join(map(_written_place, place)) + ("," if len(place) == 1 else "")
    if isinstance(place, Span):
        ends = ["" if end is None else str(end) for end in (place.start, place.stop, place.step)]
        return ":".join(ends[:2] + [end for end in ends[2:] if end])
    return str(place)
