"""Which functions of a file a check can run: those that it calls, and the helpers that these use."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def reached_names(source: str, targets: Sequence[str]) -> list[str]:
    """The classes and functions at the top of a text that calls of `targets` ("name" or "Class.name") may run."""
    defined = {node.name: node for node in ast.parse(source).body
               if isinstance(node, (ast.FunctionDef, ast.ClassDef))}  # fmt: skip
    todo = [target.partition(".")[0] for target in targets]
    seen: dict[str, None] = {}
    while todo:
        name = todo.pop()
        if name in defined and name not in seen:
            seen[name] = None
            todo += [node.id for node in ast.walk(defined[name]) if isinstance(node, ast.Name)]
    return list(seen)
