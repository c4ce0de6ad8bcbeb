"""Reads the code of a Jupyter notebook, with nbformat where it is installed."""

from __future__ import annotations

import logging
import warnings
from typing import Any

from grader import words
from grader.model import GraderError
from grader.submission.cells import joined
from grader.submission.texts import MAX_BYTES as MAX_TEXT
from grader.submission.texts import decode

# Most of a notebook are pictures in its outputs.
MAX_BYTES = 16 << 20


def code(name: str, data: bytes) -> tuple[str, list[str]]:
    """The code cells as one Python text, and notes on what was left out.

    Raises GraderError with the reason, also where nbformat is not installed.
    """
    if len(data) > MAX_BYTES:
        raise GraderError(words.NOTEBOOK_TOO_LARGE.format(file=name, limit=MAX_BYTES >> 20))
    cells = _code_cells(name, _parsed(name, data))
    if sum(map(len, cells)) > MAX_TEXT:
        raise GraderError(words.TOO_LARGE.format(file=name, limit=MAX_TEXT >> 10))
    text, left = joined(cells)
    notes = [words.CELL_SKIPPED.format(file=name, cell=one.cell, line=one.line[:80]) for one in left]
    return decode(name, text.encode("utf-8", "surrogatepass")), notes


def _parsed(name: str, data: bytes) -> Any:
    """The notebook in version 4 of the format, not to be trusted in any part."""
    try:
        import nbformat
    except ImportError:
        raise GraderError(words.NO_NBFORMAT.format(file=name)) from None
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # nbformat logs every breach of its schema; what counts here is looked at below
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raw = nbformat.reader.reads(data.decode("utf-8-sig"))  # type: ignore[no-untyped-call]
            return nbformat.convert(raw, 4)  # type: ignore[no-untyped-call]
    except Exception as error:  # a hostile file raises about anything in there
        raise GraderError(words.BAD_NOTEBOOK.format(file=name, what=type(error).__name__)) from None
    finally:
        logging.disable(before)


def _code_cells(name: str, book: Any) -> list[str]:
    about = _dict(_dict(book).get("metadata"))
    language = _dict(about.get("language_info")).get("name") or _dict(about.get("kernelspec")).get("language")
    if isinstance(language, str) and not language.lower().startswith(("python", "ipython")):
        raise GraderError(words.NOT_PYTHON.format(file=name, language=language[:40]))
    cells = _dict(book).get("cells")
    if not isinstance(cells, list):
        raise GraderError(words.BAD_NOTEBOOK.format(file=name, what="no cells"))
    sources = []
    for cell in map(_dict, cells):
        source = cell.get("source")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        if cell.get("cell_type") == "code" and isinstance(source, str):
            sources.append(source)
    return sources


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
