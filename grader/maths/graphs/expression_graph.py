"""Expression graphs: a text becomes a list of operations, and these a value and exact gradients by reverse mode."""

from __future__ import annotations

import ast
import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from grader.maths.formula import FormulaError

MAX_TEXT = 400  # characters: far above any graph that a person writes, far below what the parser can take
THEN = " then "
BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
METHODS = ("tanh", "relu", "sigmoid")
REDUCTIONS = ("sum", "mean")
AXES = ("0", "1", "2", "-1", "-2")


@dataclass(frozen=True)
class Constant:
    """A plain number among the arguments of an operation."""

    value: float


@dataclass(frozen=True)
class Node:
    """One operation. `op` is "leaf" (with the name in `name`), an operator, "neg", "total" (the sum of several), or a
    method's name. The axis of a reduction is its second argument."""

    op: str
    args: tuple[int | Constant, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Graph:
    """Operations in an order in which they can be done; the last is the root. `written` is what it was read from.

    Where it is several graphs on the same leaves, one after another, `earlier` are the roots of those before the last.
    """

    written: str
    nodes: tuple[Node, ...]
    earlier: tuple[int, ...] = ()

    @functools.cached_property
    def text(self) -> str:
        """The statements that make it."""
        return self.written or _text(self.nodes)

    @functools.cached_property
    def leaves(self) -> tuple[str, ...]:
        """The names of the leaves, in order of first use."""
        return tuple(node.name for node in self.nodes if node.op == "leaf")


@functools.cache
def parse(text: str, arrays: bool = False) -> Graph:
    """Reads `c = a + b; c * c`: statements, the last one the root; a shared name is a shared node.

    Operators + - * / **, unary minus, `sum([...])`, methods tanh, relu, sigmoid as functions; over `arrays` also @ and
    methods as methods: `h.relu()`, `h.sum(axis=0)`, `h.mean()`. `a + b then a * b` is two graphs on the same leaves,
    one after the other. Raises FormulaError.
    """
    builder = _Builder(arrays)
    last = builder.read(text)
    if not isinstance(last, int) or last != len(builder.nodes) - 1:
        raise FormulaError("the last statement must make a new value: it is the root")
    return builder.graph(text)


class _Builder:
    """Turns statements into nodes, in an order in which they can be done."""

    def __init__(self, arrays: bool) -> None:
        self.arrays = arrays
        self.nodes: list[Node] = []
        self.names: dict[str, int | Constant] = {}
        self.earlier: list[int] = []

    def read(self, text: str) -> int | Constant | None:
        """Adds every statement; what the last one stands for. Raises FormulaError."""
        if len(text) > MAX_TEXT:
            raise FormulaError(f"an expression has at most {MAX_TEXT} characters")
        *before, last = text.split(THEN)
        for part in before:
            root = self._read_one(part)
            if not isinstance(root, int) or root != len(self.nodes) - 1 or self.nodes[root].op == "leaf":
                raise FormulaError(f"{part!r} must make a new node, as it stands before `then`")
            self.earlier.append(root)
            self.names = {node.name: number for number, node in enumerate(self.nodes) if node.op == "leaf"}
        return self._read_one(last)

    def graph(self, text: str) -> Graph:
        """What was read from `text`. Raises FormulaError where an earlier graph has a leaf that the last one has not.

        Engines may give such a leaf any gradient, or none.
        """
        whole = Graph(text, tuple(self.nodes), tuple(self.earlier))
        if left := sorted(set(whole.leaves) - set(pruned(whole.nodes).leaves)):
            raise FormulaError(f"the last graph does not use {left[0]!r}, as one before it does")
        return whole

    def _read_one(self, text: str) -> int | Constant | None:
        try:
            body = ast.parse(text.replace(";", "\n").replace("\n ", "\n").strip()).body
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise FormulaError(f"not an expression: {getattr(error, 'msg', error)}") from None
        if not body:
            raise FormulaError("not an expression: it is empty")
        last: int | Constant | None = None
        for statement in body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    last = self.names[name] = self.add(value)
                case ast.Expr(value=value):
                    last = self.add(value)
                case _:
                    raise FormulaError(f"{ast.unparse(statement)!r} is not allowed in an expression")
        return last

    def leaf(self, name: str) -> int | Constant:
        """What a name stands for: a statement before, or a leaf."""
        if name not in self.names:
            self.names[name] = self.new(Node("leaf", name=name))
        return self.names[name]

    def new(self, node: Node) -> int:
        """Adds a node; its number."""
        self.nodes.append(node)
        return len(self.nodes) - 1

    def add(self, node: ast.expr) -> int | Constant:
        """The number of the node that stands for `node`, made if need be; or a plain number."""
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return Constant(value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return Constant(-value)
            case ast.Name(id=name):
                return self.leaf(name)
            case ast.BinOp(left=left, op=ast.MatMult(), right=right) if self.arrays:
                return self.new(Node("@", (self.add(left), self.add(right))))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
                return self.new(Node(BINARY[type(op)], (self.add(left), self.add(right))))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return self.new(Node("neg", (self.add(inner),)))
            case ast.Call(func=ast.Name(id="sum"), args=[ast.List(elts=items)], keywords=[]) if items:
                return self.new(Node("total", tuple(self.add(item) for item in items)))
            case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in METHODS:
                return self.new(Node(name, (self.add(inner),)))
            case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[], keywords=keywords) if self.arrays:
                return self.new(Node(name, (self.add(inner), *_axis(name, keywords))))
        raise FormulaError(f"{ast.unparse(node)!r} is not allowed in an expression", node.col_offset)


def _axis(method: str, keywords: list[ast.keyword]) -> list[Constant]:
    match keywords:
        case [] if method in (*METHODS, *REDUCTIONS):
            return []
        case [ast.keyword(arg="axis", value=axis)] if method in REDUCTIONS and ast.unparse(axis) in AXES:
            return [Constant(int(ast.unparse(axis)))]
    raise FormulaError(
        f"methods are {', '.join(METHODS)} without arguments, and {', '.join(REDUCTIONS)}, with or without `axis=`: "
        f"{', '.join(AXES)}"
    )


def random_graph(rng: Random, leaves: Sequence[str], operations: Sequence[str], size: int) -> Graph:
    """A random graph of `size` operations in which inner nodes are shared, and every operation leads to the root."""
    nodes = [Node("leaf", name=name) for name in leaves]
    unused = set(range(len(leaves)))
    for _ in range(size):
        op = rng.choice(list(operations))
        count = 1 if op in (*METHODS, "neg") else 2
        args = tuple(_pick(rng, len(nodes), unused) for _ in range(count))
        nodes.append(Node(op, args))
        unused -= set(args)
        unused.add(len(nodes) - 1)
    while len(unused) > 1:
        first, second = sorted(unused)[:2]
        nodes.append(Node(rng.choice(["+", "*"]), (second, first)))
        unused = (unused - {first, second}) | {len(nodes) - 1}
    return pruned(tuple(nodes))


def _pick(rng: Random, count: int, unused: set[int]) -> int:
    return rng.choice(sorted(unused)) if unused and rng.random() < 0.5 else rng.randrange(count)


def pruned(nodes: tuple[Node, ...]) -> Graph:
    """The graph of the nodes that lead to the last one."""
    needed: set[int] = set()
    todo = [len(nodes) - 1]
    while todo:
        number = todo.pop()
        if number not in needed:
            needed.add(number)
            todo += [arg for arg in nodes[number].args if not isinstance(arg, Constant)]
    order = sorted(needed)
    place = {old: new for new, old in enumerate(order)}
    kept = tuple(
        Node(nodes[old].op, tuple(arg if isinstance(arg, Constant) else place[arg] for arg in nodes[old].args),
             nodes[old].name)
        for old in order
    )  # fmt: skip
    return Graph("", kept)


def smaller(graph: Graph) -> list[Graph]:
    """Graphs with one operation less or more: a node replaced by one of its arguments, or by a leaf."""
    found: dict[str, Graph] = {}
    leaf = next(number for number, node in enumerate(graph.nodes) if node.op == "leaf")
    for number, node in enumerate(graph.nodes):
        if node.op == "leaf":
            continue
        for other in {*(arg for arg in node.args if not isinstance(arg, Constant)), leaf}:
            swapped = tuple(
                Node(user.op, tuple(other if arg == number else arg for arg in user.args), user.name)
                for user in graph.nodes
            )
            last = other if number == len(graph.nodes) - 1 else len(graph.nodes) - 1
            candidate = pruned(swapped[: last + 1])
            for turned in (candidate, *_turned(candidate)):
                if 1 < len(candidate.nodes) < len(graph.nodes):
                    found[turned.text] = turned
    return sorted(found.values(), key=lambda candidate: len(candidate.nodes))


def _turned(graph: Graph) -> list[Graph]:
    """The graph with the operands of one operation swapped, for each that has two."""
    return [
        pruned(tuple(replace(node, args=node.args[::-1]) if other == number else node
                     for other, node in enumerate(graph.nodes)))
        for number, user in enumerate(graph.nodes) if len(user.args) == 2
    ]  # fmt: skip


def _text(nodes: Sequence[Node]) -> str:
    """The statements that make the graph; nodes that are used once stand inside the one that uses them."""
    uses = Counter(arg for node in nodes for arg in node.args if isinstance(arg, int))
    statements: list[str] = []
    shown: list[str] = []
    for number, node in enumerate(nodes):
        if node.op == "leaf":
            shown.append(node.name)
            continue
        parts = [f"{arg.value:g}" if isinstance(arg, Constant) else shown[arg] for arg in node.args]
        text = _operation(node.op, parts)
        if uses[number] > 1:
            statements.append(f"n{number} = {text}")
            text = f"n{number}"
        elif number < len(nodes) - 1 and node.op not in (*METHODS, "total"):
            text = f"({text})"
        shown.append(text)
    return "; ".join([*statements, shown[-1]])


def _operation(op: str, parts: list[str]) -> str:
    if op == "neg":
        return f"-{parts[0]}"
    if op == "total":
        return f"sum([{', '.join(parts)}])"
    return f"{op}({parts[0]})" if op in METHODS else f" {op} ".join(parts)
