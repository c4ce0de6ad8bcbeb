"""The house rules that a machine can hold: imports point downward, the worker stands alone, files stay small."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "grader"
# From the bottom up: a module may import from its own layer's package and from layers before it.
LAYERS = [
    "model", "words", "files", "links", "children", "worker", "maths", "sandbox", "judge", "sheets", "checks", "course",
    "submission", "diagnosis", "events", "totals", "keys", "examiner", "pipeline", "bench", "crew", "review",
    "attack", "verify", "packing", "reports", "comparison", "batch", "watch", "cli_parts", "cli_batch",
    "cli_review", "cli_verify", "cli_diff", "cli_doctor", "cli_pack", "cli_watch", "api", "cli", "__main__",
    "pytest_course", "pytest_plugin",
]  # fmt: skip
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def layer(module: str) -> str:
    return module.split(".")[1]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module == "grader":
                yield from ((node.lineno, f"grader.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downward(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert own in LAYERS, f"give {own} its place in LAYERS"
    for line, module in imports(path):
        if module.startswith("grader.") and module != "grader.__version__":
            assert LAYERS.index(layer(module)) <= LAYERS.index(own), f"{path}:{line} imports {module} from above"


@pytest.mark.parametrize("path", [path for path in MODULES if "worker" in path.parts], ids=lambda path: path.name)
def test_the_worker_needs_the_standard_library_and_numpy_alone(path: Path) -> None:
    for line, module in imports(path):
        top = module.split(".")[0]
        assert top == "numpy" or top in sys.stdlib_module_names, f"{path}:{line} imports {module}"


def test_the_model_needs_the_standard_library_alone() -> None:
    for line, module in imports(PACKAGE / "model.py"):
        assert module.split(".")[0] in sys.stdlib_module_names, f"model.py:{line} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_is_small_and_says_its_one_idea(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text)), f"{path} does not say what it is for"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_public_things_have_docstrings(path: Path) -> None:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path}:{node.lineno} {node.name}"


def test_text_is_run_in_the_worker_only() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("exec", "eval"):
                assert path.parent == PACKAGE / "worker" and path.stem in ("submitted", "cells"), (
                    f"{path}:{node.lineno}"
                )
        assert "pickle" not in {module for _, module in imports(path)}


def test_no_two_sentences_have_one_name() -> None:
    names = [
        target.id
        for path in sorted((PACKAGE / "words").glob("*.py"))
        for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.Assign)
        for target in node.targets if isinstance(target, ast.Name)
    ]  # fmt: skip
    assert sorted(names) == sorted(set(names))
