"""Automatic mutants of the reference: one small change of its syntax tree each, never run here."""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Callable, Iterator, Sequence

from grader.model.dataclass import dataclass

Change = tuple[str, ast.AST | None]


@dataclass(frozen=True)
class Mutant:
    """A changed reference: what kind of change, the changed lines before and after, and the whole new text."""

    id: str
    change: str
    was: str
    becomes: str
    source: str


def mutants(source: str, names: Sequence[str]) -> list[Mutant]:
    """Every mutant of the top-level classes and functions in `names`, in the order of the file, no two alike."""
    tree = ast.parse(source)
    original = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    for change, mutated in _mutated_trees(tree, set(names)):
        text = ast.unparse(ast.fix_missing_locations(mutated))
        if text == original or text in found:
            continue
        was, becomes = changed_lines(original, text)
        found[text] = Mutant(f"mutant-{len(found) + 1}", change, was, becomes, text + "\n")
    return list(found.values())


def changed_lines(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, stripped and joined by " ; "."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    was = [line[2:].strip() for line in lines if line.startswith("- ")]
    becomes = [line[2:].strip() for line in lines if line.startswith("+ ")]
    return " ; ".join(was), " ; ".join(becomes)


def _mutated_trees(tree: ast.Module, names: set[str]) -> Iterator[tuple[str, ast.Module]]:
    """Each change applied to a copy of the tree; a place is named by its number in `ast.walk`'s order."""
    places = [
        number for number, node in enumerate(ast.walk(tree))
        if any(node is inner for top in tree.body if getattr(top, "name", "") in names for inner in ast.walk(top))
    ]  # fmt: skip
    nodes = list(ast.walk(tree))
    for place in places:
        for mutate in _MUTATORS:
            for index, (change, _) in enumerate(mutate(nodes[place])):
                twin = copy.deepcopy(tree)
                target = list(ast.walk(twin))[place]
                replacement = list(mutate(target))[index][1]
                if replacement is not target:
                    _Replace(target, replacement).visit(twin)
                yield change, twin


class _Replace(ast.NodeTransformer):
    """Puts one node in another's place; None removes a statement."""

    def __init__(self, old: ast.AST, new: ast.AST | None) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST | None:
        if node is self.old:
            return self.new if self.new is not None else ast.Pass()
        return super().generic_visit(node)


def _binary(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp):
        swaps: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
            ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div, ast.Add), ast.Div: (ast.Mult, ast.FloorDiv),
            ast.Pow: (ast.Mult,),
        }  # fmt: skip
        for other in swaps.get(type(node.op), ()):
            yield "operator swapped", ast.BinOp(node.left, other(), node.right)
        if isinstance(node.op, (ast.Mult, ast.Add, ast.MatMult)):
            yield "right operand dropped", node.left
            yield "left operand dropped", node.right
        elif isinstance(node.op, (ast.Div, ast.Sub, ast.Pow)):
            yield "right operand dropped", node.left
        if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult)):
            yield "operands swapped", ast.BinOp(node.right, node.op, node.left)


def _sign(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        yield "sign flipped" if isinstance(node.op, ast.USub) else "not dropped", node.operand
    if isinstance(node, ast.Return) and node.value is not None:
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        for number, value in enumerate(values):
            if isinstance(value, (ast.Constant, ast.Compare, ast.BoolOp)):
                continue
            turned = [ast.UnaryOp(ast.USub(), item) if item is value else item for item in values]
            yield (
                f"returned value {number + 1} negated",
                ast.Return(turned[0] if len(turned) == 1 else ast.Tuple(turned)),
            )


def _returns(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
        yield "returned values swapped", ast.Return(ast.Tuple(list(reversed(node.value.elts))))


def _accumulate(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.AugAssign):
        yield "accumulation replaced by assignment", ast.Assign([node.target], node.value)
        if isinstance(node.op, (ast.Add, ast.Sub)):
            other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            yield "accumulation's sign flipped", ast.AugAssign(node.target, other, node.value)


def _members(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transposition dropped", node.value
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("sum", "copy", "mean")
    ):
        if not isinstance(node.func.value, ast.Name) or node.func.value.id not in ("np", "numpy"):
            yield f".{node.func.attr}() dropped", node.func.value
        elif node.args:
            yield f"{node.func.attr}() dropped", node.args[0]
    if isinstance(node, ast.Call) and _called(node) in ("abs", "float", "bool", "all") and len(node.args) == 1:
        yield f"{_called(node)}() dropped", node.args[0]


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _quantifier(node: ast.AST) -> Iterator[Change]:
    swaps = {"all": "any", "any": "all", "max": "min", "min": "max"}
    if isinstance(node, ast.Call) and _called(node) in swaps:
        twin = copy.deepcopy(node)
        if isinstance(twin.func, ast.Attribute):
            twin.func.attr = swaps[twin.func.attr]
        elif isinstance(twin.func, ast.Name):
            twin.func.id = swaps[twin.func.id]
        yield f"{_called(node)} replaced by {_called(twin)}", twin


def _constant(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "constant + 1", ast.Constant(node.value + 1)  # type: ignore[operator]
        yield "constant - 1", ast.Constant(node.value - 1)  # type: ignore[operator]
    if isinstance(node, ast.keyword) and node.arg == "axis" and isinstance(node.value, ast.Constant):
        yield "axis dropped", ast.keyword("axis", ast.Constant(None))


def _compare(node: ast.AST) -> Iterator[Change]:
    swaps: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
        ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
        ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,),
        ast.IsNot: (ast.Is,),
    }  # fmt: skip
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in swaps[type(node.ops[0])]:
            yield "comparison changed", ast.Compare(node.left, [other()], node.comparators)
    if isinstance(node, ast.BoolOp):
        other_op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and / or swapped", ast.BoolOp(other_op, node.values)


def _cache(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Assign) and any(
        isinstance(inner, ast.Attribute) and getattr(inner.value, "id", "") == "self"
        for target in node.targets for inner in ast.walk(target)
    ):  # fmt: skip
        yield "not kept on self", None


_MUTATORS: tuple[Callable[[ast.AST], Iterator[Change]], ...] = (
    _binary, _sign, _returns, _accumulate, _members, _quantifier, _constant, _compare, _cache,
)  # fmt: skip
