"""A notebook as a module: its cells run one by one, and one that does not compile or raises leaves the others alone."""

from __future__ import annotations
import __future__

import ast
import builtins
import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

from .exceptions import describe

Places = tuple[tuple[int, ...], ...]
"""Where cells are: the number of each, its first line in the file's text, and how many lines it has."""

# For a report: more cells than most notebooks have, and the beginning of a message.
MAX_REMARKS = 50
MAX_WORDS = 200
# What `from __future__` sets holds for all later cells, as in a notebook.
_FUTURES = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


def parts(text: str, cells: Places) -> list[str]:
    """The text of each cell."""
    lines = text.split("\n")
    return ["\n".join(lines[first - 1 : first - 1 + count]) for _, first, count in cells]


def parsed(part: str, first: int, file: str = "", flags: int = 0) -> ast.Module:
    """The part of a file that begins in its line `first`. Raises what `ast.parse` does, with lines of the part."""
    tree = compile(part, file, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return ast.increment_lineno(tree, first - 1)


def statements(text: str, cells: Places | None) -> list[ast.stmt]:
    """The statements of a file, those of a notebook without the cells that are not Python.

    Raises SyntaxError for a text that is not Python, ValueError, RecursionError and MemoryError as `ast.parse` does.
    """
    if cells is None:
        return ast.parse(text).body
    found: list[ast.stmt] = []
    for (_, first, _), part in zip(cells, parts(text, cells), strict=True):
        try:
            found += parsed(part, first).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return found


class Cells:
    """The notebooks of a submission, by the files that they stand for, and what came of their cells.

    `remarks` are [file, cell, line, type, words] of a cell that is left out; where the type is "", the words are a name
    that does something in a notebook alone.
    """

    def __init__(self, places: Mapping[str, Iterable[Iterable[int]]]) -> None:
        self.places: dict[str, Places] = {file: tuple(map(tuple, cells)) for file, cells in places.items()}
        self.remarks: list[list[Any]] = []

    def run(self, module: ModuleType, file: str, text: str, files: Mapping[str, str]) -> None:
        """Runs the cells in their order in one module. Raises nothing that they raise."""
        names = module.__dict__
        at = [0]
        names["__builtins__"] = {**vars(builtins), **_notebook_names(lambda name: self._idle(file, at[0], name))}
        flags = 0
        for (number, first, _), part in zip(self.places[file], parts(text, self.places[file]), strict=True):
            at[0] = number
            before = first - 1
            try:
                tree = parsed(part, first, file, flags)
                before = 0  # from here on lines are the file's
                code = compile(tree, file, "exec", flags, dont_inherit=True)
                flags |= code.co_flags & _FUTURES
                exec(code, names)
            except BaseException as error:
                line, *what = _what(error, file, files)
                self._remark([file, number, line + before, *what])
        at[0] = 0

    def _idle(self, file: str, cell: int, name: str) -> None:
        if cell and all(remark[3:] != ["", name] or remark[0] != file for remark in self.remarks):
            self._remark([file, cell, 0, "", name])

    def _remark(self, remark: list[Any]) -> None:
        if len(self.remarks) < MAX_REMARKS:
            self.remarks.append(remark)


def _what(error: BaseException, file: str, files: Mapping[str, str]) -> tuple[int, str, str]:
    """The line where a cell fails, 0 where that is unknown, and what it fails with."""
    found = describe(error, files)
    syntax = found.get("syntax")
    lines = [syntax[1]] if syntax and syntax[0] == file else [line for name, line, _ in found["frames"] if name == file]
    return (lines or [0])[0], found["type"], found["text"][:MAX_WORDS]


def _notebook_names(idle: Callable[[str], None]) -> dict[str, Any]:
    """What a notebook's names hold besides Python's own: nothing is shown here, and nobody types."""

    class Shell:
        """Stands for IPython's shell: every method takes anything and does nothing."""

        config: dict[str, Any] = {}

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return lambda *args, **kwargs: None

    shell = Shell()

    def display(*args: Any, **kwargs: Any) -> None:
        idle("display")

    def get_ipython() -> Shell:
        idle("get_ipython")
        return shell

    def no_input(prompt: object = "") -> str:
        raise EOFError("input() waits for the keyboard, and nobody can type here")

    return {"display": display, "get_ipython": get_ipython, "input": no_input}
