"""The formula language of course files: a closed grammar over `ast`, computed in floats by our own walker."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from grader.maths import function_calls, operations
from grader.maths.derivatives import pulled, pushed
from grader.maths.operations import FUNCTIONS, Env
from grader.maths.steps import FormulaError, Step, StepList, is_condition, named
from grader.model.dataclass import dataclass

__all__ = [
    "CONSTANTS", "FUNCTIONS", "MAX_LENGTH", "MAX_NESTING", "MAX_NODES", "Env", "Formula", "FormulaError", "env_of",
    "of_steps", "parse",
]  # fmt: skip

# Far above any formula of a course or an answer, and far below what Python's parser and our recursion can take.
MAX_LENGTH = 500
MAX_NESTING = 40
MAX_NODES = 400

Compute = Callable[[Env], Any]


@dataclass(frozen=True)
class Formula:
    """A parsed formula: its text, the names it uses, and the function that computes it.

    `steps` are its operations in an order in which they can be done; empty where it was not read by `parse`.
    """

    text: str
    names: frozenset[str]
    compute: Compute
    steps: tuple[Step, ...] = ()

    def __call__(self, env: Env) -> Any:
        """The value at `env`: a numpy scalar or array, float64 or, for complex inputs, complex128.

        Overflow and division by zero give inf or nan, never an exception; shapes that do not fit, a ValueError.
        """
        with np.errstate(all="ignore"):
            return self.compute(env)

    @property
    def boolean(self) -> bool:
        """Whether its value is a condition, such as x < y: 1.0 where it holds, else 0.0."""
        return bool(self.steps) and is_condition(self.steps, len(self.steps) - 1)


CONSTANTS = {"pi": np.float64(np.pi), "e": np.float64(np.e)}

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@",
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def parse(text: str, defined: Mapping[str, Formula] = {}) -> Formula:
    """Reads a formula of numbers, inputs, operators, comparisons, indices and functions; docs/formulas.md lists them.

    A name in `defined` stands for that formula: its steps are done once, and its inputs are this formula's inputs.
    Raises FormulaError with the column for everything else.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula has at most {MAX_LENGTH} characters, this one {len(text)}")
    _check_nesting(text)
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise FormulaError(f"not a formula: {error.msg}", max(0, (error.offset or 1) - 1)) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise FormulaError(f"not a formula: {type(error).__name__}") from None
    nodes = list(ast.walk(tree))
    if len(nodes) > MAX_NODES:
        raise FormulaError("the formula has too many terms")
    program = StepList()
    result = _FormulaReader(program, defined).add(tree.body)
    found = of_steps(text.strip(), program.finished(result))
    # All that are written, whatever steps are left: no step uses a function on which a derivative does not depend.
    called = {node.func for node in nodes if isinstance(node, ast.Call)}
    written = {node.id for node in nodes if isinstance(node, ast.Name) and node not in called} - {*CONSTANTS}
    names = (defined[name].names if name in defined else {name} for name in written)
    return replace(found, names=found.names.union(*names))


def of_steps(text: str, steps: tuple[Step, ...]) -> Formula:
    """The formula that carries these steps out."""
    return Formula(text, _names_in(steps), partial(operations.run, steps), steps)


def _names_in(steps: Iterable[Step]) -> frozenset[str]:
    return frozenset(step.name for step in steps if step.op == "name")


def _check_nesting(text: str) -> None:
    depth = 0
    for column, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if depth > MAX_NESTING:
            raise FormulaError("too many nested parentheses", column)


class _FormulaReader:
    """Adds the steps of expressions to a program."""

    def __init__(self, program: StepList, defined: Mapping[str, Formula]) -> None:
        self.program, self.defined = program, defined

    def add(self, node: ast.expr) -> int:
        """Adds the steps that compute `node`; the number of the last one. Raises FormulaError."""
        match node:
            case ast.Constant(value=value) if type(value) in (int, float):
                step = Step("number", number=_constant(value, node))
            case ast.Name(id=name) if name in CONSTANTS:
                step = Step("number", number=CONSTANTS[name])
            case ast.Name(id=name) if name in self.defined:
                return self.program.include(self.defined[name].steps)
            case ast.Name(id=name):
                step = Step("name", name=name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                step = Step(OPERATORS[type(op)], (self.add(left), self.add(right)))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                step = Step("neg", (self.add(inner),))
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return self.add(inner)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                step = Step("not", (self.condition(inner),))
            case ast.BoolOp(op=joint, values=values):
                return self.joined("and" if isinstance(joint, ast.And) else "or", list(map(self.condition, values)))
            case ast.Compare(ops=ops) if all(type(op) in _COMPARISONS for op in ops):
                return self.compared(node)
            case ast.Attribute(value=inner, attr="T"):
                step = Step("T", (self.add(inner),))
            case ast.Subscript(value=inner, slice=place):
                step = self.indexed(inner, place.elts if isinstance(place, ast.Tuple) else [place])
            case ast.Call(func=ast.Name(id=name)):
                return self.called(name, node)
            case _:
                text = f"{ast.unparse(node)!r} is not part of the formula language{_instead(node)}"
                raise FormulaError(text, node.col_offset)
        return self.program.add(step)

    def condition(self, node: ast.expr) -> int:
        return function_calls.truth(self.program, self.add(node))

    def joined(self, op: str, parts: list[int]) -> int:
        while len(parts) > 1:
            parts[:2] = [self.program.add(Step(op, (parts[0], parts[1])))]
        return parts[0]

    def compared(self, node: ast.Compare) -> int:
        """`a < b < c` is `a < b and b < c`."""
        sides = [self.add(side) for side in (node.left, *node.comparators)]
        parts = [self.program.add(Step(_COMPARISONS[type(op)], (sides[place], sides[place + 1])))
                 for place, op in enumerate(node.ops)]  # fmt: skip
        return self.joined("and", parts)

    def indexed(self, inner: ast.expr, places: list[ast.expr]) -> Step:
        args: list[int] = [self.add(inner)]
        pattern: list[tuple[Any, ...]] = []

        def slot(part: ast.expr | None) -> int | None:
            if part is None:
                return None
            args.append(self.add(part))
            if is_condition(self.program.steps, args[-1]):
                raise FormulaError("a condition is no index: write where(condition, a, b)", part.col_offset)
            return len(args) - 2

        for place in places:
            match place:
                case ast.Constant(value=None):
                    pattern.append(("new",))
                case ast.Constant(value=value) if value is Ellipsis:
                    pattern.append(("rest",))
                case ast.Slice(lower=lower, upper=upper, step=step):
                    pattern.append(("slice", slot(lower), slot(upper), slot(step)))
                case _:
                    pattern.append(("at", slot(place)))
        return Step("index", tuple(args), pattern=tuple(pattern))

    def called(self, name: str, node: ast.Call) -> int:
        function_calls.check_call(name, node)
        if name in function_calls.DERIVATIVES:
            return self.derived(name, node)
        named_args = function_calls.named_arguments(name, node)
        args = [self.add(arg) for arg in function_calls.arguments(name, node)]
        try:
            return function_calls.FORMS[name].build(self.program, args, named_args)
        except FormulaError as error:
            raise FormulaError(str(error), node.col_offset) from None

    def derived(self, name: str, node: ast.Call) -> int:
        """The steps of grad(E, x), vjp(E, x, g) or jvp(E, x, v)."""
        program, by = self.program, node.args[1]
        if not isinstance(by, ast.Name) or by.id in CONSTANTS:
            raise FormulaError(f"{name} takes a derivative by an input: its second argument is a name", by.col_offset)
        top = self.add(node.args[0])
        given = self.add(node.args[2]) if len(node.args) == 3 else program.op("ones_like", top)
        like = (
            self.program.include(self.defined[by.id].steps)
            if by.id in self.defined
            else program.share(Step("name", name=by.id))
        )
        on = [like] if by.id in self.defined else named(program.steps, by.id)
        if name == "jvp":
            return pushed(program, top, on, program.op("fitted", given, like, pattern=("the v of jvp",)))
        if name == "vjp":
            given = program.op("fitted", given, top, pattern=("the g of vjp",))
        (found,) = pulled(program, top, [on], given)
        return program.op("zeros_like", like) if found is None else found


def _instead(node: ast.expr) -> str:
    """The way round, where there is one; else what the language has."""
    match node:
        case ast.IfExp():
            return ": write where(condition, a, b)"
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr()) | ast.UnaryOp(op=ast.Invert()):
            return ": write `and`, `or`, `not`"
        case ast.BinOp(op=ast.BitXor()):
            return ": write ** for powers"
        case ast.Attribute(attr="shape" | "size" | "ndim"):
            return ": formulas have no shapes; write the names of `sizes`"
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Attribute(attr=name) if name in function_calls.NAMES:
            return f": write {name}(…)"
    has = "it has numbers, names, + - * / ** @ .T, comparisons, and, or, not, indices, and the functions"
    return f": {has} {', '.join(function_calls.NAMES)}"


def _constant(value: Any, node: ast.expr) -> np.float64:
    try:
        number: np.float64 = np.float64(float(value))  # an int too large for a float raises here
    except OverflowError:
        raise FormulaError("the number is too large", node.col_offset) from None
    return number


def env_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs as the walker wants them: numbers as numpy float64 scalars, arrays as float64."""
    return {
        name: np.float64(value) if isinstance(value, float) or np.ndim(value) == 0 else np.asarray(value, np.float64)
        for name, value in values.items()
    }
