"""Reads the code of a Jupyter notebook, of any version of the format."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Collection
from typing import Any

from grader.model import GraderError
from grader.submission.decode import MAX_BYTES as MAX_TEXT
from grader.submission.decode import decode
from grader.submission.notebook_cells import Code, parted

MAX_BYTES = 8 << 20  # most of them are pictures in outputs
MAX_CELLS = 2_000  # honest notebooks have some hundreds
# An opening bracket may become an object in memory, many times as large; pictures have none, honest code has thousands.
MAX_BRACKETS = 500_000
LONGEST_LANGUAGE = 40  # letters of a language's name in a message
_VERSION = ("nbformat", "nbformat_minor")
_CELL = ("cell_type", "source", "input", "code", "language", "prompt_number")
CROWDED = "it holds far more cells or outputs than a notebook has: clear its outputs"


def code(name: str, data: bytes, files: Collection[str] = (), folders: Collection[str] = ()) -> Code:
    """The code of a notebook's cells, where `files` lie beside it and packages in `folders`. Raises GraderError with
    the reason."""
    if len(data) > MAX_BYTES:
        raise GraderError(f"{name} is larger than {MAX_BYTES >> 20} MiB: clear its outputs")
    cells = _code_cells(name, _parsed(name, data))
    if sum(map(len, cells)) > MAX_TEXT:
        raise GraderError(f"{name} is larger than {MAX_TEXT >> 10} KiB")
    found = parted(cells, files, folders)
    for text in (found.text, *(one.text for one in found.written.values())):
        decode(name, text.encode("utf-8", "surrogatepass"))
    return found


def _parsed(name: str, data: bytes) -> Any:
    """The notebook in version 4 of the format, without outputs, not to be trusted in any part."""
    import nbformat  # importing it takes longer than most runs that do not need it

    if data.count(b"{") + data.count(b"[") > MAX_BRACKETS:
        raise _no_notebook(name, CROWDED)
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # nbformat logs every violation of its schema; what matters is checked below
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            slim = json.dumps(_slim(name, json.loads(data.decode("utf-8-sig"))))
            raw = nbformat.reader.reads(slim)  # type: ignore[no-untyped-call]
            return nbformat.convert(raw, 4)  # type: ignore[no-untyped-call]
    except (GraderError, MemoryError):
        raise
    except Exception as error:  # a hostile file raises about anything in there
        raise _no_notebook(name, type(error).__name__) from None
    finally:
        logging.disable(before)


def _slim(name: str, book: Any) -> Any:
    """A notebook of any version with only the text of its code cells, and its language."""
    if not isinstance(book, dict):
        raise ValueError("no notebook")
    sheets = book.get("worksheets")
    if not isinstance(sheets, list) or isinstance(book.get("cells"), list):
        return _kept(book, _VERSION) | {"metadata": _about(book)} | _cells(name, book)
    whole = {"cells": [cell for sheet in sheets for cell in _list(_dict(sheet).get("cells"))]}
    return _kept(book, _VERSION) | {"metadata": _about(book), "worksheets": [{"metadata": {}, **_cells(name, whole)}]}


def _cells(name: str, book: dict[str, Any]) -> dict[str, Any]:
    """The code cells under the key of all cells, where it is there."""
    if not isinstance(cells := book.get("cells"), list):
        return {}
    if len(cells) > MAX_CELLS:
        raise _no_notebook(name, CROWDED)
    code = [cell for cell in map(_dict, cells) if cell.get("cell_type") == "code"]
    found = [{**_kept(cell, _CELL), "metadata": {}, "outputs": []} for cell in code]
    if sum(len(json.dumps(cell)) for cell in found) > 6 * MAX_TEXT:  # one letter may be written with six
        raise GraderError(f"{name} is larger than {MAX_TEXT >> 10} KiB")
    return {"cells": found}


def _about(book: dict[str, Any]) -> dict[str, Any]:
    about = _dict(book.get("metadata"))
    return {
        key: _kept(_dict(about[key]), ("name", "language")) for key in ("language_info", "kernelspec") if key in about
    }


def _kept(whole: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """What is plain under some keys: text, lines of text, a number."""
    plain = {key: whole[key] for key in keys if isinstance(whole.get(key), (str, int, list))}
    return {
        key: [part for part in value if isinstance(part, str)] if isinstance(value, list) else value
        for key, value in plain.items()
    }


def _code_cells(name: str, book: Any) -> list[str]:
    about = _dict(_dict(book).get("metadata"))
    language = _dict(about.get("language_info")).get("name") or _dict(about.get("kernelspec")).get("language")
    if isinstance(language, str) and not language.lower().startswith(("python", "ipython")):
        raise GraderError(f"{name} is a notebook in {language[:LONGEST_LANGUAGE]}, not in Python")
    cells = _dict(book).get("cells")
    if not isinstance(cells, list):
        raise _no_notebook(name, "no cells")
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


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _no_notebook(name: str, why: str) -> GraderError:
    return GraderError(f"cannot read {name} as a notebook ({why})")
