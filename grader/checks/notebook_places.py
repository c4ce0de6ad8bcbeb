"""Places in a notebook in its own terms, code cell and line; and notes on cells that are left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from grader.base.text import escape_controls
from grader.checks import python_errors
from grader.model import Evidence, Frame, Notebook
from grader.sandbox.requests import CellNote, StudentException

MAX_NOTES = 8  # of one notebook, so that one in which every cell fails does not bury the report
_COMPILING = frozenset({"SyntaxError", "IndentationError", "TabError"})
_PLACE = re.compile(r"(?P<file>[^\0]+?):(?P<line>[0-9]{1,7})(?::[0-9]+)?(?P<rest>  .*)?", re.DOTALL)


def place(file: str, line: int, notebooks: Mapping[str, Notebook]) -> str:
    """Where a line of a file is: `ops.py:7`, or the cell of the notebook that the file was read from, and its line."""
    book = notebooks.get(file)
    cell, inside = _inside(book, line) if book else (0, line)
    if not book or not cell:
        return f"{file}:{line}"
    return f"{escape_controls(book.name)}, code cell {cell}, line {inside}"


def shown_line(file: str, line: int, notebooks: Mapping[str, Notebook]) -> int:
    """The number of a line as a student sees it: in the file, or in its cell."""
    book = notebooks.get(file)
    return _inside(book, line)[1] if book else line


def _inside(book: Notebook, line: int) -> tuple[int, int]:
    """The cell of a line, and which line of that cell it is; cell 0 where it is in none."""
    for cell in reversed(book.cells):
        if cell.first <= line < cell.first + cell.count:
            return cell.number, line - cell.first + 1 + cell.skipped
    return 0, line


def called(file: str, notebooks: Mapping[str, Notebook]) -> str:
    """The name by which a student knows a file: the notebook, where it was read from its cells."""
    book = notebooks.get(file)
    return escape_controls(file if book is None or book.written else book.name)


def in_cells(evidence: Evidence, notebooks: Mapping[str, Notebook]) -> Evidence:
    """The evidence with its places as cells, where they are in a notebook."""
    found = _PLACE.fullmatch(evidence.place)
    shown = evidence.place
    if found and found["file"] in notebooks:
        shown = place(found["file"], int(found["line"]), notebooks) + (found["rest"] or "")
    return replace(evidence, place=shown, frames=tuple(_frame(frame, notebooks) for frame in evidence.frames))


def _frame(frame: Frame, notebooks: Mapping[str, Notebook]) -> Frame:
    if frame.file not in notebooks:
        return frame
    book = notebooks[frame.file]
    _, line = _inside(book, frame.line)
    return replace(frame, file=escape_controls(book.name), line=line, place=place(frame.file, frame.line, notebooks))


def notes(
    remarks: Iterable[CellNote], files: Sequence[str], notebooks: Mapping[str, Notebook], texts: Mapping[str, str]
) -> list[str]:
    """What a report says of the cells of the notebooks that these files were read from, each once."""
    books = {notebooks[file] for file in files if file in notebooks}
    by_notebook: dict[str, dict[object, str]] = {}
    for remark in sorted(remarks, key=lambda remark: (remark.cell, remark.type, remark.words)):
        book = notebooks.get(remark.file)
        if book is not None and book in books and any(cell.number == remark.cell for cell in book.cells):
            key = remark.cell if remark.type else remark.words  # what is raised may hold an address that changes
            by_notebook.setdefault(escape_controls(book.name), {}).setdefault(
                key, _note(remark, book, texts[remark.file])
            )
    found: list[str] = []
    for name, sentences in by_notebook.items():
        found += list(sentences.values())[:MAX_NOTES]
        if len(sentences) > MAX_NOTES:
            found.append(f"{name}: {len(sentences) - MAX_NOTES} more code cells are left out")
    return found


def _note(remark: CellNote, book: Notebook, text: str) -> str:
    if not remark.type:
        return f"{escape_controls(book.name)}, code cell {remark.cell}: `{remark.words}` does nothing here"
    cell, line = _inside(book, remark.line)
    note = f"{escape_controls(book.name)}, code cell {remark.cell} is left out"
    if cell == remark.cell and remark.type in _COMPILING:
        note += f": {remark.what} (line {line})"
    elif cell == remark.cell and line > 1:
        note += f" from line {line} on: {remark.what}"
    else:
        note += f": {remark.what}"
    advice = _advice(remark, text)
    return f"{note}. {advice}" if advice else note


def _advice(remark: CellNote, text: str) -> str:
    """What to write in place of what a cell fails with; "" where nothing is known."""
    lines = text.split("\n")
    source = lines[remark.line - 1] if 0 < remark.line <= len(lines) else ""
    failure = StudentException(remark.type, remark.words, (), -1)
    if remark.type in _COMPILING:
        return python_errors.explain_syntax(failure, source, "")
    return python_errors.explain(failure, source, text)


def why_missing(name: str, remarks: Iterable[CellNote], book: Notebook, text: str) -> tuple[str, str] | None:
    """Why a class or function of this name is missing, where a cell that defines it is left out, and a hint."""
    lines = text.split("\n")
    defines = re.compile(rf"\s*(?:(?:async\s+)?def|class)\s+{re.escape(name)}\b|{re.escape(name)}\s*=(?!=)")
    for remark in remarks:
        for cell in book.cells:
            rows = lines[cell.first - 1 : cell.first - 1 + cell.count]
            if remark.type and cell.number == remark.cell and any(map(defines.match, rows)):
                message = (
                    f"`{name}` is missing because code cell {cell.number} of {escape_controls(book.name)}, which "
                    f"defines it, is left out: {remark.what}"
                )
                return message, _advice(remark, text)
    return None
