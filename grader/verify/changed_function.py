"""Which function a mutant changes, and how it is seen that something runs it: a reference that stops there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.model.dataclass import dataclass

REACHED = "the changed function runs"  # what the twin says where it stops; no reference says this


@dataclass(frozen=True)
class ChangedFunction:
    """The innermost function that a mutant changes; `name` is "" where the change is in none, and `top` is the class or
    function at the top of the file that it is in. `stopping` is the reference with this function stopped, `constants`
    the numbers that stand in it, in either of the two texts."""

    name: str
    top: str
    stopping: str
    constants: tuple[float, ...]


def changed_function(reference: str, mutant: str) -> ChangedFunction:
    """Where two texts differ that are alike but for one change."""
    reference = ast.unparse(ast.parse(reference))  # as mutants are written: no string or bracket stands otherwise
    before, after = list(_functions(ast.parse(reference))), list(_functions(ast.parse(mutant)))
    differ = [number for number, ((_, one), (_, other)) in enumerate(zip(before, after, strict=True))
              if ast.dump(one) != ast.dump(other)]  # fmt: skip
    if not differ:
        return ChangedFunction("", "", "", ())
    number = differ[-1]  # an inner function comes after the one that it stands in
    name, node = before[number]
    tree = ast.parse(reference)
    twin = list(_functions(tree))[number][1]
    stop = ast.Call(ast.Name("BaseException", ast.Load()), [ast.Constant(REACHED)], [])
    twin.body = [ast.Raise(stop, None)]
    stopping = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    numbers = sorted({*_numbers(node), *_numbers(after[number][1])})
    return ChangedFunction(name, name.partition(".")[0], stopping, tuple(numbers))


def _functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """All functions in the order of the text, with their names."""
    for node in ast.iter_child_nodes(tree):
        name = within
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            name = f"{within}.{node.name}" if within else node.name
        if isinstance(node, ast.FunctionDef):
            yield name, node
        yield from _functions(node, name)


def _numbers(node: ast.AST) -> Iterator[float]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and type(inner.value) in (int, float):
            yield float(inner.value)  # type: ignore[arg-type]
