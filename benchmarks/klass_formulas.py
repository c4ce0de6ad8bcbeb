"""Known mistakes that a course states as formulas, as the code that a student would have written."""

from __future__ import annotations

import ast

from grader.maths.formula import CONSTANTS, FUNCTIONS
from grader.model import Check, Exercise, Variant

# What numpy has no function for.
_OTHERS = {"relu": "np.maximum(0, {0})", "sigmoid": "1 / (1 + np.exp(-{0}))"}


def code_of(exercise: Exercise, variant: Variant, reference: str) -> str:
    """The reference's text with functions behind it that return what the variant `gives`; "" where none can be made.

    Checks of the kinds `value` and `gradient` name the function by their call.
    """
    written: dict[str, str] = {}
    for check in exercise.checks:
        if check.id in variant.gives and check.kind in ("value", "gradient"):
            formulas = ", ".join(python_of(formula.text) for formula in variant.gives[check.id])
            owner, name, text = _redefined(check, formulas)
            written.setdefault(f"{owner}.{name}", text)
    return "\n\n\n".join([reference.rstrip("\n"), "import numpy as np", *written.values()]) + "\n" if written else ""


def python_of(formula: str) -> str:
    """A formula of the course's language as Python with numpy."""
    return ast.unparse(_Numpy().visit(ast.parse(formula.strip(), mode="eval")))


class _Numpy(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        args = [self.visit(arg) for arg in node.args]
        assert isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
        if node.func.id not in _OTHERS:
            return ast.Call(ast.Attribute(ast.Name("np"), node.func.id), args, [])
        return ast.parse(_OTHERS[node.func.id].format(f"({ast.unparse(args[0])})"), mode="eval").body

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Attribute(ast.Name("np"), node.id) if node.id in CONSTANTS else node


def _redefined(check: Check, formulas: str) -> tuple[str, str, str]:
    """The class, if there is one, the name, and the new definition of what the check calls."""
    spec = check.spec
    call = (spec.backward if check.kind == "gradient" else spec.call).links[-1]
    given = ", ".join(map(str, call.args))
    if not spec.make:
        return "", call.path, f"def {call.path}({given}):\n    return {formulas}"
    ((_, maker),) = spec.make.items()
    owner = maker.links[0].path
    forward = spec.forward.links[-1] if check.kind == "gradient" else call
    lines = [f"class {owner}({owner}):"]
    if made := [str(arg) for arg in maker.links[0].args]:
        lines += [f"    def __init__(self, {', '.join(made)}):", f"        super().__init__({', '.join(made)})"]
        lines += [f"        self.my_{name} = {name}" for name in made] + [""]
    kept = list(map(str, forward.args))
    if forward is not call:
        lines += [f"    def {forward.path}(self, {', '.join(kept)}):"]
        lines += [f"        self.my_{name} = {name}" for name in kept]
        lines += [f"        return super().{forward.path}({', '.join(kept)})", ""]
    lines += [f"    def {call.path}(self, {given}):"]
    if forward is call:
        lines += [f"        super().{call.path}({given})"]
    known = [*made, *(kept if forward is not call else [])]
    lines += [f"        {name} = self.my_{name}" for name in known]
    return owner, call.path, "\n".join([*lines, f"        return {formulas}"])
