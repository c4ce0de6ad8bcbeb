"""The house rules that a machine can hold: imports point downward, the worker stands alone, files stay small."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from conftest import ROOT

from grader.judge import cache_key

PACKAGE = ROOT / "grader"
# From the bottom up: a module may import from its own room and from rooms before it.
ROOMS = [
    "model", "base", "worker", "maths", "simulation", "sandbox", "checks", "course", "submission", "judge", "origin",
    "review", "attack", "reports", "verify", "comparison", "classroom", "api", "cli", "pytest_plugin", "__main__",
]  # fmt: skip
MODULES = {
    path: ast.parse(path.read_text("utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
    if path != PACKAGE / "__init__.py"
}
RUNNERS = ("exec", "eval", "import_module", "spec_from_file_location", "exec_module", "run_path", "run_module")
RUNS_TEXT = (PACKAGE / "worker" / "submitted_modules.py", PACKAGE / "worker" / "notebook_modules.py")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(path): path for path in MODULES}


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """The lines and the whole names of what a module imports: of the grader, each module that is meant."""
    for node in ast.walk(MODULES[path]):
        if isinstance(node, ast.ImportFrom):
            package = name_of(path).rpartition(".")[0] if node.level else ""
            module = ".".join(filter(None, [package, node.module or ""]))
            for alias in node.names:
                whole = f"{module}.{alias.name}"
                yield node.lineno, whole if whole in NAMES or module == "grader" else module
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)


def test_imports_point_downward() -> None:
    wrong = [
        f"{path}:{line} imports {module} from above"
        for path in MODULES for line, module in imports(path)
        if module.startswith("grader.") and module != "grader.__version__"
        and ROOMS.index(module.split(".")[1]) > ROOMS.index(room_of(path))
    ]  # fmt: skip
    assert not wrong


def test_no_modules_import_each_other_in_a_circle() -> None:
    after = {name: {module for _, module in imports(path) if module in NAMES} for name, path in NAMES.items()}
    while free := [name for name, needs in after.items() if not needs]:
        for name in free:
            del after[name]
        for needs in after.values():
            needs -= set(free)
    assert not after


def test_the_worker_and_the_model_need_the_standard_library_and_numpy_alone() -> None:
    wrong = [
        f"{path}:{line} imports {module}"
        for path in MODULES for line, module in imports(path)
        if room_of(path) in ("worker", "model")
        and module.split(".")[0] not in sys.stdlib_module_names
        and not module.startswith(f"grader.{room_of(path)}")
        and not (room_of(path) == "worker" and module.split(".")[0] == "numpy")
    ]  # fmt: skip
    assert not wrong


def test_a_file_is_small_and_says_its_one_idea() -> None:
    wrong = [
        str(path) for path, tree in MODULES.items()
        if len(path.read_text("utf-8").splitlines()) > 400 or not ast.get_docstring(tree)
    ]  # fmt: skip
    assert not wrong


def test_public_things_have_docstrings() -> None:
    wrong = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in MODULES.items() for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]  # fmt: skip
    assert not wrong


def test_a_class_name_means_one_thing() -> None:
    places = defaultdict(list)
    for path, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name != "Spec":  # by this name a check kind's module has its own
                places[node.name].append(str(path))
    assert not {name: found for name, found in places.items() if len(found) > 1}


def test_few_rooms_and_few_loose_modules() -> None:
    entries = [entry for entry in PACKAGE.iterdir() if entry.name not in ("__pycache__", "_course", "py.typed")]
    assert len([entry for entry in entries if entry.is_file()]) <= 6
    assert len(entries) < 25


def test_text_is_run_in_the_worker_only() -> None:
    for path, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("exec", "eval"):
                assert path in RUNS_TEXT, f"{path}:{node.lineno}"
        assert "pickle" not in {module for _, module in imports(path)}


def test_no_test_runs_what_students_write() -> None:
    """A worker does, under its lock; text in a test may be a submission's."""
    for path in (ROOT / "tests").rglob("*.py"):
        if "engines" not in path.parts:  # submissions, as text
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                    assert name not in RUNNERS, f"{path}:{node.lineno}"


def test_stored_results_depend_on_every_room_that_a_verdict_is_made_in() -> None:
    judging = ROOMS[: ROOMS.index("judge") + 1]
    assert sorted(cache_key.VERDICT_ROOMS) == sorted(judging)
