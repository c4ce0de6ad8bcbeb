"""Expression graphs: a text becomes a list of operations, and these a value and exact gradients by reverse mode."""

from __future__ import annotations

import ast
import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from grader.base.text import did_you_mean
from grader.maths.formula import FormulaError
from grader.maths.graphs.method_form import (
    MethodForm,
    MethodUse,
    Operand,
    is_literal,
    item,
    literal,
    transposed,
    written_use,
)
from grader.model.dataclass import dataclass

MAX_TEXT = 400  # characters: far above any graph that a person writes, far below what the parser can take
THEN = " then "
BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
METHODS = ("tanh", "relu", "sigmoid")
REDUCTIONS = ("sum", "mean")
AXES = ("0", "1", "2", "-1", "-2")
ITEM = "[]"


@dataclass(frozen=True)
class Constant:
    """A plain number among the arguments of an operation."""

    value: float


@dataclass(frozen=True)
class Node:
    """One operation. `op` is "leaf" (with the name in `name`), an operator, "neg", "total" (the sum of several), or a
    method's name. The axis of a reduction is its second argument. Of what a course adds, and of `.T` and items, `use`
    says what it computes."""

    op: str
    args: tuple[int | Constant, ...] = ()
    name: str = ""
    use: MethodUse | None = None


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
def parse(text: str, arrays: bool = False, methods: tuple[MethodForm, ...] | None = None) -> Graph:
    """Reads `c = a + b; c * c`: statements, the last one the root; a shared name is a shared node.

    Operators + - * / **, unary minus, `sum([...])`, methods tanh, relu, sigmoid as functions; over `arrays` also @, .T,
    items, and methods as methods: `h.relu()`, `h.sum(axis=0)`, `h.mean()`. Where the graph is one of a class, which may
    have further `methods`, these can be written in both ways. `a + b then a * b` is two graphs on the same leaves, one
    after the other. Raises FormulaError.
    """
    builder = _Builder(arrays, methods)
    last = builder.read(text)
    if not isinstance(last, int) or last != len(builder.nodes) - 1:
        raise FormulaError("the last statement must make a new value: it is the root")
    return builder.graph(text)


class _Builder:
    """Turns statements into nodes, in an order in which they can be done."""

    def __init__(self, arrays: bool, methods: tuple[MethodForm, ...] | None) -> None:
        self.arrays, self.of_class = arrays, arrays or methods is not None
        self.methods = {form.name: form for form in methods or ()}
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
            case ast.Call(func=ast.Name(id=name), args=[inner, *args], keywords=keywords) if name in self.methods:
                return self.used(self.methods[name], inner, args, keywords)
            case ast.Call(func=ast.Attribute(value=inner, attr=name), args=args) if name in self.methods:
                return self.used(self.methods[name], inner, args, node.keywords)
            case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[], keywords=keywords) if self.arrays and (
                name in (*METHODS, *REDUCTIONS)
            ):
                return self.new(Node(name, (self.add(inner), *_axis(name, keywords))))
            case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[], keywords=[]) if (
                self.of_class and name in METHODS
            ):
                return self.new(Node(name, (self.add(inner),)))
            case ast.Attribute(value=inner, attr="T") if self.arrays:
                return self.new(Node("T", (self.add(inner),), use=transposed()))
            case ast.Subscript(value=inner, slice=place) if self.arrays:
                return self.new(Node(ITEM, (self.add(inner),), use=item(place)))
        text = f"{ast.unparse(node)!r} is not allowed in an expression{self._instead(node)}"
        raise FormulaError(text, node.col_offset)

    def used(self, form: MethodForm, inner: ast.expr, args: list[ast.expr], keywords: list[ast.keyword]) -> int:
        """Adds a node that is a method of these arguments. Raises FormulaError."""
        first = self.add(inner)
        if isinstance(first, Constant):
            raise FormulaError(f"{form.name} is a method of a value, not of the number {first.value:g}")
        operands: list[int | Constant] = [first]
        given: list[tuple[str, object]] = []
        for name, arg in [*(("", arg) for arg in args), *((word.arg or "**", word.value) for word in keywords)]:
            if is_literal(arg):
                given.append((name, literal(arg)))
            else:
                given.append((name, Operand(len(operands))))
                operands.append(self.add(arg))
        return self.new(Node(form.name, tuple(operands), use=form.use(given)))

    def _instead(self, node: ast.expr) -> str:
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if self.of_class:
                known = [*METHODS, *(REDUCTIONS if self.arrays else ()), *self.methods]
                hint = did_you_mean(name, known) or "; `methods` of the check states further ones"
                return f": no method {name!r} is known{hint}"
        return ""


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


def random_graph(
    rng: Random, leaves: Sequence[str], operations: Sequence[str], size: int, methods: tuple[MethodForm, ...] = ()
) -> Graph:
    """A random graph of `size` operations in which inner nodes are shared, and every operation leads to the root. Those
    among the `methods` have operands as arguments, but for those with a default."""
    forms = {form.name: form for form in methods}
    nodes = [Node("leaf", name=name) for name in leaves]
    unused = set(range(len(leaves)))
    for _ in range(size):
        op = rng.choice(list(operations))
        count = 1 if op in (*METHODS, "neg") else len(forms[op].required) if op in forms else 2
        args = tuple(_pick(rng, len(nodes), unused) for _ in range(count))
        use = forms[op].use([("", Operand(place)) for place in range(1, count)]) if op in forms else None
        nodes.append(Node(op, args, use=use))
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
        replace(nodes[old], args=tuple(arg if isinstance(arg, Constant) else place[arg] for arg in nodes[old].args))
        for old in order
    )
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
                replace(user, args=tuple(other if arg == number else arg for arg in user.args)) for user in graph.nodes
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
        text = written_use(node.use, node.op, parts) if node.use else _operation(node.op, parts)
        if uses[number] > 1:
            statements.append(f"n{number} = {text}")
            text = f"n{number}"
        elif number < len(nodes) - 1 and node.op not in (*METHODS, *REDUCTIONS, "total") and node.use is None:
            text = f"({text})"
        shown.append(text)
    return "; ".join([*statements, shown[-1]])


def _operation(op: str, parts: list[str]) -> str:
    if op == "neg":
        return f"-{parts[0]}"
    if op == "total":
        return f"sum([{', '.join(parts)}])"
    if op in REDUCTIONS:
        return f"{parts[0]}.{op}({', '.join(f'axis={axis}' for axis in parts[1:])})"
    return f"{op}({parts[0]})" if op in METHODS else f" {op} ".join(parts)
